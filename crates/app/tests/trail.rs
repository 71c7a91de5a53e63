//! Before and after, erasure and retention through the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use process::{SMALL, World};
use serde_json::{Value, json};
use sim::control::edit::Edit;

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing: {value:#}"))
}

/// A settled customer whose telephone number was changed once, with its code, the old number, and the new one.
fn edited() -> (World, String, String) {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "--fail-on", "none"]).exits(0);
    let rows = world.run(&["audit", "--flow", "customers", "--what", "created", "--json"]).exits(0).json_lines();
    let key = at(&rows[0], "/key").as_str().unwrap().to_owned();
    let phone = "+41 44 668 18 00".to_owned();
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: phone.clone() }).unwrap();
    world.run(&["sync", "--fail-on", "none"]).exits(0);
    (world, key, phone)
}

#[test]
fn a_change_shows_before_and_after_and_goes_when_the_record_is_erased() {
    let (world, key, phone) = edited();
    let view = world.run(&["record", &key, "--json"]).exits(0).json();
    let change = at(&view, "/decisions/0/changes/0");
    assert_eq!((at(change, "/field"), at(change, "/after")), (&json!("Phone"), &json!(phone)));
    let before = at(change, "/before").as_str().unwrap().to_owned();
    assert_ne!(before, phone);
    assert_eq!(at(&view, "/agreed/fields/Phone"), &json!(phone));
    assert_eq!(at(&view, "/decisions/1/what"), "created");
    world.run(&["record", &key]).exits(0).says(&[&format!("Phone: {before} → {phone}")]);
    let updated = world.run(&["audit", "--what", "updated", "--csv"]).exits(0).stdout;
    assert!(updated.contains(&phone) && updated.lines().next().unwrap().ends_with(",changes"), "{updated}");
    let proof = world.run(&["audit", "verify", "--json"]).exits(0).json();
    let head = at(&proof, "/connections/0/head").as_str().unwrap().to_owned();

    world.run(&["erase", &key, "--why", "letter of 3 May"]).exits(2).says(&["--yes"]);
    world.run(&["erase", &key, "--why", " ", "--yes"]).exits(2).says(&["--why needs a reason"]);
    let done = world.run(&["erase", &key, "--why", "letter of 3 May", "--yes", "--json"]).exits(0).json();
    assert_eq!((at(&done, "/agreed"), at(&done, "/decisions")), (&json!(true), &json!(1)));
    assert!(at(&done, "/bodies").as_u64().unwrap() >= 2, "{done}");
    let view = world.run(&["record", &key, "--json", "--bodies"]).exits(0).json();
    let text = view.to_string();
    assert!(!text.contains(&phone) && !text.contains(&before), "{view:#}");
    assert_eq!((at(&view, "/decisions/0/what"), at(&view, "/state")), (&json!("erased"), &json!("settled")));
    assert!(at(&view, "/zoho_id").is_string(), "the link stays");
    world.run(&["record", &key]).exits(0).says(&["letter of 3 May (by", "values erased on request"]);
    for file in process::files(&world.data()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&phone), "{} still holds the number", file.display());
    }
    world.run(&["audit", "verify", "--head", &head]).exits(0).says(&["the trail is whole"]);
    world
        .run(&["audit", "verify", "--head", &"0f".repeat(32)])
        .exits(3)
        .says(&["does not lead through the given head"]);
    world.run(&["audit", "verify", "--head", "xyz"]).exits(2).says(&["64 hexadecimal digits"]);

    // Nothing is written for it: the link and the fingerprints stayed.
    let next = world.run(&["sync", "--json", "--fail-on", "none"]).exits(0).json();
    assert_eq!((at(&next, "/flows/customers/created"), at(&next, "/flows/customers/updated")), (&json!(0), &json!(0)));
}

#[test]
fn retention_is_a_setting_and_what_is_young_stays() {
    let (world, key, _) = edited();
    world.run(&["config", "show"]).exits(0).says(&["keep_bodies_days", "90", "keep_decisions_days", "2557"]);
    let plan = world.run(&["prune", "--dry-run", "--json"]).exits(0).json();
    assert_eq!((at(&plan, "/connections/0/bodies"), at(&plan, "/connections/0/decisions")), (&json!(0), &json!(0)));
    world.run(&["prune"]).exits(0).says(&["bodies of 0 batches", "older than 90 days", "older than 2557 days"]);
    let path = world.data().join("ml-connector.toml");
    std::fs::write(&path, "keep_bodies_days = 0\n").unwrap();
    world.run(&["prune"]).exits(2).says(&["from 1 to 36500"]);
    std::fs::write(&path, "keep_bodies_days = 30\n").unwrap();
    world.run(&["config", "show"]).exits(0).says(&["30"]);
    let view = world.run(&["record", &key, "--json", "--bodies"]).exits(0).json();
    assert!(at(&view, "/requests/0").get("request").is_some(), "{view:#}");
    world.run(&["audit", "verify"]).exits(0);
}

#[test]
fn what_a_draft_could_not_carry_stands_in_the_trail() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    let short = Edit::ZohoField {
        module: "Accounts".to_owned(),
        field: "Billing_Street".to_owned(),
        mandatory: None,
        read_only: None,
        length: Some(3),
    };
    world.sim.change(&short).unwrap();
    world.run(&["sync", "--fail-on", "none"]).exits(0);
    let rows = world.run(&["audit", "--flow", "customers", "--what", "created", "--json"]).exits(0).json_lines();
    let row = rows.iter().find(|row| row["note"].is_string()).unwrap_or_else(|| panic!("{rows:#?}"));
    let note = at(row, "/note").as_str().unwrap();
    assert!(note.starts_with("Billing_Street: cut from ") && note.ends_with(" to 3 characters"), "{note}");
    world.run(&["record", at(row, "/key").as_str().unwrap()]).exits(0).says(&[note]);
    let key = at(row, "/key").as_str().unwrap().to_owned();
    // The same beyond the cut: nothing is written, and the trail says again what does not arrive.
    let line = world.sim.with(|books, _| {
        let customer = books.customers.values().find(|customer| customer.key == key).unwrap();
        customer.billing.as_ref().unwrap_or(&customer.main).address.line1.clone().unwrap()
    });
    let edit = Edit::Customer {
        key: key.clone(),
        field: "billing_line1".to_owned(),
        value: Some(format!("{line} B")),
        moves_stamp: true,
    };
    world.sim.change(&edit).unwrap();
    world.run(&["sync", "--fail-on", "none"]).exits(0);
    let view = world.run(&["record", &key, "--json"]).exits(0).json();
    assert_eq!(at(&view, "/decisions/0/what"), "nothing_to_write");
    assert!(at(&view, "/decisions/0/note").as_str().unwrap().contains("Billing_Street: cut from "), "{view:#}");
    world.run(&["audit", "verify"]).exits(0);
}
