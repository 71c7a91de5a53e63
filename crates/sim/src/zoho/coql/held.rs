//! Stored values in the form in which COQL compares them.
//!
//! Owns: reading a value of a record or row, orders and patterns. Must not: walk records.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::plan::Literal;
use crate::zoho::model::{Cell, FieldNo, Hold, Kind, Module, Record, Row, Source};

/// A value to compare.
pub(super) enum Held<'a> {
    Null,
    Text(&'a str),
    Number(Decimal),
    Bool(bool),
    Id(u64),
    Time(i64),
}

pub(super) fn value<'a>(module: &Module, record: &'a Record, row: Option<(&'a Row, usize)>, no: FieldNo) -> Held<'a> {
    match (module.field(no).source, row) {
        (Source::Id, Some((row, _))) => Held::Id(row.id),
        (Source::Id, None) | (Source::Parent, _) => Held::Id(record.id),
        (Source::CreatedTime, Some((row, _))) => Held::Time(row.created),
        (Source::ModifiedTime, Some((row, _))) => Held::Time(row.modified),
        (Source::CreatedTime, None) => Held::Time(record.created),
        (Source::ModifiedTime, None) => Held::Time(record.modified),
        (Source::CreatedBy, _) => Held::Id(record.created_by),
        (Source::ModifiedBy, _) => Held::Id(record.modified_by),
        (Source::Owner, _) => Held::Id(record.owner),
        (Source::Locked, _) => Held::Bool(record.hold == Some(Hold::Locked)),
        (Source::RecordStatus, _) => Held::Text("Available"),
        (Source::Sequence, position) => Held::Number(position.map_or(0, |(_, at)| at + 1).into()),
        (Source::Stored, row) => match row.map_or(&record.cells, |(row, _)| &row.cells).get(no) {
            Some(Cell::Text(text)) => Held::Text(text),
            Some(Cell::Number(number)) => Held::Number(*number),
            Some(Cell::Bool(flag)) => Held::Bool(*flag),
            Some(Cell::Lookup(id)) => Held::Id(*id),
            Some(Cell::Time(seconds)) => Held::Time(*seconds),
            None if module.field(no).kind == Kind::Boolean => Held::Bool(false),
            _ => Held::Null,
        },
    }
}

pub(super) fn text_order(held: &str, literal: &str) -> Ordering {
    if held.is_ascii() {
        let folded = held.bytes().map(|b| b.to_ascii_lowercase());
        folded.cmp(literal.bytes())
    } else {
        held.to_lowercase().as_str().cmp(literal)
    }
}

pub(super) fn order(held: &Held<'_>, literal: &Literal) -> Option<Ordering> {
    Some(match (held, literal) {
        (Held::Text(a), Literal::Text(b)) => text_order(a, b),
        (Held::Number(a), Literal::Number(b)) => a.cmp(b),
        (Held::Bool(a), Literal::Bool(b)) => a.cmp(b),
        (Held::Id(a), Literal::Id(b)) => a.cmp(b),
        (Held::Time(a), Literal::Time(b)) => a.cmp(b),
        _ => return None,
    })
}

/// `%` stands for any text.
pub(super) fn matches_pattern(text: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('%').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return text == pattern;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

pub(super) fn compare_held(a: &Held<'_>, b: &Held<'_>) -> Ordering {
    match (a, b) {
        (Held::Null, Held::Null) => Ordering::Equal,
        (Held::Null, _) => Ordering::Less,
        (_, Held::Null) => Ordering::Greater,
        (Held::Text(a), Held::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Held::Number(a), Held::Number(b)) => a.cmp(b),
        (Held::Bool(a), Held::Bool(b)) => a.cmp(b),
        (Held::Id(a), Held::Id(b)) => a.cmp(b),
        (Held::Time(a), Held::Time(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn patterns() {
        for (text, pattern, expected) in [
            ("acme ltd", "acme%", true),
            ("acme ltd", "%ltd", true),
            ("acme ltd", "%me l%", true),
            ("acme ltd", "acme", false),
            ("acme", "acme", true),
            ("acme", "b%", false),
            ("aba", "a%ba%a", false),
        ] {
            assert_eq!(matches_pattern(text, pattern), expected, "{text} {pattern}");
        }
    }
}
