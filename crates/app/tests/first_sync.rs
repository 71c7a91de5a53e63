//! The first load, the second run, one edited field: over the whole product, against both simulators in process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::{Options, Outcome};
use port::System;
use sim::Size;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;

#[tokio::test]
async fn a_first_load_ends_in_agreement_and_a_second_run_writes_nothing() {
    let world = World::new(1, Size::default(), |_| {}).await;
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
    world.assert_agreement("after the first load");

    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Settled, "{second:#?}");
    assert_eq!(written(&second), 0, "{second:#?}");
    assert_eq!(second.calls[&System::Zoho].made, 0, "an unchanged source costs no call to the CRM");
    assert!(second.calls[&System::Acumatica].made <= 8, "{:?}", second.calls);
    world.assert_agreement("after the second run");
}

#[tokio::test]
async fn one_changed_field_writes_one_record() {
    let world = World::new(2, Size::default(), |_| {}).await;
    world.sync().await;
    let key = world.sim.with(|books, _| books.customers.keys().next().cloned().unwrap());
    world.sim.change(&Edit::TouchCustomer { key: key.to_string(), phone: "+41 44 668 18 00".to_owned() }).unwrap();
    let second = world.sync().await;
    assert_eq!(written(&second), 1, "{second:#?}");
    assert_eq!(second.flows[&Flow::Customers].updated, 1);
    world.assert_agreement("after the edit");
}

#[tokio::test]
async fn a_days_changes_arrive() {
    let world = World::new(3, Size::default(), |_| {}).await;
    world.sync().await;
    for _ in 0..3 {
        world.sim.change_some(50).unwrap();
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
        world.assert_agreement("after a day");
    }
}

#[tokio::test]
async fn a_dry_run_tells_what_would_happen_and_changes_nothing() {
    let world = World::new(4, Size { customers: 40, items: 60, invoices: 50, ..Size::default() }, |_| {}).await;
    let plan = world.sync_with(&Options { dry_run: true, ..Options::default() }).await;
    assert!(plan.dry_run);
    let records = |world: &World| world.sim.with(|_, org| org.module("Invoices").unwrap().records().count());
    assert_eq!(records(&world), 0);
    let real = world.sync().await;
    for (flow, planned) in &plan.flows {
        assert_eq!(planned.created, real.flows[flow].created, "{flow:?}");
    }
    world.assert_agreement("after the real run");
}

#[tokio::test]
async fn nothing_is_ever_written_to_the_erp() {
    let world = World::new(5, Size { customers: 40, items: 60, invoices: 50, ..Size::default() }, |_| {}).await;
    world.sync().await;
    world.sim.change_some(30).unwrap();
    world.sync().await;
    let log = world.sim.requests().page(0, usize::MAX).rows;
    for entry in log.iter().filter(|entry| entry.system == sim::faults::System::Acumatica) {
        let fine = entry.entry.method == "GET"
            || entry.entry.target.contains("/identity/connect/token")
            || entry.entry.target.ends_with("/entity/auth/logout");
        assert!(fine, "{} {}", entry.entry.method, entry.entry.target);
    }
    assert!(log.len() > 10);
}
