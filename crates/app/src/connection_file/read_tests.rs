//! Connection files, right and wrong, and what is said of them.

#![allow(clippy::unwrap_used)]
use super::super::template;
use super::*;

const GOOD: &str = r#"name = "acme"
[acumatica]
url = "https://erp.acme.example/AcumaticaERP/"
client_id = "0-0@Company"
client_secret = { env = "A" }
[zoho]
datacenter = "eu"
client_id = "1000.X"
client_secret = { file = "z" }
"#;

fn troubles(text: &str) -> String {
    read(text, "f.toml", Path::new("."), false).unwrap_err().to_string()
}

#[test]
fn defaults_are_filled_in() {
    let file = read(GOOD, "f.toml", Path::new("."), false).unwrap();
    assert_eq!(file.settings.acumatica.url, "https://erp.acme.example/AcumaticaERP");
    assert_eq!(file.settings.acumatica.endpoint, "Default/24.200.001");
    assert_eq!(file.settings.acumatica.calls_per_minute, 40);
    assert_eq!(file.settings.zoho.parallel_calls, 10);
    assert_eq!(file.settings.flows[&Flow::Items].schedule, Schedule::Every(900));
    assert_eq!(file.secrets.len(), 2);
}

#[test]
fn the_template_is_a_valid_file_once_filled_in() {
    let filled = template("acme")
        .replace(EXAMPLE_URL, "https://erp.acme.example/AcumaticaERP")
        .replace(EXAMPLE_CLIENT, "0-0@Company")
        .replace(EXAMPLE_ZOHO_CLIENT, "1000.ABC");
    let file = read(&filled, "f.toml", Path::new("."), false).unwrap();
    assert_eq!(file.name, "acme");
}

#[test]
fn examples_that_were_left_in_the_template_are_refused_with_their_lines() {
    let text = template("acme");
    let line = |words: &str| text.lines().position(|line| line.contains(words)).unwrap() + 1;
    let told = troubles(&text);
    for (words, key, remedy) in [
        (EXAMPLE_URL, "acumatica.url", "the address at which people open Acumatica"),
        (EXAMPLE_CLIENT, "acumatica.client_id", "SM303010"),
        (EXAMPLE_ZOHO_CLIENT, "zoho.client_id", "API console"),
    ] {
        let begin = format!("f.toml:{}: {key}: is still the example: ", line(words));
        let found = told.lines().find(|told| told.starts_with(&begin));
        assert!(found.is_some_and(|found| found.contains(remedy)), "{begin}: {told}");
    }
    assert_eq!(told.lines().count(), 4, "nothing else is wrong with it: {told}");
}

#[test]
fn each_mistake_names_line_key_and_remedy() {
    let cases = [
        ("datacenter = \"eu\"", "datacenter = \"eur\"", "f.toml:7: zoho.datacenter: \"eur\" is not one of us, eu, in"),
        (
            "datacenter = \"eu\"",
            "datacentre = \"eu\"",
            "f.toml:7: zoho.datacentre: is not known; did you mean datacenter?",
        ),
        ("url = \"https", "url = \"http", "f.toml:3: acumatica.url: must begin with https://"),
        (
            "client_secret = { env = \"A\" }",
            "client_secret = \"hunter2\"",
            "f.toml:5: acumatica.client_secret: a secret does not stand in this file",
        ),
        ("client_secret = { env = \"A\" }", "", "acumatica.client_secret: is missing"),
        ("0-0@Company", "0-0", "lacks the tenant"),
        (
            "[zoho]",
            "endpoint = \"Default/19.200.001\"\n[zoho]",
            "f.toml:6: acumatica.endpoint: version \"19.200.001\" is not one of 20.200.001",
        ),
        ("[zoho]", "parallel_calls = \"2\"\n[zoho]", "acumatica.parallel_calls: must be a whole number, and is string"),
        ("[zoho]", "parallel_calls = 99\n[zoho]", "must be from 1 to 10"),
        ("[zoho]", "grant = \"password\"\n[zoho]", "username: is missing"),
        (
            "[zoho]",
            "proxy = \"http://user:hunter2@proxy.acme.example:3128\"\n[zoho]",
            "f.toml:6: acumatica.proxy: must not hold a user name",
        ),
        (
            "[zoho]",
            "proxy = \"socks5://u:hunter2@proxy.acme.example\"\n[zoho]",
            "f.toml:6: acumatica.proxy: must not hold a user name",
        ),
        ("name = \"acme\"", "name = \"Acme Ltd\"", "f.toml:1: name: takes lower-case"),
    ];
    for (from, to, wanted) in cases {
        let text = GOOD.replace(from, to);
        let told = troubles(&text);
        assert!(told.contains(wanted), "{to}: {told}");
        assert!(!told.contains("hunter2"), "a secret was quoted");
    }
}

#[test]
fn loopback_needs_the_flag() {
    let text = GOOD.replace("https://erp.acme.example/AcumaticaERP/", "http://127.0.0.1:9801");
    assert!(troubles(&text).contains("--allow-loopback"));
    assert!(read(&text, "f.toml", Path::new("."), true).is_ok());
    let text = GOOD.replace("datacenter = \"eu\"", "accounts_url = \"http://127.0.0.1:1\"");
    assert!(troubles(&text).contains("--allow-loopback"));
    assert!(read(&text, "f.toml", Path::new("."), true).is_ok());
    let text = GOOD.replace("datacenter = \"eu\"", "accounts_url = \"http://evil.example\"");
    assert!(read(&text, "f.toml", Path::new("."), true).unwrap_err().to_string().contains("loopback"));
}

#[test]
fn schedules_are_checked() {
    let told = troubles(&format!(
        "{GOOD}[flows.customers]\nevery = \"5 min\"\n[flows.items]\ncron = \"* * *\"\nzone = \"Mars/X\"\n[flows.invoice]\n"
    ));
    for wanted in [
        "flows.customers.every: is \"manual\" or a time",
        "has five fields",
        "not a time zone",
        "did you mean invoices?",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn sweeps_and_what_follows_are_checked() {
    let file = read(GOOD, "f.toml", Path::new("."), false).unwrap();
    let part = &file.settings.flows[&Flow::Customers];
    assert_eq!((part.sweep, part.deleted), (Some(86_400), Policy::Mark));
    let text =
        format!("{GOOD}[flows.items]\nsweep = \"off\"\ndeleted = \"deactivate\"\n[flows.invoices]\nsweep = \"2h\"\n");
    let file = read(&text, "f.toml", Path::new("."), false).unwrap();
    let part = &file.settings.flows[&Flow::Items];
    assert_eq!((part.sweep, part.deleted), (None, Policy::Deactivate));
    assert_eq!(file.settings.flows[&Flow::Invoices].sweep, Some(7_200));
    let told = troubles(&format!(
        "{GOOD}[flows.items]\nsweep = \"5m\"\ndeleted = \"erase\"\n[flows.customers]\ndeleted = \"deactivate\"\n"
    ));
    for wanted in
        ["flows.items.sweep: is \"off\" or a time from 1h", "\"erase\" is not one of mark", "is for items only"]
    {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn rereads_and_overlaps_are_times_or_off() {
    let text = format!(
        "{GOOD}[flows.invoices]\nbalance_age = \"off\"\npayments = \"1h\"\noverlap = \"30m\"\n[flows.items]\nreread = \"2d\"\n"
    );
    let flows = read(&text, "f.toml", Path::new("."), false).unwrap().settings.flows;
    let wanted = Rereads { balance_age: Some(0), payments: Some(3_600), reread: None };
    assert_eq!((flows[&Flow::Invoices].rereads, flows[&Flow::Invoices].overlap), (wanted, Some(1_800)));
    assert_eq!(flows[&Flow::Items].rereads.reread, Some(172_800));
    assert_eq!((flows[&Flow::Customers].rereads, flows[&Flow::Customers].overlap), (Rereads::default(), None));
    let told = troubles(&format!(
        "{GOOD}[flows.invoices]\nbalance_age = \"5m\"\noverlap = \"off\"\n[flows.customers]\npayments = \"15m\"\n"
    ));
    for wanted in
        ["balance_age: is \"off\" or a time from 1h", "overlap: is a time from 1m", "flows.customers.payments"]
    {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn checks_of_zoho_and_what_follows_are_checked() {
    let with = |zoho: &str, flow: &str| {
        format!("{}\n[flows.items]\n{flow}\n", GOOD.replace("[zoho]\n", &format!("[zoho]\n{zoho}\n")))
    };
    let file = read(GOOD, "f.toml", Path::new("."), false).unwrap();
    assert_eq!(file.settings.zoho.check, Some(86_400));
    assert_eq!(file.settings.flows[&Flow::Items].edited, EditPolicy::Heal);
    let text = with("check = \"off\"", "edited = \"ask\"");
    let file = read(&text, "f.toml", Path::new("."), false).unwrap();
    assert_eq!((file.settings.zoho.check, file.settings.flows[&Flow::Items].edited), (None, EditPolicy::Ask));
    let told = troubles(&with("check = \"1m\"", "edited = \"win\""));
    for wanted in ["zoho.check: is \"off\" or a time from 1h", "\"win\" is not one of heal"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    assert!(troubles("name = \"a\"\n[acumatica\n").starts_with("f.toml:2: is not TOML"));
}
