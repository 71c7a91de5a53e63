//! A connection between both simulators in this process: one clock, one seed, no sockets.
//!
//! Owns the set-up; each run wires fresh clients over the same store, as a new process would.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::wiring::{self, Parts, Random, Wired};
use engine::{Context, Options, Report, Silent};
use port::{Clock, Entropy, Transport};
use sim::clock::{Clock as SimClock, SetClock};
use sim::faults::Dials;
use sim::{Sim, Size};
use store::{Access, ConnectionRow, MasterKey, Place, Store};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::in_process::{CRM, ERP, InProcess, OurClock, Seeded};

/// Both systems, a store and a connection.
pub struct World {
    pub sim: Arc<Sim>,
    pub clock: Arc<SetClock>,
    pub store: Store,
    pub row: ConnectionRow,
    parts: Parts,
    ours: Arc<OurClock>,
    _folder: TempDir,
    _running: Option<sim::Running>,
}

impl World {
    /// A world of `size` with `seed`, without faults, whose simulators are set up by `change`.
    pub async fn new(seed: u64, size: Size, change: impl FnOnce(&mut sim::Options)) -> Self {
        Self::make(seed, size, change, false, "24.200.001", "").await
    }

    /// A world whose connection file ends with `more`.
    pub async fn with_file(seed: u64, size: Size, more: &str) -> Self {
        Self::make(seed, size, |_| {}, false, "24.200.001", more).await
    }

    /// A world whose connection is pinned to another endpoint version.
    pub async fn at_version(seed: u64, size: Size, version: &str) -> Self {
        Self::make(seed, size, |_| {}, false, version, "").await
    }

    /// A world that begins at a moment of its own.
    pub async fn starting(at: &str, seed: u64, size: Size, change: impl FnOnce(&mut sim::Options)) -> Self {
        Self::begin(at, seed, size, change, false, "24.200.001", "").await
    }

    /// The same over real sockets, with our real HTTP client; the clock is still the simulators'.
    pub async fn over_sockets(seed: u64, size: Size) -> Self {
        Self::make(seed, size, |_| {}, true, "24.200.001", "").await
    }

    async fn make(
        seed: u64,
        size: Size,
        change: impl FnOnce(&mut sim::Options),
        sockets: bool,
        version: &str,
        more: &str,
    ) -> Self {
        Self::begin("2026-03-02T08:00:00Z", seed, size, change, sockets, version, more).await
    }

    async fn begin(
        at: &str,
        seed: u64,
        size: Size,
        change: impl FnOnce(&mut sim::Options),
        sockets: bool,
        version: &str,
        more: &str,
    ) -> Self {
        let clock = Arc::new(SetClock::new(at.parse().unwrap()));
        let mut options = sim::Options { seed, size, ..sim::Options::default() };
        change(&mut options);
        let sim = Sim::new(options, Arc::clone(&clock) as Arc<dyn sim::Clock>).unwrap();
        let running = if sockets { Some(sim.serve(sim::Ports::default()).await.unwrap()) } else { None };
        let (erp, crm) = match &running {
            Some(running) => (running.acumatica_url().unwrap(), running.zoho_url().unwrap()),
            None => (format!("{ERP}{}", sim.options().prefix), CRM.to_owned()),
        };
        let folder = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(Seeded::new(seed));
        let random = Arc::new(Random(Arc::clone(&entropy)));
        let store = Store::open(store::Options {
            place: Place::Folder(folder.path().to_owned()),
            key: MasterKey::from_bytes([7; 32]),
            random,
            access: Access::Worker,
        })
        .await
        .unwrap();
        let ours = Arc::new(OurClock { theirs: Arc::clone(&clock), ahead: AtomicI64::new(0) });
        let parts = Parts {
            clock: Arc::clone(&ours) as Arc<dyn Clock>,
            entropy,
            allow_loopback: true,
            transport: (!sockets)
                .then(|| Arc::new(InProcess::new(sim.acumatica_router(), sim.zoho_router())) as Arc<dyn Transport>),
        };
        let known = sim.credentials();
        let row = wiring::plant(
            &store,
            &parts,
            &format!(
                r#"name = "trial"
[acumatica]
url = "{erp}"
endpoint = "Default/{version}"
client_id = "{}"
client_secret = {{ env = "A" }}
refresh_token = {{ env = "B" }}
parallel_calls = 4
calls_per_minute = 0
[zoho]
accounts_url = "{crm}"
client_id = "{}"
client_secret = {{ env = "C" }}
refresh_token = {{ env = "D" }}
{more}"#,
                known.acumatica.client_id, known.zoho.client_id
            ),
            &|name| {
                Some(match name {
                    "A" => known.acumatica.client_secret.clone(),
                    "B" => known.acumatica.refresh_token.clone(),
                    "C" => known.zoho.client_secret.clone(),
                    _ => known.zoho.refresh_token.clone(),
                })
            },
        )
        .await
        .unwrap();
        Self { sim, clock, store, row, parts, ours, _folder: folder, _running: running }
    }

    /// Sets this machine's clock so that the simulators' are `seconds` ahead of it; less than zero puts them behind.
    pub fn servers_ahead(&self, seconds: i64) {
        self.ours.ahead.store(-seconds * 1_000_000, Ordering::Relaxed);
    }

    /// Sets the simulators' clock back, and not this machine's.
    pub fn set_servers_back(&self, by: std::time::Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        SimClock::shift(self.clock.as_ref(), jiff::SignedDuration::from_micros(-micros));
        self.ours.ahead.fetch_add(micros, Ordering::Relaxed);
    }

    /// Fresh clients, as a new process would have.
    pub async fn wired(&self) -> Wired {
        wiring::wire(&self.store, &self.row, &self.parts).await.unwrap()
    }

    /// One run.
    pub async fn sync(&self) -> Report {
        self.sync_with(&Options::default()).await
    }

    /// One run with options.
    pub async fn sync_with(&self, options: &Options) -> Report {
        self.sync_set(options, |_| {}).await
    }

    /// One run with options, over a connection whose settings are changed before.
    pub async fn sync_set(&self, options: &Options, set: impl FnOnce(&mut engine::Connection)) -> Report {
        let mut connection = self.wired().await.connection;
        set(&mut connection);
        let context = Context {
            clock: Arc::clone(&self.parts.clock),
            entropy: Arc::clone(&self.parts.entropy),
            store: self.store.clone(),
            progress: Arc::new(Silent),
            stop: CancellationToken::new(),
        };
        engine::sync(&context, &connection, options).await.unwrap()
    }

    /// One run in pages of `rows`, watched by `progress`, until it ends or `stop` is cancelled.
    pub async fn sync_watched(
        &self,
        options: &Options,
        rows: usize,
        progress: Arc<dyn engine::Progress>,
        stop: CancellationToken,
    ) -> Report {
        let wired = self.wired().await;
        wired.acumatica.read_in_pages_of(rows);
        let context = Context {
            clock: Arc::clone(&self.parts.clock),
            entropy: Arc::clone(&self.parts.entropy),
            store: self.store.clone(),
            progress,
            stop,
        };
        engine::sync(&context, &wired.connection, options).await.unwrap()
    }

    /// Sets the fault dials of both systems to `rate`.
    pub fn faults(&self, rate: f64) {
        let mut dials = Dials::default();
        dials.acumatica.rate = rate;
        dials.zoho.rate = rate;
        self.sim.faults().set(dials);
    }

    /// Fails with what differs when the two sides do not agree.
    pub fn assert_agreement(&self, when: &str) {
        let report = self.sim.compare();
        assert!(report.agree, "{when}: {}", serde_json::to_string_pretty(&report).unwrap());
    }
}

/// What the flows of a report wrote.
pub fn written(report: &Report) -> u64 {
    report.flows.values().map(|flow| flow.created + flow.updated).sum()
}
