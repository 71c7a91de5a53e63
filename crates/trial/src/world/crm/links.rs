//! What people do to whole records and to the keys in them: cleared, copied, deleted, restored, merged, locked.
//!
//! Owns which records are fair game: what the connector has not heard of yet cannot be told from what never arrived, so that only
//! records which a run has settled lose their key or their life.

use serde_json::Value;
use sim::control::edit::Edit;
use sim::zoho::model::{Hold, Module};

use super::{ids, is_ours, key_in, set};
use crate::oracle::key_field;
use crate::world::World;

/// States in which the CRM refuses writes.
const HOLDS: [Hold; 5] = [Hold::Locked, Hold::Merging, Hold::Vision, Hold::Approval, Hold::Review];

/// A record of ours that a run has settled.
fn known(world: &World, module: &str) -> Option<u64> {
    let before = world.settled_before;
    let settled =
        |held: &Module, id: u64| is_ours(held, id) && held.record(id).is_some_and(|record| record.created < before);
    let all = ids(world, module, settled);
    // One that carries another's key is nobody's double.
    let own = |id: &u64| !world.doings.lent.contains_key(&(module.to_owned(), *id));
    world.pick(&all.into_iter().filter(own).collect::<Vec<_>>())
}

/// What the CRM calls the field of our key.
pub(super) fn key_name(world: &World, module: &str) -> Option<String> {
    world.sim.with(|_, org| {
        let held = org.module(module)?;
        Some(held.field(key_field(held)?).api_name.clone())
    })
}

/// The key is emptied.
pub(super) fn clear_key(world: &mut World, module: &str) -> Option<String> {
    let (id, field) = (known(world, module)?, key_name(world, module)?);
    world.doings.touch(&world.sim, module, id);
    world.robbed.insert((module.to_owned(), id));
    set(world, module, id, &field, Value::Null)
}

/// The key moves to a record that has none.
pub(super) fn lend_key(world: &mut World, module: &str) -> Option<String> {
    let (owner, field) = (known(world, module)?, key_name(world, module)?);
    let borrower = world.pick(&ids(world, module, |held, id| key_in(held, id).is_none() && id != owner))?;
    let key = world.sim.with(|_, org| org.module(module).and_then(|held| key_in(held, owner)).map(str::to_owned))?;
    world.doings.touch(&world.sim, module, owner);
    world.robbed.insert((module.to_owned(), owner));
    set(world, module, owner, &field, Value::Null)?;
    let words = set(world, module, borrower, &field, Value::from(key))?;
    world.doings.lent.insert((module.to_owned(), borrower), owner);
    Some(words)
}

pub(super) fn delete(world: &mut World, module: &str) -> Option<String> {
    let id = known(world, module)?;
    world.edit_crm(&Edit::ZohoDelete { module: module.to_owned(), id: id.to_string() })
}

pub(super) fn restore(world: &mut World, module: &str) -> Option<String> {
    let id = world.pick(&binned(world, module))?;
    let words = world.edit_crm(&Edit::ZohoRestore { module: module.to_owned(), id: id.to_string() })?;
    world.doings.touch(&world.sim, module, id);
    Some(words)
}

/// Gone for good: out of the bin, or at once.
pub(super) fn purge(world: &mut World, module: &str) -> Option<String> {
    let id = match world.pick(&binned(world, module)) {
        Some(id) if world.hub.chance(700) => id,
        _ => known(world, module)?,
    };
    world.edit_crm(&Edit::ZohoPurge { module: module.to_owned(), id: id.to_string() })
}

/// One of ours goes into another record, be that ours or a stranger.
pub(super) fn merge(world: &mut World, module: &str) -> Option<String> {
    let loser = known(world, module)?;
    let stays = |held: &Module, id: u64| id != loser && key_in(held, id) != Some("placeholder:line");
    let winner = world.pick(&ids(world, module, stays))?;
    let key = world.sim.with(|_, org| org.module(module).and_then(|held| key_in(held, loser)).map(str::to_owned))?;
    let (module, winner_id) = (module.to_owned(), winner.to_string());
    let words =
        world.edit_crm(&Edit::ZohoMerge { module: module.clone(), winner: winner_id, loser: loser.to_string() })?;
    world.merged.push((module, winner, key));
    Some(words)
}

/// Locked, in approval or under merge, or free again.
pub(super) fn hold(world: &mut World, module: &str) -> Option<String> {
    let held = ids(world, module, |held, id| held.record(id).is_some_and(|record| record.hold.is_some()));
    let (id, hold) = match world.pick(&held) {
        Some(id) if world.hub.chance(500) => (id, None),
        _ => (world.pick(&ids(world, module, is_ours))?, world.pick(&HOLDS)),
    };
    world.edit_crm(&Edit::ZohoHold { module: module.to_owned(), id: id.to_string(), hold })
}

fn binned(world: &World, module: &str) -> Vec<u64> {
    world.sim.with(|_, org| org.module(module).map(|held| held.bin().keys().copied().collect()).unwrap_or_default())
}
