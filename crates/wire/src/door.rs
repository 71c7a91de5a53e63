//! The door: one call in, one answer or fault out, with every attempt on the tape.
//!
//! Owns when a request is sent, repeated or given up. Must not read what an answer says beyond status, kind of body and
//! `Retry-After`. Requests come from clients; they go to the transport.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::DATE;
use port::{Call, Clock, Entropy, Fault, Quota, Request, Response, Skew, Tally, Transport};
use sync::Instant;

use crate::ask::{Ask, Manners, Safety};
use crate::backoff;
use crate::failure::{self, Failure};
use crate::limit::Slots;
use crate::redact;
use crate::tape::Tape;

/// Most attempts in a row that find no connection: a host that takes none is not going to within the next half minute.
const NO_CONNECTION_ATTEMPTS: u32 = 3;
/// Longest time from the first attempt that found no connection to the start of the last one.
const NO_CONNECTION_PATIENCE: Duration = Duration::from_secs(3);

/// The way to one system: keeps limits over all its calls. Share it by `Arc`.
pub struct Door {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    quota: Arc<dyn Quota>,
    manners: Manners,
    slots: Arc<Slots>,
    made: AtomicU64,
    retried: AtomicU64,
    throttled: AtomicU64,
    clock_of_theirs: Mutex<Option<Skew>>,
}

/// What is done after an attempt.
enum Next {
    Answer(Response),
    GiveUp(Fault),
    Repeat { failure: Failure, retry_after: Option<Duration>, started: Instant },
}

impl Door {
    /// A door over a transport.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        quota: Arc<dyn Quota>,
        manners: Manners,
    ) -> Self {
        let slots = Slots::new(manners.parallel, manners.adaptive);
        Self {
            transport,
            clock,
            entropy,
            quota,
            manners,
            slots,
            made: AtomicU64::new(0),
            retried: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            clock_of_theirs: Mutex::default(),
        }
    }

    /// Attempts, repeats and 429 answers so far. Credits are the Zoho client's to add.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            made: self.made.load(Ordering::Relaxed),
            retried: self.retried.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            credits: 0,
            clock: *self.clock_of_theirs.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Learns from an answer what the other clock says. Bounds narrow with each answer; answers that contradict the earlier ones mean
    /// that a clock was set, and only the newest counts.
    fn compare_clocks(&self, response: &Response, started: Instant, took: Duration) {
        let date = response.headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(Instant::parse_http_date);
        let Some(date) = date.map(Instant::micros) else { return };
        let ended = started.plus(took).micros();
        // The header was written between both moments of ours, and cut to the second.
        let told = Skew {
            least: date.saturating_sub(ended),
            most: date.saturating_add(1_000_000).saturating_sub(started.micros()),
        };
        let mut known = self.clock_of_theirs.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.and_then(|known| known.and(told)).unwrap_or(told));
    }

    /// The clock that the door was given, for clients that measure or date something.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Sends `ask`, repeating where that is safe.
    ///
    /// `Ok` is any final answer: 2xx, 3xx, and 4xx but 429. A failure of the way (5xx, HTML or nothing where JSON was expected, a lost
    /// or late answer) is repeated for [`Safety::Read`] and [`Safety::Repeatable`] and then `Unavailable`; for [`Safety::Write`] it is
    /// `OutcomeUnknown` at once. TLS trouble and an answer beyond the limit are not repeated. A 429 or a connection
    /// that never came to be did nothing and is repeated for all of them, the latter no more than twice and within three seconds.
    pub async fn call(&self, ask: Ask) -> Call<Response> {
        let mut tape = Tape::new(self.manners.system, &ask);
        let began = self.clock.now();
        let mut attempt = 1;
        let mut unreached: Option<(u32, Instant)> = None;
        loop {
            let (failure, retry_after, started) = match self.attempt(&ask, attempt, &mut tape).await {
                Next::Answer(response) => return tape.end(Ok(response)),
                Next::GiveUp(fault) => return tape.end(Err(fault)),
                Next::Repeat { failure, retry_after, started } => (failure, retry_after, started),
            };
            let pause = backoff::pause(
                attempt,
                self.manners.first_pause,
                self.manners.longest_pause,
                retry_after,
                backoff::draw(&*self.entropy),
            );
            if matches!(failure, Failure::Throttled) {
                self.quota.throttled(self.manners.system, pause);
            }
            let now = self.clock.now();
            unreached = match failure {
                Failure::NotSent(_) => Some(unreached.map_or((1, started), |(times, since)| (times + 1, since))),
                _ => None,
            };
            let nobody_there = unreached.is_some_and(|(times, since)| {
                times >= NO_CONNECTION_ATTEMPTS || now.since(since).saturating_add(pause) > NO_CONNECTION_PATIENCE
            });
            let spent = now.since(began).saturating_add(pause);
            if attempt >= self.manners.attempts || spent > self.manners.patience || nobody_there {
                return tape.end(Err(failure.fault(self.manners.system, &ask.url, attempt)));
            }
            tracing::debug!(
                system = self.manners.system.name(),
                attempt,
                failure = failure.words(),
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "repeating a call"
            );
            self.clock.sleep(pause).await;
            attempt += 1;
        }
    }

    /// One attempt: waits for a slot and for permission, sends, and decides what follows.
    async fn attempt(&self, ask: &Ask, attempt: u32, tape: &mut Tape) -> Next {
        let slot = self.slots.acquire().await;
        self.quota.permit(self.manners.system).await;
        let request = Request {
            method: ask.method.clone(),
            url: ask.url.clone(),
            headers: ask.headers.clone(),
            body: ask.body.clone(),
            timeout: ask.timeout,
            body_limit: ask.body_limit,
        };
        self.made.fetch_add(1, Ordering::Relaxed);
        if attempt > 1 {
            self.retried.fetch_add(1, Ordering::Relaxed);
        }
        let started = self.clock.now();
        let answer = self.transport.send(request).await;
        let took = self.clock.now().since(started);
        let (failure, retry_after) = match answer {
            Ok(response) => {
                let response = redact::veiled(&ask.headers, response);
                let failure = failure::of_answer(ask, &response);
                tape.record(ask, attempt, started, took, Some(&response), failure.as_ref());
                match failure {
                    None => {
                        // Failures may come from a proxy, with a clock of its own.
                        self.compare_clocks(&response, started, took);
                        slot.succeeded();
                        return Next::Answer(response);
                    }
                    Some(failure) => {
                        if matches!(failure, Failure::Throttled) {
                            self.throttled.fetch_add(1, Ordering::Relaxed);
                            slot.throttled();
                        }
                        let wish = matches!(response.status, 429 | 503)
                            .then(|| backoff::retry_after(&response.headers, self.clock.now()))
                            .flatten();
                        (failure, wish)
                    }
                }
            }
            Err(fault) => {
                let failure = Failure::of_transport(fault);
                tape.record(ask, attempt, started, took, None, Some(&failure));
                (failure, None)
            }
        };
        if ask.safety == Safety::Write && failure.may_have_been_done() {
            return Next::GiveUp(failure.outcome_unknown(self.manners.system));
        }
        if failure.is_final() {
            return Next::GiveUp(failure.fault(self.manners.system, &ask.url, attempt));
        }
        Next::Repeat { failure, retry_after, started }
    }
}

#[cfg(test)]
mod tests;
