//! The PostgreSQL server programs of this machine.
//!
//! Owns where they are looked for and which versions will do. Must not start
//! anything: that is `cluster`. A distribution keeps the server programs out of
//! PATH, one folder per major version, so all usual places are asked.

use crate::{run, system};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version that the store supports.
const OLDEST: u32 = 15;

/// Server programs of one version in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Programs {
    /// Folder that holds `initdb`, `pg_ctl` and `postgres`
    pub(crate) folder: PathBuf,
    /// Major version
    pub(crate) version: u32,
}

/// The newest usable server programs; installs them when root.
///
/// # Errors
/// [`system::Missing`] when they are absent and may not be installed.
pub(crate) fn find_or_install() -> Result<Programs> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let part = format!("PostgreSQL {OLDEST} or newer (server)");
    system::install(&part, &["postgresql"])?;
    match find() {
        Some(found) => Ok(found),
        None => bail!("{part}: the distribution's package brought no such version"),
    }
}

fn find() -> Option<Programs> {
    let asked = folders().into_iter().filter_map(|folder| {
        let complete = ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file());
        let told =
            complete.then(|| run::output(Command::new(folder.join("postgres")).arg("--version")).ok()).flatten()?;
        let version = major(&told)?;
        Some(Programs { folder, version })
    });
    newest(asked)
}

/// Among equal versions the first place asked: PATH, which may hold wrappers, is asked last.
fn newest(asked: impl Iterator<Item = Programs>) -> Option<Programs> {
    asked.filter(|programs| programs.version >= OLDEST).reduce(
        |best, next| {
            if next.version > best.version { next } else { best }
        },
    )
}

fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut config = Command::new("pg_config");
    config.arg("--bindir");
    if run::answers(&mut config)
        && let Ok(told) = run::output(&mut config)
    {
        folders.push(PathBuf::from(told.trim()));
    }
    if let Ok(versions) = Path::new("/usr/lib/postgresql").read_dir() {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    if let Some(path) = run::variable("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    folders
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(told: &str) -> Option<u32> {
    let number = told.split_once("(PostgreSQL) ")?.1;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_major_version_is_read_from_any_release() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("postgres: command not found"), None);
    }

    #[test]
    fn the_newest_is_taken_and_old_ones_are_not() {
        let programs =
            |version| Programs { folder: PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")), version };
        let found = newest([14, 17, 15].into_iter().map(programs));
        assert_eq!(found, Some(programs(17)));
        assert_eq!(newest([13, 14].into_iter().map(programs)), None);
    }

    #[test]
    fn the_first_place_wins_among_equals() {
        let programs = |folder: &str| Programs { folder: PathBuf::from(folder), version: 15 };
        let found = newest(["/usr/lib/postgresql/15/bin", "/usr/bin"].into_iter().map(programs));
        assert_eq!(found, Some(programs("/usr/lib/postgresql/15/bin")));
    }
}
