//! Stock and non-stock items against Products.
//!
//! Owns what a product should hold, and the placeholder's. Findings go to the report.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::report::ModuleReport;
use super::side::{Keys, Should, Side};
use super::text::{cut, filled, round};
use super::{PLACEHOLDER, Rules};
use crate::acumatica::model::{Books, Item, fold};
use crate::zoho::model::Field;

/// Items by code, with their products, and the placeholder for lines without item.
pub(super) struct Items {
    products: BTreeMap<String, u64>,
    /// The placeholder's product.
    pub(super) placeholder: Option<u64>,
}

impl Items {
    /// Finds the product of each item.
    pub(super) fn of(books: &Books, side: Option<&Side<'_>>) -> Self {
        let product = |item: &Item| {
            let record = side?.holder(&key(item))?;
            Some((fold(&item.key), record.id))
        };
        Self {
            products: books.items.values().filter_map(product).collect(),
            placeholder: side.and_then(|side| side.holder(PLACEHOLDER)).map(|record| record.id),
        }
    }

    /// The product of a line: that of its item, or the placeholder.
    pub(super) fn product(&self, code: Option<&str>) -> Option<u64> {
        match filled(code) {
            Some(code) => self.products.get(&fold(&code)).copied(),
            None => self.placeholder,
        }
    }

    /// Compares all items.
    pub(super) fn compare(&self, books: &Books, side: Option<&Side<'_>>, rules: &Rules) -> ModuleReport {
        let mut report = ModuleReport { expected: books.items.len(), ..ModuleReport::default() };
        let mut keys = Keys::from([PLACEHOLDER.to_owned()]);
        for item in books.items.values() {
            let key = key(item);
            match side.and_then(|side| side.holder(&key).map(|record| (side, record))) {
                Some((side, record)) => {
                    report.present += 1;
                    for (name, should) in product_of(item, side) {
                        side.check(&mut report, rules, &key, record, name, &should);
                    }
                }
                None => report.miss(&key),
            }
            keys.insert(key);
        }
        if let Some(side) = side {
            side.strays(&mut report, |key| (!keys.contains(key)).then(|| "no item of the ERP has this id".to_owned()));
        }
        report.close()
    }
}

pub(super) fn product_of(item: &Item, side: &Side<'_>) -> Vec<(&'static str, Should)> {
    let field = |name: &str| side.field(name).map(|(_, field)| field);
    let plain =
        |name: &'static str, value: &str| (name, Should::Text(field(name).and_then(|field| cut(Some(value), field))));
    let description = filled(item.description.as_deref()).unwrap_or_else(|| item.key.clone());
    let sells = !matches!(item.status.as_str(), "No Sales" | "Inactive" | "Marked for Deletion");
    vec![
        plain("ERP Key", &key(item)),
        ("Product_Name", Should::Text(field("Product_Name").and_then(|field| cut(Some(&description), field)))),
        plain("Product_Code", &item.key),
        plain("ERP Kind", if item.stock { "Stock" } else { "Non-Stock" }),
        plain("ERP Status", &item.status),
        plain("ERP Unit", &item.base_unit),
        ("Usage_Unit", Should::Text(field("Usage_Unit").and_then(|field| unit(&item.base_unit, field)))),
        ("Product_Active", Should::Bool(sells)),
        ("Unit_Price", Should::Number(field("Unit_Price").and_then(|field| price(item, field)))),
    ]
}

/// Only a unit that the list has, whatever its case.
fn unit(unit: &str, field: &Field) -> Option<String> {
    let unit = unit.trim().to_lowercase();
    field.picks.iter().find(|pick| pick.actual.to_lowercase() == unit).map(|pick| pick.actual.clone())
}

/// Never a zero, nor less.
fn price(item: &Item, field: &Field) -> Option<Decimal> {
    let price = round(item.price, u32::from(field.decimals.unwrap_or(2)));
    (price > Decimal::ZERO).then_some(price)
}

/// The ERP key of an item: its id, which survives a change of its code and of its kind.
pub(super) fn key(item: &Item) -> String {
    item.meta.id.hyphenated().to_string()
}
