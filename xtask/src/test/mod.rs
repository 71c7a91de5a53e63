//! `cargo x test`: every test there is, with what the tests need.
//!
//! Owns the order of a run, the database that the tests get and the count
//! of what ran. Must not skip anything in silence: an absent system part is
//! installed or named, and a run without a single test is a failure. Gets the
//! PostgreSQL cluster from `system` and the counts from `runner`.

mod runner;

use crate::system::cluster::Cluster;
use crate::system::postgres;
use crate::{run, step};
use anyhow::{Result, bail};
pub(crate) use runner::Counts;
use runner::Runner;
use std::ffi::OsString;

/// Tells the tests where their PostgreSQL server is: a URL of a superuser on an
/// empty server. Each test creates a database of its own in it.
const POSTGRES: &str = "ML_CONNECTOR_TEST_POSTGRES";

/// Runs the tests that `arguments` select, every test without any, and prints the counts.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut counts = Counts::default();
    let outcome = counted(arguments, &mut counts);
    if counts != Counts::default() {
        println!("{}", counts.closing_line());
    }
    outcome
}

/// Like [`run()`], but leaves the counts to the caller, also when tests failed.
pub(crate) fn counted(arguments: &[String], counts: &mut Counts) -> Result<()> {
    let runner = Runner::installed();
    if arguments.is_empty() {
        build(runner)?;
    }
    let (url, cluster) = database()?;
    let outcome = run_all(runner, arguments, &url, counts);
    if let Some(cluster) = cluster {
        cluster.stop()?;
    }
    let good = outcome?;
    match *counts {
        Counts { failed: 1.., .. } => bail!("{} of the tests failed", counts.failed),
        Counts { passed: 0, .. } => bail!("no test ran"),
        _ if !good => bail!("the runner failed, though no test did"),
        _ => Ok(()),
    }
}

/// Compiles every test first, so that the time of building is told apart.
fn build(runner: Runner) -> Result<()> {
    let mut command = runner.command(true);
    let (built, took) = step::timed(|| run::checked(command.arg("--no-run")));
    built?;
    println!("debug build: {:.1} s", took.as_secs_f64());
    Ok(())
}

/// The server named in the environment, or a private one for this run.
fn database() -> Result<(OsString, Option<Cluster>)> {
    if let Some(url) = run::variable(POSTGRES) {
        println!("PostgreSQL: the server that {POSTGRES} names");
        return Ok((url, None));
    }
    let server = postgres::find_or_install()?;
    let cluster = Cluster::start(&server)?;
    println!("PostgreSQL {}: private, {}", server.version, cluster.url());
    Ok((cluster.url().into(), Some(cluster)))
}

/// Whether the runner was content with what ran.
fn run_all(runner: Runner, arguments: &[String], url: &OsString, counts: &mut Counts) -> Result<bool> {
    let whole = arguments.is_empty();
    let mut command = runner.command(whole);
    if let (Runner::Nextest, false) = (runner, run::watched()) {
        command.arg("--status-level=slow");
    }
    let mut good = runner.count(command.args(arguments).env(POSTGRES, url), counts)?;
    if whole {
        let mut command = run::cargo_build(&["test", "--workspace", "--doc", "--no-fail-fast"]);
        good &= Runner::BuiltIn.count(command.env(POSTGRES, url), counts)?;
    }
    Ok(good)
}
