//! From the text of a connection file to checked settings.
//!
//! Owns what each key means, its default and its allowed values. Complaints are collected, not thrown one by one.

use std::collections::BTreeMap;
use std::path::Path;

use sync::Flow;
use sync::detect::sweep::Policy;
use sync::settle::EditPolicy;
use toml::de::DeTable;

use super::template::{self, EXAMPLE_CLIENT, EXAMPLE_URL, EXAMPLE_ZOHO_CLIENT};
use super::trouble::Troubles;
use super::view::{Log, View};
use super::{Acumatica, AcumaticaGrant, ConnectionFile, FlowPart, Rereads, Schedule, Settings, Zoho, daily};

/// Endpoint versions that the mapping knows.
pub(crate) const VERSIONS: [&str; 5] = ["20.200.001", "22.200.001", "23.200.001", "24.200.001", "25.200.001"];

/// Datacenters by their short name.
pub(crate) const DATACENTERS: [&str; 10] = ["us", "eu", "in", "au", "jp", "cn", "ca", "sa", "uk", "ae"];

/// Environments of an organisation.
pub(crate) const ENVIRONMENTS: [&str; 3] = ["production", "sandbox", "developer"];

/// Reads and checks `text`; `file` names it in complaints, `folder` is where relative paths start.
///
/// # Errors
/// Every complaint about the file.
pub(crate) fn read(text: &str, file: &str, folder: &Path, allow_loopback: bool) -> Result<ConnectionFile, Troubles> {
    let log = Log::new(text);
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            log.add(error.span().map_or(0, |span| span.start), "", format!("is not TOML: {}", error.message()));
            return Err(Troubles { file: file.to_owned(), list: log.into_list() });
        }
    };
    let root = View::new(&log, "", 0, table.get_ref());
    let mut secrets = BTreeMap::new();
    let name = name(&root);
    let acumatica = section(&root, "acumatica").map(|view| acumatica(&view, allow_loopback, &mut secrets));
    let zoho = section(&root, "zoho").map(|view| zoho(&view, allow_loopback, &mut secrets));
    let flows = flows(&root);
    root.finish();
    let list = log.into_list();
    match (acumatica, zoho) {
        (Some(acumatica), Some(zoho)) if list.is_empty() => Ok(ConnectionFile {
            name,
            settings: Settings { acumatica, zoho, flows },
            secrets,
            folder: folder.to_owned(),
        }),
        _ => Err(Troubles { file: file.to_owned(), list }),
    }
}

fn section<'a>(root: &View<'a>, key: &'static str) -> Option<View<'a>> {
    if !root.has(key) {
        root.complain(key, format!("is missing: add a section [{key}]"));
    }
    root.table(key)
}

fn name(root: &View<'_>) -> String {
    let name = root.needed("name", "acme");
    let fits = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if !name.is_empty() && (!fits || name.len() > 40) {
        root.complain("name", "takes lower-case letters, digits, - and _, at most 40 of them");
    }
    name
}

fn acumatica(view: &View<'_>, allow_loopback: bool, secrets: &mut Secrets) -> Acumatica {
    let url = view.needed("url", EXAMPLE_URL);
    address(view, "url", &url, allow_loopback);
    let endpoint = view.text("endpoint").unwrap_or_else(|| "Default/24.200.001".to_owned());
    endpoint_fits(view, &endpoint);
    let grant = match view.choice("grant", &["authorization_code", "password"]) {
        Some("password") => AcumaticaGrant::Password,
        _ => AcumaticaGrant::AuthorizationCode,
    };
    let client_id = view.needed("client_id", EXAMPLE_CLIENT);
    if !client_id.is_empty()
        && !client_id.split_once('@').is_some_and(|(id, tenant)| !id.is_empty() && !tenant.is_empty())
    {
        view.complain(
            "client_id",
            "lacks the tenant: it reads GUID@Tenant, as Acumatica shows it on Connected Applications",
        );
    }
    if template::is_example_client(&client_id) {
        view.complain(
            "client_id",
            "is still the example: copy the Client ID of your application from Connected Applications (SM303010) in Acumatica",
        );
    }
    keep(view, "client_secret", "acumatica.client_secret", true, secrets);
    let username = view.text("username");
    keep(view, "password", "acumatica.password", false, secrets);
    keep(view, "refresh_token", "acumatica.refresh_token", false, secrets);
    let password = secrets.contains_key("acumatica.password");
    match grant {
        AcumaticaGrant::Password => {
            if username.is_none() {
                view.complain("username", "is missing: grant = \"password\" needs username and password");
            }
            if !password && !view.has("password") {
                view.complain("password", "is missing: grant = \"password\" needs username and password");
            }
        }
        AcumaticaGrant::AuthorizationCode => {
            for (key, given) in [("username", username.is_some()), ("password", password)] {
                if given {
                    view.complain(key, "is only used with grant = \"password\"");
                }
            }
        }
    }
    let proxy = view.text("proxy");
    if let Some(proxy) = &proxy {
        proxy_fits(view, proxy);
    }
    let part = Acumatica {
        url: url.trim_end_matches('/').to_owned(),
        endpoint,
        grant,
        client_id,
        username,
        branch: view.text("branch"),
        ca_file: view.path("ca_file"),
        proxy,
        parallel_calls: view.number("parallel_calls", 1..=10, 2),
        calls_per_minute: view.number("calls_per_minute", 0..=6000, 40),
    };
    view.finish();
    part
}

/// Settings are kept and shown as they are, so that a password must not stand in an address.
fn proxy_fits(view: &View<'_>, proxy: &str) {
    match url::Url::parse(proxy) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => view.complain(
            "proxy",
            "must not hold a user name or password, because settings are kept and shown: let the proxy admit this machine by its address",
        ),
        Ok(url) if matches!(url.scheme(), "http" | "https") => {}
        _ => view.complain("proxy", "must be the address of a proxy, for example http://proxy.example.com:3128"),
    }
}

fn endpoint_fits(view: &View<'_>, endpoint: &str) {
    let Some((name, version)) = endpoint.split_once('/') else {
        return view.complain("endpoint", "reads Name/Version, for example \"Default/24.200.001\"");
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) {
        view.complain("endpoint", "the name before / takes letters, digits, - _ and .");
    }
    if !VERSIONS.contains(&version) {
        view.complain("endpoint", format!("version \"{version}\" is not one of {}", VERSIONS.join(", ")));
    }
}

fn zoho(view: &View<'_>, allow_loopback: bool, secrets: &mut Secrets) -> Zoho {
    let accounts_url = view.text("accounts_url");
    let datacenter = view.choice("datacenter", &DATACENTERS);
    match &accounts_url {
        Some(url) if !allow_loopback => {
            view.complain("accounts_url", "is only for simulators: start with --allow-loopback, or use datacenter");
            let _ = url;
        }
        Some(url) => {
            if !loopback(url) {
                view.complain(
                    "accounts_url",
                    "must be on loopback, for example http://127.0.0.1:9802; real systems are named by datacenter",
                );
            }
            if view.has("datacenter") {
                view.complain("datacenter", "stands beside accounts_url: leave one of them out");
            }
        }
        None if !view.has("datacenter") => {
            view.complain("datacenter", format!("is missing: one of {}", DATACENTERS.join(", ")));
        }
        None => {}
    }
    let environment = view.choice("environment", &ENVIRONMENTS).unwrap_or("production");
    keep(view, "client_secret", "zoho.client_secret", true, secrets);
    keep(view, "refresh_token", "zoho.refresh_token", false, secrets);
    keep(view, "grant_code", "zoho.grant_code", false, secrets);
    let client_id = view.needed("client_id", EXAMPLE_ZOHO_CLIENT);
    if template::is_example_zoho_client(&client_id) {
        view.complain("client_id", "is still the example: copy the Client ID of your client from Zoho's API console");
    }
    let credits = view.has("daily_credits").then(|| view.number("daily_credits", 100..=100_000_000, 0));
    let part = Zoho {
        datacenter: datacenter.unwrap_or_default().to_owned(),
        environment: environment.to_owned(),
        accounts_url: accounts_url.map(|url| url.trim_end_matches('/').to_owned()),
        client_id,
        parallel_calls: view.number("parallel_calls", 1..=25, 10),
        daily_credits: credits,
        run_workflows: view.flag("run_workflows", false),
        check: check(view),
    };
    view.finish();
    part
}

/// How often the links in Zoho CRM are checked.
fn check(view: &View<'_>) -> Option<u64> {
    let Some(text) = view.text("check") else { return super::daily_check() };
    if text == "off" {
        return None;
    }
    let often = seconds(&text).filter(|seconds| (3_600..=31 * 86_400).contains(seconds));
    if often.is_none() {
        view.complain("check", "is \"off\" or a time from 1h to 31d, such as \"1d\"");
    }
    often
}

type Secrets = BTreeMap<&'static str, super::SecretSource>;

fn keep(view: &View<'_>, key: &'static str, field: &'static str, needed: bool, secrets: &mut Secrets) {
    let given = view.has(key);
    match view.secret(key) {
        Some(source) => {
            secrets.insert(field, source);
        }
        None if needed && !given => {
            view.complain(key, format!("is missing, for example {key} = {{ file = \"/path/to/secret\" }}"));
        }
        None => {}
    }
}

fn loopback(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn address(view: &View<'_>, key: &'static str, text: &str, allow_loopback: bool) {
    if text.is_empty() {
        return;
    }
    let Ok(url) = url::Url::parse(text) else {
        return view.complain(key, "is not an address; it begins with https://");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return view.complain(key, "must not hold a user name or password");
    }
    if template::is_example_url(&url) {
        return view
            .complain(key, "is still the example: write the address at which people open Acumatica in their browser");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return view.complain(key, "must end with the instance, without ? or #");
    }
    match (url.scheme(), loopback(text)) {
        ("https", false) => {}
        ("https" | "http", true) if allow_loopback => {}
        (_, true) => view.complain(key, "is on loopback: start with --allow-loopback to use simulators"),
        ("http", false) => {
            view.complain(key, "must begin with https://; plain http is only for simulators on loopback")
        }
        _ => view.complain(key, "must begin with https://"),
    }
    if let Some(segment) =
        url.path_segments().and_then(|mut parts| parts.find(|part| matches!(*part, "entity" | "identity")))
    {
        view.complain(key, format!("is the address of the instance: leave out /{segment} and what follows"));
    }
    for (tail, word) in [("/main", "/Main")] {
        if url.path().trim_end_matches('/').to_ascii_lowercase().ends_with(tail) {
            view.complain(key, format!("is the address of the instance: leave out {word} and what follows"));
        }
    }
}

fn flows(root: &View<'_>) -> BTreeMap<Flow, FlowPart> {
    let mut parts: BTreeMap<Flow, FlowPart> = BTreeMap::new();
    let table = root.table("flows");
    for flow in Flow::ALL {
        let view = table.as_ref().and_then(|table| table.table(flow.name()));
        parts.insert(flow, part(flow, view.as_ref()));
    }
    if let Some(table) = &table {
        if let Some(view) = table.table("won_deals") {
            if view.flag("enabled", false) {
                view.complain("enabled", "this version does not bring won deals to Acumatica yet: leave it false");
            }
            let _ = view.flag("approval", true);
            view.finish();
        }
        table.finish();
    }
    parts
}

fn part(flow: Flow, view: Option<&View<'_>>) -> FlowPart {
    let default = Schedule::Every(if flow == Flow::Items { 15 * 60 } else { 5 * 60 });
    let Some(view) = view else {
        return FlowPart {
            enabled: true,
            schedule: default,
            from: None,
            sweep: daily(),
            deleted: Policy::default(),
            overlap: None,
            rereads: Rereads::default(),
            edited: EditPolicy::default(),
        };
    };
    let enabled = view.flag("enabled", true);
    let schedule = schedule(view).unwrap_or(default);
    let from = if flow == Flow::Invoices { view.text("from").filter(|from| from_fits(view, from)) } else { None };
    let (sweep, deleted) = (sweep(view), deleted(flow, view));
    let overlap = time(view, "overlap", 60..=86_400, "a time from 1m to 1d, such as \"15m\"");
    let rereads = rereads(flow, view);
    let words = EditPolicy::ALL.map(EditPolicy::name);
    let edited = view.choice("edited", &words).and_then(EditPolicy::named).unwrap_or_default();
    view.finish();
    let from = from.filter(|from| from != "all");
    FlowPart { enabled, schedule, from, sweep, deleted, edited, overlap, rereads }
}

/// How often the source's keys are swept.
fn sweep(view: &View<'_>) -> Option<u64> {
    let Some(text) = view.text("sweep") else { return daily() };
    if text == "off" {
        return None;
    }
    let often = seconds(&text).filter(|seconds| (3_600..=31 * 86_400).contains(seconds));
    if often.is_none() {
        view.complain("sweep", "is \"off\" or a time from 1h to 31d, such as \"1d\"");
    }
    often
}

/// What follows when the source has a record no more.
fn deleted(flow: Flow, view: &View<'_>) -> Policy {
    let policy = view.choice("deleted", &Policy::ALL.map(Policy::name)).and_then(Policy::named).unwrap_or_default();
    if policy == Policy::Deactivate && flow != Flow::Items {
        view.complain(
            "deleted",
            "\"deactivate\" is for items only: nothing else in Zoho CRM can be switched off; use \"mark\"",
        );
    }
    policy
}

fn rereads(flow: Flow, view: &View<'_>) -> Rereads {
    let or_off = |key, range, words| {
        if view.text(key).as_deref() == Some("off") { Some(0) } else { time(view, key, range, words) }
    };
    match flow {
        Flow::Invoices => Rereads {
            balance_age: or_off("balance_age", 3_600..=2_678_400, "\"off\" or a time from 1h to 31d, such as \"1d\""),
            payments: or_off("payments", 60..=86_400, "\"off\" or a time from 1m to 1d, such as \"15m\""),
            reread: None,
        },
        Flow::Customers | Flow::Items => Rereads {
            reread: or_off("reread", 3_600..=31_536_000, "\"off\" or a time from 1h to 365d, such as \"7d\""),
            ..Rereads::default()
        },
    }
}

/// A time in seconds; `words` say what it may be.
fn time(view: &View<'_>, key: &'static str, range: std::ops::RangeInclusive<u64>, words: &str) -> Option<u64> {
    let text = view.text(key)?;
    let time = seconds(&text).filter(|seconds| range.contains(seconds));
    if time.is_none() {
        view.complain(key, format!("is {words}"));
    }
    time
}

fn from_fits(view: &View<'_>, from: &str) -> bool {
    let fits = matches!(from, "all" | "open") || from.parse::<jiff::civil::Date>().is_ok();
    if !fits {
        view.complain("from", "is \"all\", \"open\" or a day such as \"2025-01-01\"");
    }
    fits
}

fn schedule(view: &View<'_>) -> Option<Schedule> {
    let every = view.text("every");
    let cron = view.text("cron");
    let zone = view.text("zone");
    if every.is_some() && cron.is_some() {
        view.complain("cron", "stands beside every: leave one of them out");
    }
    if let Some(zone) = &zone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        view.complain(
            "zone",
            format!("\"{zone}\" is not a time zone; it reads Region/City, for example Europe/Zurich"),
        );
    }
    if let Some(line) = cron {
        if line.split_whitespace().count() != 5 {
            view.complain("cron", "has five fields: minute, hour, day, month, weekday");
        }
        return Some(Schedule::Cron { line, zone: zone.unwrap_or_else(|| "UTC".to_owned()) });
    }
    if zone.is_some() {
        view.complain("zone", "is only used with cron");
    }
    let every = every?;
    if every == "manual" {
        return Some(Schedule::Manual);
    }
    match seconds(&every) {
        Some(seconds @ 10..=604_800) => Some(Schedule::Every(seconds)),
        _ => {
            view.complain("every", "is \"manual\" or a time from 10s to 7d, such as \"5m\" or \"1h\"");
            None
        }
    }
}

fn seconds(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
