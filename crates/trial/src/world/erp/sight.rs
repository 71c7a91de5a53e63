//! What the interface's user may see: rows that go out of sight with a right and come back, documents that are archived.
//!
//! Owns the choice. Only what the CRM holds already goes out of sight: what was never seen cannot be missed.

use sim::Clock as _;
use sim::acumatica::model::{DocKey, DocType, fold};
use sim::control::edit::{Edit, Named, Row};
use sim::zoho::model::Cell;

use super::{customers, documents, items};
use crate::oracle::key_field;
use crate::world::World;

/// Rows that are out of sight at once, at most: more than a few look like a lost role, which is another story.
const MOST: usize = 3;

/// A row goes out of sight, or comes back.
pub(super) fn change(world: &mut World) -> Option<String> {
    if !world.hidden.is_empty() && (world.hidden.len() >= MOST || world.hub.chance(400)) {
        return show(world);
    }
    let row = match world.hub.below(3) {
        0 => Row::Customer(world.pick(&customers(world))?),
        1 => Row::Item(world.pick(&items(world))?),
        _ => Row::Document(world.pick(&documents(world, |document| document.released))?),
    };
    let key = key_of(world, &row)?;
    if world.hidden.contains(&row) || !is_held(world, &key) {
        return None;
    }
    let words = world.edit(&Edit::Hide(row.clone()))?;
    world.doings.unseen.insert(key);
    world.hidden.push(row);
    Some(words)
}

fn show(world: &mut World) -> Option<String> {
    let row = world.hidden.pop()?;
    world.edit(&Edit::Show(row))
}

/// Every row comes back, whatever its code is by now.
pub(in crate::world) fn show_all(world: &mut World) -> Option<String> {
    world.hidden.clear();
    let hidden = world.sim.acumatica().write(world.clock.now(), |books, _| std::mem::take(&mut books.hidden));
    (!hidden.is_empty()).then(|| format!("{} rows of the ERP are in sight again", hidden.len()))
}

/// A closed document that the CRM holds as it is goes to the archive.
pub(super) fn archive(world: &mut World) -> Option<String> {
    let before = world.settled_before;
    let old = documents(world, |document| document.status == "Closed" && document.meta.modified.as_second() < before);
    let named = world.pick(&old)?;
    let key = key_of(world, &Row::Document(named.clone()))?;
    if !is_held(world, &key) || world.hidden.contains(&Row::Document(named.clone())) {
        return None;
    }
    world.edit(&Edit::Archive(named))
}

/// The ERP key of a row, in lower case.
pub(super) fn key_of(world: &World, row: &Row) -> Option<String> {
    world.sim.with(|books, _| match row {
        Row::Customer(code) => books.customers.get(&fold(code)).map(|row| row.meta.id.hyphenated().to_string()),
        Row::Item(code) => books.items.get(&fold(code)).map(|row| row.meta.id.hyphenated().to_string()),
        Row::Document(Named { kind, number }) => {
            let key = DocKey::new(DocType::from_label(kind)?, number);
            books.documents.contains_key(&key).then(|| format!("{kind}/{number}").to_lowercase())
        }
    })
}

/// Whether the CRM holds a record of that key.
pub(super) fn is_held(world: &World, key: &str) -> bool {
    world.sim.with(|_, org| {
        ["Accounts", "Products", "Invoices"].iter().filter_map(|name| org.module(name)).any(|module| {
            let field = key_field(module);
            module.records().any(|record| {
                let held = field.and_then(|no| record.cells.get(no)).and_then(Cell::text);
                held.is_some_and(|held| held.eq_ignore_ascii_case(key))
            })
        })
    })
}
