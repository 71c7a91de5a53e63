//! Records that a person asked for, or that are to be written again, and that no list brings: renamed, moved, archived, or gone.
//!
//! Owns asking for them by their ids. A replay of `source_gone` is a person's answer: the sink's record is marked. Any other record
//! that is not there keeps its state until a sweep decides; a skip needs nothing.

use store::{LedgerRow, RecordId};
use sync::Flow;
use sync::detect::sweep;
use sync::problem::Code;
use sync::settle::{Entry, State, Transition, What};

use super::{Rows, RunError, farewell, judging, take};
use crate::run::shared::Run;

/// Looks after the records of `flow` that this run was asked for in vain.
pub(super) async fn carry_out(run: &Run<'_>, flow: Flow) -> Result<(), RunError> {
    let keys = run.take_not_come(flow);
    if keys.is_empty() {
        return Ok(());
    }
    let rows = run.cx.store.ledger_rows(run.connection.id, flow, &keys).await?;
    let wanted = |row: &LedgerRow| (row.asked || is_again(&row.entry)) && !row.entry.source_id.is_empty();
    let asked: Vec<LedgerRow> = rows.into_values().filter(wanted).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let Some(there) = judging::there(run, flow, asked.iter().map(|row| &row.entry)).await? else { return Ok(()) };
    let missing =
        asked.into_iter().filter(|row| row.asked && !there.contains_key(&row.entry.source_id.to_ascii_lowercase()));
    let (answered, others): (Vec<LedgerRow>, Vec<LedgerRow>) = missing.partition(|row| sweep::asks(&row.entry));
    take(run, flow, there.into_values().collect()).await?;
    let transitions = others.iter().map(|row| said(&row.entry)).collect();
    let entries = others.into_iter().map(|row| row.entry).collect();
    Rows { entries, transitions, ..Rows::default() }.settle(run, Vec::new(), None).await?;
    let policy = run.connection.flows.get(&flow).copied().unwrap_or_default().deleted;
    let answered: Vec<(RecordId, Entry)> = answered.into_iter().map(|row| (row.id, row.entry)).collect();
    farewell::bid(run, flow, policy, answered, true).await?;
    Ok(())
}

/// Whether a record is to be written again without having changed: archived documents are on no list.
fn is_again(entry: &Entry) -> bool {
    entry.problem.as_ref().is_some_and(|problem| problem.code == Code::OutcomeUnknown)
}

/// What is said of a record that was asked for and is not there.
fn said(entry: &Entry) -> Transition {
    let what = match entry.state {
        State::Gone => What::Gone,
        State::Waiting => What::Waiting,
        State::Undecided => What::Undecided,
        State::Skipped => What::Skipped,
        State::LeftAlone => What::LeftAlone,
        State::Settled | State::Parked => What::Parked,
    };
    Transition {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        what,
        target_id: entry.target_id.clone(),
        problem: entry.problem.clone(),
        note: "asked for again; Acumatica does not have it now".to_owned(),
        exchange: None,
    }
}
