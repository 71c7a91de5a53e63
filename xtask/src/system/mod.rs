//! What the machine must bring: finding it, installing it, naming it.
//!
//! Owns the difference between root and a person, and the sentence a person
//! gets. Must not decide what is needed: the verbs do. Talks to the
//! distribution's package manager only.

pub(crate) mod cluster;
pub(crate) mod postgres;

use crate::run;
use anyhow::{Context as _, Result};
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

/// A system part that is absent, with the one command that installs it.
#[derive(Debug)]
pub(crate) struct Missing {
    part: String,
    command: String,
}

impl Missing {
    /// Names the part and the command.
    pub(crate) fn new(part: impl Into<String>, command: impl Into<String>) -> Self {
        Self { part: part.into(), command: command.into() }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is needed and not installed. Install it with:\n    {}", self.part, self.command)
    }
}

impl std::error::Error for Missing {}

/// Whether this process may install packages and change owners.
pub(crate) fn is_root() -> Result<bool> {
    let told = run::output(Command::new("id").arg("-u")).context("who am I?")?;
    Ok(told.trim() == "0")
}

/// User and group id of an account of this machine.
pub(crate) fn account(name: &str) -> Option<(u32, u32)> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    account_in(&accounts, name)
}

fn account_in(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        if parts.next()? != name {
            return None;
        }
        let user = parts.nth(1)?.parse().ok()?;
        let group = parts.next()?.parse().ok()?;
        Some((user, group))
    })
}

/// Installs packages from the distribution when root on a machine with apt;
/// elsewhere says what a person has to type.
pub(crate) fn install(part: &str, packages: &[&str]) -> Result<()> {
    let apt = Path::new("/usr/bin/apt-get").exists();
    if !apt {
        let command = format!("the package manager of this system (on Debian: apt-get install {})", packages.join(" "));
        return Err(Missing::new(part, command).into());
    }
    if !is_root()? {
        let command = format!("sudo apt-get update && sudo apt-get install --yes {}", packages.join(" "));
        return Err(Missing::new(part, command).into());
    }
    println!("{part} is absent: installing {}", packages.join(" "));
    run::checked(apt_get().args(["--quiet=2", "update"]))?;
    run::checked(apt_get().args(["--quiet=2", "install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Asks nothing, and says only what went wrong.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\n\
        postgresql:x:9:9::/nowhere:/bin/false\n\
        postgres:x:104:112:administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(account_in(ACCOUNTS, "postgres"), Some((104, 112)));
        assert_eq!(account_in(ACCOUNTS, "postgre"), None);
    }

    #[test]
    fn a_missing_part_comes_with_its_command() {
        let missing = Missing::new("PostgreSQL", "apt-get install postgresql");
        assert_eq!(
            missing.to_string(),
            "PostgreSQL is needed and not installed. Install it with:\n    apt-get install postgresql"
        );
    }
}
