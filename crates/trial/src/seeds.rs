//! Seeds as the code should be: those that once failed first, then the range, in blocks that a later call can go on behind.
//!
//! Owns the range, the threads and the file of what was done.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use trial::schedule::{Verdict, carry_out};

use super::{Args, say};

/// Seeds that once failed.
const REGRESSIONS: &str = include_str!("../regressions.txt");

/// Seeds between two notes of how far it went.
const BLOCK: u64 = 500;

/// Reads `A..B` or `A`.
pub(super) fn range(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("{text:?} is no seed"));
    match text.split_once("..") {
        Some((from, to)) => Ok(number(from)?..number(to)?),
        None => number(text).map(|seed| seed..seed + 1),
    }
}

/// Runs the seeds; the count of those that broke a promise.
pub(super) fn run(args: &Args) -> Result<u64, String> {
    let failed = AtomicU64::new(0);
    let one = |seed: u64| {
        let verdict = carry_out(seed, args.trace, None);
        failed.fetch_add(u64::from(!verdict.violations.is_empty()), Ordering::Relaxed);
        tell(&verdict, args.trace);
        true
    };
    let Range { start, end } = args.seeds;
    let mut from = start;
    let mut total = 0;
    if let Some(file) = &args.resume {
        from = done(file)?.unwrap_or(start).max(start);
    }
    if from == start && end - start > 1 {
        for seed in REGRESSIONS.lines().filter_map(regression).filter(|seed| !args.seeds.contains(seed)) {
            one(seed);
            total += 1;
        }
    }
    total += end.saturating_sub(from);
    while from < end {
        let block = from..end.min(from + BLOCK);
        from = block.end;
        over(block, args.threads, one);
        if let Some(file) = &args.resume {
            std::fs::write(file, from.to_string()).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    let failed = failed.into_inner();
    say(&format!("{} passed, {failed} failed", total - failed));
    Ok(failed)
}

fn regression(line: &str) -> Option<u64> {
    line.split_whitespace().next()?.parse().ok()
}

fn done(file: &Path) -> Result<Option<u64>, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| format!("{} holds no seed", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// Hands seeds to threads, in order, until one says that it is enough.
pub(super) fn over(seeds: Range<u64>, threads: u64, run: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || !run(seed) {
                        return;
                    }
                }
            });
        }
    });
}

fn tell(verdict: &Verdict, trace: bool) {
    let mut lines = Vec::new();
    if trace {
        lines.clone_from(&verdict.trace);
        lines.push(format!(
            "seed {}: {} runs, {} steps, trace {}",
            verdict.seed, verdict.runs, verdict.steps, verdict.digest
        ));
    }
    if let Some(first) = verdict.violations.first() {
        lines.push(format!("seed {}: {}: {}", verdict.seed, first.name, first.what));
        if !trace {
            lines.push(format!("    cargo x trial --seeds {} --trace", verdict.seed));
        }
    }
    if !lines.is_empty() {
        say(&lines.join("\n"));
    }
}
