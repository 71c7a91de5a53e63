//! Each rule of "Stock and non-stock item" by table.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::sample::*;
use super::super::*;
use crate::problem::Code;
use crate::{Entity, Value};

fn stock(pairs: &[(&str, Value)]) -> Record {
    record(Entity::StockItem, "AB 12/3-", pairs)
}

#[test]
fn names_codes_and_kinds() {
    let schema = schema();
    let (product, _) = draft(&stock(&[("Description", Value::from(" Bolt M6 "))]), &schema);
    assert_eq!(product.module, Module::Products);
    assert_eq!(product.fields.text("ERP_Key1"), Some("3d3ba0e4-0000-4000-8000-000000000001"));
    assert_eq!(product.fields.text("Product_Name"), Some("Bolt M6"));
    assert_eq!(product.fields.text("Product_Code"), Some("AB 12/3-"));
    assert_eq!(product.fields.text("ERP_Kind1"), Some("Stock"));
    assert_eq!(product.fields.get("Product_Active"), None, "a blank status says nothing");
    let (product, _) = draft(&record(Entity::NonStockItem, "SVC", &[]), &schema);
    assert_eq!(product.fields.text("Product_Name"), Some("SVC"));
    assert_eq!(product.fields.text("ERP_Kind1"), Some("Non-Stock"));
    let (_, notes) = draft(&stock(&[("Description", Value::from("d".repeat(51)))]), &schema);
    assert_eq!(notes[0].to_string(), "Product_Name: cut from 51 to 50 characters");
}

#[test]
fn statuses() {
    let cases = [
        ("Active", true),
        ("No Purchases", true),
        ("No Request", true),
        ("No Sales", false),
        ("Inactive", false),
        ("Marked for Deletion", false),
    ];
    for (status, active) in cases {
        let (draft, _) = draft(&stock(&[("ItemStatus", Value::from(status))]), &schema());
        assert_eq!(draft.fields.text("ERP_Status1"), Some(status));
        assert_eq!(draft.fields.get("Product_Active"), Some(&Value::Bool(active)), "{status}");
    }
}

#[test]
fn units() {
    // entity, field, given, ERP Unit, Usage_Unit
    let cases = [
        (Entity::StockItem, "BaseUOM", "EACH", Some("EACH"), Some("Each")),
        (Entity::StockItem, "BaseUOM", "PALLET", Some("PALLET"), None),
        (Entity::StockItem, "BaseUnit", "EACH", None, None),
        (Entity::NonStockItem, "BaseUnit", "kg", Some("kg"), Some("Kg")),
        (Entity::NonStockItem, "BaseUOM", "kg", None, None),
    ];
    for (entity, field, given, unit, usage) in cases {
        let (draft, _) = draft(&record(entity, "X", &[(field, Value::from(given))]), &schema());
        assert_eq!(draft.fields.text("ERP_Unit1"), unit, "{entity:?} {field} {given}");
        assert_eq!(draft.fields.text("Usage_Unit"), usage, "{entity:?} {field} {given}");
    }
}

#[test]
fn prices() {
    // given, places of the field, written
    let cases = [
        ("12.5000", None, Some("12.5")),
        ("1.005", None, Some("1.01")),
        ("1.2345", Some(4), Some("1.2345")),
        ("1.5", Some(0), Some("2")),
        ("0.0000", None, None),
        ("0.004", None, None),
        ("-3", None, None),
    ];
    for (given, places, want) in cases {
        let mut schema = schema();
        let products = schema.modules.get_mut(&Module::Products).unwrap();
        products.fields.get_mut("Unit_Price").unwrap().places = places;
        let (draft, _) = draft(&stock(&[("DefaultPrice", number(given))]), &schema);
        let want = want.map(number);
        assert_eq!(draft.fields.get("Unit_Price"), want.as_ref(), "{given}");
    }
}

#[test]
fn unreadable_prices_park() {
    let problem = parked(&stock(&[("DefaultPrice", Value::from("twelve"))]), &schema());
    assert_eq!((problem.code, problem.field.as_str()), (Code::SourceUnreadable, "DefaultPrice"));
}

#[test]
fn the_placeholder_is_a_product_with_a_fixed_key() {
    let schema = schema();
    let draft = placeholder(&schema, &Names::of(&schema)).unwrap();
    assert_eq!(draft.erp_key, PLACEHOLDER_KEY);
    assert_eq!(draft.fields.text("ERP_Key1"), Some("placeholder:line"));
    assert_eq!(draft.fields.text("Product_Name"), Some("ERP line without item"));
    assert_eq!(placeholder(&Schema::default(), &Names::default()), None);
}
