//! `cargo x trial`: tries to break the promises, seed by seed.
//!
//! Owns only the call, and how many seeds a change must pass before it lands.

use crate::run;
use anyhow::Result;
use std::process::Command;

/// Seeds that every change passes: about a minute on two cores.
const LANDING: &str = "0..2000";

/// Builds the machine in release mode and runs it; `arguments` go to it.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    run::checked(&mut run::cargo_build(&["build", "--release", "--package", "trial"]))?;
    let mut trial = Command::new(run::built()?.join("release").join("trial"));
    run::checked(trial.args(arguments).current_dir(run::root()))
}

/// What `cargo x ci` runs.
pub(crate) fn landing() -> Result<()> {
    run(&["--seeds".to_owned(), LANDING.to_owned()])
}
