//! Changes in the CRM by its people: words, edits of what the ERP owns, and (next door) what they do to records and keys.
//!
//! Owns their weights. Acts as a user who is not the connector's, and notes what was done for the oracle.

mod calm;
mod links;
mod setup;

use serde_json::{Value, json};
use sim::Clock as _;
use sim::control::edit::Edit;
use sim::zoho::model::{Cell, Module};

use super::World;
use crate::oracle::key_field;

pub(super) use calm::{calm, tell_apart};
pub(super) use setup::formula;

/// Modules that we write.
const MODULES: [&str; 3] = ["Accounts", "Products", "Invoices"];

/// One change.
pub(super) fn change(world: &mut World) -> Option<String> {
    let module = world.pick(&MODULES)?;
    match world.hub.below(24) {
        0..=5 => note(world, module),
        6..=10 => edit(world, module),
        11 => links::clear_key(world, module),
        12 => links::lend_key(world, module),
        13 => newcomer(world),
        14..=16 => links::delete(world, module),
        17 | 18 => links::restore(world, module),
        19 => links::purge(world, module),
        20 | 21 => links::merge(world, module),
        _ => links::hold(world, module),
    }
}

/// Words in a field of theirs; those of an invoice are the ERP's.
fn note(world: &World, module: &str) -> Option<String> {
    let module = if module == "Invoices" { "Accounts" } else { module };
    let id = world.pick(&ids(world, module, |_, _| true))?;
    let value = Value::from(format!("a note of a person {}", world.number()));
    set(world, module, id, "Description", value)
}

/// Another value in a filled field that the ERP owns.
fn edit(world: &mut World, module: &'static str) -> Option<String> {
    let number = world.number();
    let (label, value) = match (module, world.hub.below(3)) {
        ("Accounts", 0) => ("Phone", json!(format!("+1 555 {number}"))),
        ("Accounts", 1) => ("Billing_City", json!(format!("Reptown {number}"))),
        ("Accounts", _) => ("ERP Status", json!("Closed by a rep")),
        ("Products", 0) => ("Unit_Price", json!(number + 1_000)),
        ("Products", 1) => ("Product_Name", json!(format!("Rep's own name {number}"))),
        ("Products", _) => ("ERP Unit", json!("SHELF")),
        (_, 0) => ("ERP Balance", json!(number)),
        (_, 1) => ("Subject", json!(format!("Rep's subject {number}"))),
        (_, _) => ("ERP Status", json!("Settled by a rep")),
    };
    let named = world.sim.with(|_, org| {
        let fields = org.module(module)?;
        let (no, field) = fields.live_fields().find(|(_, field)| field.api_name == label || field.label == label)?;
        Some((no, field.api_name.clone()))
    });
    let (no, field) = named?;
    let id = world.pick(&ids(world, module, |held, id| {
        held.record(id).is_some_and(|record| is_ours(held, id) && record.cells.get(no).is_some())
    }))?;
    // A rep may share the integration's user.
    let words = match world.hub.chance(300) {
        true => set_as_ours(world, module, id, &field, &value)?,
        false => set(world, module, id, &field, value)?,
    };
    if let Some((module, key)) = world.doings.touch(&world.sim, module, id) {
        world.doings.fields.insert((module, key, field));
    }
    Some(words)
}

/// A company that a rep found.
fn newcomer(world: &World) -> Option<String> {
    let values = json!({"Account_Name": format!("Found by a rep {}", world.number())});
    world.edit_crm(&Edit::ZohoInsert { module: "Accounts".to_owned(), values })
}

fn set(world: &World, module: &str, id: u64, field: &str, value: Value) -> Option<String> {
    let (module, field) = (module.to_owned(), field.to_owned());
    world.edit_crm(&Edit::ZohoSet { module, id: id.to_string(), field, value })
}

/// The same by the user that the connector signs in as.
fn set_as_ours(world: &World, module: &str, id: u64, field: &str, value: &Value) -> Option<String> {
    let now = world.clock.now().as_second();
    let done = world.sim.zoho().with(|crm| crm.edit_record(module, id, &json!({ field: value }), None, now));
    done.ok().map(|()| format!("{module} {id} {field} is now {value}, by the connector's own user"))
}

/// Live records that fit.
fn ids(world: &World, module: &str, fits: impl Fn(&Module, u64) -> bool) -> Vec<u64> {
    world.sim.with(|_, org| {
        let Some(held) = org.module(module) else { return Vec::new() };
        held.records().map(|record| record.id).filter(|id| fits(held, *id)).collect()
    })
}

/// The key of ours that a live record carries.
fn key_in(module: &Module, id: u64) -> Option<&str> {
    key_field(module).and_then(|no| module.record(id)?.cells.get(no)).and_then(Cell::text)
}

/// A record with a key of ours, the stand-in for lines without an item apart.
fn is_ours(module: &Module, id: u64) -> bool {
    key_in(module, id).is_some_and(|key| key != "placeholder:line")
}
