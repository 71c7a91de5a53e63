//! From a decoded row to a record.
//!
//! Owns keys, ids and the order of lines. Must not judge values: the mapping does.

use rust_decimal::Decimal;
use sync::{Entity, Fields, Record, Value};

use super::cursor::Key;
use super::projection::{KeyFields, Projection};
use crate::client::json::Row;

/// The key of a row; `None` when a part of it is blank.
pub(crate) fn key(projection: &Projection, row: &Row) -> Option<Key> {
    let text = |field| row.fields.text(field).map(ToOwned::to_owned);
    Some(match projection.keys {
        KeyFields::One(field) => Key { kind: String::new(), number: text(field)? },
        KeyFields::Document => Key { kind: text("Type")?, number: text("ReferenceNbr")? },
    })
}

/// The record of a row; `None` when it has no id.
pub(crate) fn record(entity: Entity, key: &Key, mut row: Row) -> Option<Record> {
    let id = row.id.trim().to_ascii_lowercase();
    if id.is_empty() {
        return None;
    }
    sort_lines(&mut row.lines);
    Some(Record { entity, key: key.text(), id, stamp: row.stamp, fields: row.fields, lines: row.lines })
}

/// By `LineNbr` where every line has one; else as received.
fn sort_lines(lines: &mut [Fields]) {
    let number = |line: &Fields| line.get("LineNbr").and_then(Value::as_decimal);
    if lines.iter().all(|line| number(line).is_some()) {
        lines.sort_by_key(|line| number(line).unwrap_or(Decimal::ZERO));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::json::rows;
    use crate::settings::EndpointVersion;

    fn read(entity: Entity, text: &str) -> (Option<Key>, Option<Record>) {
        let projection = Projection::new(entity, EndpointVersion::V24_200, &[]);
        let row = rows(text.as_bytes(), &projection.shape).unwrap().remove(0);
        let key = key(&projection, &row);
        let record = key.as_ref().and_then(|key| record(entity, key, row));
        (key, record)
    }

    #[test]
    fn keys_are_trimmed_and_ids_are_lower_case() {
        let (_, record) = read(Entity::Customer, r#"[{"id":"0EAA","CustomerID":{"value":" C1  "}}]"#);
        let record = record.unwrap();
        assert_eq!((record.key.as_str(), record.id.as_str()), ("C1", "0eaa"));
        assert_eq!(record.erp_key(), "0eaa");
    }

    #[test]
    fn documents_are_known_by_type_and_number_and_lines_stand_in_order() {
        let text = r#"[{"id":"1","Type":{"value":"Credit Memo"},"ReferenceNbr":{"value":"7"},
            "Details":[{"LineNbr":{"value":10}},{"LineNbr":{"value":2}}]}]"#;
        let record = read(Entity::Invoice, text).1.unwrap();
        assert_eq!(record.erp_key(), "Credit Memo/7");
        let numbers: Vec<_> =
            record.lines.iter().map(|line| line.get("LineNbr").unwrap().as_decimal().unwrap()).collect();
        assert_eq!(numbers, [Decimal::from(2), Decimal::from(10)]);
    }

    #[test]
    fn lines_without_numbers_stay_as_received() {
        let text = r#"[{"id":"1","Type":{"value":"Cash Sale"},"ReferenceNbr":{"value":"7"},
            "Details":[{"InventoryID":{"value":"B"}},{"InventoryID":{"value":"A"}}]}]"#;
        let record = read(Entity::CashSale, text).1.unwrap();
        assert_eq!(record.lines[0].text("InventoryID"), Some("B"));
    }

    #[test]
    fn a_row_without_key_or_id_is_no_record() {
        assert_eq!(read(Entity::Customer, r#"[{"id":"1","CustomerID":{}}]"#).0, None);
        assert_eq!(read(Entity::Invoice, r#"[{"id":"1","Type":{"value":"Invoice"}}]"#).0, None);
        let (key, record) = read(Entity::Customer, r#"[{"CustomerID":{"value":"C"}}]"#);
        assert!(key.is_some() && record.is_none());
    }
}
