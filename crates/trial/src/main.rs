//! `trial --seeds A..B [--trace]`: runs seeds, tells the first broken promise of each.
//!
//! Owns arguments, threads and output. Everything else is the library's.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use trial::schedule::{Verdict, carry_out};

/// Tries to break the promises of ml-connector, seed by seed.
#[derive(Parser)]
struct Args {
    /// Seeds, `A..B` without B, or one seed.
    #[arg(long, default_value = "0..100", value_parser = seeds)]
    seeds: std::ops::Range<u64>,
    /// Prints what happened in each seed.
    #[arg(long)]
    trace: bool,
    /// Threads, each with an executor of its own.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

fn seeds(text: &str) -> Result<std::ops::Range<u64>, String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("{text:?} is no seed"));
    match text.split_once("..") {
        Some((from, to)) => Ok(number(from)?..number(to)?),
        None => number(text).map(|seed| seed..seed + 1),
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let next = AtomicU64::new(args.seeds.start);
    let failed = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..args.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= args.seeds.end {
                        return;
                    }
                    let verdict = carry_out(seed, args.trace);
                    if !verdict.violations.is_empty() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                    tell(&verdict, args.trace);
                }
            });
        }
    });
    let failed = failed.into_inner();
    let total = args.seeds.end.saturating_sub(args.seeds.start);
    say(&format!("{} passed, {failed} failed", total - failed));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(verdict: &Verdict, trace: bool) {
    if trace {
        for line in &verdict.trace {
            say(line);
        }
        say(&format!("seed {} {} runs {} steps {}", verdict.seed, verdict.runs, verdict.steps, verdict.digest));
    }
    if let Some(first) = verdict.violations.first() {
        say(&format!("seed {}: {}: {}", verdict.seed, first.name, first.what));
    }
}

#[allow(clippy::print_stdout, reason = "the command's result")]
fn say(line: &str) {
    println!("{line}");
}
