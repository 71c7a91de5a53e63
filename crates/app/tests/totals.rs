//! What documents come to: read back after they were written, compared to the minor unit, and a person's when writing again does not help.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::{Outcome, Report};
use serde_json::json;
use sim::Size;
use sim::control::edit::Edit;
use sim::faults::{Dials, System};
use store::{By, Selection};
use support::world::{World, written};
use sync::Flow;
use sync::problem::Code;
use sync::settle::{State, What};

const SIZE: Size = Size { customers: 30, items: 20, invoices: 40, won_deals: 0, existing_accounts: 0 };

fn edit(world: &World, of: serde_json::Value) {
    world.sim.change(&serde_json::from_value::<Edit>(of).unwrap()).unwrap();
}

/// From now on the CRM adds this to the total of what is written.
fn add_to_totals(world: &World, extra: &str) {
    edit(world, json!({"edit": "zoho_totals", "extra": extra}));
}

async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    world
}

fn calls(world: &World, route: &str) -> u64 {
    world.sim.requests().counters(System::Zoho).by_route.get(route).copied().unwrap_or(0)
}

const QUERY: &str = "POST /crm/v8/coql";

/// Keys of the documents of a report's problems with that code.
fn keys(report: &Report, code: Code) -> Vec<String> {
    report.problems.iter().filter(|problem| problem.code == code.name()).map(|problem| problem.key.clone()).collect()
}

#[tokio::test]
async fn one_query_reads_the_totals_of_a_batch() {
    let size = Size { invoices: 250, ..SIZE };
    let world = World::new(71, size, |_| {}).await;
    let first = world.sync().await;
    let inserts = calls(&world, "POST /crm/v8/Invoices");
    // Three of them look for records of the same name or code, one per module.
    assert_eq!(calls(&world, QUERY), inserts + 3, "{first:#?}");
    world.assert_agreement("after the first load");
    let before = calls(&world, QUERY);
    edit(&world, json!({"edit": "post_new"}));
    assert_eq!(written(&world.sync().await), 1);
    assert_eq!(calls(&world, QUERY) - before, 3, "one for who Zoho is, one for names, one for the total");
}

#[tokio::test]
async fn a_total_that_differs_is_written_again_once_and_then_a_persons() {
    for extra in ["0.01", "-0.01", "150"] {
        let world = loaded(72).await;
        add_to_totals(&world, extra);
        edit(&world, json!({"edit": "post_new"}));
        let puts = calls(&world, "PUT /crm/v8/Invoices");
        let report = world.sync().await;
        let differs = keys(&report, Code::TotalDiffers);
        assert_eq!(
            (differs.len(), report.newly_parked, report.outcome),
            (1, 1, Outcome::Parked),
            "{extra}: {report:#?}"
        );
        assert_eq!(calls(&world, "PUT /crm/v8/Invoices") - puts, 1, "{extra}: it is written once more");
        assert!(report.flows[&Flow::Invoices].complete, "{report:#?}");
        let entries = world.store.entries(world.row.id, Flow::Invoices, &differs).await.unwrap();
        let entry = &entries[&differs[0]];
        let problem = entry.problem.clone().unwrap();
        assert!(entry.target_id.is_some() && problem.message.contains("in Acumatica"), "{entry:?}");
        let found = world.store.find(world.row.id, &differs[0]).await.unwrap();
        let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
        let said: Vec<_> =
            trail.iter().rev().map(|row| (row.what, row.problem.as_ref().map(|problem| problem.code))).collect();
        assert_eq!(
            said,
            [
                (What::Created, None),
                (What::Parked, Some(Code::OutcomeUnknown)),
                (What::Updated, None),
                (What::Parked, Some(Code::TotalDiffers)),
            ]
        );
        // It stays with its person, and nothing is written for it.
        world.clock.advance(std::time::Duration::from_secs(60 * 60));
        let report = world.sync().await;
        assert_eq!((written(&report), report.newly_parked), (0, 0), "{report:#?}");
        add_to_totals(&world, "0");
        let by = By { who: "finance".to_owned(), why: "the formula is put right".to_owned() };
        let selection = Selection::Code(Code::TotalDiffers);
        world.store.retry(world.row.id, &selection, &by, sync::Instant::from_micros(1)).await.unwrap();
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{extra}: {report:#?}");
        world.assert_agreement(extra);
    }
}

#[tokio::test]
async fn a_total_that_writing_again_puts_right_settles_by_itself() {
    let world = loaded(73).await;
    add_to_totals(&world, "5");
    edit(&world, json!({"edit": "post_new"}));
    let inserts = calls(&world, "POST /crm/v8/Invoices");
    let put_right = async {
        while calls(&world, "POST /crm/v8/Invoices") == inserts {
            tokio::task::yield_now().await;
        }
        add_to_totals(&world, "0");
    };
    let mut dials = Dials::default();
    dials.zoho.latency_ms = 1;
    world.sim.faults().set(dials);
    let (report, ()) = tokio::join!(world.sync(), put_right);
    assert_eq!((report.outcome, report.newly_parked), (Outcome::Settled, 0), "{report:#?}");
    world.assert_agreement("after it was written again");
}

#[tokio::test]
async fn a_balance_is_not_read_back() {
    let world = loaded(74).await;
    let (kind, number) = world.sim.with(|books, _| {
        let open = books.documents.values().find(|document| document.status == "Open" && document.key.number.len() > 3);
        let key = &open.unwrap().key;
        (key.kind.label().to_owned(), key.number.to_string())
    });
    // Whoever read it back would fail.
    let mut dials = Dials::default();
    dials.zoho.body = Some("select id, Grand_Total from".to_owned());
    dials.zoho.http_500 = 1.0;
    world.sim.faults().set(dials);
    edit(&world, json!({"edit": "pay", "kind": kind, "number": number, "amount": "0.01"}));
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 1), "{report:#?}");
}

#[tokio::test]
async fn what_could_not_be_read_back_is_not_settled_and_is_compared_by_the_next_run() {
    for (fails, methods) in [("500", false), ("lost", true)] {
        let world = loaded(75).await;
        add_to_totals(&world, "150");
        for _ in 0..3 {
            edit(&world, json!({"edit": "post_new"}));
        }
        let mut dials = Dials::default();
        dials.zoho.body = Some("select id, Grand_Total from".to_owned());
        *(if methods { &mut dials.zoho.reset_after } else { &mut dials.zoho.http_500 }) = 1.0;
        world.sim.faults().set(dials);
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Unavailable, "{fails}: {report:#?}");
        world.sim.faults().set(Dials::default());
        let report = world.sync().await;
        assert_eq!(keys(&report, Code::TotalDiffers).len(), 3, "{fails}: nothing escapes: {report:#?}");
        add_to_totals(&world, "0");
        let by = By { who: "finance".to_owned(), why: String::new() };
        world.store.retry(world.row.id, &Selection::Open, &by, sync::Instant::from_micros(1)).await.unwrap();
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{fails}: {report:#?}");
        world.assert_agreement(fails);
        let open = world.store.state_counts(world.row.id).await.unwrap();
        assert_eq!(open.get(&(Flow::Invoices, State::Parked)).copied().unwrap_or(0), 0);
    }
}
