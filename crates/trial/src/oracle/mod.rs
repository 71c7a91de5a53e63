//! The oracle: knows the truth from the simulators' own state and says which promise is broken.
//!
//! Owns the violations. Must not see the store, the ledger or any type of the engine: it is told in plain values what a
//! run said, and looks at both systems for itself.

mod agreement;
mod covered;
mod people;
mod routes;
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
    /// Whether it said that it could not sign out of the ERP.
    pub still_signed_in: bool,
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
        found.extend(covered::look(sim, told, late, self.safety.people()));
        found
    }

    /// What must hold once nothing goes wrong any more. `listed` is what the product lists as open: flow, code of the record, code of
    /// the problem.
    #[must_use]
    pub fn agreement(&self, sim: &Sim, listed: &[(String, String, String)]) -> Vec<Violation> {
        agreement::look(sim, listed, self.safety.people())
    }

    /// How often records of the CRM were written so far, to be told to [`Oracle::quiet`] after a run.
    #[must_use]
    pub fn record_writes(&self, sim: &Sim) -> u64 {
        routes::record_writes(sim)
    }

    /// A run after agreement writes nothing: by its own word, and by the requests that were seen since `before`.
    #[must_use]
    pub fn quiet(&self, sim: &Sim, told: &Told, before: u64) -> Vec<Violation> {
        let seen = routes::record_writes(sim) - before;
        if told.written == 0 && told.crm_calls == 0 && seen == 0 {
            return Vec::new();
        }
        let what =
            format!("{} records written, {} calls to the CRM, {seen} writes seen there", told.written, told.crm_calls);
        vec![Violation { name: "not_quiet", what }]
    }

    /// A run to which nothing happened leaves no session open, or says so: a sign-out is given a second.
    #[must_use]
    pub fn signed_out(&self, sim: &Sim, told: &Told) -> Vec<Violation> {
        match sim.acumatica().seats_taken() {
            seats if seats > 0 && !told.still_signed_in => {
                vec![Violation { name: "session_left", what: format!("{seats} sessions are open") }]
            }
            _ => Vec::new(),
        }
    }
}
