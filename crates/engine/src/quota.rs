//! Pacing: how often a system may be called.
//!
//! Owns the even spreading of calls below a limit per minute and the pause that a 429 asks of everybody.
//! Must not know what a call is for. Limits come from the connection file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use port::{Clock, Quota, System};
use sync::Instant;

/// A limit: `burst` calls at once, `per_minute` in the long run (generic cell rate algorithm).
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Calls per minute; 0 means no limit of ours.
    pub per_minute: u32,
    /// Calls that may be made at once after a quiet time.
    pub burst: u32,
}

/// Pacing for one connection within one process.
pub struct Pacer {
    clock: Arc<dyn Clock>,
    paces: BTreeMap<System, Pace>,
    state: Mutex<BTreeMap<System, State>>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// When the bucket is empty again.
    full_at: Instant,
    /// Nobody calls before this.
    closed_until: Instant,
}

impl Pacer {
    /// Limits by system; a system without an entry is not limited.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, paces: BTreeMap<System, Pace>) -> Self {
        Self { clock, paces, state: Mutex::new(BTreeMap::new()) }
    }

    /// Takes a place in the queue and says how long to wait for it.
    fn book(&self, system: System) -> Duration {
        let now = self.clock.now();
        let mut states = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(system).or_default();
        let mut start = now.max(state.closed_until);
        if let Some(pace) = self.paces.get(&system).filter(|pace| pace.per_minute > 0) {
            let cell = Duration::from_micros(60_000_000 / u64::from(pace.per_minute));
            let slack = cell * pace.burst.saturating_sub(1);
            let next = state.full_at.max(now);
            start = start.max(next.minus(slack));
            state.full_at = next.plus(cell);
        }
        start.since(now)
    }
}

#[async_trait]
impl Quota for Pacer {
    async fn permit(&self, system: System) {
        let wait = self.book(system);
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
    }

    fn throttled(&self, system: System, pause: Duration) {
        let until = self.clock.now().plus(pause);
        let mut states = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(system).or_default();
        state.closed_until = state.closed_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Still(Mutex<i64>);

    #[async_trait]
    impl Clock for Still {
        fn now(&self) -> Instant {
            Instant::from_micros(*self.0.lock().unwrap())
        }
        async fn sleep(&self, duration: Duration) {
            *self.0.lock().unwrap() += i64::try_from(duration.as_micros()).unwrap();
        }
    }

    fn pacer(per_minute: u32, burst: u32) -> Pacer {
        let clock = Arc::new(Still(Mutex::new(1_000_000_000)));
        Pacer::new(clock, BTreeMap::from([(System::Acumatica, Pace { per_minute, burst })]))
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_is_spread() {
        let pacer = pacer(60, 3);
        let waits: Vec<u64> = (0..5).map(|_| pacer.book(System::Acumatica).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2]);
    }

    #[test]
    fn no_limit_never_waits() {
        let pacer = pacer(0, 1);
        assert!((0..1000).all(|_| pacer.book(System::Acumatica).is_zero()));
        assert!((0..1000).all(|_| pacer.book(System::Zoho).is_zero()));
    }

    #[test]
    fn a_429_closes_the_door_for_everybody() {
        let pacer = pacer(0, 1);
        pacer.throttled(System::Zoho, Duration::from_secs(7));
        assert_eq!(pacer.book(System::Zoho).as_secs(), 7);
        assert_eq!(pacer.book(System::Acumatica).as_secs(), 0);
    }
}
