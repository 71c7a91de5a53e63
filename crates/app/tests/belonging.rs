//! A connection stays with the two systems that it began with: another organisation, another Acumatica.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use process::{SMALL, World};
use serde_json::Value;
use sim::control::edit::Edit;

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing: {value:#}"))
}

/// Moves the simulated organisation, as if the next consent opened another one.
fn move_organisation(world: &World) {
    world.sim.zoho().with(|state| {
        state.org.id += 1_000;
        state.org.zgid += 1_000;
    });
}

#[test]
fn a_refresh_token_of_another_organisation_is_refused_before_anything_is_written() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "-q"]).exits(0);
    let client = world.sim.credentials().zoho.client_id.clone();
    world.sim.zoho().with(|state| {
        let user = state.org.users[0].id;
        state.accounts.add_refresh_token("1000.elsewhere", &client, user, &zoho::SCOPES.join(","));
    });
    move_organisation(&world);
    // A renewed token is the same person's consent: what was found out is not asked again.
    let quiet = world.run(&["sync", "--json", "-q"]).exits(0).json();
    assert_eq!(at(&quiet, "/calls/zoho/made"), 0);
    world.file("crm-refresh", "1000.elsewhere");
    world.apply(&world.text());
    let key = world.sim.with(|books, _| books.customers.keys().next().unwrap().to_string());
    world.sim.change(&Edit::TouchCustomer { key, phone: "+41 44 668 18 00".to_owned() }).unwrap();
    let report = world.run(&["sync", "--json", "-q"]).exits(3).json();
    assert_eq!(at(&report, "/outcome"), "needs_person");
    assert!(report.to_string().contains("belongs to the organisation"), "{report:#}");
    assert!(report["flows"].as_object().unwrap().values().all(|flow| flow["updated"] == 0), "{report:#}");
}

#[test]
fn a_connection_that_has_read_is_not_turned_to_another_acumatica() {
    let world = World::new(SMALL);
    let good = world.text();
    let elsewhere = good.replace("/AcumaticaERP", "/Elsewhere");
    world.apply(&elsewhere);
    world.apply(&good);
    world.run(&["sync", "-q"]).exits(0);
    let tenant = good.replacen('@', "@Other", 1);
    for text in [&elsewhere, &tenant] {
        let path = world.file("acme.toml", text);
        for args in [&["apply", &path, "--dry-run"][..], &["apply", &path, "--yes"]] {
            world.run(args).exits(3).says(&["belongs to", "connection of its own", "Nothing was applied"]);
        }
    }
    // The kept settings are untouched, and what does not name another system may change.
    let path = world.file("acme.toml", &good);
    world.run(&["apply", &path, "--yes"]).exits(0).says(&["nothing changes"]);
    world.apply(&good.replace("calls_per_minute = 0", "calls_per_minute = 6000"));
    world.run(&["sync", "-q"]).exits(0);
    world.apply(&elsewhere.replace("\"acme\"", "\"beta\""));
    // Settings that came to name another system all the same are not run with.
    let db = rusqlite::Connection::open(world.data().join("ml-connector.db")).unwrap();
    let changed = db.execute(
        "update connections set settings = replace(settings, '/AcumaticaERP', '/Elsewhere') where name = 'acme'",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    drop(db);
    world.run(&["sync", "acme", "-q"]).exits(3).says(&["belongs to", "/acumaticaerp", "connection of its own"]);
}
