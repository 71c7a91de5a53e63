//! deny.toml as we read it.
//!
//! Owns the part of cargo-deny's format that our own check obeys. Must not add
//! keys: cargo-deny reads the same file and refuses what it does not know.

use super::graph::Package;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;

/// The whole file; keys that only cargo-deny needs are passed over.
#[derive(Deserialize)]
pub(crate) struct Policy {
    pub(crate) graph: Graph,
    pub(crate) licenses: Licenses,
    pub(crate) bans: Bans,
    pub(crate) sources: Sources,
}

/// What is compiled: the platforms that we ship for.
#[derive(Deserialize)]
pub(crate) struct Graph {
    pub(crate) targets: Vec<String>,
}

/// Licences that may be used, by their SPDX names.
#[derive(Deserialize)]
pub(crate) struct Licenses {
    pub(crate) allow: Vec<String>,
    #[serde(default)]
    pub(crate) exceptions: Vec<Exception>,
}

/// Licences that one crate may use in addition.
#[derive(Deserialize)]
pub(crate) struct Exception {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) allow: Vec<String>,
}

/// Crates that may not come in, and second versions that may.
#[derive(Deserialize)]
pub(crate) struct Bans {
    pub(crate) deny: Vec<Listed>,
    pub(crate) skip: Vec<Listed>,
}

/// Where packages may come from.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Sources {
    pub(crate) allow_registry: Vec<String>,
}

/// A crate, or a line of its versions, with the reason why it stands in a list.
#[derive(Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Policy {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }
}

impl Exception {
    pub(crate) fn matches(&self, package: &Package) -> bool {
        matches(&self.name, package)
    }
}

impl Listed {
    pub(crate) fn matches(&self, package: &Package) -> bool {
        matches(&self.name, package)
    }
}

/// `name` stands for every version, `name@1.2` for 1.2 and all 1.2.x.
fn matches(listed: &str, package: &Package) -> bool {
    let Some((name, line)) = listed.split_once('@') else {
        return listed == package.name;
    };
    name == package.name
        && package.version.strip_prefix(line).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn package(version: &str) -> Package {
        Package { name: "base64".into(), version: version.into(), source: None, licence: String::new(), ours: false }
    }

    #[test]
    fn a_line_of_versions_ends_at_a_dot() {
        assert!(matches("base64", &package("0.22.1")));
        assert!(matches("base64@0.22", &package("0.22.1")));
        assert!(matches("base64@0.22.1", &package("0.22.1")));
        assert!(!matches("base64@0.2", &package("0.22.1")));
        assert!(!matches("base6@0.22", &package("0.22.1")));
    }

    #[test]
    fn our_own_file_is_readable() {
        let policy = Policy::read(&crate::run::root().join("deny.toml")).unwrap();
        assert!(policy.bans.deny.iter().all(|ban| !ban.reason.is_empty()));
    }
}
