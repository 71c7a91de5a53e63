//! `apply`: creates or changes connections from files.
//!
//! Owns the difference that is shown, the question, and the sealing. Must not print a secret, nor change anything when one file of
//! several is wrong, nor make a data folder, a key or a schema before it is told to apply.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use store::{Access, ConnectionRow, NewConnection, Store, StoreError};
use sync::Instant;
use sync::digest::Digester;

use super::args::ApplyArgs;
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::connection_file::{ConnectionFile, Settings, read};
use crate::process::exit::{Exit, Failure};
use crate::same_system;

/// Longest connection file, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// What would change for one connection.
#[derive(Serialize)]
struct Difference {
    connection: String,
    action: &'static str,
    changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    setting: String,
    before: Option<String>,
    after: Option<String>,
}

/// A file with its secrets read.
struct Ready {
    file: ConnectionFile,
    secrets: BTreeMap<&'static str, SecretString>,
}

pub(super) async fn run(cx: &Invocation, args: ApplyArgs) -> Result<Exit, Failure> {
    let ready = read_all(cx, &args)?;
    let kept = Opened::look(cx, !args.dry_run).await?;
    let mut differences = Vec::new();
    for one in &ready {
        if let Some(opened) = &kept {
            same_system(opened, one).await?;
        }
        differences.push(difference(kept.as_ref(), one).await?);
    }
    drop(kept);
    let changed = differences.iter().any(|difference| difference.action != "unchanged");
    if cx.json {
        output::json(&serde_json::json!({ "dry_run": args.dry_run, "connections": differences }))?;
    } else {
        differences.iter().for_each(show);
    }
    if args.dry_run || !changed {
        return Ok(Exit::Settled);
    }
    if !args.yes {
        if !output::can_ask() {
            return Err(Failure::usage("Nothing was applied: there is no terminal to ask on. Add --yes."));
        }
        if !output::ask("Apply?") {
            return Err(Failure::usage("Nothing was applied."));
        }
    }
    let opened = Opened::open(cx, Access::Beside).await?;
    for one in ready {
        // Once more: nobody knows what happened between the question and its answer.
        same_system(&opened, &one).await?;
        let name = one.file.name.clone();
        keep(&opened, one).await?;
        if !cx.json {
            output::line(format!("Applied {name}.  Next:  ml-connector ping {name}"));
        }
    }
    Ok(Exit::Settled)
}

fn read_all(cx: &Invocation, args: &ApplyArgs) -> Result<Vec<Ready>, Failure> {
    let mut ready: Vec<Ready> = Vec::new();
    let mut troubles = Vec::new();
    for path in &args.files {
        match read_one(cx, path) {
            Ok(one) if ready.iter().any(|other| other.file.name == one.file.name) => {
                troubles.push(format!("{}: name: \"{}\" stands in two files.", path.display(), one.file.name));
            }
            Ok(one) => ready.push(one),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if troubles.is_empty() { Ok(ready) } else { Err(Failure::usage(troubles.join("\n"))) }
}

fn read_one(cx: &Invocation, path: &Path) -> Result<Ready, String> {
    let shown = path.display().to_string();
    let told = |error: std::io::Error| format!("{shown}: cannot be read: {error}. Nothing was applied.");
    if std::fs::metadata(path).map_err(told)?.len() > LONGEST {
        return Err(format!("{shown}: is longer than a connection file can be. Nothing was applied."));
    }
    let text = std::fs::read_to_string(path).map_err(told)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let file =
        read(&text, &shown, folder, cx.settings.allow_loopback.value).map_err(|troubles| troubles.to_string())?;
    let mut secrets = BTreeMap::new();
    let mut missing = Vec::new();
    for (field, source) in &file.secrets {
        match source.value(&file.folder, &|name| cx.env.get(name)) {
            Ok(value) => {
                secrets.insert(*field, value);
            }
            Err(why) => missing.push(format!("{shown}: {field}: {why}.")),
        }
    }
    if missing.is_empty() {
        Ok(Ready { file, secrets })
    } else {
        Err(format!("{}\nNothing was applied.", missing.join("\n")))
    }
}

/// Refuses a file that would turn a connection which has read already to another Acumatica.
async fn same_system(opened: &Opened, one: &Ready) -> Result<(), Failure> {
    let Some(kept) = opened.store.connection(&one.file.name).await.map_err(refused)? else { return Ok(()) };
    if opened.store.checkpoints(kept.id).await.map_err(refused)?.is_empty() {
        return Ok(());
    }
    match same_system::objection(&kept, &one.file.settings) {
        Some(why) => Err(Failure::person(format!("{why}\nNothing was applied."))),
        None => Ok(()),
    }
}

/// True for settings that are kept in seconds.
fn is_span(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    ["every", "sweep", "check", "overlap", "balance_age", "payments", "reread"].contains(&name)
}

/// A time as a connection file has it.
fn span(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    match units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)) {
        _ if seconds == 0 => "off".to_owned(),
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// Settings as flat lines, for comparing.
fn flat(settings: &Value, path: &str, into: &mut BTreeMap<String, String>) {
    match settings {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flat(value, &path, into);
            }
        }
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => {
            into.insert(path.to_owned(), text.clone());
        }
        Value::Number(seconds) if is_span(path) => {
            let path = path.replace(".schedule.", ".").replace(".rereads.", ".");
            into.insert(path, span(seconds.as_u64().unwrap_or(0)));
        }
        other => {
            into.insert(path.to_owned(), other.to_string());
        }
    }
}

/// What `one` would change; everything is new where nothing was kept yet.
async fn difference(opened: Option<&Opened>, one: &Ready) -> Result<Difference, Failure> {
    let kept = match opened {
        Some(opened) => opened.store.connection(&one.file.name).await.map_err(refused)?.map(|row| (opened, row)),
        None => None,
    };
    let mut after = BTreeMap::new();
    flat(&serde_json::to_value(&one.file.settings).unwrap_or_default(), "", &mut after);
    let mut before = BTreeMap::new();
    if let Some((_, kept)) = &kept {
        flat(&serde_json::from_str(&kept.settings).unwrap_or_default(), "", &mut before);
    }
    let mut changes = Vec::new();
    for (setting, value) in &after {
        if before.get(setting) != Some(value) {
            changes.push(Change {
                setting: setting.clone(),
                before: before.get(setting).cloned(),
                after: Some(value.clone()),
            });
        }
    }
    for (setting, value) in before.iter().filter(|(setting, _)| !after.contains_key(*setting)) {
        changes.push(Change { setting: setting.clone(), before: Some(value.clone()), after: None });
    }
    for (field, secret) in &one.secrets {
        if secret_differs(kept.as_ref(), field, secret).await? {
            changes.push(Change {
                setting: (*field).to_owned(),
                before: None,
                after: Some("(a secret, to be sealed)".to_owned()),
            });
        }
    }
    let action = match (&kept, changes.is_empty()) {
        (None, _) => "create",
        (Some(_), true) => "unchanged",
        (Some(_), false) => "change",
    };
    Ok(Difference { connection: one.file.name.clone(), action, changes })
}

/// The system whose refresh token `field` is.
fn refresh_of(field: &str) -> Option<&str> {
    field.strip_suffix(".refresh_token")
}

async fn secret_differs(
    kept: Option<&(&Opened, ConnectionRow)>,
    field: &str,
    secret: &SecretString,
) -> Result<bool, Failure> {
    let Some((opened, kept)) = kept else { return Ok(true) };
    let differs = match refresh_of(field) {
        Some(system) => opened.store.grant_differs(kept.id, system, secret).await,
        None => opened.store.differs(kept.id, field, secret).await,
    };
    differs.map_err(refused)
}

fn show(difference: &Difference) {
    let name = &difference.connection;
    match difference.action {
        "unchanged" => output::line(format!("{name}: nothing changes.")),
        "create" => output::line(format!("{name}: a new connection.")),
        _ => output::line(format!("{name}: changes.")),
    }
    for Change { setting, before, after } in &difference.changes {
        let value = |text: &Option<String>| text.as_deref().map(output::safe);
        match (value(before), value(after)) {
            (Some(before), Some(after)) => output::line(format!("  ~ {setting}: {before} -> {after}")),
            (None, Some(after)) => output::line(format!("  + {setting}: {after}")),
            (Some(before), None) => output::line(format!("  - {setting}: {before}")),
            (None, None) => {}
        }
    }
}

/// Keeps one connection and seals its secrets.
async fn keep(opened: &Opened, one: Ready) -> Result<(), Failure> {
    let Ready { file, secrets } = one;
    keep_connection(&opened.store, opened.clock.now(), &file.name, &file.settings, &secrets).await.map_err(refused)
}

/// Keeps settings and secrets of a connection. A secret that was applied before is left as it is.
pub(crate) async fn keep_connection(
    store: &Store,
    now: Instant,
    name: &str,
    settings: &Settings,
    secrets: &BTreeMap<&'static str, SecretString>,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(settings).map_err(|error| StoreError::Other(error.to_string()))?;
    let mut digester = Digester::new();
    digester.text(&text);
    let new = NewConnection { name: name.to_owned(), settings: text, settings_digest: digester.finish() };
    let id = store.put_connection(&new, now).await?;
    for (field, secret) in secrets {
        match refresh_of(field) {
            Some(system) => store.apply_grant(id, system, secret, now).await?,
            None => store.apply_secret(id, field, secret, now).await?,
        };
    }
    Ok(())
}
