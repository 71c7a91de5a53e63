//! From a source record to a draft: the default mapping of `docs/mapping.md`.
//!
//! Owns field rules and document arithmetic. Must not look anything up by itself: the sink's schema and the links that the record
//! needs come in as arguments.

pub mod schema;

use std::collections::{BTreeMap, BTreeSet};

use crate::Problem;
use crate::record::Draft;

pub use schema::{Currency, FieldSchema, ModuleSchema, Schema};

/// Version of the built-in rules; part of every fingerprint, so that changed rules re-draft.
pub const RULES_VERSION: u32 = 1;

/// The ERP key of the product for lines without an item.
pub const PLACEHOLDER_KEY: &str = "placeholder:line";

/// Codes whose links a record needs before it can be drafted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// CustomerIDs: a customer's parent, a document's customer.
    pub accounts: BTreeSet<String>,
    /// InventoryIDs of lines.
    pub products: BTreeSet<String>,
    /// Some line has no item, or rows have to be summed up: the placeholder product is needed.
    pub placeholder: bool,
}

/// Links by code, as the ledger knows them: code → id in the sink.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    /// By CustomerID.
    pub accounts: BTreeMap<String, String>,
    /// By InventoryID.
    pub products: BTreeMap<String, String>,
    /// The placeholder product.
    pub placeholder: Option<String>,
}

/// What the mapping says of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// Write this.
    Draft(Box<Draft>),
    /// It stays behind; the filter's name.
    Skip(&'static str),
    /// It needs records that have no link yet.
    Wait {
        /// CustomerIDs without a link.
        accounts: Vec<String>,
        /// InventoryIDs without a link.
        products: Vec<String>,
        /// The sentence to keep.
        problem: Problem,
    },
    /// It cannot be drafted.
    Park(Problem),
}
