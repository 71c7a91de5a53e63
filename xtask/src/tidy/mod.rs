//! `cargo x tidy`: the rules of the house that a compiler does not know.
//!
//! Owns the list of rules, the walk over the tree and the shape of a refusal.
//! Must not compile anything or look outside the tree. Reads manifests and text
//! files, prints refusals as `file:line: [rule] what`, with reason and remedy.

mod ambient;
mod arrows;
mod header;
mod ignored;
mod leftovers;
mod links;
mod manifests;
mod names;
mod places;
mod seams;
mod size;
mod source;
mod tree;
mod unused;

use crate::run;
use anyhow::{Result, bail};
use std::fmt;
use tree::Tree;

/// What is refused and why; the same for each of its findings.
pub(crate) struct Rule {
    /// Name in brackets
    pub(crate) name: &'static str,
    /// What goes wrong without it
    pub(crate) reason: &'static str,
    /// What to do instead
    pub(crate) remedy: &'static str,
}

/// One place that a rule refuses.
pub(crate) struct Finding {
    pub(crate) rule: &'static Rule,
    /// Path from the root
    pub(crate) path: String,
    /// Line, from 1
    pub(crate) line: usize,
    /// What stands there
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, path, line, what } = self;
        write!(f, "{path}:{line}: [{}] {what}", rule.name)
    }
}

/// Checks the tree, prints every finding, its reason and remedy once per rule.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::read(run::root())?;
    let findings = check(&tree)?;
    for note in size::notes(&tree) {
        println!("note: {note}");
    }
    print(&findings);
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!(
        "{} crates, {} modules, {} text files: nothing to refuse",
        tree.crates.len(),
        tree.modules.len(),
        tree.texts.len()
    );
    Ok(())
}

/// Every finding of every rule, in the order of the tree.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for house in &tree.crates {
        findings.extend(manifests::check(house)?);
        findings.extend(arrows::check(house, &tree.names())?);
        findings.extend(seams::check_manifest(house)?);
        findings.extend(unused::check(house, &tree.modules)?);
    }
    for module in &tree.modules {
        findings.extend(size::check(module));
        findings.extend(header::check(module));
        findings.extend(names::check(module));
        findings.extend(ambient::check(module));
        findings.extend(seams::check(module));
        findings.extend(ignored::check(module));
    }
    for text in &tree.texts {
        findings.extend(leftovers::check(text));
        findings.extend(places::check(text));
    }
    findings.extend(links::check(&tree.texts));
    findings.sort_by(|a, b| (a.rule.name, &a.path, a.line).cmp(&(b.rule.name, &b.path, b.line)));
    Ok(findings)
}

fn print(findings: &[Finding]) {
    let mut last = None;
    for finding in findings {
        if last != Some(finding.rule.name) {
            println!("[{}] {}", finding.rule.name, finding.rule.reason);
            println!("    remedy: {}", finding.rule.remedy);
            last = Some(finding.rule.name);
        }
        println!("  {finding}");
    }
}

#[cfg(test)]
mod tree_test {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let tree = Tree::read(run::root()).unwrap();
        let findings = check(&tree).unwrap();
        let told: Vec<_> = findings
            .iter()
            .map(|finding| format!("{finding}\n    {}\n    remedy: {}", finding.rule.reason, finding.rule.remedy))
            .collect();
        assert!(told.is_empty(), "\n{}", told.join("\n"));
        assert!(tree.modules.len() > 20 && tree.crates.len() > 5);
    }
}
