//! Time, randomness and permission to call: what must never be taken from the air.
//!
//! Owns the traits. Production fills them in `app`, tests with what they steer.

use std::time::Duration;

use async_trait::async_trait;
use sync::Instant;

use crate::System;

/// The clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Permission to make calls within the configured share of a system's limits.
#[async_trait]
pub trait Quota: Send + Sync {
    /// Returns when one call may be made. Contract: fair in order of asking; never fails.
    async fn permit(&self, system: System);
    /// Told of a 429, so that everybody slows down for `pause`.
    fn throttled(&self, system: System, pause: Duration);
}
