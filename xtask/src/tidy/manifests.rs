//! Rule `manifests`: versions, metadata and lints stand in the workspace manifest only.
//!
//! Owns what a member's manifest may say about a dependency: its name, features,
//! whether it is optional. Also hands the dependencies to the rules on arrows
//! and seams.

use super::tree::House;
use super::{Finding, Rule};
use anyhow::{Context as _, Result};
use toml::{Table, Value};

static RULE: Rule = Rule {
    name: "manifests",
    reason: "a version in two places becomes two versions, and a crate without the lints has other rules",
    remedy: "write `NAME.workspace = true` and put the version into the workspace manifest; `[lints] workspace = true`",
};

/// Tables that hold dependencies, in each target's table too.
const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Keys of `[package]` that every member takes from the workspace.
const SHARED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// A dependency as a member's manifest states it.
pub(super) struct Dependency {
    /// Name of the package, also when it is renamed
    pub(super) name: String,
    /// Whether only tests and examples see it
    pub(super) dev: bool,
    key: String,
    stated: Value,
}

impl Dependency {
    /// The key it stands under, for finding its line.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

/// All dependencies of a member.
pub(super) fn dependencies(house: &House) -> Result<Vec<Dependency>> {
    let manifest: Table = toml::from_str(&house.manifest).with_context(|| house.path.clone())?;
    let mut found = Vec::new();
    collect(&manifest, &mut found);
    if let Some(Value::Table(targets)) = manifest.get("target") {
        for target in targets.values().filter_map(Value::as_table) {
            collect(target, &mut found);
        }
    }
    Ok(found)
}

fn collect(table: &Table, found: &mut Vec<Dependency>) {
    for name in TABLES {
        let Some(Value::Table(listed)) = table.get(name) else {
            continue;
        };
        for (key, stated) in listed {
            let renamed = stated.get("package").and_then(Value::as_str);
            found.push(Dependency {
                name: renamed.unwrap_or(key).to_owned(),
                dev: name == "dev-dependencies",
                key: key.clone(),
                stated: stated.clone(),
            });
        }
    }
}

pub(super) fn check(house: &House) -> Result<Vec<Finding>> {
    let manifest: Table = toml::from_str(&house.manifest).with_context(|| house.path.clone())?;
    let refuse = |line: usize, what: String| Finding { rule: &RULE, path: house.path.clone(), line, what };
    let mut findings = Vec::new();
    for dependency in dependencies(house)? {
        let inherited = dependency.stated.get("workspace") == Some(&Value::Boolean(true));
        if !inherited {
            let line = house.line_of(dependency.key());
            findings.push(refuse(line, format!("{} = {}", dependency.key(), dependency.stated)));
        }
    }
    let package = manifest.get("package");
    for key in SHARED {
        let stated = package.and_then(|package| package.get(key));
        let inherited = stated.and_then(|stated| stated.get("workspace"));
        if inherited != Some(&Value::Boolean(true)) {
            findings.push(refuse(house.line_of(key), format!("{key} is not the workspace's")));
        }
    }
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    if lints != Some(&Value::Boolean(true)) {
        findings.push(refuse(1, "the lints are not the workspace's".into()));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [lints]\nworkspace = true\n[dependencies]\nserde.workspace = true\n\
        toml = { workspace = true, features = [\"parse\"] }\n";

    fn refused(manifest: &str) -> Vec<String> {
        let house = House::new("crates/a/Cargo.toml", manifest).unwrap();
        let findings = check(&house).unwrap();
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn inherited_versions_pass() {
        assert_eq!(refused(GOOD), Vec::<String>::new());
    }

    #[test]
    fn a_version_of_its_own_is_refused_with_its_line() {
        let bad = format!("{GOOD}[target.'cfg(unix)'.dev-dependencies]\nlibc = \"0.2\"\n");
        assert_eq!(refused(&bad), ["crates/a/Cargo.toml:14: [manifests] libc = \"0.2\""]);
    }

    #[test]
    fn a_folder_is_refused_like_a_version() {
        let bad = format!("{GOOD}sync = {{ path = \"../sync\" }}\n");
        assert_eq!(refused(&bad).len(), 1);
    }

    #[test]
    fn own_metadata_and_absent_lints_are_refused() {
        let bad =
            GOOD.replace("edition.workspace = true", "edition = \"2021\"").replace("[lints]\nworkspace = true\n", "");
        assert_eq!(refused(&bad).len(), 2);
    }

    #[test]
    fn a_renamed_crate_keeps_its_name() {
        let text = format!("{GOOD}other = {{ workspace = true, package = \"store\" }}\n");
        let house = House::new("crates/a/Cargo.toml", &text).unwrap();
        let found = dependencies(&house).unwrap();
        assert!(found.iter().any(|dependency| dependency.name == "store"));
    }
}
