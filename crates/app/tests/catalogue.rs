//! Every problem code and every kind of fault is raised by some test: a new one without a test fails here.
//!
//! Reads the tests of this tree as text; a code counts when a test names it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use port::Kind;
use sync::problem::Code;

/// The text of every test: files of tests whole, others from their test module on.
fn tests() -> String {
    let mut all = String::new();
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "catalogue.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let whole = path.components().any(|part| part.as_os_str() == "tests") || name.ends_with("tests.rs");
                let from = if whole { Some(0) } else { text.find("#[cfg(test)]") };
                all.push_str(from.map_or("", |from| &text[from..]));
            }
        }
    }
    all
}

#[test]
fn every_code_and_every_kind_is_met_by_a_test() {
    let tests = tests();
    let said = |variant: String, name: &str| tests.contains(&variant) || tests.contains(&format!("\"{name}\""));
    let codes: Vec<&str> =
        Code::ALL.iter().filter(|code| !said(format!("Code::{code:?}"), code.name())).map(|code| code.name()).collect();
    let kinds: Vec<&str> =
        Kind::ALL.iter().filter(|kind| !said(format!("Kind::{kind:?}"), kind.name())).map(|kind| kind.name()).collect();
    assert_eq!((codes, kinds), (Vec::<&str>::new(), Vec::<&str>::new()), "no test names these");
}
