//! Rule `links`: a link in a page leads somewhere.
//!
//! Owns the links of Markdown files that stay inside the tree. Addresses of the
//! web are not followed: a check must not need the network.

use super::tree::Text;
use super::{Finding, Rule};
use std::collections::BTreeSet;

static RULE: Rule = Rule {
    name: "links",
    reason: "a reader who meets a dead link stops trusting the page around it",
    remedy: "write the path from the page's own folder, or take the link out",
};

pub(super) fn check(texts: &[Text]) -> Vec<Finding> {
    let files: BTreeSet<&str> = texts.iter().map(|text| text.path.as_str()).collect();
    let mut findings = Vec::new();
    for page in texts.iter().filter(|text| text.path.ends_with(".md")) {
        for (at, line) in page.text.lines().enumerate() {
            for target in targets(line) {
                if !leads(&files, &page.path, target) {
                    let what = format!("nothing is at {target}");
                    findings.push(Finding { rule: &RULE, path: page.path.clone(), line: at + 1, what });
                }
            }
        }
    }
    findings
}

/// What the links of a line name, anchors left out, when it is inside the tree.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let after = line.split("](").skip(1);
    let inside = after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let paths = inside.map(|target| target.split('#').next().unwrap_or(target));
    paths.filter(|path| !path.is_empty() && !path.contains(':'))
}

/// Whether `target`, read from the folder of `page`, is a file or a folder of the tree.
fn leads(files: &BTreeSet<&str>, page: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    files.contains(path.as_str()) || files.iter().any(|file| file.starts_with(&format!("{path}/")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(path: &str, text: &str) -> Vec<String> {
        let other = |path: &str| Text { path: path.into(), text: String::new() };
        let page = Text { path: path.into(), text: text.into() };
        let findings = check(&[other("STYLE.md"), other("docs/mapping.md"), page]);
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn files_folders_and_the_web_pass() {
        let text = "[a](docs/mapping.md#items), [b](docs/), [c](https://acme.example/x) [d](#here) and `a](b`";
        assert_eq!(refused("README.md", text), Vec::<String>::new());
        assert_eq!(refused("docs/README.md", "[a](mapping.md) [b](../STYLE.md)"), Vec::<String>::new());
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        assert_eq!(refused("README.md", "[a](doc/mapping.md)"), ["nothing is at doc/mapping.md"]);
        assert_eq!(refused("docs/README.md", "[a](STYLE.md) [b](../../STYLE.md)").len(), 2);
        assert_eq!(refused("README.md", "[a](docs/mapping)").len(), 1);
    }
}
