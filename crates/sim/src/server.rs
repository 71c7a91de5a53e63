//! Serves a router over HTTP/1.1 on loopback.
//!
//! Owns sockets and nothing else. Honours [`Cut`]: such a response is never sent, the connection closes instead.
//! Connections stay open between calls; small packets go out at once.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use crate::faults::Cut;

/// A router that is being served. Dropping it closes the port and every connection at once.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Where it listens: 127.0.0.1 and the port that was asked for or given by the system.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new call, lets the running ones end, closes idle connections.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(accepting) = self.accepting.take() {
            // The task ends by itself; it fails only when it was aborted.
            drop(accepting.await);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

/// A port on 127.0.0.1 that is taken but not served yet, so that addresses are known before routers are built.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Takes `port`, or a free one for 0.
    ///
    /// # Errors
    /// When the port is in use or may not be opened.
    pub async fn open(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts to serve `router` on the current runtime.
    #[must_use]
    pub fn serve(self, router: Router) -> Server {
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(accept(self.listener, router, stop.clone()));
        Server { address: self.address, stop, accepting: Some(accepting) }
    }
}

async fn accept(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = {
            let cancelled = pin!(stop.cancelled());
            tokio::select! {
                biased;
                () = cancelled => break,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            }
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, router.clone(), stop.clone()));
            }
            // Out of file handles or a caller that left early: the next accept tells.
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::task::yield_now().await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection stays with delayed packets");
    }
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let answer = router.clone().call(request.map(Body::new));
        async move { unless_cut(answer).await }
    });
    // The `Date` header comes from the simulation's clock.
    let mut http = http1::Builder::new();
    let mut serving = pin!(http.auto_date_header(false).serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}

/// The connection broke on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the simulated connection was cut")]
struct Broken;

async fn unless_cut<E>(
    answer: impl Future<Output = Result<axum::response::Response, E>>,
) -> Result<axum::response::Response, Broken> {
    match answer.await {
        Ok(response) if Cut::in_response(&response).is_none() => Ok(response),
        Ok(_) | Err(_) => Err(Broken),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn call(stream: &mut TcpStream, path: &str) {
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: sim\r\n\r\n").as_bytes()).await.unwrap();
    }

    async fn read_until(stream: &mut TcpStream, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).await.unwrap();
            assert_ne!(count, 0, "closed after {text:?}");
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        text
    }

    #[tokio::test]
    async fn a_cut_closes_the_connection_without_a_byte() {
        let router = Router::new()
            .route("/fine", get(|| async { "fine" }))
            .route("/cut", get(|| async { Cut { done: true }.response() }));
        let server = Port::open(0).await.unwrap().serve(router);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        call(&mut stream, "/fine").await;
        assert!(read_until(&mut stream, "fine").await.starts_with("HTTP/1.1 200 OK"));
        call(&mut stream, "/cut").await;
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
        assert!(matches!(ended, Ok(0)) || ended.is_err());
        server.stop().await;
    }

    #[tokio::test]
    async fn a_truncated_answer_ends_before_its_length() {
        let router = Router::new().route(
            "/half",
            get(|| async {
                let mut response = axum::response::Response::new(Body::empty());
                crate::faults::cut::truncate(&mut response, &axum::body::Bytes::from_static(b"0123456789"));
                response
            }),
        );
        let server = Port::open(0).await.unwrap().serve(router);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        call(&mut stream, "/half").await;
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes).await);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("content-length: 10"), "{text}");
        assert!(!text.ends_with("0123456789"), "{text}");
    }

    #[tokio::test]
    async fn stopping_closes_idle_connections_and_frees_the_port() {
        let server = Port::open(0).await.unwrap().serve(Router::new().route("/", get(|| async { "here" })));
        let address = server.address();
        let mut stream = TcpStream::connect(address).await.unwrap();
        call(&mut stream, "/").await;
        read_until(&mut stream, "here").await;
        server.stop().await;
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
        assert!(TcpStream::connect(address).await.is_err());
    }
}
