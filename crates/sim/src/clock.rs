//! Time for the simulators: the real clock with an offset, or one that tests set.
//!
//! Owns the only place of this crate that reads the machine's clock. Must not be bypassed: stamps, token lives, quota
//! windows and the `Date` header all come from the [`Clock`] that was given to [`crate::Sim::new`].

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// Time as the simulators see it.
pub trait Clock: Send + Sync {
    /// The instant it is.
    fn now(&self) -> Timestamp;

    /// Waits for `duration` of this clock's time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Moves the clock by `by`, forwards or backwards; later instants keep the offset.
    fn shift(&self, by: SignedDuration);

    /// Makes `now()` answer `to` and go on from there.
    fn set(&self, to: Timestamp) {
        self.shift(to.duration_since(self.now()));
    }
}

/// The machine's clock plus an offset.
#[derive(Debug, Default)]
pub struct WallClock {
    offset_micros: AtomicI64,
}

impl WallClock {
    /// The machine's clock, offset zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is added to the machine's clock.
    #[must_use]
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_micros(self.offset_micros.load(Ordering::Relaxed))
    }
}

impl Clock for WallClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one door of the simulators to the machine's clock; everything else is given a Clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.offset()).unwrap_or(Timestamp::MAX)
    }

    #[allow(clippy::disallowed_methods, reason = "real waiting (latency, slow answers) belongs to the real clock")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn shift(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.offset_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// A clock that stands still until somebody moves it. Sleeping moves it at once and yields, so that a test with
/// minutes of latency ends in milliseconds.
#[derive(Debug)]
pub struct SetClock {
    now: Mutex<Timestamp>,
}

impl SetClock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self { now: Mutex::new(at) }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Timestamp) -> T) -> T {
        let mut now = self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut now)
    }

    /// Moves the clock forwards by `by`.
    pub fn advance(&self, by: Duration) {
        self.with(|now| *now = now.saturating_add(by).unwrap_or(Timestamp::MAX));
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.with(|now| *now)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.advance(duration);
        Box::pin(yield_once())
    }

    fn shift(&self, by: SignedDuration) {
        self.with(|now| *now = now.saturating_add(by).unwrap_or(*now));
    }

    fn set(&self, to: Timestamp) {
        self.with(|now| *now = to);
    }
}

/// Gives other tasks of the executor, whichever it is, a turn.
pub(crate) async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn sleeping_on_a_set_clock_moves_it_at_once() {
        let clock = SetClock::new(at("2026-03-01T00:00:00Z"));
        clock.sleep(Duration::from_secs(600)).await;
        assert_eq!(clock.now(), at("2026-03-01T00:10:00Z"));
    }

    #[test]
    fn both_clocks_can_be_set_and_shifted() {
        let manual = SetClock::new(at("2026-03-01T00:00:00Z"));
        manual.set(at("2025-01-01T00:00:00Z"));
        manual.shift(SignedDuration::from_hours(-1));
        assert_eq!(manual.now(), at("2024-12-31T23:00:00Z"));

        let wall = WallClock::new();
        let before = wall.now();
        wall.shift(SignedDuration::from_hours(48));
        assert!(wall.now().duration_since(before) >= SignedDuration::from_hours(48));
        wall.set(at("2020-01-01T00:00:00Z"));
        assert!(wall.now() < at("2020-01-01T01:00:00Z"));
    }
}
