//! What administrators of the CRM change in its set-up: the formula of documents' totals.
//!
//! Owns what is noted about it for the oracle.

use rust_decimal::Decimal;
use sim::control::edit::Edit;

use super::{ids, is_ours};
use crate::world::World;

const INVOICES: &str = "Invoices";

/// Documents come to `extra` more from now on, when they are written. Those that are there already may be written without their rows.
pub(in crate::world) fn formula(world: &mut World, extra: i64) -> Option<String> {
    if extra != 0 {
        for id in ids(world, INVOICES, is_ours) {
            let touched = world.doings.touch(&world.sim, INVOICES, id);
            world.doings.reckoned.extend(touched.map(|(_, key)| key));
        }
    }
    world.edit_crm(&Edit::ZohoTotals { extra: Decimal::from(extra) })
}
