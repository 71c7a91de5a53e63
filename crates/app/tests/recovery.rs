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

#[tokio::test]
async fn a_page_that_was_decided_by_half_is_read_again() {
    let world = World::new(11, SIZE, |_| {}).await;
    crm_fails(&world, "/coql");
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Unavailable, "{first:#?}");
    world.sim.faults().set(Dials::default());
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Settled, "{second:#?}");
    world.assert_agreement("after the second run");
}

#[tokio::test]
async fn a_write_that_fails_in_the_middle_of_a_load_loses_nothing() {
    let world = World::new(12, SIZE, |_| {}).await;
    crm_fails(&world, "/Accounts/upsert");
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
