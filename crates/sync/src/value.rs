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
                let (mantissa, scale) = plain(*number);
                into.bytes(&mantissa.to_le_bytes());
                into.bytes(&scale.to_le_bytes());
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

/// Mantissa and scale without zeros at the end: one form for equal numbers, negative zero included. (`Decimal::normalize` gives
/// the same, but divides in 96 bits.)
pub(crate) fn plain(number: Decimal) -> (i128, u32) {
    let (mut mantissa, mut scale) = (number.mantissa(), number.scale());
    if mantissa == 0 {
        return (0, 0);
    }
    if let Ok(mut small) = i64::try_from(mantissa) {
        while scale > 0 && small % 10 == 0 {
            small /= 10;
            scale -= 1;
        }
        return (i128::from(small), scale);
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa, scale)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn equal_numbers_have_one_form() {
        let texts = ["0", "-0", "0.000", "1", "1.0", "-30.0000", "100", "0.0010", "123456789012345678901234567.0"];
        for text in texts {
            let number: Decimal = text.parse().unwrap();
            let normal = number.normalize();
            assert_eq!(plain(number), (normal.mantissa(), normal.scale()), "{text}");
        }
        let digest = |text: &str| {
            let mut digester = Digester::new();
            Value::Decimal(text.parse().unwrap()).digest(&mut digester);
            digester.finish()
        };
        assert_eq!(digest("1.50"), digest("1.5"));
        assert_eq!(digest("0"), digest("-0.00"));
        assert_ne!(digest("15"), digest("1.5"));
        assert_ne!(digest("-1"), digest("1"));
    }
}
