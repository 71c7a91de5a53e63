//! Stock and non-stock item to product, and the placeholder product.
//!
//! Owns the rules of `docs/mapping.md`, "Stock and non-stock item". Must not write a zero price over a filled one.

use super::names::Names;
use super::sheet::Sheet;
use super::{Mapped, PLACEHOLDER_KEY, PLACEHOLDER_NAME, document, money, status};
use crate::{Draft, Entity, Module, Record, Value};

/// Drafts the product.
pub(super) fn map(record: &Record, names: &Names) -> Mapped {
    let columns = &names.products;
    if let Err(problem) = document::check_key(record, columns.key.as_ref()) {
        return Mapped::Park(problem);
    }
    let price = match money::read(&record.fields, "DefaultPrice", || "DefaultPrice".to_owned()) {
        Ok(price) => price,
        Err(problem) => return Mapped::Park(problem),
    };
    let text = |path| record.fields.text(path);
    let (kind, unit) = match record.entity {
        Entity::NonStockItem => ("Non-Stock", text("BaseUnit")),
        _ => ("Stock", text("BaseUOM")),
    };
    let mut sheet = Sheet::with_room(9);
    sheet.put(&columns.key, Value::from(record.erp_key()));
    sheet.text(&columns.name, Some(text("Description").unwrap_or(&record.key)));
    sheet.text(&columns.code, Some(&record.key));
    sheet.put(&columns.kind, Value::from(kind));
    sheet.text(&columns.status, text("ItemStatus"));
    sheet.text(&columns.unit, unit);
    sheet.listed(&columns.usage_unit, unit);
    if let Some(label) = text("ItemStatus") {
        sheet.put(&columns.active, Value::Bool(status::is_sellable(label)));
    }
    sheet.price(&columns.price, price);
    let (draft, notes) = sheet.finish(Module::Products, record.erp_key(), Vec::new());
    Mapped::Draft { draft, notes, parent_missing: None }
}

/// Drafts the product for lines without an item.
pub(super) fn placeholder(names: &Names) -> Draft {
    let columns = &names.products;
    let mut sheet = Sheet::with_room(3);
    sheet.put(&columns.key, Value::from(PLACEHOLDER_KEY));
    sheet.text(&columns.name, Some(PLACEHOLDER_NAME));
    sheet.put(&columns.active, Value::Bool(true));
    let (draft, _) = sheet.finish(Module::Products, PLACEHOLDER_KEY, Vec::new());
    *draft
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
