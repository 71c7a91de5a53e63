//! Identifiers made by us: UUID version 7 from the passed-in clock and randomness.
//!
//! Owns their making. Must not draw time or randomness from the air.

use port::{Clock, Entropy};

/// A new run id: `run_` and a UUID v7, so that ids sort by time.
#[must_use]
pub fn run_id(clock: &dyn Clock, entropy: &dyn Entropy) -> String {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    format!("run_{uuid}")
}
