//! What no stamp shows: deletions, renames, conversions, rows that vanish and come back, changes that were never seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use sim::Size;
use sim::control::edit::Edit;
use store::{By, Selection};
use support::world::World;
use sync::detect::sweep::Policy;
use sync::settle::{Entry, State, What};
use sync::{Flow, Instant};

const SIZE: Size = Size { customers: 40, items: 30, invoices: 60, won_deals: 0, existing_accounts: 0 };

/// A world after its first load.
async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::Settled, "{first:#?}");
    world
}

/// The same with a policy for items that are gone.
async fn following(seed: u64, policy: Policy) -> World {
    let world = World::with_file(seed, SIZE, &format!("[flows.items]\ndeleted = \"{}\"\n", policy.name())).await;
    world.sync().await;
    world
}

fn edit(world: &World, edit: serde_json::Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

async fn swept(world: &World) -> Report {
    world.sync_with(&Options { sweep: true, ..Options::default() }).await
}

/// The first sweep that misses, and the one that decides.
async fn swept_twice(world: &World) -> Report {
    let first = swept(world).await;
    assert_eq!(first.sweeps.values().map(|sweep| sweep.gone).sum::<u64>(), 0, "one miss proves nothing: {first:#?}");
    swept(world).await
}

/// A customer without documents, which the ERP lets people delete.
fn lonely(world: &World) -> String {
    world.sim.with(|books, _| {
        let named = |key: &str| books.documents.values().any(|document| document.customer.eq_ignore_ascii_case(key));
        let parent = |key: &str| {
            let of = |customer: &sim::acumatica::model::Customer| customer.parent.as_deref().map(str::to_lowercase);
            books.customers.values().any(|customer| of(customer) == Some(key.to_lowercase()))
        };
        let free = books.customers.values().find(|customer| !named(&customer.key) && !parent(&customer.key));
        free.expect("a customer without documents").key.to_string()
    })
}

/// Another customer.
fn other(world: &World, than: &str) -> String {
    world.sim.with(|books, _| books.customers.values().map(|c| c.key.clone()).find(|key| key != than).unwrap())
}

fn item(world: &World, place: usize) -> String {
    world.sim.with(|books, _| books.items.keys().nth(place).cloned().unwrap()).to_string()
}

async fn entry(world: &World, flow: Flow, code: &str) -> Entry {
    world.store.entry_by_code(world.row.id, flow, code).await.unwrap().unwrap()
}

/// An invoice by its number, which another type may have too.
async fn document(world: &World, number: &str) -> Entry {
    let key = format!("Invoice/{number}");
    world.store.entries(world.row.id, Flow::Invoices, &[key]).await.unwrap().into_values().next().unwrap()
}

/// A field of a record of the CRM.
fn held(world: &World, module: &str, entry: &Entry, label: &str) -> Option<String> {
    let id: u64 = entry.target_id.as_ref().unwrap().parse().unwrap();
    field(world, module, id, label)
}

fn field(world: &World, module: &str, id: u64, label: &str) -> Option<String> {
    world.sim.with(|_, crm| {
        let held = crm.module(module).unwrap();
        let (_, field) = held.live_fields().find(|(_, field)| field.label == label || field.api_name == label)?;
        let name = field.api_name.clone();
        crm.value(module, id, &name).filter(|value| !value.is_null()).map(|value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        })
    })
}

async fn trail(world: &World, flow: Flow, code: &str) -> Vec<(What, String)> {
    let of = entry(world, flow, code).await.erp_key;
    let found = world.store.find(world.row.id, &of).await.unwrap();
    let rows = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    rows.into_iter().map(|row| (row.what, row.note)).collect()
}

#[tokio::test]
async fn a_sweep_of_a_source_as_it_was_writes_nothing_and_finds_nothing() {
    let world = loaded(1).await;
    let report = swept(&world).await;
    assert_eq!(support::world::written(&report), 0, "{report:#?}");
    for (flow, sweep) in &report.sweeps {
        assert_eq!((sweep.found, sweep.missed, sweep.gone, sweep.complete), (0, 0, 0, true), "{flow:?}");
    }
    assert_eq!(report.sweeps.len(), 3);
    assert_eq!(report.calls[&port::System::Zoho].made, 0);
}

#[tokio::test]
async fn sweeps_come_once_a_day_and_cost_no_call_before() {
    let world = loaded(2).await;
    let quiet = world.sync().await;
    let calls = (quiet.calls[&port::System::Acumatica].made, quiet.calls[&port::System::Zoho].made);
    // Five lists and a sign-out; the token of the first run is still good.
    assert_eq!(calls, (6, 0), "{quiet:#?}");
    assert!(quiet.sweeps.is_empty());
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let daily = world.sync().await;
    assert_eq!(daily.sweeps.len(), 3, "{daily:#?}");
    assert!(daily.sweeps.values().all(|sweep| sweep.complete && sweep.found == 0));
    assert!(world.sync().await.sweeps.is_empty());
}

#[tokio::test]
async fn a_deleted_customer_is_marked_after_two_misses_and_nothing_else_is_touched() {
    let world = loaded(3).await;
    let key = lonely(&world);
    let before = entry(&world, Flow::Customers, &key).await;
    let name = held(&world, "Accounts", &before, "Account_Name");
    edit(&world, serde_json::json!({"edit": "delete_customer", "key": key}));
    let report = swept_twice(&world).await;
    assert_eq!((report.outcome, report.sweeps[&Flow::Customers].gone), (Outcome::Settled, 1), "{report:#?}");
    let after = entry(&world, Flow::Customers, &key).await;
    assert_eq!((after.state, &after.target_id), (State::Gone, &before.target_id));
    assert_eq!(held(&world, "Accounts", &after, "ERP Status").as_deref(), Some("Deleted"));
    assert_eq!(held(&world, "Accounts", &after, "Account_Name"), name);
    assert_eq!(held(&world, "Accounts", &after, "ERP Key"), Some(before.erp_key));
    assert_eq!(trail(&world, Flow::Customers, &key).await[0].0, What::Gone);
    let quiet = swept(&world).await;
    assert_eq!((support::world::written(&quiet), quiet.sweeps[&Flow::Customers].missed), (0, 0), "{quiet:#?}");
}

#[tokio::test]
async fn policies_say_what_becomes_of_a_deleted_item() {
    for policy in [Policy::Mark, Policy::Deactivate, Policy::Unlink, Policy::Ask] {
        let world = following(4, policy).await;
        let key = item(&world, 3);
        let before = entry(&world, Flow::Items, &key).await;
        let id: u64 = before.target_id.as_ref().unwrap().parse().unwrap();
        let of = |label| field(&world, "Products", id, label);
        let (active, status) = (of("Product_Active"), of("ERP Status"));
        edit(&world, serde_json::json!({"edit": "delete_item", "key": key}));
        let report = swept_twice(&world).await;
        let after = entry(&world, Flow::Items, &key).await;
        let deleted = Some("Deleted".to_owned());
        match policy {
            Policy::Mark => {
                assert_eq!((after.state, of("ERP Status"), of("Product_Active")), (State::Gone, deleted, active));
            }
            Policy::Deactivate => {
                assert_eq!((of("ERP Status"), of("Product_Active")), (deleted, Some("false".to_owned())));
            }
            Policy::Unlink => {
                assert_eq!((after.state, &after.target_id, of("ERP Key")), (State::Gone, &None, None));
                assert_eq!(of("ERP Status"), status);
                assert!(trail(&world, Flow::Items, &key).await[0].1.contains(&id.to_string()));
            }
            Policy::Ask => {
                assert_eq!((after.state, of("ERP Status")), (State::Parked, status));
                assert_eq!(report.problems[0].code, "source_gone");
                assert_eq!(report.outcome, Outcome::Parked);
            }
        }
        world.sync().await;
        assert_eq!(support::world::written(&swept(&world).await), 0, "{policy:?}");
    }
}

#[tokio::test]
async fn a_question_is_answered_by_replay_or_skip() {
    let world = following(5, Policy::Ask).await;
    let (marked, left) = (item(&world, 1), item(&world, 2));
    for key in [&marked, &left] {
        edit(&world, serde_json::json!({"edit": "delete_item", "key": key}));
    }
    swept_twice(&world).await;
    let by = By { who: "sales".to_owned(), why: "sold out".to_owned() };
    let now = Instant::from_micros(1);
    let of =
        async |key: &str| world.store.find(world.row.id, &entry(&world, Flow::Items, key).await.erp_key).await.unwrap();
    world
        .store
        .retry(world.row.id, &Selection::Keys(vec![entry(&world, Flow::Items, &marked).await.erp_key]), &by, now)
        .await
        .unwrap();
    world.store.leave_alone(world.row.id, of(&left).await[0].id, &by, now).await.unwrap();
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    let (marked, left) = (entry(&world, Flow::Items, &marked).await, entry(&world, Flow::Items, &left).await);
    assert_eq!(
        (marked.state, held(&world, "Products", &marked, "ERP Status")),
        (State::Gone, Some("Deleted".to_owned()))
    );
    assert_eq!(left.state, State::LeftAlone);
    assert_ne!(held(&world, "Products", &left, "ERP Status").as_deref(), Some("Deleted"));
    assert_eq!(support::world::written(&swept(&world).await), 0);
}

#[tokio::test]
async fn a_renamed_and_a_converted_item_are_the_same_product_also_when_no_stamp_moved() {
    let world = loaded(6).await;
    let (renamed, converted) = (item(&world, 4), item(&world, 5));
    let before = entry(&world, Flow::Items, &renamed).await;
    world.clock.advance(Duration::from_secs(60 * 60));
    edit(&world, serde_json::json!({"edit": "rename_item", "from": renamed, "to": "ZZ NEW"}));
    edit(&world, serde_json::json!({"edit": "convert_item", "key": converted}));
    world.sync().await;
    world.assert_agreement("after the edits");
    assert_eq!(entry(&world, Flow::Items, "ZZ NEW").await.target_id, before.target_id);
    let report = swept(&world).await;
    assert_eq!((report.sweeps[&Flow::Items].found, report.sweeps[&Flow::Items].missed), (0, 0), "{report:#?}");
}

#[tokio::test]
async fn a_change_that_came_too_late_for_its_stamp_is_found() {
    let world = loaded(7).await;
    let (customer, stock) = (lonely(&world), item(&world, 6));
    let shift = |minutes| sim::clock::Clock::shift(&*world.clock, jiff::SignedDuration::from_mins(minutes));
    // Committed now with stamps of two hours ago: behind every window.
    shift(180);
    // Stamps of now, so that the newest ones that were seen do not widen the next windows.
    edit(
        &world,
        serde_json::json!({"edit": "touch_customer", "key": other(&world, &customer), "phone": "+41 44 222 22 22"}),
    );
    for place in 0..30 {
        let key = item(&world, place);
        if key != stock {
            edit(&world, serde_json::json!({"edit": "item", "key": key, "field": "price", "value": "7.5"}));
        }
    }
    world.sync().await;
    shift(-120);
    edit(&world, serde_json::json!({"edit": "touch_customer", "key": customer, "phone": "+41 44 333 33 33"}));
    edit(&world, serde_json::json!({"edit": "rename_item", "from": stock, "to": "ZZ LATE"}));
    shift(120);
    world.sync().await;
    assert!(!world.sim.compare().agree, "no stamp shows it");
    let report = swept(&world).await;
    assert_eq!((report.sweeps[&Flow::Customers].found, report.sweeps[&Flow::Items].found), (1, 1), "{report:#?}");
    world.assert_agreement("after the sweep");
    let told = trail(&world, Flow::Items, "ZZ LATE").await;
    assert!(told.iter().any(|(what, note)| *what == What::Found && note.contains("new code")), "{told:?}");
    assert_eq!(swept(&world).await.sweeps[&Flow::Items].found, 0);
}

#[tokio::test]
async fn what_comes_back_is_the_same_record_again() {
    let world = loaded(8).await;
    let key = lonely(&world);
    let before = entry(&world, Flow::Customers, &key).await;
    edit(&world, serde_json::json!({"edit": "hide", "customer": key}));
    swept_twice(&world).await;
    assert_eq!(held(&world, "Accounts", &before, "ERP Status").as_deref(), Some("Deleted"));
    edit(&world, serde_json::json!({"edit": "show", "customer": key}));
    let report = swept(&world).await;
    assert_eq!(report.sweeps[&Flow::Customers].found, 1, "{report:#?}");
    world.assert_agreement("after it came back");
    let after = entry(&world, Flow::Customers, &key).await;
    assert_eq!((after.state, after.target_id), (State::Settled, before.target_id));
}

#[tokio::test]
async fn much_that_vanishes_at_once_is_not_believed_and_told_once_until_a_person_confirms() {
    let world = loaded(9).await;
    // Not those that were changed last: by these a source is known, and the flows would not run at all.
    let hidden: Vec<String> = world.sim.with(|books, _| {
        let mut items: Vec<_> = books.items.values().collect();
        items.sort_by_key(|item| item.meta.modified);
        items.iter().take(12).map(|item| item.key.clone()).collect()
    });
    hidden.iter().for_each(|key| edit(&world, serde_json::json!({"edit": "hide", "item": key})));
    let day = Duration::from_secs(24 * 60 * 60);
    world.clock.advance(day);
    let report = world.sync().await;
    assert_eq!(
        (report.outcome, report.problems[0].code.as_str()),
        (Outcome::NeedsPerson, "rows_vanished"),
        "{report:#?}"
    );
    assert_eq!(report.problems[0].flow, "items");
    assert!(report.flows.values().all(|flow| flow.complete), "the flows are not held up");
    for _ in 0..3 {
        world.clock.advance(day);
        assert_eq!(world.sync().await.outcome, Outcome::Settled, "told once");
    }
    assert_eq!(support::world::written(&swept(&world).await), 0);
    let vanished = world.store.sweeps(world.row.id, Flow::Items).await.unwrap().unwrap().vanished;
    assert!(vanished.is_some_and(|missed| missed >= 10), "{vanished:?}");

    // One comes back, the others are confirmed.
    edit(&world, serde_json::json!({"edit": "show", "item": hidden[0]}));
    let report = world.sync_with(&Options { sweep: true, accept_vanished: true, ..Options::default() }).await;
    assert_eq!((report.outcome, report.sweeps[&Flow::Items].gone), (Outcome::Settled, 11), "{report:#?}");
    for key in &hidden[1..] {
        let entry = entry(&world, Flow::Items, key).await;
        assert_eq!(held(&world, "Products", &entry, "ERP Status").as_deref(), Some("Deleted"), "{key}");
    }
    assert_eq!(world.store.sweeps(world.row.id, Flow::Items).await.unwrap().unwrap().vanished, None);
}

#[tokio::test]
async fn a_source_that_lists_nothing_has_deleted_nothing() {
    let world = loaded(10).await;
    let all: Vec<String> =
        world.sim.with(|books, _| books.customers.values().map(|customer| customer.key.clone()).collect());
    all.iter().for_each(|key| edit(&world, serde_json::json!({"edit": "hide", "customer": key})));
    for _ in 0..3 {
        let report = swept(&world).await;
        assert_eq!(report.outcome, Outcome::NeedsPerson, "{report:#?}");
        assert_eq!(support::world::written(&report), 0);
    }
}

#[tokio::test]
async fn archived_documents_are_not_taken_for_deleted_and_hidden_ones_are_marked_with_their_account_in_place() {
    let world = loaded(12).await;
    let documents: Vec<String> = world.sim.with(|books, _| {
        let posted = books.documents.values().filter(|document| document.status == "Closed");
        posted
            .filter(|document| document.key.kind.label() == "Invoice")
            .map(|document| document.key.number.to_string())
            .collect()
    });
    assert!(documents.len() > 10, "{documents:?}");
    for number in &documents[1..] {
        edit(&world, serde_json::json!({"edit": "archive", "kind": "Invoice", "number": number}));
    }
    edit(&world, serde_json::json!({"edit": "hide", "document": {"kind": "Invoice", "number": documents[0]}}));
    let report = swept_twice(&world).await;
    assert_eq!((report.outcome, report.sweeps[&Flow::Invoices].gone), (Outcome::Settled, 1), "{report:#?}");
    let gone = document(&world, &documents[0]).await;
    assert_eq!((gone.state, held(&world, "Invoices", &gone, "ERP Status")), (State::Gone, Some("Deleted".to_owned())));
    assert!(held(&world, "Invoices", &gone, "Account_Name").is_some());
    assert_eq!(document(&world, &documents[1]).await.state, State::Settled);
    edit(&world, serde_json::json!({"edit": "show", "document": {"kind": "Invoice", "number": documents[0]}}));
    swept(&world).await;
    let back = document(&world, &documents[0]).await;
    assert_eq!((back.state, back.target_id.is_some()), (State::Settled, true));
    assert_eq!(held(&world, "Invoices", &back, "ERP Status").as_deref(), Some("Closed"));
}

#[tokio::test]
async fn documents_stay_with_the_account_of_a_customer_that_is_gone() {
    let world = loaded(13).await;
    let (customer, number) = world.sim.with(|books, _| {
        let open = books
            .documents
            .values()
            .find(|document| document.status == "Open" && document.key.kind.label() == "Invoice");
        open.map(|document| (document.customer.clone(), document.key.number.to_string())).unwrap()
    });
    edit(&world, serde_json::json!({"edit": "hide", "customer": customer}));
    assert_eq!(swept_twice(&world).await.sweeps[&Flow::Customers].gone, 1);
    let gone = entry(&world, Flow::Customers, &customer).await;
    assert_eq!(held(&world, "Accounts", &gone, "ERP Status").as_deref(), Some("Deleted"));
    world.clock.advance(Duration::from_secs(60));
    edit(&world, serde_json::json!({"edit": "pay", "kind": "Invoice", "number": number}));
    let report = world.sync().await;
    assert_eq!((report.outcome, report.flows[&Flow::Invoices].updated), (Outcome::Settled, 1), "{report:#?}");
    let document = document(&world, &number).await;
    assert_eq!(held(&world, "Invoices", &document, "ERP Status").as_deref(), Some("Closed"));
}

#[tokio::test]
async fn an_interrupted_sweep_goes_on_where_it_stood_and_one_that_is_told_nothing_decides_nothing() {
    let world = loaded(11).await;
    let key = item(&world, 2);
    edit(&world, serde_json::json!({"edit": "delete_item", "key": key}));
    let lists = || {
        let log = world.sim.requests().page(0, usize::MAX).rows;
        let keys =
            |target: &str| target.contains("$select=InventoryID,LastModifiedDateTime&") && !target.contains("%20lt%20");
        let stock = log.iter().filter(|row| keys(&row.target) && row.target.contains("/StockItem?")).count();
        (stock, log.iter().filter(|row| keys(&row.target) && row.target.contains("/NonStockItem?")).count())
    };
    for round in 1..=2 {
        let before = lists();
        let mut dials = sim::faults::Dials::default();
        // Every call takes a moment, so that the fault comes between two of them.
        dials.acumatica.latency_ms = 1;
        world.sim.faults().set(dials.clone());
        let reads = || world.sim.requests().counters(sim::faults::System::Acumatica).by_route.values().sum::<u64>();
        let first = reads();
        let fault = async {
            // After the two reads of the flow itself.
            while reads() < first + 2 {
                tokio::task::yield_now().await;
            }
            dials.acumatica.http_500 = 1.0;
            dials.acumatica.path = Some("/NonStockItem".to_owned());
            world.sim.faults().set(dials);
        };
        let asked = Options { sweep: true, flows: Some([Flow::Items].into()), ..Options::default() };
        let (report, ()) = tokio::join!(world.sync_with(&asked), fault);
        assert_eq!(report.outcome, Outcome::Unavailable, "{report:#?}");
        assert!(report.flows[&Flow::Items].complete && !report.sweeps[&Flow::Items].complete, "{report:#?}");
        world.sim.faults().set(sim::faults::Dials::default());
        let report = world.sync_with(&Options { flows: Some([Flow::Items].into()), ..Options::default() }).await;
        assert!(report.sweeps[&Flow::Items].complete, "round {round}: {report:#?}");
        let after = lists();
        assert_eq!((after.0 - before.0, entry(&world, Flow::Items, &key).await.state == State::Gone), (2, round == 2));
    }
}

#[tokio::test]
async fn a_sweep_that_a_slow_answer_cuts_short_goes_on_with_the_next_run_and_not_the_next_day() {
    let world = loaded(12).await;
    world.clock.advance(std::time::Duration::from_secs(25 * 60 * 60));
    let mut dials = sim::faults::Dials::default();
    (dials.acumatica.slow, dials.acumatica.slow_seconds) = (1.0, 65.0);
    dials.acumatica.path = Some("/Customer".to_owned());
    world.sim.faults().set(dials);
    let report = world.sync().await;
    let complete = |report: &Report| report.sweeps.values().filter(|sweep| sweep.complete).count();
    assert_eq!((report.outcome, report.sweeps.len(), complete(&report)), (Outcome::Settled, 3, 0), "{report:#?}");
    assert!(report.sweeps[&Flow::Customers].listed > 0, "{report:#?}");
    world.sim.faults().set(sim::faults::Dials::default());
    let report = world.sync().await;
    assert_eq!((report.outcome, complete(&report)), (Outcome::Settled, 3), "{report:#?}");
    assert_eq!(report.sweeps[&Flow::Customers].listed, 0, "its keys were listed already: {report:#?}");
}
