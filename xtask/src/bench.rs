//! `cargo x bench`: the figures of docs/benchmarks.md, made again.
//!
//! Owns only the calls: what is measured, and how, stands in the `bench` example
//! of the app crate, which may use every crate that a measurement needs, and for
//! `--sizes` in the `sizes` example of the store.

use crate::run;
use anyhow::Result;
use std::process::Command;

/// With `--sizes`, what a million records take in the database; otherwise builds the binary and the bench program in release mode, and lets the one
/// measure the other; `arguments` go to the bench program.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let Some((first, rest)) = arguments.split_first()
        && first == "--sizes"
    {
        let mut sizes = run::cargo_build(&["run", "--release", "--package", "store"]);
        return run::checked(sizes.args(["--example", "sizes", "--"]).args(rest));
    }
    let mut build = run::cargo_build(&["build", "--release", "--package", "app"]);
    run::checked(build.args(["--bin", "ml-connector", "--example", "bench"]))?;

    let release = run::built()?.join("release");
    let mut bench = Command::new(release.join("examples").join("bench"));
    if !arguments.iter().any(|argument| argument.starts_with("--binary")) {
        bench.arg("--binary").arg(release.join("ml-connector"));
    }
    run::checked(bench.args(arguments).current_dir(run::root()))
}
