//! The oracle: knows the truth from the simulators' own state and says which promise is broken.
//!
//! Owns the violations. Must not see the store, the ledger or any type of the engine: it is told in plain values what a
//! run said, and looks at both systems for itself.

mod agreement;
mod covered;
mod doings;
mod farewells;
mod people;
mod routes;
mod rules;
mod safety;
mod trail;

pub(crate) use agreement::key_field;
pub use doings::{Doings, Keyed};
pub use rules::{Deleted, Edited, Rules};
pub use trail::{Letter, Open, Row, flow_of};

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
    /// How many records it counted as open.
    pub counted_open: u64,
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
    trail: trail::Memory,
}

impl Oracle {
    /// What must hold at every moment.
    pub fn safety(&mut self, sim: &Sim, doings: &Doings) -> Vec<Violation> {
        self.safety.look(sim, doings)
    }

    /// What must hold when a run has told its end.
    pub fn after_run(&mut self, sim: &Sim, told: &Told, doings: &Doings) -> Vec<Violation> {
        let mut found = self.safety(sim, doings);
        found.extend(covered::look(sim, told, doings, self.safety.people()));
        found
    }

    /// Reads new rows of the trail, the oldest first, and what is listed as open beside it: each row says enough, and the last one of
    /// each open record says why it is open.
    pub fn read_trail(&mut self, rows: &[Row], open: &[Open]) -> Vec<Violation> {
        let mut found = self.trail.read(rows);
        found.extend(self.trail.explains(open));
        found
    }

    /// A run that went through has told in `rows` of each answer that reached it, and no write more than once.
    #[must_use]
    pub fn answered(&self, run: &str, rows: &[Row], letters: &[Letter]) -> Vec<Violation> {
        trail::answered(run, rows, letters, |flow, id| self.safety.people().key(flow, id))
    }

    /// Of every record of the ERP that a run says is covered, the trail says something.
    #[must_use]
    pub fn untold(&self, sim: &Sim, told: &Told, doings: &Doings) -> Option<Violation> {
        covered::untold(sim, told, doings, &self.trail)
    }

    /// What must hold once nothing goes wrong any more. `listed` is what the product lists as open: flow, code of the record, code of
    /// the problem. `swept` says that links were checked and keys were swept since people did their last.
    #[must_use]
    pub fn agreement(
        &self,
        sim: &Sim,
        listed: &[(String, String, String)],
        doings: &Doings,
        rules: Rules,
        swept: bool,
    ) -> Vec<Violation> {
        let mut found = agreement::look(sim, listed, &agreement::Known { people: self.safety.people(), doings, rules });
        if swept {
            found.extend(farewells::look(sim, listed, rules, doings));
        }
        found
    }

    /// A run says at its end that something is open exactly when something is.
    #[must_use]
    pub fn told_open(told: &Told, listed: &[(String, String, String)]) -> Option<Violation> {
        let agrees = match told.outcome.as_str() {
            "settled" => listed.is_empty() && told.counted_open == 0,
            "parked" => !listed.is_empty() && told.counted_open > 0,
            _ => true,
        };
        let what = format!("{} with {} counted and {} listed as open", told.outcome, told.counted_open, listed.len());
        (!agrees).then_some(Violation { name: "lost_silently", what })
    }

    /// Whoever lost sight of a record does not count it any more. `counted` is what `status` says of each flow.
    #[must_use]
    pub fn counted(sim: &Sim, counted: &BTreeMap<String, u64>) -> Vec<Violation> {
        let report = sim.compare();
        let few = |(module, report): (&'static str, &sim::control::compare::ModuleReport)| {
            let flow = agreement::FLOWS.iter().find(|(_, of)| *of == module).map(|(flow, _)| *flow)?;
            let count = counted.get(flow).copied().unwrap_or_default();
            let what = format!("{flow}: {count} counted, {} there", report.present);
            (count < report.present as u64).then_some(Violation { name: "lost_sight", what })
        };
        report.modules().into_iter().filter_map(few).collect()
    }

    /// Keys of records that people deleted in the CRM and that nobody brought back.
    #[must_use]
    pub fn deleted(&self, sim: &Sim) -> Vec<Keyed> {
        sim.with(|_, org| agreement::Facts::of(org, self.safety.people()).deleted.into_iter().collect())
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
