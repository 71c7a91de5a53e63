//! Settings of the process: flag, then environment, then `ml-connector.toml` in the data folder, then default.
//!
//! Owns which value wins and where it came from. Must not open the data folder beyond reading that file.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use store::Retention;

use super::exit::Failure;
use super::world::Environment;
use crate::cli::Global;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag on the command line.
    Flag,
    /// An environment variable.
    Environment(&'static str),
    /// The settings file.
    File,
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File => write!(f, "{FILE}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value with its origin.
#[derive(Clone, Debug)]
pub(crate) struct Set<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogForm {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// All settings of the process.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data_dir: Set<PathBuf>,
    pub(crate) database: Set<Option<String>>,
    pub(crate) key_file: Set<Option<PathBuf>>,
    pub(crate) key_command: Set<Option<String>>,
    /// The key itself, from `ML_CONNECTOR_KEY`: never shown.
    pub(crate) key: Set<Option<secrecy::SecretString>>,
    pub(crate) allow_loopback: Set<bool>,
    pub(crate) log: Set<LogForm>,
    /// Days that decisions are kept.
    pub(crate) keep_decisions_days: Set<u32>,
    /// Days that bodies of requests and answers are kept.
    pub(crate) keep_bodies_days: Set<u32>,
}

/// Name of the settings file in the data folder.
pub(crate) const FILE: &str = "ml-connector.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    key_file: Option<PathBuf>,
    key_command: Option<String>,
    allow_loopback: Option<bool>,
    log: Option<LogForm>,
    keep_decisions_days: Option<u32>,
    keep_bodies_days: Option<u32>,
}

impl Settings {
    /// How long the trail is kept.
    pub(crate) fn retention(&self) -> Retention {
        Retention::days(self.keep_decisions_days.value, self.keep_bodies_days.value)
    }

    /// Resolves every setting.
    pub(crate) fn resolve(global: &Global, env: &Environment) -> Result<Self, Failure> {
        let data_dir = pick(
            global.data_dir.clone(),
            env,
            "ML_CONNECTOR_DATA",
            |text| Ok(PathBuf::from(text)),
            None,
            || default_data_dir(env),
        )?;
        let file = read_file(&data_dir.value)?;
        let some = |text: String| Ok(Some(text));
        let database = pick(
            global.database.clone().map(Some),
            env,
            "ML_CONNECTOR_DATABASE",
            some,
            file.database.map(Some),
            || None,
        )?;
        if let Some(url) = &database.value
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
        {
            return Err(Failure::usage(format!(
                "The database ({}) must be a postgres:// address; leave it out to use the SQLite file in the data folder.",
                database.origin
            )));
        }
        Ok(Self {
            data_dir,
            database,
            key_file: pick(
                global.key_file.clone().map(Some),
                env,
                "ML_CONNECTOR_KEY_FILE",
                |text| Ok(Some(PathBuf::from(text))),
                file.key_file.map(Some),
                || None,
            )?,
            key_command: pick(
                global.key_command.clone().map(Some),
                env,
                "ML_CONNECTOR_KEY_COMMAND",
                some,
                file.key_command.map(Some),
                || None,
            )?,
            key: pick(
                None,
                env,
                "ML_CONNECTOR_KEY",
                |text| Ok(Some(secrecy::SecretString::from(text))),
                None,
                || None,
            )?,
            allow_loopback: pick(
                global.allow_loopback.then_some(true),
                env,
                "ML_CONNECTOR_ALLOW_LOOPBACK",
                |text| match text.as_str() {
                    "1" | "true" => Ok(true),
                    "0" | "false" => Ok(false),
                    _ => Err("must be 1 or 0".to_owned()),
                },
                file.allow_loopback,
                || false,
            )?,
            log: pick(
                global.log,
                env,
                "ML_CONNECTOR_LOG",
                |text| match text.as_str() {
                    "text" => Ok(LogForm::Text),
                    "json" => Ok(LogForm::Json),
                    _ => Err("must be text or json".to_owned()),
                },
                file.log,
                || LogForm::Text,
            )?,
            keep_decisions_days: days(
                env,
                "ML_CONNECTOR_KEEP_DECISIONS_DAYS",
                file.keep_decisions_days,
                Retention::DECISIONS_DAYS,
            )?,
            keep_bodies_days: days(
                env,
                "ML_CONNECTOR_KEEP_BODIES_DAYS",
                file.keep_bodies_days,
                Retention::BODIES_DAYS,
            )?,
        })
    }
}

/// A number of days, from one to a hundred years.
fn days(env: &Environment, name: &'static str, file: Option<u32>, default: u32) -> Result<Set<u32>, Failure> {
    let fits = |days: u32| (1..=36_500).contains(&days).then_some(days);
    let wrong = || "must be a number of days from 1 to 36500".to_owned();
    if file.is_some_and(|days| fits(days).is_none()) {
        return Err(Failure::usage(format!("{FILE}: keep_decisions_days and keep_bodies_days: each {}.", wrong())));
    }
    pick(None, env, name, |text| text.trim().parse().ok().and_then(fits).ok_or_else(wrong), file, || default)
}

fn pick<T>(
    flag: Option<T>,
    env: &Environment,
    name: &'static str,
    parse: impl FnOnce(String) -> Result<T, String>,
    file: Option<T>,
    default: impl FnOnce() -> T,
) -> Result<Set<T>, Failure> {
    if let Some(value) = flag {
        return Ok(Set { value, origin: Origin::Flag });
    }
    if let Some(text) = env.get(name) {
        let value = parse(text).map_err(|why| Failure::usage(format!("The environment variable {name} {why}.")))?;
        return Ok(Set { value, origin: Origin::Environment(name) });
    }
    if let Some(value) = file {
        return Ok(Set { value, origin: Origin::File });
    }
    Ok(Set { value: default(), origin: Origin::Default })
}

fn read_file(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(error) => return Err(Failure::usage(format!("Cannot read {}: {error}.", path.display()))),
    };
    toml::from_str(&text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.as_bytes().iter().take(span.start).filter(|b| **b == b'\n').count() + 1);
        Failure::usage(format!(
            "{}:{line}: {} Known keys: database, key_file, key_command, allow_loopback, log, keep_decisions_days, keep_bodies_days.",
            path.display(),
            error.message()
        ))
    })
}

fn default_data_dir(env: &Environment) -> PathBuf {
    let home = || PathBuf::from(env.get("HOME").unwrap_or_else(|| ".".to_owned()));
    if let Some(base) = env.get("XDG_DATA_HOME") {
        return PathBuf::from(base).join("ml-connector");
    }
    if cfg!(target_os = "macos") {
        return home().join("Library/Application Support/ml-connector");
    }
    if cfg!(target_os = "windows") {
        return PathBuf::from(env.get("LOCALAPPDATA").unwrap_or_else(|| ".".to_owned())).join("ml-connector");
    }
    home().join(".local/share/ml-connector")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn flag_beats_environment_beats_file_beats_default() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "allow_loopback = true\nlog = \"json\"\n").unwrap();
        let global = Global { data_dir: Some(folder.path().to_owned()), ..Global::default() };
        let env = Environment::with(&[("ML_CONNECTOR_LOG", "text")]);
        let settings = Settings::resolve(&global, &env).unwrap();
        assert_eq!(settings.data_dir.origin, Origin::Flag);
        assert_eq!((settings.log.value, settings.log.origin), (LogForm::Text, Origin::Environment("ML_CONNECTOR_LOG")));
        assert_eq!((settings.allow_loopback.value, settings.allow_loopback.origin), (true, Origin::File));
        assert_eq!(settings.database.origin, Origin::Default);
    }

    #[test]
    fn mistakes_name_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let global = Global { data_dir: Some(folder.path().to_owned()), ..Global::default() };
        let env = Environment::with(&[("ML_CONNECTOR_ALLOW_LOOPBACK", "maybe")]);
        assert!(
            Settings::resolve(&global, &env)
                .unwrap_err()
                .message
                .contains("ML_CONNECTOR_ALLOW_LOOPBACK must be 1 or 0")
        );
        let env = Environment::with(&[("ML_CONNECTOR_KEEP_BODIES_DAYS", "0")]);
        assert!(Settings::resolve(&global, &env).unwrap_err().message.contains("from 1 to 36500"));
        std::fs::write(folder.path().join(FILE), "keep_decisions_days = 0\n").unwrap();
        assert!(Settings::resolve(&global, &Environment::default()).unwrap_err().message.contains("from 1 to 36500"));
        std::fs::write(folder.path().join(FILE), "\nlogs = \"json\"\n").unwrap();
        let told = Settings::resolve(&global, &Environment::default()).unwrap_err().message;
        assert!(told.contains("ml-connector.toml:2") && told.contains("Known keys"), "{told}");
        let global = Global { database: Some("mysql://x".to_owned()), ..Global::default() };
        assert!(Settings::resolve(&global, &Environment::default()).unwrap_err().message.contains("postgres://"));
    }
}
