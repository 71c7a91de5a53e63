//! Values of fields on their way out: typed, borrowed from the books where possible.
//!
//! Owns the kinds of value, their precision as stored, and how texts compare. Must not spell JSON; `json` does.

use std::cmp::Ordering;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A field's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Val<'a> {
    /// Nothing stored; shown as `{}`.
    Null,
    /// Text of the books.
    Text(&'a str),
    /// Text that is put together for the answer.
    Made(String),
    /// A document or payment type: label and stored code, which differ in order.
    Type {
        /// What the interface shows and takes.
        label: &'static str,
        /// What the table stores.
        code: &'static str,
    },
    /// A flag.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal with the number of decimals that its column has.
    Dec(Decimal, u8),
    /// An instant, in the precision of the database.
    Time(Timestamp),
    /// A day without time.
    Day(Date),
    /// A GUID.
    Guid(Uuid),
}

/// Declared type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `StringValue`
    Text,
    /// `BooleanValue`
    Bool,
    /// `IntValue`
    Int,
    /// `ShortValue`
    Short,
    /// `DecimalValue`
    Dec,
    /// `DateTimeValue`
    Time,
    /// `GuidValue`
    Guid,
}

impl Kind {
    /// The middle of the type's name: `CustomStringField`, `StringValue`.
    #[must_use]
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Bool => "Boolean",
            Self::Int => "Int",
            Self::Short => "Short",
            Self::Dec => "Decimal",
            Self::Time => "DateTime",
            Self::Guid => "Guid",
        }
    }
}

/// Text, or null when it is empty.
#[must_use]
pub fn text(value: &str) -> Val<'_> {
    if value.is_empty() { Val::Null } else { Val::Text(value) }
}

/// Optional text; blank text is null.
#[must_use]
pub fn opt(value: &Option<String>) -> Val<'_> {
    value.as_deref().map_or(Val::Null, text)
}

/// An amount: four decimals.
#[must_use]
pub const fn money(value: Decimal) -> Val<'static> {
    Val::Dec(value, 4)
}

/// A price, quantity or percentage: six decimals.
#[must_use]
pub const fn fine(value: Decimal) -> Val<'static> {
    Val::Dec(value, 6)
}

/// A value that is counted on the form and not stored: one decimal when it is zero.
#[must_use]
pub const fn loose(value: Decimal) -> Val<'static> {
    Val::Dec(value, 1)
}

/// An instant, rounded as the database column rounds it: to a three hundredth of a second.
#[must_use]
pub fn time(at: Timestamp) -> Val<'static> {
    Val::Time(stored(at))
}

/// A day that may be absent.
#[must_use]
pub fn day(date: Option<Date>) -> Val<'static> {
    date.map_or(Val::Null, Val::Day)
}

/// Rounds an instant to the 300 steps per second of the database's type, shown in milliseconds.
#[must_use]
pub fn stored(at: Timestamp) -> Timestamp {
    let ticks = (at.as_microsecond() * 3 + 5_000).div_euclid(10_000);
    let millis = (ticks * 10 + 1).div_euclid(3);
    Timestamp::from_millisecond(millis).unwrap_or(at)
}

/// Compares text as the database collation does: without case, without trailing blanks.
#[must_use]
pub fn collate(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_end(), b.trim_end());
    if a.is_ascii() && b.is_ascii() {
        let mut left = a.bytes();
        let mut right = b.bytes();
        loop {
            return match (left.next(), right.next()) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Less,
                (Some(_), None) => Ordering::Greater,
                (Some(x), Some(y)) => match x.to_ascii_uppercase().cmp(&y.to_ascii_uppercase()) {
                    Ordering::Equal => continue,
                    other => other,
                },
            };
        }
    }
    a.to_uppercase().cmp(&b.to_uppercase())
}

impl<'a> Val<'a> {
    /// The text of a text value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            Self::Made(s) => Some(s),
            Self::Type { label, .. } => Some(label),
            _ => None,
        }
    }

    /// The instant of a time or day; a day is midnight of the server's clock.
    #[must_use]
    pub fn as_instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Time(at) => Some(*at),
            Self::Day(date) => midnight(*date, zone),
            _ => None,
        }
    }

    /// Orders two values of one field; null comes first, as the database sorts it.
    #[must_use]
    pub fn order(&self, other: &Val<'_>, zone: &TimeZone, by_label: bool) -> Ordering {
        match (self, other) {
            (Self::Null, Val::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Val::Null) => Ordering::Greater,
            (Self::Type { code: a, .. }, Val::Type { code: b, .. }) if !by_label => a.cmp(b),
            (Self::Bool(a), Val::Bool(b)) => a.cmp(b),
            (Self::Int(a), Val::Int(b)) => a.cmp(b),
            (Self::Dec(a, _), Val::Dec(b, _)) => a.cmp(b),
            (Self::Guid(a), Val::Guid(b)) => a.cmp(b),
            (a, b) => match (a.as_text(), b.as_text()) {
                (Some(a), Some(b)) => collate(a, b),
                _ => a.as_instant(zone).cmp(&b.as_instant(zone)),
            },
        }
    }
}

/// Midnight of a day in a zone.
#[must_use]
pub fn midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn instants_fall_on_the_steps_of_the_database() {
        for (given, shown) in [
            ("2023-12-14T17:20:45.16Z", "2023-12-14T17:20:45.16Z"),
            ("2020-05-19T22:50:36.8371Z", "2020-05-19T22:50:36.837Z"),
            ("2020-05-19T22:50:36.8383Z", "2020-05-19T22:50:36.837Z"),
            ("2020-05-19T22:50:36.839Z", "2020-05-19T22:50:36.84Z"),
            ("2020-05-19T22:50:36.9999Z", "2020-05-19T22:50:37Z"),
        ] {
            let at: Timestamp = given.parse().unwrap();
            assert_eq!(stored(at).to_string(), shown, "{given}");
            assert_eq!(stored(stored(at)), stored(at), "{given}: rounding twice");
        }
    }

    #[test]
    fn text_is_compared_without_case_and_trailing_blanks() {
        assert_eq!(collate("abc ", "ABC"), Ordering::Equal);
        assert_eq!(collate("abc", "ABD"), Ordering::Less);
        assert_eq!(collate("Ärger", "ärger"), Ordering::Equal);
        assert_eq!(collate("AB", "ABC"), Ordering::Less);
    }
}
