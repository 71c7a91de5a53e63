//! `config show`: each setting with its value and where it came from.
//!
//! Owns the list. Must not print a key or a password: a database address is shown without it.

use serde::Serialize;

use super::args::{ConfigArgs, ConfigVerb};
use super::{Invocation, output};
use crate::process::exit::{Exit, Failure};
use crate::process::settings::Origin;

#[derive(Serialize)]
struct Shown {
    setting: &'static str,
    value: String,
    origin: String,
}

pub(super) fn run(cx: &Invocation, args: ConfigArgs) -> Result<Exit, Failure> {
    let ConfigVerb::Show = args.verb;
    let settings = &cx.settings;
    let shown = |setting, value: String, origin: &Origin| Shown { setting, value, origin: origin.to_string() };
    let path = |path: &std::path::Path| path.display().to_string();
    let rows = vec![
        shown("data_dir", path(&settings.data_dir.value), &settings.data_dir.origin),
        shown(
            "database",
            settings.database.value.as_deref().map_or_else(|| "SQLite in the data folder".to_owned(), without_password),
            &settings.database.origin,
        ),
        shown(
            "key_file",
            settings.key_file.value.as_deref().map_or_else(|| "-".to_owned(), path),
            &settings.key_file.origin,
        ),
        shown(
            "key_command",
            settings.key_command.value.as_ref().map_or_else(|| "-".to_owned(), |_| "(set)".to_owned()),
            &settings.key_command.origin,
        ),
        shown(
            "key",
            settings.key.value.as_ref().map_or_else(|| "-".to_owned(), |_| "(set)".to_owned()),
            &settings.key.origin,
        ),
        shown("allow_loopback", settings.allow_loopback.value.to_string(), &settings.allow_loopback.origin),
        shown("log", format!("{:?}", settings.log.value).to_lowercase(), &settings.log.origin),
        shown(
            "keep_decisions_days",
            settings.keep_decisions_days.value.to_string(),
            &settings.keep_decisions_days.origin,
        ),
        shown("keep_bodies_days", settings.keep_bodies_days.value.to_string(), &settings.keep_bodies_days.origin),
    ];
    if cx.json {
        output::json(&rows)?;
        return Ok(Exit::Settled);
    }
    let mut table = output::table(&["setting", "value", "from"], &[]);
    for row in &rows {
        table.add_row([row.setting, row.value.as_str(), row.origin.as_str()]);
    }
    output::line(table);
    Ok(Exit::Settled)
}

/// A database address without its password.
pub(crate) fn without_password(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(Some("…"));
            url.to_string()
        }
        Ok(url) => url.to_string(),
        Err(_) => "(not an address)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_password_is_not_shown() {
        let shown = without_password("postgres://u:hunter2@db.example/x");
        assert!(shown.contains("db.example") && !shown.contains("hunter2"), "{shown}");
    }
}
