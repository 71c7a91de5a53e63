//! Where the next page begins.
//!
//! Owns the form of cursors and the condition that continues a read. The API knows no order clause and no snapshot, so a read goes
//! on behind the last key: rows that come, go or move in the meantime shift nothing. Cursors travel as text through the checkpoint.

use serde::{Deserialize, Serialize};
use sync::Instant;

use super::projection::{KeyFields, Projection};
use crate::client::filter::Filter;

/// Most document types that a cursor remembers; the ERP has about ten.
const MOST_TYPES: usize = 40;

/// A place within a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cursor {
    /// Behind a key.
    After {
        /// CustomerID, InventoryID or ReferenceNbr of the last record.
        key: String,
        /// Its document type; empty for customers and items.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        kind: String,
        /// Types that are read to their end. Whether the server sorts types by label or by an inner code is not documented; naming
        /// those that are done makes it indifferent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        done: Vec<String>,
    },
    /// Behind a number of rows, for servers whose rows do not come in key order.
    Skip {
        /// Rows read so far.
        rows: u64,
        /// Key of the last one, to notice when rows have moved.
        #[serde(default)]
        last: String,
        /// How often the read began again because they had.
        #[serde(default)]
        again: u8,
    },
}

impl Cursor {
    /// Reads a cursor; one that cannot be read (of another version) is as good as none: the read begins again.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As text.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Behind the last of `keys`, which came after `before`.
    pub(crate) fn behind(before: Option<&Self>, keys: &[Key]) -> Option<Self> {
        let last = keys.last()?;
        let mut done = Vec::new();
        let mut current = "";
        if let Some(Self::After { kind, done: before, .. }) = before {
            done.clone_from(before);
            current = kind;
        }
        for kind in keys.iter().map(|key| key.kind.as_str()) {
            if kind != current {
                if !current.is_empty() {
                    done.push(current.to_owned());
                }
                current = kind;
            }
        }
        done.truncate(MOST_TYPES);
        Some(Self::After { key: last.number.clone(), kind: last.kind.clone(), done })
    }
}

/// The key of a record: type (empty for customers and items) and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub kind: String,
    pub number: String,
}

impl Key {
    /// As in `Record::key`.
    pub(crate) fn text(&self) -> String {
        if self.kind.is_empty() { self.number.clone() } else { format!("{}/{}", self.kind, self.number) }
    }

    /// The condition for exactly this record.
    pub(crate) fn filter(&self, keys: KeyFields) -> Filter {
        match keys {
            KeyFields::One(field) => Filter::eq(field, &self.number),
            KeyFields::Document => {
                Filter::All(vec![Filter::eq("Type", &self.kind), Filter::eq("ReferenceNbr", &self.number)])
            }
        }
    }
}

/// The condition of a page: changed since `from`, behind `cursor`.
pub(crate) fn condition(projection: &Projection, from: Option<Instant>, cursor: Option<&Cursor>) -> Option<Filter> {
    let since = from.map(|from| Filter::since(projection.stamp, from));
    let behind = match cursor {
        Some(Cursor::After { key, kind, done }) => Some(match projection.keys {
            KeyFields::One(field) => Filter::gt(field, key),
            KeyFields::Document => {
                let same = Filter::All(vec![Filter::eq("Type", kind), Filter::gt("ReferenceNbr", key)]);
                let others = std::iter::once(kind).chain(done).map(|kind| Filter::ne("Type", kind));
                Filter::Any(vec![same, Filter::All(others.collect())])
            }
        }),
        Some(Cursor::Skip { .. }) | None => None,
    };
    match (since, behind) {
        (Some(since), Some(behind)) => Some(Filter::All(vec![since, behind])),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sync::Entity;

    use super::*;
    use crate::settings::EndpointVersion;

    fn key(kind: &str, number: &str) -> Key {
        Key { kind: kind.to_owned(), number: number.to_owned() }
    }

    fn projection(entity: Entity) -> Projection {
        Projection::new(entity, EndpointVersion::V24_200, &[])
    }

    #[test]
    fn cursors_survive_as_text_and_nonsense_begins_again() {
        let cursor = Cursor::behind(None, &[key("", "O'X")]).unwrap();
        assert_eq!(cursor.to_text(), r#"{"after":{"key":"O'X"}}"#);
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        let skip = Cursor::Skip { rows: 7, last: "A".to_owned(), again: 1 };
        assert_eq!(Cursor::parse(&skip.to_text()), Some(skip));
        assert_eq!(Cursor::parse("500"), None);
    }

    #[test]
    fn types_are_done_when_the_next_one_begins() {
        let first =
            Cursor::behind(None, &[key("Credit Memo", "1"), key("Debit Memo", "1"), key("Debit Memo", "2")]).unwrap();
        assert_eq!(
            first,
            Cursor::After { key: "2".to_owned(), kind: "Debit Memo".to_owned(), done: vec!["Credit Memo".to_owned()] }
        );
        let second = Cursor::behind(Some(&first), &[key("Debit Memo", "3"), key("Invoice", "1")]).unwrap();
        let Cursor::After { done, .. } = &second else { unreachable!() };
        assert_eq!(done, &["Credit Memo", "Debit Memo"]);
        let same = Cursor::behind(Some(&second), &[key("Invoice", "2")]).unwrap();
        let Cursor::After { done, .. } = &same else { unreachable!() };
        assert_eq!(done.len(), 2);
        assert_eq!(Cursor::behind(None, &[]), None);
    }

    #[test]
    fn the_condition_continues_behind_the_key_and_from_the_stamp() {
        let from = Instant::parse("2026-11-24T06:00:00Z");
        let customer = projection(Entity::Customer);
        assert_eq!(condition(&customer, None, None), None);
        let after = Cursor::behind(None, &[key("", "C1")]).unwrap();
        assert_eq!(
            condition(&customer, from, Some(&after)).unwrap().to_string(),
            "LastModifiedDateTime ge datetimeoffset'2026-11-24T06:00:00Z' and CustomerID gt 'C1'"
        );
        let skip = Cursor::Skip { rows: 1, last: String::new(), again: 0 };
        assert_eq!(condition(&customer, None, Some(&skip)), None);
        let after = Cursor::behind(None, &[key("Credit Memo", "1"), key("Invoice", "INV1")]).unwrap();
        assert_eq!(
            condition(&projection(Entity::Invoice), None, Some(&after)).unwrap().to_string(),
            "(Type eq 'Invoice' and ReferenceNbr gt 'INV1') or (Type ne 'Invoice' and Type ne 'Credit Memo')"
        );
    }
}
