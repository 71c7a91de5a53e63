//! What a run tells at its end: the object that `sync --json` prints.
//!
//! Owns the shape (a promise to scripts) and the counting. Must not hold a secret or a record's content beyond problem sentences.

use std::collections::BTreeMap;

use port::{Fault, Tally};
use serde::{Serialize, Serializer};
use sync::settle::State;
use sync::{Flow, Instant, Problem};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything is settled.
    Settled,
    /// It went through; some records are open.
    Parked,
    /// It stopped before it wrote, for a person to approve.
    Held,
    /// A person must act.
    NeedsPerson,
    /// A system did not answer within the patience given.
    Unavailable,
    /// Stopped from outside.
    Interrupted,
}

impl Outcome {
    /// The word in tables and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Parked => "parked",
            Self::Held => "held",
            Self::NeedsPerson => "needs_person",
            Self::Unavailable => "unavailable",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Counts of one flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FlowReport {
    /// Records read from the source.
    pub read: u64,
    /// Created in the sink.
    pub created: u64,
    /// Changed in the sink.
    pub updated: u64,
    /// Read and found the same, or changed in nothing that travels.
    pub unchanged: u64,
    /// Left behind by a filter.
    pub skipped: u64,
    /// Waiting for another record, whether or not this run met them.
    pub waiting: u64,
    /// Undecided, whether or not this run met them.
    pub undecided: u64,
    /// Parked, whether or not this run met them.
    pub parked: u64,
    /// Every change up to here is seen.
    pub covered_up_to: Option<Instant>,
    /// True when the flow went through.
    pub complete: bool,
}

impl FlowReport {
    /// Counts a record that ended in `state` (settled ones are counted by what was done).
    pub fn count(&mut self, state: State) {
        match state {
            State::Settled => self.unchanged += 1,
            State::Skipped | State::LeftAlone | State::Gone => self.skipped += 1,
            State::Waiting => self.waiting += 1,
            State::Undecided => self.undecided += 1,
            State::Parked => self.parked += 1,
        }
    }
}

/// What the sweep of a flow's keys did in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Rows that the source listed.
    pub listed: u64,
    /// Rows that no stamp had shown: not known, renamed, moved, changed, or come back.
    pub found: u64,
    /// Records that it missed, whether or not they were believed to be gone.
    pub missed: u64,
    /// Records for which the source said that it has them no more, and what the flow's policy says was done.
    pub gone: u64,
    /// True when the sweep went through; the next run goes on with one that did not.
    pub complete: bool,
    /// True when it missed more than it may be believed.
    pub vanished: bool,
}

/// What the check of a flow's links in the sink did in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Links that were looked at.
    pub links: u64,
    /// Records that were changed in the sink since the last check, by ourselves too.
    pub edited: u64,
    /// Records put right: back again, or what people changed written again.
    pub healed: u64,
    /// Links that moved along with their key.
    pub relinked: u64,
    /// Records parked for a person.
    pub parked: u64,
    /// True when the check went through; the next run goes on with one that did not.
    pub complete: bool,
}

/// One problem, as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Stable code.
    pub code: String,
    /// The flow; empty for a fault of the run.
    pub flow: String,
    /// The record; empty for a fault of the run and for what concerns a whole flow.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Most problems that a report lists.
pub const LISTED: usize = 100;

/// The report of one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `run_` and a UUID.
    pub run_id: String,
    /// The connection's name.
    pub connection: String,
    /// How it ended.
    pub outcome: Outcome,
    /// True when nothing was written anywhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// When it began.
    pub started: Instant,
    /// How long it took.
    #[serde(serialize_with = "millis")]
    pub seconds: f64,
    /// By flow.
    pub flows: BTreeMap<Flow, FlowReport>,
    /// Sweeps of the source's keys that this run began or went on with, by flow.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sweeps: BTreeMap<Flow, SweepReport>,
    /// Checks of the links in the sink that this run began or went on with, by flow.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<Flow, CheckReport>,
    /// By system: `acumatica`, `zoho`.
    pub calls: BTreeMap<port::System, Calls>,
    /// By system that answered in this run: its clock against this machine's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clocks: BTreeMap<port::System, ClockReport>,
    /// What probing and preparing both systems took, in the runs that had to (counted in `calls` and `seconds` too).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<Setup>,
    /// What was looked at on a schedule of its own, in the runs that did (its calls are counted in `calls` too).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rereads: Option<Rereads>,
    /// At most [`LISTED`].
    pub problems: Vec<Listed>,
    /// How many there were.
    pub problems_total: u64,
    /// What a person should know, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many records are newly parked by this run (for the exit code).
    #[serde(skip)]
    pub newly_parked: u64,
}

/// The share of a run that went into set-up.
#[derive(Clone, Debug, Serialize)]
pub struct Setup {
    /// How long it took.
    #[serde(serialize_with = "millis")]
    pub seconds: f64,
    /// Its calls, by system.
    pub calls: BTreeMap<port::System, Calls>,
}

/// A system's clock against this machine's, as its answers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClockReport {
    /// Seconds that it is ahead; less than zero when it is behind. Right within half a second and half of the quickest answer's time.
    #[serde(serialize_with = "millis")]
    pub ahead_seconds: f64,
    /// True when both are so far apart that people should know.
    pub off: bool,
}

/// Open documents that were looked at although no stamp had moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rereads {
    /// Calls to Acumatica for it, those included that read what differed.
    pub calls: u64,
    /// Customers that payments touched.
    pub paid: u64,
    /// Documents listed as open.
    pub listed: u64,
    /// Documents read whole, because the list differed from what was known or left them out.
    pub fetched: u64,
    /// False when the next run goes on with it.
    pub complete: bool,
}

/// Calls to one system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Attempts.
    pub made: u64,
    /// Repeats.
    pub retried: u64,
    /// Answers 429.
    pub throttled: u64,
    /// Credits (Zoho).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<u64>,
}

impl Calls {
    /// What was added between two tallies.
    #[must_use]
    pub fn between(system: port::System, before: Tally, after: Tally) -> Self {
        Self {
            made: after.made.saturating_sub(before.made),
            retried: after.retried.saturating_sub(before.retried),
            throttled: after.throttled.saturating_sub(before.throttled),
            credits: (system == port::System::Zoho).then(|| after.credits.saturating_sub(before.credits)),
        }
    }
}

/// Problems as they come up, capped.
#[derive(Debug, Default)]
pub struct Problems {
    listed: Vec<Listed>,
    total: u64,
}

impl Problems {
    /// A problem of a record.
    pub fn record(&mut self, flow: Flow, key: &str, problem: &Problem) {
        self.add(listed(flow, key, problem));
    }

    /// A fault of the run.
    pub fn fault(&mut self, fault: &Fault) {
        self.first(Listed {
            code: fault.kind.name().to_owned(),
            flow: String::new(),
            key: String::new(),
            message: format!("{}: {}", fault.system.title(), fault.message),
            remedy: fault.remedy.clone(),
        });
    }

    /// A problem of a whole flow.
    pub fn flow(&mut self, flow: Flow, problem: &Problem) {
        self.first(listed(flow, "", problem));
    }

    /// What concerns the run comes first, however many records are open.
    fn first(&mut self, listed: Listed) {
        self.total += 1;
        self.listed.truncate(LISTED - 1);
        self.listed.insert(0, listed);
    }

    fn add(&mut self, listed: Listed) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(listed);
        }
    }

    /// The list and the total.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Listed>, u64) {
        (self.listed, self.total)
    }
}

fn listed(flow: Flow, key: &str, problem: &Problem) -> Listed {
    Listed {
        code: problem.code.name().to_owned(),
        flow: flow.name().to_owned(),
        key: key.to_owned(),
        message: problem.message.clone(),
        remedy: problem.code.remedy().to_owned(),
    }
}

fn millis<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}
