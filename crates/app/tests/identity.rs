//! A system that is not the one of the last run any more: restored from a snapshot, exchanged, emptied; noticed before the first write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use port::System;
use sim::Size;
use sim::acumatica::model::Books;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;

const SIZE: Size = Size { customers: 30, items: 12, invoices: 20, won_deals: 0, existing_accounts: 0 };

/// Calls to both systems of a run in which nothing has changed for an hour: a read per entity, one of payments, signing in and out.
const QUIET: (u64, u64) = (8, 0);

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A world after its first load, some hours later.
async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
    world.clock.advance(3 * HOUR);
    world
}

fn books(world: &World) -> Books {
    world.sim.with(|books, _| books.clone())
}

fn put(world: &World, books: &Books) {
    let erp = world.sim.acumatica();
    erp.write(erp.now(), |held, _| held.clone_from(books));
}

fn touch(world: &World, place: usize, phone: &str) {
    let key = world.sim.with(|books, _| books.customers.values().nth(place).unwrap().key.clone());
    world.sim.change(&Edit::TouchCustomer { key, phone: phone.to_owned() }).unwrap();
}

/// A few hours in which customers are changed and invoices are posted.
async fn worked_on(world: &World) {
    for place in [2, 5, 9] {
        touch(world, place, "+41 44 100 00 00");
        world.sim.change(&Edit::PostNew).unwrap();
        world.clock.advance(HOUR);
    }
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert!(written(&report) >= 6, "{report:#?}");
    world.clock.advance(HOUR);
}

fn calls(report: &Report) -> (u64, u64) {
    (report.calls[&System::Acumatica].made, report.calls[&System::Zoho].made)
}

/// A run that stops because a system is not the one that it was.
async fn refused(world: &World, system: &str) -> Report {
    let before = world.store.state_counts(world.row.id).await.unwrap();
    let marks = world.store.checkpoints(world.row.id).await.unwrap();
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::NeedsPerson, "{report:#?}");
    let problem = &report.problems[0];
    assert_eq!(problem.code, "wrong_system", "{report:#?}");
    assert!(problem.message.starts_with(system) && problem.remedy.contains("--accept-restored"), "{problem:#?}");
    assert_eq!(written(&report), 0, "{report:#?}");
    assert_eq!(world.store.state_counts(world.row.id).await.unwrap(), before, "nothing was settled");
    if system == "Acumatica" {
        assert_eq!(report.calls[&System::Zoho].made, 0, "{report:#?}");
        assert_eq!(world.store.checkpoints(world.row.id).await.unwrap(), marks, "no mark has moved");
    }
    report
}

async fn accepted(world: &World) -> Report {
    world.sync_with(&Options { accept_restored: true, ..Options::default() }).await
}

#[tokio::test]
async fn a_restored_snapshot_stops_the_run_before_it_writes_until_a_person_says_that_it_counts() {
    let world = loaded(61).await;
    let snapshot = books(&world);
    worked_on(&world).await;
    let now = books(&world);
    put(&world, &snapshot);
    refused(&world, "Acumatica").await;
    // Work goes on in the restored company: its changes do not cover up what is gone.
    touch(&world, 20, "+41 44 200 00 00");
    world.sim.change(&Edit::PostNew).unwrap();
    refused(&world, "Acumatica").await;
    let restored = books(&world);

    // The other snapshot was the right one: it goes on by itself.
    put(&world, &now);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("with the company that was known");

    // It was not: a person says that the restored one counts.
    put(&world, &restored);
    refused(&world, "Acumatica").await;
    let report = accepted(&world).await;
    assert_ne!(report.outcome, Outcome::NeedsPerson, "{report:#?}");
    assert_eq!(report.sweeps[&Flow::Invoices].gone, 3, "what was posted after the snapshot: {report:#?}");
    world.clock.advance(HOUR);
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 0), "{report:#?}");
    assert_eq!(calls(&report), QUIET, "{report:#?}");
    let phones = |world: &World| {
        world.sim.with(|books, crm| {
            let customer = books.customers.values().nth(2).unwrap();
            let accounts = crm.module("Accounts").unwrap();
            let id = accounts
                .records()
                .map(|record| record.id)
                .find(|id| crm.value("Accounts", *id, "Account_Name") == Some(customer.name.clone().into()))
                .unwrap();
            (customer.main.phone1.clone(), crm.value("Accounts", id, "Phone"))
        })
    };
    let (erp, crm) = phones(&world);
    assert_eq!(crm, erp.map(Into::into), "values are those of the restored company");
}

#[tokio::test]
async fn a_snapshot_is_noticed_although_what_was_changed_last_was_deleted() {
    let world = loaded(66).await;
    let snapshot = books(&world);
    let keys: Vec<String> = world
        .sim
        .with(|books, _| books.items.values().filter(|item| item.stock).map(|item| item.key.clone()).take(3).collect());
    for key in &keys {
        let (key, field) = (key.clone(), "price".to_owned());
        let edit = Edit::Item { key, field, value: Some("12.34".to_owned()), moves_stamp: true };
        world.sim.change(&edit).unwrap();
        world.clock.advance(HOUR);
    }
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    world.sim.change(&Edit::DeleteItem { key: keys[2].clone() }).unwrap();
    world.clock.advance(HOUR);
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    put(&world, &snapshot);
    refused(&world, "Acumatica").await;
}

#[tokio::test]
async fn another_company_under_the_same_address_stops_the_run() {
    let world = loaded(62).await;
    let other = World::new(63, SIZE, |_| {}).await;
    put(&world, &books(&other));
    refused(&world, "Acumatica").await;
    // Newer changes than any that were known do not make it the same company.
    for place in 0..12 {
        touch(&world, place, "+41 44 300 00 00");
    }
    refused(&world, "Acumatica").await;
}

#[tokio::test]
async fn records_that_are_deleted_raise_no_alarm_and_cost_their_question_once() {
    let world = loaded(64).await;
    world.clock.advance(HOUR);
    let lonely: Vec<String> = world.sim.with(|books, _| {
        let used = |key: &str| {
            books.documents.values().any(|document| document.customer.eq_ignore_ascii_case(key))
                || books.customers.values().any(|c| c.parent.as_deref().is_some_and(|p| p.eq_ignore_ascii_case(key)))
        };
        books.customers.values().map(|c| c.key.clone()).filter(|key| !used(key)).take(2).collect()
    });
    for key in &lonely {
        world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: "+41 44 1".to_owned() }).unwrap();
    }
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    let quiet = calls(&world.sync().await);
    for key in lonely {
        world.sim.change(&Edit::DeleteCustomer { key }).unwrap();
    }
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 0), "{report:#?}");
    assert!(calls(&report).0 > quiet.0, "{report:#?}");
    let report = world.sync().await;
    assert_eq!((report.outcome, calls(&report)), (Outcome::Settled, quiet), "{report:#?}");
}

#[tokio::test]
async fn an_organisation_without_what_was_written_stops_the_run_before_it_writes() {
    let world = loaded(65).await;
    // As after a restore: gone without being listed as deleted.
    let taken = world.sim.zoho().with(|state| {
        let accounts = state.org.module_mut("Accounts").unwrap();
        let ids: Vec<u64> = accounts.records().map(|record| record.id).collect();
        ids.into_iter().filter_map(|id| accounts.take(id)).collect::<Vec<_>>()
    });
    let quiet = world.sync().await;
    assert_eq!((quiet.outcome, calls(&quiet)), (Outcome::Settled, QUIET), "nothing is to be written: {quiet:#?}");
    touch(&world, 3, "+41 44 400 00 00");
    let report = refused(&world, "Zoho CRM").await;
    assert!(report.problems[0].message.contains("Accounts"), "{report:#?}");
    refused(&world, "Zoho CRM").await;
    // They are back: it goes on by itself.
    world.sim.zoho().with(|state| {
        let accounts = state.org.module_mut("Accounts").unwrap();
        taken.into_iter().for_each(|record| accounts.put(record));
    });
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 1), "{report:#?}");
    world.assert_agreement("after the records were back");
}

#[tokio::test]
async fn an_emptied_organisation_that_counts_parks_its_records_one_by_one_and_creates_none() {
    let world = loaded(66).await;
    world.sim.zoho().with(|state| {
        let accounts = state.org.module_mut("Accounts").unwrap();
        let ids: Vec<u64> = accounts.records().map(|record| record.id).collect();
        ids.into_iter().for_each(|id| drop(accounts.take(id)));
    });
    touch(&world, 3, "+41 44 500 00 00");
    refused(&world, "Zoho CRM").await;
    let report = accepted(&world).await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    assert!(report.flows[&Flow::Customers].parked >= 25, "{report:#?}");
    assert_eq!(report.flows[&Flow::Customers].created, 0, "{report:#?}");
    assert!(report.problems.iter().all(|problem| problem.code == "target_gone"), "{report:#?}");
}

#[tokio::test]
async fn what_people_deleted_in_the_organisation_is_no_other_organisation() {
    let world = loaded(67).await;
    let ids: Vec<u64> = world.sim.with(|_, crm| {
        let accounts = crm.module("Accounts").unwrap();
        accounts.records().map(|record| record.id).collect()
    });
    for id in ids {
        let edit = Edit::ZohoDelete { module: "Accounts".to_owned(), id: id.to_string() };
        world.sim.change(&edit).unwrap();
    }
    touch(&world, 3, "+41 44 600 00 00");
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    assert!(report.problems.iter().all(|problem| problem.code == "target_gone"), "{report:#?}");
}

#[tokio::test]
async fn a_long_read_that_does_not_begin_with_what_was_changed_last_is_read_once_and_not_as_a_whole() {
    let world =
        World::new(68, Size { customers: 3, items: 720, invoices: 3, won_deals: 0, existing_accounts: 0 }, |_| {})
            .await;
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    let price = |world: &World, stock: bool, of: std::ops::Range<usize>, price: &str| {
        let keys: Vec<String> = world.sim.with(|books, _| {
            books.items.values().filter(|item| item.stock == stock).map(|item| item.key.clone()).collect()
        });
        let chosen = &keys[of.start.min(keys.len())..of.end.min(keys.len())];
        for key in chosen {
            let (key, field, value) = (key.clone(), "price".to_owned(), Some(price.to_owned()));
            world.sim.change(&Edit::Item { key, field, value, moves_stamp: true }).unwrap();
        }
        chosen.len()
    };
    let stock = world.sim.with(|books, _| books.items.values().filter(|item| item.stock).count());
    assert!(stock > 520, "{stock} do not take two pages");
    world.clock.advance(3 * HOUR);
    // Those that were changed last stand at the end of the list.
    price(&world, true, stock - 8..stock, "11.5");
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    world.clock.advance(HOUR / 60);
    let changed = price(&world, true, 0..stock - 8, "12.5");
    let report = world.sync().await;
    assert_eq!((report.outcome, report.flows[&Flow::Items].updated), (Outcome::Settled, changed as u64), "{report:#?}");
    assert!(report.notes.iter().all(|note| !note.contains("left out")), "{report:#?}");
    assert!(report.flows[&Flow::Items].read < 720, "{report:#?}");
}
