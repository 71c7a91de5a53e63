//! `sim`: the simulators alone, for tries and training.
//!
//! Owns their start from arguments and files, and the connection file that fits them. Must not know how they work.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::sim::faults::Dials;
use ::sim::{Options, Ports, Running, Sim, Size, WallClock};
use serde_json::json;

use super::args::{SimArgs, Sims};
use super::{Invocation, output};
use crate::process::exit::{Exit, Failure};

pub(super) async fn run(cx: &Invocation, args: SimArgs) -> Result<Exit, Failure> {
    let options = options(&args)?;
    let sim = Sim::new(options, Arc::new(WallClock::new()))
        .map_err(|error| Failure::usage(format!("The simulators cannot be set up: {error}.")))?;
    let at = |offset: u16| if args.port == 0 { 0 } else { args.port.saturating_add(offset) };
    let ports = match args.which {
        Sims::Acumatica => Ports { acumatica: Some(at(0)), zoho: None, control: Some(at(1)) },
        Sims::Zoho => Ports { acumatica: None, zoho: Some(at(0)), control: Some(at(1)) },
        Sims::Both => Ports { acumatica: Some(at(0)), zoho: Some(at(1)), control: Some(at(2)) },
    };
    let running = sim.serve(ports).await.map_err(|error| {
        Failure::usage(format!(
            "The simulators cannot listen on port {}: {error}. Name another with --port, or 0 for free ones.",
            args.port
        ))
    })?;
    if cx.json {
        let told = serde_json::to_string(&told(&sim, &running)).map_err(|error| Failure::fault(error.to_string()))?;
        output::line(told);
    } else {
        show(&sim, &running);
    }
    let _ = tokio::signal::ctrl_c().await;
    running.stop().await;
    Ok(Exit::Settled)
}

fn options(args: &SimArgs) -> Result<Options, Failure> {
    let mut options = Options::default();
    if let Some(path) = &args.faults {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("{shown}: cannot be read: {error}.")))?;
        options = parse(&text).map_err(|why| Failure::usage(format!("{shown}: {why}")))?;
    }
    options.seed = args.seed;
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    options.size = Size {
        customers: count(args.customers),
        items: count(args.items),
        invoices: count(args.invoices),
        existing_accounts: count(args.existing_accounts),
        ..options.size
    };
    if args.latency > 0 {
        options.faults.acumatica.latency_ms = u64::from(args.latency);
        options.faults.zoho.latency_ms = u64::from(args.latency);
    }
    Ok(options)
}

fn parse(text: &str) -> Result<Options, String> {
    let dials = |dials: Dials| Options { faults: dials, ..Options::default() };
    if text.trim_start().starts_with('{') {
        return match serde_json::from_str::<Dials>(text) {
            Ok(found) => Ok(dials(found)),
            Err(first) => serde_json::from_str::<Options>(text)
                .map_err(|second| format!("as dials: {first}; as a set-up: {second}")),
        };
    }
    match toml::from_str::<Dials>(text) {
        Ok(found) => Ok(dials(found)),
        Err(first) => toml::from_str::<Options>(text)
            .map_err(|second| format!("as dials: {}; as a set-up: {}", first.message(), second.message())),
    }
}

/// Name of the connection in the file that fits the simulators.
pub(crate) const CONNECTION: &str = "demo";

/// A connection file for running simulators, and its secrets by file name.
pub(crate) fn connection_file(sim: &Sim, running: &Running) -> (String, BTreeMap<&'static str, String>) {
    let known = sim.credentials();
    let secrets = BTreeMap::from([
        ("acumatica-secret", known.acumatica.client_secret.clone()),
        ("acumatica-refresh", known.acumatica.refresh_token.clone()),
        ("zoho-secret", known.zoho.client_secret.clone()),
        ("zoho-refresh", known.zoho.refresh_token.clone()),
    ]);
    let text = format!(
        r#"name = "{CONNECTION}"

[acumatica]
url = "{}"
endpoint = "Default/24.200.001"
client_id = "{}"
client_secret = {{ file = "acumatica-secret" }}
refresh_token = {{ file = "acumatica-refresh" }}
parallel_calls = 2
calls_per_minute = 0

[zoho]
accounts_url = "{}"
client_id = "{}"
client_secret = {{ file = "zoho-secret" }}
refresh_token = {{ file = "zoho-refresh" }}
parallel_calls = 10
"#,
        running.acumatica_url().unwrap_or_default(),
        known.acumatica.client_id,
        running.zoho_url().unwrap_or_default(),
        known.zoho.client_id,
    );
    (text, secrets)
}

/// What scripts get. The credentials are the simulators' own and open nothing else.
fn told(sim: &Sim, running: &Running) -> serde_json::Value {
    let known = sim.credentials();
    let (connection_file, secrets) = connection_file(sim, running);
    json!({
        "acumatica": running.acumatica_url().map(|url| json!({
            "url": url,
            "tenant": known.acumatica.tenant,
            "client_id": known.acumatica.client_id,
            "client_secret": known.acumatica.client_secret,
            "username": known.acumatica.username,
            "password": known.acumatica.password,
            "refresh_token": known.acumatica.refresh_token,
        })),
        "zoho": running.zoho_url().map(|url| json!({
            "url": url,
            "accounts_url": url,
            "client_id": known.zoho.client_id,
            "client_secret": known.zoho.client_secret,
            "refresh_token": known.zoho.refresh_token,
            "grant_code": known.zoho.grant_code,
        })),
        "control": running.control_url().map(|url| json!({ "url": url.trim_end_matches("/control") })),
        "connection_file": connection_file,
        "secrets": secrets,
    })
}

fn show(sim: &Sim, running: &Running) {
    let known = sim.credentials();
    if let Some(url) = running.acumatica_url() {
        output::line(format!("Acumatica simulator   {url}"));
        output::line(format!("  client id           {}", known.acumatica.client_id));
        output::line(format!("  client secret       {}", known.acumatica.client_secret));
        output::line(format!("  user, password      {}, {}", known.acumatica.username, known.acumatica.password));
        output::line(format!("  refresh token       {}", known.acumatica.refresh_token));
    }
    if let Some(url) = running.zoho_url() {
        output::line(format!("Zoho CRM simulator    {url}   (accounts server and API)"));
        output::line(format!("  client id           {}", known.zoho.client_id));
        output::line(format!("  client secret       {}", known.zoho.client_secret));
        output::line(format!("  refresh token       {}", known.zoho.refresh_token));
        output::line(format!("  grant code          {}", known.zoho.grant_code));
    }
    if let Some(url) = running.control_url() {
        output::line(format!("Control               {url}   (what both hold, compare, faults, clock, changes)"));
    }
    output::line(
        "In a connection file: url under [acumatica]; under [zoho] accounts_url instead of datacenter; start with --allow-loopback.",
    );
    output::line("These credentials are made up and open nothing else. Ctrl-C ends.");
}
