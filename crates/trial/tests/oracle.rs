//! The oracle itself: each planted violation is seen, by its name, in a world where nothing else is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use axum::body::Body;
use engine::Options;
use futures_util::FutureExt as _;
use http::Request;
use serde_json::Value;
use sim::control::edit::Edit;
use sim::zoho::model::{Cell, FieldNo, Module, Record};
use sim::{Clock as _, Sim, Size};
use tokio_util::sync::CancellationToken;
use trial::executor::{Task, drive};
use trial::house::House;
use trial::oracle::{Deleted, Doings, Edited, Oracle, Rules, Told, Violation};

/// One under which no answer of the first load is lost: a session whose cookie never came cannot be signed out.
const SEED: u64 = 4;

/// A world after its first load, and an oracle that has seen it in order.
struct World {
    house: House,
    oracle: Oracle,
    doings: Doings,
}

impl World {
    fn new() -> Self {
        let size = Size { customers: 8, items: 8, invoices: 10, won_deals: 1, existing_accounts: 2 };
        let house = House::new(SEED, false, size, Rules::default(), |_| {}).now_or_never().unwrap().unwrap();
        let mut world = Self { house, oracle: Oracle::default(), doings: Doings::default() };
        world.run(None);
        assert_eq!(world.safety(), [] as [&str; 0]);
        world
    }

    fn run(&self, kill_after: Option<u64>) {
        let options = Options::default();
        let run = Task::new(
            self.house.run(&options, CancellationToken::new()),
            kill_after.map(trial::executor::Kill::AfterGates),
        );
        drive(&self.house.hub, vec![run], &mut || {});
    }

    fn sim(&self) -> &Sim {
        &self.house.sim
    }

    fn safety(&mut self) -> Vec<&'static str> {
        names(&self.oracle.safety(&self.house.sim, &self.doings))
    }

    fn agreement(&self, listed: &[(String, String, String)]) -> Vec<Violation> {
        self.oracle.agreement(&self.house.sim, listed, &self.doings, Rules::default(), true)
    }

    fn change(&self, edit: &Edit) {
        self.sim().change(edit).unwrap();
    }

    /// The first record of a module with or without a key of ours.
    fn record(&self, module: &str, keyed: bool) -> Record {
        self.sim().with(|_, org| {
            let module = org.module(module).unwrap();
            let key = key(module);
            module.records().find(|record| record.cells.get(key).is_some() == keyed).unwrap().clone()
        })
    }

    fn field(&self, module: &str, label: &str) -> FieldNo {
        self.sim().with(|_, org| {
            let fields = org.module(module).unwrap();
            let found = fields.live_fields().find(|(_, field)| field.label == label || field.api_name == label);
            found.unwrap().0
        })
    }

    /// Stores a record, as whatever fault might have; with a new id when it should stand beside the other.
    fn put(&self, module: &str, mut record: Record, beside: bool) -> u64 {
        self.sim().zoho().with(|state| {
            if beside {
                record.id = state.org.record_id();
            }
            let id = record.id;
            let module = state.org.module_mut(module).unwrap();
            module.take(id);
            module.put(record);
            id
        })
    }

    fn delete(&self, module: &str, record: &Record) {
        self.change(&Edit::ZohoDelete { module: module.to_owned(), id: record.id.to_string() });
    }

    fn send(&self, method: &str, target: &str) {
        let router = if target.starts_with("/crm") { self.sim().zoho_router() } else { self.sim().acumatica_router() };
        let request = Request::builder().method(method).uri(target).header("host", "127.0.0.1").body(Body::empty());
        sim::call(&router, request.unwrap()).now_or_never().unwrap().unwrap();
    }

    /// What a run says that covered everything up to now.
    fn told(&self) -> Told {
        let now = self.house.server_clock.now().as_microsecond();
        let covered = ["customers", "items", "invoices"].map(|flow| (flow.to_owned(), now));
        let open = namesakes(self).into_iter().map(|(flow, code, _)| (flow, code)).collect();
        Told { covered: BTreeMap::from(covered), open, ..Told::default() }
    }

    /// The phone of a customer that has arrived changes, and nobody carries it over. Returns its code.
    fn unheard(&self) -> String {
        let open = namesakes(self);
        let key = self.sim().with(|books, _| {
            let mut codes = books.customers.values().map(|customer| customer.key.clone());
            codes.find(|code| open.iter().all(|(_, other, _)| other != code)).unwrap()
        });
        self.change(&Edit::TouchCustomer { key: key.clone(), phone: "+1 999".to_owned() });
        key
    }
}

fn key(module: &Module) -> FieldNo {
    module.live_fields().find(|(_, field)| field.label == "ERP Key").unwrap().0
}

fn names(found: &[Violation]) -> Vec<&'static str> {
    found.iter().map(|violation| violation.name).collect()
}

#[test]
fn a_record_that_is_there_twice_is_seen() {
    for module in ["Accounts", "Products", "Invoices"] {
        let mut world = World::new();
        world.put(module, world.record(module, true), true);
        assert!(world.safety().contains(&"doubled"), "{module}");
    }
}

#[test]
fn a_number_under_two_keys_is_seen() {
    let mut world = World::new();
    let mut twin = world.record("Invoices", true);
    twin.cells.set(world.field("Invoices", "ERP Key"), Some(Cell::Text("Invoice/other".into())));
    world.put("Invoices", twin, true);
    assert_eq!(world.safety(), ["doubled"]);
}

#[test]
fn an_account_beside_a_namesake_is_seen() {
    let mut world = World::new();
    let (namesake, mut ours) = (world.record("Accounts", false), world.record("Accounts", true));
    let name = world.field("Accounts", "Account_Name");
    ours.cells.set(name, namesake.cells.get(name).cloned());
    ours.cells.set(world.field("Accounts", "ERP Key"), Some(Cell::Text("another".into())));
    world.put("Accounts", ours, true);
    assert_eq!(world.safety(), ["doubled"]);
}

#[test]
fn rows_that_were_appended_again_are_seen() {
    let mut world = World::new();
    let mut record = world.record("Invoices", true);
    let rows = world.field("Invoices", "Invoiced_Items");
    let Some(Cell::Rows(held)) = record.cells.get_mut(rows) else { panic!("no rows") };
    held.extend(held.clone());
    world.put("Invoices", record, false);
    assert_eq!(world.safety(), ["lines_doubled"]);
}

#[test]
fn what_a_person_deleted_is_not_made_again() {
    for purged in [false, true] {
        let mut world = World::new();
        let mut record = world.record("Accounts", true);
        world.delete("Accounts", &record);
        if purged {
            world.change(&Edit::ZohoPurge { module: "Accounts".to_owned(), id: record.id.to_string() });
        }
        assert_eq!(world.safety(), [] as [&str; 0]);
        record.created = world.house.server_clock.now().as_second();
        world.put("Accounts", record, true);
        assert_eq!(world.safety(), ["recreated"], "purged: {purged}");
    }
}

#[test]
fn what_was_there_before_a_deletion_is_no_copy_of_it() {
    let mut world = World::new();
    let deleted = world.record("Accounts", true);
    world.delete("Accounts", &deleted);
    // The winner of a merge takes the loser's key.
    let mut winner = world.record("Accounts", false);
    let key = world.field("Accounts", "ERP Key");
    winner.cells.set(key, deleted.cells.get(key).cloned());
    winner.created = deleted.created - 1;
    world.put("Accounts", winner, false);
    assert_eq!(world.safety(), [] as [&str; 0]);
}

#[test]
fn a_deletion_by_our_hand_is_seen() {
    let mut world = World::new();
    let record = world.record("Products", true);
    world.sim().zoho().with(|state| state.delete_record("Products", record.id, None, 1)).unwrap();
    assert_eq!(world.safety(), ["deleted_by_us"]);
}

#[test]
fn requests_outside_the_closed_lists_are_seen() {
    for (method, target, name) in [
        ("PUT", "/AcumaticaERP/entity/Default/24.200.001/Invoice", "finance_written"),
        ("POST", "/AcumaticaERP/entity/Default/24.200.001/Payment/ReleasePayment", "finance_written"),
        ("DELETE", "/AcumaticaERP/entity/Default/24.200.001/Customer/C1", "finance_written"),
        ("DELETE", "/crm/v8/Accounts/5725767000000649013", "deleted_by_us"),
        ("POST", "/crm/v8/Deals", "written_elsewhere"),
        ("PUT", "/crm/v8/org", "written_elsewhere"),
    ] {
        let mut world = World::new();
        world.send(method, target);
        assert_eq!(world.safety(), [name], "{method} {target}");
    }
}

#[test]
fn words_of_a_person_that_vanish_are_seen() {
    let mut world = World::new();
    let id = world.record("Accounts", true).id.to_string();
    let set = |value: Value| Edit::ZohoSet {
        module: "Accounts".to_owned(),
        id: id.clone(),
        field: "Description".to_owned(),
        value,
    };
    world.change(&set("call on Fridays".into()));
    assert_eq!(world.safety(), [] as [&str; 0]);
    world.change(&set(Value::Null));
    assert_eq!(world.safety(), ["cleared"]);
}

#[test]
fn a_change_of_a_stranger_is_seen() {
    let mut world = World::new();
    let us = world.sim().with(|_, org| org.users[0].id);
    let mut record = world.record("Accounts", false);
    (record.modified, record.modified_by) = (record.modified + 1, us);
    world.put("Accounts", record, false);
    assert_eq!(world.safety(), ["stranger_changed"]);
}

#[test]
fn a_record_that_was_lent_a_key_stays_its_persons_as_long_as_the_owner_of_the_key_lives() {
    let mut world = World::new();
    let us = world.sim().with(|_, org| org.users[0].id);
    let (owner, mut borrower) = (world.record("Accounts", true), world.record("Accounts", false));
    let (owner_id, key) = (owner.id, world.field("Accounts", "ERP Key"));
    borrower.cells.set(key, owner.cells.get(key).cloned());
    let mut robbed = owner.clone();
    robbed.cells.set(key, None);
    world.put("Accounts", robbed, false);
    world.put("Accounts", borrower.clone(), false);
    world.doings.lent.insert(("Accounts".to_owned(), borrower.id), owner_id);
    assert_eq!(world.safety(), [] as [&str; 0]);
    (borrower.modified, borrower.modified_by) = (borrower.modified + 1, us);
    world.put("Accounts", borrower.clone(), false);
    assert_eq!(world.safety(), ["stranger_changed"]);
    // Once the owner is gone, the link moves to it.
    world.delete("Accounts", &owner);
    borrower.modified += 1;
    world.put("Accounts", borrower, false);
    assert_eq!(world.safety(), [] as [&str; 0]);
}

#[test]
fn a_late_request_may_append_rows_and_make_anew_what_a_person_may_ask_for_too() {
    for asked in [false, true] {
        let mut world = World::new();
        let mut record = world.record("Accounts", true);
        let text = record.cells.get(world.field("Accounts", "ERP Key")).and_then(Cell::text).unwrap().to_owned();
        world.delete("Accounts", &record);
        record.created = world.house.server_clock.now().as_second();
        world.put("Accounts", record, true);
        let key = ("Accounts".to_owned(), text.to_lowercase());
        if asked { &mut world.doings.asked } else { &mut world.doings.strayed }.insert(key);
        assert_eq!(world.safety(), [] as [&str; 0], "asked: {asked}");
    }
    let mut world = World::new();
    let mut record = world.record("Invoices", true);
    let (rows, key) = (world.field("Invoices", "Invoiced_Items"), world.field("Invoices", "ERP Key"));
    let Some(Cell::Rows(held)) = record.cells.get_mut(rows) else { panic!("no rows") };
    held.extend(held.clone());
    let text = record.cells.get(key).and_then(Cell::text).unwrap().to_lowercase();
    world.doings.strayed.insert(("Invoices".to_owned(), text));
    world.put("Invoices", record, false);
    assert_eq!(world.safety(), [] as [&str; 0]);
}

#[test]
fn what_people_changed_is_written_again_or_told() {
    let mut world = World::new();
    let listed = namesakes(&world);
    let id = world.sim().with(|_, org| {
        let products = org.module("Products").unwrap();
        let text = |record: &Record| record.cells.get(key(products)).and_then(Cell::text).map(str::to_owned);
        products.records().find(|record| text(record).is_some_and(|key| key != "placeholder:line")).unwrap().id
    });
    world.change(&Edit::ZohoSet {
        module: "Products".to_owned(),
        id: id.to_string(),
        field: "Product_Name".to_owned(),
        value: "a rep's own name".into(),
    });
    let (module, key) = world.doings.touch(&world.house.sim, "Products", id).unwrap();
    world.doings.fields.insert((module, key, "Product_Name".to_owned()));
    let look = |edited, listed: &[(String, String, String)]| {
        let rules = Rules { edited, ..Rules::default() };
        names(&world.oracle.agreement(world.sim(), listed, &world.doings, rules, true))
    };
    assert_eq!(look(Edited::Heal, &listed), ["lost_silently"]);
    assert_eq!(look(Edited::Ask, &listed), ["lost_silently"]);
    assert_eq!(look(Edited::Leave, &listed), [] as [&str; 0]);
    let code = world.sim().with(|_, org| {
        let products = org.module("Products").unwrap();
        let code = products.field_no("Product_Code").unwrap();
        products.record(id).unwrap().cells.get(code).and_then(Cell::text).unwrap().to_owned()
    });
    let mut told = listed.clone();
    told.push(("items".to_owned(), code, "edited_in_crm".to_owned()));
    assert_eq!(look(Edited::Ask, &told), [] as [&str; 0]);
    assert_eq!(look(Edited::Heal, &told), ["open_without_cause"]);
}

#[test]
fn a_run_that_ends_as_settled_leaves_nothing_open_and_the_other_way_round() {
    let told = |outcome: &str, counted_open| Told { outcome: outcome.to_owned(), counted_open, ..Told::default() };
    let listed = [("items".to_owned(), "A1".to_owned(), "value_refused".to_owned())];
    assert_eq!(Oracle::told_open(&told("settled", 0), &[]), None);
    assert_eq!(Oracle::told_open(&told("parked", 1), &listed), None);
    for (told, listed) in [
        (told("settled", 0), &listed[..]),
        (told("settled", 1), &[]),
        (told("parked", 0), &listed[..]),
        (told("parked", 1), &[]),
    ] {
        assert_eq!(Oracle::told_open(&told, listed).map(|found| found.name), Some("lost_silently"));
    }
}

#[test]
fn what_left_the_erp_shows_in_the_crm_as_its_owner_chose() {
    let world = World::new();
    let listed = namesakes(&world);
    let free = world.sim().with(|books, _| {
        let used = |code: &str| {
            books
                .documents
                .values()
                .flat_map(|document| &document.lines)
                .any(|line| line.item.as_deref().is_some_and(|item| item.eq_ignore_ascii_case(code)))
        };
        books.items.values().map(|item| (item.key.clone(), item.meta.id)).find(|(code, _)| !used(code))
    });
    let (code, guid) = free.unwrap_or_else(|| {
        world.sim().with(|books, _| books.items.values().next().map(|item| (item.key.clone(), item.meta.id)).unwrap())
    });
    world.change(&Edit::DeleteItem { key: code });
    let look = |deleted, listed: &[(String, String, String)]| {
        let rules = Rules { deleted, ..Rules::default() };
        let found = world.oracle.agreement(world.sim(), listed, &world.doings, rules, true);
        names(&found).contains(&"farewell_forgotten")
    };
    let mut asked = listed.clone();
    asked.push(("items".to_owned(), "gone".to_owned(), "source_gone".to_owned()));
    for deleted in Deleted::ALL {
        assert!(look(deleted, &listed), "{deleted:?}");
    }
    assert!(!look(Deleted::Ask, &asked));
    let (key, status) = (world.field("Products", "ERP Key"), world.field("Products", "ERP Status"));
    let mut record = world.sim().with(|_, org| {
        let text = guid.hyphenated().to_string();
        let module = org.module("Products").unwrap();
        module.records().find(|record| record.cells.get(key).and_then(Cell::text) == Some(&text)).unwrap().clone()
    });
    record.cells.set(status, Some(Cell::Text("Deleted".into())));
    record.cells.set(world.field("Products", "Product_Active"), Some(Cell::Bool(true)));
    world.put("Products", record.clone(), false);
    assert!(!look(Deleted::Mark, &listed) && look(Deleted::Deactivate, &listed));
    record.cells.set(world.field("Products", "Product_Active"), Some(Cell::Bool(false)));
    world.put("Products", record.clone(), false);
    assert!(!look(Deleted::Deactivate, &listed) && look(Deleted::Unlink, &listed));
    record.cells.set(key, None);
    world.put("Products", record, false);
    assert!(!look(Deleted::Unlink, &listed));
}

#[test]
fn a_record_that_nobody_counts_any_more_is_seen() {
    let world = World::new();
    let mut counted = world.house.counted().now_or_never().unwrap().unwrap();
    assert_eq!(Oracle::counted(world.sim(), &counted), []);
    *counted.get_mut("invoices").unwrap() = 0;
    assert_eq!(names(&Oracle::counted(world.sim(), &counted)), ["lost_sight"]);
}

#[test]
fn what_is_said_to_be_covered_is_looked_at() {
    let mut world = World::new();
    let told = world.told();
    assert_eq!(world.oracle.after_run(&world.house.sim, &told, &Doings::default()), []);
    let code = world.unheard();
    let (mut told, none) = (world.told(), Doings::default());
    let World { house, mut oracle, .. } = world;
    let mut after = |told: &Told, doings: &Doings| names(&oracle.after_run(&house.sim, told, doings));
    assert_eq!(after(&told, &none), ["covered_up_to_lies"]);
    // A row that became visible later than what is covered.
    assert_eq!(
        after(&told, &Doings { late: BTreeMap::from([(code.clone(), i64::MAX)]), ..Doings::default() }),
        [] as [&str; 0]
    );
    // A stamp behind what is covered.
    let covered = told.covered.insert("customers".to_owned(), told.covered["customers"] - 1);
    assert_eq!(after(&told, &none), [] as [&str; 0]);
    // A record that was told as open.
    told.covered.extend(covered.map(|covered| ("customers".to_owned(), covered)));
    told.open.insert(("customers".to_owned(), code));
    assert_eq!(after(&told, &none), [] as [&str; 0]);
}

#[test]
fn both_sides_hold_the_same_or_it_is_said() {
    let world = World::new();
    let listed = namesakes(&world);
    assert_eq!(world.agreement(&listed), []);
    let code = world.unheard();
    assert_eq!(names(&world.agreement(&listed)), ["disagreement"]);
    let mut more = listed.clone();
    more.push(("customers".to_owned(), code, "value_refused".to_owned()));
    assert_eq!(names(&world.agreement(&more)), ["open_without_cause"]);
}

#[test]
fn a_document_that_never_came_is_seen() {
    let mut world = World::new();
    let listed = namesakes(&world);
    let record = world.record("Invoices", true);
    world.sim().zoho().with(|state| state.org.module_mut("Invoices").unwrap().take(record.id));
    assert_eq!(names(&world.agreement(&listed)), ["missed"]);
    // Deleted by a person it is his business.
    world.put("Invoices", record.clone(), false);
    assert_eq!(world.safety(), [] as [&str; 0]);
    world.delete("Invoices", &record);
    assert_eq!(names(&world.agreement(&listed)), ["lost_silently"]);
    let code = record.cells.get(world.field("Invoices", "ERP Key")).and_then(Cell::text).unwrap().to_owned();
    let mut told = listed.clone();
    told.push(("invoices".to_owned(), code, "target_gone".to_owned()));
    assert_eq!(world.agreement(&told), []);
}

#[test]
fn a_run_that_writes_again_and_a_session_that_stays_are_seen() {
    let world = World::new();
    let (sim, oracle) = (world.sim(), &world.oracle);
    let writes = oracle.record_writes(sim);
    assert!(writes > 0, "the first load wrote nothing");
    assert_eq!(oracle.quiet(sim, &Told::default(), writes), []);
    assert_eq!(names(&oracle.quiet(sim, &Told::default(), writes - 1)), ["not_quiet"]);
    assert_eq!(names(&oracle.quiet(sim, &Told { written: 1, ..Told::default() }, writes)), ["not_quiet"]);
    assert_eq!(names(&oracle.quiet(sim, &Told { crm_calls: 1, ..Told::default() }, writes)), ["not_quiet"]);
    assert_eq!(oracle.signed_out(sim, &Told::default()), []);
    // A killed run cannot sign out.
    for opened in 1..40 {
        world.run(Some(opened));
        if sim.acumatica().seats_taken() > 0 {
            break;
        }
    }
    assert_eq!(names(&oracle.signed_out(sim, &Told::default())), ["session_left"]);
    assert_eq!(oracle.signed_out(sim, &Told { still_signed_in: true, ..Told::default() }), []);
}

/// What the product lists as open after the load: customers beside accounts of their name.
fn namesakes(world: &World) -> Vec<(String, String, String)> {
    world.house.open_records().now_or_never().unwrap().unwrap()
}
