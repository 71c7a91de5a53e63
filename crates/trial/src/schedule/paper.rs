//! What runs leave on paper, shown to the oracle: rows of the trail, records that are listed as open, letters of the network.
//!
//! Owns when these are read: once after all runs of a drive have ended. Must not judge them.

use futures_util::FutureExt as _;

use super::Trial;
use crate::oracle::{Told, Violation};

impl Trial<'_> {
    /// Reads what is new in the trail, and what is listed as open now.
    pub(super) fn read_trail(&mut self, violations: &mut Vec<Violation>) {
        self.pardoned = false;
        let (rows, open) = (self.house.trail().now_or_never(), self.house.open().now_or_never());
        match (rows, open) {
            (Some(Ok(rows)), Some(Ok(open))) => {
                violations.extend(self.oracle.read_trail(&rows, &open));
                self.rows = rows;
            }
            (Some(Err(error)), _) | (_, Some(Err(error))) => {
                violations.push(Violation { name: "store_error", what: error.to_string() });
            }
            _ => violations.push(Violation { name: "stuck", what: "the trail waits".to_owned() }),
        }
    }

    /// Holds what a run told against what it left in the trail.
    pub(super) fn told_of(&mut self, run: &str, told: &Told, violations: &mut Vec<Violation>) {
        let letters = self.house.letters(run);
        if matches!(told.outcome.as_str(), "settled" | "parked") {
            violations.extend(self.oracle.answered(run, &self.rows, &letters));
        }
        violations.extend(self.oracle.untold(&self.house.sim, told, &self.world.doings));
    }
}
