//! Conditions of a list, in the OData version 3 grammar of the contract API.
//!
//! Owns escaping and typing of literals: a condition cannot be put together from text. Field names are ours, values are data.

use std::fmt::{self, Display, Write as _};

use rust_decimal::Decimal;
use sync::Instant;

/// A value within a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text; quotes are doubled.
    Text(String),
    /// A number with the suffix `m`, without which the server refuses to compare decimals.
    Decimal(Decimal),
    /// A point in time, always with `Z`: without an offset the server would take its own zone.
    Instant(Instant),
    /// True or false, unquoted.
    Flag(bool),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// `Field op literal`.
    Field(&'static str, Compare, Literal),
    /// All of them; nothing when empty.
    All(Vec<Filter>),
    /// At least one of them; nothing when empty.
    Any(Vec<Filter>),
}

impl Filter {
    /// `field eq 'text'`.
    #[must_use]
    pub fn eq(field: &'static str, text: &str) -> Self {
        Self::Field(field, Compare::Eq, Literal::Text(text.to_owned()))
    }

    /// `field ne 'text'`.
    #[must_use]
    pub fn ne(field: &'static str, text: &str) -> Self {
        Self::Field(field, Compare::Ne, Literal::Text(text.to_owned()))
    }

    /// `field gt 'text'`.
    #[must_use]
    pub fn gt(field: &'static str, text: &str) -> Self {
        Self::Field(field, Compare::Gt, Literal::Text(text.to_owned()))
    }

    /// `field ge instant`.
    #[must_use]
    pub fn since(field: &'static str, instant: Instant) -> Self {
        Self::Field(field, Compare::Ge, Literal::Instant(instant))
    }

    /// `field lt instant`.
    #[must_use]
    pub fn before(field: &'static str, instant: Instant) -> Self {
        Self::Field(field, Compare::Lt, Literal::Instant(instant))
    }

    fn list(f: &mut fmt::Formatter<'_>, parts: &[Self], glue: &str) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(glue)?;
            }
            match part {
                Self::All(inner) | Self::Any(inner) if parts.len() > 1 && inner.len() > 1 => write!(f, "({part})")?,
                Self::Field(..) | Self::All(_) | Self::Any(_) => Display::fmt(part, f)?,
            }
        }
        Ok(())
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field, compare, literal) => {
                let compare = match compare {
                    Compare::Eq => "eq",
                    Compare::Ne => "ne",
                    Compare::Gt => "gt",
                    Compare::Ge => "ge",
                    Compare::Lt => "lt",
                };
                write!(f, "{field} {compare} {literal}")
            }
            Self::All(parts) => Self::list(f, parts, " and "),
            Self::Any(parts) => Self::list(f, parts, " or "),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                f.write_char('\'')?;
                for c in text.chars() {
                    if c == '\'' {
                        f.write_char('\'')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('\'')
            }
            Self::Decimal(number) => write!(f, "{number}m"),
            Self::Instant(instant) => write!(f, "datetimeoffset'{instant}'"),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(Filter::eq("CustomerID", "O'NEIL' or '1").to_string(), "CustomerID eq 'O''NEIL'' or ''1'");
    }

    #[test]
    fn literals_carry_their_type() {
        let field = |literal| Filter::Field("F", Compare::Gt, literal).to_string();
        assert_eq!(field(Literal::Decimal("100.50".parse().unwrap())), "F gt 100.50m");
        assert_eq!(field(Literal::Flag(true)), "F gt true");
        let instant = Instant::parse("2024-07-15T10:31:28.402+03:00").unwrap();
        assert_eq!(field(Literal::Instant(instant)), "F gt datetimeoffset'2024-07-15T07:31:28.402Z'");
    }

    #[test]
    fn groups_are_bracketed_only_where_needed() {
        let both = Filter::All(vec![Filter::eq("Type", "Invoice"), Filter::gt("ReferenceNbr", "1")]);
        let other = Filter::All(vec![Filter::ne("Type", "Invoice")]);
        let either = Filter::Any(vec![both, other]);
        assert_eq!(either.to_string(), "(Type eq 'Invoice' and ReferenceNbr gt '1') or Type ne 'Invoice'");
        let all = Filter::All(vec![Filter::since("S", Instant::from_micros(0)), either]);
        assert_eq!(
            all.to_string(),
            "S ge datetimeoffset'1970-01-01T00:00:00Z' and ((Type eq 'Invoice' and ReferenceNbr gt '1') or Type ne 'Invoice')"
        );
        assert_eq!(
            Filter::All(vec![Filter::Any(vec![Filter::eq("A", "1"), Filter::eq("A", "2")])]).to_string(),
            "A eq '1' or A eq '2'"
        );
    }
}
