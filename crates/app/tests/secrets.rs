//! A full life, and then a search for every secret: data folder, output, logs, stored exchanges.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use process::{SMALL, World, files};
use serde_json::Value;

/// Where `secret` stands in `bytes`, in any spelling that it travels in.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret, &encoded].iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}

#[test]
fn no_secret_and_no_token_is_found_anywhere_after_a_full_life() {
    let world = World::new(SMALL);
    let path = world.file("acme.toml", &world.text());
    world.run(&["apply", &path, "--yes", "-vv"]).exits(0);
    world.run(&["ping", "-vv"]).exits(0);

    // A consent from the terminal.
    let mut command = world.command(&["login", "acme", "zoho", "--redirect-port", "0", "--json", "-vv"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let back = world.consent(told["url"].as_str().unwrap(), "decision=accept");
    writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
    world.ended(child.wait_with_output().unwrap()).exits(0);

    // Runs with faults, expired tokens and refusals, all talkative.
    world.faults(|dials| {
        dials.acumatica.http_500 = 0.1;
        dials.acumatica.expired_token = 0.2;
        dials.zoho.http_500 = 0.1;
        dials.zoho.expired_token = 0.05;
        dials.zoho.html_200 = 0.1;
    });
    world.run(&["sync", "--json", "-vv"]);
    world.run(&["sync", "--log", "json", "-vv"]);
    world.faults(|_| {});
    world.run(&["sync", "-vv"]).exits(0);
    assert!(world.sim.compare().agree);
    world.sim.change_some(5).unwrap();
    world.sim.acumatica().revoke_access();
    world.run(&["sync", "--json", "-vv"]).exits(3);
    world.run(&["ping", "-vv"]).exits(3);

    // Everything that can be shown.
    for command in [
        &["status", "--json", "-vv"][..],
        &["runs", "--json"],
        &["runs", "--csv"],
        &["audit", "--json", "--most", "100000"],
        &["parked", "--json"],
        &["config", "show"],
    ] {
        world.run(command).exits(0);
    }
    let trail = world.run(&["audit", "--json", "--most", "100000"]).json_lines();
    let keys: std::collections::BTreeSet<&str> = trail.iter().map(|row| row["erp_key"].as_str().unwrap()).collect();
    for key in keys.iter().take(5) {
        world.run(&["record", key, "--json", "--bodies", "-vv"]).exits(0);
    }

    let mut secrets: Vec<String> =
        world.sim.credentials().secrets().iter().map(|secret| (*secret).to_owned()).collect();
    let issued = world.issued();
    assert!(issued.len() >= 6, "the simulators handed out tokens of both systems and a code: {}", issued.len());
    secrets.extend(issued);
    let transcript = world.transcript();
    assert!(transcript.contains("run_"), "the output was kept");
    let stored = files(&world.data());
    assert!(stored.iter().any(|path| path.ends_with("ml-connector.db")));
    for secret in &secrets {
        let place = transcript.find(secret.as_str()).map(|at| &transcript[at.saturating_sub(200)..at]);
        assert!(!holds(transcript.as_bytes(), secret), "printed after: {place:?}");
        for path in &stored {
            assert!(!holds(&std::fs::read(path).unwrap(), secret), "{} holds a secret", path.display());
        }
    }

    // Bodies are stored compressed: they are looked into as well.
    let db = rusqlite::Connection::open(world.data().join("ml-connector.db")).unwrap();
    let mut bodies = db.prepare("select request, response from bodies").unwrap();
    let mut rows = bodies.query([]).unwrap();
    let mut seen = 0;
    while let Some(row) = rows.next().unwrap() {
        for packed in [row.get::<_, Option<Vec<u8>>>(0).unwrap(), row.get(1).unwrap()].into_iter().flatten() {
            let body = zstd::decode_all(packed.as_slice()).unwrap();
            seen += 1;
            assert!(secrets.iter().all(|secret| !holds(&body, secret)), "{}", String::from_utf8_lossy(&body));
        }
    }
    assert!(seen > 4, "bodies of writes are kept: {seen}");
}
