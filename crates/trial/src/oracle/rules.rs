//! What the owner of a connection chose, in the words of its file: the oracle expects what these words promise.
//!
//! Owns the choices. Must not know how they are read.

/// What follows when people changed a field that the ERP owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edited {
    /// It is written again.
    #[default]
    Heal,
    /// A person is asked.
    Ask,
    /// It stays.
    Leave,
}

/// What follows when the ERP has a record no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// The record of the CRM says so.
    #[default]
    Mark,
    /// The same, and a product is switched off.
    Deactivate,
    /// The key is taken from the record.
    Unlink,
    /// A person is asked.
    Ask,
}

/// The choices for all flows of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// For edits.
    pub edited: Edited,
    /// For deletions.
    pub deleted: Deleted,
}

impl Edited {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Heal, Self::Ask, Self::Leave];

    /// The word in a connection file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Heal => "heal",
            Self::Ask => "ask",
            Self::Leave => "leave",
        }
    }
}

impl Deleted {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Mark, Self::Deactivate, Self::Unlink, Self::Ask];

    /// The word in a connection file; only items can be switched off.
    #[must_use]
    pub const fn word(self, items: bool) -> &'static str {
        match self {
            Self::Deactivate if items => "deactivate",
            Self::Mark | Self::Deactivate => "mark",
            Self::Unlink => "unlink",
            Self::Ask => "ask",
        }
    }
}
