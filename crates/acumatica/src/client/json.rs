//! Records as JSON: value-wrapped members, linked entities and details, straight into fields.
//!
//! Owns decoding by a shape that names what is wanted; everything else is skipped without being built. Numbers stay exact, text is
//! taken as received, `{}` is blank. Must not know entities. Bodies come from answers; rows go to the adapter.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sync::{Fields, Instant, Name, Value};

/// How a member's value is read. What does not read so is kept as text, for the mapping to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text as received.
    Text,
    /// An exact number.
    Number,
    /// True or false.
    Flag,
    /// A calendar day: the date as written, whatever the offset behind it.
    Day,
    /// A point in time.
    Instant,
}

/// What is wanted of one record.
#[derive(Clone, Debug)]
pub struct Shape {
    members: Vec<Member>,
    template: Fields,
}

#[derive(Clone, Debug)]
struct Member {
    name: Box<str>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Id,
    Stamp,
    Value(Kind, usize),
    Object(Vec<Member>),
    Rows(Shape),
}

/// One record as decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The bare member `id`, as received; empty when it was missing.
    pub id: String,
    /// The stamp, when it was there and could be read.
    pub stamp: Option<Instant>,
    /// Header fields, all that the shape names, in its order.
    pub fields: Fields,
    /// Detail rows, in the order received.
    pub lines: Vec<Fields>,
}

impl Row {
    fn blank(shape: &Shape) -> Self {
        Self { id: String::new(), stamp: None, fields: shape.template.clone(), lines: Vec::new() }
    }
}

impl Shape {
    /// A shape of fields. A path is a contract path (`MainContact/Phone1`) or `custom/View.Field`.
    #[must_use]
    pub fn new(columns: &[(&str, Kind)]) -> Self {
        let mut members = Vec::new();
        let mut template = Fields::default();
        for (slot, (path, kind)) in columns.iter().enumerate() {
            template.push(Name::from(*path), Value::Null);
            let steps: Vec<&str> = match path.strip_prefix("custom/") {
                Some(field) => std::iter::once("custom").chain(field.splitn(2, '.')).collect(),
                None => path.split('/').collect(),
            };
            place(&mut members, &steps, What::Value(*kind, slot));
        }
        Self { members, template }
    }

    /// The same as a record: with its id, a stamp field and the rows of one detail.
    #[must_use]
    pub fn record(mut self, stamp: Option<&str>, rows: Option<(&str, Self)>) -> Self {
        place(&mut self.members, &["id"], What::Id);
        if let Some(stamp) = stamp {
            place(&mut self.members, &[stamp], What::Stamp);
        }
        if let Some((detail, shape)) = rows {
            place(&mut self.members, &[detail], What::Rows(shape));
        }
        self
    }

    /// The same with one more name for the stamp.
    #[must_use]
    pub fn stamped(mut self, stamp: &str) -> Self {
        place(&mut self.members, &[stamp], What::Stamp);
        self
    }
}

fn place(members: &mut Vec<Member>, steps: &[&str], what: What) {
    match steps {
        [] => {}
        [name] => members.push(Member { name: (*name).into(), what }),
        [name, rest @ ..] => {
            let known = members.iter().position(|member| &*member.name == *name);
            let index = known.unwrap_or_else(|| {
                members.push(Member { name: (*name).into(), what: What::Object(Vec::new()) });
                members.len() - 1
            });
            if let Some(Member { what: What::Object(inner), .. }) = members.get_mut(index) {
                place(inner, rest, what);
            }
        }
    }
}

/// Decodes a list.
///
/// # Errors
/// Where the body is not an array of objects; says at which byte, never what stands there.
pub fn rows(body: &[u8], shape: &Shape) -> Result<Vec<Row>, NotRows> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut input = serde_json::Deserializer::from_slice(body);
    let rows = List(shape).deserialize(&mut input).and_then(|rows| input.end().map(|()| rows));
    rows.map_err(|error| NotRows { line: error.line(), column: error.column() })
}

/// Decodes one record.
///
/// # Errors
/// Where the body is not an object; says at which byte, never what stands there.
pub fn row(body: &[u8], shape: &Shape) -> Result<Row, NotRows> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut input = serde_json::Deserializer::from_slice(body);
    let mut row = Row::blank(shape);
    let filled = Object { members: &shape.members, row: &mut row }.deserialize(&mut input).and_then(|()| input.end());
    filled.map(|()| row).map_err(|error| NotRows { line: error.line(), column: error.column() })
}

/// A body that holds no such records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON of the expected shape (line {line}, column {column})")]
pub struct NotRows {
    line: usize,
    column: usize,
}

struct List<'s>(&'s Shape);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = Vec<Row>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Vec<Row>, D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = Vec<Row>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Row>, A::Error> {
        let mut rows = Vec::new();
        loop {
            let mut row = Row::blank(self.0);
            match seq.next_element_seed(Object { members: &self.0.members, row: &mut row })? {
                Some(()) => rows.push(row),
                None => return Ok(rows),
            }
        }
    }
}

/// Fills one row from an object.
struct Object<'s, 'r> {
    members: &'s [Member],
    row: &'r mut Row,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(found) = map.next_key_seed(Key { members: self.members, expected })? {
            let Some(index) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            expected = index + 1;
            match self.members.get(index).map(|member| &member.what) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(What::Id) => {
                    if let Value::Text(id) = map.next_value_seed(Plain(Kind::Text))? {
                        self.row.id = id;
                    }
                }
                Some(What::Stamp) => {
                    if let Value::Instant(stamp) = map.next_value_seed(Wrapped(Kind::Instant))? {
                        self.row.stamp = Some(stamp);
                    }
                }
                Some(What::Value(kind, slot)) => {
                    let value = map.next_value_seed(Wrapped(*kind))?;
                    if let Some((_, place)) = self.row.fields.0.get_mut(*slot) {
                        *place = value;
                    }
                }
                Some(What::Object(members)) => map.next_value_seed(Object { members, row: &mut *self.row })?,
                Some(What::Rows(shape)) => self.row.lines = map.next_value_seed(Lines(shape))?,
            }
        }
        Ok(())
    }
}

/// Finds a member by name. Members mostly come in the order of the shape, so the search begins behind the last hit.
struct Key<'s> {
    members: &'s [Member],
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Option<usize>, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        let (before, behind) = self.members.split_at(self.expected.min(self.members.len()));
        let named = |member: &Member| &*member.name == name;
        let index = behind.iter().position(named).map(|index| index + before.len());
        Ok(index.or_else(|| before.iter().position(named)))
    }
}

/// Detail rows.
struct Lines<'s>(&'s Shape);

impl<'de> DeserializeSeed<'de> for Lines<'_> {
    type Value = Vec<Fields>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Vec<Fields>, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_> {
    type Value = Vec<Fields>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("detail rows")
    }
    fn visit_unit<E>(self) -> Result<Vec<Fields>, E> {
        Ok(Vec::new())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vec<Fields>, A::Error> {
        let rows = List(self.0).visit_seq(seq)?;
        Ok(rows.into_iter().map(|row| row.fields).collect())
    }
}

/// `{"value": x}`; `{}` and `null` are blank.
struct Wrapped(Kind);

impl<'de> DeserializeSeed<'de> for Wrapped {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapped {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut value = Value::Null;
        while let Some(is_value) = map.next_key_seed(IsValue)? {
            if is_value {
                value = map.next_value_seed(Plain(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(value)
    }
}

struct IsValue;

impl<'de> DeserializeSeed<'de> for IsValue {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<bool, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for IsValue {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == "value")
    }
}

/// A bare value of a kind.
struct Plain(Kind);

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        match self.0 {
            Kind::Number => <&RawValue as serde::Deserialize>::deserialize(input).map(|raw| number(raw.get())),
            Kind::Text | Kind::Flag | Kind::Day | Kind::Instant => input.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        let read = match self.0 {
            Kind::Day => day(text).map(Value::Date),
            Kind::Instant => Instant::parse(text).map(Value::Instant),
            Kind::Flag => text.parse().ok().map(Value::Bool),
            Kind::Text | Kind::Number => None,
        };
        Ok(read.unwrap_or_else(|| Value::Text(text.to_owned())))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }
}

/// A number from its text on the wire, quoted or not; never by way of a binary fraction.
fn number(raw: &str) -> Value {
    let text = raw.trim_matches('"').trim();
    if text.is_empty() || text == "null" || text.starts_with(['{', '[']) {
        return Value::Null;
    }
    match Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)) {
        Ok(number) => Value::Decimal(number),
        Err(_) => Value::Text(text.to_owned()),
    }
}

/// The date in front of `T`, as written.
fn day(text: &str) -> Option<Date> {
    let (date, rest) = text.split_at_checked(10)?;
    if !rest.is_empty() && !rest.starts_with('T') {
        return None;
    }
    let mut parts = date.splitn(3, '-');
    let year: i16 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next()?.parse().ok()?;
    let day: i8 = parts.next()?.parse().ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests;
