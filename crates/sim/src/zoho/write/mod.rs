//! Writing records: from JSON to stored cells, and all rules on the way.
//!
//! Owns: conversion and validation (`value`, `check`), uniqueness (`unique`), the arithmetic of documents
//! (`totals`) and the change itself (`apply`). Must not: know HTTP statuses or credits, which `records` does.
//! Data comes from API bodies and world edits and goes into `model`.

mod apply;
mod check;
mod totals;
mod unique;
mod value;

pub(crate) use apply::held;
pub use apply::{Applied, change, insert, recompute};
pub use check::{Draft, Mode, RowDraft, complete, draft};
pub(crate) use totals::tax_amount;
pub use unique::{Matched, clash, match_for_upsert};
pub use value::{Place, convert};

use super::switches::Switches;

/// Who writes, when, and by which switches.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Switches in force.
    pub switches: &'a Switches,
    /// The writing user.
    pub user: u64,
    /// Epoch seconds.
    pub now: i64,
}
