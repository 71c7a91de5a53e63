//! A record that keeps its whole batch from being answered: it is parked alone, the others go, and it does not travel with others again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::{Outcome, Report};
use sim::Size;
use sim::control::edit::Edit;
use sim::faults::{Dials, System, SystemDials};
use store::{By, Selection};
use support::world::World;
use sync::Flow;
use sync::problem::Code;
use sync::settle::{Entry, State};

const SIZE: Size = Size { customers: 260, items: 40, invoices: 0, won_deals: 0, existing_accounts: 0 };

/// A record that was not answered is tried again after so long.
const REST: std::time::Duration = std::time::Duration::from_mins(5);

/// Every call to `path` whose body holds `body` meets the faults that `change` sets.
fn poison(world: &World, path: &str, body: &str, change: impl FnOnce(&mut SystemDials)) {
    let mut dials = Dials::default();
    dials.zoho.path = Some(path.to_owned());
    dials.zoho.body = Some(body.to_owned());
    change(&mut dials.zoho);
    world.sim.faults().set(dials);
}

/// Code of a customer by its place among all.
fn customer(world: &World, place: usize) -> String {
    world.sim.with(|books, _| books.customers.keys().nth(place).cloned().unwrap()).to_string()
}

async fn entry(world: &World, flow: Flow, code: &str) -> Entry {
    world.store.entry_by_code(world.row.id, flow, code).await.unwrap().unwrap()
}

fn calls(world: &World, route: &str) -> u64 {
    world.sim.requests().counters(System::Zoho).by_route.get(route).copied().unwrap_or(0)
}

const UPSERT: &str = "POST /crm/v8/Accounts/upsert";

/// One customer of 260 breaks every call that holds it; it alone is parked, and after the trouble it arrives by itself.
async fn one_is_parked_and_heals(name: &str, change: impl Fn(&mut SystemDials)) {
    let world = World::new(51, SIZE, |_| {}).await;
    let bad = customer(&world, 130);
    poison(&world, "/Accounts", &bad, &change);
    let report = world.sync().await;
    let customers = &report.flows[&Flow::Customers];
    assert_eq!(
        (report.outcome, customers.parked, customers.created + customers.updated),
        (Outcome::Parked, 1, 259),
        "{name}: {report:#?}"
    );
    assert!(customers.complete && customers.covered_up_to.is_some(), "{name}: {report:#?}");
    let parked = entry(&world, Flow::Customers, &bad).await;
    assert_eq!(parked.problem.unwrap().code, Code::WriteUnanswered, "{name}");
    assert!(calls(&world, UPSERT) <= 3 + 5 + 18, "{name}: {} calls", calls(&world, UPSERT));
    world.sim.faults().set(Dials::default());
    world.clock.advance(REST);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{name}: {report:#?}");
    world.assert_agreement(name);
}

#[tokio::test]
async fn a_record_that_makes_the_system_fail_is_parked_alone() {
    one_is_parked_and_heals("500", |dials| dials.http_500 = 1.0).await;
}

#[tokio::test]
async fn a_record_that_breaks_the_connection_is_parked_alone() {
    one_is_parked_and_heals("lost before", |dials| dials.reset_before = 1.0).await;
}

#[tokio::test]
async fn a_record_whose_answer_is_never_whole_is_parked_alone() {
    one_is_parked_and_heals("truncated", |dials| dials.truncated = 1.0).await;
}

#[tokio::test]
async fn a_record_that_a_gateway_answers_for_is_parked_alone() {
    one_is_parked_and_heals("page", |dials| dials.html_200 = 1.0).await;
}

#[tokio::test]
async fn a_parked_record_is_tried_apart_from_others() {
    let world = World::new(52, SIZE, |_| {}).await;
    let bad = customer(&world, 7);
    poison(&world, "/Accounts", &bad, |dials| dials.http_500 = 1.0);
    world.sync().await;
    let before = calls(&world, UPSERT);
    for place in [20, 21, 22] {
        let phone = format!("+41 44 222 22 {place}");
        world.sim.change(&Edit::TouchCustomer { key: customer(&world, place), phone }).unwrap();
    }
    world.clock.advance(REST);
    let report = world.sync().await;
    assert_eq!(report.flows[&Flow::Customers].updated, 3, "{report:#?}");
    assert_eq!(calls(&world, UPSERT) - before, 2, "one for the three, one for the record that is not answered");
    assert_eq!(report.newly_parked, 0, "it was told before");
}

#[tokio::test]
async fn a_document_that_is_never_answered_is_parked_and_not_doubled() {
    for after in [false, true] {
        let world = World::new(53, Size { customers: 20, invoices: 120, ..SIZE }, |_| {}).await;
        let number = world.sim.with(|books, _| {
            let open = books.documents.values().find(|document| document.released && document.status == "Open");
            open.unwrap().key.number.to_string()
        });
        let key = format!("\"Invoice/{number}\"");
        let lost =
            |dials: &mut SystemDials| *(if after { &mut dials.reset_after } else { &mut dials.reset_before }) = 1.0;
        poison(&world, "/Invoices", &key, lost);
        let report = world.sync().await;
        assert!(report.flows[&Flow::Invoices].complete, "{report:#?}");
        assert_eq!(report.flows[&Flow::Invoices].parked, 1, "after the work: {after}: {report:#?}");
        world.sim.faults().set(Dials::default());
        world.clock.advance(REST);
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
        world.assert_agreement("no line is doubled");
    }
}

#[tokio::test]
async fn a_sink_that_answers_no_write_ends_the_run_and_parks_nothing() {
    let world = World::new(54, SIZE, |_| {}).await;
    poison(&world, "/Accounts/upsert", "", |dials| dials.http_500 = 1.0);
    let report = world.sync().await;
    assert_eq!((report.outcome, report.newly_parked), (Outcome::Unavailable, 0), "{report:#?}");
    world.sim.faults().set(Dials::default());
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    world.assert_agreement("after the outage");
}

/// Writes arrive and are not answered; then the source takes its change back before the next run.
#[tokio::test]
async fn a_change_that_arrived_unanswered_and_was_taken_back_is_taken_back_there_too() {
    let world = World::new(55, Size { customers: 30, ..SIZE }, |_| {}).await;
    let all: Vec<String> = (0..5).map(|place| customer(&world, place)).collect();
    let touch = |phone: &str| {
        for key in &all {
            world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: phone.to_owned() }).unwrap();
        }
    };
    touch("+41 44 111 11 11");
    world.sync().await;
    touch("+41 44 222 22 22");
    poison(&world, "/Accounts/upsert", "", |dials| dials.reset_after = 1.0);
    assert_eq!(world.sync().await.outcome, Outcome::Unavailable);
    touch("+41 44 111 11 11");
    world.sim.faults().set(Dials::default());
    world.sync().await;
    world.assert_agreement("after the change back");
}

fn parked(report: &Report, flow: Flow) -> u64 {
    report.flows[&flow].parked
}

#[tokio::test]
async fn one_refused_record_of_a_batch_is_parked_and_the_others_go() {
    let world = World::new(56, SIZE, |_| {}).await;
    let bad = customer(&world, 3);
    world.sync().await;
    let id = entry(&world, Flow::Customers, &bad).await.target_id.unwrap();
    let delete = serde_json::json!({"edit": "zoho_delete", "module": "Accounts", "id": id});
    world.sim.change(&serde_json::from_value::<Edit>(delete).unwrap()).unwrap();
    for place in 0..100 {
        let phone = format!("+41 44 333 33 {place}");
        world.sim.change(&Edit::TouchCustomer { key: customer(&world, place), phone }).unwrap();
    }
    let before = calls(&world, UPSERT);
    let report = world.sync().await;
    assert_eq!((parked(&report, Flow::Customers), report.flows[&Flow::Customers].updated), (1, 99), "{report:#?}");
    assert_eq!(calls(&world, UPSERT) - before, 1, "a refusal of one record needs no search");
    let gone = entry(&world, Flow::Customers, &bad).await;
    assert_eq!((gone.state, gone.problem.unwrap().code), (State::Parked, Code::TargetGone));
    let by = By { who: "sales".to_owned(), why: "needed again".to_owned() };
    let now = sync::Instant::from_micros(1);
    world.store.retry(world.row.id, &Selection::Keys(vec![bad]), &by, now).await.unwrap();
    world.sync().await;
    world.assert_agreement("after the replay");
}
