//! What the ERP has no more: its record in the CRM says so, as the connection's owner chose.
//!
//! Owns what each choice promises. Looked at only after keys were swept often enough.

use std::collections::BTreeSet;

use sim::Sim;
use sim::zoho::model::{Cell, Module, Record};

use super::agreement::{FLOWS, codes, key_field, summed};
use super::{Deleted, Doings, Rules, Violation};

/// The word of a record whose source is gone.
const GONE: &str = "Deleted";

pub(super) fn look(sim: &Sim, listed: &[(String, String, String)], rules: Rules, doings: &Doings) -> Vec<Violation> {
    let codes = codes(sim);
    let there: BTreeSet<String> = codes.iter().map(|(_, key, _)| key.to_lowercase()).collect();
    let mut unsaid = Vec::new();
    let mut asked: Vec<&str> =
        listed.iter().filter(|(.., problem)| problem == "source_gone").map(|(flow, ..)| flow.as_str()).collect();
    sim.with(|_, org| {
        for (flow, name) in FLOWS.iter().filter(|(flow, _)| *flow != "invoices") {
            let Some(module) = org.module(name) else { continue };
            for record in module.records() {
                let Some(key) = key_of(module, record).filter(|key| *key != "placeholder:line") else { continue };
                if there.contains(&key.to_lowercase()) || doings.is_touched(name, key) {
                    continue;
                }
                let said = match rules.deleted {
                    Deleted::Mark => is_marked(module, record),
                    Deleted::Deactivate => is_marked(module, record) && is_off(module, record),
                    Deleted::Unlink => false,
                    Deleted::Ask => match asked.iter().position(|of| of == flow) {
                        Some(at) => {
                            asked.swap_remove(at);
                            true
                        }
                        None => false,
                    },
                };
                if !said {
                    unsaid.push(format!("{name} {key} left the ERP, and with {:?} that does not show", rules.deleted));
                }
            }
        }
    });
    summed("farewell_forgotten", unsaid).into_iter().collect()
}

fn is_marked(module: &Module, record: &Record) -> bool {
    let status = module.live_fields().find(|(_, field)| field.label == "ERP Status").map(|(no, _)| no);
    status.and_then(|no| record.cells.get(no)).and_then(Cell::text) == Some(GONE)
}

/// A product that is not sold any more; accounts have no such field.
fn is_off(module: &Module, record: &Record) -> bool {
    module.field_no("Product_Active").is_none_or(|no| !matches!(record.cells.get(no), Some(Cell::Bool(true))))
}

fn key_of<'a>(module: &Module, record: &'a Record) -> Option<&'a str> {
    key_field(module).and_then(|no| record.cells.get(no)).and_then(Cell::text)
}
