//! Rule `arrows`: which crate may see which.
//!
//! Owns the only table of it that a machine reads; ARCHITECTURE.md tells why.
//! What is not in the table is forbidden, so that a new crate has to be placed
//! before it is used.

use super::manifests::dependencies;
use super::tree::House;
use super::{Finding, Rule};
use anyhow::Result;
use std::collections::BTreeSet;

static RULE: Rule = Rule {
    name: "arrows",
    reason: "an absence is the strongest rule of the house: what a crate cannot see, it cannot get wrong",
    remedy: "move the code to the side that may see both, pass the thing in as a port, or give a reason and change ARCHITECTURE.md and the table in xtask/src/tidy/arrows.rs together",
};

/// What a crate may see, in its development dependencies too.
enum Sight {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

/// The arrows. `acumatica` and `zoho` never see each other; `sim` sees nobody,
/// so that a shared misreading of the facts cannot pass a test.
const ARROWS: &[(&str, Sight)] = &[
    ("sync", Sight::Only(&[])),
    ("port", Sight::Only(&["sync"])),
    ("wire", Sight::Only(&["port", "sync"])),
    ("acumatica", Sight::Only(&["wire", "port", "sync"])),
    ("zoho", Sight::Only(&["wire", "port", "sync"])),
    ("store", Sight::Only(&["sync"])),
    ("engine", Sight::Only(&["store", "port", "sync"])),
    ("sim", Sight::Only(&[])),
    ("app", Sight::AllBut(&["trial", "xtask"])),
    ("trial", Sight::AllBut(&["xtask"])),
    ("xtask", Sight::Only(&[])),
];

/// End-to-end tests need everything, `trial` included.
const FREE_TESTS: [&str; 1] = ["app"];

pub(super) fn check(house: &House, members: &BTreeSet<&str>) -> Result<Vec<Finding>> {
    let refuse = |line: usize, what: String| Finding { rule: &RULE, path: house.path.clone(), line, what };
    let Some((_, sight)) = ARROWS.iter().find(|(name, _)| *name == house.name) else {
        let what = format!("the crate {} has no place in the table", house.name);
        return Ok(vec![refuse(1, what)]);
    };
    let mut findings = Vec::new();
    for dependency in dependencies(house)? {
        let inside = members.contains(dependency.name.as_str());
        let free = dependency.dev && FREE_TESTS.contains(&house.name.as_str());
        let seen = dependency.name.as_str();
        let allowed = match sight {
            Sight::Only(names) => names.contains(&seen),
            Sight::AllBut(names) => !names.contains(&seen),
        };
        if inside && !free && !allowed {
            let line = house.line_of(dependency.key());
            let tests = if dependency.dev { ", in tests" } else { "" };
            findings.push(refuse(line, format!("{} → {seen}{tests}", house.name)));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(name: &str, dependencies: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{name}\"\n{dependencies}");
        let house = House::new("crates/a/Cargo.toml", &manifest).unwrap();
        let members = BTreeSet::from([
            "sync",
            "port",
            "wire",
            "acumatica",
            "zoho",
            "store",
            "engine",
            "sim",
            "app",
            "trial",
            "xtask",
            "novel",
        ]);
        let findings = check(&house, &members).unwrap();
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn arrows_of_the_table_pass() {
        let allowed = "[dependencies]\nport.workspace = true\nsync.workspace = true\nserde.workspace = true\n";
        assert_eq!(refused("wire", allowed), Vec::<String>::new());
        let all = "[dependencies]\nsim.workspace = true\nzoho.workspace = true\nstore.workspace = true\n";
        assert_eq!(refused("app", all), Vec::<String>::new());
    }

    #[test]
    fn the_two_systems_never_see_each_other() {
        assert_eq!(refused("zoho", "[dependencies]\nacumatica.workspace = true\n"), ["zoho → acumatica"]);
    }

    #[test]
    fn the_simulator_sees_nobody_not_even_in_tests() {
        assert_eq!(refused("sim", "[dev-dependencies]\nzoho.workspace = true\n"), ["sim → zoho, in tests"]);
    }

    #[test]
    fn a_rename_does_not_hide_an_arrow() {
        let renamed = "[dependencies]\nother = { workspace = true, package = \"store\" }\n";
        assert_eq!(refused("wire", renamed), ["wire → store"]);
    }

    #[test]
    fn the_trial_is_for_tests_of_the_app_only() {
        assert_eq!(refused("app", "[dependencies]\ntrial.workspace = true\n"), ["app → trial"]);
        let tests = "[dev-dependencies]\ntrial.workspace = true\n";
        assert_eq!(refused("app", tests), Vec::<String>::new());
    }

    #[test]
    fn a_new_crate_must_be_placed_first() {
        assert_eq!(refused("novel", "").len(), 1);
    }
}
