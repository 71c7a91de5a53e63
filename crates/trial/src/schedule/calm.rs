//! The end of a seed: faults end, people decide, both sides agree within a few runs, and then nothing is written.
//!
//! Owns how much time passes between these runs, and what people decide meanwhile.

use std::time::Duration;

use engine::Options;
use futures_util::FutureExt as _;
use sim::faults::Dials;
use sync::problem::Code;
use sync::settle::patience::MOST_PAUSE;
use tokio_util::sync::CancellationToken;

use super::{Trial, arrive, told};
use crate::executor::{Ended, Task, drive};
use crate::oracle::{Oracle, Told, Violation};

const HOUR: u64 = 3_600;

/// Pauses before the runs that may be needed until both sides agree where nothing but the flows has to heal: late commits become
/// visible, the overlap passes; at last, every pause after an unanswered write is over.
const HOURS: [u64; 4] = [HOUR / 3, HOUR / 3, HOUR / 3, MOST_PAUSE.as_secs()];

/// The same where links are checked and keys are swept once a day: a deletion counts when two sweeps have missed it, and a sweep that a
/// slow answer cut short goes on the next day.
const DAYS: [u64; 8] = [HOUR / 3, 25 * HOUR, 25 * HOUR, 25 * HOUR, 25 * HOUR, 25 * HOUR, 25 * HOUR, 25 * HOUR];

/// The run after which the second sweep has been made.
const SWEPT: usize = 3;

/// How long it takes until everything was read again.
const WHOLE: u64 = 8 * 24 * HOUR;

impl Trial<'_> {
    /// Nothing goes wrong any more: both sides agree within a few runs, and then nothing is written.
    pub(super) fn agree(&mut self, violations: &mut Vec<Violation>) {
        self.hub.say(|| "calm".to_owned());
        self.house.sim.faults().set(Dials::default());
        while arrive(self.house, &mut self.world) {}
        self.world.calm();
        for code in [Code::UndecidedName, Code::StaysLocked, Code::NeverAnswered, Code::TotalDiffers] {
            self.replay(code);
        }
        let days = self.temper.days;
        let pauses: &[u64] = if days { &DAYS } else { &HOURS };
        let least = if days { SWEPT } else { 2 };
        let mut last = Vec::new();
        for (pass, pause) in (1..).zip(pauses) {
            let pause = if pass == 2 && self.temper.wild.unseen { WHOLE } else { *pause };
            self.hub.advance(Duration::from_secs(pause));
            if self.calm_run(violations).is_none() {
                return;
            }
            if days && pass == 2 {
                self.second_thoughts();
            }
            let (listed, swept) = (self.listed(), days && pass >= SWEPT);
            last = self.oracle.agreement(&self.house.sim, &listed, &self.world.doings, self.rules, swept);
            if last.is_empty() && pass >= least && !std::mem::take(&mut self.signed_in) {
                break;
            }
        }
        violations.append(&mut last);
        if !violations.is_empty() {
            return;
        }
        if let Some(Ok(counted)) = self.house.counted().now_or_never() {
            violations.extend(Oracle::counted(&self.house.sim, &counted));
        }
        self.stay_quiet(violations);
        match self.house.verify().now_or_never() {
            Some(Ok(verified)) if verified.broken.is_none() => {}
            Some(Ok(verified)) => {
                violations.push(Violation { name: "trail_broken", what: format!("{:?}", verified.broken) });
            }
            Some(Err(error)) => violations.push(Violation { name: "store_error", what: error.to_string() }),
            None => violations.push(Violation { name: "stuck", what: "verify waits".to_owned() }),
        }
    }

    /// Nothing is written any more, and nothing is asked of the CRM: at once, but for what a look that was cut short has left.
    fn stay_quiet(&mut self, violations: &mut Vec<Violation>) {
        let left = if self.temper.days { 2 } else { 0 };
        for pass in 0..=left {
            let before = self.oracle.record_writes(&self.house.sim);
            let Some(told) = self.calm_run(violations) else { return };
            let mut loud = self.oracle.quiet(&self.house.sim, &told, before);
            if loud.is_empty() || pass == left || told.written > 0 {
                violations.append(&mut loud);
                return;
            }
        }
    }

    /// What the checks have brought up: some of it people want as the ERP has it, the rest they leave as it is.
    fn second_thoughts(&mut self) {
        if self.hub.chance(500) {
            self.replay(Code::EditedInCrm);
            self.replay(Code::Alternating);
        }
        if self.hub.chance(400) {
            self.world.doings.asked.extend(self.oracle.deleted(&self.house.sim));
            self.replay(Code::TargetGone);
        }
    }

    fn replay(&self, code: Code) {
        let asked = self.house.replay(code).now_or_never();
        self.hub.say(|| format!("replayed {} {asked:?}", code.name()));
    }

    /// A run without faults. Where so many records left the source that it looks restored, a person says that it is the right one.
    fn calm_run(&mut self, violations: &mut Vec<Violation>) -> Option<Told> {
        let mut doubted = false;
        let told = self.run_once(&Options::default(), &mut doubted, violations)?;
        if !doubted {
            return Some(told);
        }
        self.hub.say(|| "accepted".to_owned());
        self.run_once(&Options { accept_restored: true, ..Options::default() }, &mut doubted, violations)
    }

    pub(super) fn run_once(
        &mut self,
        options: &Options,
        doubted: &mut bool,
        violations: &mut Vec<Violation>,
    ) -> Option<Told> {
        self.runs += 1;
        let tasks = vec![Task::new(self.house.run(options, CancellationToken::new()), None)];
        let end = drive(&self.hub, tasks, &mut || {}).pop()?;
        let said = match &end {
            Ended::Done(Ok(report)) => {
                *doubted = report.problems.iter().any(|listed| listed.code == "wrong_system");
                Some(told(report))
            }
            _ => None,
        };
        self.read_trail(violations);
        self.judge(end, violations);
        if let Some(told) = said.as_ref().filter(|_| !self.consent_lost) {
            violations.extend(self.oracle.signed_out(&self.house.sim, told));
        }
        if let Some(told) = &said {
            violations.extend(Oracle::told_open(told, &self.listed()));
        }
        if said.is_none() && violations.is_empty() {
            violations.push(Violation { name: "store_error", what: "a calm run did not end well".to_owned() });
        }
        if violations.is_empty() { said } else { None }
    }
}
