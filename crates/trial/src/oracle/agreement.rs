//! Agreement at the end: both sides hold the same, but for what a person must decide, and the product says so.
//!
//! Owns the list of excuses. Each excuse is a fact of the simulators' state or of what people did, never the product's word alone; and
//! a difference that is excused has to be told to a person as well, or it is lost silently.

use std::collections::BTreeSet;

use sim::Sim;
use sim::zoho::model::{Cell, FieldNo, Module, Org};

use super::{Doings, Edited, Keyed, Rules, Violation, people};

/// Flows with the module that each writes.
pub(super) const FLOWS: [(&str, &str); 3] =
    [("customers", "Accounts"), ("items", "Products"), ("invoices", "Invoices")];

/// Facts of the CRM that excuse a difference.
pub(super) struct Facts {
    /// Keys of records that a person deleted in the CRM.
    pub(super) deleted: BTreeSet<Keyed>,
    /// Names and codes of CRM records without a key, by module.
    unlinked: BTreeSet<(String, String)>,
}

/// What is known beside the state of both systems.
pub(super) struct Known<'a> {
    pub(super) people: &'a people::Memory,
    pub(super) doings: &'a Doings,
    pub(super) rules: Rules,
}

pub(super) fn look(sim: &Sim, listed: &[(String, String, String)], known: &Known<'_>) -> Vec<Violation> {
    let facts = sim.with(|_, org| Facts::of(org, known.people));
    let open: BTreeSet<(&str, &str)> = listed.iter().map(|(flow, code, _)| (flow.as_str(), code.as_str())).collect();
    let (mut missing, mut parts, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    let codes = codes(sim);
    for (name, module) in sim.compare().modules() {
        let flow = FLOWS.iter().find(|(_, module)| *module == name).map(|(flow, _)| *flow).unwrap_or_default();
        let is_open = |key: &str| {
            let code =
                codes.iter().find(|(of, erp, _)| *of == flow && erp.eq_ignore_ascii_case(key)).map(|(.., code)| code);
            code.is_some_and(|code| open.contains(&(flow, code.as_str())))
        };
        for key in module.missing.iter().filter(|key| !is_open(key)) {
            let what = format!("{name} lacks {key}");
            if facts.was_deleted(name, key) { silent.push(what) } else { missing.push(what) }
        }
        parts.extend(module.doubled.iter().map(|key| format!("{name} has {key} twice")));
        // What left the ERP is looked at next door.
        let strays =
            module.extra.iter().filter(|extra| codes.iter().any(|(_, key, _)| key.eq_ignore_ascii_case(&extra.key)));
        parts.extend(strays.map(|extra| format!("{name} has {} ({})", extra.key, extra.why)));
        for d in module.differing.iter().filter(|d| !is_open(&d.key) && !facts.loosened(&d.field)) {
            let edited = known.doings.is_edited(name, &d.key, &d.field);
            let left = edited && known.rules.edited == Edited::Leave;
            if left || known.doings.is_reckoned(&d.key, &d.field) {
                continue;
            }
            let what = format!("{name} {}: {} is {:?}, should be {:?}", d.key, d.field, d.found, d.expected);
            if edited { silent.push(what) } else { parts.push(what) }
        }
    }
    let mut found = Vec::new();
    found.extend(summed("missed", missing));
    found.extend(summed("disagreement", parts));
    found.extend(summed("lost_silently", silent));
    found.extend(unfounded(listed, &facts, known, &codes));
    found
}

/// One violation for all of its kind, with the first ones in words.
pub(super) fn summed(name: &'static str, mut parts: Vec<String>) -> Option<Violation> {
    let more = parts.len().saturating_sub(6);
    parts.truncate(6);
    let what = format!("{}; and {more} more", parts.join("; "));
    (!parts.is_empty()).then_some(Violation { name, what })
}

/// What is listed as open has a reason in the world.
fn unfounded(
    listed: &[(String, String, String)],
    facts: &Facts,
    known: &Known<'_>,
    codes: &[(&str, String, String)],
) -> Vec<Violation> {
    let decisions = !facts.deleted.is_empty() || !facts.unlinked.is_empty();
    let mut found = Vec::new();
    for (flow, code, problem) in listed {
        let module = FLOWS.iter().find(|(name, _)| name == flow).map(|(_, module)| *module).unwrap_or_default();
        // What left the ERP is looked at next door.
        let Some((_, key, _)) = codes.iter().find(|(of, _, of_code)| of == flow && of_code == code) else { continue };
        let edited = known.doings.is_touched(module, key);
        let founded = match problem.as_str() {
            // Somebody has to decide over another record first.
            "undecided_name" | "waiting_for_account" | "waiting_for_product" => decisions,
            // The record was deleted.
            "target_gone" => facts.was_deleted(module, key),
            "edited_in_crm" => edited && known.rules.edited == Edited::Ask,
            "alternating" => edited,
            _ => false,
        };
        if !founded {
            found.push(Violation { name: "open_without_cause", what: format!("{flow} {code}: {problem}") });
        }
    }
    found
}

/// Flow, ERP key and code of every record of the ERP.
pub(super) fn codes(sim: &Sim) -> Vec<(&'static str, String, String)> {
    sim.with(|books, _| {
        let customers =
            books.customers.values().map(|c| ("customers", c.meta.id.hyphenated().to_string(), c.key.clone()));
        let items = books.items.values().map(|i| ("items", i.meta.id.hyphenated().to_string(), i.key.clone()));
        let documents = books.documents.values().map(|d| {
            let key = format!("{}/{}", d.key.kind.label(), d.key.number);
            ("invoices", key.clone(), key)
        });
        customers.chain(items).chain(documents).collect()
    })
}

impl Facts {
    pub(super) fn was_deleted(&self, module: &str, key: &str) -> bool {
        self.deleted.contains(&(module.to_owned(), key.to_lowercase()))
    }

    /// Whether a field that points to another record may be empty or point nowhere, because a person deleted records of that kind.
    fn loosened(&self, field: &str) -> bool {
        let deleted = |module: &str| self.deleted.iter().any(|(of, _)| of == module);
        (field.contains("Product_Name") && deleted("Products"))
            || (matches!(field, "Account_Name" | "Parent_Account") && deleted("Accounts"))
    }

    pub(super) fn of(org: &Org, people: &people::Memory) -> Self {
        let mut facts = Self { deleted: BTreeSet::new(), unlinked: BTreeSet::new() };
        for (_, name) in FLOWS {
            let Some(module) = org.module(name) else { continue };
            let key = key_field(module);
            facts.deleted.extend(people.deleted(name, module).into_iter().map(|key| (name.to_owned(), key)));
            for record in module.records() {
                let keyed = key.and_then(|no| record.cells.get(no)).and_then(Cell::text).is_some();
                if !keyed {
                    facts.unlinked.insert((name.to_owned(), module.display_name(record).to_lowercase()));
                }
            }
        }
        facts
    }
}

/// The field that names the record of the ERP.
pub(crate) fn key_field(module: &Module) -> Option<FieldNo> {
    module.live_fields().find(|(_, field)| field.label == "ERP Key").map(|(no, _)| no)
}
