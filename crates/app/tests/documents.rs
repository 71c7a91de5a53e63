//! Documents after they were written: what moves their header only, and what instalments, cancellations and corrections come to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::Outcome;
use serde_json::{Value, json};
use sim::Size;
use sim::acumatica::model::Document;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;
use sync::settle::What;

const SIZE: Size = Size { customers: 40, items: 30, invoices: 160, won_deals: 0, existing_accounts: 0 };

async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

fn edit(world: &World, of: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(of).unwrap()).unwrap();
}

/// Label and number of the first document that is so.
fn document(world: &World, so: impl Fn(&Document) -> bool) -> (String, String) {
    world.sim.with(|books, _| {
        let key = &books.documents.values().find(|document| so(document)).unwrap().key;
        (key.kind.label().to_owned(), key.number.to_string())
    })
}

fn key((kind, number): &(String, String)) -> String {
    format!("{kind}/{number}")
}

/// What the CRM holds of a document, rows and all.
async fn held(world: &World, key: &str) -> Value {
    let entry =
        world.store.entries(world.row.id, Flow::Invoices, &[key.to_owned()]).await.unwrap().remove(key).unwrap();
    let id: u64 = entry.target_id.unwrap().parse().unwrap();
    world.sim.with(|_, crm| {
        let of = |field: &str| crm.value("Invoices", id, field).unwrap_or_default();
        let names = ["ERP_Status", "ERP_Total", "ERP_Balance", "Grand_Total", "Status", "Subject"];
        let rows = of("Invoiced_Items");
        let mut all: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), of(name))).collect();
        all.insert("rows".to_owned(), rows);
        Value::Object(all)
    })
}

/// The body of the last write of a document.
async fn last_body(world: &World, key: &str) -> (What, String, String) {
    let found = world.store.find(world.row.id, key).await.unwrap();
    let view = world.store.record(found[0].id).await.unwrap().unwrap();
    let row = view.trail.iter().find(|row| row.exchange.is_some()).unwrap();
    let exchange = world.store.exchange(row.exchange.unwrap()).await.unwrap().unwrap();
    (
        row.what,
        format!("{} {}", exchange.method, exchange.target),
        String::from_utf8(exchange.request_body.unwrap()).unwrap(),
    )
}

/// The document was written by id with its header alone: no line stands in the bytes, and the lines are what they were.
async fn touched_the_header_only(world: &World, key: &str, before: &Value) {
    let (what, call, body) = last_body(world, key).await;
    assert_eq!((what, call.as_str()), (What::Updated, "PUT /crm/v8/Invoices"), "{key}: {body}");
    assert!(!body.contains("Invoiced_Items") && !body.contains("List_Price"), "{key}: {body}");
    let after = held(world, key).await;
    assert_eq!((&after["rows"], &after["Grand_Total"]), (&before["rows"], &before["Grand_Total"]), "{key}");
    world.assert_agreement(key);
}

#[tokio::test]
async fn a_payment_touches_the_header_only() {
    let world = loaded(81).await;
    let open = document(&world, |one| one.status == "Open" && one.lines.len() > 1 && one.balance > 1.into());
    let key = key(&open);
    let before = held(&world, &key).await;
    edit(&world, json!({"edit": "pay", "kind": open.0, "number": open.1, "amount": "0.5"}));
    assert_eq!(written(&world.sync().await), 1);
    assert_ne!(held(&world, &key).await["ERP_Balance"], before["ERP_Balance"]);
    touched_the_header_only(&world, &key, &before).await;
    // Paid in full: the label and the balance change, the total and its lines stay.
    edit(&world, json!({"edit": "pay", "kind": open.0, "number": open.1}));
    assert_eq!(written(&world.sync().await), 1);
    let paid = held(&world, &key).await;
    assert_eq!(
        (&paid["ERP_Status"], &paid["ERP_Balance"], &paid["Status"]),
        (&json!("Closed"), &json!(0), &json!("Approved"))
    );
    touched_the_header_only(&world, &key, &before).await;
}

#[tokio::test]
async fn a_cancelled_document_keeps_its_lines_and_is_marked() {
    let world = loaded(82).await;
    let open = document(&world, |one| one.status == "Open" && one.lines.len() > 1);
    let key = key(&open);
    let before = held(&world, &key).await;
    edit(&world, json!({"edit": "cancel", "kind": open.0, "number": open.1}));
    assert_eq!(written(&world.sync().await), 1);
    let after = held(&world, &key).await;
    let outcome = (&after["ERP_Status"], &after["Status"], &after["ERP_Balance"], &after["ERP_Total"]);
    assert_eq!(outcome, (&json!("Canceled"), &json!("Cancelled"), &json!(0), &before["ERP_Total"]));
    touched_the_header_only(&world, &key, &before).await;
}

#[tokio::test]
async fn a_corrected_document_is_cancelled_and_its_correction_is_a_document_of_its_own() {
    let world = loaded(83).await;
    let open = document(&world, |one| one.status == "Open" && one.lines.len() > 1);
    let key = key(&open);
    let before = held(&world, &key).await;
    edit(&world, json!({"edit": "cancel", "kind": open.0, "number": open.1}));
    edit(&world, json!({"edit": "post_new"}));
    let report = world.sync().await;
    let invoices = &report.flows[&Flow::Invoices];
    assert_eq!((invoices.created, invoices.updated), (1, 1), "{report:#?}");
    assert_eq!(held(&world, &key).await["Status"], "Cancelled");
    touched_the_header_only(&world, &key, &before).await;
}

#[tokio::test]
async fn an_original_in_instalments_bills_nothing_and_its_parts_bill_all() {
    let world = loaded(84).await;
    let original = document(&world, |one| one.installments.is_some());
    let (amount, parts) = world.sim.with(|books, _| {
        let one = books.documents.values().find(|one| one.installments.is_some()).unwrap();
        let parts: Vec<(String, String)> = books
            .documents
            .values()
            .filter(|part| part.installment.is_some() && part.master_ref.as_ref() == Some(&one.key.number))
            .map(|part| (part.key.kind.label().to_owned(), part.key.number.to_string()))
            .collect();
        (one.amount, parts)
    });
    assert!(parts.len() > 1, "{parts:?}");
    let whole = held(&world, &key(&original)).await;
    let outcome = (&whole["ERP_Status"], &whole["ERP_Total"], &whole["Grand_Total"], &whole["ERP_Balance"]);
    assert_eq!(outcome, (&json!("Instalments"), &json!(0), &json!(0), &json!(0)), "{whole}");
    let mut billed = 0.0;
    for part in &parts {
        let part = held(&world, &key(part)).await;
        assert_eq!(part["ERP_Total"], part["Grand_Total"], "{part}");
        billed += part["Grand_Total"].as_f64().unwrap();
    }
    assert!((billed - amount.to_string().parse::<f64>().unwrap()).abs() < 0.005, "{billed} of {amount}");
    // A part that is paid touches the part alone.
    let open = document(&world, |one| one.master_ref.as_deref() == Some(&*original.1) && one.status == "Open");
    let before = held(&world, &key(&open)).await;
    edit(&world, json!({"edit": "pay", "kind": open.0, "number": open.1}));
    assert_eq!(written(&world.sync().await), 1);
    assert_eq!(held(&world, &key(&open)).await["ERP_Status"], "Closed");
    touched_the_header_only(&world, &key(&open), &before).await;
    assert_eq!(held(&world, &key(&original)).await, whole);
}
