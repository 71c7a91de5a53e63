//! Planted faults, one after the other: how many seeds it takes until the oracle sees each.
//!
//! Owns the table. A fault that no seed of the range catches fails the call.

use sync::seam::Mutant;
use trial::schedule::{Verdict, carry_out};

use super::seeds::{is_open, over, tell};
use super::{Args, say};

/// Runs each planted fault until a seed catches it; returns how many none did.
pub(super) fn run(args: &Args, names: &[String]) -> Result<u64, String> {
    let known: Vec<String> = Mutant::ALL.iter().map(|mutant| format!("{mutant:?}")).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("no fault is called {unknown}; there are {}", known.join(", ")));
    }
    let chosen = |mutant: &Mutant| names.is_empty() || names.contains(&format!("{mutant:?}"));
    let mut escaped = 0;
    for mutant in Mutant::ALL.into_iter().filter(chosen) {
        match first(args, mutant) {
            Some(verdict) => {
                if args.trace {
                    tell(&verdict, true);
                }
                let found = verdict.violations.first();
                let (name, what) = found.map(|found| (found.name, found.what.as_str())).unwrap_or_default();
                let seeds = verdict.seed - args.seeds.start + 1;
                let what: String = what.chars().take(100).collect();
                say(&format!("{:<20} {seeds:>5}  {name}: {what}", format!("{mutant:?}")));
            }
            None => {
                escaped += 1;
                say(&format!("{:<20}     -  not caught", format!("{mutant:?}")));
            }
        }
    }
    Ok(escaped)
}

/// The first seed that catches it.
fn first(args: &Args, mutant: Mutant) -> Option<Verdict> {
    let mut caught = None;
    let run = |seed| carry_out(seed, args.trace, Some(mutant));
    over(args.seeds.clone(), args.threads, run, |verdict| {
        // What a seed shows without any planted fault catches none.
        if !verdict.violations.is_empty() && !is_open(&verdict) {
            caught = Some(verdict);
        }
        caught.is_none()
    });
    caught
}
