//! The tree as the rules see it: crates, modules, texts.
//!
//! Owns which files count. Must not read what git ignores (builds) nor what a
//! tool writes (Cargo.lock). Needs no git: an unpacked archive is checked too.

use super::source::Source;
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// A member of the workspace.
pub(crate) struct House {
    /// Package name
    pub(crate) name: String,
    /// Path of its manifest from the root
    pub(crate) path: String,
    /// Text of its manifest
    pub(crate) manifest: String,
}

/// Any text file that is committed.
pub(crate) struct Text {
    /// Path from the root
    pub(crate) path: String,
    /// The whole text
    pub(crate) text: String,
}

/// Everything that the rules look at.
pub(crate) struct Tree {
    pub(crate) crates: Vec<House>,
    pub(crate) modules: Vec<Source>,
    pub(crate) texts: Vec<Text>,
}

/// Endings of files that hold bytes, not words.
const BINARY: [&str; 10] = ["gz", "ico", "jpg", "pdf", "png", "sqlite", "ttf", "webp", "woff2", "zst"];

impl Tree {
    /// Reads the tree below `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut texts = Vec::new();
        walk(root, root, &mut texts)?;
        texts.sort_by(|a, b| a.path.cmp(&b.path));
        let mut crates = Vec::new();
        let mut modules = Vec::new();
        for text in &texts {
            if text.path.ends_with("/Cargo.toml") {
                crates.push(House::new(&text.path, &text.text)?);
            }
            if text.path.ends_with(".rs") {
                modules.push(Source::new(&text.path, &text.text));
            }
        }
        Ok(Self { crates, modules, texts })
    }

    /// Names of all members.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.crates.iter().map(|house| house.name.as_str()).collect()
    }
}

impl House {
    /// A member by its manifest.
    pub(crate) fn new(path: &str, manifest: &str) -> Result<Self> {
        let told: toml::Table = toml::from_str(manifest).with_context(|| path.to_owned())?;
        let name = told
            .get("package")
            .and_then(|package| package.get("name"))
            .and_then(toml::Value::as_str)
            .with_context(|| format!("{path}: a package without a name"))?;
        Ok(Self { name: name.to_owned(), path: path.to_owned(), manifest: manifest.to_owned() })
    }

    /// The line of the manifest that starts with `key`, for pointing at it.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        let starts =
            |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
        let found = self.manifest.lines().position(starts);
        found.map_or(1, |at| at + 1)
    }
}

fn walk(root: &Path, folder: &Path, texts: &mut Vec<Text>) -> Result<()> {
    let entries = folder.read_dir().with_context(|| folder.display().to_string())?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let built = name == "target" || name.starts_with("target-") || name == ".git";
            if !built {
                walk(root, &path, texts)?;
            }
        } else if kind.is_file() && counts(&name) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let path = path.strip_prefix(root)?.to_string_lossy().into_owned();
            texts.push(Text { path, text });
        }
    }
    Ok(())
}

fn counts(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    name != "Cargo.lock" && ending != "new" && !BINARY.contains(&ending)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_manifest_line_is_found_by_its_whole_key() {
        let house = House::new(
            "crates/a/Cargo.toml",
            "[package]\nname = \"a\"\n[dependencies]\nserde_json.workspace = true\nserde.workspace = true\n",
        )
        .unwrap();
        assert_eq!(house.line_of("serde"), 5);
    }

    #[test]
    fn builds_and_bytes_do_not_count() {
        assert!(counts("run") && counts("mapping.md") && counts("main.rs"));
        assert!(!counts("Cargo.lock") && !counts("logo.png"));
    }

    #[test]
    fn this_tree_has_this_crate() {
        let tree = Tree::read(crate::run::root()).unwrap();
        assert!(tree.names().contains("xtask"));
        assert!(tree.modules.iter().any(|module| module.path == "xtask/src/main.rs"));
        assert!(!tree.texts.iter().any(|text| text.path.starts_with("target")));
    }
}
