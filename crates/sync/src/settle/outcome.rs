//! The sink's answer to one record of a batch.
//!
//! Owns the closed list of answers. Adapters fill it from the wire; the engine turns it into entries and transitions.

use crate::Problem;

/// What became of one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Written.
    Written {
        /// Its id in the sink.
        id: String,
        /// True when the sink says that it was created by this call.
        created: bool,
    },
    /// Not written: another record holds this unique value.
    Duplicate {
        /// The field's API name.
        field: String,
        /// The holder, when the sink names it.
        id: Option<String>,
    },
    /// Not written, with the reason.
    Refused(Refusal),
    /// Nobody knows: the call may or may not have done its work. Look up before writing again.
    Unknown,
}

/// A refusal of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The sink's own code, for rules that depend on it.
    pub code: String,
    /// The field it names, by API name; empty when none.
    pub field: String,
    /// True when a process of the sink owns that field and nobody else may write it: the rest of the record may be written without it.
    pub governed: bool,
    /// The problem to park the record with.
    pub problem: Problem,
}
