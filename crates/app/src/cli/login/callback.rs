//! The loopback listener that a browser is sent back to.
//!
//! Owns the socket on 127.0.0.1 and one path; every other path gets 404. Must not judge what arrives: it hands the query over and
//! shows the page that it is given.

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use port::Clock;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::page;
use crate::process::exit::Failure;

/// The path of the redirect address.
pub(super) const PATH: &str = "/callback";

/// How long the last page may take to leave.
const GRACE: Duration = Duration::from_secs(1);

/// A redirect that came, and where its page is awaited.
pub(super) struct Arrived {
    pub(super) query: String,
    pub(super) reply: oneshot::Sender<String>,
}

/// The listener. Closed when dropped.
pub(super) struct Callback {
    port: u16,
    arrivals: mpsc::Receiver<Arrived>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Callback {
    /// Listens on 127.0.0.1 and `port`; 0 takes a free one.
    pub(super) async fn listen(port: u16) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| {
            Failure::usage(format!(
                "Port {port} cannot be listened on: {error}. Choose another with --redirect-port, and register the address that belongs to it."
            ))
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let port = listener.local_addr().map_err(refused)?.port();
        let (sender, arrivals) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let router = Router::new().route(PATH, get(redirected)).with_state(sender);
        let serve = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        let serving = tokio::spawn(async move {
            // It ends when it is told to; a listener that breaks leaves the pasted address.
            let _ = serve.await;
        });
        Ok(Self { port, arrivals, stop, serving })
    }

    /// The port that it listens on.
    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// The next redirect.
    pub(super) async fn next(&mut self) -> Option<Arrived> {
        self.arrivals.recv().await
    }

    /// Lets the last page leave, then closes.
    pub(super) async fn close(&mut self, clock: &dyn Clock) {
        self.stop.cancel();
        tokio::select! {
            biased;
            _ = &mut self.serving => {}
            () = clock.sleep(GRACE) => {}
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn redirected(
    State(sender): State<mpsc::Sender<Arrived>>,
    method: Method,
    RawQuery(query): RawQuery,
) -> Response {
    // A preview must not use the code up.
    if method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (reply, page) = oneshot::channel();
    let handed = sender.send(Arrived { query: query.unwrap_or_default(), reply }).await;
    let page = match handed {
        Ok(()) => page.await.unwrap_or_else(|_| page::over()),
        Err(_) => page::over(),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ];
    (headers, page).into_response()
}
