//! Problems of records, each truly raised by what causes it in the two systems: its sentence, where it is, what is to be done, and what
//! ends it.
//!
//! Those that people's edits and deletions raise are in `drift`, `sweep` and `recovery`, those that hours make of others in `waiting`;
//! `catalogue` sees to it that none is left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::{Options, Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::acumatica::model::{DocKey, Document, StampRule};
use sim::control::edit::{Edit, Row};
use sim::faults::Dials;
use sim::zoho::State as Crm;
use sim::zoho::Switches;
use store::{By, Selection};
use support::world::World;
use sync::problem::Code;
use sync::settle::{Entry, State};
use sync::{Class, Flow};

const SIZE: Size = Size { customers: 10, items: 8, invoices: 16, won_deals: 0, existing_accounts: 0 };

async fn fresh(seed: u64) -> World {
    World::new(seed, SIZE, |_| {}).await
}

/// A world after its first load.
async fn loaded(seed: u64) -> World {
    let world = fresh(seed).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

/// An edit of the CRM or the ERP by its words.
fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

fn switches(words: Value) -> Switches {
    serde_json::from_value(words).unwrap()
}

fn crm(world: &World, change: impl FnOnce(&mut Crm)) {
    world.sim.zoho().with(change);
}

/// Changes a document as nobody at the ERP could through its forms.
fn document(world: &World, key: &DocKey, change: impl FnOnce(&mut Document)) {
    let now = world.sim.acumatica().now();
    world.sim.acumatica().write(now, |books, _| books.edit_document(key, StampRule::Moves, now, change)).unwrap();
}

fn touch(world: &World, key: &str, phone: &str) {
    world.sim.change(&Edit::TouchCustomer { key: key.to_owned(), phone: phone.to_owned() }).unwrap();
}

/// A customer without a parent, whose name nobody else has.
fn customer(world: &World) -> (String, String) {
    world.sim.with(|books, _| {
        let named = |name: &str| books.customers.values().filter(|other| other.name.eq_ignore_ascii_case(name)).count();
        let fits = |customer: &&sim::acumatica::model::Customer| {
            customer.parent.is_none()
                && customer.status == "Active"
                && customer.name.is_ascii()
                && named(&customer.name) == 1
        };
        let customer = books.customers.values().find(fits).unwrap();
        (customer.key.clone(), customer.name.clone())
    })
}

/// An open invoice that `fits`.
fn invoice(world: &World, fits: impl Fn(&Document) -> bool) -> (DocKey, Document) {
    world.sim.with(|books, _| {
        let open = |document: &&Document| {
            document.status == "Open" && document.key.kind.label() == "Invoice" && fits(document)
        };
        let document = books.documents.values().find(open).expect("the company has such an invoice");
        (document.key.clone(), document.clone())
    })
}

/// What the command line calls a document.
fn called(key: &DocKey) -> String {
    format!("{}/{}", key.kind.label(), key.number)
}

async fn entry(world: &World, flow: Flow, key: &str) -> Entry {
    let named = key.to_owned();
    let mut found = world.store.entries(world.row.id, flow, std::slice::from_ref(&named)).await.unwrap();
    match found.remove(key) {
        Some(document) => document,
        None => world.store.entry_by_code(world.row.id, flow, key).await.unwrap().unwrap(),
    }
}

/// What is to be told of a record.
struct Told<'a> {
    flow: Flow,
    key: &'a str,
    state: State,
    code: Code,
    class: Class,
    /// Parts of the sentence.
    words: &'a [&'a str],
    field: &'a str,
}

/// The record says it in the ledger, the run in its report, and the trail remembers it.
async fn tells(world: &World, report: &Report, told: Told<'_>) {
    let Told { flow, key, state, code, class, words, field } = told;
    let entry = entry(world, flow, key).await;
    let problem = entry.problem.clone().unwrap_or_else(|| panic!("{key} has no problem: {report:#?}"));
    assert_eq!((entry.state, problem.code, problem.field.as_str()), (state, code, field), "{}", problem.message);
    for word in words {
        assert!(problem.message.contains(word), "\"{word}\" is missing: {}", problem.message);
    }
    assert!(problem.message.ends_with('.'), "a sentence: {}", problem.message);
    assert_eq!((code.class(), code.remedy().is_empty()), (class, false));
    let listed = report.problems.iter().find(|listed| listed.key == key && listed.code == code.name());
    let listed = listed.unwrap_or_else(|| panic!("the run does not tell it: {report:#?}"));
    assert_eq!((&listed.message, listed.remedy.as_str()), (&problem.message, code.remedy()));
    let found = world.store.find(world.row.id, &entry.erp_key).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert_eq!(trail[0].problem.as_ref(), Some(&problem), "the trail remembers it");
}

async fn replay(world: &World, key: &str) {
    let by = By { who: "finance".to_owned(), why: "the cause is gone".to_owned() };
    let these = Selection::Keys(vec![key.to_owned()]);
    assert_eq!(world.store.retry(world.row.id, &these, &by, sync::Instant::from_micros(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_value_that_the_crm_does_not_take() {
    let world = loaded(51).await;
    crm(&world, |state| state.switches = switches(json!({"markup": "refuse"})));
    let (key, _) = customer(&world);
    let rename = |name: &str| {
        edit(&world, json!({"edit": "customer", "key": key, "field": "name", "value": name}));
    };
    rename("Less <than> none");
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::ValueRefused,
        class: Class::Person,
        words: &["Zoho CRM refuses the value of Account_Name"],
        field: "Account_Name",
    };
    tells(&world, &report, told).await;
    let before = entry(&world, Flow::Customers, &key).await.target_id;
    rename("More than none");
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "fixing it at its source clears it: {report:#?}");
    assert_eq!(entry(&world, Flow::Customers, &key).await.target_id, before);
    world.assert_agreement("after the correction");
}

#[tokio::test]
async fn a_field_that_the_crm_wants_and_nobody_fills() {
    let world = fresh(52).await;
    let industry = |mandatory: bool| json!({"edit": "zoho_field", "module": "Accounts", "field": "Industry", "mandatory": mandatory});
    edit(&world, industry(true));
    let report = world.sync().await;
    let (key, _) = customer(&world);
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::MandatoryMissing,
        class: Class::Person,
        words: &["Zoho CRM wants the field Industry"],
        field: "Industry",
    };
    tells(&world, &report, told).await;
    edit(&world, industry(false));
    let by = By { who: "crm admin".to_owned(), why: "optional now".to_owned() };
    let these = Selection::Code(Code::MandatoryMissing);
    world.store.retry(world.row.id, &these, &by, sync::Instant::from_micros(1)).await.unwrap();
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world.assert_agreement("after the replay");
}

#[tokio::test]
async fn a_value_that_must_be_unique_and_is_another_records() {
    let world = loaded(53).await;
    let (key, _) = customer(&world);
    let ours = entry(&world, Flow::Customers, &key).await;
    let account = ours.target_id.clone().unwrap();
    let carries = |id: &str, value: Value| {
        edit(&world, json!({"edit": "zoho_set", "module": "Accounts", "id": id, "field": "ERP_Key", "value": value}));
    };
    edit(&world, json!({"edit": "zoho_insert", "module": "Accounts", "values": {"Account_Name": "A copy by hand"}}));
    let copy =
        world.sim.with(|_, org| org.module("Accounts").unwrap().records().map(|record| record.id).max()).unwrap();
    let copy = copy.to_string();
    carries(&account, Value::Null);
    carries(&copy, json!(ours.erp_key));
    touch(&world, &key, "+41 44 111 11 11");
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::DuplicateValue,
        class: Class::Person,
        words: &["refuses a second record with this value", &copy],
        field: "ERP Key",
    };
    tells(&world, &report, told).await;
    assert_eq!(entry(&world, Flow::Customers, &key).await.target_id.as_deref(), Some(account.as_str()));
    carries(&copy, Value::Null);
    replay(&world, &key).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    assert_eq!(entry(&world, Flow::Customers, &key).await.target_id, Some(account), "a replay writes the same record");
}

#[tokio::test]
async fn a_record_that_is_locked() {
    let world = loaded(54).await;
    let (key, _) = customer(&world);
    let account = entry(&world, Flow::Customers, &key).await.target_id.unwrap();
    let hold =
        |hold: Value| edit(&world, json!({"edit": "zoho_hold", "module": "Accounts", "id": account, "hold": hold}));
    hold(json!("locked"));
    touch(&world, &key, "+41 44 111 11 11");
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::RecordLocked,
        class: Class::Again,
        words: &["locked in Zoho CRM"],
        field: "",
    };
    tells(&world, &report, told).await;
    hold(Value::Null);
    world.clock.advance(std::time::Duration::from_secs(6 * 60 * 60));
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "nobody has to do anything: {report:#?}");
    assert_eq!(entry(&world, Flow::Customers, &key).await.target_id, Some(account));
    world.assert_agreement("after the lock");
}

#[tokio::test]
async fn a_record_that_is_refused_for_another_reason() {
    let world = loaded(55).await;
    let (key, _) = customer(&world);
    // A proxy before Zoho CRM refuses every call that holds the record.
    let mut dials = Dials::default();
    (dials.zoho.body, dials.zoho.http_413) = (Some(key.clone()), 1.0);
    world.sim.faults().set(dials);
    touch(&world, &key, "+41 44 222 22 22");
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::Refused,
        class: Class::Person,
        words: &["413"],
        field: "",
    };
    tells(&world, &report, told).await;
    world.sim.faults().set(Dials::default());
    replay(&world, &key).await;
    assert_eq!(world.sync().await.outcome, Outcome::Settled);
    world.assert_agreement("after the proxy");
}

#[tokio::test]
async fn a_field_that_a_blueprint_owns_is_kept_back_and_the_rest_is_written() {
    let world = loaded(57).await;
    let (key, document) = invoice(&world, |_| true);
    let target = entry(&world, Flow::Invoices, &called(&key)).await.target_id.unwrap();
    edit(&world, json!({"edit": "zoho_hold", "module": "Invoices", "id": target, "hold": "blueprint"}));
    edit(&world, json!({"edit": "pay", "kind": "Invoice", "number": document.key.number, "amount": null}));
    let report = world.sync().await;
    assert_eq!((report.outcome, report.problems_total), (Outcome::Settled, 0), "{report:#?}");
    world.assert_agreement("with the balance that a blueprint does not own");
    let found = world.store.find(world.row.id, &called(&key)).await.unwrap();
    let trail = world.store.record(found[0].id).await.unwrap().unwrap().trail;
    assert!(trail[0].note.contains("Status is kept back: a blueprint in Zoho CRM governs"), "{:?}", trail[0]);
    let report = world.sync().await;
    assert_eq!(report.calls[&port::System::Zoho].made, 0, "nothing is tried again for it: {report:#?}");
}

#[tokio::test]
async fn an_organisation_that_takes_no_more_records() {
    for level in ["request", "record"] {
        let world = World::new(56, SIZE, |options| options.zoho = switches(json!({"storage_error": level}))).await;
        let (key, _) = customer(&world);
        world.sim.change(&Edit::Hide(Row::Customer(key.clone()))).unwrap();
        world.sync().await;
        crm(&world, |state| state.org.record_cap = Some(state.org.stored()));
        world.sim.change(&Edit::Show(Row::Customer(key.clone()))).unwrap();
        touch(&world, &key, "+41 44 111 11 11");
        let report = world.sync().await;
        let told = Told {
            flow: Flow::Customers,
            key: &key,
            state: State::Parked,
            code: Code::StorageFull,
            class: Class::AfterQuota,
            words: &["takes no more records"],
            field: "",
        };
        tells(&world, &report, told).await;
        let sent = || world.sim.requests().counters(sim::faults::System::Zoho).by_route["POST /crm/v8/Accounts/upsert"];
        let before = sent();
        world.sync().await;
        assert_eq!(sent(), before, "{level}: it is not tried by each run");
        crm(&world, |state| state.org.record_cap = None);
        world.clock.advance(std::time::Duration::from_secs(6 * 60));
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{level}: {report:#?}");
        world.assert_agreement("after more storage was bought");
    }
}

#[tokio::test]
async fn a_write_whose_outcome_is_not_known_yet() {
    let world = fresh(57).await;
    let fails = |zoho: Option<&str>, acumatica: Option<&str>| {
        let mut dials = Dials::default();
        if let Some(path) = zoho {
            (dials.zoho.http_500, dials.zoho.path) = (1.0, Some(path.to_owned()));
        }
        if let Some(path) = acumatica {
            (dials.acumatica.http_500, dials.acumatica.path) = (1.0, Some(path.to_owned()));
        }
        world.sim.faults().set(dials);
    };
    // The CRM creates the accounts, and neither its answer nor a look-up arrives.
    let mut lost = Dials::default();
    (lost.zoho.reset_after, lost.zoho.path) = (1.0, Some("/Accounts/upsert".to_owned()));
    world.sim.faults().set(lost);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Unavailable, "{report:#?}");
    // The next run finds them, and the ERP is away before it can compare.
    fails(None, Some("/entity/"));
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Unavailable, "{report:#?}");
    let (key, _) = customer(&world);
    let unknown = entry(&world, Flow::Customers, &key).await;
    let problem = unknown.problem.unwrap();
    assert_eq!((unknown.state, problem.code, problem.field.as_str()), (State::Parked, Code::OutcomeUnknown, ""));
    assert!(problem.message.contains("before Zoho CRM's answer for this record was kept"), "{}", problem.message);
    assert_eq!((Code::OutcomeUnknown.class(), Code::OutcomeUnknown.remedy().is_empty()), (Class::Again, false));
    assert!(unknown.target_id.is_some(), "what the CRM holds is linked, and not created once more");
    fails(None, None);
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "nobody has to do anything: {report:#?}");
    world.assert_agreement("after the third run");
}

#[tokio::test]
async fn a_document_whose_customer_is_not_there() {
    let world = fresh(58).await;
    let (customer, name) = customer(&world);
    edit(&world, json!({"edit": "zoho_insert", "module": "Accounts", "values": {"Account_Name": name}}));
    let (key, _) = invoice(&world, |_| true);
    document(&world, &key, |document| document.customer.clone_from(&customer));
    let report = world.sync().await;
    let words = format!("The customer {customer} has no account in Zoho CRM yet.");
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Waiting,
        code: Code::WaitingForAccount,
        class: Class::Again,
        words: &[&words],
        field: &customer,
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_document_whose_item_is_not_there() {
    let world = fresh(64).await;
    let (key, document) = invoice(&world, |document| document.lines.iter().any(|line| line.item.is_some()));
    let item = document.lines.iter().find_map(|line| line.item.clone()).unwrap();
    let product = json!({"Product_Name": "A product of sales", "Product_Code": item});
    edit(&world, json!({"edit": "zoho_insert", "module": "Products", "values": product}));
    let report = world.sync().await;
    let words = format!("The item {item} has no product in Zoho CRM yet.");
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Waiting,
        code: Code::WaitingForProduct,
        class: Class::Again,
        words: &[&words],
        field: &item,
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_currency_that_is_not_active() {
    let world = fresh(59).await;
    let home = world.sim.with(|_, org| org.home().to_owned());
    let (key, foreign) = invoice(&world, |document| document.currency != home);
    let active = |active: bool| json!({"edit": "zoho_currency", "iso": foreign.currency, "active": active});
    edit(&world, active(false));
    let report = world.sync().await;
    let words = format!("The currency {} is not active in Zoho CRM.", foreign.currency);
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Parked,
        code: Code::CurrencyNotActive,
        class: Class::Person,
        words: &[&words],
        field: "Currency",
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_status_that_nobody_documented() {
    let world = loaded(60).await;
    let (key, _) = invoice(&world, |_| true);
    document(&world, &key, |document| document.status = "Frozen".to_owned());
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Skipped,
        code: Code::UnknownStatus,
        class: Class::Person,
        words: &["The status \"Frozen\" is none of the documented ones."],
        field: "Status",
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_document_that_cannot_be_read() {
    let world = loaded(61).await;
    let (key, _) = invoice(&world, |_| true);
    document(&world, &key, |document| document.customer = String::new());
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Parked,
        code: Code::SourceUnreadable,
        class: Class::Person,
        words: &["The document has no CustomerID."],
        field: "CustomerID",
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_number_that_was_used_again() {
    let world = loaded(62).await;
    let (key, _) = invoice(&world, |_| true);
    let before = entry(&world, Flow::Invoices, &called(&key)).await;
    document(&world, &key, |document| {
        document.meta.id = sim::acumatica::model::Meta::new(Default::default(), jiff::Timestamp::UNIX_EPOCH).id
    });
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Parked,
        code: Code::NumberReused,
        class: Class::Never,
        words: &["has another identity in Acumatica"],
        field: "",
    };
    tells(&world, &report, told).await;
    let after = entry(&world, Flow::Invoices, &called(&key)).await;
    assert_eq!(after.target_id, before.target_id, "the link stays until a person has looked");
    replay(&world, &called(&key)).await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "a person said that it is the document: {report:#?}");
}

#[tokio::test]
async fn a_number_that_was_used_again_is_told_also_when_its_record_is_to_be_written_anew() {
    let world = loaded(64).await;
    let (key, _) = invoice(&world, |_| true);
    document(&world, &key, |document| {
        document.meta.id = sim::acumatica::model::Meta::new(Default::default(), jiff::Timestamp::UNIX_EPOCH).id
    });
    // Nobody knows yet that the number stands for another document: this asks for something else.
    replay(&world, &called(&key)).await;
    let report = world.sync().await;
    let told = Told {
        flow: Flow::Invoices,
        key: &called(&key),
        state: State::Parked,
        code: Code::NumberReused,
        class: Class::Never,
        words: &["has another identity in Acumatica"],
        field: "",
    };
    tells(&world, &report, told).await;
}

#[tokio::test]
async fn a_key_that_is_longer_than_its_field() {
    let world = loaded(63).await;
    let (key, _) = customer(&world);
    edit(&world, json!({"edit": "zoho_field", "module": "Accounts", "field": "ERP_Key", "length": 20}));
    touch(&world, &key, "+41 44 111 11 11");
    // What was found out about the systems holds for these settings only.
    let report = world.sync_set(&Options::default(), |connection| connection.settings.push_str("; changed")).await;
    let told = Told {
        flow: Flow::Customers,
        key: &key,
        state: State::Parked,
        code: Code::KeyTooLong,
        class: Class::Person,
        words: &["is longer than the 20 characters of its field"],
        field: "ERP Key",
    };
    tells(&world, &report, told).await;
}
