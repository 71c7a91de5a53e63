//! Rule `seams`: HTTP goes through `wire`, SQL through `store`.
//!
//! Owns which libraries belong to which crate, and the look of an SQL text.
//! COQL, the query language of Zoho, looks like a select and is none: the crates
//! that speak it may. So may the tests of the app, from the outside: whoever
//! changes a row behind the store's back, or searches every byte that it kept,
//! cannot be played through the store's own door.

use super::manifests::dependencies;
use super::source::{Source, has_word};
use super::tree::House;
use super::{Finding, Rule};
use anyhow::Result;

static RULE: Rule = Rule {
    name: "seams",
    reason: "one door can be watched: limits, redaction and deadlines stand in wire, fences and static SQL in store",
    remedy: "ask wire through the Transport port, or give store a function named for what it does",
};

/// A library and the only crate that may use it.
const LIBRARIES: [(&str, &str); 3] = [("reqwest", "wire"), ("rusqlite", "store"), ("sqlx", "store")];

/// What else may use a library, and where: a folder of tests whose crate names it as a dependency of tests only.
const OUTSIDERS: [(&str, &str); 1] = [("crates/app/tests/", "rusqlite")];

/// Crates that hold SQL.
const SQL: [&str; 1] = ["store"];

/// Crates that hold COQL, and the tests that check it.
const COQL: [&str; 3] = ["zoho", "sim", "app"];

/// Beginnings of a statement that no sentence starts with.
const STATEMENTS: [&str; 12] = [
    "insert into ",
    "insert or ",
    "delete from ",
    "create table ",
    "create index ",
    "create unique index ",
    "alter table ",
    "drop table ",
    "drop index ",
    "begin immediate",
    "pragma ",
    "with recursive ",
];

pub(super) fn check_manifest(house: &House) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for dependency in dependencies(house)? {
        let owner = owner(&dependency.name).filter(|owner| *owner != house.name);
        let of_tests = dependency.dev && is_outsider(&format!("crates/{}/tests/", house.name), &dependency.name);
        if let Some(owner) = owner.filter(|_| !of_tests) {
            findings.push(Finding {
                rule: &RULE,
                path: house.path.clone(),
                line: house.line_of(dependency.key()),
                what: format!("{} belongs to {owner}", dependency.name),
            });
        }
    }
    Ok(findings)
}

pub(super) fn check(module: &Source) -> Vec<Finding> {
    let house = module.house();
    let refuse = |line: usize, what: String| Finding { rule: &RULE, path: module.path.clone(), line, what };
    let mut findings = Vec::new();
    let foreign = LIBRARIES.iter().filter(|(library, owner)| *owner != house && !is_outsider(&module.path, library));
    for (library, owner) in foreign {
        for (line, code) in module.numbered() {
            if has_word(code, library) {
                findings.push(refuse(line, format!("{library} belongs to {owner}")));
            }
        }
    }
    // The rules themselves name what they forbid.
    if SQL.contains(&house) || house == "xtask" || is_outsider(&module.path, "rusqlite") {
        return findings;
    }
    for (line, text) in &module.strings {
        let found = statement(text).filter(|word| *word != "select" || !COQL.contains(&house));
        if let Some(word) = found {
            findings.push(refuse(*line, format!("SQL: {}", word.trim_end())));
        }
    }
    findings
}

fn owner(library: &str) -> Option<&'static str> {
    let found = LIBRARIES.iter().find(|(name, _)| *name == library);
    found.map(|(_, owner)| *owner)
}

fn is_outsider(path: &str, library: &str) -> bool {
    OUTSIDERS.iter().any(|(folder, name)| path.starts_with(folder) && *name == library)
}

/// The statement that a string starts with, written all small or all large as SQL is.
fn statement(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    let starts = |beginning: &str| text.starts_with(beginning) || text.starts_with(&beginning.to_uppercase());
    if let Some(found) = STATEMENTS.iter().find(|beginning| starts(beginning)) {
        return Some(found);
    }
    let small = text.starts_with("select ") && has_word(text, "from");
    let large = text.starts_with("SELECT ") && has_word(text, "FROM");
    if small || large {
        return Some("select");
    }
    let mut words = text.split_whitespace();
    let update = words.next().filter(|word| ["update", "UPDATE"].contains(word));
    let set = words.nth(1).filter(|word| ["set", "SET"].contains(word));
    (update.is_some() && set.is_some() && text.contains('=')).then_some("update")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(path: &str, text: &str) -> Vec<String> {
        let findings = check(&Source::new(path, text));
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn libraries_stay_with_their_crate() {
        let text = "use reqwest::Client;";
        assert_eq!(refused("crates/zoho/src/lib.rs", text), ["reqwest belongs to wire"]);
        assert_eq!(refused("crates/wire/src/lib.rs", text), Vec::<String>::new());
        assert_eq!(refused("crates/engine/src/lib.rs", "sqlx::query(q)"), ["sqlx belongs to store"]);
    }

    #[test]
    fn manifests_are_held_to_it_too() {
        let text = "[package]\nname = \"app\"\n[dependencies]\nrusqlite.workspace = true\n";
        let house = House::new("crates/app/Cargo.toml", text).unwrap();
        let findings = check_manifest(&house).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 4);
    }

    #[test]
    fn only_tests_of_the_app_open_the_file_from_outside() {
        let text = "let db = rusqlite::Connection::open(path);\nlet a = \"delete from trail\";";
        assert_eq!(refused("crates/app/tests/secrets.rs", text), Vec::<String>::new());
        assert_eq!(refused("crates/app/src/main.rs", text).len(), 2);
        assert_eq!(refused("crates/engine/tests/a.rs", text).len(), 2);
        assert_eq!(refused("crates/app/tests/a.rs", "sqlx::query(q)"), ["sqlx belongs to store"]);
        let manifest = "[package]\nname = \"app\"\n[dev-dependencies]\nrusqlite.workspace = true\n";
        let house = House::new("crates/app/Cargo.toml", manifest).unwrap();
        assert!(check_manifest(&house).unwrap().is_empty());
    }

    #[test]
    fn sql_stays_in_the_store() {
        let text = "let a = \"insert into link (id) values ($1)\";\nlet b = \"\\\n  SELECT id FROM link\";\nlet c = \"update link set a = 1\";";
        assert_eq!(refused("crates/engine/src/lib.rs", text).len(), 3);
        assert_eq!(refused("crates/store/src/link.rs", text), Vec::<String>::new());
    }

    #[test]
    fn coql_is_not_sql_where_zoho_is_spoken() {
        let text = "let a = \"select id from Accounts where id = 1\";";
        assert_eq!(refused("crates/zoho/src/lib.rs", text), Vec::<String>::new());
        assert_eq!(refused("crates/sync/src/lib.rs", text), ["SQL: select"]);
    }

    #[test]
    fn sentences_pass() {
        let text = "let a = \"Select a connection from the list\";\nlet b = \"update the set of fields\";\nlet c = \"Insert into the deal\";\n// delete from link";
        assert_eq!(refused("crates/app/src/cli.rs", text), Vec::<String>::new());
    }
}
