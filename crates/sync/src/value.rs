//! A field's value as both systems mean it: text as received, exact decimals, dates as dates, instants in UTC.
//!
//! Owns equality and the canonical bytes that fingerprints are made of. Must not know field names or JSON.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::Instant;
use crate::digest::Digester;

/// One value. `Null` is "present and blank"; an absent field is absent from [`crate::Fields`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Blank.
    Null,
    /// Text as received.
    Text(String),
    /// An exact number; scale is kept, equality is by value.
    Decimal(Decimal),
    /// True or false.
    Bool(bool),
    /// A calendar day without a zone.
    Date(Date),
    /// A point in time.
    Instant(Instant),
    /// A reference to a record of the sink, by its id there.
    Link(String),
}

impl Value {
    /// Text, when it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// True when blank: null, or text of white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Feeds this value's canonical bytes: equal values feed equal bytes (`1.0` and `1.00` too), different ones differ.
    pub fn digest(&self, into: &mut Digester) {
        match self {
            Self::Null => into.tag(0),
            Self::Text(text) => {
                into.tag(1);
                into.text(text);
            }
            Self::Decimal(number) => {
                into.tag(2);
                let plain = number.normalize();
                into.bytes(&plain.serialize());
            }
            Self::Bool(flag) => {
                into.tag(3);
                into.tag(u8::from(*flag));
            }
            Self::Date(date) => {
                into.tag(4);
                into.bytes(&date.year().to_le_bytes());
                into.bytes(&[date.month().unsigned_abs(), date.day().unsigned_abs()]);
            }
            Self::Instant(instant) => {
                into.tag(5);
                into.bytes(&instant.micros().to_le_bytes());
            }
            Self::Link(id) => {
                into.tag(6);
                into.text(id);
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}
