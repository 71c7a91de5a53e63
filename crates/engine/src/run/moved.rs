//! Records that name a record of the sink which is not the linked one any more: made anew by a person's word, or merged into another.
//!
//! Owns finding them once a link has moved, in what was agreed, and having them drafted again: without this they would go on naming what
//! is gone. Costs no call for finding; a stretch of the ledger is in memory at a time. Must not write: the flow does.

use store::{Naming, RecordId};
use sync::digest::Digest;
use sync::problem::Code;
use sync::settle::{Entry, State, What};
use sync::{Flow, Problem};

use super::RunError;
use super::rows::Rows;
use super::shared::Run;

/// Links that are followed at once.
const LINKS: usize = 1_000;

/// Rows of the ledger that are looked through at once.
const STRETCH: i64 = 2_000;

/// Has records of `flow` drafted again that name what stood behind links which have moved.
pub(super) async fn redraft(run: &Run<'_>, flow: Flow) -> Result<(), RunError> {
    let (store, connection) = (&run.cx.store, run.connection.id);
    loop {
        let targets = store.moved_links(connection, flow, LINKS).await?;
        if targets.is_empty() {
            return Ok(());
        }
        let newest = store.newest_record().await?.number();
        let mut after = 0;
        while after < newest {
            if run.ended() {
                // The next run begins anew: what was found so far is drafted again, and names none of them then.
                return Ok(());
            }
            let until = after.saturating_add(STRETCH);
            let (from, to) = (RecordId::numbered(after), RecordId::numbered(until));
            settle(run, store.naming_targets(connection, flow, &targets, from, to).await?).await?;
            after = until;
        }
        store.forget_moved_links(connection, run.epoch, flow, &targets).await?;
    }
}

async fn settle(run: &Run<'_>, found: Vec<Naming>) -> Result<(), RunError> {
    let mut rows = Rows::default();
    found.into_iter().map(again).for_each(|entry| rows.put(entry, What::Waiting, "", None));
    rows.settle(run, Vec::new(), None).await
}

/// The entry, to be drafted again. Rows that name nothing of it are left as they are.
fn again(Naming { entry, in_rows }: Naming) -> Entry {
    let problem = Problem::new(
        Code::OutcomeUnknown,
        "It names a record of Zoho CRM that is not the linked one any more; it is written again with the one that is.",
    );
    Entry {
        state: State::Waiting,
        fingerprint: Digest::default(),
        header: Digest::default(),
        rows: if in_rows { Digest::default() } else { entry.rows },
        problem: Some(problem),
        attempts: 1,
        ..entry
    }
}
