//! The programs that run tests, and what their last lines mean.
//!
//! Owns the choice between nextest and the harness that comes with Rust, their
//! arguments, and counting. Must not decide what is tested or with which server.
//! Reads a runner's lines while they are shown, hands the counts to `test`.

use crate::run;
use anyhow::Result;
use std::process::Command;

/// What the runners said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Counts {
    /// The plain line that a log reader looks for.
    pub(crate) fn closing_line(self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

/// Who runs the tests, and so where and in which words the counts stand. Each is
/// held to its own: nextest repeats the words of a failing test's harness.
#[derive(Clone, Copy)]
pub(super) enum Runner {
    /// `test result: ok. 3 passed; 1 failed; …` on standard output, per binary
    BuiltIn,
    /// `Summary [ 0.2s] 4 tests run: 3 passed (1 slow), 1 failed, 0 skipped` on standard error
    Nextest,
}

impl Runner {
    /// Nextest where it is installed: it runs the binaries side by side.
    pub(super) fn installed() -> Self {
        if run::answers(&mut run::cargo(&["nextest", "--version"])) { Self::Nextest } else { Self::BuiltIn }
    }

    /// The command for everything but documentation tests, or for what
    /// arguments will select.
    pub(super) fn command(self, whole: bool) -> Command {
        let mut command = match self {
            Self::BuiltIn => run::cargo_build(&["test", "--no-fail-fast"]),
            Self::Nextest => run::cargo(&["nextest", "run"]),
        };
        match (self, run::watched()) {
            (Self::BuiltIn, _) => {}
            (Self::Nextest, true) => {
                command.env("CARGO_TERM_COLOR", "always");
            }
            (Self::Nextest, false) => {
                command.arg("--cargo-quiet");
            }
        }
        if whole {
            command.arg("--workspace");
        }
        if let (Self::BuiltIn, true) = (self, whole) {
            command.arg("--all-targets");
        }
        command
    }

    /// Runs a command of this runner and adds what it counted; whether it was content.
    pub(super) fn count(self, command: &mut Command, counts: &mut Counts) -> Result<bool> {
        let stream = match self {
            Runner::BuiltIn => run::Stream::Out,
            Runner::Nextest => run::Stream::Err,
        };
        run::watched_lines(command, stream, |line| {
            if let Some(more) = self.counts_in(line) {
                counts.passed += more.passed;
                counts.failed += more.failed;
            }
        })
    }

    fn counts_in(self, line: &str) -> Option<Counts> {
        let line = without_colour(line);
        let (counts, separator) = match self {
            Self::BuiltIn => {
                let rest = line.trim().strip_prefix("test result:")?;
                (rest.split_once(". ")?.1, ';')
            }
            Self::Nextest => {
                let rest = line.trim().strip_prefix("Summary [")?;
                (rest.split_once(" run:")?.1, ',')
            }
        };
        let mut found = Counts::default();
        for part in counts.split(separator) {
            let part = part.split('(').next().unwrap_or(part).trim();
            let Some((number, word)) = part.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match word.trim() {
                "passed" => found.passed += number,
                "failed" | "timed out" | "exec failed" => found.failed += number,
                _ => {}
            }
        }
        Some(found)
    }
}

/// A terminal line without its escape sequences.
fn without_colour(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            for escaped in characters.by_ref() {
                if escaped.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const HARNESS: &str =
        "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";

    #[test]
    fn the_built_in_harness_is_counted() {
        let counts = Runner::BuiltIn.counts_in(HARNESS).unwrap();
        assert_eq!((counts.passed, counts.failed), (12, 2));
    }

    #[test]
    fn nextest_is_counted_also_in_colour() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   1.204s] \u{1b}[1m9\u{1b}[0m tests run: \u{1b}[1m6\u{1b}[0m passed (1 slow), 1 failed, 2 timed out, 4 skipped\n";
        let counts = Runner::Nextest.counts_in(line).unwrap();
        assert_eq!((counts.passed, counts.failed), (6, 3));
    }

    #[test]
    fn what_a_failing_test_printed_is_not_counted_again() {
        assert_eq!(Runner::Nextest.counts_in(HARNESS), None);
        assert_eq!(Runner::Nextest.counts_in("        PASS [   0.004s] store vault::seals\n"), None);
        assert_eq!(Runner::BuiltIn.counts_in("3 passed; 1 failed\n"), None);
    }

    #[test]
    fn the_closing_line_is_plain() {
        let counts = Counts { passed: 41, failed: 0 };
        assert_eq!(counts.closing_line(), "41 passed, 0 failed");
    }
}
