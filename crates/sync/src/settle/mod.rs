//! What an answer means: ledger entries, trail transitions and checkpoints, settled together.
//!
//! Owns the shapes that are committed in one transaction. Must not know SQL; the store keeps them, the engine fills them.

mod agreed;
mod edited;
mod outcome;
mod pack;
pub mod patience;

pub use agreed::{Accepted, Agreed, Changes, FieldChange, RowChange, RowStep};
pub use edited::{
    Difference, Drift, EditPolicy, ROUNDS, Verdict, differences, judge, rounds, same, told, total_difference,
};
pub use outcome::{Outcome, Refusal};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::{Entity, Flow, Instant, Problem};

/// Where one source record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The sink holds what the source says.
    Settled,
    /// A filter says that it does not travel.
    Skipped,
    /// It waits for another record.
    Waiting,
    /// A person must say which record of the sink it is.
    Undecided,
    /// It failed; the problem says why.
    Parked,
    /// A person said to leave it alone, with a reason, until the source changes.
    LeftAlone,
    /// The source has it no more, and the flow's policy was carried out; it is taken up again when it comes back.
    Gone,
}

impl State {
    /// All states.
    pub const ALL: [Self; 7] =
        [Self::Settled, Self::Skipped, Self::Waiting, Self::Undecided, Self::Parked, Self::LeftAlone, Self::Gone];

    /// The word in tables and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Undecided => "undecided",
            Self::Parked => "parked",
            Self::LeftAlone => "left_alone",
            Self::Gone => "gone",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// True for the states that `--fail-on any` counts: parked, waiting, undecided.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Undecided | Self::Parked)
    }
}

/// One row of the ledger: a source record, its link, and what was last agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The flow.
    pub flow: Flow,
    /// Identity on both sides: GUID of a customer or item, `Type/ReferenceNbr` of a document. Unique in a flow.
    pub erp_key: String,
    /// The entity that it was last read from (an item can move between two).
    pub entity: Entity,
    /// The code a person knows: CustomerID, InventoryID; for documents the same as `erp_key`.
    pub code: String,
    /// The GUID (NoteID), for documents too: another GUID under one number means a reused number.
    pub source_id: String,
    /// The link: the record's id in the sink.
    pub target_id: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Fingerprint of the source projection when it was last settled, skipped or parked; zero when it must be looked at again.
    pub fingerprint: Digest,
    /// Digest of the header as last written; zero before.
    pub header: Digest,
    /// Digest of the rows as last written; zero before.
    pub rows: Digest,
    /// The source's change stamp.
    pub stamp: Option<Instant>,
    /// Why it is open; `None` when settled.
    pub problem: Option<Problem>,
    /// How many runs in a row ended with this record open.
    pub attempts: u32,
}

/// What happened to one record in one run: a row of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The flow.
    pub flow: Flow,
    /// The record's identity.
    pub erp_key: String,
    /// What happened.
    pub what: What,
    /// The link after it.
    pub target_id: Option<String>,
    /// Why, where it went wrong or is open.
    pub problem: Option<Problem>,
    /// A short note: the filter that decided, the reason a person gave.
    pub note: String,
    /// Index into the settlement's exchanges: the request and answer that decided; `None` when no call was made.
    pub exchange: Option<usize>,
}

/// Kinds of transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A record was created in the sink.
    Created,
    /// A record of the sink was changed.
    Updated,
    /// The draft equals what was last written: the source changed in nothing that travels.
    NothingToWrite,
    /// A link was found (by our key) without a write.
    Linked,
    /// A filter decided that it stays behind.
    Skipped,
    /// It waits for another record.
    Waiting,
    /// A person must pair it.
    Undecided,
    /// It failed.
    Parked,
    /// A person asked for another try.
    Replayed,
    /// A person left it alone, with a reason.
    LeftAlone,
    /// A person had its values erased.
    Erased,
    /// A sweep of the source's keys found what no stamp had shown: a record not known, renamed, moved, changed or come back.
    Found,
    /// The source has it no more; the note says what was done with its record in the sink.
    Gone,
    /// People changed in the sink what the source owns; the note says what, and what follows.
    Edited,
}

impl What {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Created,
        Self::Updated,
        Self::NothingToWrite,
        Self::Linked,
        Self::Skipped,
        Self::Waiting,
        Self::Undecided,
        Self::Parked,
        Self::Replayed,
        Self::LeftAlone,
        Self::Erased,
        Self::Found,
        Self::Gone,
        Self::Edited,
    ];

    /// The word in tables and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::NothingToWrite => "nothing_to_write",
            Self::Linked => "linked",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Undecided => "undecided",
            Self::Parked => "parked",
            Self::Replayed => "replayed",
            Self::LeftAlone => "left_alone",
            Self::Erased => "erased",
            Self::Found => "found",
            Self::Gone => "gone",
            Self::Edited => "edited",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.name() == name)
    }
}

/// How far one entity of one connection is proven to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The entity.
    pub entity: Entity,
    /// Every change up to here is seen and settled or parked; `None` before the first whole pass.
    pub covered_up_to: Option<Instant>,
    /// Our clock at the moment that `covered_up_to` is on the source's: both together tell how the clocks stood to each other.
    pub read_at: Option<Instant>,
    /// The newest stamp seen, on the source's clock.
    pub newest_stamp: Option<Instant>,
    /// No change that was made after `covered_up_to` carries an earlier stamp than this, however far stamps lag behind the clock.
    pub stamp_floor: Option<Instant>,
    /// A pass that is under way and goes on from its cursor.
    pub pass: Option<Pass>,
}

impl Checkpoint {
    /// Nothing of the entity is read yet.
    #[must_use]
    pub const fn none(entity: Entity) -> Self {
        Self { entity, covered_up_to: None, read_at: None, newest_stamp: None, stamp_floor: None, pass: None }
    }
}

/// A pass over an entity: a window, and how far its pages are settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Lower bound (inclusive) on the stamp; `None` reads everything.
    pub from: Option<Instant>,
    /// The pass proves coverage up to this instant: the source's clock when the pass began.
    pub until: Instant,
    /// Our clock at that moment; `None` when the source did not tell its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Instant>,
    /// No change made after `until` carries an earlier stamp; the checkpoint's `stamp_floor` once the pass is through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Instant>,
    /// Continue after this cursor; `None` at the beginning.
    pub cursor: Option<String>,
}
