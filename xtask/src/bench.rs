//! `cargo x bench`: the figures of docs/benchmarks.md, made again.
//!
//! Owns only the call: what is measured, and how, stands in the `bench` example
//! of the app crate, which may use every crate that a measurement needs.

use crate::run;
use anyhow::Result;

/// Builds the bench program in release mode and runs it with `arguments`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut command = run::cargo_build(&["run", "--release", "--package", "app"]);
    run::checked(command.args(["--example", "bench", "--"]).args(arguments))
}
