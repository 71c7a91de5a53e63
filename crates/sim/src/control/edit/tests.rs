//! Edits by their words, on books and records of a small company.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::SetClock;
use crate::data;
use crate::options::Size;
use crate::rng::Seeds;
use crate::zoho::{ZohoOptions, ZohoSim};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

struct World {
    books: Books,
    crm: ZohoSim,
    draw: Stream,
}

fn world() -> World {
    let size = Size { customers: 20, items: 20, invoices: 60, ..Size::default() };
    let seeds = Seeds::new(1);
    let books = data::books(seeds, &size, now()).unwrap();
    let clock = std::sync::Arc::new(SetClock::new(now()));
    let crm = ZohoSim::new(ZohoOptions { org: data::org_options(), ..ZohoOptions::default() }, clock);
    crm.with(|state| state.org = data::org(seeds, &size, &books, data::org_options(), now()));
    World { books, crm, draw: seeds.stream("edits") }
}

impl World {
    fn make(&mut self, json: &str) -> Result<Vec<Change>, Refused> {
        let edit = serde_json::from_str(json).unwrap();
        let (books, draw) = (&mut self.books, &mut self.draw);
        self.crm.with(|state| make(books, state, draw, &edit, now()))
    }
}

#[test]
fn customers_are_edited_by_field_with_or_without_stamp() {
    let mut world = world();
    let before = world.books.customers["C00001"].meta.modified;
    world
        .make(r#"{"edit":"customer","key":"C00001","field":"billing_city","value":"Bonn","moves_stamp":false}"#)
        .unwrap();
    let customer = &world.books.customers["C00001"];
    assert_eq!(customer.billing.as_ref().unwrap().address.city.as_deref(), Some("Bonn"));
    assert_eq!(customer.meta.modified, before);
    world.make(r#"{"edit":"customer","key":"C00001","field":"name","value":"New"}"#).unwrap();
    assert_eq!(world.books.customers["C00001"].meta.modified, now());
    let refused = world.make(r#"{"edit":"customer","key":"C00001","field":"colour","value":"red"}"#);
    assert!(matches!(refused, Err(Refused::Words(_))));
    let refused = world.make(r#"{"edit":"customer","key":"NOBODY","field":"name","value":"x"}"#);
    assert_eq!(refused, Err(Refused::Books(EditError::NotFound)));
}

#[test]
fn documents_are_paid_posted_cancelled_and_deleted() {
    let mut world = world();
    let of = |status: &str| {
        let wanted = |d: &&crate::acumatica::model::Document| d.status == status && d.key.kind == DocType::Invoice;
        world.books.documents.values().find(wanted).unwrap().key.clone()
    };
    let (open, held) = (of("Open"), of("On Hold"));
    let named = |key: &DocKey| format!(r#""kind":"Invoice","number":"{}""#, key.number);
    world.make(&format!(r#"{{"edit":"pay",{},"amount":"0.01"}}"#, named(&open))).unwrap();
    world.make(&format!(r#"{{"edit":"pay",{}}}"#, named(&open))).unwrap();
    assert_eq!(world.books.documents[&open].status, "Closed");
    world.make(&format!(r#"{{"edit":"post",{}}}"#, named(&held))).unwrap();
    assert!(world.books.documents[&held].released);
    world.make(&format!(r#"{{"edit":"cancel",{}}}"#, named(&held))).unwrap();
    assert_eq!(world.books.documents[&held].status, "Canceled");
    let refused = world.make(&format!(r#"{{"edit":"delete_document",{}}}"#, named(&held)));
    assert_eq!(refused, Err(Refused::Books(EditError::State)));
    let made = world.make(r#"{"edit":"post_new"}"#).unwrap();
    assert!(made[0].created && made[0].key.starts_with("Invoice/INV"));
}

#[test]
fn renaming_and_converting_keep_the_id() {
    let mut world = world();
    let id = world.books.items["AA000001"].meta.id;
    world.make(r#"{"edit":"rename_item","from":"AA000001","to":"NEW 1"}"#).unwrap();
    world.make(r#"{"edit":"convert_item","key":"NEW 1"}"#).unwrap();
    let item = &world.books.items["NEW 1"];
    assert_eq!((item.meta.id, item.stock), (id, false));
    assert!(world.make(r#"{"edit":"rename_item","from":"NEW 1","to":"  "}"#).is_err());
}

#[test]
fn rows_go_out_of_sight_and_come_back_and_documents_are_archived() {
    let mut world = world();
    let document = world.books.documents.values().find(|d| d.key.kind == DocType::Invoice).unwrap().key.clone();
    let rows = [
        r#""customer":"C00001""#.to_owned(),
        r#""item":"AA000001""#.to_owned(),
        format!(r#""document":{{"kind":"Invoice","number":"{}"}}"#, document.number),
    ];
    for (count, row) in rows.iter().enumerate() {
        assert_eq!(world.make(&format!(r#"{{"edit":"hide",{row}}}"#)).unwrap()[0].what, "hidden");
        assert_eq!(world.books.hidden.len(), count + 1, "{row}");
    }
    for row in &rows {
        world.make(&format!(r#"{{"edit":"show",{row}}}"#)).unwrap();
    }
    assert!(world.books.hidden.is_empty());
    assert!(world.make(r#"{"edit":"hide","item":"NOTHING"}"#).is_err());
    world.make(&format!(r#"{{"edit":"archive","kind":"Invoice","number":"{}"}}"#, document.number)).unwrap();
    assert!(world.books.documents[&document].archived);
}

#[test]
fn crm_records_are_made_set_deleted_and_restored() {
    let mut world = world();
    let id = world.crm.with(|state| state.org.module("Accounts").unwrap().records().next().unwrap().id);
    let edit = |word: &str, more: &str| format!(r#"{{"edit":"{word}","module":"Accounts","id":"{id}"{more}}}"#);
    let there = |world: &World| {
        world.crm.with(|state| state.org.module("Accounts").unwrap().record(id).map(|record| record.modified))
    };
    world.make(&edit("zoho_set", r#","field":"Phone","value":"+1 1""#)).unwrap();
    assert_eq!(world.crm.with(|state| state.org.value("Accounts", id, "Phone")), Some("+1 1".into()));
    assert_eq!(there(&world), Some(now().as_second()));
    assert!(world.make(&edit("zoho_set", r#","field":"Phone","value":5"#)).is_err());
    assert!(world.make(&edit("zoho_set", r#","field":"Colour","value":"red""#)).is_err());
    world.make(&edit("zoho_delete", "")).unwrap();
    assert_eq!(there(&world), None);
    world.make(&edit("zoho_restore", "")).unwrap();
    assert!(there(&world).is_some());
    let made = world.make(r#"{"edit":"zoho_win_deal","name":"Newcomer Ltd","amount":1200.5}"#).unwrap();
    assert!(made.iter().all(|change| change.created));
    assert_eq!(world.crm.with(|state| state.org.module("Deals").unwrap().len()), 3);
}

#[test]
fn crm_records_are_held_and_removed_for_good() {
    let mut world = world();
    let id = world.crm.with(|state| state.org.module("Accounts").unwrap().records().next().unwrap().id);
    let edit = |word: &str, more: &str| format!(r#"{{"edit":"{word}","module":"Accounts","id":"{id}"{more}}}"#);
    let phone = edit("zoho_set", r#","field":"Phone","value":"+1 1""#);
    world.make(&edit("zoho_hold", r#","hold":"approval""#)).unwrap();
    assert!(matches!(world.make(&phone), Err(Refused::Words(_))), "a record in approval was changed");
    world.make(&edit("zoho_hold", r#","hold":null"#)).unwrap();
    world.make(&phone).unwrap();
    world.make(&edit("zoho_delete", "")).unwrap();
    world.make(&edit("zoho_purge", "")).unwrap();
    assert!(world.make(&edit("zoho_restore", "")).is_err());
    assert!(world.make(&edit("zoho_purge", "")).is_err());
    world.crm.with(|state| {
        let gone: Vec<u64> = state.org.module("Accounts").unwrap().gone().iter().map(|gone| gone.id).collect();
        assert_eq!(gone, [id]);
    });
}

#[test]
fn merging_moves_references_to_the_winner() {
    let mut world = world();
    let ids: Vec<u64> = world.crm.with(|state| {
        let accounts = state.org.module("Accounts").unwrap();
        accounts.records().map(|record| record.id).take(2).collect()
    });
    let insert = format!(
        r#"{{"edit":"zoho_insert","module":"Deals","values":{{"Deal_Name":"Big","Stage":"Qualification",
        "Closing_Date":"2026-05-01","Account_Name":{{"id":"{}"}}}}}}"#,
        ids[1]
    );
    let made = world.make(&insert).unwrap();
    let deal: u64 = made[0].key.rsplit('/').next().unwrap().parse().unwrap();
    let merge = format!(r#"{{"edit":"zoho_merge","module":"Accounts","winner":"{}","loser":"{}"}}"#, ids[0], ids[1]);
    world.make(&merge).unwrap();
    world.crm.with(|state| {
        let account = state.org.value("Deals", deal, "Account_Name").unwrap();
        assert_eq!(account["id"], serde_json::Value::from(ids[0].to_string()));
        assert!(state.org.module("Accounts").unwrap().bin().contains_key(&ids[1]));
    });
    assert!(world.make(&merge).is_err());
}

#[test]
fn unknown_words_are_refused() {
    assert!(serde_json::from_str::<Edit>(r#"{"edit":"rename_item","from":"A","to":"B","now":1}"#).is_err());
    assert!(serde_json::from_str::<Edit>(r#"{"edit":"explode"}"#).is_err());
}
