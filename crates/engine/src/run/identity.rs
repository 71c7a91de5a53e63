//! Whether both systems are still those that were worked with: before the first record of a run is decided over, and before the first
//! one is written.
//!
//! Owns the witnesses of a run, the calls that a doubt costs, and the gate that holds back every flow until the source is known. Must
//! not judge: `sync::detect::witness` does. What the pages of a run bring anyway is looked at first, so that a source without changes
//! costs no call more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use port::{Fault, Kind, System};
use sync::detect::witness::{self, Answer, Sight, Witness, Witnesses};
use sync::seam::{Mutant, mutant};
use sync::settle::Entry;
use sync::{Entity, Flow, Instant, Module, Record};
use tokio::sync::watch;

use super::check::removals;
use super::shared::Run;
use super::{RunError, setup};

/// Name of the kept witnesses.
const PROFILE: &str = "witnesses";

/// What a person does about it, whichever system it is.
const REMEDY: &str = "Nothing was written. It goes on by itself once the records show again. Is what the system holds now what counts: \
                      `sync --accept-restored` reads everything anew and goes on from there.";

/// What a run knows of the identity of its two systems.
pub(super) struct Identity {
    state: Mutex<State>,
    known: watch::Sender<bool>,
    /// Whether the sink was looked at. Looking is awaited under the lock, so that it happens once.
    looked: tokio::sync::Mutex<bool>,
}

/// A witness that did not come as it should have.
pub(super) struct Doubt {
    pub(super) entity: Entity,
    pub(super) witness: Witness,
    /// True when the read has no other page that could bring it.
    pub(super) whole: bool,
}

#[derive(Default)]
struct State {
    witnesses: Witnesses,
    kept: Witnesses,
    /// Entities of which no page has come yet that says who the source is.
    pending: BTreeSet<Entity>,
}

impl State {
    /// The first module, beginning with `first`, into which enough was written to tell an emptied one, and the ids of the witnesses there.
    fn written_last(&self, first: Module) -> (Module, Vec<String>) {
        let modules = std::iter::once(first).chain(Flow::ALL.into_iter().map(Flow::module));
        let mut known = modules.map(|module| (module, self.targets(module)));
        known.find(|(_, ids)| witness::is_emptied(ids.len(), ids.len())).unwrap_or((first, Vec::new()))
    }

    fn targets(&self, module: Module) -> Vec<String> {
        let entities = Flow::ALL.into_iter().filter(|flow| flow.module() == module).flat_map(|flow| flow.entities());
        entities.flat_map(|entity| self.kept.of(*entity)).filter_map(|witness| witness.target.clone()).collect()
    }
}

impl Identity {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), known: watch::Sender::new(false), looked: tokio::sync::Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of entries that were settled.
    pub(super) fn note(&self, entries: &[Entry]) {
        let mut state = self.state();
        entries.iter().for_each(|entry| state.witnesses.note(entry));
    }

    /// The stamp of the record of an entity that was changed last, as far as it is known to be there.
    pub(super) fn newest(&self, entity: Entity) -> Option<Instant> {
        self.state().witnesses.of(entity).first().map(|witness| witness.stamp)
    }

    /// Looks at the first page of a read that began at `from`, `whole` when it is the only one; a witness that it should have brought has to be asked for.
    pub(super) fn sight(
        &self,
        run: &Run<'_>,
        entity: Entity,
        from: Option<Instant>,
        records: &[Record],
        whole: bool,
    ) -> Option<Witness> {
        let sight = {
            let state = self.state();
            if !state.pending.contains(&entity) {
                return None;
            }
            state.witnesses.sight(entity, from, records, whole, margin(run, entity))
        };
        match sight {
            Sight::Known => {
                self.settle(&[entity]);
                None
            }
            Sight::Doubt(witness) => Some(witness),
        }
    }

    /// Nothing more is to be found out about these entities; with the last one the gate opens.
    pub(super) fn settle(&self, entities: &[Entity]) {
        let mut state = self.state();
        state.pending.retain(|entity| !entities.contains(entity));
        if state.pending.is_empty() {
            self.known.send_replace(true);
        }
    }

    /// Waits until the source is known.
    pub(super) async fn known(&self) {
        // An error means that the sender is gone, which ends the run anyway.
        let _ = self.known.subscribe().wait_for(|known| *known).await;
    }
}

/// Loads what earlier runs have seen.
pub(super) async fn load(run: &Run<'_>) -> Result<(), RunError> {
    let text = run.cx.store.profile(run.connection.id, PROFILE).await?;
    let kept: Witnesses = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let mut state = run.identity.state();
    if !run.options.accept_restored {
        let entities = run.flows().flat_map(|flow| flow.entities().iter().copied());
        state.pending = entities.filter(|entity| !kept.is_empty(*entity)).collect();
        state.witnesses.clone_from(&kept);
    }
    state.kept = kept;
    drop(state);
    run.identity.settle(&[]);
    Ok(())
}

/// Keeps what this run has seen, where it differs.
pub(super) async fn keep(run: &Run<'_>) -> Result<(), RunError> {
    let witnesses = {
        let mut state = run.identity.state();
        if run.options.dry_run || state.witnesses == state.kept {
            return Ok(());
        }
        state.kept = state.witnesses.clone();
        state.witnesses.clone()
    };
    let text = serde_json::to_string(&witnesses).unwrap_or_default();
    Ok(run.cx.store.put_profile(run.connection.id, PROFILE, &text).await?)
}

/// Asks for a witness that did not come as it was, and for the others of its entity when the answer is no better. Ends the run when
/// they say that the source was put back. True when the witness is there and a list by its key brings it, so that the list by stamp has
/// left out what it should have brought: such a list proves nothing.
pub(super) async fn resolve(run: &Run<'_>, doubt: Doubt) -> bool {
    let Doubt { entity, witness: doubted, whole } = doubt;
    let Some(mut answers) = ask(run, entity, vec![doubted.clone()]).await else { return false };
    if answers.iter().any(|(_, answer)| *answer != Answer::There) {
        let others =
            run.identity.state().witnesses.of(entity).iter().filter(|other| **other != doubted).cloned().collect();
        let Some(more) = ask(run, entity, others).await else { return false };
        answers.extend(more);
    }
    if witness::is_put_back(&answers) {
        run.fail(&put_back(entity, &answers));
        return false;
    }
    let there = answers.iter().find(|(witness, answer)| witness.id == doubted.id && *answer == Answer::There);
    if let Some((there, _)) = there {
        if !whole {
            run.identity.settle(&[entity]);
            return false;
        }
        match is_listed(run, entity, there).await {
            Ok(false) => {}
            Ok(true) => {
                run.identity.settle(&[entity]);
                return true;
            }
            Err(fault) => {
                run.fail(&fault);
                return false;
            }
        }
    }
    {
        // What is gone, what stands at an earlier state and what lists leave out would be asked for in each run.
        let mut state = run.identity.state();
        let useless = answers.iter().filter(|(witness, answer)| *answer != Answer::There || witness.id == doubted.id);
        useless.for_each(|(witness, _)| state.witnesses.forget(&witness.id));
    }
    run.identity.settle(&[entity]);
    false
}

/// True when a list by key brings the witness as it was or changed since. Archived records, and those of rights that lists respect, are
/// there by their id and on no list.
async fn is_listed(run: &Run<'_>, entity: Entity, witness: &Witness) -> Result<bool, Fault> {
    let listed = run.connection.reader.by_keys(entity, std::slice::from_ref(&witness.code)).await.result?;
    Ok(listed.iter().any(|record| {
        record.id.eq_ignore_ascii_case(&witness.id) && record.stamp.is_some_and(|stamp| stamp >= witness.stamp)
    }))
}

/// Asks for witnesses by their ids, in each entity of their flow; `None` when a call failed, which ends the run.
async fn ask(run: &Run<'_>, entity: Entity, witnesses: Vec<Witness>) -> Option<Vec<(Witness, Answer)>> {
    let mut found: BTreeMap<String, Record> = BTreeMap::new();
    let others = entity.flow().entities().iter().copied().filter(|other| *other != entity);
    for entity in std::iter::once(entity).chain(others) {
        let missing = witnesses.iter().filter(|witness| !found.contains_key(&witness.id.to_ascii_lowercase()));
        let ids: Vec<String> = missing.map(|witness| witness.id.clone()).collect();
        if ids.is_empty() {
            break;
        }
        match run.connection.reader.by_ids(entity, &ids).await.result {
            Ok(records) => found.extend(records.into_iter().map(|record| (record.id.to_ascii_lowercase(), record))),
            Err(fault) => {
                run.fail(&fault);
                return None;
            }
        }
    }
    let margin = margin(run, entity);
    let answered = |mut witness: Witness| {
        let record = found.get(&witness.id.to_ascii_lowercase());
        if let Some(record) = record {
            // Codes are changed: lists have it under the one that it has now.
            witness.code.clone_from(&record.key);
        }
        let answer = witness::answer(&witness, record, margin);
        (witness, answer)
    };
    Some(witnesses.into_iter().map(answered).collect())
}

/// Stamps closer than that to each other say nothing about order: clocks are set, and commits come late.
fn margin(run: &Run<'_>, entity: Entity) -> std::time::Duration {
    run.connection.flows.get(&entity.flow()).copied().unwrap_or_default().overlap
}

fn put_back(entity: Entity, answers: &[(Witness, Answer)]) -> Fault {
    let of = |wanted: Answer| answers.iter().filter(move |(_, answer)| *answer == wanted);
    let named: Vec<&str> = answers
        .iter()
        .filter(|(_, answer)| *answer != Answer::There)
        .map(|(witness, _)| witness.code.as_str())
        .take(3)
        .collect();
    Fault::new(
        System::Acumatica,
        Kind::WrongSystem,
        format!(
            "of the {} records of {} that were changed last, {} are gone and {} stand at an earlier state ({}): the company was \
             restored from a snapshot, is another one, or hides them from the user.",
            answers.len(),
            entity.name(),
            of(Answer::Gone).count(),
            of(Answer::Earlier).count(),
            named.join(", ")
        ),
        REMEDY,
    )
}

/// Looks, before the first write of this run, which goes into `module`, whether the sink still has what was written last; false when it
/// has not, or gives no answer, which ends the run. One module speaks for all: an organisation is put back or exchanged as a whole.
pub(super) async fn sink(run: &Run<'_>, module: Module) -> Result<bool, RunError> {
    let mut looked = run.identity.looked.lock().await;
    if run.options.accept_restored || *looked || mutant(Mutant::AnySystem) {
        return Ok(true);
    }
    let (module, ids) = run.identity.state().written_last(module);
    if !ids.is_empty() {
        let asked = || async { run.connection.writer.read(module, &ids, false).await.result };
        let Some(held) = setup::understood(run, asked).await? else { return Ok(false) };
        let shown: BTreeSet<String> = held.into_iter().map(|held| held.id).collect();
        let mut missing: Vec<&String> = ids.iter().filter(|id| !shown.contains(*id)).collect();
        if witness::is_emptied(missing.len(), ids.len()) {
            match removals(run, module, run.cx.clock.now()).await {
                Ok(removed) => missing.retain(|id| !removed.contains_key(*id)),
                Err(fault) => {
                    run.fail(&fault);
                    return Ok(false);
                }
            }
        }
        if witness::is_emptied(missing.len(), ids.len()) {
            run.fail(&Fault::new(
                System::Zoho,
                Kind::WrongSystem,
                format!(
                    "of the {} records of {} that were written last, {} are not shown, and are not listed as deleted: the organisation \
                     was restored, is another one, or hides them from the user.",
                    ids.len(),
                    module.name(),
                    missing.len()
                ),
                REMEDY,
            ));
            return Ok(false);
        }
    }
    *looked = true;
    Ok(true)
}
