//! What a comparison found: counts in full, lists up to a cap.
//!
//! Owns the counting and the cap; says nothing about why. Read by people, tests and the demo as JSON.

use serde::Serialize;

/// So many entries of each list are kept; totals count all.
pub const MOST_LISTED: usize = 100;

/// The whole comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all modules agree.
    pub agree: bool,
    /// Customers against Accounts.
    pub accounts: ModuleReport,
    /// Items against Products.
    pub products: ModuleReport,
    /// Posted documents against Invoices.
    pub invoices: ModuleReport,
}

impl Report {
    pub(super) fn of(accounts: ModuleReport, products: ModuleReport, invoices: ModuleReport) -> Self {
        let agree = accounts.agree && products.agree && invoices.agree;
        Self { agree, accounts, products, invoices }
    }

    /// The modules with their names.
    #[must_use]
    pub fn modules(&self) -> [(&'static str, &ModuleReport); 3] {
        [("Accounts", &self.accounts), ("Products", &self.products), ("Invoices", &self.invoices)]
    }
}

/// One module of the CRM against its source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModuleReport {
    /// Whether nothing is missing, extra, doubled or different.
    pub agree: bool,
    /// Source records that should be there.
    pub expected: usize,
    /// Those of them that are there.
    pub present: usize,
    /// ERP keys that should be there and are not.
    pub missing: Vec<String>,
    /// How many are missing.
    pub missing_total: usize,
    /// Records that carry an ERP key and should not be there.
    pub extra: Vec<Extra>,
    /// How many are extra.
    pub extra_total: usize,
    /// ERP keys that more than one record carries, whatever their case.
    pub doubled: Vec<String>,
    /// How many keys are doubled.
    pub doubled_total: usize,
    /// Fields that hold something else than they should.
    pub differing: Vec<Difference>,
    /// How many fields differ.
    pub differing_total: usize,
}

/// A record that should not be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extra {
    /// Its ERP key.
    pub key: String,
    /// Its id in the CRM.
    pub id: String,
    /// Why it should not be there.
    pub why: String,
}

/// A field that holds something else than it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// ERP key of the record.
    pub key: String,
    /// API name of the field; for rows `Invoiced_Items[3].Quantity`, counted from 1.
    pub field: String,
    /// What it should hold; blank for nothing.
    pub expected: String,
    /// What it holds; blank for nothing.
    pub found: String,
}

impl ModuleReport {
    pub(super) fn miss(&mut self, key: &str) {
        self.missing_total += 1;
        keep(&mut self.missing, || key.to_owned());
    }

    pub(super) fn extra(&mut self, key: &str, id: u64, why: &str) {
        self.extra_total += 1;
        keep(&mut self.extra, || Extra { key: key.to_owned(), id: id.to_string(), why: why.to_owned() });
    }

    pub(super) fn double(&mut self, key: &str) {
        self.doubled_total += 1;
        keep(&mut self.doubled, || key.to_owned());
    }

    pub(super) fn differ(&mut self, key: &str, field: &str, expected: String, found: String) {
        self.differing_total += 1;
        keep(&mut self.differing, || Difference { key: key.to_owned(), field: field.to_owned(), expected, found });
    }

    pub(super) fn close(mut self) -> Self {
        self.agree = self.missing_total + self.extra_total + self.doubled_total + self.differing_total == 0;
        self
    }
}

fn keep<T>(list: &mut Vec<T>, entry: impl FnOnce() -> T) {
    if list.len() < MOST_LISTED {
        list.push(entry());
    }
}
