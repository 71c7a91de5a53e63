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
pub(crate) use apply::{Applied, change, insert, recompute};
pub(crate) use check::{Draft, Mode, complete, draft};
pub(crate) use totals::tax_amount;
pub(crate) use unique::{clash, match_for_upsert};
pub(crate) use value::Place;

use super::switches::Switches;

/// Who writes, when, and by which switches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Switches in force.
    pub(crate) switches: &'a Switches,
    /// The writing user.
    pub(crate) user: u64,
    /// Epoch seconds.
    pub(crate) now: i64,
}
