//! The window of a pass, and how a checkpoint moves over what is settled.
//!
//! Owns the bounds. The source stamps a record before it commits it, so a window begins earlier than the last one ended; what
//! is read twice is recognised by its fingerprint. All bounds are on the source's clock; ours only tells whether that one was set.
//! Must not know how pages are read.

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
    /// Our clock at that moment; `None` until the source has told its own.
    pub read_at: Option<Instant>,
    /// No change made after `until` carries an earlier stamp; `None` while nothing tells.
    pub floor: Option<Instant>,
}

/// What the first answer of a pass tells of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The source's clock when it was asked.
    pub source: Instant,
    /// Ours at the same moment.
    pub ours: Instant,
}

/// Answers tell whole seconds.
const TELLS: Duration = Duration::from_secs(1);

/// Clocks that have moved less than this against each other were not set: answers tell whole seconds and take their time.
pub const STEADY: Duration = Duration::from_secs(30);

impl Window {
    /// The window of a new pass that begins at `now`, about that on the source's clock.
    #[must_use]
    pub fn open(checkpoint: &Checkpoint, now: Instant, overlap: Duration) -> Self {
        // A clock that was set back must not leave a hole between its new time and the old mark.
        Self {
            from: from(checkpoint, overlap).map(|from| from.min(now.minus(overlap))),
            until: now,
            read_at: None,
            // Whatever was seen before the pass began was stamped before it began.
            floor: checkpoint.newest_stamp,
        }
    }

    /// The same, opened as far back as a record that is known to be there, so that it has to come: else nothing that is missing tells of
    /// another system, or of a list that leaves out what was changed.
    #[must_use]
    pub fn reaching(self, known: Option<Instant>) -> Self {
        let known = known.filter(|_| !mutant(Mutant::NoOverlap) && !mutant(Mutant::NewestStampIgnored));
        let from = self.from.map(|from| known.map_or(from, |known| known.min(from)));
        Self { from, ..self }
    }

    /// Takes note of a page whose newest stamp is `newest` and which had come by `now`, on the source's clock.
    ///
    /// A source may stamp by a clock that lags behind the one that its answers tell. By how much is not known, but at most by the time
    /// between a stamp and its being seen; what is changed after `until` is then stamped at least that little before `until`. The newest
    /// stamp of a later page alone would not do: a record can have been changed between its page and that one.
    pub fn saw(&mut self, newest: Instant, now: Instant) {
        self.floor = self.floor.max(Some(newest.minus(now.since(self.until) + TELLS)));
    }
}

impl From<&Pass> for Window {
    fn from(pass: &Pass) -> Self {
        Self { from: pass.from, until: pass.until, read_at: pass.read_at, floor: pass.floor }
    }
}

/// Where a new pass begins: `overlap` before what is covered, and not after the floor under the stamps of what was changed since, so that
/// nothing is missed where stamps lag behind the clock. The floor is a stamp that was seen, or lies a little before one: a healthy read
/// returns at least one known record. `None` before the first whole pass.
#[must_use]
pub fn from(checkpoint: &Checkpoint, overlap: Duration) -> Option<Instant> {
    let overlap = if mutant(Mutant::NoOverlap) { Duration::ZERO } else { overlap };
    let from = checkpoint.covered_up_to?.minus(overlap);
    if mutant(Mutant::NoOverlap) || mutant(Mutant::NewestStampIgnored) {
        return Some(from);
    }
    Some(checkpoint.stamp_floor.map_or(from, |floor| floor.min(from)))
}

/// Where the window of a new pass has to begin after all, now that the source has told its clock: `Some` when that is earlier than it
/// does, because the clock was set back since the mark was set. Changes made after that carry stamps from before the mark, as early as
/// the whole of the setting back below it.
#[must_use]
pub fn reopened(checkpoint: &Checkpoint, window: Window, told: Told, overlap: Duration) -> Option<Instant> {
    if mutant(Mutant::NoOverlap) {
        return None;
    }
    let (from, covered) = (window.from?, checkpoint.covered_up_to?);
    let expected = covered.plus(checkpoint.read_at.map_or(Duration::ZERO, |read_at| told.ours.since(read_at)));
    let set_back = expected.since(told.source);
    if set_back <= STEADY {
        return None;
    }
    let needed = covered.minus(set_back).minus(overlap).min(told.source.minus(overlap));
    (needed < from).then_some(needed)
}

/// The source's clock at our `now`, as both clocks stood to each other when the mark was set.
#[must_use]
pub fn sources_clock(checkpoint: &Checkpoint, now: Instant) -> Instant {
    match (checkpoint.covered_up_to, checkpoint.read_at) {
        (Some(covered), Some(read_at)) => covered.plus(now.since(read_at)).minus(read_at.since(now)),
        _ => now,
    }
}

/// The pass to go on with: the one that is under way, else a new one at our `now`.
#[must_use]
pub fn begin(checkpoint: &Checkpoint, now: Instant, overlap: Duration, reach: Reach) -> Pass {
    let window = match (&checkpoint.pass, reach) {
        (Some(pass), Reach::Changes) => return pass.clone(),
        (Some(pass), Reach::Everything) if pass.from.is_none() => return pass.clone(),
        (_, Reach::Changes) => Window::open(checkpoint, sources_clock(checkpoint, now), overlap),
        (_, Reach::Everything) => {
            Window { from: None, ..Window::open(checkpoint, sources_clock(checkpoint, now), overlap) }
        }
    };
    let Window { from, until, read_at, floor } = window;
    Pass { from, until, read_at, floor, cursor: None }
}

/// The checkpoint after a page of `window` is settled with everything before it. `newest` is the newest stamp on the page, `next`
/// the cursor behind it; `None` ends the pass.
///
/// The mark moves at the end only, to the window's `until`, and only when the window joins on to what was covered: a pass over a
/// later stretch proves nothing about the gap.
#[must_use]
pub fn advance(checkpoint: &Checkpoint, window: Window, newest: Option<Instant>, next: Option<String>) -> Checkpoint {
    let newest_stamp = checkpoint.newest_stamp.max(newest);
    let kept = Checkpoint { newest_stamp, pass: None, ..checkpoint.clone() };
    let Window { from, until, read_at, floor } = window;
    match next {
        Some(cursor) => {
            let covered_up_to = if mutant(Mutant::MarkTooEarly) { Some(until) } else { kept.covered_up_to };
            Checkpoint { covered_up_to, pass: Some(Pass { from, until, read_at, floor, cursor: Some(cursor) }), ..kept }
        }
        None if from.is_none_or(|from| kept.covered_up_to.is_some_and(|covered| from <= covered)) => {
            Checkpoint { covered_up_to: Some(until), read_at, stamp_floor: floor.or(kept.stamp_floor), ..kept }
        }
        None => kept,
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
