//! Rule `size`: a file is one thing, and can be read in one sitting.
//!
//! Owns the two limits. Judges only the number of lines: what belongs together
//! is a matter for people, but beyond the limit it never all does.

use super::source::Source;
use super::tree::Tree;
use super::{Finding, Rule};

const LIMIT: usize = 800;
const NOTICE: usize = 500;

static RULE: Rule = Rule {
    name: "size",
    reason: "a file past 800 lines holds several things and hides all but the first",
    remedy: "split it along the nouns it holds; name each file so that it can be guessed",
};

pub(super) fn check(module: &Source) -> Option<Finding> {
    let lines = module.lines.len();
    (lines > LIMIT).then(|| Finding {
        rule: &RULE,
        path: module.path.clone(),
        line: LIMIT + 1,
        what: format!("{lines} lines"),
    })
}

/// Files that grow towards the limit.
pub(super) fn notes(tree: &Tree) -> Vec<String> {
    let long = tree.modules.iter().filter(|module| module.lines.len() > NOTICE && module.lines.len() <= LIMIT);
    long.map(|module| {
        format!(
            "{} has {} lines; past {NOTICE} look for a split, past {LIMIT} it is refused",
            module.path,
            module.lines.len()
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn module(lines: usize) -> Source {
        Source::new("crates/a/src/lib.rs", &"a\n".repeat(lines))
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert!(check(&module(800)).is_none());
        assert_eq!(check(&module(801)).unwrap().what, "801 lines");
    }

    #[test]
    fn long_files_are_noted_before_they_are_refused() {
        let tree = Tree { crates: Vec::new(), modules: vec![module(500), module(501), module(801)], texts: Vec::new() };
        assert_eq!(notes(&tree).len(), 1);
    }
}
