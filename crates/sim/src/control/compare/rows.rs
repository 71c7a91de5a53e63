//! The rows of an invoice, and what they leave to its adjustment.

use rust_decimal::Decimal;

use super::documents::total;
use super::items::Items;
use super::report::ModuleReport;
use super::side::{Should, Side, check_row};
use super::text::{filled, round};
use super::{PLACEHOLDER, Rules};
use crate::acumatica::model::{Document, Line};
use crate::zoho::model::Record;

/// One row as it should be.
struct RowPlan {
    product: Option<u64>,
    /// Whether `product` is the placeholder, which no item stands for.
    placeholder: bool,
    quantity: Decimal,
    price: Decimal,
    discount: Decimal,
    description: Option<String>,
}

/// All rows of a document as they should be, with the totals that follow.
pub(super) struct Plan {
    rows: Vec<RowPlan>,
    /// What the rows do not carry.
    pub(super) adjustment: Decimal,
    /// The total that the CRM counts.
    pub(super) grand_total: Decimal,
}

impl Plan {
    /// The rows of `document`.
    pub(super) fn of(document: &Document, side: &Side<'_>, items: &Items, rules: &Rules) -> Self {
        let places = side.org.precision(Some(&document.currency));
        let total = total(document, rules);
        let mut rows: Vec<RowPlan> = document.lines.iter().map(|line| row(line, items, places)).collect();
        if document.lines.len() > rules.rows {
            let kept = rules.rows.saturating_sub(1);
            let rest = document.lines.get(kept..).unwrap_or_default();
            let sum: Decimal = rest.iter().map(|line| round(line.amount, places)).sum();
            rows.truncate(kept);
            rows.push(RowPlan {
                product: items.placeholder,
                placeholder: true,
                quantity: Decimal::ONE,
                price: sum.max(Decimal::ZERO),
                discount: Decimal::ZERO,
                description: Some(format!("and {} more lines", rest.len())),
            });
        }
        let adjustment = total - rows.iter().map(|row| row.net(places)).sum::<Decimal>();
        if adjustment < Decimal::ZERO && !rules.negative_adjustment {
            let rows = vec![RowPlan {
                product: items.placeholder,
                placeholder: true,
                quantity: Decimal::ONE,
                price: Decimal::ZERO,
                discount: Decimal::ZERO,
                description: None,
            }];
            return Self { rows, adjustment: Decimal::ZERO, grand_total: Decimal::ZERO };
        }
        Self { rows, adjustment, grand_total: total }
    }

    /// Compares the rows of a record, in order.
    pub(super) fn check(&self, report: &mut ModuleReport, key: &str, side: &Side<'_>, record: &Record) {
        let Some((no, field)) = side.field("Invoiced_Items") else { return };
        let found = record.rows(no);
        if found.len() != self.rows.len() {
            let count = |count: usize| format!("{count} rows");
            report.differ(key, &field.api_name, count(self.rows.len()), count(found.len()));
            return;
        }
        let Some(rows) = side.module.lines.as_ref().map(|plan| side.org.module_at(plan.rows)) else { return };
        let length = rows.field_no("Description").map_or(usize::MAX, |no| rows.field(no).length as usize);
        for (number, (should, row)) in (1..).zip(self.rows.iter().zip(found)) {
            let place = format!("{}[{number}]", field.api_name);
            let description = should.description.as_ref().map(|text| text.chars().take(length).collect());
            for pair in [
                ("Product_Name", Should::Link(should.product)),
                ("Quantity", Should::Number(Some(should.quantity))),
                ("List_Price", Should::Number(Some(should.price))),
                ("Discount", Should::Number(Some(should.discount))),
                ("Description", Should::Text(description)),
            ] {
                match pair.1 {
                    // An item's product that is not there is told among the products.
                    Should::Link(None) if should.placeholder => {
                        report.differ(key, &format!("{place}.Product_Name"), PLACEHOLDER.to_owned(), String::new());
                    }
                    Should::Link(None) => {}
                    _ => check_row(report, key, &place, rows, row, (pair.0, &pair.1)),
                }
            }
        }
    }
}

impl RowPlan {
    fn net(&self, places: u32) -> Decimal {
        round(self.quantity * self.price, places) - self.discount
    }
}

fn row(line: &Line, items: &Items, places: u32) -> RowPlan {
    let amount = round(line.amount, places);
    let product = items.product(line.item.as_deref());
    let placeholder = filled(line.item.as_deref()).is_none();
    let description = filled(line.description.as_deref()).map(str::to_owned);
    let plain = line.quantity > Decimal::ZERO && line.unit_price >= Decimal::ZERO && amount >= Decimal::ZERO;
    if !plain {
        let price = amount.max(Decimal::ZERO);
        return RowPlan { product, placeholder, quantity: Decimal::ONE, price, discount: Decimal::ZERO, description };
    }
    let price = round(line.unit_price, places);
    let discount = (round(line.quantity * price, places) - amount).max(Decimal::ZERO);
    RowPlan { product, placeholder, quantity: line.quantity, price, discount, description }
}
