//! What people do in the CRM to records that the connector wrote: deleted, restored, merged, keys cleared and copied.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Options, Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::control::edit::Edit;
use sim::faults::{Dials, SystemDials};
use store::{By, Selection};
use support::world::{World, written};
use sync::Flow;
use sync::problem::Code;
use sync::settle::{Entry, State};

const SIZE: Size = Size { customers: 40, items: 12, invoices: 12, won_deals: 0, existing_accounts: 0 };

/// A world after its first load.
async fn loaded(seed: u64) -> World {
    let world = World::new(seed, SIZE, |_| {}).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

/// The code of the customer in that place.
fn customer(world: &World, place: usize) -> String {
    world.sim.with(|books, _| books.customers.keys().nth(place).cloned().unwrap()).to_string()
}

async fn entry(world: &World, code: &str) -> Entry {
    world.store.entry_by_code(world.row.id, Flow::Customers, code).await.unwrap().unwrap()
}

async fn account(world: &World, code: &str) -> String {
    entry(world, code).await.target_id.unwrap()
}

/// One edit by a user of the CRM.
fn edit(world: &World, word: &str, more: Value) {
    let mut edit = json!({"edit": word, "module": "Accounts"});
    edit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

/// A run a day later: the check is due.
async fn next_day(world: &World) -> Report {
    world.clock.advance(Duration::from_secs(25 * 60 * 60));
    world.sync().await
}

async fn replay(world: &World, code: &str) {
    let by = By { who: "finance".to_owned(), why: "it is wanted again".to_owned() };
    let these = Selection::Keys(vec![code.to_owned()]);
    let asked = world.store.retry(world.row.id, &these, &by, sync::Instant::from_micros(1)).await.unwrap();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_check_is_due_a_day_after_the_load_and_costs_a_call_per_module() {
    let world = loaded(31).await;
    let again = world.sync().await;
    assert_eq!(again.calls[&port::System::Zoho].made, 0, "nothing is due at once");
    assert!(again.checks.is_empty());
    let checked = next_day(&world).await;
    assert_eq!(checked.outcome, Outcome::Settled, "{checked:#?}");
    let check = checked.checks[&Flow::Customers];
    assert!(check.complete && check.links >= 40, "{check:?}");
    assert_eq!(written(&checked), 0);
    let after = world.sync().await;
    assert!(after.checks.is_empty(), "the next one is due in a day");
    let asked = world.sync_with(&Options { check: true, ..Options::default() }).await;
    assert_eq!(asked.checks.len(), 3);
}

#[tokio::test]
async fn a_deleted_account_is_told_with_who_and_when_never_made_anew_and_heals_when_restored() {
    let world = loaded(32).await;
    let code = customer(&world, 3);
    let id = account(&world, &code).await;
    edit(&world, "zoho_delete", json!({"id": id}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    let gone = entry(&world, &code).await;
    let problem = gone.problem.clone().unwrap();
    assert_eq!(
        (gone.state, problem.code, gone.target_id.as_deref()),
        (State::Parked, Code::TargetGone, Some(id.as_str()))
    );
    assert!(problem.message.contains(" by ") && problem.message.contains("recycle bin"), "{}", problem.message);
    // Changes at its source do not bring it back, nor does another check say it again.
    world.sim.change(&Edit::TouchCustomer { key: code.clone(), phone: "+41 44 222 22 22".to_owned() }).unwrap();
    let report = next_day(&world).await;
    assert_eq!(entry(&world, &code).await.problem.unwrap().code, Code::TargetGone);
    assert_eq!(report.checks[&Flow::Customers].parked, 1, "the run's own words are completed by who and when");
    let report = next_day(&world).await;
    assert_eq!(report.checks[&Flow::Customers].parked, 0, "it is told once");
    assert!(!world.sim.compare().agree);
    edit(&world, "zoho_restore", json!({"id": id}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(account(&world, &code).await, id, "it is the same record");
    world.assert_agreement("after the restore");
}

#[tokio::test]
async fn what_people_changed_before_a_record_went_is_written_again_when_it_is_restored() {
    let world = loaded(38).await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Billing_City", "value": "Reptown"}));
    edit(&world, "zoho_delete", json!({"id": id}));
    assert_eq!(next_day(&world).await.outcome, Outcome::Parked);
    edit(&world, "zoho_restore", json!({"id": id}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the restore of an edited record");
}

#[tokio::test]
async fn what_people_changed_before_the_first_load_was_through_is_found() {
    let world = World::new(39, SIZE, |_| {}).await;
    let failing = SystemDials { path: Some("/Invoices".to_owned()), http_500: 1.0, ..SystemDials::default() };
    world.sim.faults().set(Dials { zoho: failing, ..Dials::default() });
    assert_eq!(world.sync().await.outcome, Outcome::Unavailable);
    let id = account(&world, &customer(&world, 4)).await;
    world.clock.advance(Duration::from_secs(60 * 60));
    edit(&world, "zoho_set", json!({"id": id, "field": "Billing_City", "value": "Reptown"}));
    world.clock.advance(Duration::from_secs(60 * 60));
    world.sim.faults().set(Dials::default());
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    let report = next_day(&world).await;
    assert_eq!(report.checks[&Flow::Customers].healed, 1, "{report:#?}");
    world.assert_agreement("after the first check");
}

#[tokio::test]
async fn documents_of_a_deleted_account_wait_until_a_person_has_it_made_anew() {
    let world = loaded(33).await;
    let code = world.sim.with(|books, _| {
        let key = &books.documents.values().find(|document| document.status == "Open").unwrap().customer;
        key.to_string()
    });
    let id = account(&world, &code).await;
    edit(&world, "zoho_delete", json!({"id": id}));
    next_day(&world).await;
    for _ in 0..6 {
        world.sim.change(&Edit::PostNew).unwrap();
    }
    world.sync().await;
    replay(&world, &code).await;
    let report = world.sync().await;
    assert_ne!(account(&world, &code).await, id, "a person wanted it");
    assert!(report.problems.iter().all(|problem| problem.code != "value_refused"), "{report:#?}");
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
}

#[tokio::test]
async fn a_cleared_key_is_written_again_by_id() {
    let world = loaded(34).await;
    let code = customer(&world, 5);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "ERP_Key", "value": null}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(report.checks[&Flow::Customers].healed, 1);
    assert_eq!(account(&world, &code).await, id);
    world.assert_agreement("after the check");
    let found = world.store.find(world.row.id, &code).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert!(trail[0].note.contains("was cleared in Zoho CRM"), "{:?}", trail[0]);
}

#[tokio::test]
async fn a_key_that_was_copied_to_another_record_does_not_take_the_link_along() {
    let world = loaded(35).await;
    let code = customer(&world, 6);
    let known = entry(&world, &code).await;
    let id = known.target_id.unwrap();
    edit(&world, "zoho_set", json!({"id": id, "field": "ERP_Key", "value": null}));
    edit(&world, "zoho_insert", json!({"values": {"Account_Name": "A copy", "ERP_Key": known.erp_key}}));
    // A change at the source on the same day must not go into the copy either.
    world.sim.change(&Edit::TouchCustomer { key: code.clone(), phone: "+41 44 333 33 33".to_owned() }).unwrap();
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    let parked = entry(&world, &code).await;
    assert_eq!((parked.target_id.as_deref(), parked.problem.unwrap().code), (Some(id.as_str()), Code::DuplicateValue));
    let copy = world.sim.with(|_, crm| {
        let accounts = crm.module("Accounts").unwrap();
        accounts
            .records()
            .map(|record| record.id)
            .find(|id| crm.value("Accounts", *id, "Account_Name") == Some("A copy".into()))
            .unwrap()
    });
    edit(&world, "zoho_set", json!({"id": copy.to_string(), "field": "ERP_Key", "value": null}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(account(&world, &code).await, id);
}

#[tokio::test]
async fn a_merge_takes_the_link_along_where_the_key_went_and_is_asked_about_elsewhere() {
    let world = loaded(36).await;
    let (stays, goes) = (customer(&world, 7), customer(&world, 8));
    let (winner, loser) = (account(&world, &stays).await, entry(&world, &goes).await);
    // Two of ours: the loser's key is nowhere.
    edit(&world, "zoho_merge", json!({"winner": winner, "loser": loser.target_id.unwrap()}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
    assert_eq!(entry(&world, &goes).await.problem.unwrap().code, Code::TargetGone);
    assert_eq!(entry(&world, &stays).await.state, State::Settled);
    // One of ours into a record of a rep, to which the person gave our key.
    let third = customer(&world, 9);
    let known = entry(&world, &third).await;
    edit(&world, "zoho_insert", json!({"values": {"Account_Name": "Of a rep"}}));
    let theirs = world.sim.with(|_, crm| {
        let accounts = crm.module("Accounts").unwrap();
        accounts
            .records()
            .map(|record| record.id)
            .find(|id| crm.value("Accounts", *id, "Account_Name") == Some("Of a rep".into()))
            .unwrap()
    });
    edit(&world, "zoho_merge", json!({"winner": theirs.to_string(), "loser": known.target_id.unwrap()}));
    edit(&world, "zoho_set", json!({"id": theirs.to_string(), "field": "ERP_Key", "value": known.erp_key}));
    let report = next_day(&world).await;
    assert_eq!(report.checks[&Flow::Customers].relinked, 1, "{report:#?}");
    assert_eq!(account(&world, &third).await, theirs.to_string());
    assert_eq!(entry(&world, &third).await.state, State::Settled);
}

#[tokio::test]
async fn a_merge_that_left_our_key_nowhere_is_undecided_and_names_the_candidate() {
    let world = loaded(37).await;
    let code = world.sim.with(|books, _| {
        let same = |name: &str| books.customers.values().filter(|other| other.name.eq_ignore_ascii_case(name)).count();
        books.customers.values().find(|customer| same(&customer.name) == 1).unwrap().key.clone()
    });
    let known = entry(&world, &code).await;
    let name = world.sim.with(|books, _| books.customers.values().find(|c| c.key == code).unwrap().name.clone());
    edit(&world, "zoho_insert", json!({"values": {"Account_Name": name}}));
    let theirs = world.sim.with(|_, crm| {
        let accounts = crm.module("Accounts").unwrap();
        let newest = accounts.records().map(|record| record.id).max();
        newest.unwrap().to_string()
    });
    edit(&world, "zoho_merge", json!({"winner": theirs, "loser": known.target_id.clone().unwrap()}));
    for parked in [1, 0] {
        let report = next_day(&world).await;
        assert_eq!(report.checks[&Flow::Customers].parked, parked, "it is told once: {report:#?}");
        let undecided = entry(&world, &code).await;
        let problem = undecided.problem.unwrap();
        assert_eq!((undecided.state, problem.code), (State::Undecided, Code::UndecidedName));
        assert!(problem.message.contains(&theirs) && problem.message.contains(&known.erp_key), "{}", problem.message);
        assert!(problem.message.contains("deleted or merged"), "{}", problem.message);
    }
    // The person writes the key into the record that stayed: the link goes there.
    edit(&world, "zoho_set", json!({"id": theirs, "field": "ERP_Key", "value": known.erp_key}));
    let report = next_day(&world).await;
    assert_eq!((report.outcome, report.checks[&Flow::Customers].relinked), (Outcome::Settled, 1), "{report:#?}");
    assert_eq!(account(&world, &code).await, theirs);
    world.assert_agreement("after the merge was decided");
}

#[tokio::test]
async fn a_binned_record_that_keeps_its_key_is_told_and_goes_on_when_it_is_restored_or_gone_for_good() {
    for for_good in [false, true] {
        let world = World::new(38, SIZE, |options| {
            options.zoho = serde_json::from_value(json!({"bin_blocks_unique": true})).unwrap();
        })
        .await;
        world.sync().await;
        let code = customer(&world, 3);
        let id = account(&world, &code).await;
        edit(&world, "zoho_delete", json!({"id": id}));
        next_day(&world).await;
        replay(&world, &code).await;
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Parked, "{report:#?}");
        let binned = entry(&world, &code).await;
        let problem = binned.problem.unwrap();
        assert_eq!((binned.state, problem.code), (State::Parked, Code::KeyInBin));
        assert!(problem.message.contains(&id) && problem.message.contains("recycle bin"), "{}", problem.message);
        let report = next_day(&world).await;
        assert_eq!(entry(&world, &code).await.problem.unwrap().code, Code::KeyInBin, "{report:#?}");
        assert_eq!(report.checks[&Flow::Customers].parked, 0, "it is told once: {report:#?}");
        if for_good {
            edit(&world, "zoho_purge", json!({"id": id}));
            replay(&world, &code).await;
            let report = world.sync().await;
            assert_eq!(report.flows[&Flow::Customers].created, 1, "{report:#?}");
            assert_ne!(account(&world, &code).await, id);
        } else {
            edit(&world, "zoho_restore", json!({"id": id}));
            next_day(&world).await;
            assert_eq!(account(&world, &code).await, id);
        }
        assert_eq!(entry(&world, &code).await.state, State::Settled);
        assert_eq!(world.sim.compare().accounts.doubled_total, 0);
    }
}

#[tokio::test]
async fn a_document_whose_key_lies_in_the_bin_is_told_the_same() {
    let world = World::new(39, SIZE, |options| {
        options.zoho = serde_json::from_value(json!({"bin_blocks_unique": true})).unwrap();
    })
    .await;
    world.sync().await;
    let id = world.sim.with(|_, crm| crm.module("Invoices").unwrap().records().next().unwrap().id.to_string());
    let linked = world.store.linked_to(world.row.id, Flow::Invoices, std::slice::from_ref(&id)).await.unwrap();
    let code = linked[0].entry.code.clone();
    world.sim.change(&Edit::ZohoDelete { module: "Invoices".to_owned(), id: id.clone() }).unwrap();
    next_day(&world).await;
    replay(&world, &code).await;
    let report = world.sync().await;
    assert_eq!(report.problems[0].code, "key_in_bin", "{report:#?}");
    assert!(report.problems[0].message.contains(&id), "{report:#?}");
    world.sim.change(&Edit::ZohoRestore { module: "Invoices".to_owned(), id }).unwrap();
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the restore");
}

/// What the CRM holds in a field of an account.
fn held(world: &World, id: &str, field: &str) -> Option<String> {
    let value = world.sim.with(|_, crm| crm.value("Accounts", id.parse().unwrap(), field))?;
    Some(value.to_string().trim_matches('"').to_owned())
}

#[tokio::test]
async fn what_a_changed_field_refuses_to_have_written_again_is_drafted_anew_and_told() {
    let world = loaded(53).await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Account_Name", "value": "Ab"}));
    edit(&world, "zoho_field", json!({"field": "Account_Name", "length": 4}));
    let report = next_day(&world).await;
    assert!(report.checks[&Flow::Customers].complete, "{report:#?}");
    let name = world.sim.with(|books, _| books.customers.values().nth(4).unwrap().name.clone());
    let cut: String = name.chars().take(4).collect();
    assert_eq!(held(&world, &id, "Account_Name"), Some(cut.trim().to_owned()), "{report:#?}");
    let found = world.store.find(world.row.id, &code).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert!(trail.iter().any(|row| row.note.contains("it is drafted anew")), "{trail:#?}");
}

#[tokio::test]
async fn a_field_that_the_erp_owns_is_written_again_and_others_are_left() {
    let world = loaded(41).await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Account_Name", "value": "Acme of a rep"}));
    edit(&world, "zoho_set", json!({"id": id, "field": "Employees", "value": 12}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    let check = report.checks[&Flow::Customers];
    assert_eq!((check.healed, check.complete), (1, true), "{check:?}");
    assert_eq!(held(&world, &id, "Employees").as_deref(), Some("12"));
    world.assert_agreement("after the check");
    let found = world.store.find(world.row.id, &code).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert!(trail[0].note.contains("Account_Name to \"Acme of a rep\""), "{:?}", trail[0]);
    // Our own write comes back as agreed: one look, no write.
    let report = next_day(&world).await;
    assert_eq!((report.checks[&Flow::Customers].healed, written(&report)), (0, 0), "{report:#?}");
}

#[tokio::test]
async fn a_record_that_alternates_is_stopped_after_three_rounds_and_goes_on_after_a_replay() {
    let world = loaded(42).await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    for round in 0..4 {
        edit(&world, "zoho_set", json!({"id": id, "field": "Account_Name", "value": "Of a workflow"}));
        let report = next_day(&world).await;
        let healed = report.checks[&Flow::Customers].healed;
        assert_eq!(healed, u64::from(round < 3), "round {round}: {report:#?}");
    }
    let stopped = entry(&world, &code).await;
    assert_eq!((stopped.state, stopped.problem.unwrap().code), (State::Parked, Code::Alternating));
    assert_eq!(held(&world, &id, "Account_Name").as_deref(), Some("Of a workflow"));
    replay(&world, &code).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the replay");
}

#[tokio::test]
async fn a_flow_that_asks_parks_and_one_that_leaves_says_so_once() {
    let world = World::with_file(43, SIZE, "[flows.customers]\nedited = \"ask\"\n").await;
    world.sync().await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Account_Name", "value": "Asked about"}));
    next_day(&world).await;
    let parked = entry(&world, &code).await;
    assert_eq!((parked.state, parked.problem.unwrap().code), (State::Parked, Code::EditedInCrm));
    assert_eq!(held(&world, &id, "Account_Name").as_deref(), Some("Asked about"));
    replay(&world, &code).await;
    world.sync().await;
    world.assert_agreement("after the replay");

    let world = World::with_file(44, SIZE, "[flows.customers]\nedited = \"leave\"\n").await;
    world.sync().await;
    let code = customer(&world, 4);
    let id = account(&world, &code).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Phone", "value": "+1 555 010 0199"}));
    next_day(&world).await;
    edit(&world, "zoho_set", json!({"id": id, "field": "Employees", "value": 12}));
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(held(&world, &id, "Phone").as_deref(), Some("+1 555 010 0199"));
    let found = world.store.find(world.row.id, &code).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert_eq!(trail.iter().filter(|row| row.what == sync::settle::What::Edited).count(), 1, "{trail:#?}");
    world.sim.change(&Edit::TouchCustomer { key: code, phone: "+41 44 555 55 55".to_owned() }).unwrap();
    world.sync().await;
    world.assert_agreement("a change at the source wins");
}

#[tokio::test]
async fn lines_that_a_rep_changed_are_written_again() {
    let world = loaded(45).await;
    let (id, row) = world.sim.with(|_, crm| {
        let invoices = crm.module("Invoices").unwrap();
        let field = invoices.field_no("Invoiced_Items").unwrap();
        let record = invoices.records().find(|record| !record.rows(field).is_empty()).unwrap();
        (record.id, record.rows(field)[0].id)
    });
    let value = json!([{"id": row.to_string(), "Quantity": 7777}]);
    edit(
        &world,
        "zoho_set",
        json!({"module": "Invoices", "id": id.to_string(), "field": "Invoiced_Items", "value": value}),
    );
    assert!(!world.sim.compare().agree);
    let report = next_day(&world).await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the check");
    let report = next_day(&world).await;
    assert_eq!(written(&report), 0, "{report:#?}");
}
