//! Splits a filter into tokens and reads its literals.
//!
//! Owns the spelling of literals and the greatest length of a filter. Must not know the grammar. Text comes from the
//! query, tokens go to `parse`.

use jiff::{Timestamp, civil, tz::TimeZone};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::FilterError;
use crate::acumatica::entity::Cx;
use crate::acumatica::switches::NaiveZone;

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Lit {
    /// `null`
    Null,
    /// `'text'`
    Text(String),
    /// `true`, `false`
    Bool(bool),
    /// A whole number without suffix.
    Int(i64),
    /// A number with suffix `m`.
    Dec(Decimal),
    /// A number with a fraction and without suffix `m`.
    Double(Decimal),
    /// `datetimeoffset'…'`, `datetime'…'`, `date'…'`
    Time(Timestamp),
    /// `guid'…'`
    Guid(Uuid),
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A name or path, `cf.` functions included.
    Name(String),
    /// A literal.
    Lit(Lit),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `=`
    Equals,
}

/// Greatest length of a filter, in bytes.
const LIMIT: usize = 32 * 1024;

fn syntax(what: &str, at: usize) -> FilterError {
    FilterError::Syntax(format!("Syntax error: {what} at position {at}."))
}

/// Splits `text` into tokens.
///
/// # Errors
/// [`FilterError::Syntax`].
pub fn lex(text: &str, cx: &Cx<'_>) -> Result<Vec<Token>, FilterError> {
    if text.len() > LIMIT {
        return Err(syntax("the expression is too long", LIMIT));
    }
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let single = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'(' => Some(Token::Open),
            b')' => Some(Token::Close),
            b',' => Some(Token::Comma),
            b'=' => Some(Token::Equals),
            _ => None,
        };
        if let Some(token) = single {
            tokens.push(token);
            at += 1;
            continue;
        }
        if byte == b'\'' {
            let (value, next) = quoted(text, at)?;
            tokens.push(Token::Lit(Lit::Text(value)));
            at = next;
        } else if byte.is_ascii_digit() || (byte == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)) {
            let end = span(bytes, at + 1, |b| b.is_ascii_alphanumeric() || b == b'.');
            tokens.push(Token::Lit(number(&text[at..end], at)?));
            at = end;
        } else if byte.is_ascii_alphabetic() || byte == b'_' {
            let end = span(bytes, at, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'.'));
            let name = &text[at..end];
            if bytes.get(end) == Some(&b'\'') {
                let (value, next) = quoted(text, end)?;
                tokens.push(Token::Lit(typed(name, &value, at, cx)?));
                at = next;
            } else {
                tokens.push(match name {
                    "null" => Token::Lit(Lit::Null),
                    "true" => Token::Lit(Lit::Bool(true)),
                    "false" => Token::Lit(Lit::Bool(false)),
                    _ => Token::Name(name.to_owned()),
                });
                at = end;
            }
        } else {
            return Err(syntax("character not valid", at));
        }
    }
    Ok(tokens)
}

fn span(bytes: &[u8], from: usize, part: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|b| !part(*b)).map_or(bytes.len(), |n| from + n)
}

/// Reads a quoted text whose opening quote is at `open`; two quotes stand for one.
fn quoted(text: &str, open: usize) -> Result<(String, usize), FilterError> {
    let bytes = text.as_bytes();
    let mut value = String::new();
    let mut from = open + 1;
    loop {
        let Some(length) = bytes[from..].iter().position(|b| *b == b'\'') else {
            return Err(syntax("unterminated string literal", open));
        };
        value.push_str(&text[from..from + length]);
        if bytes.get(from + length + 1) != Some(&b'\'') {
            return Ok((value, from + length + 1));
        }
        value.push('\'');
        from += length + 2;
    }
}

fn number(text: &str, at: usize) -> Result<Lit, FilterError> {
    let wrong = || syntax("number not valid", at);
    let digits = text.trim_end_matches(['m', 'M', 'd', 'D', 'f', 'F', 'l', 'L']);
    let value: Decimal = digits.parse().map_err(|_| wrong())?;
    match &text[digits.len()..] {
        "m" | "M" => Ok(Lit::Dec(value)),
        "" if !digits.contains('.') => digits.parse().map(Lit::Int).map_err(|_| wrong()),
        "l" | "L" => digits.parse().map(Lit::Int).map_err(|_| wrong()),
        "" | "d" | "D" | "f" | "F" => Ok(Lit::Double(value)),
        _ => Err(wrong()),
    }
}

fn typed(kind: &str, value: &str, at: usize, cx: &Cx<'_>) -> Result<Lit, FilterError> {
    let naive = match cx.switches.naive_literals {
        NaiveZone::Server => &cx.books.setup.zone,
        NaiveZone::Utc => &TimeZone::UTC,
    };
    match kind {
        "datetimeoffset" | "datetime" | "date" => {
            instant(value, naive).map(Lit::Time).ok_or_else(|| syntax("date not valid", at))
        }
        "guid" => value.parse().map(Lit::Guid).map_err(|_| syntax("guid not valid", at)),
        _ => Err(syntax("literal prefix not known", at)),
    }
}

/// Reads an instant: with offset, with `Z`, or without either in the zone `naive`; a date alone is its midnight.
fn instant(text: &str, naive: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if text.contains(['Z', 'z', '+']) {
        return None;
    }
    if let Ok(at) = text.parse::<civil::DateTime>() {
        return naive.to_timestamp(at).ok();
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::acumatica::model::Books;
    use crate::acumatica::switches::Switches;

    fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
        let books = Books::default();
        let switches = Switches::default();
        lex(text, &Cx { books: &books, switches: &switches, now: Timestamp::UNIX_EPOCH })
    }

    fn one(text: &str) -> Lit {
        match tokens(text).unwrap().as_slice() {
            [Token::Lit(lit)] => lit.clone(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn literals_are_read_by_their_form() {
        assert_eq!(one("'O''Neil & co'"), Lit::Text("O'Neil & co".to_owned()));
        assert_eq!(one("''"), Lit::Text(String::new()));
        assert_eq!(one("100"), Lit::Int(100));
        assert_eq!(one("-3"), Lit::Int(-3));
        assert_eq!(one("100m"), Lit::Dec(Decimal::from(100)));
        assert_eq!(one("0M"), Lit::Dec(Decimal::ZERO));
        assert_eq!(one("1.5"), Lit::Double(Decimal::new(15, 1)));
        assert_eq!(one("true"), Lit::Bool(true));
        assert_eq!(one("null"), Lit::Null);
        let noon = "2024-07-15T12:00:00Z".parse().unwrap();
        for form in ["2024-07-15T12:00:00Z", "2024-07-15T15:00:00+03:00", "2024-07-15T12:00:00.000"] {
            assert_eq!(one(&format!("datetimeoffset'{form}'")), Lit::Time(noon), "{form}");
        }
        let midnight = "2024-07-15T00:00:00Z".parse().unwrap();
        assert_eq!(one("datetimeoffset'2024-07-15'"), Lit::Time(midnight));
        assert_eq!(one("date'2024-07-15'"), Lit::Time(midnight));
        let id = "a6295b33-c7f6-e811-b817-00155d408001";
        assert_eq!(one(&format!("guid'{id}'")), Lit::Guid(id.parse().unwrap()));
    }

    #[test]
    fn an_unencoded_plus_makes_the_date_invalid() {
        assert!(tokens("datetimeoffset'2024-07-15T12:00:00 03:00'").is_err());
    }

    #[test]
    fn broken_text_is_an_error_not_a_panic() {
        for text in ["'open", "a eq 'x", "12..3", "1x", "guid'1'", "foo'x'", "a ? b", "é eq 'x'", "-"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        assert!(tokens(&"a".repeat(LIMIT + 1)).is_err());
    }
}
