//! A step: a named piece of work, its seconds and its verdict in one line.
//!
//! Owns the clock of the chores and the lines around a step. Must not know
//! what a step does. Takes closures from `main` and `ci`, prints, and hands the
//! verdict back.

use anyhow::{Context as _, Result};
use std::time::{Duration, Instant};

/// How one step went.
pub(crate) struct Verdict {
    /// Name of the step, as typed after `cargo x`
    pub(crate) name: &'static str,
    /// Wall time
    pub(crate) took: Duration,
    /// The step's own error, already printed
    pub(crate) failure: Option<anyhow::Error>,
}

impl Verdict {
    fn line(&self) -> String {
        let word = if self.failure.is_some() { "FAILED" } else { "ok" };
        format!("{:<8} {word:<6} {:>7.1} s", self.name, self.took.as_secs_f64())
    }
}

/// Wall time of a piece of work.
#[expect(clippy::disallowed_methods, reason = "a build tool tells how long its steps took; nothing is decided by it")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// Runs a step among others: prints its name before, its verdict after.
pub(crate) fn one_of(name: &'static str, work: impl FnOnce() -> Result<()>) -> Verdict {
    println!("== {name}");
    let (outcome, took) = timed(work);
    let failure = outcome.err();
    if let Some(error) = &failure {
        eprintln!("{name}: {error:#}");
    }
    let verdict = Verdict { name, took, failure };
    println!("{}", verdict.line());
    verdict
}

/// Runs a single step; its error is left to `main` to print.
pub(crate) fn alone(name: &'static str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let (outcome, took) = timed(work);
    if outcome.is_ok() {
        println!("{name}: ok in {:.1} s", took.as_secs_f64());
    }
    outcome.with_context(|| format!("{name} failed"))
}

/// One line per step, then nothing.
pub(crate) fn table(verdicts: &[Verdict]) {
    println!("== all steps");
    for verdict in verdicts {
        println!("{}", verdict.line());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_failing_step_is_named_in_its_error() {
        let error = alone("docs", || anyhow::bail!("a link leads nowhere")).unwrap_err();
        assert_eq!(format!("{error:#}"), "docs failed: a link leads nowhere");
    }

    #[test]
    fn the_line_tells_name_verdict_and_seconds() {
        let verdict =
            Verdict { name: "clippy", took: Duration::from_millis(34_560), failure: Some(anyhow::anyhow!("warnings")) };
        assert_eq!(verdict.line(), "clippy   FAILED    34.6 s");
    }

    #[test]
    fn a_missing_part_is_still_found_under_the_context() {
        let error =
            alone("test", || Err(crate::system::Missing::new("PostgreSQL", "apt-get install postgresql").into()))
                .unwrap_err();
        assert!(error.downcast_ref::<crate::system::Missing>().is_some());
    }
}
