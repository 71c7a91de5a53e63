//! What happened so far, in numbers.
//!
//! Owns: counts for tests and the control API. Must not: hold anything that was sent.

use std::collections::BTreeMap;

/// Counts since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// API calls by method and kind of route, e.g. `POST upsert`.
    pub calls: BTreeMap<String, u64>,
    /// Answers by HTTP status.
    pub statuses: BTreeMap<u16, u64>,
    /// Records written (inserted, updated, deleted) by module.
    pub writes: BTreeMap<String, u64>,
    /// Access tokens given.
    pub tokens: u64,
    /// Calls refused with 429.
    pub throttled: u64,
}

impl Counters {
    /// Notes written records.
    pub fn wrote(&mut self, module: &str, records: u64) {
        if records == 0 {
            return;
        }
        match self.writes.get_mut(module) {
            Some(count) => *count += records,
            None => {
                self.writes.insert(module.to_owned(), records);
            }
        }
    }

    /// Notes an answered call.
    pub fn called(&mut self, method: &str, kind: &str, status: u16) {
        *self.calls.entry(format!("{method} {kind}")).or_default() += 1;
        *self.statuses.entry(status).or_default() += 1;
    }

    /// All API calls.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.values().sum()
    }
}
