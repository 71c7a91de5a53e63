//! `cargo x size`: the release binary, how long it took to build, how big it is.
//!
//! Owns the size budget. Takes the folder of the build from cargo, never from a
//! guess, because people move it.

use crate::{run, step};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

/// What people download has to stay small enough to copy over a slow line: 25 MiB, stripped.
const BUDGET: u64 = 25 * 1024 * 1024;

/// Builds the release binary and refuses one over the budget.
pub(crate) fn run() -> Result<()> {
    let mut command = run::cargo_build(&["build", "--release", "--package", "app"]);
    command.args(["--bin", "ml-connector"]);
    let (built, took) = step::timed(|| run::checked(&mut command));
    built?;
    println!("release build: {:.1} s", took.as_secs_f64());

    let binary = target_folder()?.join("release").join("ml-connector");
    let size = std::fs::metadata(&binary)
        .with_context(|| binary.display().to_string())?
        .len();
    println!("{}", sentence(size));
    if size > BUDGET {
        bail!("the release binary is over its budget; `cargo tree -e normal` shows what came in");
    }
    Ok(())
}

fn target_folder() -> Result<PathBuf> {
    let told = run::output(&mut run::cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let told: serde_json::Value = serde_json::from_str(&told)?;
    let folder = told
        .get("target_directory")
        .and_then(|folder| folder.as_str())
        .context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(folder))
}

fn sentence(size: u64) -> String {
    let tenths = |bytes: u64| bytes.saturating_mul(10) / (1024 * 1024);
    let (size, budget) = (tenths(size), tenths(BUDGET));
    format!(
        "release binary: {}.{} MiB of {}.{} MiB",
        size / 10,
        size % 10,
        budget / 10,
        budget % 10
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_size_is_told_in_mebibytes_beside_its_budget() {
        assert_eq!(
            sentence(17 * 1024 * 1024 + 600 * 1024),
            "release binary: 17.5 MiB of 25.0 MiB"
        );
    }

    #[test]
    fn cargo_names_the_folder_of_the_build() {
        assert!(target_folder().unwrap().is_absolute());
    }
}
