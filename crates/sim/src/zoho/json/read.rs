//! The JSON reader: one pass over the body, strings borrowed where they hold no escape.
//!
//! Owns: the grammar of RFC 8259, a depth limit and the position of the first fault.
//! Must not: convert numbers (their text is kept) or drop repeated keys (the last one wins on look-up).

use std::borrow::Cow;

/// Nesting deeper than this is refused; Zoho bodies need about six levels.
const MAX_DEPTH: usize = 48;

/// One JSON value that borrows from the body it was read from.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was written, e.g. `10.50`.
    Number(&'a str),
    /// A string with its escapes resolved.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object in the order of arrival.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Where and why a body is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadError {
    /// Byte offset of the fault.
    pub at: usize,
    /// What was wrong.
    pub why: &'static str,
}

impl<'a> Json<'a> {
    /// Member of an object; the last one when a key is repeated.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a string value.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array.
    #[must_use]
    pub fn array(&self) -> Option<&[Json<'a>]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn object(&self) -> Option<&[(Cow<'a, str>, Json<'a>)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// An id given as a string of digits or as a plain number.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        match self {
            Json::Text(text) if text.len() <= 19 => text.parse().ok(),
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A boolean value.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// Reads one JSON document. Fails on anything that RFC 8259 refuses, on trailing text, and past 48 levels.
pub fn parse(body: &[u8]) -> Result<Json<'_>, ReadError> {
    let text = std::str::from_utf8(body).map_err(|e| ReadError { at: e.valid_up_to(), why: "not UTF-8" })?;
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.blank();
    let value = reader.value(0)?;
    reader.blank();
    if reader.at == reader.bytes.len() { Ok(value) } else { reader.fail("text after the document") }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, why: &'static str) -> Result<T, ReadError> {
        Err(ReadError { at: self.at, why })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, ReadError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            self.fail("unknown word")
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, ReadError> {
        if depth > MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        match self.peek() {
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.fail("a value was expected"),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, ReadError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            self.blank();
            items.push(self.value(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                _ => return self.fail("a comma or ] was expected"),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, ReadError> {
        self.at += 1;
        let mut members = Vec::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return self.fail("a key was expected");
            }
            let key = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return self.fail("a colon was expected");
            }
            self.at += 1;
            self.blank();
            let value = self.value(depth + 1)?;
            members.push((key, value));
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return self.fail("a comma or } was expected"),
            }
        }
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<Json<'a>, ReadError> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return self.fail("a malformed number");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.fail("a malformed number");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.fail("a malformed number");
            }
        }
        Ok(Json::Number(&self.text[from..self.at]))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, ReadError> {
        self.at += 1;
        let from = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let plain = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(plain));
                }
                Some(b'\\') => break,
                Some(0..=0x1f) => return self.fail("a raw control character in a string"),
                Some(_) => self.at += 1,
                None => return self.fail("a string without end"),
            }
        }
        let mut owned = String::from(&self.text[from..self.at]);
        loop {
            let plain_from = self.at;
            while !matches!(self.peek(), Some(b'"' | b'\\' | 0..=0x1f) | None) {
                self.at += 1;
            }
            owned.push_str(&self.text[plain_from..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(owned));
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut owned)?;
                }
                Some(_) => return self.fail("a raw control character in a string"),
                None => return self.fail("a string without end"),
            }
        }
    }

    fn escape(&mut self, into: &mut String) -> Result<(), ReadError> {
        let Some(mark) = self.peek() else {
            return self.fail("a string without end");
        };
        self.at += 1;
        let plain = match mark {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return self.fail("an unknown escape"),
        };
        into.push(plain);
        Ok(())
    }

    fn unicode(&mut self) -> Result<char, ReadError> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) {
            if self.bytes[self.at..].starts_with(b"\\u") {
                self.at += 2;
                let low = self.hex4()?;
                if (0xdc00..0xe000).contains(&low) {
                    let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    return char::from_u32(code).map_or_else(|| self.fail("a broken surrogate"), Ok);
                }
            }
            return self.fail("a broken surrogate");
        }
        char::from_u32(high).map_or_else(|| self.fail("a broken surrogate"), Ok)
    }

    fn hex4(&mut self) -> Result<u32, ReadError> {
        let Some(digits) = self.bytes.get(self.at..self.at + 4) else {
            return self.fail("a short escape");
        };
        let mut code = 0;
        for digit in digits {
            let Some(value) = char::from(*digit).to_digit(16) else {
                return self.fail("a malformed escape");
            };
            code = code * 16 + value;
        }
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let value = parse(br#"{"a":10.50,"b":-1e3}"#).unwrap();
        assert_eq!(value.get("a"), Some(&Json::Number("10.50")));
        assert_eq!(value.get("b"), Some(&Json::Number("-1e3")));
    }

    #[test]
    fn escapes_and_surrogates_are_resolved() {
        let value = parse(br#"["a\"b\u00e9\ud83d\ude00\n"]"#).unwrap();
        assert_eq!(value.array().unwrap()[0].text(), Some("a\"b\u{e9}\u{1f600}\n"));
    }

    #[test]
    fn malformed_documents_are_refused() {
        for bad in ["", "{", "[1,]", "01", "1.", "\"\\x\"", "{\"a\" 1}", "[1] 2", "\"\\ud800\"", "nul", "\"\u{1}\""] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = "[".repeat(100) + &"]".repeat(100);
        assert!(parse(deep.as_bytes()).is_err());
        assert!(parse(&[b'"', 0xff, b'"']).is_err());
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        assert_eq!(parse(br#"{"a":1,"a":2}"#).unwrap().get("a"), Some(&Json::Number("2")));
    }
}
