//! HTTP over reqwest: rustls, gzip, no redirects, no cookies, no proxy from the environment.
//!
//! Owns the client and the judgement whether a request was sent when it fails. Must not repeat. Requests come from the door.

use std::error::Error as _;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use port::{Request, Response, Transport, TransportFault};

use crate::address::{AddressRules, check_parts};

/// Longest wait for a connection, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// Idle connections are dropped before common servers (IIS: 120 s, proxies: 60 s) drop them under a request.
const IDLE: Duration = Duration::from_secs(50);
/// Most bytes reserved ahead on the word of a `Content-Length`.
const RESERVE: usize = 8 * 1024 * 1024;

/// How to build the transport.
#[derive(Clone, Default)]
pub struct TransportOptions {
    /// PEM bytes of certificates that are trusted beside the platform's.
    pub ca_pem: Option<Vec<u8>>,
    /// Proxy URL for all requests, user and password in it where needed.
    pub proxy: Option<String>,
    /// Permits plain http to loopback, and loopback at all.
    pub allow_loopback: bool,
    /// `User-Agent`.
    pub user_agent: String,
}

impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("ca_pem", &self.ca_pem.is_some())
            .field("proxy", &self.proxy.is_some())
            .field("allow_loopback", &self.allow_loopback)
            .finish_non_exhaustive()
    }
}

/// Why the transport cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupProblem {
    /// The certificates cannot be read.
    #[error("The certificate file holds no certificate in PEM form.")]
    Certificates,
    /// The proxy address is not one.
    #[error("The proxy address is not a URL such as http://proxy.example:3128.")]
    Proxy,
    /// The TLS machinery does not start.
    #[error("The HTTP client could not be set up: {0}.")]
    Client(String),
}

/// The transport of production.
pub struct ReqwestTransport {
    options: TransportOptions,
    rules: AddressRules,
    /// Made when first needed: reading the platform's certificates takes longer than a whole idle run, and a machine without any
    /// must still be able to speak plain http to loopback.
    secure: OnceLock<Result<reqwest::Client, SetupProblem>>,
    plain: OnceLock<Result<reqwest::Client, SetupProblem>>,
}

impl ReqwestTransport {
    /// Prepares the clients; certificates and proxy that were given are checked now.
    ///
    /// # Errors
    /// Certificates or proxy that cannot be used.
    pub fn new(options: TransportOptions) -> Result<Self, SetupProblem> {
        // Whether private hosts are fine was decided where the address came in; here only scheme and loopback are.
        let rules = AddressRules { loopback: options.allow_loopback, private: true };
        let transport = Self { options, rules, secure: OnceLock::new(), plain: OnceLock::new() };
        if transport.options.ca_pem.is_some() || transport.options.proxy.is_some() {
            transport.client(true)?;
        }
        Ok(transport)
    }

    fn client(&self, secure: bool) -> Result<reqwest::Client, SetupProblem> {
        let cell = if secure { &self.secure } else { &self.plain };
        cell.get_or_init(|| build(&self.options, secure)).clone()
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportFault> {
        let url = url::Url::parse(&request.url).map_err(|_| TransportFault::NotSent("not a URL".to_owned()))?;
        check_parts(&url, self.rules).map_err(|problem| TransportFault::NotSent(problem.to_string()))?;
        let (limit, timeout) = (request.body_limit, request.timeout);
        let client =
            self.client(url.scheme() == "https").map_err(|problem| TransportFault::Tls(problem.to_string()))?;
        let mut builder = client.request(request.method, url).headers(request.headers).timeout(timeout);
        if let Some(body) = request.body {
            if body.is_empty() {
                builder = builder.header(http::header::CONTENT_LENGTH, 0);
            }
            builder = builder.body(body);
        }
        let mut answer = builder.send().await.map_err(|error| classify(error, timeout))?;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        let announced = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if announced > limit {
            return Err(TransportFault::TooLarge(limit));
        }
        let body = collect(&mut answer, announced.min(RESERVE), limit, timeout).await?;
        Ok(Response { status, headers, body })
    }
}

fn build(options: &TransportOptions, secure: bool) -> Result<reqwest::Client, SetupProblem> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .user_agent(&options.user_agent);
    if !secure {
        builder = builder.tls_certs_only([]);
    } else if let Some(pem) = &options.ca_pem {
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or(SetupProblem::Certificates)?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(proxy) = &options.proxy {
        let proxy = reqwest::Proxy::all(proxy.as_str()).map_err(|_| SetupProblem::Proxy)?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| SetupProblem::Client(chain(&error.without_url())))
}

/// Reads the body chunk by chunk up to `limit`; a body of one chunk is not copied.
async fn collect(
    answer: &mut reqwest::Response,
    reserve: usize,
    limit: usize,
    timeout: Duration,
) -> Result<Bytes, TransportFault> {
    let mut next = async || answer.chunk().await.map_err(|error| classify_body(error, timeout));
    let Some(first) = next().await? else {
        return Ok(Bytes::new());
    };
    if first.len() > limit {
        return Err(TransportFault::TooLarge(limit));
    }
    let Some(second) = next().await? else {
        return Ok(first);
    };
    let mut whole = BytesMut::with_capacity(reserve.max(first.len() + second.len()));
    whole.extend_from_slice(&first);
    let mut chunk = Some(second);
    while let Some(bytes) = chunk {
        if whole.len() + bytes.len() > limit {
            return Err(TransportFault::TooLarge(limit));
        }
        whole.extend_from_slice(&bytes);
        chunk = next().await?;
    }
    Ok(whole.freeze())
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportFault> {
        self.exchange(request).await
    }
}

/// A failure before the answer's head came.
fn classify(error: reqwest::Error, timeout: Duration) -> TransportFault {
    let error = error.without_url();
    let text = chain(&error);
    if error.is_builder() {
        return TransportFault::NotSent(text);
    }
    if error.is_connect() {
        return if is_tls(&text) { TransportFault::Tls(text) } else { TransportFault::NotSent(text) };
    }
    if error.is_timeout() {
        return TransportFault::TimedOut(timeout);
    }
    TransportFault::Lost(text)
}

/// A failure while the body was read: the request had been sent.
fn classify_body(error: reqwest::Error, timeout: Duration) -> TransportFault {
    if error.is_timeout() {
        TransportFault::TimedOut(timeout)
    } else {
        TransportFault::Lost(chain(&error.without_url()))
    }
}

/// Words by which rustls and the platform's verifier speak of a handshake that failed.
fn is_tls(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["certificate", "fatal alert", "invalidcontenttype", "corrupt message", "handshake", "peer is incompatible", "tls"]
        .iter()
        .any(|word| text.contains(word))
}

/// An error with its causes, shortest first mention only.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    crate::redact::plain(&text, 300)
}

#[cfg(test)]
mod tests;
