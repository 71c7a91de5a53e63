//! What must hold for any record: equal drafts, exact totals, texts within bounds, nothing found after settling.
//!
//! Owns tests only. The sink's arithmetic is computed here anew, in whole minor units, from the draft alone.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::sample::*;
use super::*;
use crate::batching::{Step, plan};
use crate::detect::{Detected, compare, versions};
use crate::settle::{Entry, State};
use crate::{Fields, Value};

fn decimal(limit: i64, scale: u32) -> impl Strategy<Value = Decimal> {
    (-limit..=limit, 0..=scale).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn any_line() -> impl Strategy<Value = (Decimal, Decimal, Option<Decimal>, u8)> {
    let free = (decimal(500_000, 4), decimal(9_000_000, 6), decimal(100_000_000, 4));
    let free = free.prop_map(|(quantity, price, amount)| (quantity, price, Some(amount)));
    let usual = (1_i64..500, 0_i64..900_000, 0_u32..40).prop_map(|(quantity, price, percent)| {
        let (quantity, price) = (Decimal::from(quantity), Decimal::new(price, 2));
        (quantity, price, Some(quantity * price * Decimal::from(100 - percent) / Decimal::from(100)))
    });
    let blank = (decimal(5_000, 2), decimal(5_000, 4)).prop_map(|(quantity, price)| (quantity, price, None));
    (prop_oneof![3 => usual, 2 => free, 1 => blank], 0_u8..3).prop_map(|((q, p, a), item)| (q, p, a, item))
}

fn any_document() -> impl Strategy<Value = Record> {
    let kinds = prop_oneof![Just("Invoice"), Just("Credit Memo"), Just("Debit Memo"), Just("Overdue Charge")];
    let currencies = prop_oneof![Just("USD"), Just("JPY"), Just("BHD")];
    (kinds, currencies, decimal(1_000_000_000, 4), prop::collection::vec(any_line(), 0..40), 0_i64..3).prop_map(
        |(kind, currency, amount, lines, parts)| {
            let mut record = invoice("0");
            record.key = format!("{kind}/INV000123");
            set(&mut record, "Type", Value::from(kind));
            set(&mut record, "Amount", Value::Decimal(amount));
            set(&mut record, "custom/Document.CuryID", Value::from(currency));
            set(&mut record, "custom/Document.InstallmentCntr", Value::Decimal(parts.into()));
            record.lines = lines
                .into_iter()
                .enumerate()
                .map(|(place, (quantity, price, amount, item))| {
                    given(&[
                        ("InventoryID", ["A", "B"].get(usize::from(item)).map_or(Value::Null, |id| Value::from(*id))),
                        ("Qty", Value::Decimal(quantity)),
                        ("UnitPrice", Value::Decimal(price)),
                        ("Amount", amount.map_or(Value::Null, Value::Decimal)),
                        ("LineNbr", Value::Decimal(place.into())),
                    ])
                })
                .collect();
            record
        },
    )
}

fn currencies(cap: usize, negative: bool) -> Schema {
    let mut schema = schema();
    schema.multi_currency = true;
    schema.row_cap = cap;
    schema.negative_adjustment = negative;
    for (code, places) in [("USD", 2), ("JPY", 0), ("BHD", 3)] {
        schema.currencies.insert(code.into(), Currency { places });
    }
    schema
}

/// `number` in minor units, rounded half away from zero.
fn minor(number: Decimal, places: u32) -> i128 {
    scaled(number.mantissa(), number.scale(), places)
}

fn scaled(mantissa: i128, scale: u32, places: u32) -> i128 {
    if scale <= places {
        return mantissa * 10_i128.pow(places - scale);
    }
    let step = 10_i128.pow(scale - places);
    let (whole, rest) = (mantissa / step, mantissa % step);
    whole + if rest.abs() * 2 >= step { rest.signum() } else { 0 }
}

/// What the sink computes from a draft: the rows' totals, rounded each, less their discounts, plus the adjustment.
fn grand_total(draft: &Draft, places: u32) -> i128 {
    let get = |fields: &Fields, name: &str| fields.get(name).and_then(Value::as_decimal);
    let rows: i128 = draft
        .rows
        .iter()
        .map(|row| {
            let (quantity, price) = (get(row, "Quantity").unwrap(), get(row, "List_Price").unwrap());
            assert!(quantity > Decimal::ZERO && price >= Decimal::ZERO, "rows are positive: {quantity} x {price}");
            let gross = scaled(quantity.mantissa() * price.mantissa(), quantity.scale() + price.scale(), places);
            let discount = get(row, "Discount").map_or(0, |discount| minor(discount, places));
            assert!((0..=gross).contains(&discount), "{discount} of {gross}");
            gross - discount
        })
        .sum();
    rows + minor(get(&draft.fields, "Adjustment").unwrap(), places)
}

fn settled(record: &Record, draft: &Draft, versions: u64) -> Entry {
    Entry {
        flow: record.entity.flow(),
        erp_key: record.erp_key().to_owned(),
        entity: record.entity,
        code: record.key.clone(),
        source_id: record.id.clone(),
        target_id: Some("1".into()),
        state: State::Settled,
        fingerprint: record.fingerprint(versions),
        header: draft.header_digest(),
        rows: draft.rows_digest(),
        stamp: record.stamp,
        problem: None,
        attempts: 0,
    }
}

proptest! {
    #[test]
    fn the_sinks_total_is_the_erps(record in any_document(), cap in 1_usize..50, negative in any::<bool>()) {
        let schema = currencies(cap, negative);
        let (draft, notes) = draft(&record, &schema);
        let code = record.fields.text("custom/Document.CuryID").unwrap();
        let places = schema.currencies[code].places;
        let amount = minor(record.fields.get("Amount").unwrap().as_decimal().unwrap(), places);
        let sign = if record.fields.text("Type") == Some("Credit Memo") { -1 } else { 1 };
        let split = record.fields.get("custom/Document.InstallmentCntr").unwrap().as_decimal().unwrap() > Decimal::ZERO;
        let total = if split { 0 } else { sign * amount };
        prop_assert_eq!(minor(draft.fields.get("ERP_Total1").unwrap().as_decimal().unwrap(), places), total);
        prop_assert!(draft.rows.len() <= cap && !draft.rows.is_empty());
        if notes.iter().any(|note| note.why == Why::WithoutValue) {
            prop_assert!(!negative);
            prop_assert_eq!(grand_total(&draft, places), 0);
        } else {
            prop_assert_eq!(grand_total(&draft, places), total);
        }
    }

    #[test]
    fn mapping_twice_is_equal_and_settling_leaves_nothing(record in any_document(), other in any_document()) {
        let schema = currencies(100, true);
        let versions = versions(schema.version, RULES_VERSION);
        let (first, notes) = draft(&record, &schema);
        prop_assert_eq!(draft(&record, &schema), (first.clone(), notes));
        let entry = settled(&record, &first, versions);
        prop_assert_eq!(compare(&record, Some(&entry), versions), Detected::Same);
        prop_assert_eq!(plan(&first, Some(&entry)), Step::Nothing);
        if other.fields != record.fields || other.lines != record.lines {
            prop_assert_eq!(compare(&other, Some(&entry), versions), Detected::Changed);
        }
    }

    #[test]
    fn needs_are_what_mapping_asks_for(record in any_document(), cap in 1_usize..50, negative in any::<bool>()) {
        let schema = currencies(cap, negative);
        let need = needs(&record, &schema);
        let Mapped::Wait { accounts, products, placeholder, .. } =
            map(&record, &schema, &Lookups::default(), &Names::of(&schema)) else { panic!("does not wait") };
        prop_assert_eq!(need.accounts.into_iter().collect::<Vec<_>>(), accounts);
        prop_assert_eq!(need.products.into_iter().collect::<Vec<_>>(), products);
        prop_assert_eq!(need.placeholder, placeholder);
    }

    #[test]
    fn texts_stay_within_bounds(name in any::<String>(), limit in 0_usize..40) {
        if let Some(tidy) = text::tidy(&name, false) {
            prop_assert!(!tidy.chars().any(char::is_control) && !tidy.trim().is_empty());
            let cut = text::cut(&tidy, limit);
            prop_assert!(cut.chars().count() <= limit && tidy.starts_with(cut));
            if !text::is_longer(&tidy, limit) {
                prop_assert_eq!(cut, &*tidy);
            }
        }
    }

    #[test]
    fn phones_have_only_what_is_allowed(given in ".{0,60}|[0-9x+() abc/.-]{0,60}", limit in prop::option::of(0_usize..40)) {
        if let Some(phone) = text::phone(&given, limit) {
            prop_assert!(phone.chars().all(|c| "0123456789+()-./ x".contains(c)));
            prop_assert!(phone.chars().any(|c| c.is_ascii_digit()));
            prop_assert!(limit.is_none_or(|limit| phone.len() <= limit));
            prop_assert_eq!(phone.trim(), phone.as_str());
        }
    }

    #[test]
    fn customers_of_any_text_draft(values in prop::collection::vec(any::<String>(), 8)) {
        let fields = ["CustomerName", "Status", "Terms", "MainContact/Phone1", "MainContact/WebSite",
            "BillingContact/Address/AddressLine1", "BillingContact/Address/City", "BillingContact/Address/Country"];
        let pairs: Vec<_> = fields.into_iter().zip(values.into_iter().map(Value::Text)).collect();
        let record = record(Entity::Customer, "C0001", &pairs);
        let schema = schema();
        let (draft, _) = draft(&record, &schema);
        let module = &schema.modules[&Module::Accounts];
        for (name, value) in &draft.fields.0 {
            let field = module.fields.values().find(|field| field.api_name == **name).unwrap();
            let text = value.as_text().unwrap();
            prop_assert!(!text.trim().is_empty(), "{name} is blank");
            prop_assert!(field.length.is_none_or(|length| text.chars().count() <= length), "{name} is too long");
        }
    }
}
