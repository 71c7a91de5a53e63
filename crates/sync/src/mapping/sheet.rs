//! A draft in the making: puts values into fields as their metadata allows, and keeps the notes.
//!
//! Owns the way from a source value to a field: blank is left out, a field that the schema lacks is left out, text is cut.
//! Must not know the rules of an entity; those call it.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::names::Column;
use super::note::{Note, Why};
use super::{money, picklist, text};
use crate::{Draft, Fields, Module, Value};

/// Header fields and notes, filled in the order of the rules.
pub(super) struct Sheet {
    pub(super) fields: Fields,
    pub(super) on_create: Fields,
    pub(super) notes: Vec<Note>,
}

impl Sheet {
    /// An empty one with room for `fields` values.
    pub(super) fn with_room(fields: usize) -> Self {
        Self { fields: Fields(Vec::with_capacity(fields)), on_create: Fields::default(), notes: Vec::new() }
    }

    /// Puts a value as it is.
    pub(super) fn put(&mut self, column: &Option<Column>, value: Value) {
        if let Some(column) = column {
            self.fields.push(column.name.clone(), value);
        }
    }

    /// Puts text: tidied, cut, left out when blank.
    pub(super) fn text(&mut self, column: &Option<Column>, value: Option<&str>) {
        if let (Some(column), Some(tidy)) = (column, value.and_then(|value| text::tidy(value, false))) {
            self.cut(column, tidy);
        }
    }

    /// Puts text that may have line breaks.
    pub(super) fn lines(&mut self, column: &Option<Column>, value: Option<&str>) {
        if let (Some(column), Some(tidy)) = (column, value.and_then(|value| text::tidy(value, true))) {
            self.cut(column, tidy);
        }
    }

    /// Puts the listed value that equals the text where the field is a list, the text itself where it is not.
    pub(super) fn listed(&mut self, column: &Option<Column>, value: Option<&str>) {
        let (Some(column), Some(tidy)) = (column, value.and_then(|value| text::tidy(value, false))) else {
            return;
        };
        match &column.values {
            None => self.cut(column, tidy),
            Some(values) => match picklist::find(values, &tidy) {
                Some(listed) => self.fields.push(column.name.clone(), Value::from(listed)),
                None => self.note(column, Why::NotListed),
            },
        }
    }

    /// Puts a phone number.
    pub(super) fn phone(&mut self, column: &Option<Column>, value: Option<&str>) {
        let (Some(column), Some(value)) = (column, value) else {
            return;
        };
        let whole = text::phone(value, None);
        let Some(phone) = whole.as_ref().and_then(|whole| text::phone(whole, column.length)) else {
            self.note(column, Why::Malformed);
            return;
        };
        if let (Some(limit), Some(length)) = (column.length, whole.map(|whole| whole.len()))
            && length > limit
        {
            self.note(column, Why::Cut { length, limit });
        }
        self.fields.push(column.name.clone(), Value::Text(phone));
    }

    /// Puts a web address, whole or not at all.
    pub(super) fn website(&mut self, column: &Option<Column>, value: Option<&str>) {
        let (Some(column), Some(value)) = (column, value) else {
            return;
        };
        if !text::is_website(value) {
            self.note(column, Why::Malformed);
        } else if column.length.is_some_and(|limit| text::is_longer(value, limit)) {
            self.note(column, Why::TooLong);
        } else {
            self.fields.push(column.name.clone(), Value::from(value));
        }
    }

    /// Puts a calendar day.
    pub(super) fn date(&mut self, column: &Option<Column>, value: Option<&Value>) {
        let (Some(column), Some(value)) = (column, value) else {
            return;
        };
        match value {
            Value::Date(date) => self.fields.push(column.name.clone(), Value::Date(*date)),
            blank if blank.is_blank() => {}
            _ => self.note(column, Why::Unreadable),
        }
    }

    /// Puts a price above zero, rounded to the field's places (2 where it tells none).
    pub(super) fn price(&mut self, column: &Option<Column>, value: Option<Decimal>) {
        let (Some(column), Some(value)) = (column, value) else {
            return;
        };
        let price = money::rounded(value, column.places.unwrap_or(2));
        if price > Decimal::ZERO {
            self.fields.push(column.name.clone(), Value::Decimal(price));
        }
    }

    /// Keeps a remark.
    pub(super) fn note(&mut self, column: &Column, why: Why) {
        self.notes.push(Note { field: column.name.clone(), why });
    }

    /// The draft and its notes.
    pub(super) fn finish(self, module: Module, erp_key: &str, rows: Vec<Fields>) -> (Box<Draft>, Vec<Note>) {
        let draft = Draft { module, erp_key: erp_key.to_owned(), fields: self.fields, on_create: self.on_create, rows };
        (Box::new(draft), self.notes)
    }

    fn cut(&mut self, column: &Column, tidy: Cow<'_, str>) {
        let value = fitted(&mut self.notes, column, tidy);
        self.fields.push(column.name.clone(), value);
    }
}

/// The text cut to the column's length, with a note when something was lost.
pub(super) fn fitted(notes: &mut Vec<Note>, column: &Column, tidy: Cow<'_, str>) -> Value {
    match column.length {
        Some(limit) if text::is_longer(&tidy, limit) => {
            let why = Why::Cut { length: tidy.chars().count(), limit };
            notes.push(Note { field: column.name.clone(), why });
            Value::from(text::cut(&tidy, limit))
        }
        _ => Value::Text(tidy.into_owned()),
    }
}
