//! What is done about links that moved: parked, moved along, keys written again, records looked at again.
//!
//! Owns writing and settling of what `sync::pairing::drift` decided. Must not create a record of the sink.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use port::Operation;
use sync::digest::Digest;
use sync::pairing::drift::{self, Follow};
use sync::problem::Code;
use sync::settle::{Accepted, Entry, State, What};
use sync::{Entity, Problem};

use super::{Check, RunError};
use crate::report::FlowReport;
use crate::run::flow::Pass;
use crate::run::item::{Item, Meta, Work};
use crate::run::rows::Rows;
use crate::run::send::{self, Fate, Sent};

/// Records of one batch or fetch.
const BATCH: usize = 100;

impl Check<'_> {
    /// Carries the plans out.
    pub(super) async fn follow(&mut self, plans: Vec<(Entry, Follow)>) -> Result<(), RunError> {
        let run = self.run;
        let schema = run.target().schema;
        let mut rows = Rows::default();
        let mut figures = FlowReport::default();
        let (mut keys, mut again) = (Vec::new(), BTreeMap::new());
        for (entry, follow) in plans {
            match follow {
                Follow::Nothing => {}
                Follow::Park(problem) => {
                    let (state, what) = match problem.code {
                        Code::UndecidedName => (State::Undecided, What::Undecided),
                        _ => (State::Parked, What::Parked),
                    };
                    self.report.parked += 1;
                    figures.count(state);
                    run.problem(entry.flow, &entry.code, &problem, !entry.state.is_open());
                    let attempts = if entry.state.is_open() { entry.attempts + 1 } else { 1 };
                    let parked = Entry { state, problem: Some(problem), attempts, ..entry };
                    let note = if self.beside {
                        "found because Zoho CRM refused a record that names it"
                    } else {
                        "found by the check of Zoho CRM"
                    };
                    rows.put(parked, what, note, None);
                }
                Follow::Relink(id) => {
                    self.report.relinked += 1;
                    wanted(&mut again, &entry);
                    let note = format!(
                        "its record {} is gone, and {id} carries its ERP key now",
                        entry.target_id.as_deref().unwrap_or_default()
                    );
                    let moved = Entry { target_id: Some(id), ..entry };
                    rows.put(look_again(moved), What::Linked, &note, None);
                }
                Follow::Again => {
                    self.report.healed += 1;
                    wanted(&mut again, &entry);
                    rows.put(
                        look_again(entry),
                        What::Linked,
                        "its record is in Zoho CRM again, with its ERP key",
                        None,
                    );
                }
                Follow::WriteKey => {
                    if let Some(draft) = drift::key_alone(&schema, self.flow.module(), &entry.erp_key) {
                        let target = entry.target_id.clone();
                        let note = "its ERP key was cleared in Zoho CRM and is written again".to_owned();
                        keys.push((Item::new(Meta::known(entry, schema.version), draft, target, None, None), note));
                    }
                }
            }
        }
        rows.settle(run, Vec::new(), None).await?;
        run.add_figures(self.flow, &figures);
        if self.beside {
            return Ok(());
        }
        self.write(keys, &mut again).await?;
        self.look_at(again).await
    }

    /// Writes fields again, by id, each with what is said of it; records whose obstacle is gone with it are looked at again.
    pub(super) async fn write(&mut self, items: Vec<(Item, String)>, again: &mut Wanted) -> Result<(), RunError> {
        let (run, module) = (self.run, self.flow.module());
        let work = |items| Work { module, operation: Operation::UpdateHeader, items };
        let notes: BTreeMap<String, String> =
            items.iter().map(|(item, note)| (item.meta.erp_key.clone(), note.clone())).collect();
        let mut items: Vec<Item> = items.into_iter().map(|(item, _)| item).collect();
        let mut queue = VecDeque::new();
        while !items.is_empty() {
            let rest = items.split_off(BATCH.min(items.len()));
            queue.push_back(work(std::mem::replace(&mut items, rest)));
        }
        let mut figures = FlowReport::default();
        while let Some(next) = queue.pop_front() {
            let Sent { fates, exchanges, intent, unsure, fault, .. } = send::send(run, next).await?;
            let (mut rows, mut split) = (Rows::default(), Vec::new());
            for (item, fate) in fates {
                let Some(entry) = item.meta.before.clone() else { continue };
                match fate {
                    Fate::Written { exchange, .. } => {
                        figures.updated += 1;
                        self.report.healed += 1;
                        let note = notes.get(&entry.erp_key).map(String::as_str).unwrap_or_default();
                        rows.accepted.push(Accepted {
                            flow: entry.flow,
                            erp_key: entry.erp_key.clone(),
                            draft: Arc::clone(&item.draft),
                            with_rows: false,
                        });
                        let entry = if drift::is_suspect(&entry, Some(&entry.erp_key)) {
                            wanted(again, &entry);
                            look_again(entry)
                        } else {
                            entry
                        };
                        rows.put(entry, What::Updated, note, exchange);
                    }
                    Fate::Open { state, problem, exchange, .. } => {
                        self.report.parked += 1;
                        figures.count(state);
                        run.problem(
                            entry.flow,
                            &entry.code,
                            &problem,
                            state == State::Parked && !entry.state.is_open(),
                        );
                        let parked = Entry { state, problem: Some(problem), attempts: entry.attempts + 1, ..entry };
                        rows.put(
                            parked,
                            What::Parked,
                            "what people changed in Zoho CRM could not be written again",
                            exchange,
                        );
                    }
                    Fate::Split => split.push(item),
                    Fate::Redraft => {
                        wanted(again, &entry);
                        let note = "Zoho CRM refused what was to be written again; it is drafted anew";
                        rows.put(look_again(entry), What::Parked, note, None);
                    }
                    // The next check finds it as it is now.
                    Fate::Differs { .. } | Fate::Rewrite { .. } | Fate::Left => {}
                }
            }
            let half = split.len().div_ceil(2);
            while !split.is_empty() {
                let rest = split.split_off(half.min(split.len()));
                queue.push_front(work(std::mem::replace(&mut split, rest)));
            }
            rows.settle(run, exchanges, (!unsure).then_some(intent)).await?;
            if let Some(fault) = fault {
                run.fail(&fault);
            }
            if run.ended() {
                break;
            }
        }
        run.add_figures(self.flow, &figures);
        Ok(())
    }

    /// Takes records through their flow again.
    pub(super) async fn look_at(&self, wanted: Wanted) -> Result<(), RunError> {
        let run = self.run;
        for (entity, codes) in wanted {
            for part in codes.chunks(BATCH) {
                if run.ended() {
                    return Ok(());
                }
                match run.connection.reader.by_keys(entity, part).await.result {
                    Ok(records) => {
                        let mut pass = Pass::idle(run, self.flow);
                        pass.take(records, None).await?;
                        Box::pin(pass.drive()).await?;
                        run.add_figures(self.flow, &pass.figures);
                    }
                    Err(fault) => run.fail(&fault),
                }
            }
        }
        Ok(())
    }
}

/// Codes to read, by entity.
pub(super) type Wanted = BTreeMap<Entity, Vec<String>>;

pub(super) fn wanted(all: &mut Wanted, entry: &Entry) {
    all.entry(entry.entity).or_default().push(entry.code.clone());
}

/// The entry, to be looked at again: by this run, or by the next one when this one ends before. Everything is written again, because
/// nobody has compared what people changed while the record was out of reach.
pub(super) fn look_again(entry: Entry) -> Entry {
    let problem = Problem::new(
        Code::OutcomeUnknown,
        "Its record in Zoho CRM was found again; what it holds is compared with what Acumatica says.",
    );
    Entry {
        state: State::Parked,
        fingerprint: Digest::default(),
        header: Digest::default(),
        rows: Digest::default(),
        problem: Some(problem),
        attempts: 1,
        ..entry
    }
}
