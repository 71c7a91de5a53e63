//! The 422 answer: what was sent, with an error beside each field that was refused.
//!
//! Owns the collecting and the shape of that answer. Refusals come from the forms beside it.

use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::acumatica::failure::{Failure, JSON};

/// Refused fields: path and sentence.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<(Vec<String>, String)>);

impl Errors {
    /// Notes an error at a path, such as `MainContact/Address/Country`.
    pub(super) fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push((path.split('/').map(str::to_owned).collect(), message.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answer to `sent`. `verb` is `Inserting` or `Updating`.
    pub(super) fn into_failure(self, sent: &Map<String, Value>, entity: &str, verb: &str, id: Uuid) -> Failure {
        let mut echo = sent.clone();
        echo.retain(|name, _| name != "custom");
        for (path, message) in self.0 {
            note(&mut echo, &path, message);
        }
        echo.insert("id".to_owned(), json!(id.to_string()));
        echo.insert("rowNumber".to_owned(), json!(1));
        echo.insert("note".to_owned(), json!({"value": ""}));
        echo.insert("custom".to_owned(), json!({}));
        let top = format!("{verb}  '{entity}' record raised at least one error. Please review the errors.");
        echo.insert("error".to_owned(), Value::String(top));
        Failure::Ready(StatusCode::UNPROCESSABLE_ENTITY, JSON, Value::Object(echo).to_string())
    }
}

fn note(object: &mut Map<String, Value>, path: &[String], message: String) {
    let Some((first, rest)) = path.split_first() else {
        object.insert("error".to_owned(), Value::String(message));
        return;
    };
    let entry = object.entry(first.clone()).or_insert_with(|| json!({}));
    if !entry.is_object() {
        *entry = json!({});
    }
    if let Some(next) = entry.as_object_mut() {
        note(next, rest, message);
    }
}
