//! Line rows of a document and the adjustment that makes their sum the ERP total: arithmetic only.
//!
//! Owns the rules of `docs/mapping.md`, "Rows". Must not resolve links: it says which item a row is of.
//! Sink arithmetic: Grand_Total = sum over rows of (round(Quantity x List_Price) - Discount) + Adjustment.

use rust_decimal::Decimal;

use super::money;
use super::schema::Schema;
use crate::{Entity, Fields, Module, Problem, Record, Value};

/// Rows per document where the schema tells no cap.
const DEFAULT_CAP: usize = 100;

/// What the sink takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// Decimal places of the document's currency.
    pub(super) places: u32,
    /// Most rows.
    pub(super) cap: usize,
    /// Rows can be written at all.
    pub(super) rows: bool,
    /// Rows have a discount.
    pub(super) discount: bool,
    /// Decimal places of a quantity; `None` when any.
    pub(super) quantity_places: Option<u32>,
    /// An adjustment can be written.
    pub(super) adjustment: bool,
    /// It may be below zero.
    pub(super) negative: bool,
}

impl Policy {
    /// What `schema` says for a document whose amounts have `places` decimal places.
    pub(super) fn of(schema: &Schema, places: u32) -> Self {
        let module = schema.modules.get(&Module::Invoices);
        let row = |label: &str| module.and_then(|module| module.rows.get(label));
        let quantity = row("Quantity");
        Self {
            places,
            cap: if schema.row_cap == 0 { DEFAULT_CAP } else { schema.row_cap },
            rows: row("Product_Name").is_some() && quantity.is_some() && row("List_Price").is_some(),
            discount: row("Discount").is_some(),
            quantity_places: quantity.and_then(|field| field.places),
            adjustment: module.is_some_and(|module| module.fields.contains_key("Adjustment")),
            negative: schema.negative_adjustment,
        }
    }

    fn takes(&self, adjustment: Decimal) -> bool {
        adjustment.is_zero() || (self.adjustment && (self.negative || adjustment > Decimal::ZERO))
    }
}

/// What a row says in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words<'r> {
    /// The line's own description.
    Line(Option<&'r str>),
    /// It stands for so many lines.
    More(usize),
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'r> {
    /// InventoryID; `None` for the placeholder.
    pub(super) item: Option<&'r str>,
    pub(super) quantity: Decimal,
    pub(super) list_price: Decimal,
    /// Above zero, else `None`.
    pub(super) discount: Option<Decimal>,
    pub(super) words: Words<'r>,
    /// What the row adds to the sink's total.
    net: Decimal,
}

/// All rows and what closes the gap to the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan<'r> {
    pub(super) rows: Vec<Row<'r>>,
    pub(super) adjustment: Decimal,
    /// Lines in the summary row; 0 without one.
    pub(super) summed: usize,
    /// True when rows had to go without value, because the sink does not take the adjustment.
    pub(super) without_value: bool,
}

/// Plans the rows of a document with (unsigned) `amount` so that the sink's total becomes `total`, both rounded to the places.
pub(super) fn plan<'r>(
    record: &'r Record,
    amount: Decimal,
    total: Decimal,
    policy: &Policy,
) -> Result<Plan<'r>, Problem> {
    let mut rows = Vec::new();
    let mut summed = 0;
    if policy.rows {
        let lines = in_order(record);
        if lines.len() > policy.cap {
            summed = lines.len() - (policy.cap - 1);
        }
        let (single, rest) = lines.split_at(lines.len() - summed);
        rows.reserve(single.len() + 1);
        for &(index, line) in single {
            rows.push(row(line, index, policy)?);
        }
        if summed > 0 {
            rows.push(flat(rest_amount(rest, policy)?, None, Words::More(summed)));
        } else if rows.is_empty() {
            rows.push(flat(amount, None, Words::Line(None)));
        }
    }
    let net = rows.iter().try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.net)).ok_or_else(too_big)?;
    let adjustment = total.checked_sub(net).ok_or_else(too_big)?;
    if policy.takes(adjustment) {
        return Ok(Plan { rows, adjustment, summed, without_value: false });
    }
    let rows = if policy.rows { vec![flat(Decimal::ZERO, None, Words::Line(None))] } else { Vec::new() };
    Ok(Plan { rows, adjustment: Decimal::ZERO, summed: 0, without_value: true })
}

/// Lines with their place in the source: by LineNbr (those without one last), except for cash sales, which have none.
fn in_order(record: &Record) -> Vec<(usize, &Fields)> {
    let lines = record.lines.iter().enumerate();
    if record.entity == Entity::CashSale {
        return lines.collect();
    }
    let number = |line: &Fields| line.get("LineNbr").and_then(Value::as_decimal);
    let mut numbered: Vec<_> = lines.map(|(index, line)| (number(line), index, line)).collect();
    numbered.sort_by_key(|(number, _, _)| (number.is_none(), *number));
    numbered.into_iter().map(|(_, index, line)| (index, line)).collect()
}

/// Quantity, unit price and amount of a line; the amount rounded.
fn figures(line: &Fields, index: usize, places: u32) -> Result<(Decimal, Decimal, Decimal), Problem> {
    let read = |name: &str| money::read(line, name, || format!("Details[{}]/{name}", index + 1));
    let quantity = read("Qty")?.unwrap_or_default();
    let price = read("UnitPrice")?.unwrap_or_default();
    let amount = match read("Amount")? {
        Some(amount) => money::rounded(amount, places),
        None => money::product(quantity, price, places).ok_or_else(too_big)?,
    };
    Ok((quantity, price, amount))
}

fn row<'r>(line: &'r Fields, index: usize, policy: &Policy) -> Result<Row<'r>, Problem> {
    let (quantity, price, amount) = figures(line, index, policy.places)?;
    let item = line.text("InventoryID");
    let words = Words::Line(line.text("TransactionDescription"));
    let list_price = money::rounded(price, policy.places);
    let plain = quantity > Decimal::ZERO
        && policy.quantity_places.is_none_or(|places| quantity.scale() <= places)
        && price >= Decimal::ZERO
        && (price.is_zero() || !list_price.is_zero())
        && amount >= Decimal::ZERO;
    if !plain {
        return Ok(flat(amount, item, words));
    }
    let gross = money::product(quantity, list_price, policy.places).ok_or_else(too_big)?;
    let discount = (gross - amount > Decimal::ZERO && policy.discount).then(|| gross - amount);
    let net = gross - discount.unwrap_or_default();
    Ok(Row { item, quantity, list_price, discount, words, net })
}

/// A row that is one amount; zero in place of a negative one.
fn flat<'r>(amount: Decimal, item: Option<&'r str>, words: Words<'r>) -> Row<'r> {
    let list_price = amount.max(Decimal::ZERO);
    Row { item, quantity: Decimal::ONE, list_price, discount: None, words, net: list_price }
}

fn rest_amount(lines: &[(usize, &Fields)], policy: &Policy) -> Result<Decimal, Problem> {
    let mut sum = Decimal::ZERO;
    for &(index, line) in lines {
        let (_, _, amount) = figures(line, index, policy.places)?;
        sum = sum.checked_add(amount).and_then(money::sane).ok_or_else(too_big)?;
    }
    Ok(sum)
}

fn too_big() -> Problem {
    money::unreadable("The amounts of the document's lines are out of any reasonable range.").at("Details")
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
