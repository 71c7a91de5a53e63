//! The way from a request of ours to a service of theirs and back, with a turn of its own for each half.
//!
//! Owns deadlines and broken connections; requests that nobody waits for any more go next door. What goes wrong inside of a system is
//! the simulators' business.

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use futures_util::future::{Either, select};
use port::{Request, Response, Transport, TransportFault};
use sim::faults::Cut;
use tower::ServiceExt as _;

use super::letters::Letters;
use super::stray::{Parcel, Stray, Underway};
use crate::executor::Hub;

/// Where the simulated ERP is said to be.
pub(super) const ERP: &str = "http://127.0.0.1:9801";
/// Where the simulated CRM is said to be.
pub(super) const CRM: &str = "http://127.0.0.1:9802";

/// New tokens on their way to us: lost unless they arrive.
struct OnItsWay(Hub, bool);

impl OnItsWay {
    fn arrived(&mut self) {
        self.1 = true;
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if !self.1 {
            self.0.token_lost();
        }
    }
}

/// Calls the simulators' services directly.
#[derive(Clone)]
pub(super) struct InProcess {
    hub: Hub,
    erp: Router,
    crm: Router,
    stray: Stray,
    letters: Letters,
}

impl InProcess {
    pub(super) fn new(hub: Hub, erp: Router, crm: Router, stray: Stray) -> Self {
        Self { hub, erp, crm, stray, letters: Letters::default() }
    }

    /// The same way, watched: writes of CRM records whose answers reach their sender are kept in `letters`.
    pub(super) fn watched(&self, letters: Letters) -> Self {
        Self { letters, ..self.clone() }
    }

    async fn exchange(&self, router: Router, request: Request, words: &str) -> Result<Response, TransportFault> {
        let limit = request.body_limit;
        let broken = |error: String| TransportFault::NotSent(error);
        let host = request.url.split('/').nth(2).unwrap_or_default().to_owned();
        let path = format!("/{}", request.url.splitn(4, '/').nth(3).unwrap_or_default());
        let mut built = http::Request::builder().method(request.method).uri(&path);
        if let Some(headers) = built.headers_mut() {
            *headers = request.headers;
        }
        built = built.header("host", host);
        if let Some(body) = &request.body {
            built = built.header("content-length", body.len());
        }
        let written = request.body.unwrap_or_default();
        let built = built.body(Body::from(written.clone())).map_err(|e| broken(e.to_string()))?;
        let parcel = Parcel { router, request: built, words: words.to_owned() };
        let underway = Underway::new(self.hub.clone(), self.stray.clone(), parcel);
        self.hub.turn(format!("→ {words}")).await;
        let Some(Parcel { router, request: built, .. }) = underway.arrived() else {
            return Err(broken("nothing left".to_owned()));
        };
        let answer = match router.oneshot(built).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let result = match Cut::in_response(&answer) {
            Some(cut) => {
                let when = if cut.done { "after" } else { "before" };
                Err(TransportFault::Lost(format!("closed {when} the work")))
            }
            None => {
                let (parts, body) = answer.into_parts();
                let body = axum::body::to_bytes(body, limit).await;
                body.map_err(|error| TransportFault::Lost(error.to_string())).map(|body| Response {
                    status: parts.status.as_u16(),
                    headers: parts.headers,
                    body,
                })
            }
        };
        let on_its_way = words.contains("/connect/token").then(|| OnItsWay(self.hub.clone(), false));
        let told = match &result {
            Ok(response) => format!("← {} {} bytes {words}", response.status, response.body.len()),
            Err(fault) => format!("← {fault} {words}"),
        };
        self.hub.turn(told).await;
        if result.is_ok()
            && let Some(mut token) = on_its_way
        {
            token.arrived();
        }
        if let Ok(response) = &result {
            self.letters.keep(self.hub.micros(), &path, &written, (response.status, &response.body));
        }
        result
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request) -> Result<Response, TransportFault> {
        let (router, name) = if request.url.starts_with(ERP) {
            (self.erp.clone(), "acumatica")
        } else if request.url.starts_with(CRM) {
            (self.crm.clone(), "zoho")
        } else {
            return Err(TransportFault::NotSent("no such host".to_owned()));
        };
        let timeout = request.timeout;
        let target = request.url.splitn(4, '/').nth(3).unwrap_or_default();
        // The query of a sign-in may hold secrets; they are made up, and still no business of a trace.
        let target = if target.contains("oauth") { target.split('?').next().unwrap_or_default() } else { target };
        let words = format!("{name} {} {target}", request.method);
        let exchange = Box::pin(self.exchange(router, request, &words));
        let deadline = self.hub.timer(timeout);
        match select(exchange, deadline).await {
            Either::Left((result, _)) => result,
            Either::Right(((), exchange)) => {
                // Whether the work was done depends on which half was waited for.
                drop(exchange);
                Err(TransportFault::TimedOut(timeout))
            }
        }
    }
}
