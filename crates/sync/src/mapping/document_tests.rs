//! Each rule of "Invoice, cash sale and cash return" by table, row arithmetic apart.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::sample::*;
use super::super::{Currency, Mapped, Needs, Note, Schema, Why, needs};
use super::*;
use crate::Entity;

fn changed(name: &str, value: Value) -> Record {
    let mut record = invoice("100");
    set(&mut record, name, value);
    record
}

#[test]
fn header_of_an_invoice() {
    let mut record = with_lines(&[line(1, "A", "10", "10", "100")]);
    set(&mut record, "CustomerOrder", Value::from(" PO-1 "));
    set(&mut record, "Description", Value::from("first\nsecond"));
    set(&mut record, "Balance", number("40.5000"));
    let (draft, notes) = draft(&record, &schema());
    let want = given(&[
        ("ERP_Key1", Value::from("Invoice/INV000123")),
        ("Subject", Value::from("INV000123")),
        ("ERP_Number1", Value::from("INV000123")),
        ("ERP_Type1", Value::from("Invoice")),
        ("ERP_Status1", Value::from("Open")),
        ("ERP_Total1", number("100")),
        ("ERP_Balance1", number("40.5")),
        ("ERP_Currency1", Value::from("USD")),
        ("Account_Name", Value::Link("9001".into())),
        ("Invoice_Date", date("2026-11-02")),
        ("Due_Date", date("2026-12-02")),
        ("Purchase_Order", Value::from("PO-1")),
        ("Description", Value::from("first\nsecond")),
        ("Status", Value::from("Approved")),
        ("Adjustment", number("0")),
    ]);
    assert_eq!(draft.fields, want);
    assert_eq!(draft.erp_key, "Invoice/INV000123");
    let row = given(&[
        ("Product_Name", Value::Link("7001".into())),
        ("Quantity", number("10")),
        ("List_Price", number("10")),
        ("Description", Value::from("line 1")),
    ]);
    assert_eq!(draft.rows, [row]);
    assert!(draft.on_create.0.is_empty() && notes.is_empty());
}

#[test]
fn types_signs_and_subjects() {
    // type, entity, customer field -> subject, total
    let cases = [
        ("Invoice", Entity::Invoice, "Customer", "INV000123", "100"),
        ("Debit Memo", Entity::Invoice, "Customer", "INV000123 (Debit Memo)", "100"),
        ("Credit Memo", Entity::Invoice, "Customer", "INV000123 (Credit Memo)", "-100"),
        ("Overdue Charge", Entity::Invoice, "Customer", "INV000123 (Overdue Charge)", "100"),
        ("Cash Sale", Entity::CashSale, "CustomerID", "INV000123 (Cash Sale)", "100"),
        ("Cash Return", Entity::CashSale, "CustomerID", "INV000123 (Cash Return)", "-100"),
    ];
    for (kind, entity, customer, subject, total) in cases {
        let mut record = with_lines(&[line(1, "A", "10", "10", "100")]);
        record.entity = entity;
        record.key = format!("{kind}/INV000123");
        record.fields.0.retain(|(name, _)| &**name != "Customer");
        set(&mut record, customer, Value::from("C1"));
        set(&mut record, "Type", Value::from(kind));
        let (draft, _) = draft(&record, &schema());
        assert_eq!(draft.erp_key, format!("{kind}/INV000123"));
        assert_eq!(draft.fields.text("Subject"), Some(subject));
        assert_eq!(draft.fields.text("ERP_Type1"), Some(kind));
        assert_eq!(decimal(&draft, "ERP_Total1").as_deref(), Some(total), "{kind}");
        assert_eq!(decimal(&draft, "ERP_Balance1").as_deref(), Some(total), "{kind}");
        let adjustment = if total.starts_with('-') { "-200" } else { "0" };
        assert_eq!(decimal(&draft, "Adjustment").as_deref(), Some(adjustment), "{kind}");
        assert_eq!(draft.rows[0].get("List_Price"), Some(&number("10")), "rows stay positive");
    }
}

#[test]
fn what_stays_behind() {
    let cases: &[(&str, &str, &str, bool)] = &[
        ("Status", "Balanced", "not released", false),
        ("Status", "On Hold", "not released", false),
        ("Status", "Pending Approval", "not released", false),
        ("Status", "Voided", "not released", false),
        ("Status", "In Dispute", "not released", true),
        ("Status", "", "not released", true),
        ("Type", "Credit WO", "type does not travel", false),
        ("Type", "Prepmt. Invoice", "type does not travel", false),
        ("Type", "Something", "type does not travel", false),
    ];
    for (field, value, want, told) in cases {
        let record = changed(field, Value::from(*value));
        let Mapped::Skip { filter, problem } = mapped(&record, &schema()) else { panic!("{value} is not skipped") };
        assert_eq!(filter, *want, "{value}");
        assert_eq!(problem.map(|problem| problem.code), told.then_some(Code::UnknownStatus), "{value}");
        assert_eq!(needs(&record, &schema()), Needs::default(), "{value}");
    }
}

#[test]
fn statuses_that_travel() {
    for (status, want) in
        [("Open", "Approved"), ("Closed", "Approved"), ("Reserved", "Approved"), ("Canceled", "Cancelled")]
    {
        let (draft, _) = draft(&changed("Status", Value::from(status)), &schema());
        assert_eq!(draft.fields.text("ERP_Status1"), Some(status));
        assert_eq!(draft.fields.text("Status"), Some(want), "{status}");
    }
    let mut schema = schema();
    let module = schema.modules.get_mut(&Module::Invoices).unwrap();
    module.fields.insert("Status".into(), listed("Status", &["Open", "CANCELLED"]));
    let (open, notes) = draft(&invoice("100"), &schema);
    assert_eq!(open.fields.get("Status"), None);
    assert_eq!(notes, [Note { field: "Status".into(), why: Why::NotListed }]);
    let (canceled, _) = draft(&changed("Status", Value::from("Canceled")), &schema);
    assert_eq!(canceled.fields.text("Status"), Some("CANCELLED"));
}

#[test]
fn a_split_original_bills_nothing() {
    let mut record = with_lines(&[line(1, "A", "10", "10", "100")]);
    set(&mut record, "Status", Value::from("Closed"));
    set(&mut record, "Balance", number("0"));
    set(&mut record, "custom/Document.InstallmentCntr", number("3"));
    let (split, _) = draft(&record, &schema());
    assert_eq!(split.fields.text("ERP_Status1"), Some("Instalments"));
    assert_eq!(decimal(&split, "ERP_Total1").as_deref(), Some("0"));
    assert_eq!(decimal(&split, "Adjustment").as_deref(), Some("-100"));
    set(&mut record, "custom/Document.InstallmentCntr", number("0"));
    let (whole, _) = draft(&record, &schema());
    assert_eq!(whole.fields.text("ERP_Status1"), Some("Closed"));
    assert_eq!(decimal(&whole, "ERP_Total1").as_deref(), Some("100"));
}

fn several_currencies() -> Schema {
    let mut schema = schema();
    schema.multi_currency = true;
    for (code, places) in [("USD", 2), ("JPY", 0), ("BHD", 3), ("XAU", 4_000_000_000)] {
        schema.currencies.insert(code.into(), Currency { places });
    }
    schema
}

#[test]
fn currencies() {
    // currency, amount -> total; written on creation
    let cases = [
        ("USD", "10.005", "10.01"),
        ("JPY", "1000.5", "1001"),
        ("BHD", "1.2345", "1.235"),
        ("XAU", "1.2345", "1.2345"),
    ];
    for (code, amount, total) in cases {
        let mut record = invoice(amount);
        record.lines.push(line(1, "A", "1", "1", "1"));
        set(&mut record, "custom/Document.CuryID", Value::from(code));
        let (draft, _) = draft(&record, &several_currencies());
        assert_eq!(decimal(&draft, "ERP_Total1").as_deref(), Some(total), "{code}");
        assert_eq!(draft.fields.text("ERP_Currency1"), Some(code));
        assert_eq!(draft.on_create, given(&[("Currency", Value::from(code))]));
    }
    let record = changed("custom/Document.CuryID", Value::from("CHF"));
    let problem = parked(&record, &several_currencies());
    assert_eq!((problem.code, problem.field.as_str()), (Code::CurrencyNotActive, "Currency"));
    let (one, _) = draft(&record, &schema());
    assert!(one.on_create.0.is_empty(), "an organisation with one currency takes any");
}

#[test]
fn an_unknown_currency_is_left_out_and_told() {
    let mut record = invoice("10.005");
    record.fields.0.retain(|(name, _)| !name.starts_with("custom/"));
    for schema in [schema(), several_currencies()] {
        let (draft, notes) = draft(&record, &schema);
        assert_eq!(draft.fields.get("ERP_Currency1"), None);
        assert_eq!(decimal(&draft, "ERP_Total1").as_deref(), Some("10.01"));
        assert!(draft.on_create.0.is_empty());
        assert_eq!(notes, [Note { field: "ERP_Currency1".into(), why: Why::CurrencyUnknown }]);
    }
}

#[test]
fn what_cannot_be_read_is_parked() {
    let missing = |name: &str| {
        let mut record = invoice("100");
        record.fields.0.retain(|(known, _)| &**known != name);
        record
    };
    let cases = [
        (missing("Type"), Code::SourceUnreadable, "Type"),
        (missing("ReferenceNbr"), Code::SourceUnreadable, "ReferenceNbr"),
        (missing("Amount"), Code::SourceUnreadable, "Amount"),
        (missing("Customer"), Code::SourceUnreadable, "CustomerID"),
        (changed("Amount", Value::Null), Code::SourceUnreadable, "Amount"),
        (changed("Amount", Value::from("100")), Code::SourceUnreadable, "Amount"),
        (changed("Amount", Value::Decimal(Decimal::MAX)), Code::SourceUnreadable, "Amount"),
        (changed("Balance", Value::Decimal(Decimal::MIN)), Code::SourceUnreadable, "Balance"),
        (Record { key: format!("Invoice/{}", "9".repeat(43)), ..invoice("1") }, Code::KeyTooLong, "ERP Key"),
        (Record { id: String::new(), ..invoice("1") }, Code::SourceUnreadable, "id"),
    ];
    for (record, code, field) in cases {
        let problem = parked(&record, &schema());
        assert_eq!((problem.code, problem.field.as_str()), (code, field));
    }
    let fits = Record { key: format!("Invoice/{}", "9".repeat(42)), ..invoice("1") };
    assert_eq!(draft(&fits, &schema()).0.erp_key.len(), 50);
}

#[test]
fn dates_of_another_kind_are_left_out_and_told() {
    let (draft, notes) = draft(&changed("DueDate", Value::from("12/14/2023")), &schema());
    assert_eq!(draft.fields.get("Due_Date"), None);
    assert_eq!(notes, [Note { field: "Due_Date".into(), why: Why::Unreadable }]);
}

#[test]
fn long_texts_of_header_and_rows_are_cut() {
    let mut schema = schema();
    let module = schema.modules.get_mut(&Module::Invoices).unwrap();
    module.rows.get_mut("Description").unwrap().length = Some(4);
    let mut record = with_lines(&[line(1, "A", "1", "1", "1")]);
    set(&mut record, "CustomerOrder", Value::from("é".repeat(31)));
    let (draft, notes) = draft(&record, &schema);
    assert_eq!(draft.fields.text("Purchase_Order"), Some("é".repeat(30).as_str()));
    assert_eq!(draft.rows[0].text("Description"), Some("line"));
    assert_eq!(
        notes,
        [
            Note { field: "Purchase_Order".into(), why: Why::Cut { length: 31, limit: 30 } },
            Note { field: "Description".into(), why: Why::Cut { length: 6, limit: 4 } },
        ]
    );
}
