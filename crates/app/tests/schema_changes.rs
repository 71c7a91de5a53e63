//! Zoho's fields change between runs: removed, shortened, made mandatory, other values listed; currencies switched off and on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::control::edit::Edit;
use store::{By, Selection};
use support::world::{World, written};
use sync::Flow;
use sync::problem::Code;

const SIZE: Size = Size { customers: 20, items: 8, invoices: 12, won_deals: 0, existing_accounts: 0 };

/// Calls to Zoho that one look at its fields costs: organisation, modules, fields of three modules, columns, currencies.
const LOOK: u64 = 7;

async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

fn customer(world: &World, place: usize) -> String {
    world.sim.with(|books, _| books.customers.values().nth(place).unwrap().key.clone())
}

fn set(world: &World, field: &str, value: &str) {
    for place in 0..5 {
        edit(world, json!({"edit": "customer", "key": customer(world, place), "field": field, "value": value}));
    }
}

/// Enters a customer.
fn enter(world: &World, code: &str) {
    let erp = world.sim.acumatica();
    erp.write(erp.now(), |books, draw| {
        let mut customer = books.customers.values().next().unwrap().clone();
        customer.key = code.to_owned();
        customer.name = format!("Entered as {code}");
        customer.meta.id = draw.guid();
        customer.meta.modified = erp.now();
        customer.parent = None;
        books.put_customer(customer);
    });
}

async fn next_day(world: &World) -> Report {
    world.clock.advance(Duration::from_secs(25 * 60 * 60));
    world.sync().await
}

/// The account of a customer as Zoho holds it.
async fn held(world: &World, code: &str, field: &str) -> Option<Value> {
    let entry = world.store.entry_by_code(world.row.id, Flow::Customers, code).await.unwrap().unwrap();
    let id = entry.target_id.unwrap().parse().unwrap();
    world.sim.with(|_, crm| crm.value("Accounts", id, field))
}

async fn replay(world: &World, code: Code) {
    let by = By { who: "finance".to_owned(), why: "it was put right".to_owned() };
    let asked =
        world.store.retry(world.row.id, &Selection::Code(code), &by, sync::Instant::from_micros(1)).await.unwrap();
    assert!(asked > 0);
}

fn zoho(report: &Report) -> u64 {
    report.calls[&port::System::Zoho].made
}

fn notes_about(report: &Report, what: &str) -> usize {
    report.notes.iter().filter(|note| note.contains(what)).count()
}

#[tokio::test]
async fn a_removed_field_is_left_out_told_once_and_stops_neither_runs_nor_checks() {
    let world = loaded(71).await;
    edit(&world, json!({"edit": "zoho_remove_field", "module": "Accounts", "field": "Website"}));
    set(&world, "phone", "+41 44 111 11 11");
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 5), "{report:#?}");
    assert_eq!(notes_about(&report, "Website of Accounts is gone"), 1, "{report:#?}");
    for day in 0..3 {
        let report = next_day(&world).await;
        assert_eq!(report.outcome, Outcome::Settled, "day {day}: {report:#?}");
        assert!(report.checks[&Flow::Customers].complete, "{report:#?}");
        assert_eq!(notes_about(&report, "Website"), 0, "told once: {report:#?}");
        // Once: what was sent the last time named the field.
        assert!(day == 0 || written(&report) == 0, "{report:#?}");
    }
}

#[tokio::test]
async fn a_removed_field_is_noticed_by_the_check_too() {
    let world = loaded(72).await;
    edit(&world, json!({"edit": "zoho_remove_field", "module": "Products", "field": "ERP_Unit"}));
    let report = next_day(&world).await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 0), "{report:#?}");
    assert_eq!(notes_about(&report, "ERP Unit of Products is gone"), 1, "{report:#?}");
    assert!(report.checks.values().all(|check| check.complete), "{report:#?}");
}

#[tokio::test]
async fn a_field_that_was_made_anew_before_anybody_missed_it_is_filled_by_a_whole_read() {
    let world = loaded(79).await;
    edit(&world, json!({"edit": "zoho_remove_field", "module": "Products", "field": "ERP_Unit"}));
    let consent = |connection: &mut engine::Connection| connection.settings.push_str("; another consent");
    let full = Options { full: true, ..Options::default() };
    let report = world.sync_set(&full, consent).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("with the field that was made anew");
    assert_eq!((report.flows[&Flow::Customers].updated, report.flows[&Flow::Invoices].updated), (0, 0), "{report:#?}");
}

#[tokio::test]
async fn a_field_that_became_read_only_is_told_by_its_name_once_and_left_out() {
    let world = loaded(78).await;
    edit(&world, json!({"edit": "zoho_field", "module": "Accounts", "field": "Phone", "read_only": true}));
    set(&world, "phone", "+41 44 111 11 11");
    // Zoho says that it took the values, and did not.
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    assert_ne!(held(&world, &customer(&world, 1), "Phone").await, Some(json!("+41 44 111 11 11")));
    let mut told = 0;
    for day in 0..4 {
        let report = next_day(&world).await;
        assert_eq!((report.outcome, report.problems_total), (Outcome::Settled, 0), "day {day}: {report:#?}");
        told += notes_about(&report, "Phone of Accounts is gone in Zoho CRM, or may not be written any more");
        assert!(day < 2 || written(&report) == 0, "day {day}: {report:#?}");
    }
    assert_eq!(told, 1);
}

#[tokio::test]
async fn without_the_key_nothing_is_written_and_a_new_consent_makes_it_anew() {
    let world = loaded(73).await;
    edit(&world, json!({"edit": "zoho_remove_field", "module": "Accounts", "field": "ERP_Key"}));
    set(&world, "phone", "+41 44 111 11 11");
    enter(&world, "NEW1");
    for _ in 0..2 {
        let report = world.sync().await;
        assert_eq!((report.outcome, written(&report)), (Outcome::NeedsPerson, 0), "{report:#?}");
        let problem = &report.problems[0];
        assert_eq!(problem.code, "unsupported", "{report:#?}");
        assert!(problem.message.contains("ERP Key of Accounts is gone"), "{report:#?}");
        assert!(problem.remedy.contains("`login`"), "{report:#?}");
    }
    let accounts = |world: &World| world.sim.with(|_, crm| crm.module("Accounts").unwrap().len());
    let before = accounts(&world);
    let full = Options { full: true, ..Options::default() };
    let report = world.sync_set(&full, |connection| connection.settings.push_str("; another consent")).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(accounts(&world), before + 1, "only the new customer was created");
    world.assert_agreement("with the key that was made anew");
}

#[tokio::test]
async fn a_shortened_field_is_written_shorter_in_the_same_run() {
    let world = loaded(74).await;
    edit(&world, json!({"edit": "zoho_field", "module": "Accounts", "field": "Account_Name", "length": 6}));
    set(&world, "name", "A name of some length");
    enter(&world, "NEW1");
    let report = world.sync().await;
    assert_eq!((report.outcome, report.problems_total), (Outcome::Settled, 0), "{report:#?}");
    assert_eq!(notes_about(&report, "Account_Name of Accounts takes 6 characters"), 1, "{report:#?}");
    assert_eq!(held(&world, &customer(&world, 1), "Account_Name").await, Some(json!("A name")));
    let report = world.sync().await;
    assert_eq!((zoho(&report), report.notes.len()), (0, 0), "{report:#?}");
}

#[tokio::test]
async fn a_value_that_is_no_longer_listed_is_left_blank() {
    let world = loaded(75).await;
    let listed: Vec<String> = world.sim.with(|_, crm| {
        let invoices = crm.module("Invoices").unwrap();
        let status = invoices.field(invoices.field_no("Status").unwrap());
        status.picks.iter().map(|pick| pick.actual.clone()).collect()
    });
    for value in &listed {
        edit(
            &world,
            json!({"edit": "zoho_pick", "module": "Invoices", "field": "Status", "value": value, "listed": false}),
        );
    }
    for _ in 0..3 {
        edit(&world, json!({"edit": "post_new"}));
    }
    let report = world.sync().await;
    assert_eq!((report.outcome, report.flows[&Flow::Invoices].created), (Outcome::Settled, 3), "{report:#?}");
    assert_eq!(notes_about(&report, "Status of Invoices does not list"), 1, "{report:#?}");
}

#[tokio::test]
async fn a_mandatory_field_that_nothing_fills_parks_with_its_remedy_and_is_looked_at_once() {
    let world = loaded(76).await;
    let mandatory =
        |on: bool| json!({"edit": "zoho_field", "module": "Accounts", "field": "Industry", "mandatory": on});
    edit(&world, mandatory(true));
    enter(&world, "NEW1");
    enter(&world, "NEW2");
    set(&world, "phone", "+41 44 111 11 11");
    let report = world.sync().await;
    let customers = report.flows[&Flow::Customers];
    assert_eq!((report.outcome, customers.updated, customers.parked), (Outcome::Parked, 5, 2), "{report:#?}");
    assert!(report.problems.iter().all(|problem| problem.code == "mandatory_missing"), "{report:#?}");
    assert!(report.problems[0].message.contains("Industry") && !report.problems[0].remedy.is_empty(), "{report:#?}");
    // The sample of what was written last, the candidates, the write itself and one look.
    assert_eq!(zoho(&report), LOOK + 3, "{report:#?}");
    let report = world.sync().await;
    assert_eq!((report.outcome, zoho(&report)), (Outcome::Parked, 0), "no loop: {report:#?}");
    edit(&world, mandatory(false));
    replay(&world, Code::MandatoryMissing).await;
    let report = world.sync().await;
    assert_eq!((report.outcome, report.flows[&Flow::Customers].created), (Outcome::Settled, 2), "{report:#?}");
    world.assert_agreement("after the replay");
}

#[tokio::test]
async fn a_currency_that_is_switched_on_again_is_seen_by_the_replay() {
    let world = loaded(77).await;
    let currencies: Vec<String> = world.sim.with(|_, crm| {
        crm.currencies.iter().filter(|currency| !currency.base).map(|currency| currency.iso.clone()).collect()
    });
    let switch = |active: bool| {
        for iso in &currencies {
            edit(&world, json!({"edit": "zoho_currency", "iso": iso, "active": active}));
        }
    };
    switch(false);
    for _ in 0..8 {
        edit(&world, json!({"edit": "post_new"}));
    }
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    assert!(report.problems.iter().all(|problem| problem.code == "currency_not_active"), "{report:#?}");
    assert!(notes_about(&report, "is not active in Zoho CRM any more") > 0, "{report:#?}");
    switch(true);
    replay(&world, Code::CurrencyNotActive).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert!(notes_about(&report, "is active in Zoho CRM now") > 0, "{report:#?}");
    world.assert_agreement("with the currencies on");
}
