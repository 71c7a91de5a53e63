//! How an answer says "there is no answer": the connection closes instead.
//!
//! Owns the mark on a response and the body that fails on its way; `server` and the transport in process honour both.

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use http::{StatusCode, header};

use crate::clock::yield_once;

/// Marks a response that must never be sent. The server closes the connection instead; a caller in process reads the
/// mark from the response's extensions and reports a broken connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whether the work had been done before the connection broke.
    pub done: bool,
}

impl Cut {
    /// A response that carries the mark.
    #[must_use]
    pub fn response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.extensions_mut().insert(self);
        response
    }

    /// Whether this response stands for a closed connection.
    #[must_use]
    pub fn in_response<B>(response: &http::Response<B>) -> Option<Self> {
        response.extensions().get::<Self>().copied()
    }
}

/// Half of `bytes` under the length of the whole; then the stream breaks. Over a socket the connection closes, in
/// process reading the body fails.
pub(crate) fn truncate(response: &mut Response, bytes: &Bytes) {
    let half = bytes.slice(..bytes.len() / 2);
    // The pause lets the server send head and half before the stream breaks.
    let broken = stream::once(async {
        yield_once().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    *response.body_mut() = Body::from_stream(stream::iter([Ok(half)]).chain(broken));
    response.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().into());
}
