//! `record --live` through the real binary: both sides as they are now, and one of them when the other is away.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use process::{SMALL, World};
use serde_json::{Value, json};
use sim::control::edit::Edit;
use sim::faults::Dials;

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing: {value:#}"))
}

fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

/// A world after its first load, and a customer with its Zoho id.
fn loaded() -> (World, String, String) {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "-q", "--fail-on", "none"]).exits(0);
    let rows = world.run(&["audit", "--flow", "customers", "--what", "created", "--json"]).exits(0).json_lines();
    let key = at(&rows[0], "/key").as_str().unwrap().to_owned();
    let view = world.run(&["record", &key, "--json"]).exits(0).json();
    assert!(view.get("live").is_none(), "neither system is asked unasked");
    let id = at(&view, "/zoho_id").as_str().unwrap().to_owned();
    (world, key, id)
}

#[test]
fn both_sides_are_shown_beside_what_was_agreed_and_nothing_is_written() {
    let (world, key, id) = loaded();
    let view = world.run(&["record", &key, "--live", "--json"]).exits(0).json();
    for side in ["acumatica", "zoho"] {
        assert_eq!(at(&view, &format!("/live/{side}/state")), "there");
        assert_eq!(at(&view, &format!("/live/{side}/fields/ERP_Key")), at(&view, "/erp_key"));
    }
    assert_eq!(at(&view, "/live/differences"), &json!([]));
    world.run(&["record", &key, "--live"]).exits(0).says(&["Now, on both sides", "Both sides agree."]);

    let before = at(&view, "/agreed/fields/Phone").clone();
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: "+41 44 668 18 00".to_owned() }).unwrap();
    edit(
        &world,
        json!({"edit": "zoho_set", "module": "Accounts", "id": id, "field": "Account_Name", "value": "Of a rep"}),
    );
    let view = world.run(&["record", &key, "--live", "--json"]).exits(0).json();
    let differences = at(&view, "/live/differences").as_array().unwrap();
    let of = |field: &str| differences.iter().find(|one| one["field"] == field).unwrap();
    assert_eq!(differences.len(), 2, "{differences:#?}");
    assert_eq!((&of("Phone")["acumatica"], &of("Phone")["agreed"]), (&json!("+41 44 668 18 00"), &before));
    assert_eq!(of("Account_Name")["zoho"], "Of a rep");
    assert_eq!(of("Account_Name")["acumatica"], of("Account_Name")["agreed"]);
    world.run(&["record", &key, "--live"]).exits(0).says(&["differs", "Account_Name", "Of a rep", "+41 44 668 18 00"]);
    assert!(!world.sim.compare().agree, "it looks and does not write");
    assert_eq!(world.sim.acumatica().seats_taken(), 0, "it signs out");

    // A document, line by line.
    let rows = world.run(&["audit", "--flow", "invoices", "--what", "created", "--json"]).exits(0).json_lines();
    let document =
        rows.iter().map(|row| at(row, "/erp_key").as_str().unwrap()).find(|key| key.starts_with("Invoice/")).unwrap();
    let view = world.run(&["record", document, "--live", "--json"]).exits(0).json();
    assert_eq!(at(&view, "/live/differences"), &json!([]), "{:#}", view["live"]);
    let lines = at(&view, "/live/zoho/rows").as_array().unwrap().len();
    assert_eq!((lines > 0, at(&view, "/live/acumatica/rows").as_array().unwrap().len()), (true, lines));
}

#[test]
fn one_side_is_shown_when_the_other_is_away() {
    let (world, key, id) = loaded();
    for (system, other) in [("acumatica", "zoho"), ("zoho", "acumatica")] {
        let mut dials = Dials::default();
        let side = if system == "zoho" { &mut dials.zoho } else { &mut dials.acumatica };
        side.reset_before = 1.0;
        world.sim.faults().set(dials);
        let view = world.run(&["record", &key, "--live", "--json"]).exits(4).json();
        assert_eq!(at(&view, &format!("/live/{system}/state")), "away");
        assert!(at(&view, &format!("/live/{system}/message")).as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(at(&view, &format!("/live/{other}/state")), "there");
        assert_eq!((at(&view, "/state"), at(&view, "/zoho_id")), (&json!("settled"), &json!(id)), "the stored part");
    }
    world.run(&["record", &key, "--live"]).exits(4).says(&["away", "holds what was last agreed", "Decisions"]);
    world.sim.faults().set(Dials::default());
    edit(&world, json!({"edit": "zoho_delete", "module": "Accounts", "id": id}));
    edit(&world, json!({"edit": "hide", "customer": key}));
    let view = world.run(&["record", &key, "--live", "--json"]).exits(0).json();
    for system in ["acumatica", "zoho"] {
        assert_eq!(at(&view, &format!("/live/{system}/state")), "missing");
    }
}
