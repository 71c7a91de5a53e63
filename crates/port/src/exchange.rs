//! A request and its answer, as kept for the trail: redacted before they come into being.
//!
//! Owns the shape. `wire` makes them and redacts; the engine stores them with the outcome.

use std::time::Duration;

use bytes::Bytes;
use sync::Instant;

use crate::{Fault, System};

/// One HTTP exchange (one attempt). Holds no secret: URL, headers and bodies are redacted by allow-list.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Which system.
    pub system: System,
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query, redacted; no host.
    pub target: String,
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// What went wrong on the way, in a few words; empty when nothing did.
    pub failure: String,
    /// When it was sent.
    pub started: Instant,
    /// How long it took.
    pub took: Duration,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Request body, where it is kept (writes).
    pub request_body: Option<Bytes>,
    /// Answer body, where it is kept.
    pub response_body: Option<Bytes>,
    /// Bytes of the answer, as received.
    pub response_bytes: u64,
}

/// Whether bodies are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// Kept: writes of records and what decides over them.
    Keep,
    /// Not kept: reads (proven by window and fingerprint) and everything about tokens.
    Drop,
}

/// A result with the exchanges that led to it.
#[derive(Debug)]
#[must_use]
pub struct Call<T> {
    /// What came of it.
    pub result: Result<T, Fault>,
    /// Every attempt, in order.
    pub exchanges: Vec<Exchange>,
}

impl<T> Call<T> {
    /// A result without any call.
    pub const fn free(result: Result<T, Fault>) -> Self {
        Self { result, exchanges: Vec::new() }
    }

    /// The same with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Call<U> {
        Call { result: self.result.map(f), exchanges: self.exchanges }
    }

    /// Takes the exchanges into `all` and gives the result alone.
    ///
    /// # Errors
    /// The fault that the call ended with.
    pub fn unpack(self, all: &mut Vec<Exchange>) -> Result<T, Fault> {
        all.extend(self.exchanges);
        self.result
    }
}

/// How far a system's clock is ahead of ours, in microseconds; less than zero when it is behind. Answers tell whole seconds and take
/// their time, so that bounds are known and no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// At least so much ahead.
    pub least: i64,
    /// At most so much ahead.
    pub most: i64,
}

impl Skew {
    /// The middle of what is possible, in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        // Clocks are not years apart: whole microseconds fit.
        (self.least.midpoint(self.most)) as f64 / 1e6
    }

    /// True when the clocks are certainly more than `bound` apart.
    #[must_use]
    pub fn beyond(self, bound: Duration) -> bool {
        let bound = i64::try_from(bound.as_micros()).unwrap_or(i64::MAX);
        self.least > bound || self.most < -bound
    }

    /// What is known when `other` is known too; `None` when both cannot be: a clock was set in between.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { least: self.least.max(other.least), most: self.most.min(other.most) };
        (both.least <= both.most).then_some(both)
    }
}

/// What all calls to a system came to: how many they were, and what they told of its clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Attempts made.
    pub made: u64,
    /// Of these, repeats after a failure.
    pub retried: u64,
    /// Answers 429.
    pub throttled: u64,
    /// Credits spent (Zoho; computed from the price list of the fact sheet).
    pub credits: u64,
    /// Its clock against ours; `None` before its first answer.
    pub clock: Option<Skew>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_clock_narrows_until_it_is_set() {
        let skew = |least, most| Skew { least, most };
        assert_eq!(skew(-5, 10).and(skew(0, 20)), Some(skew(0, 10)));
        assert_eq!(skew(-5, 10).and(skew(11, 20)), None);
    }

    #[test]
    fn clocks_are_apart_only_where_nothing_else_is_possible() {
        let bound = Duration::from_micros(100);
        for (least, most, beyond) in [(90, 200, false), (101, 300, true), (-300, -101, true), (-300, -90, false)] {
            assert_eq!(Skew { least, most }.beyond(bound), beyond, "{least} to {most}");
        }
    }
}
