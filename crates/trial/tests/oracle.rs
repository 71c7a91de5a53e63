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
use trial::oracle::{Oracle, Told, Violation};

const SEED: u64 = 3;

/// A world after its first load, and an oracle that has seen it in order.
struct World {
    house: House,
    oracle: Oracle,
}

impl World {
    fn new() -> Self {
        let size = Size { customers: 8, items: 8, invoices: 10, won_deals: 1, existing_accounts: 2 };
        let house = House::new(SEED, false, size, |_| {}).now_or_never().unwrap().unwrap();
        let mut world = Self { house, oracle: Oracle::default() };
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
        names(&self.oracle.safety(&self.house.sim))
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
fn what_is_said_to_be_covered_is_looked_at() {
    let mut world = World::new();
    let told = world.told();
    assert_eq!(world.oracle.after_run(&world.house.sim, &told, &BTreeMap::new()), []);
    let code = world.unheard();
    let (mut told, none) = (world.told(), BTreeMap::new());
    let World { house, mut oracle } = world;
    let mut after = |told: &Told, late: &BTreeMap<String, i64>| names(&oracle.after_run(&house.sim, told, late));
    assert_eq!(after(&told, &none), ["covered_up_to_lies"]);
    // A row that became visible later than what is covered.
    assert_eq!(after(&told, &BTreeMap::from([(code.clone(), i64::MAX)])), [] as [&str; 0]);
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
    assert_eq!(world.oracle.agreement(world.sim(), &listed), []);
    let code = world.unheard();
    assert_eq!(names(&world.oracle.agreement(world.sim(), &listed)), ["disagreement"]);
    let mut more = listed.clone();
    more.push(("customers".to_owned(), code, "value_refused".to_owned()));
    assert_eq!(names(&world.oracle.agreement(world.sim(), &more)), ["open_without_cause"]);
}

#[test]
fn a_document_that_never_came_is_seen() {
    let mut world = World::new();
    let listed = namesakes(&world);
    let record = world.record("Invoices", true);
    world.sim().zoho().with(|state| state.org.module_mut("Invoices").unwrap().take(record.id));
    assert_eq!(names(&world.oracle.agreement(world.sim(), &listed)), ["missed"]);
    // Deleted by a person it is his business.
    world.put("Invoices", record.clone(), false);
    assert_eq!(world.safety(), [] as [&str; 0]);
    world.delete("Invoices", &record);
    assert_eq!(world.oracle.agreement(world.sim(), &listed), []);
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
