//! Rule `header`: every module says what it is for.
//!
//! Owns only that a header is there and is not a mere name. Whether it tells
//! what the module owns, must not do, and where its data comes from and goes is
//! for a reader to judge.

use super::source::Source;
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "header",
    reason: "without it a reader has to guess what belongs here, and the next line lands anywhere",
    remedy: "start the file with `//!`: what it owns, what it must not do, where its data comes from and goes to",
};

/// Lines of text that may stand before the header: none that say something.
pub(super) fn check(module: &Source) -> Option<Finding> {
    let mut told = module.lines.iter().map(|line| line.trim());
    let first = told.find(|line| !line.is_empty()).unwrap_or_default();
    let text = first.strip_prefix("//!").map(str::trim);
    let what = match text {
        None => "no header",
        Some(text) if text.split_whitespace().count() < 3 => "a header that says nothing",
        Some(_) => return None,
    };
    Some(Finding { rule: &RULE, path: module.path.clone(), line: 1, what: what.into() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(text: &str) -> bool {
        check(&Source::new("crates/a/src/lib.rs", text)).is_some()
    }

    #[test]
    fn a_sentence_is_a_header() {
        assert!(!refused("//! The links between records of both sides.\nuse a;"));
        assert!(!refused("\n//! The links between records.\n"));
    }

    #[test]
    fn code_or_a_bare_name_is_none() {
        assert!(refused("use a;\n//! The links between records."));
        assert!(refused("// The links between records.\n"));
        assert!(refused("//! links\n"));
        assert!(refused(""));
    }
}
