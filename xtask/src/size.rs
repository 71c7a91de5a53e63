//! `cargo x size`: the release binary, how long it took to build, how big it is.
//!
//! Owns the size budget, and that nothing of the trial is built in. Takes the folder
//! of the build from `run`, never from a guess.

use crate::{run, step};
use anyhow::{Context as _, Result, bail};

/// What people download has to stay small enough to copy over a slow line: 27 MiB, stripped. It was 25 before the sweeps, the looks at
/// balances and links, the trail of values and their commands came (25.4).
const BUDGET: u64 = 27 * 1024 * 1024;

/// Builds the release binary and refuses one over the budget, or with planted faults in it.
pub(crate) fn run() -> Result<()> {
    let told = run::output(&mut run::cargo(&[
        "tree",
        "--locked",
        "--package",
        "app",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p} [{f}]",
    ]))?;
    let planted = with_trial(&told);
    if !planted.is_empty() {
        bail!("the release binary would hold the places and planted faults of the trial: {}", planted.join(", "));
    }

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

/// Packages of a `cargo tree` that are built with the feature `trial`, or are the trial itself.
fn with_trial(tree: &str) -> Vec<&str> {
    let built_in = |line: &&str| {
        let features = line.rsplit_once('[').map_or("", |(_, features)| features);
        line.starts_with("trial ") || features.split([',', ']']).any(|feature| feature == "trial")
    };
    tree.lines().filter(built_in).collect()
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
        assert_eq!(sentence(17 * 1024 * 1024 + 600 * 1024), "release binary: 17.5 MiB of 27.0 MiB");
    }

    #[test]
    fn a_package_built_with_the_feature_of_the_trial_is_named() {
        let tree = "app v0.1.0 (/x/crates/app) []\nsync v0.1.0 (/x/crates/sync) [trial]\nstore v0.1.0 (/x) [a,trial]\nserde v1.0.0 [default,std]\ntrial v0.1.0 (/x) []\n";
        let named: Vec<&str> = with_trial(tree).iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(named, ["sync", "store", "trial"]);
    }
}
