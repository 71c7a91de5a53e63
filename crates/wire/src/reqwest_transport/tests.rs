//! Tests of the transport over real sockets on loopback.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use http::{HeaderMap, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

fn transport() -> ReqwestTransport {
    ReqwestTransport::new(TransportOptions {
        allow_loopback: true,
        user_agent: "test/1".to_owned(),
        ..TransportOptions::default()
    })
    .unwrap()
}

fn request(method: Method, url: String, body: Option<&'static [u8]>) -> Request {
    Request {
        method,
        url,
        headers: HeaderMap::new(),
        body: body.map(Bytes::from_static),
        timeout: Duration::from_secs(20),
        body_limit: 1000,
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Reads up to the end of the head (and a body of `Content-Length`, if any) and gives the text.
async fn take(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        seen.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&seen).to_string();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text
                .to_ascii_lowercase()
                .find("content-length: ")
                .and_then(|at| text[at + 16..].split("\r\n").next().and_then(|n| n.parse::<usize>().ok()))
                .unwrap_or(0);
            if seen.len() >= end + 4 + length {
                return text;
            }
        }
        assert_ne!(count, 0, "the client went away");
    }
}

/// Sends `request` to a server that reads it and writes `answer`, then closes.
async fn with_answer(
    request_to: impl FnOnce(String) -> Request,
    answer: Vec<u8>,
) -> (Result<Response, TransportFault>, String) {
    let (listener, url) = listen().await;
    let transport = transport();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = take(&mut stream).await;
        stream.write_all(&answer).await.ok();
        stream.shutdown().await.ok();
        head
    };
    tokio::join!(transport.send(request_to(url)), serve)
}

#[tokio::test]
async fn an_answer_arrives_whole_and_redirects_are_not_followed() {
    let (answer, head) = with_answer(
        |url| request(Method::GET, url, None),
        b"HTTP/1.1 302 Found\r\nLocation: /ui/error\r\nContent-Length: 2\r\n\r\nhi".to_vec(),
    )
    .await;
    let answer = answer.unwrap();
    assert_eq!(
        (answer.status, &answer.body[..], &answer.headers["location"]),
        (302, &b"hi"[..], &"/ui/error".parse().unwrap())
    );
    let head = head.to_ascii_lowercase();
    assert!(head.contains("accept-encoding: gzip") && head.contains("user-agent: test/1"));
    assert!(!head.contains("cookie") && !head.contains("referer"));
}

#[tokio::test]
async fn an_empty_body_says_that_it_is_empty() {
    let (answer, head) =
        with_answer(|url| request(Method::POST, url, Some(b"")), b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    assert_eq!(answer.unwrap().status, 204);
    assert_eq!(head.to_ascii_lowercase().matches("content-length: 0").count(), 1);
}

#[tokio::test]
async fn a_closed_port_means_not_sent() {
    let (listener, url) = listen().await;
    drop(listener);
    let fault = transport().send(request(Method::PUT, url, Some(b"{}"))).await.unwrap_err();
    assert!(matches!(&fault, TransportFault::NotSent(why) if !why.contains("127.0.0.1:")), "{fault:?}");
}

#[tokio::test]
async fn a_connection_closed_after_the_request_means_lost() {
    let (answer, _) = with_answer(|url| request(Method::PUT, url, Some(b"{}")), Vec::new()).await;
    assert!(matches!(answer, Err(TransportFault::Lost(_))), "{answer:?}");
}

#[tokio::test]
async fn a_connection_closed_before_the_request_was_read_counts_as_lost_too() {
    let (listener, url) = listen().await;
    let transport = transport();
    let serve = async { drop(listener.accept().await.unwrap()) };
    let (answer, ()) = tokio::join!(transport.send(request(Method::PUT, url, Some(b"{}"))), serve);
    assert!(matches!(answer, Err(TransportFault::Lost(_))), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_means_lost() {
    let (answer, _) = with_answer(
        |url| request(Method::GET, url, None),
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1,2".to_vec(),
    )
    .await;
    assert!(matches!(answer, Err(TransportFault::Lost(_))), "{answer:?}");
}

#[tokio::test]
async fn silence_ends_at_the_deadline_in_head_and_in_body() {
    for start in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1,2"] {
        let (listener, url) = listen().await;
        let transport = transport();
        let timeout = Duration::from_millis(80);
        let send = async {
            let answer = transport.send(Request { timeout, ..request(Method::GET, url, None) }).await;
            answer.unwrap_err()
        };
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            take(&mut stream).await;
            stream.write_all(start).await.unwrap();
            // Holds the connection open until the client gives it up.
            let mut rest = [0; 1];
            stream.read_exact(&mut rest).await.ok();
        };
        let (fault, ()) = tokio::join!(send, serve);
        assert_eq!(fault, TransportFault::TimedOut(timeout));
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_cut_off_announced_or_not() {
    let long = "x".repeat(1001);
    for head in ["Content-Length: 1001\r\n", "Connection: close\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{long}").into_bytes();
        let (answer, _) = with_answer(|url| request(Method::GET, url, None), answer).await;
        assert_eq!(answer.unwrap_err(), TransportFault::TooLarge(1000));
    }
}

#[tokio::test]
async fn an_answer_in_several_chunks_is_put_together() {
    let body = "0123456789".repeat(99);
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for part in body.as_bytes().chunks(100) {
        answer.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        answer.extend_from_slice(part);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    let (answer, _) = with_answer(|url| request(Method::GET, url, None), answer).await;
    assert_eq!(answer.unwrap().body, body.as_bytes());
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls_is_told_apart() {
    let (listener, url) = listen().await;
    let transport = transport();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 64];
        stream.read_exact(&mut hello).await.ok();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
    };
    let send = transport.send(request(Method::GET, url.replace("http:", "https:"), None));
    let (answer, ()) = tokio::join!(send, serve);
    assert!(matches!(answer, Err(TransportFault::Tls(_))), "{answer:?}");
}

/// A server with a certificate of an authority that no platform knows.
fn private_server() -> tokio_rustls::TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("certificates/server.pem")).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("certificates/server.key.pem")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    tokio_rustls::TlsAcceptor::from(Arc::new(config.unwrap()))
}

/// Sends a request to that server.
async fn over_tls(ca_pem: Option<&[u8]>) -> Result<Response, TransportFault> {
    let (acceptor, (listener, url)) = (private_server(), listen().await);
    let ca_pem = ca_pem.map(<[u8]>::to_vec);
    let options = TransportOptions { allow_loopback: true, ca_pem, ..TransportOptions::default() };
    let transport = ReqwestTransport::new(options).unwrap();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        // A client that does not trust the certificate goes away in the middle of the handshake.
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let mut head = [0; 4096];
        if stream.read(&mut head).await.is_ok_and(|count| count > 0) {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
            stream.shutdown().await.ok();
        }
    };
    let url = url.replace("http://127.0.0.1", "https://localhost");
    tokio::join!(transport.send(request(Method::GET, url, None)), serve).0
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_its_file_is_named_and_only_then() {
    let named = over_tls(Some(include_bytes!("certificates/authority.pem"))).await;
    assert_eq!(named.unwrap().body, &b"hi"[..]);
    for other in [None, Some(&include_bytes!("certificates/other-authority.pem")[..])] {
        let answer = over_tls(other).await;
        assert!(matches!(answer, Err(TransportFault::Tls(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn plain_http_is_refused_unless_permitted() {
    let strict = ReqwestTransport::new(TransportOptions::default()).unwrap();
    for url in ["http://127.0.0.1:1/", "http://erp.example/", "https://127.0.0.1:1/"] {
        let fault = strict.send(request(Method::GET, url.to_owned(), None)).await.unwrap_err();
        assert!(matches!(&fault, TransportFault::NotSent(why) if why.contains("--allow-loopback")), "{fault:?}");
    }
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_named() {
    let (listener, url) = listen().await;
    let options = TransportOptions { allow_loopback: true, proxy: Some(url), ..TransportOptions::default() };
    let transport = ReqwestTransport::new(options).unwrap();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = take(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        head
    };
    let send = transport.send(request(Method::GET, "http://localhost:1/x".to_owned(), None));
    let (answer, head) = tokio::join!(send, serve);
    assert_eq!(answer.unwrap().status, 200);
    assert!(head.starts_with("GET http://localhost:1/x "), "{head}");
}

#[test]
fn what_cannot_be_used_is_refused_when_built() {
    let with_ca = |pem: &[u8]| {
        ReqwestTransport::new(TransportOptions { ca_pem: Some(pem.to_vec()), ..TransportOptions::default() }).err()
    };
    assert_eq!(with_ca(b"not a certificate"), Some(SetupProblem::Certificates));
    let proxy = TransportOptions { proxy: Some("http://user:hidden@".to_owned()), ..TransportOptions::default() };
    assert_eq!(ReqwestTransport::new(proxy.clone()).err(), Some(SetupProblem::Proxy));
    assert!(!format!("{proxy:?}").contains("hidden"));
}
