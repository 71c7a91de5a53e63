//! Consent from the terminal: through the loopback address, through a pasted one, denied, forged, interrupted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use process::{SMALL, World, exchange};
use serde_json::Value;

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing: {value:#}"))
}

/// Starts a sign-in and reads what it announces.
fn login(world: &World, system: &str) -> (std::process::Child, Value) {
    let mut command = world.command(&["login", "acme", system, "--redirect-port", "0", "--json"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

fn without_consents(world: &World) -> String {
    let drop = |text: String, line: &str| text.replace(line, "");
    let text = drop(world.text(), "refresh_token = { file = \"erp-refresh\" }\n");
    drop(text, "refresh_token = { file = \"crm-refresh\" }\n")
}

#[test]
fn a_consent_in_the_browser_signs_in_through_the_loopback_address() {
    let world = World::new(SMALL);
    world.apply(&without_consents(&world));
    let status = world.run(&["status", "--json"]).exits(0).json();
    assert_eq!(at(&status, "/connections/0/systems/zoho/state"), "consent_needed");
    world.run(&["ping"]).exits(3).says(&["login"]);
    for (system, form) in [("acumatica", "decision=allow"), ("zoho", "decision=accept")] {
        let (child, told) = login(&world, system);
        let back = world.consent(told["url"].as_str().unwrap(), form);
        assert!(back.starts_with(told["redirect_uri"].as_str().unwrap()), "{back}");
        let back = url::Url::parse(&back).unwrap();
        let host = format!("127.0.0.1:{}", back.port().unwrap());
        assert!(exchange(&host, "GET", "/favicon.ico", "").starts_with("HTTP/1.1 404"));
        assert!(exchange(&host, "GET", "/callback", "").contains("Nothing to do here"));
        let page = exchange(&host, "GET", &format!("/callback?{}", back.query().unwrap()), "");
        assert!(page.contains("Signed in to") && page.contains("no-store"), "{page}");
        let ended = world.ended(child.wait_with_output().unwrap()).exits(0);
        assert!(ended.stdout.contains("\"signed_in\""), "{ended:?}");
    }
    world.run(&["ping"]).exits(0);
}

#[test]
fn a_consent_to_another_organisation_is_found_by_the_next_run() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "-q"]).exits(0);
    world.sim.zoho().with(|state| {
        state.org.id += 1_000;
        state.org.zgid += 1_000;
    });
    let (mut child, told) = login(&world, "zoho");
    let back = world.consent(told["url"].as_str().unwrap(), "decision=accept");
    writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
    world.ended(child.wait_with_output().unwrap()).exits(0).says(&["signed_in"]);
    world.run(&["sync", "--json", "-q"]).exits(3).says(&["belongs to the organisation", "login"]);
}

#[test]
fn a_pasted_address_signs_in_too() {
    let world = World::new(SMALL);
    world.apply(&without_consents(&world));
    let (mut child, told) = login(&world, "zoho");
    let back = world.consent(told["url"].as_str().unwrap(), "decision=accept");
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "hello\n{back}").unwrap();
    world.ended(child.wait_with_output().unwrap()).exits(0).says(&["signed_in", "That is no address"]);
}

#[test]
fn a_denial_and_a_wrong_state_are_told_and_keep_nothing() {
    let world = World::new(SMALL);
    world.apply(&without_consents(&world));
    for (system, form) in [("acumatica", "decision=deny"), ("zoho", "decision=reject")] {
        let (mut child, told) = login(&world, system);
        let back = world.consent(told["url"].as_str().unwrap(), form);
        writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
        world.ended(child.wait_with_output().unwrap()).exits(3).says(&["refused on the consent page", "begin again"]);
        let (mut child, told) = login(&world, system);
        let url = told["redirect_uri"].as_str().unwrap();
        writeln!(child.stdin.take().unwrap(), "{url}?code=abc&state=other").unwrap();
        world.ended(child.wait_with_output().unwrap()).exits(3).says(&["does not belong to this sign-in"]);
    }
    let (child, _) = login(&world, "zoho");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), nix::sys::signal::Signal::SIGINT)
        .unwrap();
    world.ended(child.wait_with_output().unwrap()).exits(130);
    world.apply(&world.text().replace("client_secret = { file = \"erp-secret\" }\nrefresh_token = { file = \"erp-refresh\" }", "grant = \"password\"\nusername = \"sync\"\npassword = { file = \"erp-password\" }\nclient_secret = { file = \"erp-secret\" }"));
    world.run(&["login", "acme", "acumatica"]).exits(2).says(&["nothing to consent to"]);
    world.run(&["ping"]).exits(0);
}
