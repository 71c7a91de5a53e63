//! `trial --seeds A..B [--trace]`: runs seeds, tells the first broken promise of each.
//!
//! Owns arguments, threads and output. Everything else is the library's.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use sync::seam::Mutant;
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
    /// Plants each fault in turn (or the named ones) and tells how many seeds it takes until it is caught.
    #[arg(long, num_args = 0.., value_name = "NAME")]
    mutants: Option<Vec<String>>,
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
    let failed = match &args.mutants {
        Some(names) => mutants(&args, names),
        None => sound(&args),
    };
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs every seed as the code should be; returns how many broke a promise.
fn sound(args: &Args) -> u64 {
    let failed = AtomicU64::new(0);
    over(args, |seed| {
        let verdict = carry_out(seed, args.trace, None);
        failed.fetch_add(u64::from(!verdict.violations.is_empty()), Ordering::Relaxed);
        tell(&verdict, args.trace);
        true
    });
    let failed = failed.into_inner();
    let total = args.seeds.end.saturating_sub(args.seeds.start);
    say(&format!("{} passed, {failed} failed", total - failed));
    failed
}

/// Runs each planted fault until a seed catches it; returns how many none did.
fn mutants(args: &Args, names: &[String]) -> u64 {
    let chosen = |mutant: &Mutant| names.is_empty() || names.iter().any(|name| *name == format!("{mutant:?}"));
    let mut escaped = 0;
    for mutant in Mutant::ALL.into_iter().filter(chosen) {
        let caught: Mutex<Option<Verdict>> = Mutex::new(None);
        over(args, |seed| {
            let known = || caught.lock().unwrap_or_else(PoisonError::into_inner);
            if known().as_ref().is_some_and(|verdict| verdict.seed < seed) {
                return false;
            }
            let verdict = carry_out(seed, args.trace, Some(mutant));
            if verdict.violations.is_empty() {
                return true;
            }
            let mut caught = known();
            if caught.as_ref().is_none_or(|other| other.seed > seed) {
                *caught = Some(verdict);
            }
            false
        });
        match caught.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(verdict) => {
                let first = verdict.violations.first();
                let (name, what) = first.map(|found| (found.name, found.what.as_str())).unwrap_or_default();
                let seeds = verdict.seed - args.seeds.start + 1;
                let what: String = what.chars().take(110).collect();
                say(&format!("{:<20} {seeds:>5}  {name}: {what}", format!("{mutant:?}")));
            }
            None => {
                escaped += 1;
                say(&format!("{:<20}     -  not caught", format!("{mutant:?}")));
            }
        }
    }
    escaped
}

/// Hands the seeds to the threads, in order, until one says that it is enough.
fn over(args: &Args, run: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(args.seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..args.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= args.seeds.end || !run(seed) {
                        return;
                    }
                }
            });
        }
    });
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
