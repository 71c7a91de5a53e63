//! `ping`: what it tells of either system, before and after a login.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use process::{SMALL, World, at};
use serde_json::json;
use sim::zoho::model::Edition;

#[test]
fn ping_tells_what_both_systems_are() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    let told = world.run(&["ping", "--json"]).exits(0).json();
    assert_eq!(at(&told, "/ok"), true);
    assert_eq!(at(&told, "/systems/0/system"), "acumatica");
    assert!(at(&told, "/scopes/zoho").as_array().unwrap().iter().any(|scope| scope == "ZohoCRM.coql.READ"));
    assert_eq!(world.sim.acumatica().seats_taken(), 0, "ping signs out");
    world.run(&["ping"]).exits(0).says(&["ok   Acumatica", "endpoint Default/24.200.001 answers", "ok   Zoho CRM"]);
}

#[test]
fn ping_tells_wrong_credentials_of_either_side() {
    let cases: [(&str, &str, &str, &[&str]); 4] = [
        (
            "erp-secret",
            "wrong",
            "acumatica",
            &["Acumatica does not know the client id, or its secret is wrong", "SM303010"],
        ),
        ("erp-refresh", "wrong", "acumatica", &["consent is no longer valid", "login"]),
        ("crm-secret", "wrong", "zoho", &["invalid_client", "client"]),
        ("crm-refresh", "wrong", "zoho", &["does not accept the refresh token", "login"]),
    ];
    for (file, value, system, words) in cases {
        let world = World::new(SMALL);
        world.file(file, value);
        world.apply(&world.text());
        world.run(&["ping"]).exits(3).says(words).says(&["->"]);
        let told = world.run(&["ping", "--json"]).exits(3).json();
        for one in at(&told, "/systems").as_array().unwrap() {
            assert_eq!(one["ok"], one["system"] != system, "{file}: {told:#}");
        }
        let report = world.run(&["sync", "--json", "-q"]).exits(3).json();
        assert_eq!(at(&report, "/outcome"), "needs_person", "{file}");
        assert!(report["flows"].as_object().unwrap().values().all(|flow| flow["read"] == 0), "{file}: {report:#}");
        let status = world.run(&["status", "--json"]).exits(0).json();
        let cause = at(&status, "/connections/0/last_run/causes/0");
        let listed = at(&report, "/problems/0");
        assert_eq!(
            (at(cause, "/code"), at(cause, "/message")),
            (at(listed, "/code"), at(listed, "/message")),
            "{file}"
        );
        world.run(&["status"]).exits(0).says(&[at(cause, "/message").as_str().unwrap(), "->"]);
    }
}

#[test]
fn ping_before_a_login_tries_the_addresses_and_says_what_works() {
    let world = World::new(SMALL);
    let refresh = |text: String| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("refresh_token")).collect();
        lines.join("\n")
    };
    world.apply(&refresh(world.text()));
    world.run(&["ping"]).exits(3).says(&[
        "FAIL Acumatica",
        "answers and is Acumatica; whether it offers Default/24.200.001",
        "ml-connector login acme acumatica",
        "FAIL Zoho CRM",
        "checked once signed in",
        "ml-connector login acme zoho",
    ]);
    world
        .apply(&refresh(world.text().replace("/AcumaticaERP", "/Elsewhere").replace(&world.crm, "http://127.0.0.1:1")));
    let told = world.run(&["ping", "--json"]).exits(3).json();
    let message = |place: usize| at(&told, &format!("/systems/{place}/message")).as_str().unwrap().to_owned();
    assert!(message(0).contains("no instance of Acumatica"), "{}", message(0));
    assert!(at(&told, "/systems/0/remedy").as_str().unwrap().contains("virtual folder"));
    assert_eq!(at(&told, "/systems/1/facts"), &json!([]), "{}", message(1));
    assert_eq!(world.sim.acumatica().seats_taken(), 0);
}

#[test]
fn ping_tells_a_wrong_client_a_wrong_version_and_a_missing_folder() {
    let world = World::new(SMALL);
    let good = world.text();
    world.apply(&good.replace("\nclient_id = \"1000.", "\nclient_id = \"1000.X"));
    world.run(&["ping"]).exits(3).says(&["client id", "datacenter"]);
    world.apply(&good.replace("Default/24.200.001", "Other/24.200.001"));
    world.run(&["ping"]).exits(3).says(&["Other/24.200.001", "Default/24.200.001"]);
    world.apply(&good.replace("/AcumaticaERP", "/Elsewhere"));
    world.run(&["ping"]).exits(3).says(&["no endpoint Default/24.200.001", "virtual folder"]);
}

#[test]
fn ping_tells_an_edition_without_invoices() {
    let world = World::with(SMALL, |options| options.org.edition = Edition::Standard);
    world.apply(&world.text());
    world.run(&["ping"]).exits(3).says(&["Invoices", "->"]);
    world.run(&["sync", "-q"]).exits(3).says(&["Invoices"]);
}

#[test]
fn ping_tells_a_missing_scope() {
    let world = World::new(SMALL);
    let client = world.sim.credentials().zoho.client_id.clone();
    world.sim.zoho().with(|state| {
        let user = state.org.users[0].id;
        state.accounts.add_refresh_token(
            "1000.narrow",
            &client,
            user,
            "ZohoCRM.org.READ,ZohoCRM.settings.modules.READ",
        );
    });
    world.file("crm-refresh", "1000.narrow");
    world.apply(&world.text());
    world.run(&["ping"]).exits(3).says(&["scope", "ZohoCRM.settings.fields"]);
}

#[test]
fn a_system_that_does_not_answer_is_told_as_such() {
    let world = World::new(SMALL);
    world.apply(&world.text().replace(&world.crm, "http://127.0.0.1:1"));
    world.run(&["ping"]).exits(4).says(&["FAIL Zoho CRM", "ok   Acumatica"]);
}

// Sync and what follows
