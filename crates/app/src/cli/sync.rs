//! `sync`: one pass of the flows, in the foreground.
//!
//! Owns flags, progress, Ctrl-C, the table at the end and the exit code.

use std::sync::Arc;

use engine::{Context, Options, Outcome, Progress, Report, Silent};
use port::Fault;
use store::{Access, ConnectionRow};
use tokio_util::sync::CancellationToken;

use super::args::{FailOn, SyncArgs};
use super::opened::refused;
use super::progress::{Bars, Lines};
use super::{Invocation, Opened, interrupt, output, tables};
use crate::connection_file::Settings;
use crate::process::exit::{Exit, Failure};
use crate::same_system;
use crate::wiring::{self, Parts};

pub(super) async fn run(cx: &Invocation, args: SyncArgs) -> Result<Exit, Failure> {
    let name = args.name.clone();
    let result = go(cx, args).await;
    if let Err(failure) = &result
        && cx.json
        && failure.exit != Exit::Usage
    {
        // Scripts get one object, whatever happened.
        let outcome = match failure.exit {
            Exit::Person => "needs_person",
            Exit::Unavailable => "unavailable",
            Exit::Interrupted => "interrupted",
            _ => "fault",
        };
        output::json(&serde_json::json!({
            "run_id": null, "connection": name, "outcome": outcome, "flows": {}, "calls": {},
            "problems": [{ "code": outcome, "flow": "", "key": "", "message": failure.message, "remedy": "" }],
            "problems_total": 1,
        }))?;
    }
    result
}

async fn go(cx: &Invocation, args: SyncArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::Worker).await?;
    let row = opened.connection(args.name.as_deref()).await?;
    let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| Failure::fault(error.to_string()))?;
    if row.binding.source_host.is_some()
        && let Some(why) = same_system::objection(&row, &settings)
    {
        return Err(Failure::person(why));
    }
    let parts = opened.parts(cx);
    let mut wired = wiring::wire(&opened.store, &row, &parts).await.map_err(Failure::person)?;
    wiring::redeem(&opened.store, &row, &mut wired).await.map_err(|fault| told(&fault))?;
    let options = Options {
        flows: (!args.flows.is_empty()).then(|| args.flows.iter().map(|flow| (*flow).into()).collect()),
        full: args.full,
        sweep: args.sweep,
        accept_vanished: args.accept_vanished,
        accept_restored: args.accept_restored,
        check: args.check,
        since: args.since,
        dry_run: args.dry_run,
        retention: Some(cx.settings.retention()),
    };
    let context = opened.context(progress(cx, &opened.clock));
    interrupt::watch(context.stop.clone())?;
    let result = engine::sync(&context, &wired.connection, &options).await;
    bind(&opened, &row, &settings).await?;
    let engine::RunError::Store(error) = match result {
        Ok(report) => {
            drop(context);
            return finish(cx, &opened, &row, &report, args.fail_on).await;
        }
        Err(error) => error,
    };
    Err(refused(error))
}

/// Binds a connection to the Acumatica that it has read from, once.
async fn bind(opened: &Opened, row: &ConnectionRow, settings: &Settings) -> Result<(), Failure> {
    if row.binding.source_host.is_some() || opened.store.checkpoints(row.id).await.map_err(refused)?.is_empty() {
        return Ok(());
    }
    opened.store.bind(row.id, &same_system::named(settings)).await.map_err(refused)
}

async fn finish(
    cx: &Invocation,
    opened: &Opened,
    row: &ConnectionRow,
    report: &Report,
    fail_on: FailOn,
) -> Result<Exit, Failure> {
    if cx.json {
        output::json(report)?;
    } else {
        tables::report(report);
    }
    let open = match fail_on {
        FailOn::None => false,
        FailOn::New => report.newly_parked > 0,
        FailOn::Any => opened
            .store
            .state_counts(row.id)
            .await
            .map_err(refused)?
            .iter()
            .any(|((_, state), records)| state.is_open() && *records > 0),
    };
    Ok(match report.outcome {
        Outcome::Settled | Outcome::Parked if open => Exit::Parked,
        Outcome::Settled | Outcome::Parked => Exit::Settled,
        Outcome::Held | Outcome::NeedsPerson => Exit::Person,
        Outcome::Unavailable => Exit::Unavailable,
        Outcome::Interrupted => Exit::Interrupted,
    })
}

/// A fault before the run began.
fn told(fault: &Fault) -> Failure {
    let exit = match engine::policy::verdict(fault.kind) {
        engine::policy::Verdict::Later => Exit::Unavailable,
        _ => Exit::Person,
    };
    Failure { exit, message: fault.to_string() }
}

/// Bars on a terminal, lines elsewhere, nothing when quiet.
pub(crate) fn progress(cx: &Invocation, clock: &Arc<dyn port::Clock>) -> Arc<dyn Progress> {
    use std::io::IsTerminal;
    if cx.quiet {
        Arc::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Arc::new(Bars::new())
    } else {
        Arc::new(Lines::new(Arc::clone(clock)))
    }
}

impl Opened {
    /// What clients are built with.
    pub(crate) fn parts(&self, cx: &Invocation) -> Parts {
        Parts {
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            allow_loopback: cx.settings.allow_loopback.value,
            transport: None,
        }
    }

    /// The world of a run.
    pub(crate) fn context(&self, progress: Arc<dyn Progress>) -> Context {
        Context {
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            store: self.store.clone(),
            progress,
            stop: CancellationToken::new(),
        }
    }
}
