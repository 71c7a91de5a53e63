//! Where a secret is to be had, and reading it once, at `apply`.
//!
//! Owns the three sources. Must not keep, print or log a value. The service never comes here: it uses what was sealed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::SecretString;
use zeroize::Zeroizing;

/// Longest secret that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// `{ file }`, `{ env }` or `{ command }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// The first line of a file.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// The first line that a command prints.
    Command(String),
}

impl SecretSource {
    /// Reads the value; `folder` is where relative paths start, `env` the environment of the process.
    ///
    /// # Errors
    /// A sentence that names the source and never the value.
    pub(crate) fn value(&self, folder: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<SecretString, String> {
        let text = match self {
            Self::File(path) => {
                let path = folder.join(path);
                let text =
                    std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
                Zeroizing::new(text)
            }
            Self::Env(name) => {
                Zeroizing::new(env(name).ok_or_else(|| format!("the environment variable {name} is not set"))?)
            }
            Self::Command(line) => Zeroizing::new(run(line, folder)?),
        };
        let value = text.lines().next().unwrap_or_default().trim();
        if value.is_empty() {
            return Err(format!("{} is empty", self.describe()));
        }
        if value.len() > LONGEST {
            return Err(format!("{} is longer than {LONGEST} bytes", self.describe()));
        }
        Ok(SecretString::from(value.to_owned()))
    }

    /// The source in words.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::File(path) => format!("the file {}", path.display()),
            Self::Env(name) => format!("the environment variable {name}"),
            Self::Command(_) => "the command's first line".to_owned(),
        }
    }
}

fn run(line: &str, folder: &Path) -> Result<String, String> {
    let output = Command::new("sh")
        .arg("-c")
        .arg(line)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("the command could not be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("the command failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| "the command printed something that is not text".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use secrecy::ExposeSecret;

    use super::*;

    fn no_env(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn each_source_gives_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("s"), "one\ntwo\n").unwrap();
        let value = |source: SecretSource| {
            source
                .value(folder.path(), &|name| (name == "S").then(|| "env".to_owned()))
                .map(|s| s.expose_secret().to_owned())
        };
        assert_eq!(value(SecretSource::File("s".into())), Ok("one".to_owned()));
        assert_eq!(value(SecretSource::Env("S".into())), Ok("env".to_owned()));
        assert_eq!(value(SecretSource::Command("printf 'cmd\\nrest'".into())), Ok("cmd".to_owned()));
    }

    #[test]
    fn missing_and_empty_sources_are_told_without_a_value() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        assert!(SecretSource::File("absent".into()).value(folder.path(), &no_env).unwrap_err().contains("absent"));
        assert!(SecretSource::File("empty".into()).value(folder.path(), &no_env).unwrap_err().contains("is empty"));
        assert!(SecretSource::Env("X".into()).value(folder.path(), &no_env).unwrap_err().contains("X is not set"));
        assert!(SecretSource::Command("exit 3".into()).value(folder.path(), &no_env).unwrap_err().contains("failed"));
    }
}
