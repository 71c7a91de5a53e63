//! What a million records with history take in an SQLite file, and how long `record` takes among them.
//!
//! Prints bytes per customer, item, document and line, per further version, and times. Bodies of requests are left out: they have
//! their own, shorter retention. Run with `cargo x bench --sizes`, or smaller with
//! `cargo x bench --sizes 100000`. Owns nothing that ships.
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
    Access, ConnectionId, Epoch, KeptExchange, MasterKey, NewConnection, Options, Place, Random, Settlement, Store,
};
use sync::digest::{Digest, Digester};
use sync::settle::{Accepted, Entry, State, Transition, What};
use sync::{Draft, Entity, Fields, Flow, Instant, Name, Value};

/// Records of a batch, as the sink takes them.
const BATCH: u64 = 100;

/// Nonces and a key for a database that nobody keeps.
struct Counter(AtomicU64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

struct Load {
    store: Store,
    connection: ConnectionId,
    epoch: Epoch,
}

fn main() {
    let records: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let load = now(open(folder.path()));
    let tenth = records / 10;
    let mut size = bytes(folder.path());
    let mut step = |what: &str, count: u64| {
        let grown = bytes(folder.path());
        let each = (grown - size) as f64 / count as f64;
        println!("{what:<34}{count:>10} {each:>10.0} bytes each");
        size = grown;
        each
    };
    let started = cpu();
    load.versions(Flow::Customers, 0..tenth, 0, 0);
    step("customers", tenth);
    load.versions(Flow::Items, 0..tenth, 0, 0);
    step("items", tenth);
    load.versions(Flow::Invoices, 0..tenth * 4, 0, 1);
    let short = step("documents of 1 line", tenth * 4);
    load.versions(Flow::Invoices, tenth * 4..tenth * 8, 0, 15);
    let long = step("documents of 15 lines", tenth * 4);
    let line = (long - short) / 14.0;
    println!("  a line {line:.0} bytes, a document without lines {:.0}", short - line);
    for version in 1..=3 {
        load.versions(Flow::Customers, 0..tenth / 5, version, 0);
    }
    step("further versions of customers", tenth / 5 * 3);
    for version in 1..=2 {
        load.versions(Flow::Invoices, tenth * 4..tenth * 6, version, 15);
    }
    step("further versions of documents", tenth * 4);
    println!("in all {:.2} GB, {:.0} s of processor time", bytes(folder.path()) as f64 / 1e9, seconds(started));

    let mut times: Vec<f64> = (0..200)
        .map(|sample| {
            let number = blake(sample, Flow::Customers)[0..4].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            let code = if sample % 2 == 0 {
                code(Flow::Customers, number % tenth)
            } else {
                format!("{:08}", number % (tenth * 8))
            };
            let began = cpu();
            let found = now(load.store.find(load.connection, &code)).unwrap().remove(0);
            let view = now(load.store.record(found.id)).unwrap().unwrap();
            assert!(view.agreed.is_some() && !view.trail.is_empty());
            seconds(began) * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("record: median {:.2} ms, slowest of {} {:.2} ms", times[100], times.len(), times[199]);
    let began = cpu();
    let verified = now(load.store.verify(load.connection)).unwrap();
    assert_eq!(verified.broken, None);
    println!("audit verify: {} decisions in {:.1} s", verified.rows, seconds(began));
}

async fn open(folder: &Path) -> Load {
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
    store.start_run(connection, "run_bench", Instant::from_micros(0)).await.unwrap();
    Load { store, connection, epoch }
}

impl Load {
    /// Settles one version of each record, a batch at a time.
    fn versions(&self, flow: Flow, numbers: std::ops::Range<u64>, version: u64, lines: u64) {
        let (mut first, end) = (numbers.start, numbers.end);
        while first < end {
            let batch: Vec<u64> = (first..end.min(first + BATCH)).collect();
            first += BATCH;
            let entries: Vec<Entry> = batch.iter().map(|number| entry(flow, *number)).collect();
            let at = Instant::from_micros(1_800_000_000_000_000 + i64::try_from(first * 1_000).unwrap());
            let what = if version == 0 { What::Created } else { What::Updated };
            let settlement = Settlement {
                connection: self.connection,
                epoch: self.epoch,
                run: "run_bench".to_owned(),
                at,
                transitions: entries.iter().map(|entry| transition(entry, what)).collect(),
                accepted: batch.iter().map(|number| accepted(flow, *number, version, lines)).collect(),
                entries,
                exchanges: vec![exchange(at)],
                checkpoints: Vec::new(),
                close_intent: None,
                watched: Vec::new(),
            };
            now(self.store.settle(settlement)).unwrap();
        }
    }
}

/// On SQLite nothing waits, so a future is done when it is asked once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("SQLite runs inline"),
    }
}

/// Keys come in no order, as GUIDs do.
fn blake(number: u64, flow: Flow) -> [u8; 16] {
    let mut digester = Digester::new();
    digester.bytes(&number.to_le_bytes());
    digester.text(flow.name());
    digester.finish().0
}

fn guid(number: u64, flow: Flow) -> String {
    let hex = format!("{:?}", Digest(blake(number, flow)));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn key(flow: Flow, number: u64) -> String {
    if flow == Flow::Invoices { format!("Invoice/{number:08}") } else { guid(number, flow) }
}

fn code(flow: Flow, number: u64) -> String {
    match flow {
        Flow::Customers => format!("C{number:08}"),
        Flow::Items => format!("I{number:08}"),
        Flow::Invoices => key(flow, number),
    }
}

fn entry(flow: Flow, number: u64) -> Entry {
    let (entity, base) = match flow {
        Flow::Customers => (Entity::Customer, 1_000_000_000_u64),
        Flow::Items => (Entity::StockItem, 2_000_000_000),
        Flow::Invoices => (Entity::Invoice, 3_000_000_000),
    };
    let digest = Digest(blake(number, flow));
    Entry {
        flow,
        erp_key: key(flow, number),
        entity,
        code: code(flow, number),
        source_id: guid(number, flow),
        target_id: Some(format!("5550000{}", base + number)),
        state: State::Settled,
        fingerprint: digest,
        header: digest,
        rows: digest,
        stamp: Some(Instant::from_micros(1_800_000_000_000_000)),
        problem: None,
        attempts: 0,
    }
}

fn transition(entry: &Entry, what: What) -> Transition {
    Transition {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        what,
        target_id: entry.target_id.clone(),
        problem: None,
        note: String::new(),
        exchange: Some(0),
    }
}

fn exchange(at: Instant) -> KeptExchange {
    KeptExchange {
        system: "zoho".to_owned(),
        method: "POST".to_owned(),
        target: "/crm/v8/Invoices".to_owned(),
        status: Some(200),
        failure: String::new(),
        started: at,
        took: Duration::from_millis(40),
        attempt: 1,
        request_body: None,
        response_body: None,
    }
}

fn accepted(flow: Flow, number: u64, version: u64, lines: u64) -> Accepted {
    let erp_key = key(flow, number);
    let fields = match flow {
        Flow::Customers => account(&erp_key, number, version),
        Flow::Items => product(&erp_key, number),
        Flow::Invoices => invoice(&erp_key, number, version),
    };
    let rows = (0..lines).map(|place| line(number, place)).collect();
    let draft = Draft { module: flow.module(), erp_key: erp_key.clone(), fields, on_create: Fields::default(), rows };
    Accepted { flow, erp_key, draft: Arc::new(draft), with_rows: version == 0 }
}

fn fields(all: Vec<(&str, Value)>) -> Fields {
    Fields(all.into_iter().map(|(name, value)| (Name::from(name), value)).collect())
}

fn decimal(cents: u64) -> Value {
    Value::Decimal(format!("{}.{:02}", cents / 100, cents % 100).parse().unwrap())
}

fn account(erp_key: &str, number: u64, version: u64) -> Fields {
    let street = format!("{} Industriestrasse, Gate {}", number % 300, number % 7);
    let address = |part: &str| match part {
        "Street" => Value::from(street.as_str()),
        "City" => Value::from("Z\u{fc}rich-Altstetten"),
        "State" => Value::from("Z\u{fc}rich"),
        "Code" => Value::from("8048"),
        _ => Value::from("Switzerland"),
    };
    let mut all = vec![
        ("ERP_Key", Value::from(erp_key)),
        ("Account_Name", Value::from(format!("Customer number {number} and Sons Limited"))),
        ("ERP_Code", Value::from(code(Flow::Customers, number))),
        ("ERP_Status", Value::from("Active")),
        ("ERP_Class", Value::from("LOCAL")),
        ("ERP_Terms", Value::from("30D")),
        ("ERP_Currency", Value::from("CHF")),
        ("Phone", Value::from(format!("+41 44 {version}{number:07}"))),
        ("Website", Value::from(format!("https://www.customer-{number}.example"))),
    ];
    for name in ["Billing_Street", "Billing_City", "Billing_State", "Billing_Code", "Billing_Country"]
        .into_iter()
        .chain(["Shipping_Street", "Shipping_City", "Shipping_State", "Shipping_Code", "Shipping_Country"])
    {
        all.push((name, address(name.split_once('_').unwrap().1)));
    }
    fields(all)
}

fn product(erp_key: &str, number: u64) -> Fields {
    fields(vec![
        ("ERP_Key", Value::from(erp_key)),
        ("Product_Name", Value::from(format!("Office chair, model no. {number}, black leather"))),
        ("Product_Code", Value::from(code(Flow::Items, number))),
        ("ERP_Kind", Value::from("Stock")),
        ("ERP_Status", Value::from("Active")),
        ("ERP_Unit", Value::from("PIECE")),
        ("Product_Active", Value::from(true)),
        ("Unit_Price", decimal(number * 7 % 1_000_000)),
    ])
}

fn invoice(erp_key: &str, number: u64, version: u64) -> Fields {
    let day = |days: u64| Value::Date(jiff::civil::date(2026, 1, 1 + i8::try_from(days % 28).unwrap()));
    fields(vec![
        ("ERP_Key", Value::from(erp_key)),
        ("Subject", Value::from(format!("Invoice {number:08}"))),
        ("ERP_Number", Value::from(format!("{number:08}"))),
        ("ERP_Type", Value::from("Invoice")),
        ("ERP_Status", Value::from(if version < 2 { "Open" } else { "Closed" })),
        ("ERP_Total", decimal(number * 131 % 10_000_000)),
        ("ERP_Balance", decimal(number * 131 % 10_000_000 / (version + 1))),
        ("ERP_Currency", Value::from("CHF")),
        ("Account_Name", Value::Link(format!("5550000{}", 1_000_000_000 + number % 100_000))),
        ("Invoice_Date", day(number)),
        ("Due_Date", day(number + 9)),
        ("Purchase_Order", Value::from(format!("PO-{}", number % 99_999))),
        ("Description", Value::from("Delivery of office furniture as ordered")),
        ("Status", Value::from(if version < 2 { "Created" } else { "Paid" })),
        ("Adjustment", decimal(number % 3)),
    ])
}

fn line(number: u64, place: u64) -> Fields {
    let item = (number * 31 + place * 7_919) % 100_000;
    fields(vec![
        ("Product_Name", Value::Link(format!("5550000{}", 2_000_000_000 + item))),
        ("Quantity", Value::Decimal((1 + place % 9).into())),
        ("List_Price", decimal(item * 7 + 1_995)),
        ("Description", Value::from(format!("Office chair {item}, black"))),
    ])
}

/// Nanoseconds on the processor so far.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn seconds(since: u64) -> f64 {
    (cpu() - since) as f64 / 1e9
}

/// Bytes of the database's pages, whether in the file or still in its log.
fn bytes(folder: &Path) -> u64 {
    let file = rusqlite::Connection::open(folder.join(store::FILE)).unwrap();
    let pragma = |name: &str| file.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap().unsigned_abs();
    pragma("page_count") * pragma("page_size")
}
