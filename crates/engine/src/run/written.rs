//! From the fates of a batch to what is settled.
//!
//! Owns entries, transitions and figures after an answer. Must not talk to the sink.

use std::sync::Arc;

use port::{Exchange, Operation};
use store::{KeptExchange, Watched};
use sync::digest::Digest;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Accepted, Entry, State, What, patience};
use sync::{Entity, Instant, Problem};

use super::item::{Item, Meta, Watch};
use super::page::waits_for_parent;
use super::rows::Rows;
use super::send::Fate;
use crate::report::FlowReport;

impl Rows {
    /// A record that ended without a write: skipped, waiting, undecided, parked, or with nothing to write.
    pub(super) fn quiet(&mut self, meta: &Meta, state: State, problem: Option<Problem>, note: &str) {
        let what = match state {
            State::Settled => What::NothingToWrite,
            State::Skipped => What::Skipped,
            State::Waiting => What::Waiting,
            State::Undecided => What::Undecided,
            State::Parked => What::Parked,
            State::LeftAlone => What::LeftAlone,
            State::Gone => What::Gone,
        };
        let entry = meta.entry(state, problem);
        self.transition(&entry, what, note, None);
        self.entry(meta, entry);
    }

    fn entry(&mut self, meta: &Meta, entry: Entry) {
        if entry.entity == Entity::Invoice
            && let Watch::Read(open) = &meta.watch
        {
            // What a filter left behind is not looked at again before its stamp moves.
            let open = open.clone().filter(|_| entry.state != State::Skipped);
            if open.is_some() || meta.before.is_some() {
                self.watched.push(Watched { erp_key: entry.erp_key.clone(), open });
            }
        }
        self.entries.push(entry);
    }

    /// A record that is as it was under another stamp: without keeping that, a sweep would fetch it again and again.
    pub(super) fn restamp(&mut self, before: Option<Entry>, stamp: Option<Instant>) {
        if let Some(before) = before.filter(|before| before.stamp != stamp) {
            self.entries.push(Entry { stamp, ..before });
        }
    }

    /// An item after its batch; figures are counted. Items that go on (rewrite, split, left) add nothing.
    pub(super) fn item(&mut self, operation: Operation, item: &Item, fate: &Fate, figures: &mut FlowReport) {
        match fate {
            Fate::Written { id, created, exchange } => {
                let (state, problem) = match &item.awaits {
                    Some(parent) => {
                        let (state, problem) = patience::still(item.meta.before.as_ref(), waits_for_parent(parent));
                        figures.count(state);
                        (state, Some(problem))
                    }
                    None => (State::Settled, None),
                };
                let mut entry = item.meta.entry(state, problem);
                entry.target_id = Some(id.clone());
                entry.header = item.digests.0;
                if operation != Operation::UpdateHeader {
                    entry.rows = item.digests.1;
                }
                let created = *created && item.meta.before.as_ref().is_none_or(|before| before.target_id.is_none());
                let what = if created { What::Created } else { What::Updated };
                if created {
                    figures.created += 1;
                } else {
                    figures.updated += 1;
                }
                self.transition(&entry, what, &item.meta.remarks, *exchange);
                self.accepted.push(Accepted {
                    flow: entry.flow,
                    erp_key: entry.erp_key.clone(),
                    draft: Arc::clone(&item.draft),
                    with_rows: operation != Operation::UpdateHeader,
                });
                self.entry(&item.meta, entry);
            }
            Fate::Differs { id, created, exchange, problem, compared, again } => {
                let problem = if *again {
                    Problem::new(Code::OutcomeUnknown, format!("{} It is written again.", problem.message))
                } else {
                    figures.count(State::Parked);
                    problem.clone()
                };
                let mut entry = item.meta.entry(State::Parked, Some(problem));
                entry.target_id = Some(id.clone());
                entry.header = Digest::default();
                entry.rows = Digest::default();
                let (what, count) = if *created {
                    (What::Created, &mut figures.created)
                } else {
                    (What::Updated, &mut figures.updated)
                };
                *count += 1;
                self.transition(&Entry { problem: None, ..entry.clone() }, what, "", *exchange);
                self.transition(&entry, What::Parked, "", *compared);
                self.accepted.push(Accepted {
                    flow: entry.flow,
                    erp_key: entry.erp_key.clone(),
                    draft: Arc::clone(&item.draft),
                    with_rows: operation != Operation::UpdateHeader,
                });
                self.entry(&item.meta, entry);
            }
            Fate::Open { .. } if mutant(Mutant::RefusedIsDropped) => {}
            Fate::Open { state, problem, exchange, touched } => {
                figures.count(*state);
                let mut entry = item.meta.entry(*state, Some(problem.clone()));
                entry.target_id = item.target.clone().or(entry.target_id);
                if *touched {
                    entry.header = Digest::default();
                    entry.rows = Digest::default();
                }
                let what = if *state == State::Parked { What::Parked } else { What::Waiting };
                if !mutant(Mutant::RefusalUntold) {
                    self.transition(&entry, what, "", *exchange);
                }
                self.entry(&item.meta, entry);
            }
            Fate::Redraft => {
                let problem = Problem::new(
                    Code::OutcomeUnknown,
                    "It is drafted again, because Zoho CRM refused what the first draft relied on.",
                );
                let mut entry = item.meta.entry(State::Waiting, Some(problem));
                entry.fingerprint = Digest::default();
                self.transition(&entry, What::Waiting, "", None);
                self.entry(&item.meta, entry);
            }
            Fate::Rewrite { .. } | Fate::Split | Fate::Left => {}
        }
    }
}

/// An exchange as the store keeps it.
pub(super) fn kept(exchange: Exchange) -> KeptExchange {
    KeptExchange {
        system: exchange.system.name().to_owned(),
        method: exchange.method,
        target: exchange.target,
        status: exchange.status,
        failure: exchange.failure,
        started: exchange.started,
        took: exchange.took,
        attempt: exchange.attempt,
        request_body: exchange.request_body.map(|body| body.to_vec()),
        response_body: exchange.response_body.map(|body| body.to_vec()),
    }
}
