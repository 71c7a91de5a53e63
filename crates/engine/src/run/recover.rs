//! Intents: what is about to be written, kept before it is sent; and what an earlier run left open.
//!
//! Owns the resolving of open intents by looking the keys up in the sink. Must not write a record again: the flows do, knowing
//! the links that are found here.

use port::Operation;
use store::{Intent, IntentId, NewIntent, Settlement, StoreError};
use sync::digest::{Digest, Digester};
use sync::mapping::PLACEHOLDER_KEY;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Entry, State, Transition, What};
use sync::{Entity, Module, Problem};

use super::item::Work;
use super::shared::Run;
use super::{RunError, setup};

/// Keys that one look-up asks for.
const LOOK_UP: usize = 100;

/// What an intent remembers of one record: ERP key, entity, code, GUID.
type Remembered = (String, String, String, String);

/// Keeps what is about to be sent.
pub(super) async fn open_intent(run: &Run<'_>, work: &Work) -> Result<IntentId, RunError> {
    let mut digester = Digester::new();
    let mut keys: Vec<Remembered> = Vec::with_capacity(work.items.len());
    for item in &work.items {
        digester.bytes(&item.digests.0.0);
        digester.bytes(&item.digests.1.0);
        let meta = &item.meta;
        keys.push((
            item.draft.erp_key.clone(),
            meta.entity.name().to_owned(),
            meta.code.clone(),
            meta.source_id.clone(),
        ));
    }
    let intent = NewIntent {
        module: work.module.name().to_owned(),
        operation: work.operation.name().to_owned(),
        keys: serde_json::to_string(&keys).unwrap_or_default(),
        digest: digester.finish(),
    };
    let cx = run.cx;
    Ok(cx.store.open_intent(run.connection.id, run.epoch, &run.id, &intent, cx.clock.now()).await?)
}

/// Resolves what earlier runs left open: records that were written get their link, then the intent is closed.
pub(super) async fn open_intents(run: &Run<'_>) -> Result<(), RunError> {
    if run.options.dry_run || mutant(Mutant::NoIntent) {
        return Ok(());
    }
    let intents = run.cx.store.open_intents(run.connection.id).await?;
    if intents.is_empty() {
        return Ok(());
    }
    run.cx.progress.stage("Looking up writes whose outcome is not known");
    for intent in intents {
        if run.ended() {
            return Ok(());
        }
        resolve(run, &intent).await?;
    }
    Ok(())
}

async fn resolve(run: &Run<'_>, intent: &Intent) -> Result<(), RunError> {
    let module = Module::ALL.into_iter().find(|module| module.name() == intent.module);
    // What cannot be read must not be closed: its writes would never be looked up.
    let remembered: Vec<Remembered> = serde_json::from_str(&intent.keys)
        .map_err(|error| StoreError::Other(format!("an open write of {} cannot be read: {error}", intent.run)))?;
    let by_id = matches!(Operation::named(&intent.operation), Some(Operation::UpdateHeader | Operation::UpdateWhole));
    let mut entries = Vec::new();
    let mut exchanges = Vec::new();
    if let (Some(module), false) = (module, by_id) {
        for part in remembered.chunks(LOOK_UP) {
            let keys: Vec<String> = part.iter().map(|(key, ..)| key.clone()).collect();
            let answer = run.connection.writer.find(module, &keys).await;
            let found = match answer.unpack(&mut exchanges) {
                Ok(found) => found,
                Err(fault) => {
                    setup::explain(run, &fault).await?;
                    run.fail(&fault);
                    return Ok(());
                }
            };
            entries.extend(linked(run, part, &found).await?);
        }
    } else {
        // An update by id: the draft may or may not be there, so the record has to be looked at again, rows and all.
        for (key, entity, ..) in &remembered {
            let Some(entity) = Entity::named(entity) else { continue };
            let mut known = run.cx.store.entries(run.connection.id, entity.flow(), std::slice::from_ref(key)).await?;
            if let Some(entry) = known.remove(key) {
                entries.push(unsettled(entry));
            }
        }
    }
    let transitions = entries.iter().map(|entry| transition(entry, by_id)).collect();
    run.cx
        .store
        .settle(Settlement {
            connection: run.connection.id,
            epoch: run.epoch,
            run: run.id.clone(),
            at: run.cx.clock.now(),
            entries,
            transitions,
            accepted: Vec::new(),
            exchanges: exchanges.into_iter().map(super::written::kept).collect(),
            checkpoints: Vec::new(),
            close_intent: Some(intent.id),
            watched: Vec::new(),
        })
        .await?;
    Ok(())
}

/// Entries for records that the sink turned out to hold.
async fn linked(run: &Run<'_>, part: &[Remembered], found: &[(String, String)]) -> Result<Vec<Entry>, RunError> {
    let mut entries = Vec::new();
    for (key, entity, code, source_id) in part {
        let Some(entity) = Entity::named(entity) else { continue };
        let Some((_, id)) = found.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)) else { continue };
        let flow = entity.flow();
        let mut known = run.cx.store.entries(run.connection.id, flow, std::slice::from_ref(key)).await?;
        let mut entry = known.remove(key).unwrap_or(Entry {
            flow,
            erp_key: key.clone(),
            entity,
            code: code.clone(),
            source_id: source_id.clone(),
            target_id: None,
            state: State::Parked,
            fingerprint: Digest::default(),
            header: Digest::default(),
            rows: Digest::default(),
            stamp: None,
            problem: None,
            attempts: 0,
        });
        entry.target_id = Some(id.clone());
        entries.push(unsettled(entry));
    }
    Ok(entries)
}

/// The entry, to be looked at again by this run.
fn unsettled(mut entry: Entry) -> Entry {
    if entry.erp_key == PLACEHOLDER_KEY {
        // Ours alone: there is no record of the source to look at again.
        entry.state = State::Settled;
        entry.fingerprint = Digest([1; 16]);
        return entry;
    }
    entry.state = State::Parked;
    entry.fingerprint = Digest::default();
    entry.header = Digest::default();
    entry.rows = Digest::default();
    entry.problem = Some(Problem::new(
        Code::OutcomeUnknown,
        "An earlier run ended before Zoho CRM's answer for this record was kept.",
    ));
    entry
}

fn transition(entry: &Entry, by_id: bool) -> Transition {
    let (what, note) = match by_id {
        true => (What::Parked, "its write by id was interrupted; it is looked at again, rows and all"),
        false => (What::Linked, "found by its ERP key after an interrupted write"),
    };
    Transition {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        what,
        target_id: entry.target_id.clone(),
        problem: entry.problem.clone(),
        note: note.to_owned(),
        exchange: None,
    }
}
