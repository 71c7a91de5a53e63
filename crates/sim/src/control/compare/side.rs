//! One module of the CRM as the comparison reads it: fields by API name or label, records by ERP key.
//!
//! Owns finding fields and the equality of what is there with what should be. Must not change records.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::report::ModuleReport;
use super::{KEY, Rules};
use crate::zoho::model::{Cell, Field, FieldNo, Module, Org, Record, Row};

/// A module with its records by ERP key.
pub(super) struct Side<'a> {
    pub(super) org: &'a Org,
    pub(super) module: &'a Module,
    /// Key in lower case to the key as stored and the ids of its holders.
    keyed: BTreeMap<String, (String, Vec<u64>)>,
    /// Fields by label in lower case; a custom one wins over a standard one.
    labels: BTreeMap<String, FieldNo>,
}

/// What a field should hold.
#[derive(Clone, Debug)]
pub(super) enum Should {
    /// This text.
    Text(Option<String>),
    /// This number.
    Number(Option<Decimal>),
    /// This truth.
    Bool(bool),
    /// The record with this id; `None` when it is not known here.
    Link(Option<u64>),
}

impl<'a> Side<'a> {
    /// The module, when the edition brings it.
    pub(super) fn of(org: &'a Org, module: &str) -> Option<Self> {
        let module = org.module(module)?;
        let mut keyed: BTreeMap<String, (String, Vec<u64>)> = BTreeMap::new();
        let labels = labels(module);
        if let Some(no) = labels.get(&KEY.to_lowercase()).copied() {
            for record in module.records() {
                let Some(key) = record.cells.get(no).and_then(Cell::text).map(str::trim) else {
                    continue;
                };
                if !key.is_empty() {
                    let holders = keyed.entry(key.to_lowercase()).or_insert_with(|| (key.to_owned(), Vec::new()));
                    holders.1.push(record.id);
                }
            }
        }
        Some(Self { org, module, keyed, labels })
    }

    /// The record that carries an ERP key; the oldest of several.
    pub(super) fn holder(&self, key: &str) -> Option<&'a Record> {
        let (_, ids) = self.keyed.get(&key.to_lowercase())?;
        ids.first().and_then(|id| self.module.record(*id))
    }

    /// A field by API name or by label.
    pub(super) fn field(&self, name: &str) -> Option<(FieldNo, &'a Field)> {
        let no = self.module.field_no(name).or_else(|| self.labels.get(&name.to_lowercase()).copied())?;
        Some((no, self.module.field(no)))
    }

    /// Notes keys that several records carry, and records whose key should not be there. `why` tells why not, or
    /// `None` when it should.
    pub(super) fn strays(&self, report: &mut ModuleReport, why: impl Fn(&str) -> Option<String>) {
        for (folded, (key, ids)) in &self.keyed {
            if ids.len() > 1 {
                report.double(key);
            }
            if let Some(why) = why(folded) {
                for id in ids {
                    report.extra(key, *id, &why);
                }
            }
        }
    }

    /// Checks one field of a record, named by API name or label. A field that the module lacks differs when something
    /// should be in it.
    pub(super) fn check(
        &self,
        report: &mut ModuleReport,
        rules: &Rules,
        key: &str,
        record: &Record,
        name: &str,
        should: &Should,
    ) {
        match self.field(name) {
            Some((no, field)) => {
                let found = record.cells.get(no);
                if !matches(found, should, rules) {
                    report.differ(key, &field.api_name, shown(should), cell(found));
                }
            }
            None if wanted(should) => report.differ(key, name, shown(should), "no such field".to_owned()),
            None => {}
        }
    }
}

fn labels(module: &Module) -> BTreeMap<String, FieldNo> {
    let mut labels = BTreeMap::new();
    for standard in [false, true] {
        for (no, field) in module.live_fields().filter(|(_, field)| field.custom != standard) {
            labels.entry(field.label.trim().to_lowercase()).or_insert(no);
        }
    }
    labels
}

/// Checks one field of a row.
pub(super) fn check_row(
    report: &mut ModuleReport,
    key: &str,
    place: &str,
    rows: &Module,
    row: &Row,
    (name, should): (&str, &Should),
) {
    let strict = Rules { blank_means_empty: true, ..Rules::default() };
    let found = rows.field_no(name).and_then(|no| row.cells.get(no));
    if !matches(found, should, &strict) {
        report.differ(key, &format!("{place}.{name}"), shown(should), cell(found));
    }
}

fn wanted(should: &Should) -> bool {
    match should {
        Should::Text(text) => text.is_some(),
        Should::Number(number) => number.is_some(),
        Should::Bool(_) => true,
        Should::Link(id) => id.is_some(),
    }
}

fn matches(found: Option<&Cell>, should: &Should, rules: &Rules) -> bool {
    let blank = |empty: bool| empty || !rules.blank_means_empty;
    match should {
        Should::Text(Some(text)) => found.and_then(Cell::text) == Some(text),
        Should::Text(None) => blank(found.is_none_or(|cell| cell.text().is_some_and(str::is_empty))),
        Should::Number(Some(number)) => number_in(found) == Some(*number) || (number.is_zero() && found.is_none()),
        Should::Number(None) => blank(number_in(found).is_none_or(|number| number.is_zero())),
        Should::Bool(truth) => matches!(found, Some(Cell::Bool(found)) if found == truth),
        Should::Link(Some(id)) => matches!(found, Some(Cell::Lookup(found)) if found == id),
        Should::Link(None) => blank(found.is_none()),
    }
}

/// A number, also where it is kept as text (row discounts may be).
pub(super) fn number_in(found: Option<&Cell>) -> Option<Decimal> {
    match found? {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn shown(should: &Should) -> String {
    match should {
        Should::Text(text) => text.clone().unwrap_or_default(),
        Should::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
        Should::Bool(truth) => truth.to_string(),
        Should::Link(id) => id.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn cell(found: Option<&Cell>) -> String {
    match found {
        None => String::new(),
        Some(Cell::Text(text) | Cell::Raw(text)) => text.to_string(),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Bool(truth)) => truth.to_string(),
        Some(Cell::Lookup(id)) => id.to_string(),
        Some(Cell::Time(second)) => second.to_string(),
        Some(Cell::List(values)) => values.join(", "),
        Some(Cell::Rows(rows)) => format!("{} rows", rows.len()),
    }
}

/// ERP keys that one module should hold, in lower case.
pub(super) type Keys = BTreeSet<String>;
