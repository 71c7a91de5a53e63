//! The arithmetic of inventory documents and the other values that Zoho computes.
//!
//! Owns: section 11 of the fact sheet: row totals, taxes, document totals, rounding half away from zero to
//! the currency's places. Must not: look at what was sent; it works on stored values only.

use std::str::FromStr as _;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::zoho::model::{Cell, Cells, FieldNo, Org, Record};
use crate::zoho::switches::{SubTotal, Switches};

fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn number(cells: &Cells, no: FieldNo) -> Decimal {
    cells.get(no).and_then(Cell::number).unwrap_or_default()
}

/// The amount of a tax on a base.
pub(crate) fn tax_amount(base: Decimal, percent: Decimal, places: u32) -> Decimal {
    round(base * percent / Decimal::ONE_HUNDRED, places)
}

/// Recomputes everything that depends on other values of the record.
pub(super) fn compute(org: &Org, switches: &Switches, module_no: usize, record: &mut Record) {
    match org.module_at(module_no).meta.api_name.as_str() {
        "Contacts" | "Leads" => full_name(org, module_no, record),
        "Deals" => expected_revenue(org, module_no, record),
        _ => document(org, switches, module_no, record),
    }
}

fn full_name(org: &Org, module_no: usize, record: &mut Record) {
    let module = org.module_at(module_no);
    let [Some(first), Some(last), Some(full)] = ["First_Name", "Last_Name", "Full_Name"].map(|n| module.field_no(n))
    else {
        return;
    };
    let words = [first, last].map(|no| record.cells.get(no).and_then(Cell::text).unwrap_or(""));
    let name = words.join(" ").trim().to_owned();
    record.cells.set(full, (!name.is_empty()).then(|| Cell::Text(name.into())));
}

fn expected_revenue(org: &Org, module_no: usize, record: &mut Record) {
    let module = org.module_at(module_no);
    let [Some(amount), Some(probability), Some(expected)] =
        ["Amount", "Probability", "Expected_Revenue"].map(|n| module.field_no(n))
    else {
        return;
    };
    let revenue = record
        .cells
        .get(amount)
        .and_then(Cell::number)
        .map(|amount| round(amount * number(&record.cells, probability) / Decimal::ONE_HUNDRED, 2));
    record.cells.set(expected, revenue.map(Cell::Number));
}

fn document(org: &Org, switches: &Switches, module_no: usize, record: &mut Record) {
    let Some(plan) = &org.module_at(module_no).lines else {
        return;
    };
    let iso = plan.currency.and_then(|no| record.cells.get(no)).and_then(Cell::text);
    let places = org.precision(iso);
    let (mut net_sum, mut before_sum) = (Decimal::ZERO, Decimal::ZERO);
    if let Some(Cell::Rows(rows)) = record.cells.get_mut(plan.subform) {
        for row in rows {
            let cells = &mut row.cells;
            let total = round(number(cells, plan.quantity) * number(cells, plan.list_price), places);
            let discount = match cells.get(plan.row_discount) {
                Some(Cell::Text(share)) => {
                    let percent = Decimal::from_str(share.trim_end_matches('%').trim()).unwrap_or_default();
                    tax_amount(total, percent, places)
                }
                Some(Cell::Number(amount)) => round(*amount, places),
                _ => Decimal::ZERO,
            };
            let after = total - discount;
            let tax = match cells.get(plan.line_tax) {
                Some(Cell::List(names)) => names
                    .iter()
                    .filter_map(|name| org.tax(name))
                    .map(|tax| tax_amount(after, tax.percent, places))
                    .sum(),
                _ => Decimal::ZERO,
            };
            let net = after + tax;
            net_sum += net;
            before_sum += after;
            for (no, value) in [
                (plan.total, total),
                (plan.row_discount, discount),
                (plan.after_discount, after),
                (plan.row_tax, tax),
                (plan.net_total, net),
            ] {
                cells.set(no, Some(Cell::Number(value)));
            }
        }
    }
    let cells = &mut record.cells;
    let (sub_total, header_tax) = match switches.sub_total {
        SubTotal::Net => (net_sum, Decimal::ZERO),
        SubTotal::BeforeTax => (before_sum, net_sum - before_sum),
    };
    let grand = sub_total - round(number(cells, plan.discount), places)
        + header_tax
        + round(number(cells, plan.adjustment), places)
        + org.total_extra;
    for (no, value) in [(plan.sub_total, sub_total), (plan.tax, header_tax), (plan.grand_total, grand)] {
        cells.set(no, Some(Cell::Number(value)));
    }
}
