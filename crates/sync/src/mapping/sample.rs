//! A schema and records for the tests of the rules.
//!
//! Owns test data only. Field lengths are those of a default organisation.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use super::*;
use crate::{Fields, Value};

pub(super) fn number(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

pub(super) fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

fn field(api_name: &str, length: Option<usize>) -> FieldSchema {
    FieldSchema { api_name: api_name.to_owned(), length, places: None, values: None }
}

pub(super) fn listed(api_name: &str, values: &[&str]) -> FieldSchema {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    FieldSchema { values: Some(values), ..field(api_name, None) }
}

fn fields(list: &[(&str, Option<usize>)]) -> BTreeMap<String, FieldSchema> {
    // Custom fields get an API name that cannot be guessed from the label.
    let api = |label: &str| {
        if label.starts_with("ERP") { label.replace(' ', "_") + "1" } else { label.to_owned() }
    };
    list.iter().map(|(label, length)| ((*label).to_owned(), field(&api(label), *length))).collect()
}

/// An organisation with one currency, places of two, and every field that the rules know.
pub(super) fn schema() -> Schema {
    let mut accounts = fields(&[
        ("ERP Key", Some(50)),
        ("Account_Name", Some(100)),
        ("ERP Code", Some(50)),
        ("ERP Status", Some(50)),
        ("ERP Class", Some(50)),
        ("ERP Terms", Some(50)),
        ("ERP Currency", Some(10)),
        ("Phone", Some(30)),
        ("Website", Some(30)),
        ("Parent_Account", None),
    ]);
    for kind in ["Billing", "Shipping"] {
        for (part, length) in [("Street", 250), ("City", 30), ("State", 30), ("Code", 30), ("Country", 30)] {
            let name = format!("{kind}_{part}");
            accounts.insert(name.clone(), field(&name, Some(length)));
        }
    }
    let mut products = fields(&[
        ("ERP Key", Some(50)),
        ("Product_Name", Some(50)),
        ("Product_Code", Some(40)),
        ("ERP Kind", Some(20)),
        ("ERP Status", Some(50)),
        ("ERP Unit", Some(20)),
        ("Product_Active", None),
        ("Unit_Price", None),
    ]);
    products.insert("Usage_Unit".into(), listed("Usage_Unit", &["Box", "Each", "Kg"]));
    let mut invoices = fields(&[
        ("ERP Key", Some(50)),
        ("Subject", Some(50)),
        ("ERP Number", Some(30)),
        ("ERP Type", Some(30)),
        ("ERP Status", Some(30)),
        ("ERP Total", None),
        ("ERP Balance", None),
        ("ERP Currency", Some(10)),
        ("Account_Name", None),
        ("Invoice_Date", None),
        ("Due_Date", None),
        ("Purchase_Order", Some(30)),
        ("Description", Some(32_000)),
        ("Currency", None),
        ("Adjustment", None),
    ]);
    invoices.insert("Status".into(), listed("Status", &["Created", "Approved", "Delivered", "Cancelled"]));
    let rows = fields(&[
        ("Product_Name", None),
        ("Quantity", None),
        ("List_Price", None),
        ("Discount", None),
        ("Description", Some(2_000)),
    ]);
    let mut schema = Schema {
        version: 1,
        negative_adjustment: true,
        row_cap: 100,
        home_currency: "USD".into(),
        ..Schema::default()
    };
    schema.modules.insert(Module::Accounts, ModuleSchema { fields: accounts, rows: BTreeMap::new() });
    schema.modules.insert(Module::Products, ModuleSchema { fields: products, rows: BTreeMap::new() });
    schema.modules.insert(Module::Invoices, ModuleSchema { fields: invoices, rows });
    schema
}

pub(super) fn given(pairs: &[(&str, Value)]) -> Fields {
    Fields(pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

pub(super) fn record(entity: Entity, key: &str, pairs: &[(&str, Value)]) -> Record {
    Record {
        entity,
        key: key.to_owned(),
        id: "3d3ba0e4-0000-4000-8000-000000000001".to_owned(),
        stamp: None,
        fields: given(pairs),
        lines: Vec::new(),
    }
}

/// Sets a field of the record, or adds it.
pub(super) fn set(record: &mut Record, name: &str, value: Value) {
    match record.fields.0.iter_mut().find(|(known, _)| &**known == name) {
        Some((_, old)) => *old = value,
        None => record.fields.push(name.into(), value),
    }
}

/// A released invoice without lines.
pub(super) fn invoice(amount: &str) -> Record {
    record(
        Entity::Invoice,
        "Invoice/INV000123",
        &[
            ("Type", Value::from("Invoice")),
            ("ReferenceNbr", Value::from("INV000123")),
            ("Status", Value::from("Open")),
            ("Customer", Value::from("C1")),
            ("Date", date("2026-11-02")),
            ("DueDate", date("2026-12-02")),
            ("Amount", number(amount)),
            ("Balance", number(amount)),
            ("custom/Document.CuryID", Value::from("USD")),
        ],
    )
}

/// A line: number, item (blank for none), quantity, unit price, amount.
pub(super) fn line(nbr: i64, item: &str, quantity: &str, price: &str, amount: &str) -> Fields {
    given(&[
        ("InventoryID", if item.is_empty() { Value::Null } else { Value::from(item) }),
        ("TransactionDescription", Value::from(format!("line {nbr}"))),
        ("Qty", number(quantity)),
        ("UnitPrice", number(price)),
        ("Amount", number(amount)),
        ("LineNbr", Value::Decimal(nbr.into())),
    ])
}

/// Links for customer C1, items A and B, and the placeholder.
pub(super) fn lookups() -> Lookups {
    Lookups {
        accounts: [("C1".to_owned(), "9001".to_owned())].into(),
        products: [("A".to_owned(), "7001".to_owned()), ("B".to_owned(), "7002".to_owned())].into(),
        placeholder: Some("7999".to_owned()),
    }
}

/// Maps with the links of [`lookups`].
pub(super) fn mapped(record: &Record, schema: &Schema) -> Mapped {
    map(record, schema, &lookups(), &Names::of(schema))
}

/// The draft and its notes; fails when there is none.
pub(super) fn draft(record: &Record, schema: &Schema) -> (Draft, Vec<Note>) {
    match mapped(record, schema) {
        Mapped::Draft { draft, notes, .. } => (*draft, notes),
        other => panic!("no draft: {other:?}"),
    }
}

/// The problem that the record is parked with; fails when it is not parked.
pub(super) fn parked(record: &Record, schema: &Schema) -> Problem {
    match mapped(record, schema) {
        Mapped::Park(problem) => problem,
        other => panic!("not parked: {other:?}"),
    }
}

/// An invoice over 100 with these lines.
pub(super) fn with_lines(lines: &[Fields]) -> Record {
    Record { lines: lines.to_vec(), ..invoice("100") }
}

/// A number of the draft's header, without zeros at the end.
pub(super) fn decimal(draft: &Draft, field: &str) -> Option<String> {
    draft.fields.get(field).and_then(Value::as_decimal).map(|number| number.normalize().to_string())
}
