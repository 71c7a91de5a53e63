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

/// The last record that was read of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Its document type; empty for customers and items.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Its CustomerID, InventoryID or ReferenceNbr.
    pub key: String,
}

/// A place within a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cursor {
    /// Behind keys.
    After(Behind),
    /// Behind a number of rows, for servers whose rows do not come in key order.
    Skip(Offset),
}

/// A place within a read behind keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Behind {
    /// The last record of each document type that was met; of the one nameless type for customers and items. A type is never taken for
    /// finished: how the server sorts types is not documented, and a document of an earlier type that is posted while later ones are
    /// read must not end those.
    pub places: Vec<Place>,
    /// The source's clock when the first page was asked for.
    pub until: Instant,
    /// Rows read so far that are stamped before that.
    pub rows: u64,
}

/// A place within a read by offset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offset {
    /// Rows read so far.
    pub rows: u64,
    /// Key of the last one, to notice when rows have moved.
    #[serde(default)]
    pub last: String,
    /// How often the read began again.
    #[serde(default)]
    pub again: u8,
    /// Sum over the rows read so far, equal for equal sets of rows.
    #[serde(default)]
    pub sum: u64,
    /// That sum over the whole read before; absent in the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

impl Cursor {
    /// The text of a cursor that an earlier run kept, for this run: it may begin again as often as any other. Without this a run that gave
    /// up would leave a cursor behind which every later one gives up at once.
    pub(crate) fn resumed(text: String) -> String {
        match Self::parse(&text) {
            Some(Self::Skip(offset)) if offset.again > 0 => Self::Skip(Offset { again: 0, ..offset }).to_text(),
            _ => text,
        }
    }

    /// Reads a cursor; one that cannot be read (of another version) is as good as none: the read begins again.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As text.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Behind {
    /// The beginning of a read, at `until` on the source's clock.
    pub(crate) const fn new(until: Instant) -> Self {
        Self { places: Vec::new(), until, rows: 0 }
    }

    /// Goes on behind a record with this stamp.
    pub(crate) fn pass(&mut self, key: &Key, stamp: Option<Instant>) {
        if let Some(place) = self.places.iter_mut().find(|place| place.kind == key.kind) {
            place.key.clone_from(&key.number);
        } else if self.places.len() < MOST_TYPES {
            self.places.push(Place { kind: key.kind.clone(), key: key.number.clone() });
        }
        self.rows += u64::from(stamp.is_none_or(|stamp| stamp < self.until));
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
        Some(Cursor::After(Behind { places, .. })) => match projection.keys {
            KeyFields::One(field) => places.first().map(|place| Filter::gt(field, &place.key)),
            KeyFields::Document => {
                let further = places.iter().map(|place| {
                    Filter::All(vec![Filter::eq("Type", &place.kind), Filter::gt("ReferenceNbr", &place.key)])
                });
                let others = Filter::All(places.iter().map(|place| Filter::ne("Type", &place.kind)).collect());
                Some(Filter::Any(further.chain([others]).collect()))
            }
        },
        Some(Cursor::Skip(_)) | None => None,
    };
    match (since, behind) {
        (Some(since), Some(behind)) => Some(Filter::All(vec![since, behind])),
        (one, other) => one.or(other),
    }
}

/// The condition of what a read behind keys has brought if it left nothing out, but for what changed since it began.
pub(crate) fn all_of(projection: &Projection, from: Option<Instant>, behind: &Behind) -> Filter {
    let until = Filter::before(projection.stamp, behind.until);
    match from {
        Some(from) => Filter::All(vec![Filter::since(projection.stamp, from), until]),
        None => until,
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

    fn noon(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    /// Behind records without a stamp that came after `before`.
    fn behind(before: Option<&Cursor>, keys: &[Key]) -> Cursor {
        let mut behind = match before {
            Some(Cursor::After(behind)) => behind.clone(),
            Some(Cursor::Skip(_)) | None => Behind::new(noon("2026-11-24T06:00:00Z")),
        };
        keys.iter().for_each(|key| behind.pass(key, None));
        Cursor::After(behind)
    }

    #[test]
    fn a_read_counts_what_was_stamped_before_it_began() {
        let mut reading = Behind::new(noon("2026-11-24T06:00:00Z"));
        reading.pass(&key("", "C1"), Some(noon("2026-11-24T05:59:59Z")));
        reading.pass(&key("", "C2"), Some(noon("2026-11-24T06:00:00Z")));
        reading.pass(&key("", "C3"), None);
        assert_eq!(reading.rows, 2);
        let from = Instant::parse("2026-11-24T05:00:00Z");
        assert_eq!(
            all_of(&projection(Entity::Customer), from, &reading).to_string(),
            "LastModifiedDateTime ge datetimeoffset'2026-11-24T05:00:00Z' and LastModifiedDateTime lt datetimeoffset'2026-11-24T06:00:00Z'"
        );
    }

    #[test]
    fn a_run_that_goes_on_with_a_kept_cursor_may_begin_again_as_often_as_any_other() {
        let tired = Offset { rows: 8, last: "C8".to_owned(), again: 3, sum: 5, before: Some(4) };
        let resumed = Cursor::resumed(Cursor::Skip(tired.clone()).to_text());
        assert_eq!(Cursor::parse(&resumed), Some(Cursor::Skip(Offset { again: 0, ..tired })));
        assert_eq!(Cursor::resumed("of another version".to_owned()), "of another version");
    }

    #[test]
    fn cursors_survive_as_text_and_nonsense_begins_again() {
        let cursor = behind(None, &[key("", "O'X")]);
        assert_eq!(cursor.to_text(), r#"{"after":{"places":[{"key":"O'X"}],"until":"2026-11-24T06:00:00Z","rows":1}}"#);
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        let skip = Cursor::Skip(Offset { rows: 7, last: "A".to_owned(), again: 1, ..Offset::default() });
        assert_eq!(Cursor::parse(&skip.to_text()), Some(skip));
        assert_eq!(Cursor::parse("500"), None);
    }

    #[test]
    fn each_type_goes_on_behind_its_own_last_record() {
        let places = |cursor: &Cursor| match cursor {
            Cursor::After(behind) => behind.places.clone(),
            Cursor::Skip(_) => Vec::new(),
        };
        let first = behind(None, &[key("Credit Memo", "1"), key("Debit Memo", "1"), key("Debit Memo", "2")]);
        let place = |kind: &str, key: &str| Place { kind: kind.to_owned(), key: key.to_owned() };
        assert_eq!(places(&first), [place("Credit Memo", "1"), place("Debit Memo", "2")]);
        let second = behind(Some(&first), &[key("Debit Memo", "3"), key("Invoice", "1")]);
        assert_eq!(places(&second), [place("Credit Memo", "1"), place("Debit Memo", "3"), place("Invoice", "1")]);
    }

    #[test]
    fn a_document_of_an_earlier_type_that_comes_late_does_not_end_the_later_ones() {
        let reading = behind(None, &[key("Invoice", "AR2")]);
        let late = behind(Some(&reading), &[key("Credit Memo", "CM11")]);
        let filter = condition(&projection(Entity::Invoice), None, Some(&late)).unwrap().to_string();
        assert!(filter.contains("(Type eq 'Invoice' and ReferenceNbr gt 'AR2')"), "{filter}");
    }

    #[test]
    fn the_condition_continues_behind_the_key_and_from_the_stamp() {
        let from = Instant::parse("2026-11-24T06:00:00Z");
        let customer = projection(Entity::Customer);
        assert_eq!(condition(&customer, None, None), None);
        let after = behind(None, &[key("", "C1")]);
        assert_eq!(
            condition(&customer, from, Some(&after)).unwrap().to_string(),
            "LastModifiedDateTime ge datetimeoffset'2026-11-24T06:00:00Z' and CustomerID gt 'C1'"
        );
        let skip = Cursor::Skip(Offset { rows: 1, ..Offset::default() });
        assert_eq!(condition(&customer, None, Some(&skip)), None);
        let after = behind(None, &[key("Credit Memo", "1"), key("Invoice", "INV1")]);
        assert_eq!(
            condition(&projection(Entity::Invoice), None, Some(&after)).unwrap().to_string(),
            "(Type eq 'Credit Memo' and ReferenceNbr gt '1') or (Type eq 'Invoice' and ReferenceNbr gt 'INV1') \
             or (Type ne 'Credit Memo' and Type ne 'Invoice')"
        );
    }
}
