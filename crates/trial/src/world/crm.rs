//! Changes in the CRM by its people: edits, deletions, restores, merges.
//!
//! Owns their weights. Acts as a user who is not the connector's.

use serde_json::Value;
use sim::control::edit::Edit;

use super::World;
use crate::oracle::key_field;

/// Modules that we write.
const MODULES: [&str; 3] = ["Accounts", "Products", "Invoices"];

/// One change.
pub(super) fn change(world: &World) -> Option<String> {
    let module = world.pick(&MODULES)?;
    let id = world.pick(&ids(world, module))?;
    let module = module.to_owned();
    // The words of an invoice are the ERP's.
    if module != "Invoices" && world.hub.chance(800) {
        let value = Value::from(format!("a note of a person {}", world.number()));
        return world.edit(&Edit::ZohoSet { module, id, field: "Description".to_owned(), value });
    }
    let known = world.sim.with(|_, org| {
        let record = id.parse().ok().and_then(|id| org.module(&module)?.record(id));
        record.is_some_and(|record| record.created < world.settled_before)
    });
    // What the connector has not heard of yet cannot be told from what never arrived.
    if known { world.edit(&Edit::ZohoDelete { module, id }) } else { None }
}

/// Renames accounts without a key of ours.
pub(super) fn tell_apart(world: &World) -> Vec<String> {
    let unlinked: Vec<(u64, String)> = world.sim.with(|_, org| {
        let Some(module) = org.module("Accounts") else { return Vec::new() };
        let key = key_field(module);
        let without = module.records().filter(|record| key.and_then(|no| record.cells.get(no)).is_none());
        without.map(|record| (record.id, module.display_name(record).to_owned())).collect()
    });
    let rename = |(id, name): (u64, String)| {
        let value = Value::from(format!("{name} ({id})"));
        world.edit(&Edit::ZohoSet {
            module: "Accounts".to_owned(),
            id: id.to_string(),
            field: "Account_Name".to_owned(),
            value,
        })
    };
    unlinked.into_iter().filter_map(rename).collect()
}

fn ids(world: &World, module: &str) -> Vec<String> {
    world.sim.with(|_, org| {
        let found = org.module(module);
        found.map(|found| found.records().map(|record| record.id.to_string()).collect()).unwrap_or_default()
    })
}
