//! Rule `names`: a file is called after what it holds.
//!
//! Owns the short list of names that say nothing. Whether another name says
//! enough is for a reader to judge.

use super::source::Source;
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "names",
    reason: "a drawer takes everything in, and nobody knows what is in it",
    remedy: "name each thing by its noun and put it beside its users",
};

const DRAWERS: [&str; 6] = ["common", "core", "helpers", "misc", "util", "utils"];

pub(super) fn check(module: &Source) -> Option<Finding> {
    let path = module.path.strip_suffix(".rs").unwrap_or(&module.path);
    let drawer = path.split('/').find(|part| DRAWERS.contains(part))?;
    Some(Finding { rule: &RULE, path: module.path.clone(), line: 1, what: format!("a drawer called {drawer}") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(path: &str) -> bool {
        check(&Source::new(path, "")).is_some()
    }

    #[test]
    fn drawers_are_refused_as_files_and_as_folders() {
        assert!(refused("crates/a/src/utils.rs"));
        assert!(refused("crates/a/src/common/mod.rs"));
    }

    #[test]
    fn names_that_hold_the_word_pass() {
        assert!(!refused("crates/a/src/utilisation.rs"));
        assert!(!refused("crates/sim/src/acumatica/entity/field.rs"));
    }
}
