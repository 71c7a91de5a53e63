//! Each rule of "Customer" by table.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::sample::*;
use super::super::*;
use crate::problem::Code;
use crate::{Entity, Value};

fn customer(pairs: &[(&str, Value)]) -> Record {
    record(Entity::Customer, "C0001", pairs)
}

/// One source field, one sink field, text in, text out.
#[test]
fn fields_one_by_one() {
    let long = "x".repeat(300);
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("CustomerName", "  Acme \u{9} Ltd ", "Account_Name", Some("Acme   Ltd")),
        ("CustomerName", "  ", "Account_Name", Some("C0001")),
        ("CustomerName", "Bär & \"Söhne\" <AG>", "Account_Name", Some("Bär & \"Söhne\" <AG>")),
        ("CustomerName", &long, "Account_Name", Some(&long[..100])),
        ("Status", "Credit Hold", "ERP_Status1", Some("Credit Hold")),
        ("Status", "", "ERP_Status1", None),
        ("CustomerClass", "LOCAL", "ERP_Class1", Some("LOCAL")),
        ("Terms", "30D", "ERP_Terms1", Some("30D")),
        ("CurrencyID", "EUR", "ERP_Currency1", Some("EUR")),
        ("MainContact/Phone1", "call +41 (44) 123", "Phone", Some("+41 (44) 123")),
        ("MainContact/Phone1", "none", "Phone", None),
        ("MainContact/WebSite", "www.acme.example", "Website", Some("www.acme.example")),
        ("MainContact/WebSite", "see web", "Website", None),
        ("MainContact/WebSite", "https://acme.example/a/very/long/path", "Website", None),
        ("BillingContact/Address/City", " Zürich ", "Billing_City", Some("Zürich")),
        ("BillingContact/Address/State", "ZH", "Billing_State", Some("ZH")),
        ("BillingContact/Address/PostalCode", "8001", "Billing_Code", Some("8001")),
        ("BillingContact/Address/Country", "CH", "Billing_Country", Some("CH")),
        ("ShippingContact/Address/City", "Bern", "Shipping_City", Some("Bern")),
        ("ShippingContact/Address/City", "Bern", "Billing_City", None),
    ];
    let schema = schema();
    for (source, given, target, want) in cases {
        let (draft, _) = draft(&customer(&[(source, Value::from(*given))]), &schema);
        assert_eq!(draft.fields.text(target), *want, "{source} = {given:?}");
    }
}

#[test]
fn identity_and_code() {
    let (draft, notes) = draft(&customer(&[]), &schema());
    assert_eq!(draft.module, Module::Accounts);
    assert_eq!(draft.erp_key, "3d3ba0e4-0000-4000-8000-000000000001");
    assert_eq!(draft.fields.text("ERP_Key1"), Some("3d3ba0e4-0000-4000-8000-000000000001"));
    assert_eq!(draft.fields.text("ERP_Code1"), Some("C0001"));
    assert_eq!(draft.fields.text("Account_Name"), Some("C0001"));
    assert_eq!(draft.fields.0.len(), 3, "blank source values are left out");
    assert!(draft.rows.is_empty() && draft.on_create.0.is_empty() && notes.is_empty());
}

#[test]
fn streets_join_what_is_there() {
    let cases = [
        ("1 Main St", "Suite 5", Some("1 Main St, Suite 5")),
        ("1 Main St", " ", Some("1 Main St")),
        ("", "Suite 5", Some("Suite 5")),
        ("", "", None),
    ];
    for (first, second, want) in cases {
        let record = customer(&[
            ("BillingContact/Address/AddressLine1", Value::from(first)),
            ("BillingContact/Address/AddressLine2", Value::from(second)),
        ]);
        assert_eq!(draft(&record, &schema()).0.fields.text("Billing_Street"), want, "{first:?} {second:?}");
    }
}

#[test]
fn listed_states_and_countries_only() {
    let mut schema = schema();
    let accounts = schema.modules.get_mut(&Module::Accounts).unwrap();
    accounts.fields.insert("Billing_Country".into(), listed("Billing_Country", &["Germany", "France"]));
    for (given, want) in [("GERMANY", Some("Germany")), ("DE", None)] {
        let record = customer(&[("BillingContact/Address/Country", Value::from(given))]);
        let (draft, notes) = draft(&record, &schema);
        assert_eq!(draft.fields.text("Billing_Country"), want);
        let told = notes.iter().any(|note| note.why == Why::NotListed && &*note.field == "Billing_Country");
        assert_eq!(told, want.is_none());
    }
}

#[test]
fn what_is_lost_is_noted() {
    let record = customer(&[
        ("CustomerName", Value::from("n".repeat(134))),
        ("MainContact/Phone1", Value::from(format!("tel {}", "1".repeat(34)))),
        ("MainContact/WebSite", Value::from(format!("acme.example/{}", "p".repeat(40)))),
    ]);
    let (_, notes) = draft(&record, &schema());
    let none = customer(&[("MainContact/Phone1", Value::from("none"))]);
    let said_none = draft(&none, &schema()).1[0].to_string();
    assert_eq!(said_none, "Phone: left out, not of the form that the field takes");
    let said: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "Account_Name: cut from 134 to 100 characters",
            "Phone: cut from 34 to 30 characters",
            "Website: left out, longer than the field",
        ]
    );
}

#[test]
fn fields_that_the_schema_lacks_are_left_out() {
    let mut schema = schema();
    let accounts = schema.modules.get_mut(&Module::Accounts).unwrap();
    accounts.fields.retain(|label, _| label == "ERP Key" || label == "Account_Name");
    let record = customer(&[("CustomerName", Value::from("Acme")), ("ParentRecord", Value::from("P1"))]);
    let names: Vec<String> = draft(&record, &schema).0.fields.0.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["ERP_Key1", "Account_Name"]);
    assert_eq!(needs(&record, &schema), Needs::default(), "no field for a parent, no need for one");
}

#[test]
fn parents() {
    let schema = schema();
    // ParentRecord -> needed, written, missing
    let cases = [
        ("C1", Some("C1"), Some("9001"), None),
        (" C1 ", Some("C1"), Some("9001"), None),
        ("C2", Some("C2"), None, Some("C2")),
        ("", None, None, None),
        ("C0001", None, None, None),
        ("c0001", None, None, None),
    ];
    for (parent, needed, written, missing) in cases {
        let record = customer(&[("ParentRecord", Value::from(parent))]);
        assert_eq!(needs(&record, &schema).accounts.first().map(String::as_str), needed, "{parent:?}");
        let Mapped::Draft { draft, parent_missing, .. } = mapped(&record, &schema) else { panic!("no draft") };
        let link = written.map(|id| Value::Link(id.to_owned()));
        assert_eq!(draft.fields.get("Parent_Account"), link.as_ref(), "{parent:?}");
        assert_eq!(parent_missing.as_deref(), missing, "{parent:?}");
    }
}

#[test]
fn a_customer_without_identity_is_parked() {
    let mut record = customer(&[]);
    record.id = String::new();
    assert_eq!(parked(&record, &schema()).code, Code::SourceUnreadable);
    let mut record = customer(&[]);
    record.key = " ".into();
    assert_eq!(parked(&record, &schema()).code, Code::SourceUnreadable);
    let mut record = customer(&[]);
    record.id = "a".repeat(51);
    assert_eq!(parked(&record, &schema()).code, Code::KeyTooLong);
}
