//! Reading records of the source.
//!
//! Owns the port. The Acumatica adapter fills it. Must not decide what changed: it reads what it is asked.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sync::{Entity, Instant, Record};

use crate::Call;

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The entity.
    pub entity: Entity,
    /// Only records whose stamp is at or after this; `None` reads all.
    pub from: Option<Instant>,
    /// Go on after this cursor (made by an earlier page of the same pass); `None` starts.
    pub cursor: Option<String>,
}

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Records in key order, each key once.
    pub records: Vec<Record>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<String>,
    /// The source's clock when it was asked, or a moment earlier (Date header less the time that the answer took): what was committed
    /// before is on the page.
    pub server_time: Option<Instant>,
    /// Our clock at that moment.
    pub asked_at: Option<Instant>,
    /// What a person should know of how it was read (fallbacks); usually empty.
    pub notes: Vec<String>,
    /// How it was read, in words for the trail of its records, when that was not the ordinary way; else blank.
    pub fallback: String,
}

/// Which page of a list of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysRequest {
    /// The entity.
    pub entity: Entity,
    /// Archived records too, which other lists leave out.
    pub archived: bool,
    /// Go on after this cursor (made by an earlier page of the same list); `None` starts.
    pub cursor: Option<String>,
}

/// Which page of the list of open documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenRequest {
    /// Only those of these customers (CustomerID); empty lists all.
    pub customers: Vec<String>,
    /// Go on after this cursor (made by an earlier page of the same list); `None` starts.
    pub cursor: Option<String>,
}

/// What a list of keys tells of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The lasting GUID (NoteID), lower case.
    pub id: String,
    /// CustomerID, InventoryID, or `Type/ReferenceNbr`, trimmed.
    pub key: String,
    /// When the source says it changed.
    pub stamp: Option<Instant>,
}

/// A page of keys.
#[derive(Clone, Debug, Default)]
pub struct KeysPage {
    /// In key order; a key may come twice where the read had to begin again.
    pub rows: Vec<KeyRow>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<String>,
    /// The source's clock when it was asked, or a moment earlier.
    pub server_time: Option<Instant>,
    /// What a person should know of how it was read (fallbacks); usually empty.
    pub notes: Vec<String>,
}

/// Whom payments touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// Customers (CustomerID) with a payment whose stamp lies in the window.
    pub customers: BTreeSet<String>,
    /// False when there were more payments than one answer holds.
    pub whole: bool,
    /// The source's clock when it was asked, or a moment earlier.
    pub server_time: Option<Instant>,
}

/// What was found out about the source, kept between runs as JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceProfile {
    /// Product build, when the server tells it.
    pub build: String,
    /// Endpoint versions that the server lists, `Name/Version`.
    pub endpoints: Vec<String>,
    /// Form fields that `$custom` offers, by entity: `Document.CuryID` …
    pub custom_fields: std::collections::BTreeMap<String, Vec<String>>,
    /// Entities whose lists the server cannot make in the ordinary way, with the adapter's word for the way that works.
    #[serde(default)]
    pub ways: std::collections::BTreeMap<String, String>,
    /// Entities whose change stamp has another name than their endpoint version lets one expect.
    #[serde(default)]
    pub stamps: std::collections::BTreeMap<String, String>,
}

/// Reads the source. Contract: each call is one page (with safe repeats inside); a page's records are whole as far as the
/// entity's projection goes; order within a pass is by key; `next` is `None` only when the source has no more.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Signs in and finds out versions and rights, reading no record. Fails with a sentence for a consultant.
    async fn probe(&self) -> Call<SourceProfile>;
    /// Takes over what an earlier probe found.
    fn adopt(&self, profile: &SourceProfile);
    /// A cursor that an earlier run kept, as this one goes on with it: how often that run had to begin again counts for it alone.
    fn resumed(&self, cursor: String) -> String;
    /// One page.
    async fn page(&self, request: &PageRequest) -> Call<Page>;
    /// Records by key (CustomerID, InventoryID, `Type/ReferenceNbr`); those that do not exist are missing in the answer.
    async fn by_keys(&self, entity: Entity, keys: &[String]) -> Call<Vec<Record>>;
    /// A page of keys, ids and stamps of everything that the user may see, in the largest pages that the source bears. What it leaves
    /// out is not proven to be gone.
    async fn keys(&self, request: &KeysRequest) -> Call<KeysPage>;
    /// Records by their lasting id, one call each, past the lists, archived ones too; those that the source says it does not have are missing in the
    /// answer. Blank ids are left out.
    async fn by_ids(&self, entity: Entity, ids: &[String]) -> Call<Vec<Record>>;
    /// A page of the documents that are open, with type, number, status, customer, balance and stamp only. What it leaves out is not
    /// proven to be paid.
    async fn open_documents(&self, request: &OpenRequest) -> Call<Page>;
    /// Customers of the payments whose stamp is at or after `from`: a hint at documents whose own stamp did not move.
    async fn paid(&self, from: Instant) -> Call<Paid>;
    /// Signs out within a bounded time; a failure leaves a debt that the next run pays.
    async fn sign_out(&self) -> Call<()>;
}
