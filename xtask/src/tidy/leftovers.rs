//! Rule `leftovers`: what is left to do stands in an issue.
//!
//! Owns the marks of unfinished work, in any text of the tree.

use super::source::has_word;
use super::tree::Text;
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "leftovers",
    reason: "a mark in the code is a promise that nobody is asked to keep",
    remedy: "do it, or file an issue and write down what holds today",
};

/// Put together here so that this file does not refuse itself.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn check(text: &Text) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in text.text.lines().enumerate() {
        if let Some(mark) = MARKS.iter().find(|mark| has_word(line, mark)) {
            findings.push(Finding { rule: &RULE, path: text.path.clone(), line: at + 1, what: (*mark).to_owned() });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(line: &str) -> bool {
        let text = Text { path: "docs/a.md".into(), text: line.into() };
        !check(&text).is_empty()
    }

    #[test]
    fn marks_are_refused_in_any_text() {
        for mark in MARKS {
            assert!(refused(&format!("// {mark}: later")));
        }
    }

    #[test]
    fn words_that_hold_the_letters_pass() {
        assert!(!refused("a todo list, MASTODONTS, the currency XXX"));
    }
}
