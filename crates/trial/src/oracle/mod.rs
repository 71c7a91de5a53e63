//! The oracle: knows the truth from the simulators' own state and says which promise is broken.
//!
//! Owns the violations. Must not see the store, the ledger or any type of the engine: it is told in plain values what a
//! run said, and looks at both systems for itself.

mod agreement;
mod covered;
mod safety;

pub(crate) use agreement::key_field;

use std::collections::{BTreeMap, BTreeSet};

use sim::Sim;

/// What a run said at its end.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Its outcome, as printed.
    pub outcome: String,
    /// Per flow (`customers`, `items`, `invoices`): covered up to, in microseconds since 1970.
    pub covered: BTreeMap<String, i64>,
    /// Records created and updated.
    pub written: u64,
    /// Codes, by flow and record, that were told as open.
    pub open: BTreeSet<(String, String)>,
    /// Calls made to the CRM.
    pub crm_calls: u64,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A stable name.
    pub name: &'static str,
    /// What was seen.
    pub what: String,
}

/// The judge of one trial.
#[derive(Debug, Default)]
pub struct Oracle {
    safety: safety::Memory,
}

impl Oracle {
    /// What must hold at every moment.
    pub fn safety(&mut self, sim: &Sim) -> Vec<Violation> {
        self.safety.look(sim)
    }

    /// What must hold when a run has told its end. `late` has the rows that became visible after their stamp, and when.
    pub fn after_run(&mut self, sim: &Sim, told: &Told, late: &BTreeMap<String, i64>) -> Vec<Violation> {
        let mut found = self.safety(sim);
        found.extend(covered::look(sim, told, late));
        found
    }

    /// What must hold once nothing goes wrong any more. `listed` is what the product lists as open: flow, code of the record, code of
    /// the problem.
    #[must_use]
    pub fn agreement(&self, sim: &Sim, listed: &[(String, String, String)]) -> Vec<Violation> {
        agreement::look(sim, listed)
    }

    /// A run after agreement writes nothing.
    #[must_use]
    pub fn quiet(&self, told: &Told) -> Vec<Violation> {
        if told.written == 0 && told.crm_calls == 0 {
            return Vec::new();
        }
        let what = format!("{} records written, {} calls to the CRM", told.written, told.crm_calls);
        vec![Violation { name: "not_quiet", what }]
    }
}
