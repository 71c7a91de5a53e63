//! Row arithmetic by table.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::sample::{invoice, line};
use super::*;
use crate::problem::Code;

const POLICY: Policy =
    Policy { places: 2, cap: 100, rows: true, discount: true, quantity_places: None, adjustment: true, negative: true };

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn document(lines: &[Fields]) -> Record {
    Record { lines: lines.to_vec(), ..invoice("0") }
}

fn planned<'r>(record: &'r Record, total: &str, policy: &Policy) -> Plan<'r> {
    plan(record, number(total), number(total), policy).unwrap()
}

/// Quantity, List_Price and Discount of each row, as text.
fn shown(plan: &Plan<'_>) -> Vec<(String, String, String)> {
    let text = |number: Decimal| number.normalize().to_string();
    plan.rows
        .iter()
        .map(|row| (text(row.quantity), text(row.list_price), row.discount.map(text).unwrap_or_default()))
        .collect()
}

#[test]
fn one_line() {
    // quantity, unit price, amount, places -> Quantity, List_Price, Discount, net
    let cases = [
        ("3", "10", "30", 2, ("3", "10", ""), "30"),
        ("3", "10", "27.5", 2, ("3", "10", "2.5"), "27.5"),
        ("3", "10", "33", 2, ("3", "10", ""), "30"),
        ("3", "10", "0", 2, ("3", "10", "30"), "0"),
        ("0", "10", "0", 2, ("1", "0", ""), "0"),
        ("0", "10", "8", 2, ("1", "8", ""), "8"),
        ("-1", "10", "-10", 2, ("1", "0", ""), "0"),
        ("1", "-10", "-10", 2, ("1", "0", ""), "0"),
        ("-1", "-10", "10", 2, ("1", "10", ""), "10"),
        ("2", "0", "0", 2, ("2", "0", ""), "0"),
        ("2", "0", "5", 2, ("2", "0", ""), "0"),
        ("100", "1.2345", "123.45", 2, ("100", "1.23", ""), "123"),
        ("10", "1.2355", "12.36", 2, ("10", "1.24", "0.04"), "12.36"),
        ("10000", "0.0042", "42", 2, ("1", "42", ""), "42"),
        ("1", "1.005", "1.005", 2, ("1", "1.01", ""), "1.01"),
        ("1.5", "3", "4.5", 0, ("1.5", "3", ""), "5"),
        ("1", "1.2345", "1.2345", 3, ("1", "1.235", ""), "1.235"),
    ];
    for (quantity, price, amount, places, (q, p, d), net) in cases {
        let record = document(&[line(1, "A", quantity, price, amount)]);
        let plan = planned(&record, "1000", &Policy { places, ..POLICY });
        let want = (q.to_owned(), p.to_owned(), d.to_owned());
        assert_eq!(shown(&plan), [want], "{quantity} x {price} = {amount}");
        assert_eq!(plan.adjustment, number("1000") - number(net), "{quantity} x {price} = {amount}");
    }
}

#[test]
fn blank_figures() {
    let mut blank = line(1, "A", "2", "10", "0");
    blank.0.retain(|(name, _)| &**name != "Amount");
    let record = document(&[blank, Fields::default()]);
    let plan = planned(&record, "20", &POLICY);
    assert_eq!(shown(&plan)[0], ("2".into(), "10".into(), String::new()), "no amount counts as quantity times price");
    assert_eq!(shown(&plan)[1], ("1".into(), "0".into(), String::new()), "an empty line counts as nothing");
    assert_eq!(plan.adjustment, Decimal::ZERO);
}

#[test]
fn quantities_that_the_sink_cannot_hold_become_one() {
    let record = document(&[line(1, "A", "1.2345", "10", "12.35")]);
    let policy = Policy { quantity_places: Some(2), ..POLICY };
    assert_eq!(shown(&planned(&record, "12.35", &policy)), [("1".into(), "12.35".into(), String::new())]);
    let record = document(&[line(1, "A", "1.2500", "10", "12.5")]);
    assert_eq!(shown(&planned(&record, "12.5", &policy)), [("1.25".into(), "10".into(), String::new())]);
}

#[test]
fn without_a_discount_column_the_gap_is_in_the_adjustment() {
    let record = document(&[line(1, "A", "3", "10", "27.5")]);
    let plan = planned(&record, "27.5", &Policy { discount: false, ..POLICY });
    assert_eq!(shown(&plan), [("3".into(), "10".into(), String::new())]);
    assert_eq!(plan.adjustment, number("-2.5"));
}

#[test]
fn lines_go_by_number() {
    let mut record = document(&[line(3, "C", "1", "1", "1"), line(1, "A", "1", "1", "1"), line(2, "", "1", "1", "1")]);
    let items = |record: &Record| -> Vec<Option<String>> {
        planned(record, "3", &POLICY).rows.iter().map(|row| row.item.map(str::to_owned)).collect()
    };
    assert_eq!(items(&record), [Some("A".into()), None, Some("C".into())]);
    record.entity = Entity::CashSale;
    assert_eq!(items(&record), [Some("C".into()), Some("A".into()), None]);
}

#[test]
fn more_lines_than_the_cap_are_summed_up() {
    let lines: Vec<_> = (1..=5).map(|nbr| line(nbr, "A", "1", "10", "10")).collect();
    let record = document(&lines);
    let plan = planned(&record, "50", &Policy { cap: 3, ..POLICY });
    assert_eq!(plan.summed, 3);
    assert_eq!(plan.rows.len(), 3);
    assert_eq!((plan.rows[2].item, plan.rows[2].words), (None, Words::More(3)));
    assert_eq!(shown(&plan)[2], ("1".into(), "30".into(), String::new()));
    assert_eq!(plan.adjustment, Decimal::ZERO);
    let exact = planned(&record, "50", &Policy { cap: 5, ..POLICY });
    assert_eq!((exact.summed, exact.rows.len()), (0, 5));
    let only = planned(&record, "50", &Policy { cap: 1, ..POLICY });
    assert_eq!((only.summed, only.rows.len()), (5, 1));
}

#[test]
fn a_negative_rest_is_zero_and_goes_into_the_adjustment() {
    let lines = [line(1, "A", "1", "10", "10"), line(2, "A", "1", "1", "1"), line(3, "A", "-1", "5", "-5")];
    let record = document(&lines);
    let plan = planned(&record, "6", &Policy { cap: 2, ..POLICY });
    assert_eq!(shown(&plan)[1], ("1".into(), "0".into(), String::new()));
    assert_eq!(plan.adjustment, number("-4"));
}

#[test]
fn a_document_without_lines_has_one_row() {
    let record = document(&[]);
    let one = plan(&record, number("80"), number("-80"), &POLICY).unwrap();
    assert_eq!(shown(&one), [("1".into(), "80".into(), String::new())]);
    assert_eq!(one.adjustment, number("-160"));
    let negative = plan(&record, number("-80"), number("-80"), &POLICY).unwrap();
    assert_eq!(shown(&negative), [("1".into(), "0".into(), String::new())]);
    assert_eq!(negative.adjustment, number("-80"));
}

#[test]
fn where_the_sink_does_not_take_the_adjustment_rows_have_no_value() {
    let record = document(&[line(1, "A", "3", "10", "30"), line(2, "B", "1", "1", "1")]);
    let no_negative = Policy { negative: false, ..POLICY };
    let no_field = Policy { adjustment: false, ..POLICY };
    // total, policy -> goes without value
    let cases = [
        ("31", no_negative, false),
        ("40", no_negative, false),
        ("-31", no_negative, true),
        ("20", no_negative, true),
        ("31", no_field, false),
        ("40", no_field, true),
        ("20", no_field, true),
    ];
    for (total, policy, without) in cases {
        let plan = planned(&record, total, &policy);
        assert_eq!(plan.without_value, without, "{total} {policy:?}");
        if without {
            assert_eq!(shown(&plan), [("1".into(), "0".into(), String::new())]);
            assert_eq!((plan.rows[0].item, plan.adjustment), (None, Decimal::ZERO));
        }
    }
}

#[test]
fn without_row_columns_only_the_adjustment_counts() {
    let record = document(&[line(1, "A", "3", "10", "30")]);
    let plan = planned(&record, "30", &Policy { rows: false, ..POLICY });
    assert!(plan.rows.is_empty());
    assert_eq!(plan.adjustment, number("30"));
}

#[test]
fn absurd_figures_are_told_and_do_not_panic() {
    let max = Decimal::MAX.to_string();
    let huge = "999999999999999";
    for (quantity, price, amount) in [(&*max, "1", "1"), ("1", &*max, "1"), ("1", "1", &*max), (huge, huge, "1")] {
        let record = document(&[line(1, "A", "1", "1", "1"), line(2, "A", quantity, price, amount)]);
        for cap in [1, 100] {
            // A line that is only summed up does not multiply its figures.
            if cap == 1 && quantity == huge {
                continue;
            }
            let problem = plan(&record, Decimal::ONE, Decimal::ONE, &Policy { cap, ..POLICY }).unwrap_err();
            assert_eq!(problem.code, Code::SourceUnreadable, "{quantity} {price} {amount}");
            assert!(problem.field.starts_with("Details"), "{}", problem.field);
        }
    }
    let lines: Vec<_> = (0..200).map(|nbr| line(nbr, "A", "1", huge, huge)).collect();
    let problem = plan(&document(&lines), Decimal::ONE, Decimal::ONE, &POLICY).unwrap_err();
    assert_eq!(problem.code, Code::SourceUnreadable);
}

#[test]
fn the_schema_gives_the_policy() {
    let mut schema = super::super::sample::schema();
    schema.row_cap = 0;
    let policy = Policy::of(&schema, 3);
    assert_eq!((policy.places, policy.cap), (3, 100));
    assert!(policy.rows && policy.discount && policy.adjustment && policy.negative);
    let module = schema.modules.get_mut(&Module::Invoices).unwrap();
    module.rows.get_mut("Quantity").unwrap().places = Some(4);
    module.rows.remove("Discount");
    module.fields.remove("Adjustment");
    let policy = Policy::of(&schema, 2);
    assert_eq!(policy.quantity_places, Some(4));
    assert!(policy.rows && !policy.discount && !policy.adjustment);
}
