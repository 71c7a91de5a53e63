//! What stamps do not show: open documents whose balance moved without them.
//!
//! Owns when a look is due, its budget of calls, and the way of what differs through the ordinary pass. What differs is decided by
//! `sync::detect`. Two schedules: payments name customers whose documents are worth a look soon (`payments`), and every open document
//! is looked at once within the greatest age of a balance (`balance_age`). Neither is due in the run after the first load, so that
//! an unchanged source costs nothing more. Customers and items are read whole now and then (`whole`).

mod balances;
mod payments;
pub(super) mod whole;

use std::collections::BTreeMap;

use port::System;
use store::{Reread, RereadState, Watched};
use sync::detect::{self, OpenDocument};
use sync::{Entity, Flow, Instant, Record};

use super::flow::Pass;
use super::shared::Run;
use super::{RunError, tally};
use crate::report::Rereads;

/// Lists of open documents that one run asks for, at most.
const LISTS: u32 = 20;

/// Documents that one run reads whole, at most.
const FETCHES: usize = 1_000;

/// Documents that one fetch asks for.
const FETCH: usize = 100;

/// Looks at balances, as far as that is due.
pub(super) async fn all(run: &Run<'_>) -> Result<(), RunError> {
    let settings = run.connection.flows.get(&Flow::Invoices).copied();
    let Some(settings) = settings.filter(|_| run.flows().any(|flow| flow == Flow::Invoices)) else { return Ok(()) };
    if run.ended() || run.options.dry_run {
        return Ok(());
    }
    let Some(covered) = covered(run).await? else { return Ok(()) };
    let states = run.cx.store.rereads(run.connection.id).await?;
    let before = tally(run.connection, System::Acumatica).made;
    let mut looking =
        Looking { run, lists: LISTS, fetches: FETCHES, told: Rereads { complete: true, ..Rereads::default() } };
    let overflowed = match settings.payments {
        Some(every) => looking.payments(states.get(&Reread::Payments), every, settings.overlap, covered).await?,
        None => false,
    };
    if let Some(age) = settings.balance_age {
        looking.balances(states.get(&Reread::Balances), age, overflowed, covered).await?;
    }
    let calls = tally(run.connection, System::Acumatica).made.saturating_sub(before);
    if calls > 0 {
        run.reread(Rereads { calls, ..looking.told });
    }
    Ok(())
}

/// Up to when invoices are read; `None` before their first whole pass, which looks at every balance anyway.
async fn covered(run: &Run<'_>) -> Result<Option<Instant>, RunError> {
    let checkpoints = run.cx.store.checkpoints(run.connection.id).await?;
    Ok(checkpoints.get(&Entity::Invoice).and_then(|checkpoint| checkpoint.covered_up_to))
}

/// A look under way: what is left of the run's budget, and what it did.
struct Looking<'r> {
    run: &'r Run<'r>,
    lists: u32,
    fetches: usize,
    told: Rereads,
}

impl Looking<'_> {
    /// True when the look has to end before it is through.
    fn spent(&mut self) -> bool {
        let spent = self.run.ended() || self.lists == 0 || self.fetches == 0;
        if spent {
            self.told.complete = false;
        }
        spent
    }

    async fn keep(&self, kind: Reread, state: &RereadState) -> Result<(), RunError> {
        Ok(self.run.cx.store.put_reread(self.run.connection.id, self.run.epoch, kind, state).await?)
    }

    /// Reads what differs of a page of open documents, and notes all of it as seen by `look`. False when that was cut short: the page
    /// then has to be listed again.
    async fn compare(&mut self, listed: &[Record], look: u64) -> Result<bool, RunError> {
        let run = self.run;
        let keys: Vec<String> = listed.iter().map(|record| record.erp_key().to_owned()).collect();
        let known = run.cx.store.known_documents(run.connection.id, &keys).await?;
        self.told.listed += listed.len() as u64;
        let differing = detect::differing(listed, &known);
        let whole = self.fetch(&differing, look).await?;
        if whole {
            run.cx.store.looked_at(run.connection.id, run.epoch, look, &keys, &[]).await?;
        }
        Ok(whole)
    }

    /// Reads documents whole and takes them through their flow; what was read of them is remembered, and all are noted as seen by
    /// `look`, also those that did not come: a list that leaves a record out proves nothing. False when that was cut short.
    async fn fetch(&mut self, keys: &[String], look: u64) -> Result<bool, RunError> {
        let run = self.run;
        for part in keys.chunks(FETCH) {
            if self.spent() {
                return Ok(false);
            }
            self.fetches = self.fetches.saturating_sub(part.len());
            let records = match run.connection.reader.by_keys(Entity::Invoice, part).await.result {
                Ok(records) => records,
                Err(fault) => {
                    run.fail(&fault);
                    self.told.complete = false;
                    return Ok(false);
                }
            };
            self.told.fetched += records.len() as u64;
            let read = watched(&records, &run.cx.store.known_documents(run.connection.id, part).await?);
            let mut pass = Pass::idle(run, Flow::Invoices);
            pass.take(records, None).await?;
            pass.drive().await?;
            run.add_figures(Flow::Invoices, &pass.figures);
            if run.ended() {
                // What was not settled must differ again next time.
                self.told.complete = false;
                return Ok(false);
            }
            run.cx.store.looked_at(run.connection.id, run.epoch, look, part, &read).await?;
        }
        Ok(true)
    }
}

/// What is remembered of documents that were read whole: of those that were known before, in case that nothing of them was settled
/// because they were the same.
fn watched(records: &[Record], known: &BTreeMap<String, detect::KnownDocument>) -> Vec<Watched> {
    let known = |record: &&Record| known.contains_key(record.erp_key());
    records
        .iter()
        .filter(known)
        .map(|record| Watched { erp_key: record.erp_key().to_owned(), open: OpenDocument::of(record) })
        .collect()
}
