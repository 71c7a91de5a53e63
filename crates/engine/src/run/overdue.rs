//! Records that were tried again or waited for too long: they become a person's problem, with how long and for what.
//!
//! Owns finding them after the flows have had their turn, and settling what `sync::settle::patience` says. Must not try anything.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use store::LedgerRow;
use sync::Flow;
use sync::problem::Code;
use sync::settle::{Entry, State, What, patience};

use super::RunError;
use super::rows::Rows;
use super::shared::Run;

/// Records that are settled together.
const AT_ONCE: usize = 500;

/// Goes through the flows of the run.
pub(super) async fn all(run: &Run<'_>) -> Result<(), RunError> {
    if run.options.dry_run {
        return Ok(());
    }
    let flows: Vec<Flow> = run.flows().collect();
    for flow in flows {
        let mut after = None;
        loop {
            if run.ended() {
                return Ok(());
            }
            let (store, now) = (&run.cx.store, run.cx.clock.now());
            let before = now.minus(patience::PATIENCE);
            let rows = store.overdue(run.connection.id, flow, before, after, AT_ONCE).await?;
            let (last, whole) = (rows.last().map(|row| row.id), rows.len() < AT_ONCE);
            park(run, flow, rows).await?;
            if whole {
                break;
            }
            after = last;
        }
    }
    Ok(())
}

async fn park(run: &Run<'_>, flow: Flow, rows: Vec<LedgerRow>) -> Result<(), RunError> {
    let now = run.cx.clock.now();
    let mut stands: BTreeMap<(Flow, String), Option<String>> = BTreeMap::new();
    let mut parked = Rows::default();
    for LedgerRow { entry, since, .. } in rows {
        let awaited = match awaits(&entry) {
            Some((other, code)) => {
                let stands = match stands.entry((other, code)) {
                    Slot::Occupied(known) => known.into_mut(),
                    Slot::Vacant(new) => {
                        let (other, code) = new.key();
                        let held = run.cx.store.entry_by_code(run.connection.id, *other, code).await?;
                        let words = patience::awaited(code, held.as_ref());
                        new.insert(words)
                    }
                };
                match stands {
                    Some(words) => words.clone(),
                    // It has arrived: the next run takes the record up.
                    None => continue,
                }
            }
            None => String::new(),
        };
        let Some(problem) = patience::overdue(&entry, since, now, &awaited) else { continue };
        run.problem(flow, &entry.code, &problem, true);
        let entry = Entry { state: State::Parked, problem: Some(problem), ..entry };
        parked.put(entry, What::Parked, "it has been open for too long", None);
    }
    parked.settle(run, Vec::new(), None).await
}

/// What a record waits for: a flow and the code there.
fn awaits(entry: &Entry) -> Option<(Flow, String)> {
    let problem = entry.problem.as_ref().filter(|problem| !problem.field.is_empty())?;
    match problem.code {
        Code::WaitingForAccount => Some((Flow::Customers, problem.field.clone())),
        Code::WaitingForProduct => Some((Flow::Items, problem.field.clone())),
        _ => None,
    }
}
