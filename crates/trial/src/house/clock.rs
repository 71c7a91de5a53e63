//! The servers' clock: the hub's time, shifted.
//!
//! Owns the shift. Must not move the hub's time but by waiting.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::executor::Hub;

/// The clock that both simulators live by.
pub struct ServerClock {
    hub: Hub,
    micros: AtomicI64,
}

impl ServerClock {
    /// The hub's time, not shifted yet.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        Self { hub, micros: AtomicI64::new(0) }
    }
}

impl sim::Clock for ServerClock {
    fn now(&self) -> Timestamp {
        let micros = self.hub.micros().saturating_add(self.micros.load(Ordering::Relaxed));
        Timestamp::from_microsecond(micros).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.hub.timer(duration))
    }

    fn shift(&self, by: SignedDuration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }
}
