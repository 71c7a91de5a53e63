//! One run: the flows of a connection, once, in dependency order, in the foreground of whoever calls.
//!
//! Owns the order of things: claim, recover, set up, flows, sweeps, checks, sign-out, report. Must not decide over records: `flow` asks `sync`.

mod candidates;
pub mod check;
pub mod clocks;
mod dead_links;
mod flow;
mod identity;
mod isolate;
mod item;
pub mod live;
mod missing;
mod moved;
mod overdue;
mod page;
mod recover;
mod reread;
mod rows;
mod send;
mod setup;
mod shared;
mod sweep;
mod totals;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use port::System;
use sync::{Flow, Instant};

use crate::connection::{Connection, Context};
use crate::ids;
use crate::policy::{Verdict, verdict};
use crate::report::{Calls, Outcome, Report};

use shared::{Halt, Results, Run};

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these flows; `None` runs all that are switched on.
    pub flows: Option<BTreeSet<Flow>>,
    /// Read everything, whatever the checkpoints say.
    pub full: bool,
    /// Read from here instead of from the checkpoint.
    pub since: Option<Instant>,
    /// Sweep the source's keys, whether or not it is time.
    pub sweep: bool,
    /// A person says that records which a sweep missed are really gone, however many they are.
    pub accept_vanished: bool,
    /// A person says that a system which was put back to an earlier state, or exchanged, is the right one: everything is read anew, swept
    /// and checked, and what is missing is taken for gone.
    pub accept_restored: bool,
    /// Check the links in the sink, whether or not it is time.
    pub check: bool,
    /// Plan only: nothing is written on either side nor in the ledger.
    pub dry_run: bool,
    /// What goes at the end of the run, a few small steps of it; `None` keeps everything.
    pub retention: Option<store::Retention>,
}

/// Why a run could not be made or told.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// Grace for writes under way when the run is told to stop.
const GRACE: Duration = Duration::from_millis(700);

/// Steps of pruning at the end of a run: at most a second or so, mostly nothing.
const PRUNING: usize = 8;

/// Runs the flows once.
///
/// # Errors
/// Only when the store fails or another worker took over; everything else is in the report.
pub async fn sync(cx: &Context, connection: &Connection, options: &Options) -> Result<Report, RunError> {
    let started = cx.clock.now();
    let id = ids::run_id(cx.clock.as_ref(), cx.entropy.as_ref());
    let before = (tally(connection, System::Acumatica), tally(connection, System::Zoho));
    let epoch = cx.store.claim(connection.id, &id, started).await?;
    if !options.dry_run {
        cx.store.start_run(connection.id, &id, started).await?;
    }
    let run = Run::new(cx, connection, options, id, epoch);

    let worked = {
        let mut work = Box::pin(work(&run, started, before));
        tokio::select! {
            biased;
            worked = &mut work => worked,
            // What hangs outside of the flows is dropped: intents stay open, the store commits whole or not at all.
            () = stopped(cx) => Ok(()),
        }
    };
    // A stop that nobody has noticed yet still names the ending.
    let _ = run.ended();
    if let Err(error) = sign_out(&run).await {
        run.note(error);
    }
    if let Err(error) = worked {
        if !options.dry_run {
            // The first error is the one to tell; that this one could not be kept either adds nothing.
            let _ = cx.store.finish_run(connection.id, &run.id, cx.clock.now(), "fault", "{}").await;
        }
        return Err(error);
    }

    if let (Some(retention), false, false) = (&options.retention, options.dry_run, cx.stop.is_cancelled())
        && let Err(error) = cx.store.prune(connection.id, retention, cx.clock.now(), PRUNING).await
    {
        run.note(format!("What is past its time could not be taken away; the next run goes on. {error}"));
    }

    if !options.dry_run {
        open_records(&run).await?;
    }
    clocks::warn(&run);
    let report = report(&run, started, before);
    if !options.dry_run {
        let summary = serde_json::to_string(&report).unwrap_or_default();
        cx.store.finish_run(connection.id, &run.id, cx.clock.now(), report.outcome.name(), &summary).await?;
    }
    Ok(report)
}

/// What is open counts whether or not this run met it.
async fn open_records(run: &Run<'_>) -> Result<(), RunError> {
    let counts = run.cx.store.state_counts(run.connection.id).await?;
    run.open_records(&counts);
    Ok(())
}

async fn work(run: &Run<'_>, started: Instant, before: (port::Tally, port::Tally)) -> Result<(), RunError> {
    let mut asked = setup::prepare(run).await?;
    if run.ended() {
        return Ok(());
    }
    identity::load(run).await?;
    check::begin(run).await?;
    recover::open_intents(run).await?;
    if !run.ended() && !run.options.dry_run && run.flows().any(|flow| flow == Flow::Invoices) {
        asked |= Box::pin(missing::placeholder(run)).await?;
    }
    if asked {
        run.set_up(crate::report::Setup {
            seconds: run.cx.clock.now().since(started).as_secs_f64(),
            calls: calls(run.connection, before),
        });
    }
    if run.ended() {
        return Ok(());
    }
    let flows: Vec<Flow> = run.flows().collect();
    let results = join_all(flows.iter().map(|flow| Box::pin(flow::run(run, *flow)))).await;
    for result in results {
        result?;
    }
    Box::pin(overdue::all(run)).await?;
    Box::pin(reread::all(run)).await?;
    Box::pin(sweep::all(run)).await?;
    Box::pin(check::all(run)).await?;
    identity::keep(run).await
}

/// Returns a moment after the run was told to stop: longer than the grace that flows give to their calls.
async fn stopped(cx: &Context) {
    cx.stop.cancelled().await;
    cx.clock.sleep(GRACE + GRACE / 4).await;
}

/// Signs out; what goes wrong is a sentence, not an error.
async fn sign_out(run: &Run<'_>) -> Result<(), String> {
    let call = run.connection.reader.sign_out().await;
    call.result.map_err(|fault| format!("Sign-out from Acumatica failed; the next run tries again. {fault}"))
}

fn calls(connection: &Connection, before: (port::Tally, port::Tally)) -> BTreeMap<System, Calls> {
    [(System::Acumatica, before.0), (System::Zoho, before.1)]
        .into_iter()
        .map(|(system, before)| (system, Calls::between(system, before, tally(connection, system))))
        .collect()
}

fn tally(connection: &Connection, system: System) -> port::Tally {
    (connection.tallies)(system)
}

fn report(run: &Run<'_>, started: Instant, before: (port::Tally, port::Tally)) -> Report {
    let Results { flows, problems, notes, halt, newly_parked, setup, sweeps, checks, rereads } = run.results();
    let outcome = match &halt {
        Some(Halt::Interrupted) => Outcome::Interrupted,
        Some(Halt::Fault(fault)) => match verdict(fault.kind) {
            Verdict::Later => Outcome::Unavailable,
            Verdict::Person | Verdict::Isolate => Outcome::NeedsPerson,
        },
        None if sweeps.values().any(|sweep| sweep.vanished) => Outcome::NeedsPerson,
        None if flows.values().any(|flow| flow.parked + flow.waiting + flow.undecided > 0) => Outcome::Parked,
        None => Outcome::Settled,
    };
    let (listed, total) = problems.into_parts();
    let connection = run.connection;
    Report {
        run_id: run.id.clone(),
        connection: connection.name.clone(),
        outcome,
        dry_run: run.options.dry_run,
        started,
        seconds: run.cx.clock.now().since(started).as_secs_f64(),
        flows,
        sweeps,
        checks,
        calls: calls(connection, before),
        clocks: clocks::measured(run),
        setup,
        rereads,
        problems: listed,
        problems_total: total,
        notes,
        newly_parked,
    }
}
