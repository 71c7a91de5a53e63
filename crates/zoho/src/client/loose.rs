//! Text of an answer that may come as text, number, flag or nothing.
//!
//! Owns the tolerance towards scalar types that differ between organisations and versions (ids as numbers, flags as text). Must not
//! turn a number into a float: ids have 19 digits. Borrows from the answer wherever it can.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A scalar as text; empty for null, for an absent value, and for arrays and objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loose<'a>(Cow<'a, str>);

impl Loose<'_> {
    /// Nothing.
    pub(crate) const NONE: Loose<'static> = Loose(Cow::Borrowed(""));

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// True when nothing was there.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A flag, as flag or as text.
    pub(crate) fn flag(&self) -> Option<bool> {
        match &*self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A whole number, also where it came as `"2"` or `2.0`.
    pub(crate) fn whole(&self) -> Option<u64> {
        let text = self.0.strip_suffix(".0").unwrap_or(&self.0);
        text.parse().ok()
    }

    /// The text as a record id: 1 to 20 digits.
    pub(crate) fn id(&self) -> Option<&str> {
        is_id(&self.0).then_some(&*self.0)
    }
}

/// True for what can be a record id of the sink. Ids go into paths and queries, so nothing else passes.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar)
    }
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Borrowed(if flag { "true" } else { "false" })))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Loose(Cow::Owned(format!("{number:?}"))))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Loose::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn loose(json: &str) -> Loose<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn ids_keep_all_their_digits_as_text_and_as_number() {
        assert_eq!(loose("\"3652397000009851001\"").id(), Some("3652397000009851001"));
        assert_eq!(loose("3652397000009851001").id(), Some("3652397000009851001"));
        // Beyond 64 bits a number turns into a float: no id any more, rather than a wrong one.
        assert_eq!(loose("36523970000098510010").id(), None);
    }

    #[test]
    fn what_is_no_id_is_none() {
        for hostile in
            ["\"\"", "\"12/../34\"", "\"1 or 1=1\"", "-5", "1.5", "null", "{}", "[1]", "\"123456789012345678901\""]
        {
            assert_eq!(loose(hostile).id(), None, "{hostile}");
        }
    }

    #[test]
    fn flags_and_numbers_come_in_any_dress() {
        assert_eq!(loose("true").flag(), Some(true));
        assert_eq!(loose("\"false\"").flag(), Some(false));
        assert_eq!(loose("null").flag(), None);
        assert_eq!(loose("\"2\"").whole(), Some(2));
        assert_eq!(loose("2.0").whole(), Some(2));
        assert_eq!(loose("-2").whole(), None);
        assert!(loose("{\"a\":[1,2]}").is_empty());
    }
}
