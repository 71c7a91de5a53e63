//! Tests over whole stores: the story on both engines, and what only one of them can go wrong with.
//!
//! Owns the fixtures. The PostgreSQL server is named by `ML_CONNECTOR_TEST_POSTGRES`; its tests fail without it, they are not skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chain;
mod changes;
mod drift;
mod due;
mod erasure;
mod fences;
mod files;
mod links;
mod looks;
mod moved_links;
mod plans;
mod retention;
mod secrets;
mod statements;
mod story;
mod sweeps;
mod upgrade;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sync::digest::Digest;
use sync::settle::{Entry, State, Transition, What};
use sync::{Entity, Flow, Instant, Problem};

use crate::*;

/// Bytes that never repeat.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = blake3::hash(&self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&next.as_bytes()[..chunk.len()]);
        }
    }
}

pub(super) fn options(place: Place, access: Access) -> Options {
    Options { place, key: MasterKey::from_bytes([42; 32]), random: Arc::new(Counter::default()), access }
}

pub(super) async fn open(folder: &Path, access: Access) -> Result<Store> {
    Store::open(options(Place::Folder(folder.to_owned()), access)).await
}

/// A database of its own on the test server.
pub(super) struct Server {
    admin: sqlx::PgPool,
    name: String,
    pub(super) url: String,
}

impl Server {
    pub(super) async fn database(test: &str) -> Self {
        #[allow(clippy::disallowed_methods, reason = "the one variable that a test may read")]
        let url = std::env::var("ML_CONNECTOR_TEST_POSTGRES")
            .expect("ML_CONNECTOR_TEST_POSTGRES must name a PostgreSQL server where tests may create databases; `cargo x test` starts one");
        let admin = sqlx::PgPool::connect(&url).await.expect("the server of ML_CONNECTOR_TEST_POSTGRES must answer");
        let name = format!("store_{test}_{}", std::process::id());
        for statement in [format!("drop database if exists {name} with (force)"), format!("create database {name}")] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&admin).await.unwrap();
        }
        let (before, after) = url.split_once("://").unwrap();
        let (host, query) =
            after.split_once('?').map_or((after, String::new()), |(host, query)| (host, format!("?{query}")));
        let host = host.split_once('/').map_or(host, |(host, _)| host);
        Self { admin, url: format!("{before}://{host}/{name}{query}"), name }
    }

    pub(super) async fn open(&self, access: Access) -> Result<Store> {
        Store::open(options(Place::Postgres(self.url.clone()), access)).await
    }

    pub(super) async fn drop(self) {
        let statement = format!("drop database {} with (force)", self.name);
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&self.admin).await.unwrap();
    }
}

pub(super) fn at(second: i64) -> Instant {
    Instant::from_micros(1_800_000_000_000_000 + second * 1_000_000)
}

pub(super) fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

pub(super) fn customer(number: u32, state: State, target: Option<&str>) -> Entry {
    Entry {
        flow: Flow::Customers,
        erp_key: format!("00000000-0000-0000-0000-{number:012}"),
        entity: Entity::Customer,
        code: format!("C{number:06}"),
        source_id: format!("00000000-0000-0000-0000-{number:012}"),
        target_id: target.map(str::to_owned),
        state,
        fingerprint: Digest([7; 16]),
        header: Digest([8; 16]),
        rows: Digest::default(),
        stamp: Some(at(-100)),
        problem: None,
        attempts: 0,
    }
}

pub(super) fn document(number: u32, state: State, problem: Option<Problem>) -> Entry {
    let key = format!("Invoice/{number:06}");
    Entry {
        flow: Flow::Invoices,
        erp_key: key.clone(),
        entity: Entity::Invoice,
        code: key,
        source_id: format!("11111111-0000-0000-0000-{number:012}"),
        attempts: u32::from(problem.is_some()),
        problem,
        target_id: None,
        ..customer(number, state, None)
    }
}

pub(super) fn said(entry: &Entry, what: What, exchange: Option<usize>) -> Transition {
    Transition {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        what,
        target_id: entry.target_id.clone(),
        problem: entry.problem.clone(),
        note: String::new(),
        exchange,
    }
}

pub(super) fn exchanged(body: &str) -> KeptExchange {
    KeptExchange {
        system: "zoho".to_owned(),
        method: "POST".to_owned(),
        target: "/crm/v8/Accounts/upsert".to_owned(),
        status: Some(200),
        failure: String::new(),
        started: at(1),
        took: Duration::from_millis(120),
        attempt: 1,
        request_body: Some(body.as_bytes().to_vec()),
        response_body: Some(b"{\"data\":[]}".to_vec()),
    }
}

/// A connection with a claim and a run.
pub(super) struct Running {
    pub(super) store: Store,
    pub(super) connection: ConnectionId,
    pub(super) epoch: Epoch,
    pub(super) run: String,
}

impl Running {
    pub(super) async fn of(store: Store) -> Self {
        let new = NewConnection {
            name: "acme".to_owned(),
            settings: "name = \"acme\"".to_owned(),
            settings_digest: Digest([1; 16]),
        };
        let connection = store.put_connection(&new, at(0)).await.unwrap();
        let run = "run_1".to_owned();
        let epoch = store.claim(connection, &run, at(0)).await.unwrap();
        store.start_run(connection, &run, at(0)).await.unwrap();
        Self { store, connection, epoch, run }
    }

    pub(super) fn settlement(&self, entries: Vec<Entry>, transitions: Vec<Transition>) -> Settlement {
        Settlement {
            connection: self.connection,
            epoch: self.epoch,
            run: self.run.clone(),
            at: at(10),
            entries,
            transitions,
            accepted: Vec::new(),
            exchanges: Vec::new(),
            checkpoints: Vec::new(),
            close_intent: None,
            watched: Vec::new(),
        }
    }

    /// Settles entries with a transition each.
    pub(super) async fn settle(&self, entries: Vec<Entry>, what: What) {
        let transitions = entries.iter().map(|entry| said(entry, what, None)).collect();
        self.store.settle(self.settlement(entries, transitions)).await.unwrap();
    }
}
