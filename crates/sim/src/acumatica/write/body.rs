//! Reads values out of request bodies: `{"Name":{"value":x}}`.
//!
//! Owns the difference between a value, null and nothing sent, and the bounds of numbers. Must not know fields.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::acumatica::failure::Failure;

/// A value that was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sent<'a> {
    /// `{"value":null}`: the field is to be emptied.
    Clear,
    /// A value.
    Value(&'a Value),
}

impl Sent<'_> {
    /// The value as text; `None` when it is to be emptied or blank.
    pub(super) fn text(self) -> Option<String> {
        let text = match self {
            Self::Clear => return None,
            Self::Value(Value::String(text)) => text.trim_end().to_owned(),
            Self::Value(other) => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The value as a flag; numbers and their texts count too.
    pub(super) fn flag(self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// The value as a decimal of a money column: four decimals, below 10^15; numeric text counts too.
    pub(super) fn decimal(self) -> Option<Decimal> {
        let text = self.text()?;
        let value = text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()?;
        (value.abs() < LARGEST).then(|| value.round_dp(4))
    }
}

/// Money columns hold less than this.
const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// A field of an object. `{}` and absence both mean: leave it alone.
pub(super) fn sent<'a>(object: &'a Map<String, Value>, name: &str) -> Option<Sent<'a>> {
    match object.get(name)?.as_object()?.get("value")? {
        Value::Null => Some(Sent::Clear),
        value => Some(Sent::Value(value)),
    }
}

/// Whether the object sends a value for any field, at any depth.
pub(super) fn sends_anything(object: &Map<String, Value>) -> bool {
    object.values().any(|v| match v {
        Value::Object(inner) => inner.contains_key("value") || sends_anything(inner),
        Value::Array(rows) => rows.iter().any(|r| r.as_object().is_some_and(sends_anything)),
        _ => false,
    })
}

/// Reads a request's body as an object.
///
/// # Errors
/// 400 for an empty body or one that is not a JSON object.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::Model("", "The request body should not be empty.".to_owned()));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Failure::Model("entity", "A JSON object was expected.".to_owned())),
        Err(error) => Err(Failure::Model("entity", format!("The JSON text cannot be read: {error}."))),
    }
}
