//! Changes in the CRM by its people: edits, deletions, restores, merges.
//!
//! Owns their weights. Acts as a user who is not the connector's.

use serde_json::Value;
use sim::control::edit::Edit;

use super::World;

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
    world.edit(&Edit::ZohoDelete { module, id })
}

fn ids(world: &World, module: &str) -> Vec<String> {
    world.sim.with(|_, org| {
        let found = org.module(module);
        found.map(|found| found.records().map(|record| record.id.to_string()).collect()).unwrap_or_default()
    })
}
