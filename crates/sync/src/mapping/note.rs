//! What a draft could not carry as it stands in the source: told, never fatal.
//!
//! Owns the closed list of reasons and their sentences. Must not hold a record's values: notes go into the trail.

use std::fmt;

use crate::Name;

/// One remark on one field of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The sink's field, by API name.
    pub field: Name,
    /// Why.
    pub why: Why,
}

/// Reasons for a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The text was cut.
    Cut {
        /// Characters that the source has.
        length: usize,
        /// Characters that the field takes.
        limit: usize,
    },
    /// Left out: the sink's list does not have the value.
    NotListed,
    /// Left out: longer than the field, and useless when cut.
    TooLong,
    /// Left out: not of the form that the field takes.
    Malformed,
    /// Left out: the source gave another kind of value than expected.
    Unreadable,
    /// The source does not tell the document's currency.
    CurrencyUnknown,
    /// So many lines of the document are in one summary row.
    LinesSummed(usize),
    /// The document goes without rows of value, because the sink does not take the adjustment it would need.
    WithoutValue,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match self.why {
            Why::Cut { length, limit } => {
                write!(f, "{field}: cut from {length} to {limit} characters")
            }
            Why::NotListed => write!(f, "{field}: left out, the list in Zoho CRM does not have the value"),
            Why::TooLong => write!(f, "{field}: left out, longer than the field"),
            Why::Malformed => write!(f, "{field}: left out, not of the form that the field takes"),
            Why::Unreadable => write!(f, "{field}: left out, Acumatica gave another kind of value than expected"),
            Why::CurrencyUnknown => write!(f, "{field}: left out, Acumatica does not tell the document's currency"),
            Why::LinesSummed(count) => write!(f, "{field}: the last row sums up {count} lines"),
            Why::WithoutValue => {
                write!(f, "{field}: rows without value, because Zoho CRM does not take the adjustment they would need")
            }
        }
    }
}
