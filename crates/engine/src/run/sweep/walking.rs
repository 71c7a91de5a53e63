//! The second stage: the ledger in the order of its rows, for what the list left out.
//!
//! Owns keeping the misses, and giving the sweep up as soon as they are more than may be believed: then nothing follows from it but
//! that a person is told, once.

use store::{RecordId, Sweeps};
use sync::detect::sweep;
use sync::problem::Code;
use sync::{Flow, Problem};

use super::{RunError, Stage, Sweep};

impl Sweep<'_> {
    /// Walks one stretch; true when the sweep is over.
    pub(super) async fn walk(&mut self, from: RecordId) -> Result<bool, RunError> {
        let (run, flow) = (self.run, self.flow);
        let (store, connection) = (&run.cx.store, run.connection.id);
        let newest = RecordId::numbered(self.progress.newest);
        let stretch = store.unseen(connection, flow, from, newest).await?;
        let missed: Vec<RecordId> =
            stretch.rows.iter().filter(|(_, entry)| sweep::may_be_missed(entry)).map(|(id, _)| *id).collect();
        if !missed.is_empty() && flow == Flow::Invoices && !self.progress.archived {
            self.list_archived().await?;
            return Ok(false);
        }
        self.progress.missed += missed.len() as u64;
        self.report.missed += missed.len() as u64;
        self.progress.accepted |= run.options.accept_vanished || run.options.accept_restored;
        if !self.progress.accepted
            && !sweep::is_plausible(self.progress.expected, self.progress.missed, self.progress.listed)
        {
            self.give_up().await?;
            return Ok(true);
        }
        self.progress.stage = match stretch.next {
            Some(next) => Stage::Walking { from: next.number() },
            None => Stage::Judging { after: 0 },
        };
        store.sweep_missed(connection, run.epoch, flow, &missed, &self.kept()).await?;
        if stretch.next.is_none() {
            store.count_misses(connection, run.epoch, flow, &self.kept()).await?;
        }
        Ok(false)
    }

    /// Documents that are archived vanish from lists by the year, so the keys are listed once more with them before anything is missed.
    async fn list_archived(&mut self) -> Result<(), RunError> {
        self.progress.archived = true;
        self.progress.missed = 0;
        self.report.missed = 0;
        self.progress.stage = Stage::Listing { entity: self.flow.entities()[0], cursor: None };
        let (store, connection) = (&self.run.cx.store, self.run.connection.id);
        Ok(store.put_sweeps(connection, self.run.epoch, self.flow, &self.kept()).await?)
    }

    /// The sweep is not believed. It is told when it is news, or when a person asked.
    async fn give_up(&mut self) -> Result<(), RunError> {
        let (run, flow) = (self.run, self.flow);
        let news = self.sweeps.vanished.is_none() || run.options.sweep;
        self.sweeps = Sweeps {
            since: run.cx.clock.now(),
            vanished: Some(self.progress.missed),
            pass: None,
            ..self.sweeps.clone()
        };
        run.cx.store.give_up_sweep(run.connection.id, run.epoch, flow, &self.sweeps).await?;
        if news {
            self.report.vanished = true;
            let problem = Problem::new(Code::RowsVanished, self.words());
            run.flow_problem(flow, &problem);
        }
        Ok(())
    }

    fn words(&self) -> String {
        let (missed, listed, flow) = (self.progress.missed, self.progress.listed, self.flow.name());
        if listed == 0 {
            return format!(
                "Acumatica lists no {flow} at all, and {} are known. Nothing was done about it.",
                self.progress.expected
            );
        }
        format!(
            "At least {missed} of {} known {flow} are missing from what Acumatica lists ({listed} rows). Nothing was done about it.",
            self.progress.expected
        )
    }
}
