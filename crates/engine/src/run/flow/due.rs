//! Open records of earlier runs that are worth another try without a change at their source.
//!
//! Owns which they are (waiting for what has arrived, tried again by nature, asked for by a person) and how many a run takes.

use std::collections::BTreeMap;

use sync::seam::{Mutant, mutant};
use sync::{Entity, Flow};

use super::{Pass, Run, RunError};

/// Records that one run takes again, at most.
const DUE: usize = 2_000;

/// Records that one fetch asks for.
const FETCH: usize = 100;

/// What is due for `flow`, by ERP key. What waits for an account or product is due once that is linked.
pub(super) async fn of(run: &Run<'_>, flow: Flow) -> Result<BTreeMap<String, (Entity, String)>, RunError> {
    if mutant(Mutant::WaitingForever) {
        return Ok(BTreeMap::new());
    }
    let due = run.cx.store.due(run.connection.id, flow, DUE).await?;
    Ok(due.into_iter().map(|due| (due.erp_key, (due.entity, due.code))).collect())
}

impl Pass<'_> {
    /// Fetches what is due and has not come by itself; false when nothing is.
    pub(super) async fn take_due(&mut self) -> Result<bool, RunError> {
        if self.due.is_empty() {
            return Ok(false);
        }
        let mut by_entity: BTreeMap<Entity, Vec<String>> = BTreeMap::new();
        for (entity, code) in std::mem::take(&mut self.due).into_values() {
            by_entity.entry(entity).or_default().push(code);
        }
        for (entity, codes) in by_entity {
            for part in codes.chunks(FETCH) {
                let run = self.run;
                match self.beside(run.connection.reader.by_keys(entity, part)).await.result {
                    Ok(records) => {
                        self.take(records, None).await?;
                    }
                    Err(fault) => {
                        self.run.fail(&fault);
                        return Ok(true);
                    }
                }
            }
        }
        Ok(true)
    }
}
