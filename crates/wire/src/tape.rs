//! The tape: every attempt of one call, redacted before it is kept.
//!
//! Owns the making of exchanges. Must not keep a header, nor a body unless asked to. They go to the caller with the result.

use std::time::Duration;

use bytes::Bytes;
use port::{Bodies, Call, Exchange, Fault, Response, System};
use sync::Instant;

use crate::ask::Ask;
use crate::failure::{Failure, looks_like_html};
use crate::redact;

/// Attempts of one call.
pub(crate) struct Tape {
    system: System,
    target: String,
    exchanges: Vec<Exchange>,
}

impl Tape {
    pub(crate) fn new(system: System, ask: &Ask) -> Self {
        Self { system, target: redact::target(&ask.url), exchanges: Vec::with_capacity(1) }
    }

    /// Adds one attempt. An HTML page is never kept: sign-in pages carry tokens of their own.
    pub(crate) fn record(
        &mut self,
        ask: &Ask,
        attempt: u32,
        started: Instant,
        took: Duration,
        response: Option<&Response>,
        failure: Option<&Failure>,
    ) {
        let keep = ask.bodies == Bodies::Keep;
        let kept_answer = |response: &Response| -> Option<Bytes> {
            (keep && !looks_like_html(response)).then(|| response.body.clone())
        };
        self.exchanges.push(Exchange {
            system: self.system,
            method: ask.method.as_str().to_owned(),
            target: self.target.clone(),
            status: response.map(|response| response.status),
            failure: failure.map(Failure::words).unwrap_or_default(),
            started,
            took,
            attempt,
            request_body: keep.then(|| ask.body.clone()).flatten(),
            response_body: response.and_then(kept_answer),
            response_bytes: response.map_or(0, |response| response.body.len() as u64),
        });
    }

    /// The result with all attempts.
    pub(crate) fn end<T>(self, result: Result<T, Fault>) -> Call<T> {
        Call { result, exchanges: self.exchanges }
    }
}
