//! `covered_up_to` says what is proven and no more: a slow answer, a parked record, a run over one flow, a change that was committed late.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::control::edit::{Edit, Row};
use support::world::{World, written};
use sync::{Flow, Instant};

const SIZE: Size = Size { customers: 14, items: 8, invoices: 12, won_deals: 0, existing_accounts: 0 };

const MINUTE: Duration = Duration::from_secs(60);

fn covered(report: &Report, flow: Flow) -> Option<Instant> {
    report.flows[&flow].covered_up_to
}

fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

fn phone(world: &World, nth: usize, phone: &str) -> String {
    let key = world.sim.with(|books, _| books.customers.values().nth(nth).unwrap().key.clone());
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: phone.to_owned() }).unwrap();
    key
}

#[tokio::test]
async fn a_slow_answer_proves_nothing_of_the_time_that_it_took() {
    let world = World::new(111, SIZE, |_| {}).await;
    world.sync().await;
    world.clock.advance(20 * MINUTE);
    let dials = json!({"acumatica": {"slow": 1.0, "slow_seconds": 50.0, "path": "/Customer"}});
    world.sim.faults().set(serde_json::from_value(dials).unwrap());
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    let asked_for = report.started.plus(Duration::from_secs(10));
    assert!(covered(&report, Flow::Customers).unwrap() <= asked_for, "{report:#?}");
}

#[tokio::test]
async fn a_parked_record_is_told_and_holds_up_no_mark() {
    let world = World::new(112, SIZE, |_| {}).await;
    edit(&world, json!({"edit": "zoho_field", "module": "Accounts", "field": "Industry", "mandatory": true}));
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    let customers = &report.flows[&Flow::Customers];
    assert!(customers.parked > 0 && customers.complete && customers.covered_up_to.is_some(), "{report:#?}");
}

#[tokio::test]
async fn each_flow_is_covered_by_its_own_runs() {
    let world = World::new(113, SIZE, |_| {}).await;
    let first = world.sync().await;
    world.clock.advance(30 * MINUTE);
    let options = Options { flows: Some([Flow::Items].into()), ..Options::default() };
    let items = world.sync_with(&options).await;
    assert!(covered(&items, Flow::Items) > covered(&first, Flow::Items));
    assert!(!items.flows.contains_key(&Flow::Customers), "{items:#?}");
    // A stretch that a person asked for proves nothing about the gap before it.
    world.clock.advance(30 * MINUTE);
    let since = Instant::from_micros(sim::Clock::now(world.clock.as_ref()).as_microsecond());
    let stretch = world.sync_with(&Options { since: Some(since), ..Options::default() }).await;
    assert_eq!(covered(&stretch, Flow::Customers), covered(&first, Flow::Customers), "{stretch:#?}");
}

#[tokio::test]
async fn what_is_committed_late_comes_with_the_next_window_within_the_overlap() {
    let world = World::new(114, SIZE, |_| {}).await;
    world.sync().await;
    world.clock.advance(30 * MINUTE);
    let key = phone(&world, 2, "555 0300");
    // Stamped, and not to be seen before its transaction ends.
    world.sim.change(&Edit::Hide(Row::Customer(key.clone()))).unwrap();
    phone(&world, 3, "555 0301");
    world.clock.advance(5 * MINUTE);
    assert_eq!(written(&world.sync().await), 1);
    world.sim.change(&Edit::Show(Row::Customer(key))).unwrap();
    world.clock.advance(8 * MINUTE);
    let report = world.sync().await;
    assert_eq!(written(&report), 1, "{report:#?}");
    world.assert_agreement("within the overlap");
}
