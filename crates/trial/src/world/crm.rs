//! Changes in the CRM by its people: edits, deletions, restores, merges.
//!
//! Owns their weights. Acts as a user who is not the connector's.

use serde_json::Value;
use sim::control::edit::Edit;

use super::World;

/// Modules that we write, and a field of each that the ERP owns.
const OWNED: [(&str, &str); 3] = [("Accounts", "Phone"), ("Products", "Product_Code"), ("Invoices", "Purchase_Order")];

/// One change.
pub(super) fn change(world: &World) -> Option<String> {
    let (module, field) = world.pick(&OWNED)?;
    let id = world.pick(&ids(world, module))?;
    let (module, field) = (module.to_owned(), field.to_owned());
    match world.hub.below(6) {
        0..=2 => {
            let value = Value::from(format!("+1 {}", world.hub.below(10_000)));
            world.edit(&Edit::ZohoSet { module, id, field, value })
        }
        3 => {
            let value = Value::from(format!("a note of a person {}", world.number()));
            world.edit(&Edit::ZohoSet { module, id, field: "Description".to_owned(), value })
        }
        _ => world.edit(&Edit::ZohoDelete { module, id }),
    }
}

fn ids(world: &World, module: &str) -> Vec<String> {
    world.sim.with(|_, org| {
        let found = org.module(module);
        found.map(|found| found.records().map(|record| record.id.to_string()).collect()).unwrap_or_default()
    })
}
