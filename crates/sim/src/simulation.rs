//! Both systems together: data, clock, faults, log and control pages, in process or behind ports.
//!
//! Owns how the parts are put together. Must not hold rules of its own: those are in `acumatica`, `zoho`, `faults` and
//! `control`.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use jiff::tz::TimeZone;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;

use crate::acumatica::model::{Books, EditError};
use crate::acumatica::{Acumatica, Client as ErpClient, Flow, Options as ErpOptions, RefreshMode, User};
use crate::clock::Clock;
use crate::control::compare::{self, Report, Rules};
use crate::control::edit::{self, Edit, Refused};
use crate::control::requests::Requests;
use crate::control::router;
use crate::credentials::Credentials;
use crate::data;
use crate::data::changes::Change;
use crate::faults::layer::{Front, faulty, logged};
use crate::faults::{Cut, Faults, System};
use crate::options::Options;
use crate::rng::{Seeds, Stream};
use crate::server::{Port, Server};
use crate::zoho::model::Org;
use crate::zoho::{Client as CrmClient, ZohoOptions, ZohoSim};

/// Every scope of the CRM, as the planted consents have them.
const SCOPES: &str = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.coql.READ,ZohoCRM.users.ALL,ZohoCRM.org.ALL,\
    ZohoCRM.notifications.ALL,ZohoCRM.bulk.ALL,ZohoFiles.files.ALL,ZohoSearch.securesearch.READ";
/// How long the planted grant code can be exchanged, in seconds: the longest life that a console gives.
const GRANT_CODE_LIFE: i64 = 600;

/// Why a simulation could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A dial is out of its limits.
    #[error("the fault dials are wrong: {0}")]
    Faults(String),
    /// The server's zone is not an IANA name.
    #[error("the server's zone is not known: {0}")]
    Zone(String),
    /// The generator made an edit that the books refuse, which is its mistake.
    #[error("the data could not be made: {0}")]
    Data(#[from] EditError),
}

/// A simulated ERP and a simulated CRM.
pub struct Sim {
    options: Options,
    clock: Arc<dyn Clock>,
    credentials: Credentials,
    faults: Arc<Faults>,
    requests: Arc<Requests>,
    acumatica: Arc<Acumatica>,
    zoho: ZohoSim,
    erp_front: Arc<Front>,
    crm_front: Arc<Front>,
    changes: Mutex<Stream>,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Sim {
    /// Makes the data and registers the credentials. Nothing listens yet.
    ///
    /// # Errors
    /// When the dials are out of their limits.
    pub fn new(options: Options, clock: Arc<dyn Clock>) -> Result<Arc<Self>, SetupError> {
        options.faults.check().map_err(SetupError::Faults)?;
        let seeds = Seeds::new(options.seed);
        let credentials = Credentials::of(seeds);
        let mut books = data::books(seeds, &options.size, clock.now())?;
        let zone = &options.acumatica.server_zone;
        books.setup.zone = TimeZone::get(zone).map_err(|_| SetupError::Zone(zone.clone()))?;
        let zoho = crm(&options, &credentials, seeds, &books, &clock);
        let acumatica = Acumatica::new(erp_options(&options, &credentials), books, clock.clone(), seeds);
        let known = &credentials.acumatica;
        acumatica.plant_consent(&known.client_id, &known.refresh_token, &["api", "offline_access"]);
        let faults = Arc::new(Faults::new(seeds, options.faults.clone()));
        let requests = Arc::new(Requests::default());
        let front = |system| Front::new(system, clock.clone(), faults.clone(), requests.clone());
        Ok(Arc::new(Self {
            erp_front: front(System::Acumatica),
            crm_front: front(System::Zoho),
            changes: Mutex::new(seeds.stream("changes")),
            options,
            clock,
            credentials,
            faults,
            requests,
            acumatica,
            zoho,
        }))
    }

    /// How it was set up.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The clock that both systems and the faults live by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// What both systems accept from the start.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The fault dials.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The log of requests.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// The ERP, for what only it knows: switches, sessions, tokens.
    #[must_use]
    pub fn acumatica(&self) -> &Arc<Acumatica> {
        &self.acumatica
    }

    /// The CRM, for what only it knows: switches, credits, holds, tokens.
    #[must_use]
    pub fn zoho(&self) -> &ZohoSim {
        &self.zoho
    }

    /// Looks at both sides as they are now. Calls wait meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&Books, &Org) -> T) -> T {
        self.acumatica.read(self.clock.now(), |books| self.zoho.with(|state| look(books, &state.org)))
    }

    /// Makes one named edit now.
    ///
    /// # Errors
    /// When it is refused; nothing is changed then.
    pub fn change(&self, edit: &Edit) -> Result<Vec<Change>, Refused> {
        let now = self.clock.now();
        let mut draw = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        self.acumatica.write(now, |books, _| self.zoho.with(|state| edit::make(books, state, &mut draw, edit, now)))
    }

    /// Makes a working day's mix of `count` edits in the ERP.
    ///
    /// # Errors
    /// When one is refused.
    pub fn change_some(&self, count: usize) -> Result<Vec<Change>, Refused> {
        self.change(&Edit::Some { count })
    }

    /// The circumstances of a comparison, from the switches as they stand.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            negative_adjustment: self.zoho.with(|state| state.switches.negative_adjustment),
            instalments_told: self.acumatica.switches().custom_installments,
            ..Rules::default()
        }
    }

    /// Whether both sides agree, from their own state.
    #[must_use]
    pub fn compare(&self) -> Report {
        self.compare_by(&self.rules())
    }

    /// As [`Sim::compare`], under other rules.
    #[must_use]
    pub fn compare_by(&self, rules: &Rules) -> Report {
        self.with(|books, org| compare::compare(books, org, rules))
    }

    /// The ERP with its faults and log, to be served or called in process.
    pub fn acumatica_router(&self) -> Router {
        logged(faulty(self.acumatica.router(), self.erp_front.clone()), self.erp_front.clone())
    }

    /// The CRM with its faults and log, to be served or called in process. Its cap on calls at once stands outside the
    /// faults, so that slow calls count.
    pub fn zoho_router(&self) -> Router {
        let gated = self.zoho.gated(faulty(self.zoho.routes(), self.crm_front.clone()));
        logged(gated, self.crm_front.clone())
    }

    /// The control pages.
    pub fn control_router(self: &Arc<Self>) -> Router {
        router::router(self.clone())
    }

    /// Serves what `ports` name on 127.0.0.1.
    ///
    /// # Errors
    /// When a port is in use or may not be opened; nothing listens then.
    pub async fn serve(self: &Arc<Self>, ports: Ports) -> io::Result<Running> {
        let acumatica = open(ports.acumatica).await?;
        let zoho = open(ports.zoho).await?;
        let control = open(ports.control).await?;
        let packed = |router: Router| {
            if self.options.compress { router.layer(CompressionLayer::new()) } else { router }
        };
        Ok(Running {
            prefix: prefix(&self.options),
            acumatica: acumatica.map(|port| port.serve(packed(self.acumatica_router()))),
            zoho: zoho.map(|port| port.serve(packed(self.zoho_router()))),
            control: control.map(|port| port.serve(self.control_router())),
        })
    }
}

/// Calls a router in process. A connection that would have been cut comes back as the error.
///
/// # Errors
/// [`Cut`], where a socket would have closed without an answer.
pub async fn call(router: &Router, request: http::Request<Body>) -> Result<Response, Cut> {
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match Cut::in_response(&response) {
        Some(cut) => Err(cut),
        None => Ok(response),
    }
}

/// What is served where: a port, 0 for a free one, `None` for not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The ERP.
    pub acumatica: Option<u16>,
    /// The CRM, API and accounts server.
    pub zoho: Option<u16>,
    /// The control pages.
    pub control: Option<u16>,
}

impl Default for Ports {
    fn default() -> Self {
        Self { acumatica: Some(0), zoho: Some(0), control: Some(0) }
    }
}

/// Servers that run until they are stopped or dropped.
#[derive(Debug)]
pub struct Running {
    prefix: String,
    acumatica: Option<Server>,
    zoho: Option<Server>,
    control: Option<Server>,
}

impl Running {
    /// URL of the ERP's instance with its virtual folder.
    #[must_use]
    pub fn acumatica_url(&self) -> Option<String> {
        self.acumatica.as_ref().map(|server| format!("{}{}", server.url(), self.prefix))
    }

    /// URL of the CRM, the same for the accounts server and the API.
    #[must_use]
    pub fn zoho_url(&self) -> Option<String> {
        self.zoho.as_ref().map(Server::url)
    }

    /// URL of the control pages.
    #[must_use]
    pub fn control_url(&self) -> Option<String> {
        self.control.as_ref().map(|server| format!("{}/control", server.url()))
    }

    /// Takes no new call, lets the running ones end, closes all connections.
    pub async fn stop(self) {
        for server in [self.acumatica, self.zoho, self.control].into_iter().flatten() {
            server.stop().await;
        }
    }
}

async fn open(port: Option<u16>) -> io::Result<Option<Port>> {
    match port {
        Some(port) => Port::open(port).await.map(Some),
        None => Ok(None),
    }
}

/// The virtual folder with a leading and without a trailing slash, or nothing.
fn prefix(options: &Options) -> String {
    let folder = options.prefix.trim_matches('/');
    if folder.is_empty() { String::new() } else { format!("/{folder}") }
}

fn erp_options(options: &Options, credentials: &Credentials) -> ErpOptions {
    let known = &credentials.acumatica;
    ErpOptions {
        prefix: prefix(options),
        tenant: known.tenant.clone(),
        clients: vec![ErpClient {
            id: known.client_id.clone(),
            secret: known.client_secret.clone(),
            flows: vec![Flow::AuthorizationCode, Flow::Password],
            redirects: Vec::new(),
            refresh: RefreshMode::Absolute { days: 30 },
        }],
        users: vec![User { name: known.username.clone(), password: known.password.clone() }],
        seats: options.licence.seats,
        per_minute: options.licence.per_minute,
        at_once: options.licence.at_once,
        switches: options.acumatica.clone(),
        ..ErpOptions::default()
    }
}

fn crm(options: &Options, credentials: &Credentials, seeds: Seeds, books: &Books, clock: &Arc<dyn Clock>) -> ZohoSim {
    let setup = ZohoOptions {
        org: options.org.clone(),
        switches: options.zoho.clone(),
        seed: options.seed,
        ..ZohoOptions::default()
    };
    let zoho = ZohoSim::new(setup, clock.clone());
    let now = clock.now();
    let known = &credentials.zoho;
    zoho.with(|state| {
        state.org = data::org(seeds, &options.size, books, options.org.clone(), now);
        let user = state.org.users.first().map_or(0, |user| user.id);
        state.accounts.add_client(CrmClient {
            id: known.client_id.clone(),
            secret: known.client_secret.clone(),
            redirect_uris: Vec::new(),
            loopback: true,
        });
        state.accounts.add_refresh_token(&known.refresh_token, &known.client_id, user, SCOPES);
        let expires = now.as_second() + GRANT_CODE_LIFE;
        state.accounts.add_self_code(&known.grant_code, &known.client_id, user, SCOPES, expires);
    });
    zoho
}

#[cfg(test)]
mod tests;
