//! Writes request bodies straight into bytes.
//!
//! Owns how a value looks on the wire: decimals as exact JSON numbers, links as `{"id"}`, dates as `YYYY-MM-DD`, instants with an
//! explicit offset, blank as `null`. Must not pass a number through a float, nor write a name or text without escaping.

use std::io::Write as _;

use rust_decimal::Decimal;
use sync::{Fields, Instant, Value};

/// A JSON object under way.
pub(crate) struct Object<'a> {
    buffer: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    /// Opens an object.
    pub(crate) fn open(buffer: &'a mut Vec<u8>) -> Self {
        buffer.push(b'{');
        Self { buffer, first: true }
    }

    /// Writes `"name":` and gives the buffer for the value.
    pub(crate) fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.first {
            self.buffer.push(b',');
        }
        self.first = false;
        text(self.buffer, name);
        self.buffer.push(b':');
        self.buffer
    }

    /// Adds a text member.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        text(self.key(name), value);
    }

    /// Adds every field.
    pub(crate) fn fields(&mut self, fields: &Fields) {
        for (name, value) in &fields.0 {
            write_value(self.key(name), value);
        }
    }

    /// Closes the object.
    pub(crate) fn close(self) {
        self.buffer.push(b'}');
    }
}

/// Writes `[…]` with `one` called per item.
pub(crate) fn array<T>(buffer: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut one: impl FnMut(&mut Vec<u8>, T)) {
    buffer.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            buffer.push(b',');
        }
        one(buffer, item);
    }
    buffer.push(b']');
}

/// Writes text in quotes, escaped.
pub(crate) fn text(buffer: &mut Vec<u8>, value: &str) {
    // Writing text into a vector has no way to fail.
    let _ = serde_json::to_writer(buffer, value);
}

/// Writes one value.
pub(crate) fn write_value(buffer: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => buffer.extend_from_slice(b"null"),
        Value::Text(value) => text(buffer, value),
        Value::Decimal(number) => decimal(buffer, *number),
        Value::Bool(flag) => buffer.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Date(date) => {
            let _ = write!(buffer, "\"{date}\"");
        }
        Value::Instant(instant) => {
            let seconds = Instant::from_micros(instant.micros().div_euclid(1_000_000) * 1_000_000).to_string();
            let _ = write!(buffer, "\"{}+00:00\"", seconds.trim_end_matches('Z'));
        }
        Value::Link(id) => {
            buffer.extend_from_slice(b"{\"id\":");
            text(buffer, id);
            buffer.push(b'}');
        }
    }
}

fn decimal(buffer: &mut Vec<u8>, number: Decimal) {
    if number.is_zero() {
        buffer.push(b'0');
    } else {
        // Decimal's own text has no exponent and no grouping: a JSON number as it stands.
        let _ = write!(buffer, "{number}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::str::FromStr;

    use super::*;

    fn written(value: &Value) -> String {
        let mut buffer = Vec::new();
        write_value(&mut buffer, value);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        for number in
            ["0.1", "79228162514264337593543950335", "-12.50", "0.0000000000000000000000000001", "1234567890123.4567"]
        {
            assert_eq!(written(&Value::Decimal(Decimal::from_str(number).unwrap())), number);
        }
        assert_eq!(written(&Value::Decimal(Decimal::from_str("-0.00").unwrap())), "0");
    }

    #[test]
    fn values_look_as_the_records_api_wants_them() {
        assert_eq!(written(&Value::Null), "null");
        assert_eq!(written(&Value::Bool(false)), "false");
        assert_eq!(written(&Value::Link("77".into())), r#"{"id":"77"}"#);
        assert_eq!(written(&Value::Date("2026-03-04".parse().unwrap())), r#""2026-03-04""#);
        let instant = Instant::parse("2026-03-04T10:15:00.999+01:00").unwrap();
        assert_eq!(written(&Value::Instant(instant)), r#""2026-03-04T09:15:00+00:00""#);
    }

    #[test]
    fn text_and_names_are_escaped() {
        let nasty = "a\"b\\c\n\u{1}\u{2028}& < שלום 株";
        let mut buffer = Vec::new();
        let mut object = Object::open(&mut buffer);
        object.text(nasty, nasty);
        object.close();
        let back: std::collections::BTreeMap<String, String> = serde_json::from_slice(&buffer).unwrap();
        assert_eq!(back.get(nasty).map(String::as_str), Some(nasty));
    }
}
