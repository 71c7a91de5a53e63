//! A typed view on a TOML table that remembers what it was asked for and complains with line numbers.
//!
//! Owns types, ranges and unknown keys. Must not know what a key means.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::secret::SecretSource;
use super::trouble::{Trouble, nearest};

/// Collects complaints about one text.
pub(super) struct Log<'a> {
    text: &'a str,
    list: RefCell<Vec<Trouble>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, list: RefCell::default() }
    }

    pub(super) fn add(&self, at: usize, key: &str, message: impl Into<String>) {
        let line = self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        self.list.borrow_mut().push(Trouble { line, key: key.to_owned(), message: message.into() });
    }

    pub(super) fn into_list(self) -> Vec<Trouble> {
        let mut list = self.list.into_inner();
        list.sort_by_key(|trouble| trouble.line);
        list
    }
}

/// One table of the file.
pub(super) struct View<'a> {
    log: &'a Log<'a>,
    path: String,
    at: usize,
    table: &'a DeTable<'a>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> View<'a> {
    pub(super) fn new(log: &'a Log<'a>, path: &str, at: usize, table: &'a DeTable<'a>) -> Self {
        Self { log, path: path.to_owned(), at, table, known: RefCell::default() }
    }

    fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn find(&self, key: &'static str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        self.known.borrow_mut().push(key);
        self.table
            .iter()
            .find(|(name, _)| name.get_ref().as_ref() == key)
            .map(|(name, value)| (name.span().start, value))
    }

    /// A complaint at a key that was found, or at the table.
    pub(super) fn complain(&self, key: &str, message: impl Into<String>) {
        let at = self
            .table
            .iter()
            .find(|(name, _)| name.get_ref().as_ref() == key)
            .map_or(self.at, |(name, _)| name.span().start);
        self.log.add(at, &self.full(key), message);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref().as_ref() == key)
    }

    /// Text; blank counts as missing.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let (at, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            DeValue::String(_) => {
                self.log.add(at, &self.full(key), "is empty");
                None
            }
            other => {
                self.wrong(at, key, other, "text in quotes");
                None
            }
        }
    }

    /// Text that must be there.
    pub(super) fn needed(&self, key: &'static str, example: &str) -> String {
        let given = self.has(key);
        self.text(key).unwrap_or_else(|| {
            if !given {
                self.log.add(self.at, &self.full(key), format!("is missing, for example {key} = \"{example}\""));
            }
            String::new()
        })
    }

    /// One of `allowed`.
    pub(super) fn choice(&self, key: &'static str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(key)?;
        let found = allowed.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let near = nearest(&text, allowed).map(|word| format!(" (did you mean \"{word}\"?)")).unwrap_or_default();
            self.complain(key, format!("\"{text}\" is not one of {}{near}", allowed.join(", ")));
        }
        found
    }

    pub(super) fn number(&self, key: &'static str, range: RangeInclusive<u32>, default: u32) -> u32 {
        let Some((at, value)) = self.find(key) else { return default };
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong(at, key, value.get_ref(), "a whole number");
            return default;
        };
        match u32::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.log.add(at, &self.full(key), format!("must be from {} to {}", range.start(), range.end()));
                default
            }
        }
    }

    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        let Some((at, value)) = self.find(key) else { return default };
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            other => {
                self.wrong(at, key, other, "true or false");
                default
            }
        }
    }

    pub(super) fn path(&self, key: &'static str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A sub-table.
    pub(super) fn table(&self, key: &'static str) -> Option<View<'a>> {
        let (at, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(View::new(self.log, &self.full(key), at, table)),
            other => {
                self.wrong(at, key, other, &format!("a table: [{}]", self.full(key)));
                None
            }
        }
    }

    /// A secret's source; a bare string is refused without being quoted.
    pub(super) fn secret(&self, key: &'static str) -> Option<SecretSource> {
        let (at, value) = self.find(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            self.log.add(
                at,
                &self.full(key),
                format!(
                    "a secret does not stand in this file: write {key} = {{ file = \"/path\" }}, {{ env = \"NAME\" }} or {{ command = \"…\" }}"
                ),
            );
            return None;
        };
        let inner = View::new(self.log, &self.full(key), at, table);
        let sources = (inner.path("file"), inner.text("env"), inner.text("command"));
        inner.finish();
        match sources {
            (Some(path), None, None) => Some(SecretSource::File(path)),
            (None, Some(name), None) => Some(SecretSource::Env(name)),
            (None, None, Some(line)) => Some(SecretSource::Command(line)),
            _ => {
                self.log.add(at, &self.full(key), "names exactly one of file, env, command");
                None
            }
        }
    }

    fn wrong(&self, at: usize, key: &str, found: &DeValue<'_>, wanted: &str) {
        self.log.add(at, &self.full(key), format!("must be {wanted}, and is {}", found.type_str()));
    }

    /// Refuses every key that nobody asked for.
    pub(super) fn finish(&self) {
        let known = self.known.borrow();
        for (name, _) in self.table {
            let word = name.get_ref().as_ref();
            if known.contains(&word) {
                continue;
            }
            let hint = nearest(word, &known)
                .map_or_else(|| format!("known here: {}", known.join(", ")), |near| format!("did you mean {near}?"));
            self.log.add(name.span().start, &self.full(word), format!("is not known; {hint}"));
        }
    }
}
