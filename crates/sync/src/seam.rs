//! Faults planted on purpose: for each promise a variant of the code that breaks it, chosen at run time by the trial.
//!
//! Owns the list and the choice. Without the feature `trial`, which no shipped build has, [`mutant`] is constant false and nothing of
//! a variant is left. A variant stands where its promise is kept, in one line; the trial shows that the machine catches each.

/// A broken variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// The mark moves with the first page instead of at the end.
    MarkTooEarly,
    /// The window opens at the mark, without overlap.
    NoOverlap,
    /// The window opens at the start of the last run on our clock.
    WindowFromOurClock,
    /// Rows are read by offset, without the look whether they moved.
    SkipOnly,
    /// A page counts as settled when it has arrived.
    PageBeforeDecided,
    /// The fingerprint leaves the lines out.
    LinesForgotten,
    /// Documents are inserted by upsert.
    DocumentsUpserted,
    /// Rows are written without the ids of those that are there.
    LinesResent,
    /// Writes that an earlier run left open are not looked up.
    NoIntent,
    /// A write of which nothing is known counts as done.
    UnknownIsDone,
    /// A refused record is dropped instead of parked.
    RefusedIsDropped,
    /// A refreshed token is used before the new refresh token is kept.
    TokenBeforeCommit,
    /// Whoever was replaced as owner goes on writing into the store.
    NoFence,
    /// The checkpoint and the end of the intent are committed before the records that they stand for.
    TwoTransactions,
    /// Records are created beside unlinked ones of the same name.
    PairingSkipped,
    /// A record that a person deleted in the sink is created anew.
    DeletedRecreated,
    /// What waits for another record is never looked at again.
    WaitingForever,
    /// An update of a header leaves out what it changed.
    HeaderNotSent,
    /// What the sink shows as changed last by whoever created it counts as our own writing, whatever it says.
    EchoByUser,
    /// A write of which nothing is known is sent again without a look at what is there.
    BlindRetry,
    /// The window opens by the clock alone, whatever stamps were seen.
    NewestStampIgnored,
    /// Nobody asks whether a system is still the one that was worked with.
    AnySystem,
    /// What the sink makes of a document's total is not compared.
    TotalUncompared,
    /// A refused record is parked, and its trail does not say so.
    RefusalUntold,
}

impl Mutant {
    /// Every variant.
    pub const ALL: [Self; 24] = [
        Self::MarkTooEarly,
        Self::NoOverlap,
        Self::WindowFromOurClock,
        Self::SkipOnly,
        Self::PageBeforeDecided,
        Self::LinesForgotten,
        Self::DocumentsUpserted,
        Self::LinesResent,
        Self::NoIntent,
        Self::UnknownIsDone,
        Self::RefusedIsDropped,
        Self::TokenBeforeCommit,
        Self::NoFence,
        Self::TwoTransactions,
        Self::PairingSkipped,
        Self::DeletedRecreated,
        Self::WaitingForever,
        Self::HeaderNotSent,
        Self::EchoByUser,
        Self::BlindRetry,
        Self::NewestStampIgnored,
        Self::AnySystem,
        Self::TotalUncompared,
        Self::RefusalUntold,
    ];
}

#[cfg(feature = "trial")]
mod choice {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static CHOSEN: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Chooses the variant of this thread; `None` is the code as it should be.
    pub fn choose(mutant: Option<Mutant>) {
        CHOSEN.set(mutant);
    }

    /// True when this thread runs the broken variant.
    #[must_use]
    pub fn mutant(of: Mutant) -> bool {
        CHOSEN.get() == Some(of)
    }
}

#[cfg(feature = "trial")]
pub use choice::{choose, mutant};

/// True when the broken variant runs: never, in a build that is shipped.
#[cfg(not(feature = "trial"))]
#[must_use]
#[inline]
pub const fn mutant(_: Mutant) -> bool {
    false
}
