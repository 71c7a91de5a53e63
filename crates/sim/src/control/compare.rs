//! Do both sides agree, record by record, field by field?
//!
//! Owns a second, independent reading of `docs/mapping.md`: what the CRM should hold, given what the ERP holds. Looks
//! at the simulators' own state, knows nothing of the connector, its ledger or its code, and finds custom fields by
//! their labels. What the connector leaves undecided by its rules (an unlinked CRM record of the same name) is not
//! known here: such a record is simply missing.

mod customers;
mod documents;
mod items;
mod report;
mod rows;
mod side;
mod text;

pub use self::report::{Difference, Extra, MOST_LISTED, ModuleReport, Report};
use self::side::Side;
use crate::acumatica::model::Books;
use crate::zoho::model::Org;

/// Label of the field that names the source record.
const KEY: &str = "ERP Key";
/// The ERP key of the product that stands for lines without item.
const PLACEHOLDER: &str = "placeholder:line";

/// Circumstances that decide what is right and that the data does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The most rows that a document may have in the CRM; longer ones end in a summary row.
    pub rows: usize,
    /// Whether the CRM takes a negative adjustment; without, documents that need one go without rows of value.
    pub negative_adjustment: bool,
    /// Whether the ERP tells which documents are parts and originals of instalments.
    pub instalments_told: bool,
    /// Whether a blank source value must meet an empty field. Off, any content is right, for a blank never clears what
    /// was there before; on is for CRMs that started empty.
    pub blank_means_empty: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { rows: 100, negative_adjustment: true, instalments_told: true, blank_means_empty: false }
    }
}

/// Compares everything that should have travelled from the ERP to the CRM.
#[must_use]
pub fn compare(books: &Books, org: &Org, rules: &Rules) -> Report {
    let accounts = Side::of(org, "Accounts");
    let products = Side::of(org, "Products");
    let invoices = Side::of(org, "Invoices");
    let customers = customers::Customers::of(books, accounts.as_ref());
    let items = items::Items::of(books, products.as_ref());
    let accounts_report = customers.compare(books, accounts.as_ref(), rules);
    let products_report = items.compare(books, products.as_ref(), rules);
    let invoices_report = documents::compare(books, invoices.as_ref(), &customers, &items, rules);
    Report::of(accounts_report, products_report, invoices_report)
}

#[cfg(test)]
mod tests;
