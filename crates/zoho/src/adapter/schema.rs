//! From metadata to the schema that drafts are made by.
//!
//! Owns which fields are offered to the mapping, and under which names. Must not offer a field that we may not write.

use std::collections::BTreeMap;

use port::{Fault, Kind};
use sync::Module;
use sync::mapping::{Currency, FieldSchema, ModuleSchema, Schema};

use super::ours::{self, KEY};
use crate::client::errors::zoho;
use crate::client::metadata::{CurrencyInfo, Field, Org};

/// Rows that a document takes until an organisation shows another limit.
const ROW_CAP: usize = 100;
/// Columns of a row when the rows' own metadata is not to be had; API names as in the vendor's SDK.
const COLUMNS: [&str; 5] = ["Product_Name", "Quantity", "List_Price", "Discount", "Description"];

/// What was read of an organisation's fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    /// Fields by module.
    pub(crate) fields: BTreeMap<Module, Vec<Field>>,
    /// Columns of the invoices' rows; empty when they are not to be had.
    pub(crate) rows: Vec<Field>,
}

/// The schema of an organisation.
pub(crate) fn build(org: &Org, currencies: Option<&[CurrencyInfo]>, metadata: &Metadata) -> Schema {
    let mut schema = Schema {
        org_id: org.id.clone(),
        org_name: org.name.clone(),
        multi_currency: currencies.is_some(),
        home_currency: org.currency.clone(),
        negative_adjustment: true,
        row_cap: ROW_CAP,
        ..Schema::default()
    };
    match currencies {
        Some(currencies) => {
            let active =
                currencies.iter().map(|currency| (currency.code.clone(), Currency { places: currency.places }));
            schema.currencies = active.collect();
        }
        None if !org.currency.is_empty() => {
            schema.currencies.insert(org.currency.clone(), Currency { places: home_places(metadata) });
        }
        None => {}
    }
    fill(&mut schema, metadata);
    schema
}

/// Puts modules and fields into the schema.
pub(crate) fn fill(schema: &mut Schema, metadata: &Metadata) {
    schema.modules = metadata
        .fields
        .iter()
        .map(|(module, fields)| {
            let rows = if *module == Module::Invoices { columns(&metadata.rows) } else { BTreeMap::new() };
            (*module, ModuleSchema { fields: offered(*module, fields), rows })
        })
        .collect();
}

/// Standard fields by API name, ours by label.
fn offered(module: Module, fields: &[Field]) -> BTreeMap<String, FieldSchema> {
    let mut all: BTreeMap<_, _> =
        fields.iter().filter(|field| field.writable).map(|field| (field.api_name.clone(), describe(field))).collect();
    for field in ours::fields(module) {
        if let Some(found) = ours::find(fields, field.label).filter(|found| found.writable) {
            all.insert(field.label.to_owned(), describe(found));
        }
    }
    all
}

fn columns(rows: &[Field]) -> BTreeMap<String, FieldSchema> {
    if rows.is_empty() {
        let plain = |name: &str| FieldSchema { api_name: name.to_owned(), length: None, places: None, values: None };
        return COLUMNS.iter().map(|name| ((*name).to_owned(), plain(name))).collect();
    }
    rows.iter().filter(|field| field.writable).map(|field| (field.api_name.clone(), describe(field))).collect()
}

fn describe(field: &Field) -> FieldSchema {
    // The length of a number counts its digits; only texts have characters.
    let text =
        matches!(field.data_type.as_str(), "text" | "textarea" | "phone" | "email" | "website" | "url" | "picklist");
    FieldSchema {
        api_name: field.api_name.clone(),
        length: field.length.filter(|_| text),
        places: field.places,
        values: field.values.clone(),
    }
}

/// Decimal places of the home currency where there are no currencies to ask: those of the invoices' adjustment.
fn home_places(metadata: &Metadata) -> u32 {
    let invoices = metadata.fields.get(&Module::Invoices);
    invoices
        .and_then(|fields| fields.iter().find(|field| field.api_name == "Adjustment"))
        .and_then(|field| field.places)
        .unwrap_or(2)
}

/// Refuses a key field that cannot do its work. A key that is not there yet is fine.
pub(crate) fn check_keys(metadata: &Metadata) -> Result<(), Fault> {
    for (module, fields) in &metadata.fields {
        let Some(key) = ours::find(fields, KEY) else {
            continue;
        };
        let module = module.name();
        if !key.unique {
            return Err(zoho(
                Kind::Unsupported,
                format!("The field {KEY} of {module} takes the same value twice, so that records could be doubled."),
                format!(
                    "Switch on \"Do not allow duplicate values\" for the field {KEY} (Setup, Modules and Fields, {module})."
                ),
            ));
        }
        if !key.writable {
            return Err(zoho(
                Kind::Forbidden,
                format!("The Zoho user may not write the field {KEY} of {module}."),
                format!(
                    "Give the user's profile read and write access to the field (Setup, Modules and Fields, {module}, field permissions)."
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn field(api_name: &str, label: &str, custom: bool, writable: bool) -> Field {
        Field {
            id: "1".into(),
            api_name: api_name.into(),
            label: label.into(),
            data_type: "text".into(),
            custom,
            writable,
            unique: label == KEY,
            length: Some(50),
            places: None,
            values: None,
        }
    }

    fn metadata(fields: Vec<Field>) -> Metadata {
        Metadata { fields: BTreeMap::from([(Module::Invoices, fields)]), rows: Vec::new() }
    }

    #[test]
    fn ours_go_by_label_and_what_we_may_not_write_is_left_out() {
        let metadata = metadata(vec![
            field("Subject", "Subject", false, true),
            field("ERP_Key7", "ERP Key", true, true),
            field("ERP_Type", "ERP Type", true, false),
            field("Grand_Total", "Grand Total", false, false),
        ]);
        let schema = build(&Org { id: "1".into(), currency: "CHF".into(), ..Org::default() }, None, &metadata);
        let invoices = &schema.modules[&Module::Invoices];
        assert_eq!(invoices.fields["ERP Key"].api_name, "ERP_Key7");
        assert!(invoices.fields.contains_key("Subject"));
        assert!(!invoices.fields.contains_key("ERP Type") && !invoices.fields.contains_key("Grand_Total"));
        assert_eq!(invoices.rows.len(), COLUMNS.len());
        assert_eq!(schema.currencies["CHF"].places, 2);
        assert!(schema.negative_adjustment && !schema.multi_currency && !schema.prepared);
        assert_eq!((schema.row_cap, schema.version), (100, 0));
    }

    #[test]
    fn currencies_with_their_places_make_an_organisation_of_several() {
        let currencies = [CurrencyInfo { code: "JPY".into(), places: 0 }];
        let schema = build(&Org::default(), Some(&currencies), &Metadata::default());
        assert!(schema.multi_currency);
        assert_eq!(schema.currencies["JPY"].places, 0);
    }

    #[test]
    fn numbers_have_no_length_in_characters() {
        let mut amount = field("Adjustment", "Adjustment", false, true);
        amount.data_type = "currency".into();
        amount.places = Some(3);
        let schema = build(&Org { currency: "KWD".into(), ..Org::default() }, None, &metadata(vec![amount]));
        let described = &schema.modules[&Module::Invoices].fields["Adjustment"];
        assert_eq!((described.length, described.places), (None, Some(3)));
        assert_eq!(schema.currencies["KWD"].places, 3);
    }

    #[test]
    fn a_key_that_cannot_do_its_work_is_refused() {
        let mut twice = field("ERP_Key", KEY, true, true);
        twice.unique = false;
        let fault = check_keys(&metadata(vec![twice])).unwrap_err();
        assert!(fault.kind == Kind::Unsupported && fault.remedy.contains("duplicate"));
        let fault = check_keys(&metadata(vec![field("ERP_Key", KEY, true, false)])).unwrap_err();
        assert_eq!(fault.kind, Kind::Forbidden);
        assert!(check_keys(&metadata(vec![])).is_ok());
    }
}
