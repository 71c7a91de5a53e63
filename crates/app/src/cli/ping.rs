//! `ping`: both real systems, in seconds, read-only.
//!
//! Owns what is told of each: reached, signed in, versions, modules, and the remedy for what failed. Where the sign-in is what fails, or
//! nobody has signed in yet, the address is tried without it, so that a wrong one is told before a person consents. Must not write to
//! either system.

use engine::policy::{Verdict, verdict};
use engine::run::clocks;
use port::{Fault, Kind, Reader, SourceProfile, System, Tally, Writer};
use serde::Serialize;
use store::Access;
use sync::Module;
use sync::mapping::Schema;

use super::args::OneArgs;
use super::{Invocation, Opened, output};
use crate::connection_file::Settings;
use crate::process::exit::{Exit, Failure};
use crate::wiring;

/// What is told of one system.
#[derive(Serialize)]
struct Told {
    system: System,
    ok: bool,
    facts: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    remedy: String,
    milliseconds: u64,
    /// Seconds that its clock is ahead of this machine's; below zero when it is behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_seconds: Option<f64>,
    #[serde(skip)]
    exit: Option<Exit>,
}

pub(super) async fn run(cx: &Invocation, args: OneArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::Beside).await?;
    let row = opened.connection(args.name.as_deref()).await?;
    let wired = wiring::wire(&opened.store, &row, &opened.parts(cx)).await.map_err(Failure::person)?;
    let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| Failure::fault(error.to_string()))?;
    let erp = async {
        let begun = opened.clock.now();
        let result = wired.acumatica.probe().await.result;
        let signed_out = wired.acumatica.sign_out().await.result;
        let took = opened.clock.now().since(begun).as_millis();
        let unsigned = matches!(&result, Err(fault) if fault.kind == Kind::Credentials);
        let mut told = tell(System::Acumatica, result.map(|profile| source_facts(&profile, &settings)), took);
        if unsigned {
            let reached = wired.acumatica.reach().await.result;
            told.without_sign_in(reached.map(|()| {
                let endpoint = &settings.acumatica.endpoint;
                format!(
                    "{} answers and is Acumatica; whether it offers {endpoint} is checked once signed in",
                    settings.acumatica.url
                )
            }));
        }
        if let (true, Err(fault)) = (told.ok, signed_out) {
            told.facts.push(format!("the sign-out failed, the seat frees itself later: {}", fault.message));
        }
        with_clock(told, wired.acumatica.tally())
    };
    let crm = async {
        let begun = opened.clock.now();
        let mut wired = wired.clone();
        let result = match wiring::redeem(&opened.store, &row, &mut wired).await {
            Ok(()) => wired.zoho.probe().await.result,
            Err(fault) => Err(fault),
        };
        let took = opened.clock.now().since(begun).as_millis();
        let unsigned = matches!(&result, Err(fault) if fault.kind == Kind::Credentials);
        let mut told =
            with_clock(tell(System::Zoho, result.map(|schema| sink_facts(&schema)), took), wired.zoho.tally());
        if unsigned {
            let reached = wired.zoho.reach().await.result;
            told.without_sign_in(reached.map(|server| {
                format!("{server} answers; organisation, edition and modules are checked once signed in")
            }));
        }
        told
    };
    let (erp, crm) = tokio::join!(erp, crm);
    let both = [erp, crm];
    if cx.json {
        output::json(&serde_json::json!({
            "connection": row.name,
            "ok": both.iter().all(|told| told.ok),
            "systems": both,
            "scopes": { "acumatica": ["api", "offline_access"], "zoho": ::zoho::SCOPES },
        }))?;
    } else {
        both.iter().for_each(|told| show(told, &row.name));
        if !both.iter().all(|told| told.ok) {
            output::line("");
            output::sentence(
                "",
                "Least rights. Acumatica: a user who may read Customers, Stock Items, Non-Stock Items, Invoices and Memos, Cash Sales; scopes api offline_access.",
            );
            output::line(format!("Zoho scopes: {}", ::zoho::SCOPES.join(",")));
        }
    }
    Ok(both.iter().filter_map(|told| told.exit).min_by_key(|exit| *exit as u8).unwrap_or(Exit::Settled))
}

impl Told {
    /// What is known of a system that nobody is signed in to: its address works, or that is the first thing to put right.
    fn without_sign_in(&mut self, reached: Result<String, Fault>) {
        match reached {
            Ok(fact) => self.facts.push(fact),
            Err(fault) => {
                let exit = self.exit;
                *self = tell(self.system, Err(fault), u128::from(self.milliseconds));
                self.exit = exit;
            }
        }
    }
}

fn tell(system: System, result: Result<Vec<String>, Fault>, took: u128) -> Told {
    let milliseconds = u64::try_from(took).unwrap_or(u64::MAX);
    match result {
        Ok(facts) => {
            let (message, remedy) = (String::new(), String::new());
            Told { system, ok: true, facts, message, remedy, milliseconds, clock_ahead_seconds: None, exit: None }
        }
        Err(fault) => {
            let exit = match verdict(fault.kind) {
                Verdict::Later => Exit::Unavailable,
                Verdict::Person | Verdict::Isolate => Exit::Person,
            };
            Told {
                system,
                ok: false,
                facts: Vec::new(),
                message: fault.message,
                remedy: fault.remedy,
                milliseconds,
                clock_ahead_seconds: None,
                exit: Some(exit),
            }
        }
    }
}

/// What was told, with what the answers say of the system's clock.
fn with_clock(mut told: Told, tally: Tally) -> Told {
    if let Some(skew) = tally.clock {
        told.clock_ahead_seconds = Some((skew.seconds() * 1000.0).round() / 1000.0);
        told.facts.extend(clocks::warning(told.system, skew));
    }
    told
}

fn source_facts(profile: &SourceProfile, settings: &Settings) -> Vec<String> {
    let mut facts = vec!["reached and signed in".to_owned()];
    if !profile.build.is_empty() {
        facts.push(format!("build {}", output::safe(&profile.build)));
    }
    let pinned = &settings.acumatica.endpoint;
    facts.push(format!("endpoint {pinned} answers"));
    let newer: Vec<&String> = profile
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.starts_with("Default/") && endpoint.as_str() > pinned.as_str())
        .filter(|endpoint| crate::connection_file::VERSIONS.iter().any(|version| endpoint.ends_with(version)))
        .collect();
    if let Some(newest) = newer.into_iter().max() {
        facts.push(format!("{} is offered too and may be pinned instead", output::safe(newest)));
    }
    if profile.custom_fields.values().all(|fields| !fields.iter().any(|field| field == "Document.CuryID")) {
        facts.push("documents do not tell their currency here: amounts arrive without one".to_owned());
    }
    facts
}

fn sink_facts(schema: &Schema) -> Vec<String> {
    let mut facts = vec![format!("signed in to {} ({})", output::safe(&schema.org_name), output::safe(&schema.org_id))];
    let modules: Vec<&str> =
        Module::ALL.iter().filter(|module| schema.modules.contains_key(module)).map(|module| module.name()).collect();
    facts.push(format!("modules {}", modules.join(", ")));
    let ours = schema.modules.values().filter(|module| module.fields.contains_key("ERP Key")).count();
    facts.push(if ours == Module::ALL.len() {
        "our fields are there".to_owned()
    } else {
        "our fields are created by the first sync".to_owned()
    });
    facts.push(if schema.multi_currency {
        format!("several currencies: {}", schema.currencies.keys().cloned().collect::<Vec<_>>().join(", "))
    } else {
        format!("one currency: {}", schema.home_currency)
    });
    facts
}

fn show(told: &Told, connection: &str) {
    let mark = if told.ok { "ok  " } else { "FAIL" };
    output::line(format!("{mark} {}  ({} ms)", told.system.title(), told.milliseconds));
    for fact in &told.facts {
        output::sentence("       ", fact);
    }
    if !told.ok {
        output::sentence("       ", &output::safe(&told.message));
        if !told.remedy.is_empty() {
            let remedy = super::tables::with_name(&told.remedy, told.system.title(), connection);
            output::sentence("       -> ", &output::safe(&remedy));
        }
    }
}
