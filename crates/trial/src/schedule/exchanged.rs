//! Another company under the ERP's address, a snapshot put back, an organisation of the CRM without its records: for one run, which must
//! write nothing. Then everything is as it was, and the course goes on.
//!
//! Owns what is exchanged, and only such exchanges that a run has to notice: more of what was changed last differs than could have been
//! deleted. What the run leaves unsaid is the oracle's to find in the runs that follow.

use std::collections::BTreeMap;

use engine::Options;
use sim::Clock as _;
use sim::acumatica::model::{Books, Customer};
use sim::faults::Dials;
use sim::rng::Seeds;
use sim::zoho::model::Org;
use sync::detect::OVERLAP;
use tokio_util::sync::CancellationToken;

use super::{Trial, told};
use crate::executor::{Ended, Task, drive};
use crate::oracle::{Violation, key_field};

/// Customers that were changed last, and how many of them must stand at an earlier state.
const LAST: (usize, usize) = (8, 3);

/// What stands in for a system.
enum Stead {
    Erp(Box<Books>),
    Crm(Box<Org>),
}

impl Trial<'_> {
    /// One run after which both systems are known, then one over what stands in for one of them.
    pub(super) fn exchanged(&mut self, violations: &mut Vec<Violation>) {
        // Who is undecided beside a namesake bears no witness.
        if self.house.sim.options().size.existing_accounts > 0 {
            return;
        }
        self.house.sim.faults().set(Dials::default());
        let mut doubted = false;
        let known = self.run_once(&Options::default(), &mut doubted, violations);
        if !known.is_some_and(|told| matches!(told.outcome.as_str(), "settled" | "parked")) {
            return;
        }
        let Some(stead) = self.stead() else { return };
        let before = self.oracle.record_writes(&self.house.sim);
        let real = self.put(stead);
        self.runs += 1;
        let options = Options::default();
        let run = Task::new(self.house.run(&options, CancellationToken::new()), None);
        let end = drive(&self.hub, vec![run], &mut || {}).pop();
        let _ = self.put(real);
        let outcome = match &end {
            Some(Ended::Done(Ok(report))) => told(report).outcome,
            _ => "no report".to_owned(),
        };
        let written = self.oracle.record_writes(&self.house.sim) - before;
        self.hub.say(|| format!("told {outcome} of what was exchanged"));
        // A slow answer may have ended the run before it knew.
        if !matches!(outcome.as_str(), "needs_person" | "unavailable") || written > 0 {
            let what = format!("{outcome}, {written} writes, over a system that is another one");
            violations.push(Violation { name: "wrong_system_taken", what });
        }
        self.read_trail(violations);
    }

    fn stead(&mut self) -> Option<Stead> {
        let (sim, now) = (&self.house.sim, self.house.server_clock.now());
        match self.hub.below(3) {
            0 => {
                let mut other = sim::data::books(Seeds::new(self.hub.below(1 << 32)), &sim.options().size, now).ok()?;
                sim.with(|books, _| other.setup.clone_from(&books.setup));
                self.hub.say(|| "another company under the address of the ERP".to_owned());
                Some(Stead::Erp(Box::new(other)))
            }
            1 => {
                let put_back = sim.with(|books, _| is_earlier(&self.first, books));
                put_back.then(|| {
                    self.hub.say(|| "the ERP is put back to its start".to_owned());
                    Stead::Erp(Box::new(self.first.clone()))
                })
            }
            // Where links are checked, an empty organisation of that size looks like one whose records people deleted.
            _ if !self.temper.days => {
                let emptied = sim.with(|_, org| emptied(org))?;
                // Something has to be written, or nobody looks.
                self.world.touch_held()?;
                self.hub.say(|| "an organisation of the CRM without its records".to_owned());
                Some(Stead::Crm(Box::new(emptied)))
            }
            _ => None,
        }
    }

    /// Puts something in a system's place, and returns what stood there.
    fn put(&self, stead: Stead) -> Stead {
        let (sim, now) = (&self.house.sim, self.house.server_clock.now());
        match stead {
            Stead::Erp(other) => {
                Stead::Erp(Box::new(sim.acumatica().write(now, |books, _| std::mem::replace(books, *other))))
            }
            Stead::Crm(other) => Stead::Crm(Box::new(sim.zoho().with(|crm| std::mem::replace(&mut crm.org, *other)))),
        }
    }
}

/// Whether enough of the customers that were changed last stood at an earlier state, by more than windows overlap.
fn is_earlier(first: &Books, now: &Books) -> bool {
    let before: BTreeMap<_, &Customer> =
        first.customers.values().map(|customer| (customer.meta.id, customer)).collect();
    let mut last: Vec<&Customer> = now.customers.values().collect();
    last.sort_by_key(|customer| std::cmp::Reverse(customer.meta.modified));
    let overlap = i64::try_from(OVERLAP.as_micros()).unwrap_or(i64::MAX);
    let earlier = last.iter().take(LAST.0).filter(|customer| {
        before.get(&customer.meta.id).is_some_and(|old| {
            let by = customer.meta.modified.as_microsecond() - old.meta.modified.as_microsecond();
            by > overlap && !now.hidden.contains(&customer.meta.id)
        })
    });
    earlier.count() >= LAST.1
}

/// The organisation without the records of our modules, where it holds enough accounts of ours that this shows.
fn emptied(org: &Org) -> Option<Org> {
    let mut emptied = org.clone();
    for name in ["Accounts", "Products", "Invoices"] {
        let module = emptied.module_mut(name)?;
        let ids: Vec<u64> = module.records().map(|record| record.id).collect();
        for id in ids {
            module.take(id);
        }
    }
    let accounts = org.module("Accounts")?;
    let key = key_field(accounts)?;
    let keyed = accounts.records().filter(|record| record.cells.get(key).is_some()).count();
    let strangers = accounts.records().count() - keyed;
    (keyed >= LAST.0 && strangers == 0).then_some(emptied)
}
