//! `trial --seeds A..B`: runs seeds, tells the first broken promise of each; `--mutants` shows that broken code is caught.
//!
//! Owns arguments, threads and output. Everything else is the library's.

mod mutants;
mod seeds;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Tries to break the promises of ml-connector, seed by seed.
#[derive(Parser)]
struct Args {
    /// Seeds: `A..B` without B, or one seed.
    #[arg(long, default_value = "0..2000", value_parser = seeds::range)]
    seeds: std::ops::Range<u64>,
    /// Prints everything that happened in each seed.
    #[arg(long)]
    trace: bool,
    /// Plants each fault in turn (or the named ones) and tells how many seeds it takes until it is caught.
    #[arg(long, num_args = 0.., value_name = "NAME")]
    mutants: Option<Vec<String>>,
    /// Goes on behind what this file says was done, and keeps it up to date.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Threads, each with an executor of its own.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let failed = match &args.mutants {
        Some(names) => mutants::run(&args, names),
        None => seeds::run(&args),
    };
    match failed {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(what) => {
            say(&what);
            ExitCode::from(2)
        }
    }
}

#[allow(clippy::print_stdout, reason = "the command's result")]
fn say(line: &str) {
    println!("{line}");
}
