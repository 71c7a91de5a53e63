//! Batches that came back: what each record's fate means, and the one transaction that keeps it.
//!
//! Owns which checkpoints become true with a settlement, and what goes on (rewritten, split, drafted again). Must not judge an answer:
//! `send` has.

use port::Operation;
use store::Settlement;
use sync::settle::{Checkpoint, State};

use super::{Pass, RunError, page};
use crate::run::item::{Item, Work};
use crate::run::rows::Rows;
use crate::run::send::{Fate, Sent};
use crate::run::written;
use crate::run::{identity, setup};

impl Pass<'_> {
    /// Settles a batch that has come back.
    pub(super) async fn settle(&mut self, sent: Sent) -> Result<(), RunError> {
        let Sent { module, operation, fates, exchanges, intent, doubted: _, unsure, fault } = sent;
        let mut rows = Rows::default();
        let mut redrafted = false;
        let (mut split, mut rewrite) = (Vec::new(), Vec::new());
        for (item, fate) in fates {
            rows.item(operation, &item, &fate, &mut self.figures);
            let waits = item.awaits.as_deref().map(page::waits_for_parent);
            let problem = match &fate {
                Fate::Open { problem, .. } | Fate::Differs { problem, again: false, .. } => Some(problem),
                Fate::Written { .. } => waits.as_ref(),
                _ => None,
            };
            if let Some(problem) = problem {
                let parked = matches!(&fate, Fate::Open { state: State::Parked, .. } | Fate::Differs { .. });
                self.run.problem(self.flow, &item.meta.code, problem, parked && item.meta.newly_open());
            }
            match fate {
                Fate::Written { .. } | Fate::Open { .. } | Fate::Differs { again: false, .. } => self.close(item.page),
                Fate::Redraft => {
                    redrafted = true;
                    self.due.insert(item.meta.erp_key.clone(), (item.meta.entity, item.meta.code.clone()));
                    self.close(item.page);
                }
                Fate::Rewrite { id } | Fate::Differs { id, .. } => rewrite.push(Item { target: Some(id), ..item }),
                Fate::Split => split.push(item),
                // The page stays open, so the checkpoint does not move over it.
                Fate::Left => {}
            }
        }
        if redrafted {
            let (run, schema) = (self.run, self.run.target().schema);
            self.beside(setup::keep(run, &schema)).await?;
        }
        if !rewrite.is_empty() {
            self.queue.push_back(Work { module, operation: Operation::UpdateWhole, items: rewrite });
        }
        let half = split.len().div_ceil(2);
        while !split.is_empty() {
            let rest = split.split_off(half.min(split.len()));
            self.queue.push_front(Work { module, operation, items: std::mem::replace(&mut split, rest) });
        }
        self.store(rows, exchanges, (!unsure).then_some(intent), false).await?;
        if let Some(fault) = fault {
            self.run.fail(&fault);
        }
        self.tell();
        Ok(())
    }

    /// One transaction: rows, exchanges, checkpoints that have become true, the intent.
    pub(super) async fn store(
        &mut self,
        rows: Rows,
        exchanges: Vec<port::Exchange>,
        close_intent: Option<store::IntentId>,
        whole: bool,
    ) -> Result<(), RunError> {
        if self.run.options.dry_run {
            return Ok(());
        }
        let checkpoints: Vec<Checkpoint> =
            self.readings.iter_mut().filter_map(|reading| reading.moved(whole)).collect();
        let Rows { entries, transitions, accepted, watched } = rows;
        if entries.is_empty() && exchanges.is_empty() && checkpoints.is_empty() && close_intent.is_none() {
            return Ok(());
        }
        let cx = self.run.cx;
        self.run.identity.note(&entries);
        let settlement = Settlement {
            connection: self.run.connection.id,
            epoch: self.run.epoch,
            run: self.run.id.clone(),
            at: cx.clock.now(),
            entries,
            transitions,
            accepted,
            exchanges: exchanges.into_iter().map(written::kept).collect(),
            checkpoints,
            close_intent,
            watched,
        };
        Ok(self.beside(cx.store.settle(settlement)).await?)
    }

    /// All pages are settled: the marks move. Witnesses are kept before, so that no mark is without them, however the run ends.
    pub(super) async fn finish(&mut self) -> Result<(), RunError> {
        if self.whole {
            self.beside(identity::keep(self.run)).await?;
        }
        self.store(Rows::default(), Vec::new(), None, true).await
    }
}
