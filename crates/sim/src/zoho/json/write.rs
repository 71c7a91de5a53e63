//! The JSON writer: answers are appended to one byte buffer, commas looked after.
//!
//! Owns: escaping and separators. Must not: allocate per value or know any record.

use std::io::Write as _;

use rust_decimal::Decimal;

/// Appends `text` as a JSON string, quotes included.
pub fn escape_into(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(other >> 4)]);
                out.push(HEX[usize::from(other & 15)]);
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

/// A growing JSON document. `open`/`close` pairs are the caller's duty; commas are put by themselves.
#[derive(Debug, Default)]
pub struct Out {
    bytes: Vec<u8>,
}

impl Out {
    /// An empty document with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// The finished bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// True while nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn comma(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[' | b':')) {
            self.bytes.push(b',');
        }
    }

    /// Starts an object.
    pub fn open(&mut self) -> &mut Self {
        self.comma();
        self.bytes.push(b'{');
        self
    }

    /// Ends an object.
    pub fn close(&mut self) -> &mut Self {
        self.bytes.push(b'}');
        self
    }

    /// Starts an array.
    pub fn open_array(&mut self) -> &mut Self {
        self.comma();
        self.bytes.push(b'[');
        self
    }

    /// Ends an array.
    pub fn close_array(&mut self) -> &mut Self {
        self.bytes.push(b']');
        self
    }

    /// Writes a member's key.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        escape_into(&mut self.bytes, key);
        self.bytes.push(b':');
        self
    }

    /// Writes a string value.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.comma();
        escape_into(&mut self.bytes, text);
        self
    }

    /// Writes an id, which Zoho prints as a string.
    pub fn id(&mut self, id: u64) -> &mut Self {
        self.comma();
        self.bytes.push(b'"');
        self.integer_digits(id);
        self.bytes.push(b'"');
        self
    }

    /// Writes a boolean.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.raw("null")
    }

    /// Writes an integer.
    pub fn integer(&mut self, value: u64) -> &mut Self {
        self.comma();
        self.integer_digits(value);
        self
    }

    /// Writes a decimal without trailing zeros.
    pub fn number(&mut self, value: Decimal) -> &mut Self {
        self.comma();
        // A Vec<u8> never refuses a write.
        let _ = write!(self.bytes, "{}", value.normalize());
        self
    }

    /// Writes ready JSON text as one value.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.comma();
        self.bytes.extend_from_slice(json.as_bytes());
        self
    }

    /// `"key":"text"`
    pub fn pair(&mut self, key: &str, text: &str) -> &mut Self {
        self.key(key).text(text)
    }

    fn integer_digits(&mut self, mut value: u64) {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            // A remainder of ten always fits a byte.
            digits[at] = b'0' + u8::try_from(value % 10).unwrap_or(0);
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[at..]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn commas_and_escapes() {
        let mut out = Out::default();
        out.open()
            .pair("a", "x\"\u{1}\n")
            .key("b")
            .open_array()
            .integer(0)
            .id(18)
            .number(Decimal::new(2100, 2))
            .close_array();
        out.key("c").null().close();
        assert_eq!(String::from_utf8(out.finish()).unwrap(), r#"{"a":"x\"\u0001\n","b":[0,"18",21],"c":null}"#);
    }
}
