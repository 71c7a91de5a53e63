//! Every command of the real binary, over real sockets, against both simulators.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use std::io::Read;

use process::{SMALL, World, at};
use serde_json::{Value, json};
use sim::control::edit::Edit;
use sim::faults::Dials;

// Set-up

#[test]
fn init_writes_a_file_once_and_never_over_another() {
    let world = World::new(SMALL);
    world.run(&["init", "mine.toml"]).exits(0).says(&["ml-connector apply mine.toml"]);
    let text = std::fs::read_to_string(world.folder.path().join("mine.toml")).unwrap();
    assert!(text.contains("name = \"mine\""));
    world.run(&["init", "mine.toml"]).exits(2).says(&["exists already"]);
    assert_eq!(std::fs::read_to_string(world.folder.path().join("mine.toml")).unwrap(), text);
    world.run(&["init", "-"]).exits(0).says(&["[acumatica]", "[zoho]"]);
}

#[test]
fn apply_shows_the_difference_and_a_second_time_changes_nothing() {
    let world = World::new(SMALL);
    let path = world.file("acme.toml", &world.text());
    let plan = world.run(&["apply", &path, "--dry-run", "--json"]).exits(0).json();
    assert_eq!(at(&plan, "/connections/0/action"), "create");
    world.run(&["apply", &path]).exits(2).says(&[
        "a new connection",
        "flows.items.every: 15m",
        "flows.items.sweep: 1d",
        "--yes",
    ]);
    assert!(!world.data().exists(), "a plan and a question make neither folder nor key");
    world.run(&["status"]).exits(2).says(&["ml-connector init"]);
    world.run(&["apply", &path, "--yes"]).exits(0).says(&["Applied acme", "ml-connector ping acme"]);
    let again = world.run(&["apply", &path, "--yes", "--json"]).exits(0).json();
    assert_eq!(
        (at(&again, "/connections/0/action"), at(&again, "/connections/0/changes")),
        (&json!("unchanged"), &json!([]))
    );

    world.file("crm-secret", "another-secret-value");
    let path = world.file("acme.toml", &world.text().replace("calls_per_minute = 0", "calls_per_minute = 7"));
    let told =
        world.run(&["apply", &path, "--dry-run"]).exits(0).says(&["calls_per_minute: 0 -> 7", "zoho.client_secret"]);
    assert!(!told.stdout.contains("another-secret-value"));
}

#[test]
fn bad_files_name_line_and_remedy_and_change_nothing() {
    let world = World::new(SMALL);
    let good = world.text();
    let cases: [(&str, String, &[&str]); 10] = [
        ("unknown key", good.replace("endpoint =", "endpiont ="), &[":5:", "endpiont", "did you mean endpoint?"]),
        ("wrong type", good.replace("calls_per_minute = 0", "calls_per_minute = \"x\""), &[":9:", "a whole number"]),
        (
            "bare secret",
            good.replace("{ file = \"crm-secret\" }", "\"hush-hush\""),
            &[":14:", "does not stand in this file"],
        ),
        ("missing secret file", good.replace("crm-secret", "nowhere"), &["zoho.client_secret", "cannot read"]),
        (
            "missing secret",
            good.replace("client_secret = { file = \"crm-secret\" }\n", ""),
            &["zoho.client_secret", "is missing"],
        ),
        ("plain http", good.replace(&world.erp, "http://erp.acme.example/ERP"), &[":4:", "https://"]),
        ("impossible version", good.replace("24.200.001", "19.100.001"), &[":5:", "24.200.001"]),
        (
            "unknown data centre",
            good.replace(&format!("accounts_url = \"{}\"", world.crm), "datacenter = \"eux\""),
            &[":12:", "us, eu, in, au, jp, cn, ca, sa", "did you mean \"eu\"?"],
        ),
        ("no toml", "name = ".to_owned(), &["acme.toml:1"]),
        (
            "examples of the template",
            world.run(&["init", "-"]).exits(0).stdout,
            &[":8: acumatica.url: is still the example", ":11: acumatica.client_id", "zoho.client_id"],
        ),
    ];
    for (case, text, words) in cases {
        let path = world.file("acme.toml", &text);
        let ended = world.run(&["apply", &path, "--yes"]).exits(2).says(words).says(&["Nothing was applied"]);
        assert!(!ended.stderr.contains("hush-hush"), "{case}");
        assert!(!world.data().exists(), "{case}");
    }
}

#[test]
fn unknown_connections_are_named_with_the_known_ones() {
    let world = World::new(SMALL);
    world.run(&["status"]).exits(2).says(&["ml-connector init"]);
    world.apply(&world.text());
    for command in [["ping", "other"], ["sync", "other"], ["status", "other"], ["parked", "other"], ["runs", "other"]] {
        world.run(&command).exits(2).says(&["no connection \"other\"", "Known: acme"]);
    }
    world.apply(&world.text().replace("\"acme\"", "\"beta\""));
    world.run(&["sync"]).exits(2).says(&["several connections", "acme", "beta"]);
    let both = world.run(&["status", "--json"]).exits(0).json();
    assert_eq!(at(&both, "/connections").as_array().unwrap().len(), 2);
}

#[test]
fn settings_say_where_they_come_from_and_shells_get_completions() {
    let world = World::new(SMALL);
    let shown = world.run(&["config", "show", "--json"]).exits(0).json();
    let loopback = shown.as_array().unwrap().iter().find(|row| row["setting"] == "allow_loopback").unwrap();
    assert_eq!(loopback["origin"], "environment ML_CONNECTOR_ALLOW_LOOPBACK");
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]).exits(0).stdout;
        assert!(script.contains("ml-connector") && script.contains("replay"), "{shell}");
    }
}

// Ping

#[test]
fn a_first_sync_brings_everything_a_second_nothing_and_an_edit_one_record() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    let plan = world.run(&["sync", "--dry-run", "--json", "-q"]).exits(0).json();
    assert_eq!((at(&plan, "/dry_run"), at(&plan, "/flows/customers/created")), (&json!(true), &json!(12)));
    let first = world.run(&["sync", "--json", "-q"]).exits(0).json();
    assert_eq!((at(&first, "/outcome"), at(&first, "/flows/customers/created")), (&json!("settled"), &json!(12)));
    assert!(world.sim.compare().agree);
    let second = world.run(&["sync", "--json", "-q"]).exits(0).json();
    assert_eq!(at(&second, "/calls/zoho/made"), 0);
    let key = world.sim.with(|books, _| books.customers.keys().next().unwrap().to_string());
    world.sim.change(&Edit::TouchCustomer { key: key.clone(), phone: "+41 44 668 18 00".to_owned() }).unwrap();
    let third = world.run(&["sync", "--json", "-q"]).exits(0).json();
    let written: u64 = third["flows"]
        .as_object()
        .unwrap()
        .values()
        .map(|flow| flow["created"].as_u64().unwrap() + flow["updated"].as_u64().unwrap())
        .sum();
    assert_eq!(written, 1, "{third:#}");
    assert!(world.sim.compare().agree);

    // Why it is as it is.
    let view = world.run(&["record", &key, "--json", "--bodies"]).exits(0).json();
    assert_eq!(
        (at(&view, "/state"), at(&view, "/flow"), at(&view, "/key")),
        (&json!("settled"), &json!("customers"), &json!(key))
    );
    assert_eq!(at(&view, "/decisions/0/what"), "updated");
    assert_eq!(at(&view, "/decisions/0/run_id"), at(&third, "/run_id"));
    assert_eq!(at(&view, "/decisions/1/what"), "created");
    assert_eq!(at(&view, "/decisions/0/request"), at(&view, "/requests/0/id"));
    assert_eq!(at(&view, "/requests/0/status"), 200);
    let sent = at(&view, "/requests/0/request").as_object().unwrap();
    let erp_key = at(&view, "/erp_key").as_str().unwrap();
    assert!(sent.values().any(|value| value == erp_key), "only the record's part is shown: {sent:?}");
    assert_eq!(at(&view, "/requests/1/part/1"), 12, "the first write was a batch of all");
    let zoho_id = at(&view, "/zoho_id").as_str().unwrap();
    for name in [erp_key, zoho_id] {
        assert_eq!(at(&world.run(&["record", "acme", name, "--json"]).exits(0).json(), "/erp_key"), erp_key);
    }
    world.run(&["record", &key]).exits(0).says(&[
        "settled",
        zoho_id,
        "Decisions",
        "Requests",
        "POST /crm/v8/Accounts/upsert",
    ]);
    world.run(&["record", &key.to_lowercase()]).exits(2).says(&["Did you mean", &key]);
    world.run(&["record", "NOBODY"]).exits(2).says(&["knows no record \"NOBODY\"", "Type/Number"]);

    // How far it has come.
    let status = world.run(&["status", "acme", "--json"]).exits(0).json();
    let acme = at(&status, "/connections/0");
    assert_eq!(at(acme, "/flows/customers/settled"), 12);
    assert_eq!(at(acme, "/flows/customers/last_run/run_id"), at(&third, "/run_id"));
    assert!(at(acme, "/flows/invoices/lag_seconds").as_u64().unwrap() < 3600);
    assert_eq!(at(acme, "/systems/zoho/state"), "signed_in");
    for path in ["/flows/customers/sweep", "/flows/items/check"] {
        let due = at(acme, path);
        assert_eq!((at(due, "/under_way"), at(due, "/last")), (&json!(false), &Value::Null), "{path}");
        assert!(at(due, "/next").is_string(), "{path}: a first load counts as one");
    }
    assert_eq!(at(acme, "/systems/acumatica/refresh_token"), true);
    world.run(&["status"]).exits(0).says(&["customers", "last run", "settled", "signed in for"]);
    world.run(&["parked"]).exits(0).says(&["Nothing is open."]);
    assert_eq!(at(&world.run(&["parked", "--json"]).exits(0).json(), "/records"), 0);

    // History, as lines and as CSV.
    let runs = world.run(&["runs", "--json"]).exits(0).json_lines();
    assert_eq!(runs.len(), 3, "a dry run is none");
    assert_eq!((&runs[0]["run_id"], &runs[0]["outcome"]), (at(&third, "/run_id"), &json!("settled")));
    assert_eq!(runs[2]["report"]["flows"]["customers"]["created"], 12);
    let csv = world.run(&["runs", "--csv"]).exits(0).stdout;
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.starts_with("run_id,started,ended,seconds,outcome,read,created"));
    world.run(&["runs", "--most", "1"]).exits(0).says(&["covered up to", third["run_id"].as_str().unwrap()]);
    let record = world.run(&["record", "acme", &key, "--json"]).exits(0).json();
    assert_eq!(at(&record, "/covered_up_to"), at(&third, "/flows/customers/covered_up_to"));
    let run = third["run_id"].as_str().unwrap();
    let trail = world.run(&["audit", "--run", run, "--what", "updated", "--json"]).exits(0).json_lines();
    assert_eq!((trail.len(), &trail[0]["key"]), (1, &json!(key)));
    let created = world.run(&["audit", "--flow", "customers", "--what", "created", "--csv"]).exits(0).stdout;
    assert_eq!(created.lines().count(), 13);
    world.run(&["audit", "--what", "craeted"]).exits(2).says(&["Did you mean created?"]);
    world.run(&["audit", "--run", "run_0"]).exits(2).says(&["no run \"run_0\""]);
    let proof = world.run(&["audit", "verify", "--json"]).exits(0).json();
    assert_eq!((at(&proof, "/whole"), at(&proof, "/connections/0/whole")), (&json!(true), &json!(true)));
}

#[test]
fn an_open_record_is_grouped_replayed_and_left_alone() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    // An account of that name is there already and nobody linked it.
    let (key, name) = world.sim.with(|books, _| {
        let named = |name: &str| books.customers.values().filter(|other| other.name.eq_ignore_ascii_case(name)).count();
        let (key, customer) = books
            .customers
            .iter()
            .find(|(_, customer)| named(&customer.name) == 1 && customer.name.is_ascii())
            .unwrap();
        (key.to_string(), customer.name.clone())
    });
    world
        .sim
        .change(&Edit::ZohoInsert { module: "Accounts".to_owned(), values: json!({ "Account_Name": name }) })
        .unwrap();
    let first = world.run(&["sync", "--json", "-q"]).exits(0).json();
    assert_eq!((at(&first, "/outcome"), at(&first, "/flows/customers/undecided")), (&json!("parked"), &json!(1)));
    world.run(&["sync", "-q", "--fail-on", "new"]).exits(0);
    world.run(&["sync", "-q", "--fail-on", "any"]).exits(1);

    let parked = world.run(&["parked", "--json"]).exits(0).json();
    let cause =
        at(&parked, "/causes").as_array().unwrap().iter().find(|cause| cause["code"] == "undecided_name").unwrap();
    assert_eq!(
        (&cause["records"], &cause["examples"][0]["key"], &cause["tried_again"]),
        (&json!(1), &json!(key), &json!(false))
    );
    assert!(cause["remedy"].as_str().unwrap().contains("ERP Key"));
    let listed = world.run(&["parked", "--code", "undecided_name", "--json"]).exits(0).json_lines();
    assert_eq!((listed.len(), &listed[0]["key"], &listed[0]["state"]), (1, &json!(key), &json!("undecided")));
    let sheet = world.run(&["parked", "--csv"]).exits(0).stdout;
    assert!(
        sheet.starts_with("flow,key,erp_key,state,code,") && sheet.contains(&format!("customers,{key},")),
        "{sheet}"
    );
    world.run(&["parked", "--code", "undecided_nam"]).exits(2).says(&["Did you mean undecided_name?"]);
    let range = |since: &str| world.run(&["replay", "--since", since, "--dry-run", "--json"]).exits(0).json();
    let open: u64 = at(&parked, "/records").as_u64().unwrap();
    assert_eq!((at(&range("2020-01-01"), "/records"), at(&range("2100-01-01"), "/records")), (&json!(open), &json!(0)));
    world.run(&["replay", "--since", "2020-01-01", "--parked"]).exits(2);
    world.run(&["parked"]).exits(0).says(&["undecided_name", &key, "->", "ml-connector record acme KEY"]);
    let view = world.run(&["record", &key, "--json"]).exits(0).json();
    assert_eq!(
        (at(&view, "/state"), at(&view, "/problem/code"), at(&view, "/zoho_id")),
        (&json!("undecided"), &json!("undecided_name"), &Value::Null)
    );

    // Another try: planned, asked for, made.
    let plan = world.run(&["replay", "--code", "undecided_name", "--dry-run", "--json"]).exits(0).json();
    assert_eq!((at(&plan, "/records"), at(&plan, "/selected/0/key")), (&json!(1), &json!(key)));
    let cause = json!({"flow": "customers", "state": "undecided", "code": "undecided_name", "records": 1});
    assert_eq!(at(&plan, "/causes"), &json!([cause]));
    world.run(&["replay", "--code", "undecidedname"]).exits(2).says(&["Did you mean undecided_name?"]);
    world.run(&["replay", "--code", "rows_vanished"]).exits(2).says(&["concerns a whole flow", "--accept-vanished"]);
    world.run(&["replay"]).exits(2).says(&["--parked"]);
    world.run(&["replay", "acme", &key, "--parked"]).exits(2).says(&["not both"]);
    world.run(&["replay", "--run", first["run_id"].as_str().unwrap(), "--dry-run"]).exits(0).says(&[
        "would be tried again",
        "customers, undecided: undecided_name",
        &key,
    ]);
    world.run(&["replay", "acme", &key]).exits(0).says(&[
        "1 record to be tried again",
        "1 record marked",
        "ml-connector sync acme",
    ]);
    assert_eq!(at(&world.run(&["record", &key, "--json"]).exits(0).json(), "/asked"), true);
    let again = world.run(&["replay", "--parked", "--json"]).exits(0).json();
    let marked = at(&again, "/selected").as_array().unwrap();
    assert!(marked.iter().all(|found| found["key"] != json!(key)), "it is marked already: {again:#}");
    world.run(&["sync", "-q"]).exits(0);
    assert_eq!(at(&world.run(&["record", &key, "--json"]).exits(0).json(), "/asked"), false);

    // Left alone, by a person with a reason.
    world.run(&["skip", &key, "--why", "  "]).exits(2).says(&["--why"]);
    world.run(&["skip", "NOBODY", "--why", "x"]).exits(2).says(&["knows no record"]);
    world.run(&["skip", &key, "--why", "handled by hand"]).exits(0).says(&["left alone until it changes"]);
    world.run(&["skip", &key, "--why", "handled by hand"]).exits(0).says(&["left alone already"]);
    let view = world.run(&["record", &key, "--json"]).exits(0).json();
    assert_eq!(at(&view, "/state"), "left_alone");
    assert_eq!(at(&view, "/decisions/0/note"), "handled by hand (by tess)");
    assert!(view["decisions"][0].get("run_id").is_none());
    let settled =
        world.run(&["audit", "--flow", "items", "--what", "created", "--most", "1", "--json"]).exits(0).json_lines();
    world.run(&["skip", settled[0]["key"].as_str().unwrap(), "--why", "x"]).exits(2).says(&["is settled"]);
    assert_eq!(at(&world.run(&["status", "--json"]).exits(0).json(), "/connections/0/flows/customers/left_alone"), 1);
    world.run(&["audit", "verify"]).exits(0).says(&["the trail is whole", "head "]);
}

#[test]
fn a_document_is_found_by_number_and_a_shared_number_lists_its_owners() {
    let world = World::new(sim::Size { invoices: 120, ..SMALL });
    world.apply(&world.text());
    world.run(&["sync", "-q"]);
    let trail = world.run(&["audit", "--flow", "invoices", "--most", "1000", "--json"]).exits(0).json_lines();
    let mut numbers: std::collections::BTreeMap<String, std::collections::BTreeSet<String>> =
        std::collections::BTreeMap::new();
    for row in &trail {
        let key = row["erp_key"].as_str().unwrap();
        numbers.entry(key.split_once('/').unwrap().1.to_owned()).or_default().insert(key.to_owned());
    }
    let (single, keys) = numbers.iter().find(|(_, keys)| keys.len() == 1).unwrap();
    let key = keys.first().unwrap();
    for name in [single, key] {
        assert_eq!(at(&world.run(&["record", name, "--json"]).exits(0).json(), "/erp_key"), key);
    }
    let (shared, keys) = numbers.iter().find(|(_, keys)| keys.len() > 1).expect("the company has a shared number");
    let words: Vec<&str> = keys.iter().map(String::as_str).collect();
    world.run(&["record", shared]).exits(2).says(&words);
    let told = world.run(&["record", shared, "--json"]).exits(2).json();
    assert_eq!(at(&told, "/candidates").as_array().unwrap().len(), keys.len());
}

#[test]
fn a_changed_trail_is_found() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "-q"]);
    let path = world.data().join("ml-connector.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    let changed = db.execute("update trail set note = 'nothing happened' where settlement = (select max(id) from settlements) and position = 0", []);
    assert_eq!(changed.unwrap(), 1);
    drop(db);
    let proof = world.run(&["audit", "verify", "--json"]).exits(3).json();
    assert_eq!(
        (at(&proof, "/whole"), at(&proof, "/connections/0/broken/what")),
        (&json!(false), &json!("A row of the trail was changed or moved."))
    );
    world.run(&["audit", "verify"]).exits(3).says(&["BROKEN"]);
}

// Workers, signals, files

#[test]
fn a_second_worker_is_refused_while_status_and_record_read_and_an_interrupt_ends_it() {
    let world = World::new(SMALL);
    world.apply(&world.text());
    world.run(&["sync", "-q"]);
    let key = world.sim.with(|books, _| books.customers.keys().next().unwrap().to_string());
    world.faults(|dials: &mut Dials| {
        dials.acumatica.latency_ms = 60_000;
        dials.zoho.latency_ms = 60_000;
    });
    world.sim.requests().reset();
    let mut first = world.command(&["sync", "--json", "-q", "--full"]).spawn().unwrap();
    // Its first request has arrived, and waits for an answer: the run is under way.
    while world.sim.requests().counters(sim::faults::System::Acumatica).most_at_once == 0 {
        assert!(first.try_wait().unwrap().is_none(), "it ended before it asked");
        std::thread::yield_now();
    }
    let pid = first.id();
    world.run(&["sync"]).exits(3).says(&["Another worker is running", &format!("process {pid}")]);
    let status = world.run(&["status", "--json"]).exits(0).json();
    assert_eq!(at(&status, "/connections/0/last_run/pid"), pid);
    assert_eq!(at(&status, "/connections/0/last_run/ended"), &Value::Null);
    world.run(&["status"]).exits(0).says(&["not ended", &format!("process {pid}")]);
    world.run(&["record", &key]).exits(0).says(&["settled"]);

    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.cast_signed()), nix::sys::signal::Signal::SIGINT).unwrap();
    let mut report = String::new();
    first.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    let ended = first.wait().unwrap();
    assert_eq!(ended.code(), Some(130), "{report}");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(at(&report, "/outcome"), "interrupted");
    assert!(at(&report, "/seconds").as_f64().unwrap() < 30.0, "it did not wait for the answers: {report:#}");
    world.faults(|_| {});
    world.run(&["sync", "-q"]).exits(0);
}

#[test]
fn damaged_and_foreign_databases_are_refused_untouched() {
    for (text, word) in [
        ("this is not a database, but somebody's notes\n", "not a database of ml-connector"),
        ("SQLite format 3\0 and then nothing", "not touched"),
    ] {
        let world = World::new(SMALL);
        std::fs::create_dir(world.data()).unwrap();
        std::fs::write(world.data().join("ml-connector.db"), text).unwrap();
        std::fs::write(world.data().join("master.key"), format!("{}\n", "0123456789abcdef".repeat(4))).unwrap();
        let path = world.file("acme.toml", &world.text());
        for command in [&["status"][..], &["sync"], &["apply", &path, "--yes"]] {
            world.run(command).exits(3).says(&[word]);
        }
        assert_eq!(std::fs::read(world.data().join("ml-connector.db")).unwrap(), text.as_bytes());
    }
}
