//! One module: its fields, layouts, records, recycle bin and indexes.
//!
//! Owns: keeping the indexes true to the records. Must not: decide whether a write is allowed, move
//! `Modified_Time` by itself, or give out ids (the organisation does).

use std::collections::{BTreeMap, BTreeSet};

use super::standard::LinePlan;
use super::{Cell, Field, FieldNo, Layout, Record, UniqueIndex};

/// The description of a module in `/settings/modules`.
#[derive(Debug, Clone)]
pub struct ModuleMeta {
    /// Module id.
    pub id: u64,
    /// Name in the API.
    pub api_name: String,
    /// The internal name (`InvoicedItems`, `Potentials`), which some metadata calls take too.
    pub module_name: String,
    /// Singular label.
    pub singular: String,
    /// Plural label.
    pub plural: String,
    /// `default`, `custom` or `subform`.
    pub generated: &'static str,
    /// Whether the edition brings it (false answers `INVALID_MODULE`).
    pub available: bool,
    /// Whether an administrator hid it from the API.
    pub hidden: bool,
    /// Position among the tabs.
    pub sequence: u32,
    /// For subform modules: the module that holds the rows and its subform field.
    pub parent: Option<(String, FieldNo)>,
    /// The field that shows in lookups.
    pub display: FieldNo,
    /// The system field that upsert checks for duplicates.
    pub duplicate: Option<FieldNo>,
}

/// A record in the recycle bin.
#[derive(Debug, Clone)]
pub struct Binned {
    /// The record as it was.
    pub record: Record,
    /// Epoch seconds.
    pub deleted: i64,
    /// User id.
    pub by: u64,
}

/// What is left of a record deleted for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// Record id.
    pub id: u64,
    /// Epoch seconds.
    pub deleted: i64,
}

/// A module with everything in it.
#[derive(Debug, Clone)]
pub struct Module {
    /// Description.
    pub meta: ModuleMeta,
    /// Field table; positions never change.
    pub fields: Vec<Field>,
    /// Layouts, the standard one first.
    pub layouts: Vec<Layout>,
    /// Positions of the fields of an inventory document, if it is one.
    pub lines: Option<LinePlan>,
    /// Last number given by the auto-number field.
    pub serial: u64,
    names: BTreeMap<String, FieldNo>,
    records: BTreeMap<u64, Record>,
    by_modified: BTreeSet<(i64, u64)>,
    indexes: Vec<UniqueIndex>,
    bin: BTreeMap<u64, Binned>,
    gone: Vec<Gone>,
}

impl Module {
    /// A module without fields and records.
    #[must_use]
    pub fn new(meta: ModuleMeta) -> Self {
        Self {
            meta,
            fields: Vec::new(),
            layouts: Vec::new(),
            lines: None,
            serial: 0,
            names: BTreeMap::new(),
            records: BTreeMap::new(),
            by_modified: BTreeSet::new(),
            indexes: Vec::new(),
            bin: BTreeMap::new(),
            gone: Vec::new(),
        }
    }

    /// Adds a field and, when it is unique, its index over the records there are.
    pub fn add_field(&mut self, field: Field) -> FieldNo {
        let no = FieldNo::try_from(self.fields.len()).unwrap_or(FieldNo::MAX);
        self.names.insert(field.api_name.clone(), no);
        let unique = field.unique;
        self.fields.push(field);
        if let Some(unique) = unique {
            self.index(no, true, unique.case_sensitive);
        }
        no
    }

    /// Keeps an index on a field from now on.
    pub fn index(&mut self, no: FieldNo, constraint: bool, case_sensitive: bool) {
        self.indexes.retain(|index| index.field != no);
        let mut index = UniqueIndex::new(no, constraint, case_sensitive);
        for record in self.records.values() {
            index.note(record, true);
        }
        self.indexes.push(index);
    }

    /// Takes a field away: its name is free again, its values can no longer be reached.
    pub fn remove_field(&mut self, no: FieldNo) {
        if let Some(field) = self.fields.get_mut(usize::from(no)) {
            self.names.remove(&field.api_name);
            field.visible = false;
            let id = field.id;
            self.indexes.retain(|index| index.field != no);
            for layout in &mut self.layouts {
                for section in &mut layout.sections {
                    section.fields.retain(|held| *held != id);
                }
            }
        }
    }

    /// Position of a field by its API name.
    #[must_use]
    pub fn field_no(&self, api_name: &str) -> Option<FieldNo> {
        self.names.get(api_name).copied()
    }

    /// A field by its position.
    #[must_use]
    pub fn field(&self, no: FieldNo) -> &Field {
        &self.fields[usize::from(no)]
    }

    /// Fields that exist (were not taken away), in table order.
    pub fn live_fields(&self) -> impl Iterator<Item = (FieldNo, &Field)> {
        self.fields
            .iter()
            .enumerate()
            .map(|(at, field)| (FieldNo::try_from(at).unwrap_or(FieldNo::MAX), field))
            .filter(|(no, field)| self.names.get(&field.api_name) == Some(no))
    }

    /// The index of a field.
    #[must_use]
    pub fn index_of(&self, no: FieldNo) -> Option<&UniqueIndex> {
        self.indexes.iter().find(|index| index.field == no)
    }

    /// Every index, constraints and look-ups.
    #[must_use]
    pub fn indexes(&self) -> &[UniqueIndex] {
        &self.indexes
    }

    /// A live record.
    #[must_use]
    pub fn record(&self, id: u64) -> Option<&Record> {
        self.records.get(&id)
    }

    /// Live records by id, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.values()
    }

    /// Live records from an id on, oldest first.
    pub fn records_from(&self, id: u64) -> impl Iterator<Item = &Record> {
        self.records.range(id..).map(|(_, record)| record)
    }

    /// Count of live records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True without live records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// `(Modified_Time, id)` of the records changed at or after a moment, in order.
    pub fn modified_since(&self, since: i64) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        self.by_modified.range((since, 0)..).copied()
    }

    /// Stores a record, new or taken out before.
    pub fn put(&mut self, record: Record) {
        for index in &mut self.indexes {
            index.note(&record, true);
        }
        self.by_modified.insert((record.modified, record.id));
        self.records.insert(record.id, record);
    }

    /// Takes a live record out, to be changed and put back or moved elsewhere.
    pub fn take(&mut self, id: u64) -> Option<Record> {
        let record = self.records.remove(&id)?;
        for index in &mut self.indexes {
            index.note(&record, false);
        }
        self.by_modified.remove(&(record.modified, record.id));
        Some(record)
    }

    /// Moves a record to the recycle bin. False when there is no such record.
    pub fn delete(&mut self, id: u64, by: u64, now: i64) -> bool {
        match self.take(id) {
            Some(record) => {
                self.bin.insert(id, Binned { record, deleted: now, by });
                true
            }
            None => false,
        }
    }

    /// Brings a record back from the recycle bin with its id. False when it is not there.
    pub fn restore(&mut self, id: u64) -> bool {
        match self.bin.remove(&id) {
            Some(binned) => {
                self.put(binned.record);
                true
            }
            None => false,
        }
    }

    /// Removes a record for good, from the bin or live. False when there is none.
    pub fn purge(&mut self, id: u64, now: i64) -> bool {
        let found = self.bin.remove(&id).is_some() || self.take(id).is_some();
        if found {
            self.gone.push(Gone { id, deleted: now });
        }
        found
    }

    /// The recycle bin by record id.
    #[must_use]
    pub fn bin(&self) -> &BTreeMap<u64, Binned> {
        &self.bin
    }

    /// Records deleted for good, in the order of deletion.
    #[must_use]
    pub fn gone(&self) -> &[Gone] {
        &self.gone
    }

    /// The name that a record shows in lookups.
    #[must_use]
    pub fn display_name<'a>(&'a self, record: &'a Record) -> &'a str {
        record.cells.get(self.meta.display).and_then(Cell::text).unwrap_or("")
    }
}
