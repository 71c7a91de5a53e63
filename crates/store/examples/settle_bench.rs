//! What a first load costs the store: 12,000 records in settlements of about a hundred, with trail, exchanges and bodies.
//!
//! Prints CPU time of this thread, as the kernel counts it, and bytes on the disk. Run it with `--release`; on SQLite everything
//! happens on the one thread. Owns nothing that ships.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench speaks to a terminal and ends at the first surprise"
)]

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use store::{
    Access, ConnectionId, Epoch, KeptExchange, MasterKey, NewConnection, NewIntent, Options, Place, Random, Settlement,
    Store,
};
use sync::digest::Digest;
use sync::settle::{Checkpoint, Entry, State, Transition, What};
use sync::{Entity, Flow, Instant};

/// Records of each flow: customers, items, documents.
const RECORDS: [(Flow, Entity, u64); 3] = [
    (Flow::Customers, Entity::Customer, 2_000),
    (Flow::Items, Entity::StockItem, 5_000),
    (Flow::Invoices, Entity::Invoice, 5_000),
];

/// Records of a batch.
const BATCH: u64 = 100;

/// Bytes of a request body, so that all bodies together are about 10 MB.
const BODY: usize = 76_000;

/// Nonces and a key for a database that nobody keeps.
struct Counter(AtomicU64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (store, connection, epoch) = now(prepare(folder.path()));
    let bodies = bodies();
    let base = size(folder.path());
    let before = cpu();
    let batches = load(&store, connection, epoch, &bodies);
    let loaded = cpu();
    println!(
        "first load        {:>8.1} ms CPU, {batches} batches (an intent and a settlement each)",
        ms(before, loaded)
    );
    drop(store);
    println!("closing           {:>8.1} ms CPU", ms(loaded, cpu()));
    let bytes = size(folder.path()) - base;
    let (bodies_kept, documents) = (kept_bodies(folder.path()), 5_000);
    println!("on the disk       {:>8} bytes, of which bodies {bodies_kept}", bytes);
    println!("a record          {:>8} bytes without bodies", (bytes - bodies_kept) / (12_000));
    println!("documents         {documents:>8} among them");

    let before = cpu();
    let (store, connection, _) = now(prepare(folder.path()));
    println!("opening           {:>8.1} ms CPU", ms(before, cpu()));
    for (flow, count) in [(Flow::Customers, 500_u64), (Flow::Items, 2_000), (Flow::Invoices, 2_000)] {
        let keys: Vec<String> = (1..=count).map(|number| key(flow, number)).collect();
        let codes: Vec<String> = (1..=count).map(|number| code(flow, number)).collect();
        let before = cpu();
        assert_eq!(now(store.entries(connection, flow, &keys)).unwrap().len() as u64, count);
        let entries = cpu();
        assert_eq!(now(store.targets_by_code(connection, flow, &codes)).unwrap().len() as u64, count);
        println!(
            "entries, links    {:>8.1} ms, {:.1} ms CPU for {count} {}",
            ms(before, entries),
            ms(entries, cpu()),
            flow.name()
        );
    }
    let before = cpu();
    assert_eq!(now(store.state_counts(connection)).unwrap().values().sum::<u64>(), 12_000);
    assert!(
        now(store.due(connection, Flow::Invoices, Instant::from_micros(2_000_000_000_000_000), 2_000))
            .unwrap()
            .is_empty()
    );
    println!("counts, due       {:>8.1} ms CPU", ms(before, cpu()));
    let before = cpu();
    let verified = now(store.verify(connection)).unwrap();
    assert_eq!((verified.rows, verified.broken), (12_000, None));
    println!("verify            {:>8.1} ms CPU", ms(before, cpu()));
}

/// On SQLite nothing waits, so a future is done when it is asked once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("SQLite runs inline"),
    }
}

async fn prepare(folder: &Path) -> (Store, ConnectionId, Epoch) {
    let options = Options {
        place: Place::Folder(folder.to_owned()),
        key: MasterKey::from_bytes([5; 32]),
        random: Arc::new(Counter(AtomicU64::new(0))),
        access: Access::Worker,
    };
    let store = Store::open(options).await.unwrap();
    let new = NewConnection { name: "bench".to_owned(), settings: String::new(), settings_digest: Digest::default() };
    let connection = store.put_connection(&new, Instant::from_micros(0)).await.unwrap();
    let epoch = store.claim(connection, "run_bench", Instant::from_micros(0)).await.unwrap();
    if store.run("run_bench").await.unwrap().is_none() {
        store.start_run(connection, "run_bench", Instant::from_micros(0)).await.unwrap();
    }
    (store, connection, epoch)
}

fn load(store: &Store, connection: ConnectionId, epoch: Epoch, bodies: &[Vec<u8>; 2]) -> usize {
    let mut batches = 0;
    for (flow, entity, count) in RECORDS {
        for first in (1..=count).step_by(usize::try_from(BATCH).unwrap()) {
            let entries: Vec<Entry> = (first..first + BATCH).map(|number| entry(flow, entity, number)).collect();
            let keys: Vec<&str> = entries.iter().map(|entry| entry.erp_key.as_str()).collect();
            let intent = NewIntent {
                module: flow.module().name().to_owned(),
                operation: "upsert".to_owned(),
                keys: format!("{keys:?}"),
                digest: Digest([9; 16]),
            };
            let at = Instant::from_micros(i64::try_from(first).unwrap());
            let intent = now(store.open_intent(connection, epoch, "run_bench", &intent, at)).unwrap();
            let checkpoint = Checkpoint {
                entity,
                covered_up_to: Some(at),
                read_at: Some(at),
                newest_stamp: Some(at),
                stamp_floor: Some(at),
                pass: None,
            };
            let settlement = Settlement {
                connection,
                epoch,
                run: "run_bench".to_owned(),
                at,
                transitions: entries.iter().map(transition).collect(),
                entries,
                accepted: Vec::new(),
                exchanges: vec![exchange(at, bodies)],
                checkpoints: vec![checkpoint],
                close_intent: Some(intent),
                watched: Vec::new(),
            };
            now(store.settle(settlement)).unwrap();
            batches += 1;
        }
    }
    batches
}

fn key(flow: Flow, number: u64) -> String {
    let hash = Digest(blake(number, flow));
    match flow {
        Flow::Invoices => format!("Invoice/{number:08}"),
        Flow::Customers | Flow::Items => {
            let hex = format!("{hash:?}");
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        }
    }
}

/// Keys come in no order, as GUIDs do.
fn blake(number: u64, flow: Flow) -> [u8; 16] {
    let mut digester = sync::digest::Digester::new();
    digester.bytes(&number.to_le_bytes());
    digester.text(flow.name());
    digester.finish().0
}

fn code(flow: Flow, number: u64) -> String {
    if flow == Flow::Invoices { key(flow, number) } else { format!("CODE{number:06}") }
}

fn entry(flow: Flow, entity: Entity, number: u64) -> Entry {
    let digest = Digest(blake(number, flow));
    Entry {
        flow,
        erp_key: key(flow, number),
        entity,
        code: code(flow, number),
        source_id: key(Flow::Items, number + if flow == Flow::Invoices { 1_000_000 } else { 0 }),
        target_id: Some(format!("55555000000{number:07}")),
        state: State::Settled,
        fingerprint: digest,
        header: digest,
        rows: digest,
        stamp: Some(Instant::from_micros(1_800_000_000_000_000)),
        problem: None,
        attempts: 0,
    }
}

fn transition(entry: &Entry) -> Transition {
    Transition {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        what: What::Created,
        target_id: entry.target_id.clone(),
        problem: None,
        note: String::new(),
        exchange: Some(0),
    }
}

/// A request with records and an answer per record, as varied as such bodies are.
fn bodies() -> [Vec<u8>; 2] {
    let (mut request, mut answer) = (String::from("{\"data\":["), String::from("{\"data\":["));
    let mut number = 0;
    while request.len() < BODY {
        number += 1;
        let noise = Digest(blake(number, Flow::Items));
        request.push_str(&format!(
            "{{\"Account_Name\":\"Customer {noise:?}\",\"Phone\":\"+41 44 {number:07}\",\"Billing_City\":\"Z\u{fc}rich\",\"ERP_Key\":\"{noise:?}\"}},"
        ));
        answer.push_str(&format!(
            "{{\"code\":\"SUCCESS\",\"details\":{{\"id\":\"55555000000{number:07}\"}},\"message\":\"record added\",\"status\":\"success\"}},"
        ));
    }
    answer.truncate(8_000);
    [request.into_bytes(), answer.into_bytes()]
}

fn exchange(at: Instant, [request, answer]: &[Vec<u8>; 2]) -> KeptExchange {
    KeptExchange {
        system: "zoho".to_owned(),
        method: "POST".to_owned(),
        target: "/crm/v8/Accounts/upsert".to_owned(),
        status: Some(200),
        failure: String::new(),
        started: at,
        took: Duration::from_millis(40),
        attempt: 1,
        request_body: Some(request.clone()),
        response_body: Some(answer.clone()),
    }
}

/// Nanoseconds on the processor so far.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn ms(from: u64, to: u64) -> f64 {
    (to - from) as f64 / 1e6
}

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn kept_bodies(folder: &Path) -> u64 {
    let file = rusqlite::Connection::open(folder.join(store::FILE)).unwrap();
    let sql = "select coalesce(sum(length(request) + length(response)), 0) from bodies";
    file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}
