//! Making custom fields and putting them on layouts: bodies and answers.
//!
//! Owns the limits of both calls (five fields each). Must not decide which fields are wanted: the adapter does. API names are derived
//! by the server from labels, so they are read back afterwards and never assumed.

use bytes::Bytes;

use super::errors::{self, Envelope, Item};
use super::{json, json::Object};

/// Fields that one call creates or places.
pub(crate) const PER_CALL: usize = 5;
/// Profiles that one field may list.
pub(crate) const MOST_PROFILES: usize = 50;
/// What people see beside a field of ours; 35 characters at most.
const TOOLTIP: &str = "Filled by ml-connector from the ERP";

/// Type of a field that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// One line of text of that many characters.
    Text(u16),
    /// An amount of money.
    Currency,
}

/// A field that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewField {
    /// Its label, 25 characters at most.
    pub(crate) label: &'static str,
    /// Its type.
    pub(crate) kind: FieldType,
    /// No two records may hold the same value, whatever its case.
    pub(crate) unique: bool,
}

/// The body that creates `fields`, visible and writable for `profiles`: a profile that is not listed might not see them.
pub(crate) fn create(fields: &[NewField], profiles: &[String]) -> Bytes {
    let mut buffer = Vec::with_capacity(1024);
    let mut object = Object::open(&mut buffer);
    json::array(object.key("fields"), fields, |buffer, field| {
        let mut object = Object::open(buffer);
        object.text("field_label", field.label);
        match field.kind {
            FieldType::Text(length) => {
                object.text("data_type", "text");
                object.key("length").extend_from_slice(length.to_string().as_bytes());
            }
            FieldType::Currency => object.text("data_type", "currency"),
        }
        if field.unique {
            object.key("unique").extend_from_slice(b"{\"case_sensitive\":false}");
        }
        let mut tooltip = Object::open(object.key("tooltip"));
        tooltip.text("name", "static_text");
        tooltip.text("value", TOOLTIP);
        tooltip.close();
        if !profiles.is_empty() {
            json::array(object.key("profiles"), profiles.iter().take(MOST_PROFILES), |buffer, id| {
                let mut profile = Object::open(buffer);
                profile.text("id", id);
                profile.text("permission_type", "read_write");
                profile.close();
            });
        }
        object.close();
    });
    object.close();
    Bytes::from(buffer)
}

/// The body that puts the fields with these ids into a section that has `taken` fields already.
pub(crate) fn place(section: &str, taken: usize, ids: &[&str]) -> Bytes {
    let mut buffer = Vec::with_capacity(512);
    let mut object = Object::open(&mut buffer);
    json::array(object.key("layouts"), [()], |buffer, ()| {
        let mut layout = Object::open(buffer);
        json::array(layout.key("sections"), [()], |buffer, ()| {
            let mut object = Object::open(buffer);
            object.text("id", section);
            json::array(object.key("fields"), ids.iter().enumerate(), |buffer, (place, id)| {
                let mut field = Object::open(buffer);
                field.text("id", id);
                field.key("sequence_number").extend_from_slice((taken + place + 1).to_string().as_bytes());
                field.close();
            });
            object.close();
        });
        layout.close();
    });
    object.close();
    Bytes::from(buffer)
}

/// Why a field was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The edition allows no more fields, or no more of this kind.
    Limit(String),
    /// The user may not make fields.
    Permission(String),
    /// The consent does not cover it.
    Scope,
    /// The edition has no custom fields, or none that are unique.
    Feature(String),
    /// A field of that label or API name is there already.
    Taken,
    /// Something else, in Zoho's words.
    Other(String),
}

/// What became of each of `count` fields, in order: `None` for a success.
pub(crate) fn created(status: u16, body: &[u8], count: usize) -> Vec<Option<Obstacle>> {
    match errors::envelope(body) {
        Some(Envelope::Items(items)) if items.len() == count => {
            items.iter().map(|item| (!item.succeeded()).then(|| obstacle(item))).collect()
        }
        Some(Envelope::Items(items)) if items.len() == 1 && !items[0].succeeded() => {
            vec![Some(obstacle(&items[0])); count]
        }
        Some(Envelope::Request(item)) => vec![Some(obstacle(&item)); count],
        _ => vec![Some(Obstacle::Other(format!("an answer that could not be read, HTTP {status}"))); count],
    }
}

fn obstacle(item: &Item<'_>) -> Obstacle {
    let each = item.each();
    let worst = each.iter().find(|error| !error.is("DUPLICATE_DATA")).unwrap_or(&each[0]);
    match worst.code.as_str() {
        "FIELD_LIMIT_EXCEEDED" | "LIMIT_EXCEEDED" => {
            let limit = &worst.details().limit;
            Obstacle::Limit(if limit.is_empty() { String::new() } else { errors::quote(limit.as_str()) })
        }
        "NO_PERMISSION" | "AUTHORIZATION_FAILED" => Obstacle::Permission(errors::permissions(worst)),
        "OAUTH_SCOPE_MISMATCH" => Obstacle::Scope,
        "FEATURE_NOT_SUPPORTED" | "FEATURE_NOT_ENABLED" | "NOT_ALLOWED" => Obstacle::Feature(worst.said()),
        "DUPLICATE_DATA" => Obstacle::Taken,
        _ => Obstacle::Other(worst.said()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_unique_key_and_an_amount_are_made_for_every_profile() {
        let fields = [
            NewField { label: "ERP Key", kind: FieldType::Text(50), unique: true },
            NewField { label: "ERP Total", kind: FieldType::Currency, unique: false },
        ];
        let body = create(&fields, &["8".to_owned(), "9".to_owned()]);
        let expected = r#"{"fields":[{"field_label":"ERP Key","data_type":"text","length":50,"unique":{"case_sensitive":false},"tooltip":{"name":"static_text","value":"Filled by ml-connector from the ERP"},"profiles":[{"id":"8","permission_type":"read_write"},{"id":"9","permission_type":"read_write"}]},{"field_label":"ERP Total","data_type":"currency","tooltip":{"name":"static_text","value":"Filled by ml-connector from the ERP"},"profiles":[{"id":"8","permission_type":"read_write"},{"id":"9","permission_type":"read_write"}]}]}"#;
        assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
        assert!(TOOLTIP.chars().count() <= 35);
    }

    #[test]
    fn fields_are_placed_after_those_that_are_there() {
        let body = place("62", 8, &["101", "102"]);
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"layouts":[{"sections":[{"id":"62","fields":[{"id":"101","sequence_number":9},{"id":"102","sequence_number":10}]}]}]}"#
        );
    }

    #[test]
    fn obstacles_are_told_apart() {
        let mixed = br#"{"fields":[{"code":"SUCCESS","details":{"id":"1"},"message":"field created","status":"success"},
            {"code":"FIELD_LIMIT_EXCEEDED","details":{"limit":10,"limit_due_to":[{"api_name":"text","json_path":"$.fields[1]"}]},"status":"error"},
            {"code":"DUPLICATE_DATA","details":{"api_name":"field_label","json_path":"$.fields[2].field_label"}}]}"#;
        assert_eq!(created(207, mixed, 3), [None, Some(Obstacle::Limit("10".into())), Some(Obstacle::Taken)]);
        let refused = br#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_Customize_Zoho_CRM"]},"message":"permission denied","status":"error"}"#;
        assert_eq!(created(403, refused, 1), [Some(Obstacle::Permission(" (Crm_Implied_Customize_Zoho_CRM)".into()))]);
        assert!(matches!(
            created(400, br#"{"fields":[{"code":"FEATURE_NOT_SUPPORTED"}]}"#, 2)[..],
            [Some(Obstacle::Feature(_)), Some(Obstacle::Feature(_))]
        ));
        assert!(matches!(created(502, b"<html>", 1)[..], [Some(Obstacle::Other(_))]));
    }
}
