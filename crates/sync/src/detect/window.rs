//! The window of a pass, and how a checkpoint moves over what is settled.
//!
//! Owns the bounds. The source stamps a record before it commits it, so a window begins earlier than the last one ended; what
//! is read twice is recognised by its fingerprint. Must not know how pages are read.

use std::time::Duration;

use crate::Instant;
use crate::seam::{Mutant, mutant};
use crate::settle::{Checkpoint, Pass};

/// How much earlier than the covered instant a window begins, unless configured.
pub const OVERLAP: Duration = Duration::from_secs(15 * 60);

/// How much a pass is asked to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What changed since the last pass; everything on the first one.
    Changes,
    /// Everything, whatever is covered.
    Everything,
}

/// Bounds on the stamp of what a pass reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Inclusive; `None` reads everything.
    pub from: Option<Instant>,
    /// What the pass proves coverage up to: the source's clock when it began.
    pub until: Instant,
}

impl Window {
    /// The window of a new pass that begins at `now` on the source's clock.
    #[must_use]
    pub fn open(checkpoint: &Checkpoint, now: Instant, overlap: Duration) -> Self {
        // A clock that was set back must not leave a hole between its new time and the old mark.
        Self { from: from(checkpoint, overlap).map(|from| from.min(now.minus(overlap))), until: now }
    }
}

impl From<&Pass> for Window {
    fn from(pass: &Pass) -> Self {
        Self { from: pass.from, until: pass.until }
    }
}

/// Where a new pass begins: `overlap` before what is covered, and not after the newest stamp that was seen, so that a healthy
/// read returns at least one known record. `None` before the first whole pass.
#[must_use]
pub fn from(checkpoint: &Checkpoint, overlap: Duration) -> Option<Instant> {
    let overlap = if mutant(Mutant::NoOverlap) { Duration::ZERO } else { overlap };
    let from = checkpoint.covered_up_to?.minus(overlap);
    if mutant(Mutant::NoOverlap) {
        return Some(from);
    }
    Some(checkpoint.newest_stamp.map_or(from, |newest| newest.min(from)))
}

/// The pass to go on with: the one that is under way, else a new one at `now` on the source's clock.
#[must_use]
pub fn begin(checkpoint: &Checkpoint, now: Instant, overlap: Duration, reach: Reach) -> Pass {
    let window = match (&checkpoint.pass, reach) {
        (Some(pass), Reach::Changes) => return pass.clone(),
        (Some(pass), Reach::Everything) if pass.from.is_none() => return pass.clone(),
        (_, Reach::Changes) => Window::open(checkpoint, now, overlap),
        (_, Reach::Everything) => Window { from: None, until: now },
    };
    Pass { from: window.from, until: window.until, cursor: None }
}

/// The checkpoint after a page of `window` is settled with everything before it. `newest` is the newest stamp on the page, `next`
/// the cursor behind it; `None` ends the pass.
///
/// The mark moves at the end only, to the window's `until`, and only when the window joins on to what was covered: a pass over a
/// later stretch proves nothing about the gap.
#[must_use]
pub fn advance(checkpoint: &Checkpoint, window: Window, newest: Option<Instant>, next: Option<String>) -> Checkpoint {
    let newest_stamp = checkpoint.newest_stamp.max(newest);
    let entity = checkpoint.entity;
    let covered_up_to = checkpoint.covered_up_to;
    match next {
        Some(cursor) => {
            let pass = Pass { from: window.from, until: window.until, cursor: Some(cursor) };
            let covered_up_to = if mutant(Mutant::MarkTooEarly) { Some(window.until) } else { covered_up_to };
            Checkpoint { entity, covered_up_to, newest_stamp, pass: Some(pass) }
        }
        None => {
            let joins = window.from.is_none_or(|from| covered_up_to.is_some_and(|covered| from <= covered));
            let covered_up_to = if joins { Some(window.until) } else { covered_up_to };
            Checkpoint { entity, covered_up_to, newest_stamp, pass: None }
        }
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
