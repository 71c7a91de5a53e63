//! What a client asks of the door, and the manners the door keeps.
//!
//! Owns the two argument types. Must not send anything. Clients fill an [`Ask`] per call and one [`Manners`] per connection.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use port::{Bodies, System};

/// Whether a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Changes nothing.
    Read,
    /// A write that may be sent again without harm (an upsert by a unique field, a sign-out).
    Repeatable,
    /// A write that is never sent again once it may have been received.
    Write,
}

/// One request with all that the door must know about it. Its headers and body hold secrets: never printed.
#[derive(Clone)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// All headers, authorization too.
    pub headers: HeaderMap,
    /// The body; `None` sends none, `Some` of no bytes sends `Content-Length: 0`.
    pub body: Option<Bytes>,
    /// Whether it may be repeated.
    pub safety: Safety,
    /// Whether bodies stay on the tape.
    pub bodies: Bodies,
    /// Longest wait for the whole answer of one attempt.
    pub timeout: Duration,
    /// Longest answer in bytes after decompression.
    pub body_limit: usize,
    /// JSON is expected: an HTML page or an empty 200 is then a failure of the way and not an answer.
    pub json: bool,
    /// Says of the body of a 500 whether it is an answer (Acumatica reports business errors so) and not a failure of the way.
    pub answer_500: Option<fn(&[u8]) -> bool>,
}

impl Ask {
    /// A read that expects JSON: 120 s, 64 MiB, bodies dropped.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: None,
            safety: Safety::Read,
            bodies: Bodies::Drop,
            timeout: Duration::from_secs(120),
            body_limit: 64 * 1024 * 1024,
            json: true,
            answer_500: None,
        }
    }

    /// A request with a body, of the safety given, that expects JSON: 120 s, 64 MiB, bodies dropped.
    #[must_use]
    pub fn with_body(method: Method, url: impl Into<String>, body: Bytes, safety: Safety) -> Self {
        Self { method, body: Some(body), safety, ..Self::get(url) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("method", &self.method).field("safety", &self.safety).finish_non_exhaustive()
    }
}

/// How the door behaves towards one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Whose door it is.
    pub system: System,
    /// Most requests under way at once; at least 1.
    pub parallel: usize,
    /// Halves `parallel` on a 429 and lets it rise slowly again.
    pub adaptive: bool,
    /// Most attempts of one call, the first included; at least 1.
    pub attempts: u32,
    /// Pause before the second attempt; doubles with each further one, with jitter.
    pub first_pause: Duration,
    /// Longest pause of our own making (a `Retry-After` may ask for more, up to the patience).
    pub longest_pause: Duration,
    /// Longest time from the first attempt to the start of the last one.
    pub patience: Duration,
}

impl Manners {
    /// Five attempts, pauses from half a second to 30 s, five minutes of patience.
    #[must_use]
    pub const fn new(system: System, parallel: usize, adaptive: bool) -> Self {
        Self {
            system,
            parallel,
            adaptive,
            attempts: 5,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            patience: Duration::from_mins(5),
        }
    }
}
