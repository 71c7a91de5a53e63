//! Rule `ignored`: a test that is there runs.
//!
//! Owns the ban on tests that are switched off, ours and everybody's.

use super::source::Source;
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "ignored",
    reason: "a test that does not run says nothing, and looks as if it did",
    remedy: "mend the test or remove it; what a test needs from the system, `cargo x test` installs or names",
};

pub(super) fn check(module: &Source) -> Vec<Finding> {
    let ignored = module.numbered().filter(|(_, code)| {
        let code = code.split_whitespace().collect::<String>();
        code.contains("#[ignore]") || code.contains("#[ignore=") || code.contains(",ignore)]")
    });
    ignored
        .map(|(line, code)| Finding { rule: &RULE, path: module.path.clone(), line, what: code.trim().to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(text: &str) -> usize {
        check(&Source::new("crates/a/src/lib.rs", text)).len()
    }

    #[test]
    fn switched_off_tests_are_refused_in_every_spelling() {
        assert_eq!(refused("#[test]\n#[ignore]\nfn a() {}"), 1);
        assert_eq!(refused("#[ignore = \"slow\"]"), 1);
        assert_eq!(refused("#[cfg_attr(windows, ignore)]"), 1);
    }

    #[test]
    fn the_word_alone_is_not() {
        assert_eq!(refused("// #[ignore]\nlet ignore = [ignore];\n#[ignored]"), 0);
    }
}
