//! Servers that do not answer lists as they should: rows out of order, lists that cannot be made, lists that say nothing. Agreement all
//! the same, the calls that it costs, and who is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Outcome, Report};
use port::System;
use serde_json::{Value, json};
use sim::Size;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;

const SIZE: Size = Size { customers: 60, items: 30, invoices: 40, won_deals: 0, existing_accounts: 0 };

const MINUTE: Duration = Duration::from_secs(60);

async fn world(seed: u64, switches: Value) -> World {
    World::new(seed, SIZE, |options| options.acumatica = serde_json::from_value(switches).unwrap()).await
}

fn turn(world: &World, switches: Value) {
    world.sim.acumatica().set_switches(serde_json::from_value(switches).unwrap());
}

fn calls(report: &Report) -> u64 {
    report.calls[&System::Acumatica].made
}

fn says(report: &Report, words: &str) -> bool {
    report.notes.iter().any(|note| note.contains(words))
}

fn phone(world: &World, nth: usize, phone: &str) -> String {
    let key = world.sim.with(|books, _| books.customers.values().nth(nth).unwrap().key.clone());
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: phone.to_owned() }).unwrap();
    key
}

/// The notes in the trail of a customer, the newest first.
async fn notes(world: &World, code: &str) -> Vec<String> {
    let found = world.store.find(world.row.id, code).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    trail.into_iter().map(|row| row.note).collect()
}

#[tokio::test]
async fn rows_out_of_key_order_are_read_by_offset_and_the_trail_says_so() {
    // Lists in the order of creation, and a customer whose code was changed to the last one of all.
    let world = world(91, json!({"list_order": "created", "max_top": 25})).await;
    let first = world
        .sim
        .with(|books, _| books.customers.values().min_by_key(|customer| customer.meta.created).unwrap().key.clone());
    world.sim.change(&Edit::RenameCustomer { from: first, to: "ZZZ99".to_owned() }).unwrap();
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert!(says(&report, "Customer: rows do not come in key order"), "{report:#?}");
    world.assert_agreement("by offset");
    assert!(notes(&world, "ZZZ99").await.iter().any(|note| note.contains("read by offset")));
    // A window of few rows is one answer, whose order does not matter: the price is paid by long reads only.
    world.clock.advance(30 * MINUTE);
    let key = phone(&world, 3, "555 0200");
    let report = world.sync().await;
    assert_eq!((written(&report), report.notes.len()), (1, 0), "{report:#?}");
    assert!(calls(&report) <= 8, "{report:#?}");
    assert!(notes(&world, &key).await[0].is_empty());
}

#[tokio::test]
async fn rows_that_look_ordered_on_each_page_but_are_not_are_missed_by_no_read() {
    // In the order of creation codes ascend, but for the youngest customer's: behind a key it would never be asked for.
    let world = world(97, json!({"list_order": "created", "max_top": 25})).await;
    let mut codes: Vec<_> = world.sim.with(|books, _| {
        books
            .customers
            .values()
            .map(|customer| (customer.meta.created, customer.meta.id, customer.key.clone()))
            .collect()
    });
    codes.sort();
    let youngest = codes.len() - 1;
    assert!(youngest > 30, "several pages");
    for (place, (.., from)) in codes.into_iter().enumerate() {
        let to = if place == youngest { "A1".to_owned() } else { format!("N{place:03}") };
        world.sim.change(&Edit::RenameCustomer { from, to }).unwrap();
    }
    world.clock.advance(MINUTE);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert!(says(&report, "Customer: rows do not come in key order"), "{report:#?}");
    world.assert_agreement("with the youngest");
}

#[tokio::test]
async fn lists_that_cannot_be_made_are_replaced_by_what_can() {
    let details = json!({"Invoice": ["Details"], "Customer": ["BillingContact"]});
    for (passes, words) in [(true, "by its key"), (false, "a call of its own")] {
        let world = world(92, json!({"view_code": details, "key_lists_pass_code": passes})).await;
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
        world.assert_agreement(words);
        let some = world.sim.with(|books, _| books.customers.values().next().unwrap().key.clone());
        assert!(notes(&world, &some).await.iter().any(|note| note.contains(words)), "{words}");
        // The probe has found the way: a later run lists keys, and reads the records of the window by themselves.
        world.clock.advance(30 * MINUTE);
        phone(&world, 5, "555 0201");
        let report = world.sync().await;
        assert_eq!(written(&report), 1, "{report:#?}");
        let read: u64 = report.flows.values().map(|flow| flow.read).sum();
        let most = if passes { 10 } else { 14 + read };
        assert!(calls(&report) <= most, "{words}: {read} read, {report:#?}");
        world.assert_agreement("after a change");
    }
}

#[tokio::test]
async fn a_list_that_is_suddenly_empty_proves_nothing() {
    let world = world(93, json!({})).await;
    world.sync().await;
    world.clock.advance(30 * MINUTE);
    phone(&world, 1, "555 0202");
    world.sync().await;
    turn(&world, json!({"blind_stamps": ["Customer"]}));
    world.clock.advance(30 * MINUTE);
    phone(&world, 2, "555 0203");
    let report = world.sync().await;
    assert_eq!(written(&report), 1, "{report:#?}");
    assert!(says(&report, "list of changed Customer left out what was changed"), "{report:#?}");
    world.assert_agreement("though the list was empty");
    // As long as it lasts, each run reads everything; then a window is enough again.
    phone(&world, 4, "555 0204");
    assert_eq!(written(&world.sync().await), 1);
    turn(&world, json!({}));
    world.clock.advance(30 * MINUTE);
    let quiet = world.sync().await;
    assert!(calls(&quiet) <= 7 && quiet.flows[&Flow::Customers].read < 10, "{quiet:#?}");
}

#[tokio::test]
async fn pages_of_html_and_answers_that_end_in_the_middle_move_no_mark() {
    for fault in ["html_200", "truncated", "html_503"] {
        let world = world(94, json!({})).await;
        let before = world.sync().await.flows[&Flow::Customers].covered_up_to;
        world.clock.advance(30 * MINUTE);
        phone(&world, 1, "555 0205");
        let dials = json!({"acumatica": {fault: 1.0, "path": "/Customer"}});
        world.sim.faults().set(serde_json::from_value(dials).unwrap());
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Unavailable, "{fault}: {report:#?}");
        let customers = &report.flows[&Flow::Customers];
        assert_eq!((customers.covered_up_to, customers.complete), (before, false), "{fault}: {report:#?}");
        world.sim.faults().set(sim::faults::Dials::default());
        assert_eq!(world.sync().await.outcome, Outcome::Settled, "{fault}");
        world.assert_agreement(fault);
    }
}
