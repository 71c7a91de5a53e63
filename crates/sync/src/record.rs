//! A record read from the source, and a draft to be written to the sink.
//!
//! Owns their shape and canonical digests. Must not know JSON or field rules. Adapters build records and send drafts.

use std::sync::Arc;

use crate::digest::{Digest, Digester};
use crate::seam::{Mutant, mutant};
use crate::{Entity, Instant, Module, Value};

/// A field name, shared: adapters make each once per run.
pub type Name = Arc<str>;

/// Named values, in the order the adapter or the mapping gives them (the same for every record of one read).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(Name, Value)>);

impl Fields {
    /// The value of `name`, also when blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| &**n == name).map(|(_, value)| value)
    }

    /// Text of `name`, trimmed, when it is text and not blank.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.get(name)?.as_text()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Adds a value at the end.
    pub fn push(&mut self, name: Name, value: Value) {
        self.0.push((name, value));
    }

    /// Feeds names and values.
    pub fn digest(&self, into: &mut Digester) {
        for (name, value) in &self.0 {
            into.text(name);
            value.digest(into);
        }
    }
}

/// A record as read from the source.
///
/// Field names are contract names, paths joined by `/`: `CustomerName`, `MainContact/Phone1`, `BillingContact/Address/City`;
/// form fields read through `$custom` are `custom/Document.CuryID`. Lines carry their own names without the detail's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub entity: Entity,
    /// The key a person knows, trimmed: CustomerID, InventoryID, or `Type/ReferenceNbr`.
    pub key: String,
    /// The lasting GUID (NoteID), lower case.
    pub id: String,
    /// When the source says it changed; `None` where the entity has no stamp.
    pub stamp: Option<Instant>,
    /// Header fields.
    pub fields: Fields,
    /// Detail rows, in the source's order; empty for customers and items.
    pub lines: Vec<Fields>,
}

impl Record {
    /// Fingerprint of the projection that was read, of the mapping's version and of the sink schema's version.
    /// The stamp is left out: a moved stamp alone is no change.
    #[must_use]
    pub fn fingerprint(&self, versions: u64) -> Digest {
        let mut digester = Digester::new();
        digester.bytes(&versions.to_le_bytes());
        digester.text(self.entity.name());
        digester.text(&self.key);
        digester.text(&self.id);
        self.fields.digest(&mut digester);
        for line in self.lines.iter().filter(|_| !mutant(Mutant::LinesForgotten)) {
            digester.tag(255);
            line.digest(&mut digester);
        }
        digester.finish()
    }
}

/// What shall stand in the sink for one source record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The module it goes to.
    pub module: Module,
    /// The ERP key: the value of the unique field "ERP Key" (a GUID, or `Type/ReferenceNbr`).
    pub erp_key: String,
    /// Header fields by API name, the ERP key included.
    pub fields: Fields,
    /// Fields that are sent on creation only (currency, and what must not be overwritten later).
    pub on_create: Fields,
    /// Line rows by API name, in order; empty for accounts and products.
    pub rows: Vec<Fields>,
}

impl Draft {
    /// Digest of the header fields.
    #[must_use]
    pub fn header_digest(&self) -> Digest {
        let mut digester = Digester::new();
        self.fields.digest(&mut digester);
        digester.finish()
    }

    /// Digest of the rows.
    #[must_use]
    pub fn rows_digest(&self) -> Digest {
        let mut digester = Digester::new();
        for row in &self.rows {
            digester.tag(255);
            row.digest(&mut digester);
        }
        digester.finish()
    }
}

impl Record {
    /// Identity in ledger and sink: the GUID for customers and items (codes get renamed), `Type/ReferenceNbr` for documents.
    #[must_use]
    pub fn erp_key(&self) -> &str {
        match self.entity {
            Entity::Customer | Entity::StockItem | Entity::NonStockItem => &self.id,
            Entity::Invoice | Entity::CashSale => &self.key,
        }
    }
}
