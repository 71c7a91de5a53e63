//! The rows of an invoice, and what they leave to its adjustment.
//!
//! Owns the arithmetic that makes an invoice's total equal to the document's. Written apart from the connector's own on
//! purpose.

use rust_decimal::Decimal;

use super::documents::total;
use super::items::Items;
use super::report::ModuleReport;
use super::side::{Should, Side, check_row};
use super::text::{cut_lines, filled, round};
use super::{PLACEHOLDER, Rules};
use crate::acumatica::model::{Document, Line};
use crate::zoho::model::{Field, Record};

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
    /// Decimal places of the document's currency in the CRM.
    pub(super) places: u32,
    /// The document's total with its sign.
    pub(super) total: Decimal,
    /// What the rows do not carry.
    pub(super) adjustment: Decimal,
    /// The total that the CRM counts.
    pub(super) grand_total: Decimal,
}

impl Plan {
    /// The rows of `document`.
    pub(super) fn of(document: &Document, side: &Side<'_>, items: &Items, rules: &Rules) -> Self {
        let places = side.org.precision(Some(&document.currency));
        let total = round(total(document, rules), places);
        let quantity_places = row_field(side, "Quantity").and_then(|field| field.decimals).map(u32::from);
        let mut rows: Vec<RowPlan> =
            document.lines.iter().map(|line| row(line, items, places, quantity_places)).collect();
        if document.lines.len() > rules.rows {
            let kept = rules.rows.saturating_sub(1);
            let rest = document.lines.get(kept..).unwrap_or_default();
            let sum: Decimal = rest.iter().map(|line| round(line.amount, places)).sum();
            rows.truncate(kept);
            rows.push(placeholder(items, sum, Some(format!("and {} more lines", rest.len()))));
        } else if rows.is_empty() {
            rows.push(placeholder(items, round(document.amount, places), None));
        }
        let adjustment = total - rows.iter().map(|row| row.net(places)).sum::<Decimal>();
        if adjustment < Decimal::ZERO && !rules.negative_adjustment {
            let rows = vec![placeholder(items, Decimal::ZERO, None)];
            return Self { rows, places, total, adjustment: Decimal::ZERO, grand_total: Decimal::ZERO };
        }
        Self { rows, places, total, adjustment, grand_total: total }
    }

    /// Compares the rows of a record, in order.
    pub(super) fn check(&self, report: &mut ModuleReport, key: &str, side: &Side<'_>, record: &Record) {
        let Some((no, field)) = side.field("Invoiced_Items") else {
            return;
        };
        let found = record.rows(no);
        if found.len() != self.rows.len() {
            let count = |count: usize| format!("{count} rows");
            report.differ(key, &field.api_name, count(self.rows.len()), count(found.len()));
            return;
        }
        let Some(rows) = side.module.lines.as_ref().map(|plan| side.org.module_at(plan.rows)) else {
            return;
        };
        let length = row_field(side, "Description");
        for (number, (should, row)) in (1..).zip(self.rows.iter().zip(found)) {
            let place = format!("{}[{number}]", field.api_name);
            let description = length.and_then(|field| cut_lines(should.description.as_deref(), field));
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

/// A field of the rows' own module.
fn row_field<'a>(side: &Side<'a>, name: &str) -> Option<&'a Field> {
    let rows = side.org.module_at(side.module.lines.as_ref()?.rows);
    rows.field_no(name).map(|no| rows.field(no))
}

/// One row over an amount on the placeholder; over nothing when the amount is negative.
fn placeholder(items: &Items, amount: Decimal, description: Option<String>) -> RowPlan {
    RowPlan {
        product: items.placeholder,
        placeholder: true,
        quantity: Decimal::ONE,
        price: amount.max(Decimal::ZERO),
        discount: Decimal::ZERO,
        description,
    }
}

fn row(line: &Line, items: &Items, places: u32, quantity_places: Option<u32>) -> RowPlan {
    let amount = round(line.amount, places);
    let product = items.product(line.item.as_deref());
    let placeholder = filled(line.item.as_deref()).is_none();
    let description = line.description.clone();
    let price = round(line.unit_price, places);
    let exact = quantity_places.is_none_or(|places| line.quantity.normalize().scale() <= places);
    let vanishes = line.unit_price > Decimal::ZERO && price.is_zero();
    let plain = line.quantity > Decimal::ZERO && line.unit_price >= Decimal::ZERO && amount >= Decimal::ZERO;
    if !plain || !exact || vanishes {
        let price = amount.max(Decimal::ZERO);
        return RowPlan { product, placeholder, quantity: Decimal::ONE, price, discount: Decimal::ZERO, description };
    }
    let discount = (round(line.quantity * price, places) - amount).max(Decimal::ZERO);
    RowPlan { product, placeholder, quantity: line.quantity, price, discount, description }
}

#[cfg(test)]
impl Plan {
    /// The rows as a caller of the CRM sends them.
    pub(super) fn sent(&self) -> serde_json::Value {
        let row = |row: &RowPlan| {
            let number = |number: Decimal| -> serde_json::Value {
                serde_json::from_str(&number.normalize().to_string()).unwrap_or_default()
            };
            let mut sent = serde_json::json!({
                "Product_Name": {"id": row.product.unwrap_or_default().to_string()},
                "Quantity": number(row.quantity),
                "List_Price": number(row.price),
            });
            if row.discount > Decimal::ZERO {
                sent["Discount"] = number(row.discount);
            }
            if let Some(text) = filled(row.description.as_deref()) {
                sent["Description"] = text.into();
            }
            sent
        };
        self.rows.iter().map(row).collect()
    }
}
