//! Values that were sent, and what a write changed in them, for people and for scripts.
//!
//! Owns how a value is written: text as it is, numbers exactly, days and instants as ISO 8601, links by id, nothing as null.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use sync::settle::{Agreed, Changes, FieldChange, RowStep};
use sync::{Fields, Value};

/// One field before and after a write; `null` is blank, and what is left out was not there.
#[derive(Serialize)]
pub(in crate::cli) struct Change {
    /// Place of the line, from 1; left out for the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) row: Option<usize>,
    pub(in crate::cli) field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) before: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) after: Option<Json>,
}

/// Every change, header first, then line by line; a line that came or went has one for each of its fields.
pub(in crate::cli) fn changes(changes: &Changes) -> Vec<Change> {
    let mut all: Vec<Change> = changes.fields.iter().map(|change| one(None, change)).collect();
    for (place, step) in changes.rows.iter().flat_map(|rows| rows.steps()) {
        let row = Some(place + 1);
        match step {
            RowStep::Changed(fields) => all.extend(fields.iter().map(|change| one(row, change))),
            RowStep::Added(fields) => all.extend(fields.0.iter().map(|(name, value)| Change {
                row,
                field: name.to_string(),
                before: None,
                after: Some(json(value)),
            })),
            RowStep::Removed(fields) => all.extend(fields.0.iter().map(|(name, value)| Change {
                row,
                field: name.to_string(),
                before: Some(json(value)),
                after: None,
            })),
        }
    }
    all
}

fn one(row: Option<usize>, change: &FieldChange) -> Change {
    Change {
        row,
        field: change.name.to_string(),
        before: change.before.as_ref().map(json),
        after: change.after.as_ref().map(json),
    }
}

/// `{"fields":{…},"rows":[{…}]}`.
pub(in crate::cli) fn agreed(agreed: &Agreed) -> Json {
    let rows: Vec<Json> = agreed.rows.iter().map(fields).collect();
    serde_json::json!({ "fields": fields(&agreed.fields), "rows": rows })
}

/// Fields by name.
pub(in crate::cli) fn fields(all: &Fields) -> Json {
    Json::Object(all.0.iter().map(|(name, value)| (name.to_string(), json(value))).collect::<Map<_, _>>())
}

/// A value; numbers as text, because they are exact.
pub(in crate::cli) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Decimal(number) => Json::from(number.to_string()),
        Value::Bool(flag) => Json::from(*flag),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Instant(instant) => Json::from(instant.to_string()),
        Value::Link(id) => Json::from(id.as_str()),
    }
}

/// A change as one line: `Phone: 1 → 2`, `line 3 Quantity: 1 → (gone)`.
pub(in crate::cli) fn sentence(change: &Change) -> String {
    let row = change.row.map(|row| format!("line {row} ")).unwrap_or_default();
    format!("{row}{}: {} → {}", change.field, word(&change.before, "(none)"), word(&change.after, "(gone)"))
}

/// A value in words; `absent` where there is none.
pub(in crate::cli) fn word(value: &Option<Json>, absent: &str) -> String {
    match value {
        None => absent.to_owned(),
        Some(Json::Null) => "(blank)".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sync::Name;

    use super::*;

    fn row(product: &str, quantity: &str) -> Fields {
        Fields(vec![
            (Name::from("Product_Name"), Value::Link(product.to_owned())),
            (Name::from("Quantity"), Value::Decimal(quantity.parse().unwrap())),
        ])
    }

    #[test]
    fn changes_read_line_by_line() {
        let of = |phone: Value, rows: Vec<Fields>| Agreed { fields: Fields(vec![(Name::from("Phone"), phone)]), rows };
        let before = of(Value::Null, vec![row("1", "1"), row("2", "1")]);
        let after = of(Value::from("044"), vec![row("1", "2.50")]);
        let told: Vec<String> = changes(&Changes::between(&before, &after)).iter().map(sentence).collect();
        assert_eq!(
            told,
            [
                "Phone: (blank) → 044",
                "line 1 Quantity: 1 → 2.50",
                "line 2 Product_Name: 2 → (gone)",
                "line 2 Quantity: 1 → (gone)"
            ]
        );
        assert_eq!(
            agreed(&after).to_string(),
            r#"{"fields":{"Phone":"044"},"rows":[{"Product_Name":"1","Quantity":"2.50"}]}"#
        );
    }
}
