//! The members that every stored row has: lasting id, note text, creation and modification stamps.

use jiff::Timestamp;
use uuid::Uuid;

/// System members of a stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The row's `NoteID`: survives renames and is the `id` that the interface shows.
    pub id: Uuid,
    /// Text of the note. `None` shows as a `null` note (a row that was never saved with a note record).
    pub note: Option<String>,
    /// When the row was made.
    pub created: Timestamp,
    /// When the header row was last written (`LastModifiedDateTime`).
    pub modified: Timestamp,
}

impl Meta {
    /// A row made at `now`, with an empty note.
    #[must_use]
    pub fn new(id: Uuid, now: Timestamp) -> Self {
        Self { id, note: Some(String::new()), created: now, modified: now }
    }
}

/// Upper-cases and trims a key: the form under which rows are ordered and found.
#[must_use]
pub fn fold(key: &str) -> String {
    key.trim().to_uppercase()
}
