//! The house of one trial: both simulators in process, a store in memory, a connection between them, under one hub.
//!
//! Owns the set-up and how a run is started. Each run wires fresh clients over the same store, as a new process would.

mod clock;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::wiring::{self, Parts, Random};
use engine::{Context, Options, Report, RunError, Silent};
use port::{Clock, Entropy, Transport};
use sim::{Sim, Size};
use store::{Access, ConnectionRow, MasterKey, Place, Store};
use sync::problem::Code;
use tokio_util::sync::CancellationToken;

use crate::executor::{Hub, Seeded};

pub use clock::ServerClock;
use transport::{CRM, ERP, InProcess};

/// When every trial begins: an hour before the clocks of the simulated organisation's zone could matter.
const START: &str = "2026-03-02T08:00:00Z";

/// Rows of a first page: small, so that small worlds are read in several pages.
const PAGE: usize = 4;

/// Both systems, a store and a connection.
pub struct House {
    /// Events, time and draws.
    pub hub: Hub,
    /// Both systems.
    pub sim: Arc<Sim>,
    /// The servers' clock, which may be off.
    pub server_clock: Arc<ServerClock>,
    store: Store,
    row: ConnectionRow,
    parts: Parts,
    consents: AtomicU64,
}

impl House {
    /// A house for `seed`, its simulators set up by `change`.
    ///
    /// # Errors
    /// A sentence: what could not be set up.
    pub async fn new(
        seed: u64,
        keep_trace: bool,
        size: Size,
        change: impl FnOnce(&mut sim::Options),
    ) -> Result<Self, String> {
        let start = START.parse().map_err(|_| "the start is no instant".to_owned())?;
        let hub = Hub::new(seed, start, keep_trace);
        let server_clock = Arc::new(ServerClock::new(hub.clone()));
        let mut options = sim::Options { seed, size, ..sim::Options::default() };
        change(&mut options);
        let sim = Sim::new(options, Arc::clone(&server_clock) as Arc<dyn sim::Clock>).map_err(|e| e.to_string())?;
        let entropy: Arc<dyn Entropy> = Arc::new(Seeded::new(seed));
        let store = Store::open(store::Options {
            place: Place::Memory,
            key: MasterKey::from_bytes([7; 32]),
            random: Arc::new(Random(Arc::clone(&entropy))),
            access: Access::Worker,
        })
        .await
        .map_err(|e| e.to_string())?;
        let transport = InProcess::new(hub.clone(), sim.acumatica_router(), sim.zoho_router());
        let parts = Parts {
            clock: Arc::new(hub.clone()) as Arc<dyn Clock>,
            entropy,
            allow_loopback: true,
            transport: Some(Arc::new(transport) as Arc<dyn Transport>),
        };
        let row = plant(&store, &parts, &sim, &sim.credentials().acumatica.refresh_token).await?;
        Ok(Self { hub, sim, server_clock, store, row, parts, consents: AtomicU64::new(0) })
    }

    /// One run, by fresh clients; `stop` ends it soon.
    ///
    /// # Errors
    /// When the store fails or another worker took over.
    pub async fn run(&self, options: &Options, stop: CancellationToken) -> Result<Report, RunError> {
        let context = Context {
            clock: Arc::clone(&self.parts.clock),
            entropy: Arc::clone(&self.parts.entropy),
            store: self.store.clone(),
            progress: Arc::new(Silent),
            stop,
        };
        let wired = wiring::wire(&self.store, &self.row, &self.parts)
            .await
            .map_err(|why| RunError::Store(store::StoreError::Other(why)))?;
        wired.acumatica.read_in_pages_of(PAGE);
        engine::sync(&context, &wired.connection, options).await
    }

    /// What a person's `replay --code` does.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn replay(&self, code: Code) -> Result<u64, store::StoreError> {
        let by = store::By { who: "trial".to_owned(), why: String::new() };
        self.store.retry(self.row.id, &store::Selection::Code(code), &by, self.parts.clock.now()).await
    }

    /// A person signs in to the ERP again.
    ///
    /// # Errors
    /// A sentence: why the new consent could not be kept.
    pub async fn sign_in_again(&self) -> Result<(), String> {
        let consent = format!("consent-{}", self.consents.fetch_add(1, Ordering::Relaxed));
        let client = &self.sim.credentials().acumatica.client_id;
        self.sim.acumatica().plant_consent(client, &consent, &["api", "offline_access"]);
        plant(&self.store, &self.parts, &self.sim, &consent).await.map(|_| ())
    }

    /// What `parked` lists: flow, code of the record, code of the problem.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn open_records(&self) -> Result<Vec<(String, String, String)>, store::StoreError> {
        let filter = store::OpenFilter { limit: 1_000, ..store::OpenFilter::default() };
        let open = self.store.open_records(self.row.id, &filter).await?;
        let code = |record: &store::OpenRecord| record.problem.as_ref().map(|problem| problem.code.name().to_owned());
        Ok(open
            .iter()
            .map(|record| (record.flow.name().to_owned(), record.code.clone(), code(record).unwrap_or_default()))
            .collect())
    }

    /// Checks the trail's chain.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn verify(&self) -> Result<store::Verified, store::StoreError> {
        self.store.verify(self.row.id).await
    }
}

async fn plant(store: &Store, parts: &Parts, sim: &Sim, consent: &str) -> Result<ConnectionRow, String> {
    let known = sim.credentials();
    let text = format!(
        r#"name = "trial"
[acumatica]
url = "{ERP}{}"
endpoint = "Default/24.200.001"
client_id = "{}"
client_secret = {{ env = "A" }}
refresh_token = {{ env = "B" }}
parallel_calls = 3
calls_per_minute = 0
[zoho]
accounts_url = "{CRM}"
client_id = "{}"
client_secret = {{ env = "C" }}
refresh_token = {{ env = "D" }}
parallel_calls = 4
"#,
        sim.options().prefix,
        known.acumatica.client_id,
        known.zoho.client_id
    );
    wiring::plant(store, parts, &text, &|name| {
        Some(match name {
            "A" => known.acumatica.client_secret.clone(),
            "B" => consent.to_owned(),
            "C" => known.zoho.client_secret.clone(),
            _ => known.zoho.refresh_token.clone(),
        })
    })
    .await
}
