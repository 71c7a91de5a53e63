//! The packages we stand on: what is locked, and what is compiled.
//!
//! Owns reading Cargo.lock and `cargo tree`. The lock names every package of
//! every platform and the place it comes from; the tree names those that are
//! compiled for the platforms we ship, with their licences. Judges nothing.

use crate::run;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// One version of one crate.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where cargo fetches it; nothing for a folder
    pub(crate) source: Option<String>,
    /// SPDX expression of its manifest, empty in a lock file
    pub(crate) licence: String,
    /// Whether it is a member of this workspace
    pub(crate) ours: bool,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// Every package of the lock file.
pub(crate) fn locked(path: &Path) -> Result<Vec<Package>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let members = members()?;
    locked_in(&text, &members).with_context(|| path.display().to_string())
}

/// Every package that is compiled for one of the targets, development ones included.
pub(crate) fn compiled(targets: &[String]) -> Result<Vec<Package>> {
    let mut command = tree();
    command.args(["--edges", "normal,build,dev", "--format", "{p}|{l}"]);
    for target in targets {
        command.args(["--target", target]);
    }
    Ok(compiled_in(&run::output(&mut command)?, &members()?))
}

fn members() -> Result<BTreeSet<String>> {
    let mut command = tree();
    command.args(["--depth", "0", "--format", "{p}"]);
    let told = run::output(&mut command)?;
    let names = told.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn tree() -> Command {
    let mut command = run::cargo(&["tree", "--workspace", "--quiet"]);
    command.args(["--locked", "--prefix", "none"]);
    command
}

fn locked_in(text: &str, members: &BTreeSet<String>) -> Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        name: String,
        version: String,
        source: Option<String>,
    }
    let lock: Lock = toml::from_str(text)?;
    let packages = lock.package.into_iter().map(|entry| Package {
        ours: entry.source.is_none() && members.contains(&entry.name),
        name: entry.name,
        version: entry.version,
        source: entry.source,
        licence: String::new(),
    });
    Ok(packages.collect())
}

/// Lines like `serde v1.0.229 (*)|MIT OR Apache-2.0`, once per appearance.
fn compiled_in(told: &str, members: &BTreeSet<String>) -> Vec<Package> {
    let mut packages = BTreeSet::new();
    for line in told.lines() {
        let Some((package, licence)) = line.split_once('|') else {
            continue;
        };
        let mut words = package.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            continue;
        };
        packages.insert(Package {
            ours: members.contains(name) && package.contains(" (/"),
            name: name.to_owned(),
            version: version.trim_start_matches('v').to_owned(),
            source: None,
            licence: licence.trim_end_matches(" (*)").trim().to_owned(),
        });
    }
    packages.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn ours() -> BTreeSet<String> {
        BTreeSet::from(["sync".to_owned()])
    }

    #[test]
    fn the_tree_names_each_package_once() {
        let told = "sync v0.1.0 (/somewhere/sync)|MIT OR Apache-2.0\n\
            serde v1.0.229|MIT OR Apache-2.0\n\
            serde v1.0.229|MIT OR Apache-2.0 (*)\n\
            serde_derive v1.0.229 (proc-macro)|MIT OR Apache-2.0\n\n";
        let packages = compiled_in(told, &ours());
        let names: Vec<_> = packages.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["serde 1.0.229", "serde_derive 1.0.229", "sync 0.1.0"]);
        assert!(packages[2].ours && !packages[0].ours);
        assert_eq!(packages[0].licence, "MIT OR Apache-2.0");
    }

    #[test]
    fn the_lock_tells_sources_and_which_folders_are_ours() {
        let text = r#"
            version = 4
            [[package]]
            name = "sync"
            version = "0.1.0"
            [[package]]
            name = "patched"
            version = "1.0.0"
            [[package]]
            name = "serde"
            version = "1.0.229"
            source = "registry+https://registry.example/index"
        "#;
        let packages = locked_in(text, &ours()).unwrap();
        assert!(packages[0].ours);
        assert!(!packages[1].ours && packages[1].source.is_none());
        assert!(packages[2].source.is_some());
    }
}
