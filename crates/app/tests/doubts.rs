//! What is not known for sure of the two systems: each doubt both ways, and agreement all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::Outcome;
use serde_json::{Value, json};
use sim::Size;
use sim::zoho::model::Edition;
use support::world::World;

const SIZE: Size = Size { customers: 60, items: 80, invoices: 130, won_deals: 1, existing_accounts: 0 };

async fn agrees(name: &str, change: impl FnOnce(&mut sim::Options)) {
    let world = World::new(31, SIZE, change).await;
    for pass in ["first load", "after changes"] {
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{name}, {pass}: {report:#?}");
        world.assert_agreement(&format!("{name}, {pass}"));
        world.sim.change_some(15).unwrap();
    }
}

async fn erp(doubt: Value) {
    let name = doubt.to_string();
    agrees(&name, |options| options.acumatica = serde_json::from_value(doubt).unwrap()).await;
}

async fn crm(doubt: Value) {
    let name = doubt.to_string();
    agrees(&name, |options| options.zoho = serde_json::from_value(doubt).unwrap()).await;
}

#[tokio::test]
async fn the_erp_either_way() {
    for doubt in [
        json!({"max_top": 25}),
        json!({"max_top": 30}),
        json!({"max_answer_bytes": 150_000}),
        json!({"custom_installments": false}),
        json!({"custom_released": true}),
        json!({"invoice_lists_cash_sales": true}),
        json!({"date_only_values": true}),
        json!({"entity_root_open": true}),
        json!({"payment_moves_stamp": true}),
        json!({"contact_edit_moves_stamp": true}),
        json!({"expand_needs_select": true}),
        json!({"expand_needs_select": false}),
    ] {
        erp(doubt).await;
    }
}

#[tokio::test]
async fn the_crm_either_way() {
    for doubt in [
        json!({"upsert_appends_rows": false}),
        json!({"bin_blocks_unique": true}),
        json!({"duplicate_id": false}),
        json!({"upsert_created_status": true}),
        json!({"rows_per_record": null}),
        json!({"rows_per_record": 200}),
        json!({"negative_adjustment": false}),
        json!({"negative_adjustment": true}),
        json!({"strict_picklists": true}),
        json!({"field_on_layout": true}),
        json!({"field_hidden_unless_listed": false}),
        json!({"fields_per_call": 25}),
        json!({"concurrency": 3}),
        json!({"sub_concurrency": 2}),
        json!({"failures_cost": false}),
        json!({"bare_lookup_id": true}),
    ] {
        crm(doubt).await;
    }
}

#[tokio::test]
async fn editions_and_countries() {
    agrees("Professional, one currency", |options| options.org.edition = Edition::Professional).await;
    agrees("Ultimate", |options| options.org.edition = Edition::Ultimate).await;
    agrees("countries from a list", |options| options.org.country_picklists = true).await;
}

#[tokio::test]
async fn every_endpoint_version() {
    for version in ["20.200.001", "22.200.001", "23.200.001", "24.200.001", "25.200.001"] {
        let world = World::at_version(32, SIZE, version).await;
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{version}: {report:#?}");
        world.sim.change_some(20).unwrap();
        world.sync().await;
        world.assert_agreement(version);
    }
}

#[tokio::test]
async fn an_edition_without_invoices_is_said_before_anything_is_read() {
    let world = World::new(33, SIZE, |options| options.org.edition = Edition::Standard).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::NeedsPerson);
    assert!(report.flows.values().all(|flow| flow.read == 0), "{report:#?}");
    assert!(report.problems[0].message.contains("Invoices"), "{report:#?}");
}

#[tokio::test]
async fn accounts_that_exist_already_wait_for_a_person() {
    let world = World::new(34, Size { existing_accounts: 40, ..SIZE }, |_| {}).await;
    let report = world.sync().await;
    let customers = &report.flows[&sync::Flow::Customers];
    assert!(customers.undecided > 0, "{report:#?}");
    assert_eq!(customers.created + customers.undecided, customers.read);
    let doubled = world.sim.compare().accounts.doubled_total;
    assert_eq!(doubled, 0);
    let again = world.sync().await;
    assert_eq!(support::world::written(&again), 0, "nothing is created beside what exists: {again:#?}");
}
