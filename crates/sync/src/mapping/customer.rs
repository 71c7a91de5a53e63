//! Customer to account.
//!
//! Owns the rules of `docs/mapping.md`, "Customer". Must not decide when a child is written: it says which parent is missing.

use super::names::Names;
use super::sheet::Sheet;
use super::{Lookups, Mapped, Needs, address, document};
use crate::{Module, Record, Value};

/// The parent's CustomerID; `None` when blank or the customer itself.
fn parent(record: &Record) -> Option<&str> {
    record.fields.text("ParentRecord").filter(|code| !code.eq_ignore_ascii_case(&record.key))
}

/// What the customer needs: its parent's link.
pub(super) fn needs(record: &Record, parent_travels: bool) -> Needs {
    let mut needs = Needs::default();
    if let Some(code) = parent(record).filter(|_| parent_travels) {
        needs.accounts.insert(code.to_owned());
    }
    needs
}

/// Drafts the account.
pub(super) fn map(record: &Record, lookups: &Lookups, names: &Names) -> Mapped {
    let columns = &names.accounts;
    if let Err(problem) = document::check_key(record, columns.key.as_ref()) {
        return Mapped::Park(problem);
    }
    let text = |path| record.fields.text(path);
    let mut sheet = Sheet::with_room(20);
    sheet.put(&columns.key, Value::from(record.erp_key()));
    sheet.text(&columns.name, Some(text("CustomerName").unwrap_or(&record.key)));
    sheet.text(&columns.code, Some(&record.key));
    sheet.text(&columns.status, text("Status"));
    sheet.text(&columns.class, text("CustomerClass"));
    sheet.text(&columns.terms, text("Terms"));
    sheet.text(&columns.currency, text("CurrencyID"));
    sheet.phone(&columns.phone, text("MainContact/Phone1"));
    sheet.website(&columns.website, text("MainContact/WebSite"));
    address::put(&mut sheet, &names.billing, record, &address::BILLING);
    address::put(&mut sheet, &names.shipping, record, &address::SHIPPING);
    let mut parent_missing = None;
    if let Some(code) = parent(record).filter(|_| columns.parent.is_some()) {
        match lookups.accounts.get(code) {
            Some(id) => sheet.put(&columns.parent, Value::Link(id.clone())),
            None => parent_missing = Some(code.to_owned()),
        }
    }
    let (draft, notes) = sheet.finish(Module::Accounts, record.erp_key(), Vec::new());
    Mapped::Draft { draft, notes, parent_missing }
}

#[cfg(test)]
#[path = "customer_tests.rs"]
mod tests;
