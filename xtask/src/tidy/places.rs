//! Rule `places`: no text names a folder of somebody's machine.
//!
//! Owns what such a folder looks like. A path is only taken for one when it
//! starts there: `https://host/work/1` or `docs/tmp/x` are other things.

use super::tree::Text;
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "places",
    reason: "such a folder exists on one machine only; for everybody else the text is wrong",
    remedy: "name a path from the root of the tree, or in code take a temporary folder from tempfile",
};

/// Put together here so that this file does not refuse itself.
const FOLDERS: [&str; 7] = [
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
    concat!("../sha", "red/"),
    concat!(".lib", "rary/"),
];

pub(super) fn check(text: &Text) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in text.text.lines().enumerate() {
        if let Some(folder) = FOLDERS.iter().find(|folder| starts_in(line, folder)) {
            findings.push(Finding {
                rule: &RULE,
                path: text.path.clone(),
                line: at + 1,
                what: format!("a path below {folder}"),
            });
        }
    }
    findings
}

/// Whether a path in `line` starts with `folder`, not merely has it inside.
fn starts_in(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = &line[..at];
        let inside = |c: char| c.is_alphanumeric() || "/._-~%}>".contains(c);
        !before.ends_with(inside)
    })
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
    fn a_folder_of_one_machine_is_refused() {
        for folder in FOLDERS {
            assert!(refused(&format!("see `{folder}main`")));
            assert!(refused(&format!("{folder}a")));
            assert!(refused(&format!("--data-dir={folder}a")));
        }
    }

    #[test]
    fn the_same_letters_elsewhere_pass() {
        assert!(!refused("https://erp.acme.example/work/1"));
        assert!(!refused("docs/tmp/a and ~/home/ and {root}/tmp/a"));
        assert!(!refused("/etc/ml-connector/acme/zoho and work/tmp"));
    }
}
