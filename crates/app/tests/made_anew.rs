//! Accounts and products that a person deleted in the CRM and had made anew: whatever names them waits, is released, and names the new one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::acumatica::model::{DocKey, Document, StampRule};
use sim::control::edit::Edit;
use store::{By, Selection};
use support::world::{World, written};
use sync::Flow;
use sync::problem::Code;
use sync::settle::{Entry, State};

const SIZE: Size = Size { customers: 20, items: 8, invoices: 24, won_deals: 0, existing_accounts: 0 };

async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

/// An open invoice with the item of one of its lines.
fn invoice(world: &World) -> (Document, String) {
    world.sim.with(|books, _| {
        let item = |document: &Document| document.lines.iter().find_map(|line| line.item.clone());
        let fits = |document: &&Document| {
            document.key.kind.label() == "Invoice" && document.status == "Open" && item(document).is_some()
        };
        let document = books.documents.values().find(fits).unwrap().clone();
        let item = item(&document).unwrap();
        (document, item)
    })
}

fn called(key: &DocKey) -> String {
    format!("{}/{}", key.kind.label(), key.number)
}

/// Changes the lines of a document.
fn rewrite(world: &World, key: &DocKey, words: &str) {
    let now = world.sim.acumatica().now();
    let change = |document: &mut Document| {
        document.lines.iter_mut().for_each(|line| line.description = Some(words.to_owned()));
    };
    world.sim.acumatica().write(now, |books, _| books.edit_document(key, StampRule::Moves, now, change)).unwrap();
}

async fn entry(world: &World, flow: Flow, code: &str) -> Entry {
    world.store.entry_by_code(world.row.id, flow, code).await.unwrap().unwrap()
}

async fn document(world: &World, key: &DocKey) -> Entry {
    let key = called(key);
    world.store.entries(world.row.id, Flow::Invoices, std::slice::from_ref(&key)).await.unwrap().remove(&key).unwrap()
}

async fn replay(world: &World, code: &str) {
    let by = By { who: "finance".to_owned(), why: "it is wanted again".to_owned() };
    let these = Selection::Keys(vec![code.to_owned()]);
    assert_eq!(world.store.retry(world.row.id, &these, &by, sync::Instant::from_micros(1)).await.unwrap(), 1);
}

async fn later(world: &World) -> Report {
    world.clock.advance(Duration::from_secs(60));
    world.sync().await
}

#[tokio::test]
async fn a_document_that_names_a_deleted_product_waits_for_it_and_goes_with_the_new_one() {
    let world = loaded(91).await;
    let (changed, item) = invoice(&world);
    let product = entry(&world, Flow::Items, &item).await.target_id.unwrap();
    edit(&world, json!({"edit": "zoho_delete", "module": "Products", "id": product}));
    rewrite(&world, &changed.key, "Changed after the product went");
    // No check of links has been made since: the refused write is the first to tell.
    let report = later(&world).await;
    assert!(report.checks.is_empty(), "{report:#?}");
    assert!(report.problems.iter().all(|problem| problem.code != "value_refused"), "{report:#?}");
    let gone = entry(&world, Flow::Items, &item).await;
    assert_eq!((gone.state, gone.problem.unwrap().code), (State::Parked, Code::TargetGone));
    let waits = document(&world, &changed.key).await;
    let problem = waits.problem.unwrap();
    assert_eq!((waits.state, problem.code, problem.field.as_str()), (State::Waiting, Code::WaitingForProduct, &*item));
    // Nothing more is asked or written about it until somebody decides.
    let quiet = later(&world).await;
    assert_eq!((written(&quiet), quiet.calls[&port::System::Zoho].made), (0, 0), "{quiet:#?}");

    replay(&world, &item).await;
    let report = later(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    let anew = entry(&world, Flow::Items, &item).await.target_id.unwrap();
    assert_ne!(anew, product);
    assert_eq!(document(&world, &changed.key).await.state, State::Settled);
    // Documents that had not changed name the new one as well.
    world.assert_agreement("with the product that was made anew");
    let quiet = later(&world).await;
    assert_eq!((written(&quiet), quiet.calls[&port::System::Zoho].made), (0, 0), "{quiet:#?}");
}

#[tokio::test]
async fn an_archived_document_names_the_product_that_was_made_anew() {
    let world = loaded(96).await;
    let (archived, item) = invoice(&world);
    edit(&world, json!({"edit": "archive", "kind": "Invoice", "number": archived.key.number}));
    let product = entry(&world, Flow::Items, &item).await.target_id.unwrap();
    edit(&world, json!({"edit": "zoho_delete", "module": "Products", "id": product}));
    edit(&world, json!({"edit": "item", "key": item, "field": "description", "value": "Another"}));
    later(&world).await;
    assert_eq!(entry(&world, Flow::Items, &item).await.problem.unwrap().code, Code::TargetGone);
    replay(&world, &item).await;
    // No list brings it: it is asked for by its id.
    let report = later(&world).await;
    assert_eq!(
        (report.outcome, document(&world, &archived.key).await.state),
        (Outcome::Settled, State::Settled),
        "{report:#?}"
    );
    world.assert_agreement("with the product that was made anew");
}

#[tokio::test]
async fn documents_of_an_account_that_was_made_anew_name_it_by_header_alone() {
    let world = loaded(92).await;
    let (changed, _) = invoice(&world);
    let account = entry(&world, Flow::Customers, &changed.customer).await.target_id.unwrap();
    edit(&world, json!({"edit": "zoho_delete", "module": "Accounts", "id": account}));
    edit(&world, json!({"edit": "pay", "kind": "Invoice", "number": changed.key.number, "amount": null}));
    let report = later(&world).await;
    assert!(report.problems.iter().all(|problem| problem.code != "value_refused"), "{report:#?}");
    let waits = document(&world, &changed.key).await;
    let problem = waits.problem.unwrap();
    assert_eq!((waits.state, problem.code), (State::Waiting, Code::WaitingForAccount));
    assert_eq!(problem.field, changed.customer);

    replay(&world, &changed.customer).await;
    world.sim.requests().reset();
    let report = later(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_ne!(entry(&world, Flow::Customers, &changed.customer).await.target_id.unwrap(), account);
    world.assert_agreement("with the account that was made anew");
    let log = world.sim.requests().page(0, usize::MAX).rows;
    let read = log.iter().filter(|row| row.entry.method == "GET" && row.entry.target.contains("/Invoices/")).count();
    assert_eq!(read, 0, "rows that name nothing of it are left alone");
}

#[tokio::test]
async fn children_of_an_account_that_was_made_anew_name_it_as_their_parent() {
    let world = loaded(93).await;
    let (child, parent) = world.sim.with(|books, _| {
        let mut customers = books.customers.values().filter(|customer| customer.parent.is_none());
        (customers.next().unwrap().key.clone(), customers.next().unwrap().key.clone())
    });
    edit(&world, json!({"edit": "customer", "key": child, "field": "parent", "value": parent}));
    assert_eq!(later(&world).await.outcome, Outcome::Settled);
    world.assert_agreement("with a parent");
    let account = entry(&world, Flow::Customers, &parent).await.target_id.unwrap();
    edit(&world, json!({"edit": "zoho_delete", "module": "Accounts", "id": account}));
    edit(&world, json!({"edit": "customer", "key": child, "field": "phone", "value": "+41 44 555 55 55"}));
    let report = later(&world).await;
    assert!(report.problems.iter().all(|problem| problem.code != "value_refused"), "{report:#?}");
    let waits = entry(&world, Flow::Customers, &child).await;
    assert_eq!((waits.state, waits.problem.unwrap().code), (State::Waiting, Code::WaitingForAccount));

    replay(&world, &parent).await;
    for _ in 0..2 {
        later(&world).await;
    }
    assert_eq!(entry(&world, Flow::Customers, &child).await.state, State::Settled);
    world.assert_agreement("with the parent that was made anew");
}
