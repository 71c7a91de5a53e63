//! Clocks that do not agree, clocks that are set, and zones with an hour that comes twice: nothing is missed, and people are told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use port::System;
use sim::Size;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;

const SIZE: Size = Size { customers: 20, items: 16, invoices: 30, won_deals: 0, existing_accounts: 0 };

const MINUTE: Duration = Duration::from_secs(60);

/// Calls to Acumatica and to Zoho.
fn calls(report: &Report) -> (u64, u64) {
    (report.calls[&System::Acumatica].made, report.calls[&System::Zoho].made)
}

fn phone(world: &World, nth: usize, phone: &str) {
    let key = world.sim.with(|books, _| books.customers.values().nth(nth).unwrap().key.clone());
    world.sim.change(&Edit::TouchCustomer { key, phone: phone.to_owned() }).unwrap();
}

fn says(report: &Report, words: &str) -> bool {
    report.notes.iter().any(|note| note.contains(words))
}

#[tokio::test]
async fn a_machine_whose_clock_is_off_misses_nothing_and_reads_nothing_twice() {
    for (seconds, side) in [(7_200, "ahead of"), (-7_200, "behind")] {
        let world = World::new(81, SIZE, |_| {}).await;
        world.servers_ahead(seconds);
        let first = world.sync().await;
        assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
        world.assert_agreement("first load");
        for system in [System::Acumatica, System::Zoho] {
            let clock = first.clocks[&system];
            assert!(clock.off && (clock.ahead_seconds - seconds as f64).abs() < 1.0, "{first:#?}");
            assert!(says(&first, &format!("The clock of {} is 2 h 0 min {side} this machine's", system.title())));
        }
        for round in 0..4 {
            world.clock.advance(20 * MINUTE);
            phone(&world, round, "555 0100");
            let report = world.sync().await;
            assert_eq!(written(&report), 1, "{seconds}, {round}: {report:#?}");
            world.assert_agreement("after a change");
            // What is proven is proven on the source's clock.
            let theirs = sim::Clock::now(world.clock.as_ref()).as_microsecond();
            let covered = report.flows[&Flow::Customers].covered_up_to.unwrap().micros();
            assert!((0..2_000_000).contains(&(theirs - covered)), "{seconds}: {report:#?}");
        }
        // A quarter of an hour after the last change a read brings what lies in the overlap and the newest record, and no more.
        world.clock.advance(20 * MINUTE);
        let quiet = world.sync().await;
        assert!(calls(&quiet).0 <= 8 && calls(&quiet).1 == 0, "{quiet:#?}");
        assert!(quiet.flows.values().all(|flow| flow.read <= 2), "{seconds}: {quiet:#?}");
    }
}

#[tokio::test]
async fn clocks_that_agree_are_not_spoken_of() {
    let world = World::new(82, SIZE, |_| {}).await;
    world.servers_ahead(40);
    let report = world.sync().await;
    assert!(report.notes.iter().all(|note| !note.contains("clock")), "{report:#?}");
    assert!(!report.clocks[&System::Acumatica].off, "{report:#?}");
}

#[tokio::test]
async fn a_source_whose_clock_is_set_back_is_read_from_before_that() {
    let world = World::new(83, SIZE, |_| {}).await;
    world.sync().await;
    world.clock.advance(20 * MINUTE);
    phone(&world, 0, "555 0101");
    world.sync().await;
    world.clock.advance(MINUTE);
    world.set_servers_back(60 * MINUTE);
    // Stamped an hour before the mark, and no run looks for another forty minutes.
    phone(&world, 1, "555 0102");
    world.clock.advance(40 * MINUTE);
    let report = world.sync().await;
    assert_eq!(written(&report), 1, "{report:#?}");
    assert!(says(&report, "Acumatica's clock was set back"), "{report:#?}");
    world.assert_agreement("after the clock was set back");
    world.clock.advance(5 * MINUTE);
    phone(&world, 2, "555 0103");
    let report = world.sync().await;
    assert_eq!(written(&report), 1, "{report:#?}");
    assert!(!says(&report, "was set back"), "it is said once: {report:#?}");
    world.assert_agreement("and goes on from there");
}

#[tokio::test]
async fn a_pass_that_was_under_way_when_the_clock_was_set_back_leaves_nothing_out() {
    let world = World::new(84, SIZE, |_| {}).await;
    world.sync().await;
    world.clock.advance(30 * MINUTE);
    for nth in 0..5 {
        phone(&world, nth, "555 0104");
    }
    // The first pages of the pass are settled, then the CRM fails.
    let mut dials = sim::faults::Dials::default();
    dials.zoho.http_500 = 1.0;
    world.sim.faults().set(dials);
    let cut = world.sync_set(&Options::default(), |_| {}).await;
    assert_eq!(cut.outcome, Outcome::Unavailable, "{cut:#?}");
    world.sim.faults().set(sim::faults::Dials::default());
    world.set_servers_back(60 * MINUTE);
    phone(&world, 6, "555 0105");
    world.clock.advance(40 * MINUTE);
    for _ in 0..2 {
        world.sync().await;
    }
    world.assert_agreement("after the pass went on");
}

#[tokio::test]
async fn a_zone_with_an_hour_that_comes_twice_is_no_trouble() {
    // Central Europe goes back from 03:00 to 02:00 at 01:00 UTC, and forward at the same hour in March.
    for night in ["2026-10-24T23:30:00Z", "2027-03-27T23:30:00Z"] {
        let zone = |options: &mut sim::Options| options.acumatica.server_zone = "Europe/Berlin".to_owned();
        let world = World::starting(night, 85, SIZE, zone).await;
        let first = world.sync().await;
        assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
        for round in 0..10 {
            world.clock.advance(20 * MINUTE);
            phone(&world, round, "555 0106");
            let report = world.sync().await;
            assert_eq!(written(&report), 1, "{night}, {round}: {report:#?}");
            world.assert_agreement(night);
        }
    }
}

#[tokio::test]
async fn edits_in_the_crm_are_found_though_its_clock_is_behind() {
    let world = World::new(86, SIZE, |_| {}).await;
    world.servers_ahead(-1_200);
    world.sync().await;
    let checked = Options { check: true, ..Options::default() };
    world.clock.advance(30 * MINUTE);
    world.sync_with(&checked).await;
    // Ten minutes later by any clock, and still before the moment at which ours says that the check began.
    world.clock.advance(10 * MINUTE);
    let code = world.sim.with(|books, _| books.customers.values().next().unwrap().key.clone());
    let entry = world.store.entry_by_code(world.row.id, Flow::Customers, &code).await.unwrap().unwrap();
    let edit = Edit::ZohoSet {
        module: "Accounts".to_owned(),
        id: entry.target_id.unwrap(),
        field: "Account_Name".to_owned(),
        value: serde_json::json!("Renamed by a person"),
    };
    world.sim.change(&edit).unwrap();
    world.clock.advance(MINUTE);
    let report = world.sync_with(&checked).await;
    assert_eq!(report.checks[&Flow::Customers].healed, 1, "{report:#?}");
    world.assert_agreement("after the check");
}
