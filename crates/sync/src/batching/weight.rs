//! About how many bytes a draft takes in a request body.
//!
//! Owns the estimate. It need not be exact: the bound it serves lies far below what the sink refuses.

use crate::{Draft, Fields, Value};

/// Bytes around a field: quotes, colon, comma.
const FRAME: usize = 6;

/// The estimate for `draft`, in bytes.
#[must_use]
pub fn weight(draft: &Draft) -> usize {
    let rows: usize = draft.rows.iter().map(|row| FRAME + fields(row)).sum();
    2 * FRAME + fields(&draft.fields) + fields(&draft.on_create) + rows
}

fn fields(fields: &Fields) -> usize {
    fields.0.iter().map(|(name, value)| FRAME + name.len() + self::value(value)).sum()
}

fn value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        // Quotes and backslashes are escaped.
        Value::Text(text) => {
            2 + text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).count()
        }
        Value::Decimal(_) => 20,
        Value::Date(_) => 12,
        Value::Instant(_) => 32,
        Value::Link(id) => 10 + id.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;

    #[test]
    fn grows_with_text_and_rows() {
        let mut draft = Draft {
            module: Module::Invoices,
            erp_key: "k".into(),
            fields: Fields::default(),
            on_create: Fields::default(),
            rows: Vec::new(),
        };
        let empty = weight(&draft);
        draft.fields.push("Subject".into(), Value::from("x".repeat(1_000)));
        let one = weight(&draft);
        assert!(one >= empty + 1_007, "{one}");
        draft.rows.push(draft.fields.clone());
        assert!(weight(&draft) >= one + 1_007);
    }
}
