//! What a document waits for, and what it says that it needs.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::sample::*;
use super::super::{Mapped, Names, Needs, Note, PLACEHOLDER_KEY, Why, map, needs};
use super::*;

#[test]
fn waits_for_what_has_no_link() {
    let schema = schema();
    let names = Names::of(&schema);
    let all = [line(1, "B", "1", "1", "1"), line(2, "A", "1", "1", "1"), line(3, "", "1", "1", "1")];
    let record = with_lines(&all);
    let need = needs(&record, &schema);
    assert_eq!(need.accounts.iter().collect::<Vec<_>>(), ["C1"]);
    assert_eq!(need.products.iter().collect::<Vec<_>>(), ["A", "B"]);
    assert!(need.placeholder);

    let waits = |lookups: &Lookups| match map(&record, &schema, lookups, &names) {
        Mapped::Wait { accounts, products, placeholder, problem } => {
            (accounts.join(","), products.join(","), placeholder, problem.code, problem.field)
        }
        other => panic!("does not wait: {other:?}"),
    };
    let account = Code::WaitingForAccount;
    let product = Code::WaitingForProduct;
    assert_eq!(waits(&Lookups::default()), ("C1".into(), "A,B".into(), true, account, "C1".into()));
    let mut some = lookups();
    some.products.remove("B");
    assert_eq!(waits(&some), (String::new(), "B".into(), false, product, "B".into()));
    let mut some = lookups();
    some.placeholder = None;
    assert_eq!(waits(&some), (String::new(), String::new(), true, product, PLACEHOLDER_KEY.into()));
    assert!(matches!(map(&record, &schema, &lookups(), &names), Mapped::Draft { .. }));
}

#[test]
fn only_rows_that_are_sent_need_products() {
    let mut schema = schema();
    schema.row_cap = 2;
    let record = with_lines(&[line(1, "A", "1", "1", "1"), line(2, "B", "1", "1", "1"), line(3, "Z", "1", "1", "1")]);
    let need = needs(&record, &schema);
    assert_eq!((need.products.len(), need.placeholder), (1, true));
    let (capped, notes) = draft(&record, &schema);
    assert_eq!(capped.rows[1].text("Description"), Some("and 2 more lines"));
    assert_eq!(capped.rows[1].get("Product_Name"), Some(&Value::Link("7999".into())));
    assert_eq!(notes, [Note { field: "Product_Name".into(), why: Why::LinesSummed(2) }]);

    schema.negative_adjustment = false;
    let record = Record { lines: vec![line(1, "Z", "-1", "1", "-1")], ..invoice("-1") };
    assert_eq!(
        needs(&record, &schema),
        Needs { accounts: ["C1".to_owned()].into(), placeholder: true, ..Needs::default() }
    );
    let (flat, notes) = draft(&record, &schema);
    assert_eq!(decimal(&flat, "ERP_Total1").as_deref(), Some("-1"));
    assert_eq!(decimal(&flat, "Adjustment").as_deref(), Some("0"));
    assert_eq!(notes, [Note { field: "Product_Name".into(), why: Why::WithoutValue }]);
}
