//! What the flows of one run share: schema, gates, problems, and whether the run has to end.
//!
//! Owns the run's state in memory. Locks are held for moments only, never over an await.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use port::Fault;
use store::Epoch;
use sync::Flow;
use sync::mapping::{Names, RULES_VERSION, Schema};
use sync::settle::State;
use tokio::sync::watch;

use super::Options;
use super::candidates::Candidates;
use super::identity::Identity;
use crate::connection::{Connection, Context};
use crate::policy::{Verdict, verdict};
use crate::report::{CheckReport, FlowReport, Problems, Rereads, Setup, SweepReport};

/// Why a run ends before its work is done.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// Told to stop.
    Interrupted,
    /// A system failed in a way that ends the run.
    Fault(Fault),
}

/// The sink's schema with the names interned from it.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) schema: Arc<Schema>,
    pub(super) names: Arc<Names>,
}

impl Target {
    pub(super) fn versions(&self) -> u64 {
        sync::detect::versions(self.schema.version, RULES_VERSION)
    }
}

/// One run.
pub(super) struct Run<'a> {
    pub(super) cx: &'a Context,
    pub(super) connection: &'a Connection,
    pub(super) options: &'a Options,
    pub(super) id: String,
    pub(super) epoch: Epoch,
    pub(super) candidates: Candidates,
    pub(super) identity: Identity,
    /// True once the sink's fields were looked at again in this run. Looking is awaited under the lock.
    pub(super) looked_again: tokio::sync::Mutex<bool>,
    state: Mutex<Shared>,
    gates: BTreeMap<Flow, watch::Sender<bool>>,
}

struct Shared {
    target: Target,
    halt: Option<Halt>,
    problems: Problems,
    notes: Vec<String>,
    flows: BTreeMap<Flow, FlowReport>,
    newly_parked: u64,
    setup: Option<Setup>,
    sweeps: BTreeMap<Flow, SweepReport>,
    /// Records that were due and that a list by key did not bring, by ERP key.
    not_come: BTreeMap<Flow, Vec<String>>,
    checks: BTreeMap<Flow, CheckReport>,
    rereads: Option<Rereads>,
    /// Records that stayed behind, by flow and filter.
    filtered: BTreeMap<(Flow, &'static str), u64>,
    /// Codes that a dry run would have linked.
    pretended: BTreeMap<Flow, BTreeSet<String>>,
}

/// All that a report is made of.
pub(super) struct Results {
    pub(super) flows: BTreeMap<Flow, FlowReport>,
    pub(super) problems: Problems,
    pub(super) notes: Vec<String>,
    pub(super) halt: Option<Halt>,
    pub(super) newly_parked: u64,
    pub(super) setup: Option<Setup>,
    pub(super) sweeps: BTreeMap<Flow, SweepReport>,
    pub(super) checks: BTreeMap<Flow, CheckReport>,
    pub(super) rereads: Option<Rereads>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        cx: &'a Context,
        connection: &'a Connection,
        options: &'a Options,
        id: String,
        epoch: Epoch,
    ) -> Self {
        let schema = Arc::new(Schema::default());
        let names = Arc::new(Names::of(&schema));
        let mut run = Self {
            cx,
            connection,
            options,
            id,
            epoch,
            candidates: Candidates::default(),
            identity: Identity::new(),
            looked_again: tokio::sync::Mutex::new(false),
            state: Mutex::new(Shared {
                target: Target { schema, names },
                halt: None,
                problems: Problems::default(),
                notes: Vec::new(),
                flows: BTreeMap::new(),
                newly_parked: 0,
                setup: None,
                sweeps: BTreeMap::new(),
                not_come: BTreeMap::new(),
                checks: BTreeMap::new(),
                rereads: None,
                filtered: BTreeMap::new(),
                pretended: BTreeMap::new(),
            }),
            gates: BTreeMap::new(),
        };
        run.gates = run.flows().map(|flow| (flow, watch::Sender::new(false))).collect();
        run
    }

    fn state(&self) -> MutexGuard<'_, Shared> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Flows of this run, in dependency order.
    pub(super) fn flows(&self) -> impl Iterator<Item = Flow> + '_ {
        Flow::ALL.into_iter().filter(|flow| {
            self.connection.flows.contains_key(flow)
                && self.options.flows.as_ref().is_none_or(|only| only.contains(flow))
        })
    }

    pub(super) fn target(&self) -> Target {
        self.state().target.clone()
    }

    pub(super) fn set_schema(&self, schema: Schema) {
        self.connection.writer.adopt(&schema);
        let names = Arc::new(Names::of(&schema));
        self.state().target = Target { schema: Arc::new(schema), names };
    }

    /// Ends the run because of `fault`; the first reason stays, a fault of the other system is told too.
    pub(super) fn fail(&self, fault: &Fault) {
        let mut state = self.state();
        let told = match &state.halt {
            Some(Halt::Fault(first)) => first.system == fault.system,
            Some(Halt::Interrupted) => true,
            None => false,
        };
        if !told {
            state.problems.fault(fault);
        }
        if state.halt.is_none() {
            state.halt = Some(Halt::Fault(fault.clone()));
        }
    }

    /// True when the run has to end; notices a stop from outside.
    pub(super) fn ended(&self) -> bool {
        let mut state = self.state();
        if state.halt.is_none() && self.cx.stop.is_cancelled() {
            state.halt = Some(Halt::Interrupted);
        }
        state.halt.is_some()
    }

    pub(super) fn set_up(&self, setup: Setup) {
        self.state().setup = Some(setup);
    }

    pub(super) fn swept(&self, flow: Flow, report: SweepReport) {
        self.state().sweeps.insert(flow, report);
    }

    /// A record that is due did not come by its key; the end of the run looks after those that a person asked for.
    pub(super) fn not_come(&self, flow: Flow, erp_key: String) {
        self.state().not_come.entry(flow).or_default().push(erp_key);
    }

    /// Takes the records of `flow` that did not come.
    pub(super) fn take_not_come(&self, flow: Flow) -> Vec<String> {
        self.state().not_come.remove(&flow).unwrap_or_default()
    }

    pub(super) fn checked(&self, flow: Flow, report: CheckReport) {
        self.state().checks.insert(flow, report);
    }

    pub(super) fn reread(&self, rereads: Rereads) {
        self.state().rereads = Some(rereads);
    }

    /// A record stayed behind because of `filter`.
    pub(super) fn filtered(&self, flow: Flow, filter: &'static str) {
        *self.state().filtered.entry((flow, filter)).or_default() += 1;
    }

    pub(super) fn note(&self, words: String) {
        let mut state = self.state();
        if state.notes.len() < 50 && !state.notes.contains(&words) {
            state.notes.push(words);
        }
    }

    pub(super) fn maybe_note(&self, words: Option<String>) {
        if let Some(words) = words {
            self.note(words);
        }
    }

    pub(super) fn problem(&self, flow: Flow, key: &str, problem: &sync::Problem, newly: bool) {
        let mut state = self.state();
        state.problems.record(flow, key, problem);
        state.newly_parked += u64::from(newly);
    }

    /// A problem of a whole flow.
    pub(super) fn flow_problem(&self, flow: Flow, problem: &sync::Problem) {
        self.state().problems.flow(flow, problem);
    }

    pub(super) fn figures(&self, flow: Flow, figures: FlowReport) {
        self.cx.progress.flow(flow, &figures);
        self.state().flows.insert(flow, figures);
    }

    /// Adds the work that was done for `flow` outside of its own pass.
    pub(super) fn add_figures(&self, flow: Flow, more: &FlowReport) {
        let mut state = self.state();
        let sum = state.flows.entry(flow).or_default();
        sum.read += more.read;
        sum.created += more.created;
        sum.updated += more.updated;
        sum.unchanged += more.unchanged;
        sum.skipped += more.skipped;
        sum.waiting += more.waiting;
        sum.undecided += more.undecided;
        sum.parked += more.parked;
    }

    /// Figures of open records as the ledger has them.
    pub(super) fn open_records(&self, counts: &BTreeMap<(Flow, State), u64>) {
        let mut state = self.state();
        for (flow, figures) in &mut state.flows {
            let of = |state: State| counts.get(&(*flow, state)).copied().unwrap_or_default();
            figures.waiting = of(State::Waiting);
            figures.undecided = of(State::Undecided);
            figures.parked = of(State::Parked);
        }
    }

    /// Opens the gate of `flow`: what depends on it may go on.
    pub(super) fn open_gate(&self, flow: Flow) {
        if let Some(gate) = self.gates.get(&flow) {
            gate.send_replace(true);
        }
    }

    /// Waits until the source is known, and until the flows that `flow` depends on have gone through (at once when they are not part of
    /// the run).
    pub(super) async fn dependencies(&self, flow: Flow) {
        self.identity.known().await;
        let before: &[Flow] = match flow {
            Flow::Customers | Flow::Items => &[],
            Flow::Invoices => &[Flow::Customers, Flow::Items],
        };
        for gate in before.iter().filter_map(|flow| self.gates.get(flow)) {
            // An error means that the sender is gone, which ends the run anyway.
            let _ = gate.subscribe().wait_for(|open| *open).await;
        }
    }

    pub(super) fn pretend(&self, flow: Flow, code: &str) {
        self.state().pretended.entry(flow).or_default().insert(code.to_owned());
    }

    pub(super) fn pretended(&self, flow: Flow, code: &str) -> bool {
        self.state().pretended.get(&flow).is_some_and(|codes| codes.contains(code))
    }

    pub(super) fn results(&self) -> Results {
        let mut state = self.state();
        for ((flow, filter), records) in std::mem::take(&mut state.filtered) {
            state.notes.push(format!("{records} of {} stayed behind: {filter}.", flow.name()));
        }
        Results {
            flows: std::mem::take(&mut state.flows),
            problems: std::mem::take(&mut state.problems),
            notes: std::mem::take(&mut state.notes),
            halt: state.halt.clone(),
            newly_parked: state.newly_parked,
            setup: state.setup.take(),
            sweeps: std::mem::take(&mut state.sweeps),
            checks: std::mem::take(&mut state.checks),
            rereads: state.rereads.take(),
        }
    }

    /// True when the fault says that one record of the batch is malformed, not that the system is in trouble.
    pub(super) fn isolates(fault: &Fault) -> bool {
        verdict(fault.kind) == Verdict::Isolate
    }
}
