//! A first load: it goes on where it was interrupted, covers nothing before its end, and takes documents from where it is told to start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Mutex;
use std::time::Duration;

use engine::report::FlowReport;
use engine::{Options, Outcome, Progress, Report};
use sim::Size;
use sim::control::edit::{Edit, Named};
use support::world::World;
use sync::Flow;
use tokio_util::sync::CancellationToken;

const SIZE: Size = Size { customers: 500, items: 8, invoices: 0, won_deals: 0, existing_accounts: 0 };
const BOOKS: Size = Size { customers: 12, items: 10, invoices: 60, won_deals: 0, existing_accounts: 0 };

/// Rows of a page in these tests.
const PAGE: usize = 100;

/// Pages in a load that nothing interrupts: five full ones, and one with what is left.
const PAGES: usize = 6;

/// Stops a run once a flow has written so many records, and remembers what was expected.
struct StopAt {
    written: u64,
    stop: CancellationToken,
    expected: Mutex<Vec<(Flow, u64)>>,
}

impl StopAt {
    fn written(written: u64) -> Self {
        Self { written, stop: CancellationToken::new(), expected: Mutex::default() }
    }
}

impl Progress for StopAt {
    fn stage(&self, _words: &str) {}
    fn expect(&self, flow: Flow, records: u64) {
        self.expected.lock().unwrap().push((flow, records));
    }
    fn flow(&self, flow: Flow, figures: &FlowReport) {
        if flow == Flow::Customers && figures.created >= self.written {
            self.stop.cancel();
        }
    }
    fn done(&self, _flow: Flow, _figures: &FlowReport) {}
}

/// A run of the customers in such pages.
async fn customers(world: &World, watcher: StopAt, full: bool) -> (Report, Vec<(Flow, u64)>) {
    let options = Options { flows: Some([Flow::Customers].into()), full, ..Options::default() };
    let watcher = std::sync::Arc::new(watcher);
    let report = world.sync_watched(&options, PAGE, watcher.clone(), watcher.stop.clone()).await;
    let expected = watcher.expected.lock().unwrap().clone();
    (report, expected)
}

/// Pages of customers that were asked for so far: not records by their key, and not the one row of the probe or of a read's end.
fn pages(world: &World) -> usize {
    let log = world.sim.requests().page(0, usize::MAX).rows;
    let other = |target: &str| target.contains("%20eq%20") || target.contains("%20lt%20") || target.ends_with("$top=1");
    let page = |target: &str| target.contains("/Customer?") && !other(target);
    log.iter().filter(|row| page(&row.target)).count()
}

#[tokio::test]
async fn an_interrupted_load_goes_on_behind_the_last_settled_page() {
    let world = World::new(101, SIZE, |options| options.acumatica.max_top = Some(PAGE)).await;
    let (cut, expected) = customers(&world, StopAt::written(100), false).await;
    assert_eq!(cut.outcome, Outcome::Interrupted, "{cut:#?}");
    assert_eq!(cut.flows[&Flow::Customers].covered_up_to, None, "nothing is covered before the end: {cut:#?}");
    assert!(expected.is_empty(), "nobody knows how many there are");
    let (whole, expected) = customers(&world, StopAt::written(u64::MAX), false).await;
    assert_eq!(whole.outcome, Outcome::Settled, "{whole:#?}");
    assert!(expected.is_empty(), "what is left of an interrupted load is not known either");
    // The settled pages are not read again; the one that was under way is.
    assert_eq!(pages(&world), PAGES + 1);
    let read = cut.flows[&Flow::Customers].read + whole.flows[&Flow::Customers].read;
    assert!(read <= 500 + PAGE as u64, "{read} records were read for 500");
    let covered = whole.flows[&Flow::Customers].covered_up_to.unwrap();
    assert!(
        covered <= cut.started.plus(Duration::from_secs(60)),
        "the pass proves what was so when it began: {whole:#?}"
    );
    world.sync().await;
    world.assert_agreement("after the load went on");
}

#[tokio::test]
async fn a_whole_read_tells_how_many_records_the_last_one_had() {
    let world = World::new(102, SIZE, |_| {}).await;
    customers(&world, StopAt::written(u64::MAX), false).await;
    let (_, changes) = customers(&world, StopAt::written(u64::MAX), false).await;
    assert!(changes.is_empty(), "a window is not counted");
    let (_, everything) = customers(&world, StopAt::written(u64::MAX), true).await;
    assert_eq!(everything, [(Flow::Customers, 500)]);
}

#[tokio::test]
async fn documents_start_at_what_is_open_and_follow_it_to_its_end() {
    let world = World::with_file(103, BOOKS, "[flows.invoices]\nfrom = \"open\"\n").await;
    let report = world.sync().await;
    let open = world.sim.with(|books, _| {
        books.documents.values().filter(|document| matches!(document.status.as_str(), "Open" | "Reserved")).count()
    });
    let invoices = &report.flows[&Flow::Invoices];
    assert_eq!(invoices.created, open as u64, "{report:#?}");
    assert!(invoices.skipped > 0 && report.notes.iter().any(|note| note.contains("before the start of the flow")));
    // One that travels is followed until it is paid.
    let document = world.sim.with(|books, _| {
        let document = books.documents.values().find(|document| {
            document.status == "Open" && document.balance > 2.into() && document.key.kind.label() == "Invoice"
        });
        Named { kind: "Invoice".to_owned(), number: document.unwrap().key.number.to_string() }
    });
    world.sim.change(&Edit::Pay { document, amount: None, moves_stamp: true }).unwrap();
    world.clock.advance(Duration::from_secs(60));
    let report = world.sync().await;
    assert_eq!(report.flows[&Flow::Invoices].updated, 1, "{report:#?}");
}

#[tokio::test]
async fn documents_start_at_a_day() {
    let days = World::new(104, BOOKS, |_| {}).await.sim.with(|books, _| {
        let mut days: Vec<_> = books.documents.values().map(|document| document.date).collect();
        days.sort();
        days
    });
    let day = days[days.len() / 2];
    let world = World::with_file(104, BOOKS, &format!("[flows.invoices]\nfrom = \"{day}\"\n")).await;
    let report = world.sync().await;
    let later = world.sim.with(|books, _| {
        let posted = ["Open", "Closed", "Canceled", "Reserved"];
        let of_status = books.documents.values().filter(|document| posted.contains(&document.status.as_str()));
        of_status.filter(|document| document.date >= day).count()
    });
    assert_eq!(report.flows[&Flow::Invoices].created, later as u64, "{report:#?}");
    assert!(report.flows[&Flow::Invoices].skipped > 0);
    // Nothing is left behind for ever: another start in the file brings them.
    let all = world
        .sync_set(&Options { full: true, ..Options::default() }, |connection| {
            connection.flows.get_mut(&Flow::Invoices).unwrap().start = engine::Start::All;
        })
        .await;
    assert_eq!(all.outcome, Outcome::Settled, "{all:#?}");
    world.assert_agreement("from the beginning");
}
