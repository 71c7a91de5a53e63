//! `cargo x ci`: everything that must hold before a change lands.
//!
//! Owns the order of the steps: the quick ones first, so that a slip is told
//! in seconds. Every step runs even after one has failed, because a log with
//! all findings saves a second half hour. Its last line counts the tests.

use crate::{clippy, deny, docs, fmt, size, step, system, test, tidy, trial};
use anyhow::{Result, bail};

/// Runs every step, prints a table and the counts, fails when a step failed.
pub(crate) fn run() -> Result<()> {
    let mut counts = test::Counts::default();
    let (verdicts, took) = step::timed(|| {
        vec![
            step::one_of("fmt", || fmt::run(true)),
            step::one_of("tidy", tidy::run),
            step::one_of("deny", || deny::run(false)),
            step::one_of("clippy", clippy::run),
            step::one_of("docs", || docs::run(false)),
            step::one_of("test", || test::counted(&[], &mut counts)),
            step::one_of("size", size::run),
            step::one_of("trial", trial::landing),
        ]
    });
    step::table(&verdicts);
    println!("together {:.1} s", took.as_secs_f64());

    let mut failed = Vec::new();
    let mut missing = None;
    for verdict in verdicts {
        if let Some(error) = verdict.failure {
            failed.push(verdict.name);
            missing = missing.or_else(|| error.downcast::<system::Missing>().ok());
        }
    }
    if failed.is_empty() {
        println!("{}", counts.closing_line());
        return Ok(());
    }
    println!("failed: {}", failed.join(", "));
    println!("{}", counts.closing_line());
    match missing {
        Some(missing) => Err(missing.into()),
        None => bail!("failed: {}", failed.join(", ")),
    }
}
