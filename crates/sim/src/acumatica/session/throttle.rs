//! The licence's limits on requests: so many at once, so many per minute. Requests are slowed down from half of the
//! minute's limit on, then wait for the next minute, and are declined only when the queue is long.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// So many requests may wait.
const QUEUE: usize = 20;
/// So long may one wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The request is declined with 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declined;

/// The limits and how far they are used up.
#[derive(Debug)]
pub struct Throttle {
    per_minute: Option<u32>,
    at_once: Option<Arc<Semaphore>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    start: Option<Timestamp>,
    used: u32,
    waiting: usize,
}

enum Turn {
    /// Go on after this time.
    After(Duration),
    /// Ask again after this time.
    Ask(Duration),
}

/// Held while a request is worked on.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "dropping it lets the next request in")] Option<OwnedSemaphorePermit>);

impl Throttle {
    /// Limits per minute and at once.
    #[must_use]
    pub fn new(per_minute: Option<u32>, at_once: Option<usize>) -> Self {
        Self {
            per_minute: per_minute.map(|n| n.max(1)),
            at_once: at_once.map(|n| Arc::new(Semaphore::new(n.max(1)))),
            state: Mutex::default(),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until the request may be worked on.
    ///
    /// # Errors
    /// [`Declined`] when too many wait, or this one waited too long.
    pub async fn pass(&self, clock: &dyn Clock) -> Result<Permit, Declined> {
        if self.per_minute.is_none() && self.at_once.is_none() {
            return Ok(Permit(None));
        }
        if let Some(limit) = self.per_minute {
            self.minute(limit, clock).await?;
        }
        let Some(gate) = &self.at_once else {
            return Ok(Permit(None));
        };
        if let Ok(permit) = gate.clone().try_acquire_owned() {
            return Ok(Permit(Some(permit)));
        }
        let _place = Place::take(self)?;
        gate.clone().acquire_owned().await.map(|p| Permit(Some(p))).map_err(|_| Declined)
    }

    async fn minute(&self, limit: u32, clock: &dyn Clock) -> Result<(), Declined> {
        let arrived = clock.now();
        let mut place = None;
        loop {
            let now = clock.now();
            if now.duration_since(arrived) > LONGEST {
                return Err(Declined);
            }
            match self.with(|s| s.turn(limit, now)) {
                Turn::After(wait) => {
                    if !wait.is_zero() {
                        let _place = match place {
                            Some(place) => place,
                            None => Place::take(self)?,
                        };
                        clock.sleep(wait).await;
                    }
                    return Ok(());
                }
                Turn::Ask(wait) => {
                    if place.is_none() {
                        place = Some(Place::take(self)?);
                    }
                    clock.sleep(wait).await;
                }
            }
        }
    }
}

/// A place in the queue.
struct Place<'a>(&'a Throttle);

impl<'a> Place<'a> {
    fn take(throttle: &'a Throttle) -> Result<Self, Declined> {
        throttle.with(|s| {
            if s.waiting >= QUEUE {
                return Err(Declined);
            }
            s.waiting += 1;
            Ok(())
        })?;
        Ok(Self(throttle))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.with(|s| s.waiting -= 1);
    }
}

impl State {
    fn turn(&mut self, limit: u32, now: Timestamp) -> Turn {
        let mut start = self.start.unwrap_or(now);
        if now.duration_since(start) >= MINUTE || now < start {
            start = now;
            self.used = 0;
        }
        self.start = Some(start);
        let left = Duration::try_from(MINUTE - now.duration_since(start)).unwrap_or_default();
        if self.used >= limit {
            return Turn::Ask(left.max(Duration::from_millis(1)));
        }
        let wait = if self.used * 2 >= limit { left / (limit - self.used) } else { Duration::ZERO };
        self.used += 1;
        Turn::After(wait)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::clock::SetClock;

    #[tokio::test]
    async fn the_second_half_of_the_limit_is_spread_over_the_minute() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let clock = SetClock::new(start);
        let throttle = Throttle::new(Some(10), None);
        let mut waits = Vec::new();
        for _ in 0..11 {
            let before = clock.now();
            throttle.pass(&clock).await.unwrap();
            waits.push(clock.now().duration_since(before).as_secs());
        }
        assert_eq!(waits[..5], [0; 5]);
        assert_eq!(waits[5..10], [12, 12, 12, 12, 12]);
        assert_eq!(waits[10], 0, "a new minute began");
    }

    #[tokio::test]
    async fn without_limits_nothing_waits() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let clock = SetClock::new(start);
        let throttle = Throttle::new(None, None);
        for _ in 0..1000 {
            throttle.pass(&clock).await.unwrap();
        }
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_long_queue_declines() {
        let throttle = Throttle::new(Some(1), None);
        let places: Vec<_> = (0..QUEUE).map(|_| Place::take(&throttle).unwrap_or_else(|_| panic!("free"))).collect();
        assert!(Place::take(&throttle).is_err());
        drop(places);
        assert!(Place::take(&throttle).is_ok());
    }
}
