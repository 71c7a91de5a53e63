//! Who holds a value: the index of one unique (or system duplicate-check) field.
//!
//! Owns: the map from a value to the records that hold it. Must not: decide what a clash means.

use std::collections::BTreeMap;

use super::{Cell, FieldNo, Record};

/// The form in which values are compared: lower case unless the field tells cases apart.
#[must_use]
pub fn fold(text: &str, case_sensitive: bool) -> String {
    if case_sensitive {
        text.to_owned()
    } else if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_lowercase()
    }
}

/// Holders of each value of one field.
#[derive(Debug, Clone)]
pub struct UniqueIndex {
    /// The indexed field.
    pub field: FieldNo,
    /// True for a unique constraint, false for a field that only serves look-ups.
    pub constraint: bool,
    case_sensitive: bool,
    holders: BTreeMap<String, Holders>,
}

#[derive(Debug, Clone)]
enum Holders {
    One(u64),
    Many(Vec<u64>),
}

impl UniqueIndex {
    /// An empty index.
    #[must_use]
    pub fn new(field: FieldNo, constraint: bool, case_sensitive: bool) -> Self {
        Self { field, constraint, case_sensitive, holders: BTreeMap::new() }
    }

    /// Whether `a` and `A` are two values here.
    #[must_use]
    pub fn tells_cases_apart(&self) -> bool {
        self.case_sensitive
    }

    /// The comparison form of a cell; none for values that are not indexed.
    #[must_use]
    pub fn key(&self, cell: &Cell) -> Option<String> {
        match cell {
            Cell::Text(text) => Some(fold(text, self.case_sensitive)),
            Cell::Number(number) => Some(number.normalize().to_string()),
            Cell::Lookup(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// Ids of the records that hold a value, lowest first.
    #[must_use]
    pub fn holders(&self, key: &str) -> &[u64] {
        match self.holders.get(key) {
            Some(Holders::One(id)) => std::slice::from_ref(id),
            Some(Holders::Many(ids)) => ids,
            None => &[],
        }
    }

    /// Notes that a record holds a value.
    pub fn add(&mut self, key: String, id: u64) {
        use std::collections::btree_map::Entry;
        match self.holders.entry(key) {
            Entry::Vacant(free) => {
                free.insert(Holders::One(id));
            }
            Entry::Occupied(mut taken) => match taken.get_mut() {
                Holders::One(first) if *first == id => {}
                Holders::One(first) => {
                    let mut ids = vec![*first, id];
                    ids.sort_unstable();
                    taken.insert(Holders::Many(ids));
                }
                Holders::Many(ids) => {
                    if let Err(at) = ids.binary_search(&id) {
                        ids.insert(at, id);
                    }
                }
            },
        }
    }

    /// Notes that a record no longer holds a value.
    pub fn remove(&mut self, key: &str, id: u64) {
        match self.holders.get_mut(key) {
            Some(Holders::One(first)) if *first == id => {
                self.holders.remove(key);
            }
            Some(Holders::Many(ids)) => {
                ids.retain(|held| *held != id);
                if ids.is_empty() {
                    self.holders.remove(key);
                }
            }
            _ => {}
        }
    }

    /// Adds or removes a whole record.
    pub fn note(&mut self, record: &Record, present: bool) {
        if let Some(key) = record.cells.get(self.field).and_then(|cell| self.key(cell)) {
            if present {
                self.add(key, record.id);
            } else {
                self.remove(&key, record.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn holders_come_and_go() {
        let mut index = UniqueIndex::new(0, true, false);
        let key = index.key(&Cell::Text("ÄBC".into())).unwrap();
        assert_eq!(key, "äbc");
        index.add(key.clone(), 7);
        index.add(key.clone(), 3);
        assert_eq!(index.holders(&key), [3, 7]);
        index.remove(&key, 3);
        index.remove(&key, 7);
        assert!(index.holders(&key).is_empty());
    }
}
