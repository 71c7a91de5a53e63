//! From a source record to a draft: the default mapping of `docs/mapping.md`.
//!
//! Owns field rules and document arithmetic. Must not look anything up by itself: the sink's schema and the links that the record
//! needs come in as arguments.

pub mod gone;
pub mod schema;
pub mod status;
pub mod total;

mod address;
mod changes;
mod customer;
mod document;
mod item;
mod money;
mod names;
mod note;
mod picklist;
mod rows;
mod sheet;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Draft;
use crate::{Entity, Module, Problem, Record};

pub use changes::{changes, without_key};
pub use names::{Names, columns, row_columns};
pub use note::{Note, Why};
pub use schema::{Currency, FieldSchema, ModuleSchema, Schema};

/// Version of the built-in rules; part of every fingerprint, so that changed rules re-draft.
pub const RULES_VERSION: u32 = 1;

/// The ERP key of the product for lines without an item.
pub const PLACEHOLDER_KEY: &str = "placeholder:line";

/// The name of that product.
pub const PLACEHOLDER_NAME: &str = "ERP line without item";

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
    Draft {
        /// What shall stand in the sink.
        draft: Box<Draft>,
        /// What was cut or left out.
        notes: Vec<Note>,
        /// CustomerID of a parent that has no link yet: the draft is without it. Write it once the parent is linked, or as it
        /// is when the parent does not come.
        parent_missing: Option<String>,
    },
    /// It stays behind.
    Skip {
        /// The filter's name.
        filter: &'static str,
        /// What a person should hear of it all the same: a status that is not documented.
        problem: Option<Problem>,
    },
    /// It needs records that have no link yet.
    Wait {
        /// CustomerIDs without a link.
        accounts: Vec<String>,
        /// InventoryIDs without a link.
        products: Vec<String>,
        /// The placeholder product has none.
        placeholder: bool,
        /// The sentence to keep; its `field` is the first code that is missing (an account before a product).
        problem: Problem,
    },
    /// It cannot be drafted.
    Park(Problem),
}

/// Codes that `record` needs links for; empty when it will not be drafted.
#[must_use]
pub fn needs(record: &Record, schema: &Schema) -> Needs {
    match record.entity {
        Entity::Customer => {
            let accounts = schema.modules.get(&Module::Accounts);
            customer::needs(record, accounts.is_some_and(|accounts| accounts.fields.contains_key("Parent_Account")))
        }
        Entity::StockItem | Entity::NonStockItem => Needs::default(),
        Entity::Invoice | Entity::CashSale => document::needs(record, schema),
    }
}

/// Maps `record`: the same arguments give the same answer. `names` are those of `schema`.
#[must_use]
pub fn map(record: &Record, schema: &Schema, lookups: &Lookups, names: &Names) -> Mapped {
    match record.entity {
        Entity::Customer => customer::map(record, lookups, names),
        Entity::StockItem | Entity::NonStockItem => item::map(record, names),
        Entity::Invoice | Entity::CashSale => document::map(record, schema, lookups, names),
    }
}

/// The product that stands for lines without an item; `None` when the sink has no products for us.
#[must_use]
pub fn placeholder(schema: &Schema, names: &Names) -> Option<Draft> {
    schema.modules.contains_key(&Module::Products).then(|| item::placeholder(names))
}

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sample;
