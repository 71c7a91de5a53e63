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

/// Calls counted per system, as shown to people.
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
}
