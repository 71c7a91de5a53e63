//! `cargo x deny`: what we build on obeys deny.toml.
//!
//! Owns the dependency policy's check. The policy itself stands in deny.toml, in
//! the words of cargo-deny, which judges too where it is installed; the checks
//! here need nothing but cargo, because building cargo-deny takes longer than
//! the rest of CI. Reads Cargo.lock (where packages come from, which are banned)
//! and `cargo tree` (licences and duplicates of what is really compiled).

mod graph;
mod licence;
mod policy;

use crate::run;
use anyhow::{Result, bail};
use graph::Package;
use policy::Policy;

/// Checks the tree against deny.toml, and says which judges ran.
pub(crate) fn run(advisories: bool) -> Result<()> {
    let policy = Policy::read(&run::root().join("deny.toml"))?;
    let locked = graph::locked(&run::root().join("Cargo.lock"))?;
    let compiled = graph::compiled(&policy.graph.targets)?;

    let mut refused = Vec::new();
    refused.extend(sources(&policy, &locked));
    refused.extend(bans(&policy, &locked));
    refused.extend(licences(&policy, &compiled));
    refused.extend(duplicates(&policy, &compiled));
    for sentence in &refused {
        eprintln!("{sentence}");
    }
    if !refused.is_empty() {
        bail!("{} findings; the policy stands in deny.toml", refused.len());
    }
    println!(
        "own check: {} locked packages for sources and bans, {} compiled ones for licences and duplicates",
        locked.len(),
        compiled.len()
    );
    let installed = run::answers(&mut run::cargo(&["deny", "--version"]));
    if installed {
        let mut command = run::cargo(&["deny", "--log-level", "error", "check"]);
        run::checked(command.args(["bans", "licenses", "sources"]))?;
        println!("cargo-deny: bans, licenses, sources");
    } else {
        println!("cargo-deny: not installed, not run");
    }
    match (advisories, installed) {
        (true, true) => run::checked(&mut run::cargo(&["deny", "check", "advisories"])),
        (true, false) => Err(crate::system::Missing::new("cargo-deny", "cargo install --locked cargo-deny").into()),
        (false, _) => {
            println!("advisories: not asked for (`cargo x deny --advisories`, needs the network)");
            Ok(())
        }
    }
}

/// Packages that come from elsewhere than the allowed registries or our own folders.
fn sources(policy: &Policy, locked: &[Package]) -> Vec<String> {
    let allowed = |package: &Package| match &package.source {
        None => package.ours,
        Some(source) => {
            policy.sources.allow_registry.iter().any(|registry| source.strip_prefix("registry+") == Some(registry))
        }
    };
    let refused = locked.iter().filter(|package| !allowed(package));
    refused
        .map(|package| {
            let source = package.source.as_deref().unwrap_or("a folder outside the workspace");
            format!("{package}: comes from {source}; only released crates of an allowed registry are reproducible")
        })
        .collect()
}

/// Packages that are banned by name.
fn bans(policy: &Policy, locked: &[Package]) -> Vec<String> {
    let mut refused = Vec::new();
    for ban in &policy.bans.deny {
        for package in locked.iter().filter(|package| ban.matches(package)) {
            refused.push(format!("{package}: banned, {}", ban.reason));
        }
    }
    refused
}

/// Packages whose licence expression cannot be met with the allowed licences.
fn licences(policy: &Policy, compiled: &[Package]) -> Vec<String> {
    let mut refused = Vec::new();
    for package in compiled.iter().filter(|package| !package.ours) {
        let allowed = |licence: &str| {
            policy.licenses.allow.iter().any(|id| id == licence)
                || policy
                    .licenses
                    .exceptions
                    .iter()
                    .any(|exception| exception.matches(package) && exception.allow.iter().any(|id| id == licence))
        };
        match licence::permits(&package.licence, &allowed) {
            Ok(true) => {}
            Ok(false) => {
                refused.push(format!("{package}: licence `{}` is not among the allowed ones", package.licence))
            }
            Err(why) => refused.push(format!("{package}: licence `{}` cannot be read, {why}", package.licence)),
        }
    }
    refused
}

/// Second versions of a crate beyond the listed ones, and listed ones that are gone.
fn duplicates(policy: &Policy, compiled: &[Package]) -> Vec<String> {
    let mut refused = Vec::new();
    for (at, package) in compiled.iter().enumerate() {
        let skipped = |package: &Package| policy.bans.skip.iter().any(|skip| skip.matches(package));
        let twin = compiled[at + 1..].iter().find(|other| other.name == package.name && !skipped(other));
        if let Some(twin) = twin.filter(|_| !skipped(package)) {
            refused.push(format!(
                "{package}: compiled beside {twin}; unify them, or list one under [bans] skip with its reason"
            ));
        }
    }
    for skip in &policy.bans.skip {
        if !compiled.iter().any(|package| skip.matches(package)) {
            refused.push(format!("{}: listed under [bans] skip, but not compiled any more; remove it", skip.name));
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const POLICY: &str = r#"
        [graph]
        targets = ["x86_64-unknown-linux-gnu"]
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        exceptions = [{ crate = "roots", allow = ["CDLA-Permissive-2.0"] }]
        [bans]
        deny = [{ crate = "chrono", reason = "jiff is our calendar" }]
        skip = [{ crate = "syn@2", reason = "macros are moving to 3" }]
        [sources]
        allow-registry = ["https://registry.example/index"]
    "#;

    fn policy() -> Policy {
        toml::from_str(POLICY).unwrap()
    }

    fn package(name: &str, version: &str, licence: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            source: Some("registry+https://registry.example/index".into()),
            licence: licence.into(),
            ours: false,
        }
    }

    #[test]
    fn a_git_source_is_refused_and_a_registry_passes() {
        let mut packages = vec![package("a", "1.0.0", "MIT"), package("b", "1.0.0", "MIT")];
        assert_eq!(sources(&policy(), &packages), Vec::<String>::new());
        packages[1].source = Some("git+https://code.example/b".into());
        assert_eq!(sources(&policy(), &packages).len(), 1);
    }

    #[test]
    fn a_folder_outside_the_workspace_is_refused() {
        let mut foreign = package("a", "1.0.0", "MIT");
        foreign.source = None;
        let mut own = foreign.clone();
        own.ours = true;
        let refused = sources(&policy(), &[foreign, own]);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains("outside the workspace"));
    }

    #[test]
    fn a_banned_crate_is_refused_with_its_reason() {
        let packages = [package("chrono", "0.4.40", "MIT"), package("jiff", "1.0.0", "MIT")];
        let refused = bans(&policy(), &packages);
        assert_eq!(refused, ["chrono 0.4.40: banned, jiff is our calendar".to_owned()]);
    }

    #[test]
    fn an_exception_holds_for_its_crate_only() {
        let packages = [
            package("roots", "1.0.0", "CDLA-Permissive-2.0"),
            package("other", "1.0.0", "CDLA-Permissive-2.0"),
            package("none", "1.0.0", ""),
        ];
        let refused = licences(&policy(), &packages);
        assert_eq!(refused.len(), 2);
        assert!(refused[0].starts_with("other 1.0.0"));
        assert!(refused[1].starts_with("none 1.0.0"));
    }

    #[test]
    fn a_second_version_needs_a_listed_reason() {
        let listed = [package("syn", "2.0.1", "MIT"), package("syn", "3.0.1", "MIT")];
        assert_eq!(duplicates(&policy(), &listed), Vec::<String>::new());
        let third = [package("syn", "1.0.1", "MIT"), package("syn", "2.0.1", "MIT"), package("syn", "3.0.1", "MIT")];
        let refused = duplicates(&policy(), &third);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].starts_with("syn 1.0.1: compiled beside syn 3.0.1"));
    }

    #[test]
    fn a_listed_version_that_is_gone_is_told() {
        let refused = duplicates(&policy(), &[package("syn", "3.0.1", "MIT")]);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains("not compiled any more"));
    }
}
