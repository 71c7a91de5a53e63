//! Agreed values: packing and what changed between two versions.

#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::Instant;

fn fields(all: &[(&str, Value)]) -> Fields {
    Fields(all.iter().map(|(name, value)| (Name::from(*name), value.clone())).collect())
}

fn number(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

fn line(product: u64, quantity: &str, price: &str, words: &str) -> Fields {
    fields(&[
        ("Product_Name", Value::Link((5_555_500_000_000_000_000 + product).to_string())),
        ("Quantity", number(quantity)),
        ("List_Price", number(price)),
        ("Description", words.into()),
    ])
}

fn document(balance: &str, rows: Vec<Fields>) -> Agreed {
    let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let header = [
        ("ERP_Key", "Invoice/000123".into()),
        ("Subject", "Invoice 000123".into()),
        ("Account_Name", Value::Link("5555500000000001234".to_owned())),
        ("Invoice_Date", Value::Date(jiff::civil::date(2026, 11, 24))),
        ("ERP_Balance", number(balance)),
        ("Their_Own_Field", guid.into()),
    ];
    Agreed { fields: fields(&header), rows }
}

#[test]
fn a_line_takes_forty_bytes_at_most() {
    let rows = |count: u64| -> Vec<Fields> {
        (0..count).map(|n| line(n * 7_919 % 20_000, "12", "149.90", "Office chair, model no. 4")).collect()
    };
    let (one, many) = (document("10.00", rows(1)).pack().len(), document("10.00", rows(51)).pack().len());
    assert!((many - one) / 50 <= 40, "{} bytes a line", (many - one) / 50);
    assert!(one < 170, "{one} bytes for a document of one line");
}

#[test]
fn a_field_that_is_not_sent_again_keeps_what_was_agreed() {
    let before = document("10.00", vec![line(1, "1", "2", "a")]);
    let mut draft = Draft {
        module: crate::Module::Invoices,
        erp_key: "Invoice/000123".to_owned(),
        fields: fields(&[("ERP_Balance", number("0.00"))]),
        on_create: fields(&[("Currency", "EUR".into())]),
        rows: vec![line(2, "1", "2", "b")],
    };
    let header = before.after(&draft, false);
    assert_eq!(header.fields.get("Subject"), before.fields.get("Subject"));
    assert_eq!((header.fields.get("ERP_Balance"), &header.rows), (Some(&number("0")), &before.rows));
    assert_eq!(header.fields.get("Currency"), None);
    assert_eq!(before.after(&draft, true).rows, draft.rows);
    draft.rows.clear();
    assert_eq!(before.after(&draft, true).rows, Vec::<Fields>::new());
}

#[test]
fn changes_name_fields_and_rows_and_lead_back() {
    let before = document("10.00", vec![line(1, "1", "2", "a"), line(2, "1", "2", "b"), line(3, "1", "2", "c")]);
    let mut after = before.clone();
    after.fields.0.retain(|(name, _)| &**name != "Subject");
    *after.fields.0.iter_mut().find(|(name, _)| &**name == "ERP_Balance").map(|(_, value)| value).unwrap() =
        number("0");
    after.rows = vec![line(1, "1", "2", "a"), line(2, "4", "2", "b"), line(9, "1", "1", "new"), line(3, "1", "2", "c")];
    let changes = Changes::between(&before, &after);
    let names: Vec<&str> = changes.fields.iter().map(|change| &*change.name).collect();
    assert_eq!(names, ["ERP_Balance", "Subject"]);
    let steps = changes.rows.as_ref().unwrap().steps();
    assert!(matches!(&steps[..], [(1, RowStep::Changed(one)), (2, RowStep::Added(_))] if one.len() == 1), "{steps:?}");
    let back = changes.undo(&after).unwrap();
    assert!(Changes::between(&before, &back).is_empty());
    assert_eq!(changes.undo(&before), None, "it did not lead there");
    assert_eq!(Changes::unpack(&changes.pack()), Some(changes));
    assert!(Changes::between(&before, &before).is_empty());
}

#[test]
fn numbers_keep_their_scale_and_ids_their_digits() {
    let odd = ["0", "00", "007", "18446744073709551616", "18446744073709551615", "", "+5", "x"];
    let rows: Vec<Fields> = odd.iter().map(|id| fields(&[("Product_Name", Value::Link((*id).to_owned()))])).collect();
    let scales = ["1.50", "1.5", "1.500", "0.0", "-0.0000000000000000000000000001"];
    let scaled: Vec<Fields> = scales.iter().map(|text| fields(&[("Quantity", number(text))])).collect();
    let agreed = Agreed { fields: Fields::default(), rows: [rows, scaled].concat() };
    let read = Agreed::unpack(&agreed.pack()).unwrap();
    assert_eq!(format!("{read:?}"), format!("{agreed:?}"));
}

#[test]
fn the_form_is_the_one_that_was_kept_before() {
    let agreed = Agreed {
        fields: fields(&[("ERP_Key", "a".into()), ("Adjustment", number("-1.50")), ("X", Value::Null)]),
        rows: vec![fields(&[("Quantity", number("2"))]), fields(&[("Quantity", number("2"))])],
    };
    let kept = [1, 3, 1, 1, 1, b'a', 29, 34, 171, 2, 0, 1, b'X', 0, 2, 0, 1, 30, 32, 4, 1, 10];
    assert_eq!(agreed.pack(), kept);
    assert_eq!(Agreed::unpack(&kept), Some(agreed));
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        ".{0,12}".prop_map(Value::Text),
        (any::<i64>(), 0_u32..=28).prop_map(|(m, s)| Value::Decimal(rust_decimal::Decimal::new(m, s))),
        (1900_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
        any::<i64>().prop_map(|micros| Value::Instant(Instant::from_micros(micros))),
        prop_oneof!["[0-9]{0,21}", "[a-z]{1,4}"].prop_map(Value::Link),
        any::<u128>().prop_map(|n| {
            let hex = format!("{n:032x}");
            Value::Text(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
        }),
    ]
}

fn some_fields() -> impl Strategy<Value = Fields> {
    let name = prop_oneof!["[A-C]", Just("Quantity".to_owned()), Just("ERP_Key".to_owned())];
    prop::collection::btree_map(name, value(), 0..5)
        .prop_map(|all| Fields(all.into_iter().map(|(name, value)| (Name::from(name), value)).collect()))
}

fn some_agreed() -> impl Strategy<Value = Agreed> {
    (some_fields(), prop::collection::vec(some_fields(), 0..6)).prop_map(|(fields, rows)| Agreed { fields, rows })
}

proptest! {
    #[test]
    fn what_is_packed_comes_back(agreed in some_agreed()) {
        prop_assert_eq!(format!("{:?}", Agreed::unpack(&agreed.pack())), format!("{:?}", Some(&agreed)));
    }

    #[test]
    fn every_change_leads_back(before in some_agreed(), after in some_agreed()) {
        let changes = Changes::between(&before, &after);
        let read = Changes::unpack(&changes.pack()).unwrap();
        prop_assert_eq!(&read, &changes);
        prop_assert!(Changes::between(&before, &read.undo(&after).unwrap()).is_empty());
    }

    #[test]
    fn foreign_bytes_are_refused_quietly(mut bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Some(first) = bytes.first_mut() { *first = VERSIONED; }
        let _ = Agreed::unpack(&bytes);
        let _ = Changes::unpack(&bytes);
    }
}

const VERSIONED: u8 = 1;
