//! `cargo x`: the house's own chores, one file per verb.
//!
//! Owns how the tree is formatted, linted, documented, tested, measured and
//! checked before it lands. Must not hold anything that the product needs: no
//! crate depends on it, and it depends on no crate of the product. It reads the
//! tree it stands in, runs cargo, and prints plain lines for people and CI logs.
//!
//! Exit codes: 0 done, 1 a step failed, 2 bad usage or a system part is missing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore's result is what it prints")]

mod bench;
mod ci;
mod clippy;
mod deny;
mod docs;
mod fmt;
mod run;
mod size;
mod soak;
mod step;
mod system;
mod test;
mod tidy;
mod trial;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Chores of the ml-connector tree.
#[derive(Parser)]
#[command(name = "cargo x", bin_name = "cargo x", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Everything that must hold before a change lands: fmt, tidy, deny, clippy, docs, test, size, trial
    Ci,
    /// Run every test; with arguments, only what they select (`cargo x test -p store vault`)
    Test {
        /// Passed on to `cargo nextest run`, or to `cargo test` where nextest is absent
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Check the rules of the house: arrows between crates, file sizes, headers, ambient inputs
    Tidy,
    /// Format the tree, or only compare with `--check`
    Fmt {
        /// Change nothing; fail when a file would change
        #[arg(long)]
        check: bool,
    },
    /// Lint every target, warnings refused
    Clippy,
    /// Build the API documentation, warnings refused; generated pages must be true
    Docs {
        /// Make the generated pages anew
        #[arg(long)]
        write: bool,
    },
    /// Check dependencies against deny.toml: licences, sources, bans, duplicates
    Deny {
        /// Also look for known vulnerabilities; needs cargo-deny and the network
        #[arg(long)]
        advisories: bool,
    },
    /// Measure the first load, fifty changes and no change against the simulators
    Bench {
        /// Passed on to the bench program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Try to break the promises, seed by seed (`cargo x trial --seeds 0..2000`, `--trace`, `--mutants`)
    Trial {
        /// Passed on to the machine
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kill two hundred processes and run a hundred thousand seeds: hours
    Soak {
        /// Passed on to the machine instead of its seeds
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the release binary and hold it against its size budget
    Size,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Ci => ci::run(),
        Verb::Test { arguments } => step::alone("test", || test::run(&arguments)),
        Verb::Tidy => step::alone("tidy", tidy::run),
        Verb::Fmt { check } => step::alone("fmt", || fmt::run(check)),
        Verb::Clippy => step::alone("clippy", clippy::run),
        Verb::Docs { write } => step::alone("docs", || docs::run(write)),
        Verb::Deny { advisories } => step::alone("deny", || deny::run(advisories)),
        Verb::Bench { arguments } => step::alone("bench", || bench::run(&arguments)),
        Verb::Trial { arguments } => step::alone("trial", || trial::run(&arguments)),
        Verb::Soak { arguments } => step::alone("soak", || soak::run(&arguments)),
        Verb::Size => step::alone("size", size::run),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo x: {error:#}");
            let missing = error.downcast_ref::<system::Missing>().is_some();
            ExitCode::from(if missing { 2 } else { 1 })
        }
    }
}
