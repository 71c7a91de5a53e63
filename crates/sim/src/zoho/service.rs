//! The service: routers for both servers, the lock around the state, the gate for calls at once.
//!
//! Owns: what is shared between calls. Must not: know any route.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::header;

use super::accounts::{self, Accounts};
use super::api::{self, Busy, Counters, Ledger, Raw, State};
use super::model::{Org, OrgOptions};
use super::switches::Switches;
use crate::clock::Clock;

/// The largest body that is read.
const LARGEST: usize = 25 * 1024 * 1024;

/// How a simulated Zoho is set up.
#[derive(Debug, Clone, Default)]
pub struct ZohoOptions {
    /// The organisation.
    pub org: OrgOptions,
    /// Doubtful points.
    pub switches: Switches,
    /// Seed of tokens.
    pub seed: u64,
    /// `location` of this data centre; `us` when empty.
    pub location: String,
    /// URL of this accounts server; the called host when none.
    pub accounts_server: Option<String>,
    /// URL of the API in token answers; the called host when none.
    pub api_domain: Option<String>,
    /// Other data centres: location and accounts server.
    pub elsewhere: Vec<(String, String)>,
}

/// Which data centre an instance plays, as answers tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Location word.
    pub location: String,
    /// Accounts server URL.
    pub accounts_server: String,
    /// API URL.
    pub api_domain: String,
    /// Every data centre with its accounts server.
    pub locations: Vec<(String, String)>,
}

struct Inner {
    state: Mutex<State>,
    busy: Arc<Busy>,
    clock: Arc<dyn Clock>,
    options: ZohoOptions,
}

/// A simulated Zoho. Clones share everything.
#[derive(Clone)]
pub struct ZohoSim {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for ZohoSim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZohoSim").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl ZohoSim {
    /// A fresh organisation without records or clients.
    #[must_use]
    pub fn new(options: ZohoOptions, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            org: Org::new(options.org.clone()),
            switches: options.switches.clone(),
            accounts: Accounts::new(options.seed),
            ledger: Ledger::default(),
            counters: Counters::default(),
            page_secret: format!("page-{}", options.seed),
        };
        Self { inner: Arc::new(Inner { state: Mutex::new(state), busy: Arc::default(), clock, options }) }
    }

    /// Reaches into the state: seeding, world edits, switches, counters. Blocks calls meanwhile.
    pub fn with<T>(&self, reach: impl FnOnce(&mut State) -> T) -> T {
        reach(&mut self.lock())
    }

    /// Epoch seconds on the simulator's clock.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.inner.clock.now().as_second()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both servers behind the gate for calls at once.
    pub fn router(&self) -> Router {
        self.gated(self.routes())
    }

    /// Both servers without the gate, for a caller that puts layers (latency, faults) between the two.
    pub fn routes(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// Puts the gate around a router, so that the time spent in the router's layers counts as work.
    pub fn gated(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), gate))
    }

    fn identity(&self, host: Option<&str>) -> Identity {
        let options = &self.inner.options;
        let called = format!("http://{}", host.unwrap_or("localhost"));
        let accounts_server = options.accounts_server.clone().unwrap_or_else(|| called.clone());
        let location = if options.location.is_empty() { "us".to_owned() } else { options.location.clone() };
        let mut locations = vec![(location.clone(), accounts_server.clone())];
        locations.extend(options.elsewhere.iter().cloned());
        Identity { location, accounts_server, api_domain: options.api_domain.clone().unwrap_or(called), locations }
    }
}

async fn gate(Shared(sim): Shared<ZohoSim>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/crm/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return api::response(413, Vec::new());
    };
    let heavy = api::is_heavy(parts.method.as_str(), parts.uri.path(), &bytes);
    let (most, most_heavy, code) = sim.with(|state| {
        let most = state.switches.concurrency.unwrap_or_else(|| state.org.edition().concurrency());
        (most, state.switches.sub_concurrency, state.switches.rate_code)
    });
    let ticket = api::admit(&sim.inner.busy, most, heavy.then_some(most_heavy));
    if ticket.is_none() {
        sim.with(|state| state.counters.throttled += 1);
        return api::response(429, api::too_many(code).body());
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    drop(ticket);
    response
}

async fn handle(Shared(sim): Shared<ZohoSim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return api::response(413, Vec::new());
    };
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or(""));
    let text = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let now = sim.now();
    if path.starts_with("/oauth/") {
        let identity = sim.identity(text(header::HOST));
        let request = accounts::Request {
            method: parts.method.as_str(),
            path,
            query,
            content_type: text(header::CONTENT_TYPE).unwrap_or(""),
            body: &bytes,
        };
        return accounts::answer(&mut sim.lock(), &identity, &request, now);
    }
    let raw = Raw { method: parts.method.as_str(), path, query, headers: &parts.headers, body: &bytes };
    api::answer(&mut sim.lock(), raw, now)
}
