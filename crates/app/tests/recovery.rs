//! What must not be lost when a run ends in the middle, and what a person's decision brings back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::Outcome;
use sim::Size;
use sim::control::edit::Edit;
use sim::faults::Dials;
use store::{By, Selection};
use support::world::World;
use sync::settle::State;

const SIZE: Size = Size { customers: 700, items: 60, invoices: 40, won_deals: 0, existing_accounts: 0 };

/// Calls to the CRM whose path holds `path` fail, always.
fn crm_fails(world: &World, path: &str) {
    let mut dials = Dials::default();
    dials.zoho.http_500 = 1.0;
    dials.zoho.path = Some(path.to_owned());
    world.sim.faults().set(dials);
}

/// A run that ends because calls to `path` fail, then a healthy one, then one that has nothing to do.
async fn goes_on_after(seed: u64, path: &str) {
    let world = World::new(seed, SIZE, |_| {}).await;
    crm_fails(&world, path);
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Unavailable, "{first:#?}");
    world.sim.faults().set(Dials::default());
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Settled, "{second:#?}");
    world.assert_agreement("after the second run");
    let third = world.sync().await;
    assert_eq!(support::world::written(&third), 0, "{third:#?}");
}

#[tokio::test]
async fn a_page_that_was_decided_by_half_is_read_again() {
    goes_on_after(11, "/coql").await;
}

#[tokio::test]
async fn a_write_that_fails_in_the_middle_of_a_load_loses_nothing() {
    goes_on_after(12, "/Accounts/upsert").await;
}

#[tokio::test]
async fn an_account_that_a_person_deleted_comes_back_only_when_a_person_asks() {
    let world = World::new(13, Size { customers: 30, items: 10, invoices: 0, ..SIZE }, |_| {}).await;
    world.sync().await;
    let key = world.sim.with(|books, _| books.customers.keys().next().cloned().unwrap()).to_string();
    let entry = world.store.entry_by_code(world.row.id, sync::Flow::Customers, &key).await.unwrap().unwrap();
    let id = entry.target_id.unwrap();
    world
        .sim
        .change(
            &serde_json::from_value::<Edit>(serde_json::json!({"edit": "zoho_delete", "module": "Accounts", "id": id}))
                .unwrap(),
        )
        .unwrap();
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: "+41 44 111 11 11".to_owned() }).unwrap();
    let report = world.sync().await;
    assert_eq!(report.problems[0].code, "target_gone", "{report:#?}");
    assert!(!world.sim.compare().agree, "nothing is created anew by itself");
    let by = By { who: "finance".to_owned(), why: "deleted by mistake".to_owned() };
    let now = sync::Instant::from_micros(0);
    assert_eq!(world.store.retry(world.row.id, &Selection::Open, &by, now).await.unwrap(), 1);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the replay");
}

#[tokio::test]
async fn a_replay_takes_back_what_was_left_alone() {
    let world =
        World::new(14, Size { customers: 60, items: 10, invoices: 0, existing_accounts: 40, ..SIZE }, |_| {}).await;
    let first = world.sync().await;
    let key = first.problems.iter().find(|problem| problem.code == "undecided_name").unwrap().key.clone();
    let state =
        async || world.store.entry_by_code(world.row.id, sync::Flow::Customers, &key).await.unwrap().unwrap().state;
    let by = By { who: "finance".to_owned(), why: "sales decides".to_owned() };
    let now = sync::Instant::from_micros(1);
    let found = world.store.find(world.row.id, &key).await.unwrap();
    assert!(world.store.leave_alone(world.row.id, found[0].id, &by, now).await.unwrap());
    world.sync().await;
    assert_eq!(state().await, State::LeftAlone, "a run does not take it up again by itself");
    assert_eq!(world.store.retry(world.row.id, &Selection::Keys(vec![key.clone()]), &by, now).await.unwrap(), 1);
    world.sync().await;
    assert_eq!(state().await, State::Undecided);
}

const SMALL: Size = Size { customers: 30, items: 10, invoices: 0, ..SIZE };

fn touch(world: &World, key: &str, phone: &str) {
    world.sim.change(&Edit::TouchCustomer { key: key.to_owned(), phone: phone.to_owned() }).unwrap();
}

/// Code of a customer by its place among all.
fn customer(world: &World, place: usize) -> String {
    world.sim.with(|books, _| books.customers.keys().nth(place).cloned().unwrap()).to_string()
}

/// `share` of the CRM's answers to writes of documents are lost after the work.
fn lose_documents(world: &World, share: f64, methods: &[&str]) {
    let mut dials = Dials::default();
    dials.zoho.reset_after = share / 2.0;
    dials.zoho.truncated = share / 2.0;
    dials.zoho.path = Some("/Invoices".to_owned());
    dials.zoho.methods = methods.iter().map(|method| (*method).to_owned()).collect();
    world.sim.faults().set(dials);
}

#[tokio::test]
async fn a_field_that_changes_and_changes_back_arrives_both_times() {
    let world = World::new(14, SMALL, |_| {}).await;
    let key = customer(&world, 0);
    touch(&world, &key, "+41 44 111 11 11");
    world.sync().await;
    for phone in ["+41 44 222 22 22", "+41 44 111 11 11"] {
        touch(&world, &key, phone);
        let report = world.sync().await;
        assert_eq!(report.flows[&sync::Flow::Customers].updated, 1, "{phone}: {report:#?}");
        world.assert_agreement(phone);
    }
}

#[tokio::test]
async fn a_change_that_can_be_read_only_after_its_stamp_was_passed_arrives() {
    let world = World::new(15, SMALL, |_| {}).await;
    let pass = |minutes| sim::clock::Clock::shift(&*world.clock, jiff::SignedDuration::from_mins(minutes));
    pass(60);
    // A stamp of just now, so that the newest one that was seen does not widen the next window.
    touch(&world, &customer(&world, 0), "+41 44 111 11 11");
    world.sync().await;
    pass(-5);
    touch(&world, &customer(&world, 1), "+41 44 222 22 22");
    pass(65);
    let report = world.sync().await;
    assert_eq!(report.flows[&sync::Flow::Customers].updated, 1, "{report:#?}");
    world.assert_agreement("after the late change");
}

#[tokio::test]
async fn what_changes_behind_a_long_read_is_read_by_the_next_run() {
    let world = World::new(16, Size { invoices: 0, ..SIZE }, |_| {}).await;
    let (first, last) = (customer(&world, 0), customer(&world, 699));
    // Every call takes a moment, so that the edits get their turn between two pages.
    let mut dials = Dials::default();
    dials.acumatica.latency_ms = 1;
    world.sim.faults().set(dials);
    let pages = || {
        let log = world.sim.requests().page(0, usize::MAX).rows;
        log.iter().filter(|row| row.target.contains("/Customer?") && !row.target.ends_with("$top=1")).count()
    };
    let edits = async {
        while pages() == 0 {
            tokio::task::yield_now().await;
        }
        touch(&world, &first, "+41 44 111 11 11");
        world.clock.advance(std::time::Duration::from_secs(30 * 60));
        touch(&world, &last, "+41 44 222 22 22");
    };
    let (report, ()) = tokio::join!(world.sync(), edits);
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert!(pages() > 1, "one page leaves no time in between");
    assert!(!world.sim.compare().agree, "the first page was read before it changed");
    world.sync().await;
    world.assert_agreement("after the next run");
}

#[tokio::test]
async fn a_document_whose_answer_is_lost_is_looked_up_and_not_sent_again() {
    let world = World::new(17, Size { customers: 30, ..SIZE }, |_| {}).await;
    lose_documents(&world, 1.0, &["POST"]);
    let report = world.sync().await;
    let sent = world.sim.requests().counters(sim::faults::System::Zoho).by_route["POST /crm/v8/Invoices"];
    assert_eq!(sent, 1, "a lost insert is not repeated: {report:#?}");
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after a lost insert");
}

#[tokio::test]
async fn no_line_is_doubled_when_answers_to_documents_are_lost() {
    let mut lost = 0;
    for seed in 1..=6 {
        let world = World::new(seed, Size { customers: 40, invoices: 250, ..SIZE }, |_| {}).await;
        lose_documents(&world, 0.5, &["POST", "PUT"]);
        for _ in 0..2 {
            world.sync().await;
            world.sim.change_some(15).unwrap();
        }
        lost += world.sim.requests().counters(sim::faults::System::Zoho).by_fault.values().sum::<u64>();
        world.sim.faults().set(Dials::default());
        // What was not answered alone rests for a while.
        world.clock.advance(std::time::Duration::from_mins(5));
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "seed {seed}: {report:#?}");
        world.assert_agreement(&format!("seed {seed}"));
    }
    assert!(lost >= 6, "only {lost} answers were lost: nothing was tried");
}

#[tokio::test]
async fn a_consent_outlives_its_tokens() {
    let world = World::new(18, SMALL, |_| {}).await;
    for run in 1..=3 {
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "run {run}: {report:#?}");
        world.clock.advance(std::time::Duration::from_secs(2 * 60 * 60));
    }
}
