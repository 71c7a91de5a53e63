//! What the sink's metadata says that drafts depend on.
//!
//! Owns the shape only; the sink's adapter fills it, the store keeps it as JSON between runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Module;

/// The sink as one connection sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Identity of the organisation (bound to the connection).
    pub org_id: String,
    /// Its name, for people.
    pub org_name: String,
    /// Rises whenever metadata that drafts depend on changes; part of every fingerprint.
    pub version: u32,
    /// Modules by name.
    pub modules: BTreeMap<Module, ModuleSchema>,
    /// True when the org keeps several currencies.
    pub multi_currency: bool,
    /// ISO code of the org's home currency.
    pub home_currency: String,
    /// Currencies that are active, by ISO code.
    pub currencies: BTreeMap<String, Currency>,
    /// False once the sink has refused a negative `Adjustment`.
    pub negative_adjustment: bool,
    /// Most line rows that a document may have; 0 when nothing is known, which counts as 100.
    pub row_cap: usize,
    /// True when our fields were created and placed.
    pub prepared: bool,
    /// What a person should know of how fields were found, made or placed, as sentences; usually empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A currency of the org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// Decimal places that amounts in it have.
    pub places: u32,
}

/// Fields of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSchema {
    /// By the name that the mapping uses: the API name of a standard field, the label ("ERP Key") of one of ours.
    /// A field that is absent, read-only or hidden for us is not in here, and is not written.
    pub fields: BTreeMap<String, FieldSchema>,
    /// Columns of the line rows, by API name (documents only).
    pub rows: BTreeMap<String, FieldSchema>,
}

/// One writable field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSchema {
    /// The API name to write.
    pub api_name: String,
    /// Longest text in characters; `None` when the metadata gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Decimal places of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u32>,
    /// Values that a picklist takes (the actual values).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}
