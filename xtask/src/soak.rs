//! `cargo x soak`: what is worth hours, not minutes: many killed processes, many seeds.
//!
//! Owns how much of each. Runs the same tests and the same machine as a landing does.

use crate::{run, trial};
use anyhow::{Context as _, Result};
use std::process::Command;

/// Processes that each of the two databases loses.
const KILLS: &str = "100";

/// Seeds of the breaking machine.
const SEEDS: &str = "0..100000";

/// Kills two hundred processes, then runs the seeds; `arguments` go to the machine instead of the seeds.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let this = std::env::current_exe().context("where this program is")?;
    let mut tests = Command::new(this);
    tests.args(["test", "-p", "app", "--test", "kills"]).env("ML_CONNECTOR_TEST_KILLS", KILLS);
    run::checked(tests.current_dir(run::root()))?;
    let seeds = ["--seeds".to_owned(), SEEDS.to_owned()];
    trial::run(if arguments.is_empty() { &seeds } else { arguments })
}
