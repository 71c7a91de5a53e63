//! `cargo x size`: the release binary, how long it took to build, how big it is.
//!
//! Owns the size budget. Takes the folder of the build from `run`, never from a
//! guess.

use crate::{run, step};
use anyhow::{Context as _, Result, bail};

/// What people download has to stay small enough to copy over a slow line: 25 MiB, stripped.
const BUDGET: u64 = 25 * 1024 * 1024;

/// Builds the release binary and refuses one over the budget.
pub(crate) fn run() -> Result<()> {
    let mut command = run::cargo_build(&["build", "--release", "--package", "app"]);
    command.args(["--bin", "ml-connector"]);
    let (built, took) = step::timed(|| run::checked(&mut command));
    built?;
    println!("release build: {:.1} s", took.as_secs_f64());

    let binary = run::built()?.join("release").join("ml-connector");
    let size = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
    println!("{}", sentence(size));
    if size > BUDGET {
        bail!("the release binary is over its budget; `cargo tree -e normal` shows what came in");
    }
    Ok(())
}

fn sentence(size: u64) -> String {
    let tenths = |bytes: u64| bytes.saturating_mul(10) / (1024 * 1024);
    let (size, budget) = (tenths(size), tenths(BUDGET));
    format!("release binary: {}.{} MiB of {}.{} MiB", size / 10, size % 10, budget / 10, budget % 10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_size_is_told_in_mebibytes_beside_its_budget() {
        assert_eq!(sentence(17 * 1024 * 1024 + 600 * 1024), "release binary: 17.5 MiB of 25.0 MiB");
    }
}
