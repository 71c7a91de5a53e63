//! What stamps do not show reaches the CRM within a stated age, and costs nothing while it is not due.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Connection, Options, Outcome, Report};
use port::System;
use sim::Size;
use sim::control::edit::{Edit, Named};
use support::world::{World, written};
use sync::Flow;

const SIZE: Size = Size { customers: 12, items: 10, invoices: 60, won_deals: 0, existing_accounts: 0 };

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
    assert_quiet(&world.sync().await);
    world
}

/// Calls to Acumatica and to Zoho.
fn calls(report: &Report) -> (u64, u64) {
    (report.calls[&System::Acumatica].made, report.calls[&System::Zoho].made)
}

/// One read per entity and the sign-out, with a token that is renewed now and then; nothing else.
fn assert_quiet(report: &Report) {
    assert!(calls(report).0 <= 7 && calls(report).1 == 0 && report.rereads.is_none(), "{report:#?}");
}

/// The `nth` open invoice with more than 2 open.
fn open_invoice(world: &World, nth: usize) -> Named {
    world.sim.with(|books, _| {
        let mut open = books.documents.values().filter(|document| {
            document.status == "Open" && document.balance > 2.into() && document.key.kind.label() == "Invoice"
        });
        let document = open.nth(nth).expect("there are open invoices");
        Named { kind: "Invoice".to_owned(), number: document.key.number.to_string() }
    })
}

/// Pays one unit, or all of it.
fn pay(world: &World, document: Named, all: bool) {
    let amount = if all { None } else { Some(1.into()) };
    world.sim.change(&Edit::Pay { document, amount, moves_stamp: false }).unwrap();
}

fn without_payments(connection: &mut Connection) {
    connection.flows.get_mut(&Flow::Invoices).unwrap().payments = None;
}

#[tokio::test]
async fn a_payment_that_moves_no_stamp_arrives_with_the_next_look_at_payments() {
    let world = loaded(71).await;
    world.clock.advance(5 * MINUTE);
    pay(&world, open_invoice(&world, 0), false);
    pay(&world, open_invoice(&world, 3), true);
    world.clock.advance(MINUTE);
    // Payments are looked at once in a quarter of an hour.
    assert_quiet(&world.sync().await);
    world.clock.advance(20 * MINUTE);
    let report = world.sync().await;
    let rereads = report.rereads.unwrap();
    assert_eq!((written(&report), rereads.fetched, rereads.complete), (2, 2, true), "{report:#?}");
    // One list of payments, one of the open documents of their customers, one of those that changed, one of those not listed.
    assert_eq!(rereads.calls, 4, "{report:#?}");
    world.assert_agreement("after the look at payments");
    world.clock.advance(MINUTE);
    assert_quiet(&world.sync().await);
}

#[tokio::test]
async fn a_balance_is_never_older_than_its_greatest_age() {
    let world = loaded(72).await;
    for nth in [0, 1, 4] {
        pay(&world, open_invoice(&world, nth), false);
    }
    pay(&world, open_invoice(&world, 2), true);
    world.clock.advance(23 * HOUR);
    let early = world.sync_set(&Options::default(), without_payments).await;
    assert_eq!((written(&early), early.rereads), (0, None), "{early:#?}");
    world.clock.advance(HOUR);
    let late = world.sync_set(&Options::default(), without_payments).await;
    assert_eq!((written(&late), late.rereads.unwrap().fetched), (4, 4), "{late:#?}");
    world.assert_agreement("after the look at balances");
    world.clock.advance(HOUR);
    let after = world.sync_set(&Options::default(), without_payments).await;
    assert_eq!((written(&after), after.rereads), (0, None));
    // A day later nothing has changed: one light list and nothing else.
    world.clock.advance(23 * HOUR);
    let quiet = world.sync_set(&Options::default(), without_payments).await;
    let rereads = quiet.rereads.unwrap();
    assert_eq!((rereads.fetched, written(&quiet)), (0, 0), "{quiet:#?}");
    assert!(rereads.calls <= 2, "{quiet:#?}");
}

#[tokio::test]
async fn a_look_that_a_fault_ends_goes_on() {
    let world = loaded(73).await;
    pay(&world, open_invoice(&world, 0), false);
    world.clock.advance(25 * HOUR);
    let mut dials = sim::faults::Dials::default();
    dials.zoho.http_500 = 1.0;
    world.sim.faults().set(dials);
    let cut = world.sync_set(&Options::default(), without_payments).await;
    assert_eq!(cut.outcome, Outcome::Unavailable, "{cut:#?}");
    world.sim.faults().set(sim::faults::Dials::default());
    let report = world.sync_set(&Options::default(), without_payments).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the look went on");
}

#[tokio::test]
async fn addresses_and_prices_that_move_no_stamp_arrive_within_a_week() {
    let world = loaded(74).await;
    let (customer, item) = world.sim.with(|books, _| {
        let customer = books.customers.values().next().unwrap().key.clone();
        (customer, books.items.values().next().unwrap().key.clone())
    });
    let value = |text: &str| Some(text.to_owned());
    let street = Edit::Customer {
        key: customer,
        field: "billing_line1".to_owned(),
        value: value("9 New Street"),
        moves_stamp: false,
    };
    world.sim.change(&street).unwrap();
    let price = Edit::Item { key: item, field: "price".to_owned(), value: value("77.5"), moves_stamp: false };
    world.sim.change(&price).unwrap();
    world.clock.advance(6 * 24 * HOUR);
    assert_eq!(written(&world.sync().await), 0);
    world.clock.advance(25 * HOUR);
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 2), "{report:#?}");
    world.assert_agreement("after the week");
    assert_quiet(&world.sync().await);
}
