//! Writes answers straight into a byte buffer: the shapes of the recorded wire data, no value trees.
//!
//! Owns spelling: escapes, number and date formats, `{"value":…}` and `{}`. Must not know entities. Bytes go to the
//! answer as they are.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil::DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::value::{Val, midnight};

/// How values are written.
#[derive(Debug, Clone, Copy)]
pub struct Style<'z> {
    /// Zone of the server.
    pub zone: &'z TimeZone,
    /// Whether days are written without a time.
    pub date_only: bool,
}

/// Appends a JSON string with its quotes.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x08 => b"\\b",
            0x0c => b"\\f",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        if escaped.is_empty() {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        } else {
            out.extend_from_slice(escaped);
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends a value bare, without the `{"value":…}` around it; null as `null`.
pub fn bare(out: &mut Vec<u8>, value: &Val<'_>, style: Style<'_>) {
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Text(text) => string(out, text),
        Val::Made(text) => string(out, text),
        Val::Type { label, .. } => string(out, label),
        Val::Bool(true) => out.extend_from_slice(b"true"),
        Val::Bool(false) => out.extend_from_slice(b"false"),
        Val::Int(number) => integer(out, *number),
        Val::Dec(number, scale) => decimal(out, *number, *scale),
        Val::Time(at) => instant(out, *at, style.zone.to_offset(*at)),
        Val::Day(day) if style.date_only => {
            out.push(b'"');
            civil(out, day.to_datetime(jiff::civil::Time::midnight()), false);
            out.push(b'"');
        }
        Val::Day(day) => {
            out.push(b'"');
            civil(out, day.to_datetime(jiff::civil::Time::midnight()), true);
            let at = midnight(*day, style.zone).unwrap_or_default();
            zone(out, style.zone.to_offset(at));
            out.push(b'"');
        }
        Val::Guid(id) => guid(out, *id),
    }
}

/// Appends a field's value as the interface wraps it: `{"value":…}`, or `{}` for null.
pub fn wrapped(out: &mut Vec<u8>, value: &Val<'_>, style: Style<'_>) {
    if matches!(value, Val::Null) {
        out.extend_from_slice(b"{}");
        return;
    }
    out.extend_from_slice(b"{\"value\":");
    bare(out, value, style);
    out.push(b'}');
}

/// Appends a GUID with quotes.
pub fn guid(out: &mut Vec<u8>, id: Uuid) {
    let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
    out.push(b'"');
    out.extend_from_slice(id.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
}

/// Appends a whole number.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    digits(out, u128::from(number.unsigned_abs()), 1);
}

/// Appends a decimal with at least `scale` decimals; more when the value has more.
pub fn decimal(out: &mut Vec<u8>, number: Decimal, scale: u8) {
    let mut mantissa = number.mantissa().unsigned_abs();
    let mut have = number.scale();
    while have < u32::from(scale) {
        mantissa *= 10;
        have += 1;
    }
    while have > u32::from(scale) && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        have -= 1;
    }
    if number.is_sign_negative() && mantissa != 0 {
        out.push(b'-');
    }
    if have == 0 {
        digits(out, mantissa, 1);
        return;
    }
    let power = 10_u128.pow(have);
    digits(out, mantissa / power, 1);
    out.push(b'.');
    digits(out, mantissa % power, have as usize);
}

fn digits(out: &mut Vec<u8>, number: u128, least: usize) {
    let mut buffer = [b'0'; 39];
    let mut at = buffer.len();
    if let Ok(mut small) = u64::try_from(number) {
        while small > 0 {
            at -= 1;
            buffer[at] = b'0' + (small % 10) as u8;
            small /= 10;
        }
    } else {
        let mut big = number;
        while big > 0 {
            at -= 1;
            buffer[at] = b'0' + (big % 10) as u8;
            big /= 10;
        }
    }
    out.extend_from_slice(&buffer[at.min(buffer.len() - least)..]);
}

/// Appends an instant with quotes: `"2023-12-14T17:20:45.16+00:00"`, the fraction without trailing zeros.
pub fn instant(out: &mut Vec<u8>, at: Timestamp, offset: Offset) {
    out.push(b'"');
    civil(out, offset.to_datetime(at), true);
    zone(out, offset);
    out.push(b'"');
}

fn civil(out: &mut Vec<u8>, at: DateTime, with_time: bool) {
    let two = |out: &mut Vec<u8>, n: i8| digits(out, u128::from(n.unsigned_abs()), 2);
    digits(out, u128::from(at.year().unsigned_abs()), 4);
    out.push(b'-');
    two(out, at.month());
    out.push(b'-');
    two(out, at.day());
    if !with_time {
        return;
    }
    out.push(b'T');
    two(out, at.hour());
    out.push(b':');
    two(out, at.minute());
    out.push(b':');
    two(out, at.second());
    let millis = at.millisecond();
    if millis > 0 {
        out.push(b'.');
        let start = out.len();
        digits(out, u128::from(millis.unsigned_abs()), 3);
        while out.len() > start && out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

fn zone(out: &mut Vec<u8>, offset: Offset) {
    let minutes = offset.seconds() / 60;
    out.push(if minutes < 0 { b'-' } else { b'+' });
    digits(out, u128::from(minutes.unsigned_abs() / 60), 2);
    out.push(b':');
    digits(out, u128::from(minutes.unsigned_abs() % 60), 2);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn shown(value: &Val<'_>) -> String {
        let mut out = Vec::new();
        wrapped(&mut out, value, Style { zone: &TimeZone::UTC, date_only: false });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_have_the_recorded_shapes() {
        assert_eq!(shown(&Val::Null), "{}");
        assert_eq!(shown(&Val::Dec(Decimal::new(30, 0), 4)), r#"{"value":30.0000}"#);
        assert_eq!(shown(&Val::Dec(Decimal::ZERO, 6)), r#"{"value":0.000000}"#);
        assert_eq!(shown(&Val::Dec(Decimal::ZERO, 1)), r#"{"value":0.0}"#);
        assert_eq!(shown(&Val::Dec(Decimal::new(-5, 1), 4)), r#"{"value":-0.5000}"#);
        assert_eq!(shown(&Val::Dec(Decimal::new(12_34567, 5), 4)), r#"{"value":12.34567}"#);
        assert_eq!(shown(&Val::Dec(Decimal::new(12_340000, 6), 4)), r#"{"value":12.3400}"#);
        assert_eq!(shown(&Val::Int(-12)), r#"{"value":-12}"#);
        assert_eq!(shown(&Val::Int(0)), r#"{"value":0}"#);
        let at = "2023-12-14T17:20:45.16Z".parse().unwrap();
        assert_eq!(shown(&Val::Time(at)), r#"{"value":"2023-12-14T17:20:45.16+00:00"}"#);
        let at = "2023-12-14T17:20:45Z".parse().unwrap();
        assert_eq!(shown(&Val::Time(at)), r#"{"value":"2023-12-14T17:20:45+00:00"}"#);
        let day = jiff::civil::date(2023, 2, 4);
        assert_eq!(shown(&Val::Day(day)), r#"{"value":"2023-02-04T00:00:00+00:00"}"#);
    }

    #[test]
    fn the_offset_of_the_server_is_shown() {
        let mut out = Vec::new();
        let offset = Offset::from_seconds(-(3 * 3600 + 1800)).unwrap();
        instant(&mut out, "2023-12-14T01:00:00.120Z".parse().unwrap(), offset);
        assert_eq!(String::from_utf8(out).unwrap(), r#""2023-12-13T21:30:00.12-03:30""#);
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart_by_its_offset() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let shown = |at: &str| {
            let mut out = Vec::new();
            bare(&mut out, &Val::Time(at.parse().unwrap()), Style { zone: &zone, date_only: false });
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown("2026-10-25T00:30:00Z"), r#""2026-10-25T02:30:00+02:00""#);
        assert_eq!(shown("2026-10-25T01:30:00Z"), r#""2026-10-25T02:30:00+01:00""#);
    }

    #[test]
    fn text_is_escaped_like_the_server_escapes_it() {
        let mut out = Vec::new();
        string(&mut out, "a\"b\\c\n\u{1}é 日本 </x>");
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "\"a\\\"b\\\\c\\n\\u0001é 日本 </x>\"");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), "a\"b\\c\n\u{1}é 日本 </x>");
    }
}
