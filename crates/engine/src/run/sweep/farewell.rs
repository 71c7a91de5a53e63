//! What is done with the sink's records of those that are gone, as the flow's policy says.
//!
//! Owns drafting, sending and settling of marks and cleared keys, by id and with an intent like every write. Must not delete anything.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use port::Operation;
use store::RecordId;
use sync::detect::sweep::{Policy, Step, follow};
use sync::digest::Digest;
use sync::mapping::gone;
use sync::problem::Code;
use sync::settle::{Accepted, Entry, State, What};
use sync::{Draft, Flow, Problem};

use super::{Rows, RunError};
use crate::report::FlowReport;
use crate::run::item::{Item, Meta, Watch, Work};
use crate::run::send::{self, Fate, Sent};
use crate::run::shared::{Run, Target};

/// Records of one batch.
const BATCH: usize = 100;

/// Does what follows for records that are gone. `answered` says that a person has answered the question already. Returns those that
/// are decided over; the others could not be written.
pub(super) async fn bid(
    run: &Run<'_>,
    flow: Flow,
    policy: Policy,
    records: Vec<(RecordId, Entry)>,
    answered: bool,
) -> Result<Vec<RecordId>, RunError> {
    let Target { schema, names } = run.target();
    let ids: BTreeMap<String, RecordId> = records.iter().map(|(id, entry)| (entry.erp_key.clone(), *id)).collect();
    let mut rows = Rows::default();
    let mut figures = FlowReport::default();
    let (mut done, mut marks, mut unlinks) = (Vec::new(), Vec::new(), Vec::new());
    for (id, entry) in records {
        let (draft, into): (Option<Draft>, &mut Vec<Item>) = match follow(policy, &entry, answered) {
            Step::Forget => {
                rows.put(left(entry), What::Gone, "deleted in Acumatica; nothing of it is in Zoho CRM", None);
                done.push(id);
                continue;
            }
            Step::Ask => {
                let parked = asking(&entry);
                if let Some(problem) = &parked.problem {
                    run.problem(flow, &parked.code, problem, !entry.state.is_open());
                }
                figures.count(State::Parked);
                rows.put(parked, What::Parked, "", None);
                done.push(id);
                continue;
            }
            Step::Mark { inactive } => (gone::mark(flow, &entry.erp_key, inactive, &names), &mut marks),
            Step::Unlink => (gone::unlink(flow, &entry.erp_key, &names), &mut unlinks),
        };
        match draft {
            Some(draft) => into.push(item(entry, draft, schema.version)),
            None => {
                rows.put(left(entry), What::Gone, "deleted in Acumatica; Zoho CRM has no field to say so", None);
                done.push(id);
            }
        }
    }
    rows.settle(run, Vec::new(), None).await?;
    run.add_figures(flow, &figures);
    for (items, unlink) in [(marks, false), (unlinks, true)] {
        let keys = write(run, flow, items, unlink).await?;
        done.extend(keys.iter().filter_map(|key| ids.get(key).copied()));
    }
    Ok(done)
}

/// Writes by id, in batches; returns the keys of those that are decided over.
async fn write(run: &Run<'_>, flow: Flow, mut items: Vec<Item>, unlink: bool) -> Result<Vec<String>, RunError> {
    let work = |items| Work { module: flow.module(), operation: Operation::UpdateHeader, items };
    let mut queue = VecDeque::new();
    while !items.is_empty() {
        let rest = items.split_off(BATCH.min(items.len()));
        queue.push_back(work(std::mem::replace(&mut items, rest)));
    }
    let mut done = Vec::new();
    let mut figures = FlowReport::default();
    while let Some(next) = queue.pop_front() {
        let Sent { fates, exchanges, intent, unsure, fault, .. } = send::send(run, next).await?;
        let mut rows = Rows::default();
        let mut split = Vec::new();
        for (item, fate) in fates {
            match fate {
                Fate::Written { exchange, .. } => {
                    figures.updated += 1;
                    done.push(item.meta.erp_key.clone());
                    rows.accepted.push(Accepted {
                        flow,
                        erp_key: item.meta.erp_key.clone(),
                        draft: Arc::clone(&item.draft),
                        with_rows: false,
                    });
                    let (entry, note) = written(&item, unlink);
                    rows.put(entry, What::Gone, &note, exchange);
                }
                Fate::Open { problem, exchange, .. } if problem.code.breaks_link() => {
                    done.push(item.meta.erp_key.clone());
                    let note = "deleted in Acumatica; its record is no longer in Zoho CRM either";
                    rows.put(left(item.meta.entry(State::Gone, None)), What::Gone, note, exchange);
                }
                Fate::Open { state, problem, exchange, .. } => {
                    figures.count(state);
                    run.problem(flow, &item.meta.code, &problem, state == State::Parked && item.meta.newly_open());
                    rows.put(item.meta.entry(state, Some(problem)), What::Parked, "deleted in Acumatica", exchange);
                }
                Fate::Split => split.push(item),
                // The next sweep asks for it again.
                Fate::Differs { .. } | Fate::Rewrite { .. } | Fate::Redraft | Fate::Left => {}
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
            break;
        }
        if run.ended() {
            break;
        }
    }
    run.add_figures(flow, &figures);
    Ok(done)
}

fn item(entry: Entry, draft: Draft, drafted: u32) -> Item {
    let target = entry.target_id.clone();
    let meta = Meta {
        flow: entry.flow,
        entity: entry.entity,
        erp_key: entry.erp_key.clone(),
        code: entry.code.clone(),
        source_id: entry.source_id.clone(),
        stamp: entry.stamp,
        fingerprint: Digest::default(),
        before: Some(entry),
        once_more: false,
        watch: Watch::Read(None),
        remarks: String::new(),
        drafted,
    };
    Item::new(meta, draft, target, None, None)
}

/// The entry of a record that is gone. Without fingerprint and header it is drafted and written anew when it comes back.
fn left(entry: Entry) -> Entry {
    Entry {
        state: State::Gone,
        fingerprint: Digest::default(),
        header: Digest::default(),
        problem: None,
        attempts: 0,
        ..entry
    }
}

fn written(item: &Item, unlink: bool) -> (Entry, String) {
    let entry = left(item.meta.entry(State::Gone, None));
    if unlink {
        let id = item.target.as_deref().unwrap_or_default();
        let note =
            format!("deleted in Acumatica; its record {id} in Zoho CRM stays, without our key and without a link");
        (Entry { target_id: None, rows: Digest::default(), ..entry }, note)
    } else {
        (entry, "deleted in Acumatica; its record in Zoho CRM is marked as deleted".to_owned())
    }
}

fn asking(entry: &Entry) -> Entry {
    let message = format!("{} is no longer in Acumatica; its record in Zoho CRM was left as it is.", entry.code);
    Entry {
        state: State::Parked,
        fingerprint: Digest::default(),
        problem: Some(Problem::new(Code::SourceGone, message)),
        attempts: 1,
        ..entry.clone()
    }
}
