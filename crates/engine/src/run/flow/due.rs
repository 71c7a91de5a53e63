//! Open records of earlier runs that are worth another try without a change at their source.
//!
//! Owns which they are (waiting for what has arrived, tried again by nature, asked for by a person) and how many a run takes.

use std::collections::{BTreeMap, BTreeSet};

use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::{Entity, Flow, Record};

use super::{Pass, Run, RunError};
use crate::run::{moved, setup};

/// Records that one run takes again, at most.
const DUE: usize = 2_000;

/// Records that one fetch asks for.
const FETCH: usize = 100;

/// What is due for `flow`, by ERP key. What waits for an account or product is due once that is linked, and what names one whose link
/// has moved is due as well.
pub(super) async fn of(run: &Run<'_>, flow: Flow) -> Result<BTreeMap<String, (Entity, String)>, RunError> {
    if mutant(Mutant::WaitingForever) {
        return Ok(BTreeMap::new());
    }
    moved::redraft(run, flow).await?;
    let due = run.cx.store.due(run.connection.id, flow, run.cx.clock.now(), DUE).await?;
    // Somebody who asks for these has changed the sink's set-up, which is not looked at otherwise.
    if due.iter().any(|due| due.problem.as_ref().is_some_and(|problem| hangs_on_setup(problem.code))) {
        setup::look_again(run, 0).await?;
    }
    let mut fetched = BTreeMap::new();
    for due in due {
        if due.problem.is_some_and(|problem| problem.code == Code::SourceGone) {
            // A list would not show it: it is asked for by its id.
            run.not_come(flow, due.erp_key);
        } else {
            fetched.insert(due.erp_key, (due.entity, due.code));
        }
    }
    Ok(fetched)
}

/// Problems whose remedy is a change of the sink's set-up.
const fn hangs_on_setup(code: Code) -> bool {
    matches!(code, Code::ValueRefused | Code::MandatoryMissing | Code::CurrencyNotActive | Code::KeyTooLong)
}

impl Pass<'_> {
    /// Fetches what is due and has not come by itself; false when nothing is.
    pub(super) async fn take_due(&mut self) -> Result<bool, RunError> {
        if self.due.is_empty() {
            return Ok(false);
        }
        let mut by_entity: BTreeMap<Entity, Vec<(String, String)>> = BTreeMap::new();
        for (key, (entity, code)) in std::mem::take(&mut self.due) {
            by_entity.entry(entity).or_default().push((key, code));
        }
        for (entity, wanted) in by_entity {
            for part in wanted.chunks(FETCH) {
                let run = self.run;
                let codes: Vec<String> = part.iter().map(|(_, code)| code.clone()).collect();
                match self.beside(run.connection.reader.by_keys(entity, &codes)).await.result {
                    Ok(records) => {
                        let come: BTreeSet<&str> = records.iter().map(Record::erp_key).collect();
                        for (key, _) in part.iter().filter(|(key, _)| !come.contains(key.as_str())) {
                            run.not_come(self.flow, key.clone());
                        }
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
