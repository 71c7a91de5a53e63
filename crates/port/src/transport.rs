//! One HTTP request in, one answer out.
//!
//! Owns the port. reqwest fills it in production, a simulator's service in process in tests. Must not retry, redirect or keep cookies.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request ready to be sent, secrets in its headers and body: never printed.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// All headers, authorization too.
    pub headers: HeaderMap,
    /// The body; `None` sends none, `Some` of no bytes sends `Content-Length: 0`.
    pub body: Option<Bytes>,
    /// Longest wait for the whole answer.
    pub timeout: Duration,
    /// Longest answer that is read, in bytes after decompression.
    pub body_limit: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// An answer, body whole and decompressed.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// Why no answer came. The difference that matters: was the request sent?
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// No connection: nothing was sent.
    #[error("no connection: {0}")]
    NotSent(String),
    /// TLS handshake or certificate: nothing was sent.
    #[error("TLS: {0}")]
    Tls(String),
    /// The connection broke after something was sent: the work may have been done.
    #[error("connection lost: {0}")]
    Lost(String),
    /// No whole answer in time: the work may have been done.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The answer is longer than allowed.
    #[error("answer longer than {0} bytes")]
    TooLarge(usize),
}

/// Sends requests. Contract: never follows redirects, never retries, keeps no cookies.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request.
    async fn send(&self, request: Request) -> Result<Response, TransportFault>;
}
