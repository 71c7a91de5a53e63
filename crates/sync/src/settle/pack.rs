//! Agreed values and changes as few bytes: known field names as numbers, numbers as short as they are, rows by what differs.
//!
//! Owns the format. Bytes stay readable for ever: a new form takes a new version, and `NAMES` only grows at its end. Must not fail on
//! foreign bytes: what cannot be read is `None`. Values come from `agreed` and go to the store.
//!
//! The form (version 1): numbers are LEB128, signed ones zigzag. A name is its place in `NAMES` plus one, or 0 and its text. A value
//! is a tag and its content. A row names its shape (place plus one of one that came before, or 0 and its names), then its values,
//! which may refer to the row before.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::agreed::{Agreed, Changes, FieldChange, RowChange};
use crate::{Fields, Instant, Name, Value};

const VERSION: u8 = 1;

/// API names that the rules write in most organisations. Only ever appended to.
const NAMES: &[&str] = &[
    "ERP_Key",
    "ERP_Code",
    "ERP_Status",
    "ERP_Class",
    "ERP_Terms",
    "ERP_Currency",
    "ERP_Kind",
    "ERP_Unit",
    "ERP_Number",
    "ERP_Type",
    "ERP_Total",
    "ERP_Balance",
    "Account_Name",
    "Phone",
    "Website",
    "Parent_Account",
    "Product_Name",
    "Product_Code",
    "Usage_Unit",
    "Product_Active",
    "Unit_Price",
    "Subject",
    "Invoice_Date",
    "Due_Date",
    "Purchase_Order",
    "Description",
    "Status",
    "Currency",
    "Adjustment",
    "Quantity",
    "List_Price",
    "Discount",
    "Billing_Street",
    "Billing_City",
    "Billing_State",
    "Billing_Code",
    "Billing_Country",
    "Shipping_Street",
    "Shipping_City",
    "Shipping_State",
    "Shipping_Code",
    "Shipping_Country",
];

const NULL: u8 = 0;
const TEXT: u8 = 1;
const NO: u8 = 2;
const YES: u8 = 3;
const DATE: u8 = 4;
const INSTANT: u8 = 5;
const LINK_TEXT: u8 = 6;
const LINK_NUMBER: u8 = 7;
/// A link's number as its distance from the link of the row before.
const LINK_NEAR: u8 = 8;
/// Text that is a GUID in lower case.
const GUID: u8 = 9;
/// The value of the row before.
const SAME: u8 = 10;
/// No value: the field was not there.
const ABSENT: u8 = 11;
/// A number; its scale (0 to 28) is added to the tag.
const DECIMAL: u8 = 32;

pub(super) fn agreed(fields: &Fields, rows: &[Fields]) -> Vec<u8> {
    let mut out = Writer(Vec::with_capacity(384));
    out.0.push(VERSION);
    out.fields(fields);
    out.rows(rows);
    out.0
}

pub(super) fn read_agreed(bytes: &[u8]) -> Option<Agreed> {
    let mut from = Reader::of(bytes)?;
    let agreed = Agreed { fields: from.fields()?, rows: from.rows()? };
    from.0.is_empty().then_some(agreed)
}

pub(super) fn changes(changes: &Changes) -> Vec<u8> {
    let mut out = Writer(Vec::with_capacity(64));
    out.0.push(VERSION);
    out.count(changes.fields.len());
    for change in &changes.fields {
        out.name(&change.name);
        for value in [&change.before, &change.after] {
            match value {
                Some(value) => out.value(value, None),
                None => out.0.push(ABSENT),
            }
        }
    }
    match &changes.rows {
        None => out.0.push(0),
        Some(rows) => {
            out.0.push(1);
            out.count(rows.at);
            out.rows(&rows.removed);
            out.rows(&rows.added);
        }
    }
    out.0
}

pub(super) fn read_changes(bytes: &[u8]) -> Option<Changes> {
    let mut from = Reader::of(bytes)?;
    let mut fields = Vec::new();
    for _ in 0..from.count()? {
        let name = from.name()?;
        fields.push(FieldChange { name, before: from.maybe()?, after: from.maybe()? });
    }
    let rows = match from.byte()? {
        0 => None,
        1 => Some(RowChange { at: from.place()?, removed: from.rows()?, added: from.rows()? }),
        _ => return None,
    };
    from.0.is_empty().then_some(Changes { fields, rows })
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut value: u128) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn signed(&mut self, value: i128) {
        self.number(((value << 1) ^ (value >> 127)).cast_unsigned());
    }

    fn count(&mut self, count: usize) {
        self.number(count as u128);
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn name(&mut self, name: &str) {
        match NAMES.iter().position(|known| *known == name) {
            Some(place) => self.count(place + 1),
            None => {
                self.0.push(0);
                self.text(name);
            }
        }
    }

    fn value(&mut self, value: &Value, above: Option<&Value>) {
        if above == Some(value) && exact(above, value) {
            self.0.push(SAME);
            return;
        }
        match value {
            Value::Null => self.0.push(NULL),
            Value::Text(text) => match guid(text) {
                Some(guid) => {
                    self.0.push(GUID);
                    self.0.extend_from_slice(&guid.to_be_bytes());
                }
                None => {
                    self.0.push(TEXT);
                    self.text(text);
                }
            },
            Value::Decimal(number) => {
                self.0.push(DECIMAL + u8::try_from(number.scale()).unwrap_or(0));
                self.signed(number.mantissa());
            }
            Value::Bool(flag) => self.0.push(if *flag { YES } else { NO }),
            Value::Date(date) => {
                self.0.push(DATE);
                let day = i128::from(date.month()) * 32 + i128::from(date.day());
                self.signed(i128::from(date.year()) * 512 + day);
            }
            Value::Instant(instant) => {
                self.0.push(INSTANT);
                self.signed(i128::from(instant.micros()));
            }
            Value::Link(id) => match (link_number(id), above.and_then(above_link)) {
                (Some(number), Some(above)) => {
                    self.0.push(LINK_NEAR);
                    self.signed(i128::from(number) - i128::from(above));
                }
                (Some(number), None) => {
                    self.0.push(LINK_NUMBER);
                    self.number(u128::from(number));
                }
                (None, _) => {
                    self.0.push(LINK_TEXT);
                    self.text(id);
                }
            },
        }
    }

    fn fields(&mut self, fields: &Fields) {
        self.count(fields.0.len());
        for (name, value) in &fields.0 {
            self.name(name);
            self.value(value, None);
        }
    }

    fn rows(&mut self, rows: &[Fields]) {
        self.count(rows.len());
        let mut shapes: Vec<&Fields> = Vec::new();
        let mut above: Option<&Fields> = None;
        for row in rows {
            match shapes.iter().position(|shape| same_names(shape, row)) {
                Some(place) => self.count(place + 1),
                None => {
                    self.0.push(0);
                    self.count(row.0.len());
                    row.0.iter().for_each(|(name, _)| self.name(name));
                    shapes.push(row);
                }
            }
            for (name, value) in &row.0 {
                self.value(value, above.and_then(|above| above.get(name)));
            }
            above = Some(row);
        }
    }
}

fn same_names(a: &Fields, b: &Fields) -> bool {
    a.0.len() == b.0.len() && a.0.iter().zip(&b.0).all(|((a, _), (b, _))| a == b)
}

/// Equal numbers may differ in their scale, which is kept.
fn exact(above: Option<&Value>, value: &Value) -> bool {
    match (above, value) {
        (Some(Value::Decimal(above)), Value::Decimal(value)) => {
            above.scale() == value.scale() && above.mantissa() == value.mantissa()
        }
        _ => true,
    }
}

/// The number that a GUID in the usual form is; `None` for anything that would not come back letter by letter.
fn guid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    let dash = |index| matches!(index, 8 | 13 | 18 | 23);
    if bytes.len() != 36 {
        return None;
    }
    let mut number = 0_u128;
    for (index, byte) in bytes.iter().enumerate() {
        let digit = match byte {
            b'-' if dash(index) => continue,
            _ if dash(index) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    Some(number)
}

/// The number of an id that would come back digit by digit.
fn link_number(id: &str) -> Option<u64> {
    let number: u64 = id.parse().ok()?;
    (id.bytes().all(|byte| byte.is_ascii_digit())
        && (number == 0 || !id.starts_with('0'))
        && (number > 0 || id.len() == 1))
        .then_some(number)
}

fn above_link(value: &Value) -> Option<u64> {
    match value {
        Value::Link(id) => link_number(id),
        _ => None,
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(Self(rest))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u128> {
        let mut value = 0_u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i128> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn place(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// A number of things, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        self.place().filter(|count| *count <= self.0.len())
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn name(&mut self) -> Option<Name> {
        match self.place()? {
            0 => self.text().map(Name::from),
            place => NAMES.get(place - 1).map(|name| Name::from(*name)),
        }
    }

    /// A value, or that there is none.
    fn maybe(&mut self) -> Option<Option<Value>> {
        if self.0.first() == Some(&ABSENT) {
            self.byte()?;
            return Some(None);
        }
        self.value(None).map(Some)
    }

    fn value(&mut self, above: Option<&Value>) -> Option<Value> {
        Some(match self.byte()? {
            NULL => Value::Null,
            TEXT => Value::Text(self.text()?.to_owned()),
            NO => Value::Bool(false),
            YES => Value::Bool(true),
            DATE => {
                let packed = self.signed()?;
                let (year, day) = (packed.div_euclid(512), packed.rem_euclid(512));
                let (month, day) = (i8::try_from(day / 32).ok()?, i8::try_from(day % 32).ok()?);
                Value::Date(Date::new(i16::try_from(year).ok()?, month, day).ok()?)
            }
            INSTANT => Value::Instant(Instant::from_micros(i64::try_from(self.signed()?).ok()?)),
            LINK_TEXT => Value::Link(self.text()?.to_owned()),
            LINK_NUMBER => Value::Link(u64::try_from(self.number()?).ok()?.to_string()),
            LINK_NEAR => {
                let number = self.signed()?.checked_add(i128::from(above_link(above?)?))?;
                Value::Link(u64::try_from(number).ok()?.to_string())
            }
            GUID => {
                let number = u128::from_be_bytes(self.take(16)?.try_into().ok()?);
                let hex = format!("{number:032x}");
                let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
                let parts = [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)];
                Value::Text(parts.join("-"))
            }
            SAME => above?.clone(),
            tag => {
                let scale = tag.checked_sub(DECIMAL)?;
                Value::Decimal(Decimal::try_from_i128_with_scale(self.signed()?, u32::from(scale)).ok()?)
            }
        })
    }

    fn fields(&mut self) -> Option<Fields> {
        let mut fields = Fields::default();
        for _ in 0..self.count()? {
            let name = self.name()?;
            fields.push(name, self.value(None)?);
        }
        Some(fields)
    }

    fn rows(&mut self) -> Option<Vec<Fields>> {
        let mut rows: Vec<Fields> = Vec::new();
        let mut shapes: Vec<Vec<Name>> = Vec::new();
        for _ in 0..self.count()? {
            let shape = match self.place()? {
                0 => {
                    let names = (0..self.count()?).map(|_| self.name()).collect::<Option<Vec<Name>>>()?;
                    shapes.push(names);
                    shapes.last()?
                }
                place => shapes.get(place - 1)?,
            };
            let mut row = Fields::default();
            for name in shape {
                let above = rows.last().and_then(|above| above.get(name));
                row.push(Arc::clone(name), self.value(above)?);
            }
            rows.push(row);
        }
        Some(rows)
    }
}
