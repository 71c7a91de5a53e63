//! The custom fields that the default mapping needs.
//!
//! Owns the list, in the order in which they are made: the key first, so that a full edition still takes the one field without which
//! nothing works. Labels and lengths are those of the mapping's page; labels have 25 characters at most, which Zoho asks for.

use sync::Module;

use crate::client::fields::{FieldType, NewField};
use crate::client::metadata::Field;

/// Label of the unique field that holds a record's identity.
pub(crate) const KEY: &str = "ERP Key";

const fn text(label: &'static str, length: u16) -> NewField {
    NewField { label, kind: FieldType::Text(length), unique: false }
}

const fn money(label: &'static str) -> NewField {
    NewField { label, kind: FieldType::Currency, unique: false }
}

const THE_KEY: NewField = NewField { label: KEY, kind: FieldType::Text(50), unique: true };

const ACCOUNTS: &[NewField] = &[
    THE_KEY,
    text("ERP Code", 50),
    text("ERP Status", 50),
    text("ERP Class", 50),
    text("ERP Terms", 50),
    text("ERP Currency", 10),
];

const PRODUCTS: &[NewField] = &[THE_KEY, text("ERP Kind", 20), text("ERP Status", 50), text("ERP Unit", 20)];

const INVOICES: &[NewField] = &[
    THE_KEY,
    text("ERP Number", 30),
    text("ERP Type", 30),
    text("ERP Status", 30),
    money("ERP Total"),
    money("ERP Balance"),
    text("ERP Currency", 10),
];

/// Our fields of a module.
pub(crate) const fn fields(module: Module) -> &'static [NewField] {
    match module {
        Module::Accounts => ACCOUNTS,
        Module::Products => PRODUCTS,
        Module::Invoices => INVOICES,
    }
}

/// The field of that label among a module's fields: a custom one; where somebody renamed the label, the one whose API name was made
/// from it.
pub(crate) fn find<'a>(fields: &'a [Field], label: &str) -> Option<&'a Field> {
    let custom = || fields.iter().filter(|field| field.custom);
    custom().find(|field| field.label == label).or_else(|| {
        let made = label.replace(' ', "_");
        custom().find(|field| field.api_name == made)
    })
}

/// How a person makes the field by hand, as part of a sentence.
pub(crate) fn by_hand(field: &NewField) -> String {
    match field.kind {
        FieldType::Text(length) if field.unique => {
            format!("{} (single line, {length} characters, no duplicate values)", field.label)
        }
        FieldType::Text(length) => format!("{} (single line, {length} characters)", field.label),
        FieldType::Currency => format!("{} (currency)", field.label),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_key_comes_first_and_labels_fit() {
        for module in Module::ALL {
            let fields = fields(module);
            assert_eq!((fields[0].label, fields[0].unique), (KEY, true));
            assert!(fields.iter().all(|field| field.label.chars().count() <= 25));
            assert_eq!(fields.iter().filter(|field| field.unique).count(), 1);
        }
    }

    #[test]
    fn a_renamed_label_is_found_by_its_api_name_and_a_standard_field_never() {
        let field = |id: &str, api: &str, label: &str, custom| Field {
            id: id.into(),
            api_name: api.into(),
            label: label.into(),
            data_type: "text".into(),
            custom,
            writable: true,
            unique: false,
            length: None,
            places: None,
            values: None,
        };
        let all = [
            field("1", "ERP_Key", "ERP Key", false),
            field("2", "ERP_Key1", "ERP Key", true),
            field("3", "ERP_Code", "Kundennummer", true),
        ];
        assert_eq!(find(&all, "ERP Key").unwrap().id, "2");
        assert_eq!(find(&all, "ERP Code").unwrap().id, "3");
        assert!(find(&all, "ERP Terms").is_none());
    }
}
