//! The house of one trial: both simulators in process, a store in memory, a connection between them, under one hub.
//!
//! Owns the set-up and how a run is started. Each run wires fresh clients over the same store, as a new process would.

mod clock;
mod letters;
mod stray;
mod transport;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::wiring::{self, Parts, Random};
use engine::{Context, Options, Report, RunError, Silent};
use port::{Clock, Entropy, Transport};
use sim::{Sim, Size};
use store::{Access, ConnectionRow, MasterKey, Place, Store, TrailFilter, TrailId, TrailOf, TrailRow};
use sync::problem::Code;
use sync::settle::State;
use tokio_util::sync::CancellationToken;

use crate::executor::{Hub, Seeded};
use crate::oracle::{Letter, Open, Row, Rules};

pub use clock::ServerClock;
use letters::Letters;
pub use stray::Arrival;
use stray::Stray;
use transport::{CRM, ERP, InProcess};

/// When a trial begins: on an ordinary day, or hours before clocks are changed somewhere, the year or the month ends.
const STARTS: [&str; 6] = [
    "2026-03-02T08:00:00Z",
    "2026-03-08T05:30:00Z",
    "2026-03-28T23:40:00Z",
    "2026-10-24T23:10:00Z",
    "2026-11-01T04:50:00Z",
    "2026-12-31T21:00:00Z",
];

/// Rows of the trail that are read at once.
const ROWS: usize = 100;

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
    rules: Rules,
    stray: Stray,
    consents: AtomicU64,
    transport: InProcess,
    /// What runs that have ended wrote, by run.
    letters: Mutex<BTreeMap<String, Letters>>,
    /// The newest row of the trail that was read.
    read: Mutex<Option<TrailId>>,
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
        rules: Rules,
        change: impl FnOnce(&mut sim::Options),
    ) -> Result<Self, String> {
        let start = usize::try_from(seed / 3).ok().and_then(|nth| STARTS.get(nth % STARTS.len())).copied();
        let start = start.unwrap_or_default().parse().map_err(|_| "the start is no instant".to_owned())?;
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
        let stray = Stray::default();
        let transport = InProcess::new(hub.clone(), sim.acumatica_router(), sim.zoho_router(), stray.clone());
        let parts = Parts {
            clock: Arc::new(hub.clone()) as Arc<dyn Clock>,
            entropy,
            allow_loopback: true,
            transport: Some(Arc::new(transport.clone()) as Arc<dyn Transport>),
        };
        let row = plant(&store, &parts, &sim, &sim.credentials().acumatica.refresh_token, rules).await?;
        Ok(Self {
            hub,
            sim,
            server_clock,
            store,
            row,
            parts,
            rules,
            stray,
            consents: AtomicU64::new(0),
            transport,
            letters: Mutex::default(),
            read: Mutex::default(),
        })
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
        let letters = Letters::default();
        let transport = Arc::new(self.transport.watched(letters.clone())) as Arc<dyn Transport>;
        let parts = Parts { transport: Some(transport), ..self.parts.clone() };
        let wired = wiring::wire(&self.store, &self.row, &parts)
            .await
            .map_err(|why| RunError::Store(store::StoreError::Other(why)))?;
        wired.acumatica.read_in_pages_of(PAGE);
        let report = engine::sync(&context, &wired.connection, options).await?;
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).insert(report.run_id.clone(), letters);
        Ok(report)
    }

    /// Takes what a run that has ended wrote and was answered.
    pub fn letters(&self, run: &str) -> Vec<Letter> {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner).remove(run);
        letters.map(|letters| self.sim.with(|_, org| letters.read(org))).unwrap_or_default()
    }

    /// The rows of the trail that are new since the last call, the oldest first.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn trail(&self) -> Result<Vec<Row>, store::StoreError> {
        let seen = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let of = TrailOf::Connection(self.row.id);
        let mut filter = TrailFilter { of, flow: None, what: None, before: None, limit: ROWS };
        let mut new = Vec::new();
        loop {
            let page = self.store.trail(&filter).await?;
            let (count, known) = (page.len(), new.len());
            new.extend(page.into_iter().take_while(|row| seen.is_none_or(|seen| row.id > seen)));
            filter.before = new.last().map(|row: &TrailRow| row.id);
            if new.len() - known < ROWS.min(count) || count < ROWS {
                break;
            }
        }
        if let Some(newest) = new.first() {
            *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(newest.id);
        }
        Ok(new.into_iter().rev().map(shown).collect())
    }

    /// What `parked` lists, with since when.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn open(&self) -> Result<Vec<Open>, store::StoreError> {
        let filter = store::OpenFilter { limit: 1_000, ..store::OpenFilter::default() };
        let open = self.store.open_records(self.row.id, &filter).await?;
        let plain = |record: store::OpenRecord| Open {
            flow: record.flow.name(),
            key: record.erp_key.to_lowercase(),
            problem: record.problem.map(|problem| problem.code.name().to_owned()).unwrap_or_default(),
            since: record.since.micros(),
        };
        Ok(open.into_iter().map(plain).collect())
    }

    /// Whether updates may arrive after their sender gave up waiting or was killed; inserts always may.
    pub fn updates_come_late(&self, may: bool) {
        self.stray.updates(may);
    }

    /// Lets the oldest request arrive whose sender gave up waiting or was killed; nothing when there is none.
    pub fn late_arrival(&self) -> Option<Arrival> {
        self.stray.arrive(&self.hub)
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
        plant(&self.store, &self.parts, &self.sim, &consent, self.rules).await.map(|_| ())
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

    /// What `status` counts as taken care of, by flow: linked, waiting, undecided or parked.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn counted(&self) -> Result<BTreeMap<String, u64>, store::StoreError> {
        let mut counted = BTreeMap::new();
        for ((flow, state), count) in self.store.state_counts(self.row.id).await? {
            if state == State::Settled || state.is_open() {
                *counted.entry(flow.name().to_owned()).or_default() += count;
            }
        }
        Ok(counted)
    }

    /// Checks the trail's chain.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn verify(&self) -> Result<store::Verified, store::StoreError> {
        self.store.verify(self.row.id).await
    }
}

/// A row of the trail in plain values.
fn shown(row: TrailRow) -> Row {
    let place = |id: TrailId| (id.settlement, id.position);
    Row {
        place: place(row.id),
        at: row.at.micros(),
        run: row.run,
        flow: row.flow.name(),
        key: row.erp_key.to_lowercase(),
        what: row.what.name(),
        problem: row.problem.map(|problem| (problem.code.name().to_owned(), problem.message)),
        note: row.note,
        target: row.target_id,
        exchange: row.exchange.map(place),
    }
}

async fn plant(store: &Store, parts: &Parts, sim: &Sim, consent: &str, rules: Rules) -> Result<ConnectionRow, String> {
    let known = sim.credentials();
    let (edited, deleted) = (rules.edited.word(), rules.deleted.word(false));
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
[flows.customers]
edited = "{edited}"
deleted = "{deleted}"
[flows.items]
edited = "{edited}"
deleted = "{}"
[flows.invoices]
edited = "{edited}"
deleted = "{deleted}"
"#,
        sim.options().prefix,
        known.acumatica.client_id,
        known.zoho.client_id,
        rules.deleted.word(true),
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
