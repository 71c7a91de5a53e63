//! What a sweep shows: a list of all keys of the source, held against the ledger.
//!
//! Owns which rows of the list have to be fetched, when records that it leaves out may be taken for gone, and what follows then. Must
//! not read or count: rows, entries and figures come in as arguments. An empty answer and a missing row prove nothing by themselves:
//! rights, restriction groups and odd filters hide rows without an error, so a record is gone only after it was missed in two sweeps
//! and the source says of its id that it does not have it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::problem::Code;
use crate::settle::{Entry, State};
use crate::{Entity, Flow, Instant};

/// Sweeps that have to miss a record before it is asked for by its id.
pub const MISSES: u32 = 2;

/// Fewest missed records that are ever too many at once.
pub const FEWEST: u64 = 10;

/// What is done with the sink's record once the source's is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Its ERP Status becomes `Deleted`, nothing else.
    #[default]
    Mark,
    /// The same, and a product is no longer active.
    Deactivate,
    /// Our key is cleared from it and the link forgotten.
    Unlink,
    /// Nothing: a person is asked.
    Ask,
}

impl Policy {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Mark, Self::Deactivate, Self::Unlink, Self::Ask];

    /// The word in connection files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Deactivate => "deactivate",
            Self::Unlink => "unlink",
            Self::Ask => "ask",
        }
    }

    /// The policy of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// One row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// The entity that was listed.
    pub entity: Entity,
    /// CustomerID, InventoryID or `Type/ReferenceNbr`.
    pub key: &'a str,
    /// The lasting id.
    pub id: &'a str,
    /// When the source says it changed.
    pub stamp: Option<Instant>,
}

/// Why a listed row has to be fetched, although no stamp brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The ledger does not know it: it became visible, or came late.
    Unknown,
    /// It was taken for gone, or a person was asked about that.
    Back,
    /// A document number that another document had.
    OtherId,
    /// It has another code than before.
    Renamed {
        /// The code so far.
        from: String,
    },
    /// It is another entity than before.
    Moved {
        /// The entity so far.
        from: Entity,
    },
    /// Its stamp is not the one that was seen last.
    Changed,
}

impl Why {
    /// As a sentence for the trail.
    #[must_use]
    pub fn note(&self) -> String {
        match self {
            Self::Unknown => "a sweep found it: it was not known".to_owned(),
            Self::Back => "a sweep found it again in Acumatica".to_owned(),
            Self::OtherId => "a sweep found another document under its number".to_owned(),
            Self::Renamed { from } => format!("a sweep found it under a new code; it was {from}"),
            Self::Moved { from } => format!("a sweep found it moved; it was a {}", from.name()),
            Self::Changed => "a sweep found it changed without having been read".to_owned(),
        }
    }
}

/// Why a listed row has to be fetched; `None` when the ledger has it as it is.
#[must_use]
pub fn sight(row: Listed<'_>, known: Option<&Entry>) -> Option<Why> {
    let Some(known) = known else { return Some(Why::Unknown) };
    let reused = known.problem.as_ref().is_some_and(|problem| problem.code == Code::NumberReused);
    if known.state == State::Gone || asks(known) {
        return Some(Why::Back);
    }
    let other = !known.source_id.is_empty() && !known.source_id.eq_ignore_ascii_case(row.id);
    if other && !reused {
        return Some(Why::OtherId);
    }
    if known.entity != row.entity {
        return Some(Why::Moved { from: known.entity });
    }
    if known.code != row.key {
        return Some(Why::Renamed { from: known.code.clone() });
    }
    (known.stamp != row.stamp).then_some(Why::Changed)
}

/// True for a record of which a person was asked, whatever was answered: it is not missed again.
#[must_use]
pub fn asks(entry: &Entry) -> bool {
    matches!(entry.state, State::Parked | State::LeftAlone)
        && entry.problem.as_ref().is_some_and(|problem| problem.code == Code::SourceGone)
}

/// True for a record that counts as missed when the list leaves it out: it has a counterpart, or wants one.
#[must_use]
pub fn may_be_missed(entry: &Entry) -> bool {
    let source = !entry.source_id.is_empty();
    source && entry.state != State::Gone && !asks(entry) && (entry.target_id.is_some() || entry.state.is_open())
}

/// Whether a sweep may be believed that missed `missed` of the `expected` records and listed `listed` rows in all.
#[must_use]
pub const fn is_plausible(expected: u64, missed: u64, listed: u64) -> bool {
    if missed == 0 {
        return true;
    }
    if listed == 0 {
        // An empty answer is never proof, whatever the number.
        return false;
    }
    missed < FEWEST || missed.saturating_mul(5) <= expected
}

/// Whether it is time for the next sweep, `interval` after `since`; never where none is wanted.
#[must_use]
pub fn is_due(since: Instant, interval: Option<Duration>, now: Instant) -> bool {
    interval.is_some_and(|interval| since.plus(interval) <= now)
}

/// What is done with a record that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is nothing in the sink: forget that it was wanted.
    Forget,
    /// Write the mark; a product is also switched off where `inactive`.
    Mark {
        /// Whether a product is switched off.
        inactive: bool,
    },
    /// Clear our key and forget the link.
    Unlink,
    /// Park it with the question.
    Ask,
}

/// What follows for `entry` under `policy`. A person's replay of the question answers it with the mark.
#[must_use]
pub fn follow(policy: Policy, entry: &Entry, answered: bool) -> Step {
    if entry.target_id.is_none() {
        return Step::Forget;
    }
    match policy {
        Policy::Ask if !answered => Step::Ask,
        Policy::Ask | Policy::Mark => Step::Mark { inactive: false },
        Policy::Deactivate => Step::Mark { inactive: entry.flow == Flow::Items },
        Policy::Unlink => Step::Unlink,
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
