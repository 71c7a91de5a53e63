//! Both simulators in this process, behind the `Transport` port: no sockets, no real time.
//!
//! Owns the way from a request of ours to a service of theirs and back, broken connections included.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use port::{Clock, Entropy, Request, Response, Transport, TransportFault};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sim::clock::{Clock as SimClock, SetClock};
use sim::faults::Cut;
use sync::Instant;
use tower::ServiceExt;

/// Where the simulated ERP is said to be.
pub const ERP: &str = "http://127.0.0.1:9801";
/// Where the simulated CRM is said to be.
pub const CRM: &str = "http://127.0.0.1:9802";

/// Calls the simulators' services directly.
pub struct InProcess {
    erp: Router,
    crm: Router,
}

impl InProcess {
    pub fn new(erp: Router, crm: Router) -> Self {
        Self { erp, crm }
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request) -> Result<Response, TransportFault> {
        let router = if request.url.starts_with(ERP) {
            self.erp.clone()
        } else if request.url.starts_with(CRM) {
            self.crm.clone()
        } else {
            return Err(TransportFault::NotSent("no such host".to_owned()));
        };
        let host = request.url.split('/').nth(2).unwrap_or_default().to_owned();
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut built = http::Request::builder().method(request.method).uri(format!("/{path}"));
        *built.headers_mut().unwrap() = request.headers;
        built = built.header("host", host);
        if let Some(body) = &request.body {
            built = built.header("content-length", body.len());
        }
        let body = request.body.unwrap_or_default();
        let answer = router.oneshot(built.body(Body::from(body)).unwrap()).await.unwrap();
        if let Some(cut) = Cut::in_response(&answer) {
            let when = if cut.done { "after" } else { "before" };
            return Err(TransportFault::Lost(format!("closed {when} the work")));
        }
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, request.body_limit)
            .await
            .map_err(|error| TransportFault::Lost(error.to_string()))?;
        Ok(Response { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// Our clock: that of the simulators, and off by so many microseconds.
pub struct OurClock {
    pub theirs: Arc<SetClock>,
    pub ahead: AtomicI64,
}

#[async_trait]
impl Clock for OurClock {
    fn now(&self) -> Instant {
        let theirs = SimClock::now(self.theirs.as_ref()).as_microsecond();
        Instant::from_micros(theirs + self.ahead.load(Ordering::Relaxed))
    }

    async fn sleep(&self, duration: std::time::Duration) {
        SimClock::sleep(self.theirs.as_ref(), duration).await;
    }
}

/// Randomness from a seed.
pub struct Seeded(std::sync::Mutex<ChaCha8Rng>);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(std::sync::Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}
