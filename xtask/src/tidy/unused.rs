//! Rule `unused`: a manifest names what the crate's code names, and nothing else.
//!
//! Owns the search for a dependency's name in paths and imports. Refuses only
//! what is certain: a module of the same name in a group of imports may hide
//! that a crate has gone. Reads manifests and code, compiles nothing.

use super::manifests::dependencies;
use super::source::Source;
use super::tree::House;
use super::{Finding, Rule};
use anyhow::Result;

static RULE: Rule = Rule {
    name: "unused",
    reason: "each dependency is code that is compiled, shipped and answered for; one that nothing uses is none of these to a reader",
    remedy: "take it out, or move it to [dev-dependencies] when only tests, examples and benches use it",
};

pub(super) fn check(house: &House, modules: &[Source]) -> Result<Vec<Finding>> {
    let folder = house.path.strip_suffix("Cargo.toml").unwrap_or(&house.path);
    let own: Vec<&Source> = modules.iter().filter(|module| module.path.starts_with(folder)).collect();
    let mut findings = Vec::new();
    for dependency in dependencies(house)? {
        let name = dependency.key().replace('-', "_");
        let used = |in_product: bool| {
            own.iter().any(|module| {
                let shipped = module.path.strip_prefix(folder).is_some_and(|path| path.starts_with("src/"));
                let product = |line| shipped && !module.is_test(line);
                module.numbered().any(|(line, code)| product(line) == in_product && names(code, &name))
            })
        };
        let what = match (dependency.dev, used(true), used(false)) {
            (false, false, true) => "is used by tests only",
            (true, _, false) | (false, false, false) => "is not used",
            _ => continue,
        };
        findings.push(Finding {
            rule: &RULE,
            path: house.path.clone(),
            line: house.line_of(dependency.key()),
            what: format!("{} {what}", dependency.key()),
        });
    }
    Ok(findings)
}

/// Whether a path in `code` starts with the crate, or an import brings it in whole.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let start = match before.strip_suffix("::") {
            Some(path) => !path.ends_with(|c: char| inside(c) || c == '>'),
            None => !before.ends_with(|c: char| inside(c) || c == '.'),
        };
        let whole = before.trim_end().ends_with("use") && after.starts_with([';', ' ']);
        start && (after.starts_with("::") || whole)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"a\"\n[dependencies]\nhttp.workspace = true\n[dev-dependencies]\ntower-http.workspace = true\n";

    fn refused(code: &str) -> Vec<String> {
        let house = House::new("crates/a/Cargo.toml", MANIFEST).unwrap();
        let elsewhere = Source::new("crates/ab/src/lib.rs", "use http::Uri; use tower_http::limit;");
        let modules = [Source::new("crates/a/src/lib.rs", code), elsewhere];
        check(&house, &modules).unwrap().into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn both_kinds_are_found_where_they_may_be_used() {
        let good = "use http::Uri;\n#[cfg(test)]\nmod tests {\n    use tower_http::limit;\n}\n";
        assert_eq!(refused(good), Vec::<String>::new());
        assert_eq!(refused("fn a(_: ::http::Uri) {}"), ["tower-http is not used"]);
    }

    #[test]
    fn what_only_tests_use_is_said_to_be_so() {
        let text = "#[cfg(test)]\nmod tests {\n    use http;\n    use tower_http::limit;\n}\n";
        assert_eq!(refused(text), ["http is used by tests only"]);
    }

    #[test]
    fn a_module_or_a_word_of_that_name_is_no_use() {
        let text = "use axum::http::Uri; // http::Uri\nlet a = \"http::\"; b.http::<u8>(); my_http::c();";
        assert_eq!(refused(text), ["http is not used", "tower-http is not used"]);
    }
}
