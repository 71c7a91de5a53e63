//! The course of one trial: first load, rounds of change, faults, crashes and second owners, then calm and agreement.
//!
//! Owns what a seed does. Everything it draws comes from the hub.

mod calm;
mod draws;
mod exchanged;
mod paper;

use std::time::Duration;

use engine::{Options, Report, RunError};
use futures_util::FutureExt as _;
use sim::acumatica::model::Books;
use sim::{Clock as _, Size};
use sync::seam::Mutant;
use tokio_util::sync::CancellationToken;

use crate::executor::{Ended, Hub, Kill, Task, drive};
use crate::house::House;
use crate::oracle::{Oracle, Row, Rules, Told, Violation};
use crate::world::World;

use draws::Temper;

/// What came of a seed.
#[derive(Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// Broken promises; empty when all held.
    pub violations: Vec<Violation>,
    /// Digest of the trace.
    pub digest: String,
    /// The trace in words, where it was asked for.
    pub trace: Vec<String>,
    /// Runs made, those that were killed included.
    pub runs: u32,
    /// Gates opened.
    pub steps: u64,
}

/// Carries out `seed`.
#[must_use]
pub fn carry_out(seed: u64, keep_trace: bool, mutant: Option<Mutant>) -> Verdict {
    sync::seam::choose(mutant);
    let verdict = under(seed, keep_trace);
    sync::seam::choose(None);
    store::seam::set(None);
    verdict
}

fn under(seed: u64, keep_trace: bool) -> Verdict {
    let mut violations = Vec::new();
    // Every fourth org has been used before.
    let existing_accounts = if seed.is_multiple_of(4) { 6 } else { 0 };
    let size = Size { customers: 8, items: 8, invoices: 10, won_deals: 1, existing_accounts };
    let made = House::new(seed, keep_trace, size, draws::rules(seed), |_| {}).now_or_never();
    let house = match made {
        Some(Ok(house)) => house,
        Some(Err(what)) => return failed(seed, what),
        None => return failed(seed, "the house waits for something".to_owned()),
    };
    let hub = house.hub.clone();
    // A process may end between two durable steps as well as between two calls.
    store::seam::set(Some(Box::new(move |place| Box::pin(hub.place(place)))));
    let mut trial = Trial::new(&house, draws::rules(seed));
    trial.course(&mut violations);
    Verdict {
        seed,
        violations,
        digest: house.hub.digest(),
        trace: house.hub.lines(),
        runs: trial.runs,
        steps: house.hub.steps(),
    }
}

fn failed(seed: u64, what: String) -> Verdict {
    let violations = vec![Violation { name: "house", what }];
    Verdict { seed, violations, digest: String::new(), trace: Vec::new(), runs: 0, steps: 0 }
}

struct Trial<'h> {
    house: &'h House,
    hub: Hub,
    world: World,
    oracle: Oracle,
    rules: Rules,
    temper: Temper,
    runs: u32,
    /// A person signed in, so that the next run looks at both systems anew.
    signed_in: bool,
    /// A consent was lost, and with it the way to sign out of what was done under it.
    consent_lost: bool,
    /// Tokens were lost on their way to one of the runs that ended last.
    pardoned: bool,
    /// The ERP as it was at the start.
    first: Books,
    /// What the runs that ended last left in the trail.
    rows: Vec<Row>,
}

impl<'h> Trial<'h> {
    fn new(house: &'h House, rules: Rules) -> Self {
        let hub = house.hub.clone();
        let temper = draws::temper(&hub, rules);
        house.updates_come_late(temper.updates_late);
        let mut world = World::new(
            hub.clone(),
            std::sync::Arc::clone(&house.sim),
            std::sync::Arc::clone(&house.server_clock),
            temper.wild,
        );
        world.doings.lag = temper.lag;
        // What the books begin with was stamped by the same clock.
        hub.advance(Duration::from_micros(temper.lag.unsigned_abs()));
        hub.say(|| format!("{temper:?} {rules:?}"));
        let mut oracle = Oracle::default();
        // The first look only remembers what people own.
        let _ = oracle.safety(&house.sim, &world.doings);
        let first = house.sim.with(|books, _| books.clone());
        Self {
            house,
            hub,
            world,
            oracle,
            rules,
            temper,
            runs: 0,
            signed_in: false,
            consent_lost: false,
            pardoned: false,
            first,
            rows: Vec::new(),
        }
    }

    fn course(&mut self, violations: &mut Vec<Violation>) {
        draws::skew(self.house);
        let rounds = 2 + self.hub.below(3);
        for round in 0..rounds {
            self.hub.say(|| format!("round {round}"));
            draws::faults(self.house);
            if self.hub.chance(500) && !self.temper.days {
                self.world.formula(i64::from(self.hub.chance(160)));
            }
            self.round(violations);
            if !violations.is_empty() {
                return;
            }
            if self.hub.chance(100) {
                self.exchanged(violations);
            }
            for _ in 0..self.hub.below(5) {
                self.world.step();
            }
            let days = if self.temper.days && self.hub.chance(300) { 25 * 3_600 } else { 0 };
            self.hub.advance(Duration::from_secs(self.hub.below(3_000) + days));
            if self.hub.chance(100)
                && let Some(seconds) = draws::set_clock(&self.hub, self.temper)
            {
                self.world.set_clock(seconds);
            }
        }
        self.agree(violations);
    }

    /// One run or two at once, some killed in the middle, with changes meanwhile.
    fn round(&mut self, violations: &mut Vec<Violation>) {
        let kill = self.hub.chance(350).then(|| match self.hub.below(2) {
            0 => Kill::AfterGates(1 + self.hub.below(220)),
            _ => draws::place(&self.hub),
        });
        let stop_at = self.hub.chance(150).then(|| self.hub.below(220));
        let stop = CancellationToken::new();
        let second = self.hub.chance(150);
        let asked = |share| self.temper.days && self.hub.chance(share);
        let options =
            Options { full: self.hub.chance(120), check: asked(120), sweep: asked(120), ..Options::default() };
        let mut tasks: Vec<Task<'_, Result<Report, RunError>>> =
            vec![Task::new(self.house.run(&options, stop.clone()), kill)];
        let later = self.hub.turn("second owner".to_owned());
        let patience = Duration::from_secs(1 + self.hub.below(20));
        if second {
            let (house, hub, options) = (self.house, self.hub.clone(), &options);
            tasks.push(Task::new(
                async move {
                    later.await;
                    hub.timer(patience).await;
                    house.run(options, CancellationToken::new()).await
                },
                None,
            ));
        }
        self.runs += u32::try_from(tasks.len()).unwrap_or(0);
        let (world, oracle, hub) = (&mut self.world, &mut self.oracle, &self.hub);
        let house = self.house;
        let sim = &house.sim;
        let restless = if hub.chance(500) { hub.below(40) } else { hub.below(150) };
        let mut found = Vec::new();
        let mut steps = 0;
        let ends = drive(hub, tasks, &mut || {
            steps += 1;
            if stop_at == Some(steps) {
                hub.say(|| "told to stop".to_owned());
                stop.cancel();
            }
            if hub.chance(restless) {
                world.step();
            }
            if hub.chance(20) {
                arrive(house, world);
            }
            if hub.chance(30) {
                found.extend(oracle.safety(sim, &world.doings));
            }
        });
        violations.append(&mut found);
        self.read_trail(violations);
        // Two owners may renew the same token at once.
        self.pardoned = second;
        for end in ends {
            self.judge(end, violations);
        }
    }

    fn judge(&mut self, end: Ended<Result<Report, RunError>>, violations: &mut Vec<Violation>) {
        let sim = &self.house.sim;
        match end {
            Ended::Done(Ok(report)) => {
                let mut told = told(&report);
                told.open.extend(self.listed().into_iter().map(|(flow, code, _)| (flow, code)));
                self.hub.say(|| format!("told {} written {} {:?}", told.outcome, told.written, report.problems));
                violations.extend(self.oracle.after_run(sim, &told, &self.world.doings));
                self.told_of(&report.run_id, &told, violations);
                if matches!(told.outcome.as_str(), "settled" | "parked") {
                    let ahead = self.house.server_clock.now().as_microsecond() - self.hub.micros();
                    self.world.settled_before = (report.started.micros() + ahead) / 1_000_000;
                }
                if told.open.contains(&(String::new(), String::new())) && report.problems.iter().any(is_consent) {
                    self.consent(violations);
                }
            }
            Ended::Done(Err(RunError::Store(store::StoreError::Stale))) => {
                self.hub.say(|| "stale".to_owned());
                violations.extend(self.oracle.safety(sim, &self.world.doings));
            }
            Ended::Done(Err(error)) => {
                violations.push(Violation { name: "store_error", what: error.to_string() });
            }
            Ended::Killed => {
                violations.extend(self.oracle.safety(sim, &self.world.doings));
                if self.hub.chance(600) {
                    self.world.change_back();
                }
            }
            Ended::Stuck => violations.push(Violation { name: "stuck", what: "a run waits for nothing".to_owned() }),
            Ended::Endless => violations.push(Violation { name: "endless", what: "a run does not end".to_owned() }),
        }
    }

    /// A person signs in again where rotated tokens were lost on their way, the one thing that no client can mend. Whoever loses the
    /// consent otherwise asks without a cause.
    fn consent(&mut self, violations: &mut Vec<Violation>) {
        if self.hub.take_lost_tokens() == 0 {
            if !self.pardoned {
                let what = "a person has to sign in, though no token was lost".to_owned();
                violations.push(Violation { name: "asked_without_cause", what });
            }
            return;
        }
        self.pardoned = true;
        self.signed_in = true;
        self.consent_lost = true;
        self.hub.say(|| "a person signs in again".to_owned());
        if let Some(Err(what)) = self.house.sign_in_again().now_or_never() {
            violations.push(Violation { name: "house", what });
        }
    }

    /// What the product lists as open.
    fn listed(&self) -> Vec<(String, String, String)> {
        match self.house.open_records().now_or_never() {
            Some(Ok(listed)) => listed,
            _ => Vec::new(),
        }
    }
}

/// Lets a late request arrive; false when there is none.
fn arrive(house: &House, world: &mut World) -> bool {
    let Some(arrival) = house.late_arrival() else { return false };
    for id in arrival.ids {
        if let Some(key) = world.doings.touch(&house.sim, &arrival.module, id) {
            world.doings.strayed.insert(key);
        }
    }
    true
}

fn is_consent(listed: &engine::report::Listed) -> bool {
    listed.code == "credentials"
}

fn told(report: &Report) -> Told {
    let mut told = Told { outcome: report.outcome.name().to_owned(), ..Told::default() };
    let mut covered = std::collections::BTreeMap::new();
    for (flow, figures) in &report.flows {
        if let Some(instant) = figures.covered_up_to {
            covered.insert(flow.name().to_owned(), instant.micros());
        }
        told.written += figures.created + figures.updated;
        told.counted_open += figures.parked + figures.waiting + figures.undecided;
    }
    told.covered = covered;
    told.open = report.problems.iter().map(|listed| (listed.flow.clone(), listed.key.clone())).collect();
    told.still_signed_in = report.notes.iter().any(|note| note.starts_with("Sign-out"));
    told.crm_calls = report.calls.get(&port::System::Zoho).map_or(0, |calls| calls.made);
    told
}
