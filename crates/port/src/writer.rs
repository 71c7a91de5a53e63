//! Writing drafts to the sink, and looking up what it holds.
//!
//! Owns the port. The Zoho adapter fills it. Must not repeat a write whose outcome is unknown: it says so, record by record.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use rust_decimal::Decimal;
use sync::mapping::Schema;
use sync::settle::Outcome;
use sync::{Draft, Fields, Instant, Module};

use crate::Call;

/// How a batch is written. All records of a batch share module and operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Accounts and products: create or update, matched by the ERP key, or by id where a link is known.
    Upsert,
    /// Documents that the sink does not hold.
    Insert,
    /// Documents whose header changed: by id, rows untouched.
    UpdateHeader,
    /// Documents whose rows changed: by id, with row ids (see [`Held`]).
    UpdateWhole,
}

impl Operation {
    /// The word in intents and trail.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Insert => "insert",
            Self::UpdateHeader => "update_header",
            Self::UpdateWhole => "update_whole",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Upsert, Self::Insert, Self::UpdateHeader, Self::UpdateWhole].into_iter().find(|o| o.name() == name)
    }
}

/// Up to 100 drafts, keys distinct.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The module.
    pub module: Module,
    /// How.
    pub operation: Operation,
    /// The drafts.
    pub drafts: Vec<Arc<Draft>>,
    /// Per draft: the id in the sink, where a link is known (required by the two updates).
    pub targets: Vec<Option<String>>,
    /// Per draft, for `UpdateWhole`: what the sink holds now.
    pub held: Vec<Option<Held>>,
    /// True for a call that is sent once, whatever the operation: it may be one that is never answered.
    pub once: bool,
}

/// A document as the sink holds it: what is needed to write rows without doubling them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Its rows, in order.
    pub rows: Vec<HeldRow>,
    /// False when the sink left rows out of the answer: then rows must not be compared or deleted.
    pub whole: bool,
}

/// One row that the sink holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// Row id.
    pub id: String,
}

/// A record of the sink that carries no ERP key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// Its id.
    pub id: String,
    /// Account_Name, Product_Name or Subject.
    pub name: String,
    /// ERP Code, Product_Code or ERP Number; empty when blank.
    pub code: String,
}

/// A page of unlinked records.
#[derive(Clone, Debug, Default)]
pub struct UnlinkedPage {
    /// The records.
    pub records: Vec<Unlinked>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<String>,
}

/// A record as the sink holds it, as far as our fields go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRecord {
    /// Its id.
    pub id: String,
    /// Its ERP key; empty when blank.
    pub erp_key: String,
    /// When the sink says that it was last changed, by whomever.
    pub modified: Option<Instant>,
    /// The header fields that the mapping can write, by API name, blank ones too; of documents also `Grand_Total`. Text may be in the
    /// form that the sink gave it.
    pub fields: Fields,
    /// Its rows in order, with the columns that the mapping can write; empty when they were not asked for.
    pub rows: Vec<Fields>,
}

/// A page of records as the sink holds them, without rows.
#[derive(Clone, Debug, Default)]
pub struct HeldPage {
    /// The records, in id order.
    pub records: Vec<HeldRecord>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<String>,
}

/// A record of the sink that carries an ERP key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Its id.
    pub id: String,
    /// The ERP key.
    pub erp_key: String,
}

/// A page of records with an ERP key.
#[derive(Clone, Debug, Default)]
pub struct CarrierPage {
    /// The records, in id order (as numbers).
    pub records: Vec<Carrier>,
    /// Where to go on: the id of the page's last record; `None` when this was the last page.
    pub next: Option<String>,
}

/// A record that is no longer in its module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// Who removed it; empty when the sink does not tell.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
    /// True when it cannot be restored any more.
    pub for_good: bool,
}

/// A page of removed records.
#[derive(Clone, Debug, Default)]
pub struct RemovedPage {
    /// The records, in the sink's order.
    pub records: Vec<Removed>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<String>,
}

/// Writes to the sink.
#[async_trait]
pub trait Writer: Send + Sync {
    /// Signs in, checks edition, modules and rights, reads the metadata; creates nothing. Fails with a sentence for a consultant.
    /// `version` 0; [`Writer::prepare`] or the caller sets it.
    async fn probe(&self) -> Call<Schema>;
    /// Creates and places the fields that the mapping needs and the org lacks, and returns the schema with them (`prepared`).
    async fn prepare(&self, schema: &Schema) -> Call<Schema>;
    /// Takes over a schema that was kept.
    fn adopt(&self, schema: &Schema);
    /// Writes one batch. `Ok` has one outcome per draft, in order. A lost answer is `Ok` with every outcome `Unknown`;
    /// `Err` means that nothing was written.
    async fn write(&self, batch: &Batch) -> Call<Vec<Outcome>>;
    /// Looks up records by ERP key in the database (not the search index): `(erp_key, id)` of those found.
    async fn find(&self, module: Module, erp_keys: &[String]) -> Call<Vec<(String, String)>>;
    /// A document with its rows; `None` when it is gone.
    async fn held(&self, module: Module, id: &str) -> Call<Option<Held>>;
    /// Records without an ERP key, in id order.
    async fn unlinked(&self, module: Module, cursor: Option<&str>) -> Call<UnlinkedPage>;
    /// What the sink holds of these records now, in the order of `ids`; those that it does not show are left out. With `rows` one
    /// call per document, else as many records per call as the sink takes.
    async fn read(&self, module: Module, ids: &[String], rows: bool) -> Call<Vec<HeldRecord>>;
    /// What the sink makes of these documents (rows and adjustment), by id, one call per hundred. Those that it does not show, or of
    /// which it tells no total, are left out.
    async fn totals(&self, ids: &[String]) -> Call<BTreeMap<String, Decimal>>;
    /// Records that carry an ERP key, in id order.
    async fn carriers(&self, module: Module, cursor: Option<&str>) -> Call<CarrierPage>;
    /// Records that were changed at or after `since` on the sink's clock, by whomever, in id order.
    async fn edited(&self, module: Module, since: Instant, cursor: Option<&str>) -> Call<HeldPage>;
    /// Records that were removed at or after `since`.
    async fn removed(&self, module: Module, since: Option<Instant>, cursor: Option<&str>) -> Call<RemovedPage>;
}
