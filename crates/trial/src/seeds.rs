//! Seeds as the code should be: those that once failed first, then the range, in blocks that a later call can go on behind.
//!
//! Owns the range, the threads and the file of what was done.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use trial::schedule::{Verdict, carry_out};

use super::{Args, say};

/// Seeds that once failed.
const REGRESSIONS: &str = include_str!("../regressions.txt");

/// Seeds that show a fault which is known and not mended yet, each with the violation that it ends with.
const OPEN: &str = include_str!("../open.txt");

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
    let Range { start, end } = args.seeds;
    let many = end - start > 1;
    let (mut failed, mut known) = (0, 0);
    let mut see = |verdict: Verdict| {
        if many && is_open(&verdict) {
            known += 1;
        } else {
            failed += u64::from(!verdict.violations.is_empty());
        }
        tell(&verdict, args.trace);
        true
    };
    let mut from = start;
    let mut total = 0;
    if let Some(file) = &args.resume {
        from = done(file)?.unwrap_or(start).max(start);
    }
    if from == start && many {
        for seed in REGRESSIONS.lines().filter_map(regression).filter(|seed| !args.seeds.contains(seed)) {
            see(carry_out(seed, args.trace, None));
            total += 1;
        }
    }
    total += end.saturating_sub(from);
    while from < end {
        let block = from..end.min(from + BLOCK);
        from = block.end;
        over(block, args.threads, |seed| carry_out(seed, args.trace, None), &mut see);
        if let Some(file) = &args.resume {
            std::fs::write(file, from.to_string()).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    let open = if known > 0 { format!(", {known} with faults that are known (open.txt)") } else { String::new() };
    say(&format!("{} passed, {failed} failed{open}", total - failed - known));
    Ok(failed)
}

/// Whether a seed ended with the very violation that is known of it.
pub(super) fn is_open(verdict: &Verdict) -> bool {
    let name = verdict.violations.first().map(|violation| violation.name);
    open().any(|(seed, violation)| seed == verdict.seed && Some(violation) == name)
}

fn open() -> impl Iterator<Item = (u64, &'static str)> {
    OPEN.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?))
    })
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

/// Carries out seeds on several threads and shows each verdict to `see` in the order of seeds, until it says that it is enough.
pub(super) fn over(
    seeds: Range<u64>,
    threads: u64,
    run: impl Fn(u64) -> Verdict + Sync,
    mut see: impl FnMut(Verdict) -> bool,
) {
    let next = AtomicU64::new(seeds.start);
    let (done, verdicts) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (next, run, done) = (&next, &run, done.clone());
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || done.send(run(seed)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut waiting = BTreeMap::new();
        let mut turn = seeds.start;
        for verdict in verdicts {
            waiting.insert(verdict.seed, verdict);
            while let Some(verdict) = waiting.remove(&turn) {
                turn += 1;
                if !see(verdict) {
                    next.store(seeds.end, Ordering::Relaxed);
                    return;
                }
            }
        }
    });
}

pub(super) fn tell(verdict: &Verdict, trace: bool) {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn verdict(seed: u64) -> Verdict {
        Verdict { seed, violations: Vec::new(), digest: String::new(), trace: Vec::new(), runs: 0, steps: 0 }
    }

    #[test]
    fn verdicts_are_seen_in_the_order_of_seeds_whoever_is_ready_first() {
        // The first seed ends only when a later one has ended on another thread.
        let (ended, waits) = mpsc::channel();
        let waits = std::sync::Mutex::new(waits);
        let run = |seed: u64| {
            if seed == 3 {
                waits.lock().unwrap().recv().unwrap();
            } else {
                ended.send(()).unwrap();
            }
            verdict(seed)
        };
        let mut seen = Vec::new();
        over(3..8, 2, run, |verdict| {
            seen.push(verdict.seed);
            verdict.seed < 6
        });
        assert_eq!(seen, [3, 4, 5, 6]);
    }

    #[test]
    fn a_range_and_a_single_seed_are_read() {
        assert_eq!(range("3..8"), Ok(3..8));
        assert_eq!(range("7"), Ok(7..8));
        assert!(range("a..b").is_err());
    }

    #[test]
    fn open_seeds_are_excused_by_their_own_violation_only() {
        let lines: Vec<&str> = OPEN.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(open().count(), lines.len(), "{lines:?}");
        assert!(lines.iter().all(|line| line.split_whitespace().count() > 2), "each says what is known: {lines:?}");
        let Some((seed, name)) = open().next() else { return };
        let violation = |name| trial::oracle::Violation { name, what: String::new() };
        let ends = |name| Verdict { violations: vec![violation(name)], ..verdict(seed) };
        assert!(is_open(&ends(name)) && !is_open(&ends("another")) && !is_open(&verdict(seed)));
    }

    #[test]
    fn seeds_that_once_failed_are_numbers_with_words() {
        let lines: Vec<&str> = REGRESSIONS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(
            lines.iter().all(|line| regression(line).is_some() && line.split_whitespace().count() > 1),
            "{lines:?}"
        );
    }
}
