//! What people put right in the CRM once things calm down: what no connector may decide for them.
//!
//! Owns the decisions. What stays deleted or merged is a decision too.

use serde_json::Value;
use sim::control::edit::Edit;

use super::links::key_name;
use super::{MODULES, ids, key_in, set};
use crate::world::World;

/// Locks are opened, lent keys given back, and some merged records take the key of the one that went into them.
pub(in crate::world) fn calm(world: &mut World) -> Vec<String> {
    let mut said = Vec::new();
    for module in MODULES {
        for id in ids(world, module, |held, id| held.record(id).is_some_and(|record| record.hold.is_some())) {
            let free = Edit::ZohoHold { module: module.to_owned(), id: id.to_string(), hold: None };
            said.extend(world.edit_crm(&free));
        }
    }
    for ((module, borrower), owner) in std::mem::take(&mut world.doings.lent) {
        let lives = world.sim.with(|_, org| org.module(&module).is_some_and(|held| held.record(owner).is_some()));
        if lives && let Some(field) = key_name(world, &module) {
            said.extend(set(world, &module, borrower, &field, Value::Null));
        }
    }
    for (module, winner, key) in std::mem::take(&mut world.merged) {
        let free = world.sim.with(|_, org| {
            let held = org.module(&module)?;
            let carried = held.records().any(|record| key_in(held, record.id) == Some(key.as_str()));
            Some(held.record(winner).is_some() && key_in(held, winner).is_none() && !carried)
        });
        if free == Some(true)
            && world.hub.chance(500)
            && let Some(field) = key_name(world, &module)
        {
            let words = set(world, &module, winner, &field, Value::from(key));
            if words.is_some() {
                world.doings.touch(&world.sim, &module, winner);
            }
            said.extend(words);
        }
    }
    said
}

/// Gives accounts that never had a key of ours names of their own.
pub(in crate::world) fn tell_apart(world: &World) -> Vec<String> {
    let unlinked: Vec<(u64, String)> = world.sim.with(|_, org| {
        let Some(module) = org.module("Accounts") else { return Vec::new() };
        let robbed = |id| world.robbed.contains(&("Accounts".to_owned(), id));
        let without = module.records().filter(|record| key_in(module, record.id).is_none() && !robbed(record.id));
        without.map(|record| (record.id, module.display_name(record).to_owned())).collect()
    });
    let rename =
        |(id, name): (u64, String)| set(world, "Accounts", id, "Account_Name", Value::from(format!("{name} ({id})")));
    unlinked.into_iter().filter_map(rename).collect()
}
