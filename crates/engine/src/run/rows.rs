//! What is settled together, as it is collected.
//!
//! Owns the pairing of an entry with its transition, and the settlement of what looks beside the flows (checks, sweeps, reasons that
//! grew old) have decided. Flows settle pages and marks as well, in `flow::settling`.

use port::Exchange;
use store::{IntentId, Settlement, Watched};
use sync::settle::{Accepted, Entry, Transition, What};

use super::RunError;
use super::shared::Run;
use super::written::kept;

/// Rows of one settlement.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) entries: Vec<Entry>,
    pub(super) transitions: Vec<Transition>,
    /// Drafts that the sink took.
    pub(super) accepted: Vec<Accepted>,
    /// Which of the entries are open documents.
    pub(super) watched: Vec<Watched>,
}

impl Rows {
    /// An entry with its transition; `exchange` is the position of the request that decided.
    pub(super) fn put(&mut self, entry: Entry, what: What, note: &str, exchange: Option<usize>) {
        self.transition(&entry, what, note, exchange);
        self.entries.push(entry);
    }

    pub(super) fn transition(&mut self, entry: &Entry, what: What, note: &str, exchange: Option<usize>) {
        self.transitions.push(Transition {
            flow: entry.flow,
            erp_key: entry.erp_key.clone(),
            what,
            target_id: entry.target_id.clone(),
            problem: entry.problem.clone(),
            note: note.to_owned(),
            exchange,
        });
    }

    /// Commits them with the requests that decided, and ends `close_intent`.
    pub(super) async fn settle(
        self,
        run: &Run<'_>,
        exchanges: Vec<Exchange>,
        close_intent: Option<IntentId>,
    ) -> Result<(), RunError> {
        let Self { entries, transitions, accepted, watched } = self;
        if entries.is_empty() && transitions.is_empty() && exchanges.is_empty() && close_intent.is_none() {
            return Ok(());
        }
        run.identity.note(&entries);
        let settlement = Settlement {
            connection: run.connection.id,
            epoch: run.epoch,
            run: run.id.clone(),
            at: run.cx.clock.now(),
            entries,
            transitions,
            accepted,
            exchanges: exchanges.into_iter().map(kept).collect(),
            checkpoints: Vec::new(),
            close_intent,
            watched,
        };
        Ok(run.cx.store.settle(settlement).await?)
    }
}
