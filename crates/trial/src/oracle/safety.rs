//! What must hold at every moment: nothing doubled, no line doubled, nothing written to the ERP, nobody's record taken.
//!
//! Owns the looks at doubles; requests and people's records are looked at next door.

use std::collections::{BTreeMap, BTreeSet};

use sim::Sim;
use sim::zoho::model::{Cell, Org};

use super::agreement::{FLOWS, key_field};
use super::{Doings, Violation, people, routes};

/// What was seen before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    routes: routes::Memory,
    people: people::Memory,
}

impl Memory {
    pub(super) fn look(&mut self, sim: &Sim, doings: &Doings) -> Vec<Violation> {
        let mut found = Vec::new();
        for (_, module) in FLOWS {
            found.extend(sim.with(|_, org| keys(org, module)));
        }
        found.extend(lines(sim, doings));
        found.extend(sim.with(|_, org| twice(org, "Invoices", "ERP Number")));
        found.extend(sim.with(|_, org| self.people.look(org, doings)));
        found.extend(sim.with(|_, org| beside(org, &self.people)));
        found.extend(self.routes.look(sim));
        found
    }

    /// What is known of people's deletions.
    pub(super) fn people(&self) -> &people::Memory {
        &self.people
    }
}

/// No key stands in two records.
fn keys(org: &Org, module: &str) -> Vec<Violation> {
    let Some((module, no)) = org.module(module).and_then(|module| Some((module, key_field(module)?))) else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let keys = module
        .records()
        .filter_map(|record| record.cells.get(no).and_then(Cell::text))
        .map(|key| key.trim().to_lowercase());
    let doubled = keys.filter(|key| !key.is_empty()).filter(|key| !seen.insert(key.clone()));
    let violation =
        |key| Violation { name: "doubled", what: format!("{} has {key} more than once", module.meta.api_name) };
    doubled.map(violation).collect()
}

/// No document has more rows than it ever had lines (one row stands for none).
fn lines(sim: &Sim, doings: &Doings) -> Vec<Violation> {
    sim.with(|books, org| {
        let mut found = Vec::new();
        let Some(invoices) = org.module("Invoices") else { return found };
        let Some((key, _)) = invoices.live_fields().find(|(_, field)| field.label == "ERP Key") else { return found };
        let Some(rows) = invoices.field_no("Invoiced_Items") else { return found };
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for document in books.documents.values() {
            let name = format!("{}/{}", document.key.kind.label(), document.key.number);
            let name = name.to_lowercase();
            let had = doings.shortened.get(&name).copied().unwrap_or(1);
            lines.insert(name, document.lines.len().max(had));
        }
        for record in invoices.records() {
            let Some(erp) = record.cells.get(key).and_then(Cell::text) else { continue };
            let has = record.rows(rows).len();
            if let Some(most) = lines.get(&erp.to_lowercase())
                && has > *most
                && !doings.is_strayed("Invoices", erp)
            {
                found.push(Violation { name: "lines_doubled", what: format!("{erp} has {has} rows for {most} lines") });
            }
        }
        found
    })
}

/// No account is created beside one of the same name that people made.
fn beside(org: &Org, people: &people::Memory) -> Vec<Violation> {
    let mut found = Vec::new();
    let Some(module) = org.module("Accounts") else { return found };
    let key = key_field(module);
    let mut unlinked: BTreeMap<String, u64> = BTreeMap::new();
    for record in module.records() {
        let name = module.display_name(record).trim().to_lowercase();
        if key.and_then(|no| record.cells.get(no)).is_none() {
            // One whose key was taken away is not one that people made.
            if !people.was_ours("Accounts", record.id) {
                unlinked.insert(name, record.id);
            }
        } else if let Some(other) = unlinked.get(&name)
            && record.id > *other
        {
            found.push(Violation {
                name: "doubled",
                what: format!("account {} beside {other}, both {name}", record.id),
            });
        }
    }
    found
}

/// No two records stand for one number: a second record under another key is a double too.
fn twice(org: &Org, module: &str, label: &str) -> Vec<Violation> {
    let Some(module) = org.module(module) else { return Vec::new() };
    let (Some((no, _)), Some((kind, _))) = (
        module.live_fields().find(|(_, field)| field.label == label),
        module.live_fields().find(|(_, field)| field.label == "ERP Type"),
    ) else {
        return Vec::new();
    };
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut found = Vec::new();
    for record in module.records() {
        let text = |no| record.cells.get(no).and_then(Cell::text).map(str::to_lowercase);
        let (Some(number), Some(kind)) = (text(no), text(kind)) else { continue };
        if let Some(other) = seen.insert((kind, number.clone()), record.id) {
            let what = format!("{} {other} and {} are both {number}", module.meta.api_name, record.id);
            found.push(Violation { name: "doubled", what });
        }
    }
    found
}
