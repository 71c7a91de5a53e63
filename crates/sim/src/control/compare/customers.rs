//! Customers against Accounts.
//!
//! Owns what an account should hold, worked out from the books by the mapping's text and with no code of the connector.
//! Findings go to the report.

use std::collections::BTreeMap;

use super::Rules;
use super::report::ModuleReport;
use super::side::{Keys, Should, Side};
use super::text::{cut, filled, listed, phone, street, website};
use crate::acumatica::model::{Address, Books, Customer, fold};

/// Customers by code, with their accounts.
pub(super) struct Customers {
    accounts: BTreeMap<String, u64>,
}

impl Customers {
    /// Finds the account of each customer.
    pub(super) fn of(books: &Books, side: Option<&Side<'_>>) -> Self {
        let account = |customer: &Customer| {
            let record = side?.holder(&key(customer))?;
            Some((fold(&customer.key), record.id))
        };
        Self { accounts: books.customers.values().filter_map(account).collect() }
    }

    /// The account of the customer with this code.
    pub(super) fn account(&self, code: &str) -> Option<u64> {
        self.accounts.get(&fold(code)).copied()
    }

    /// Compares all customers.
    pub(super) fn compare(&self, books: &Books, side: Option<&Side<'_>>, rules: &Rules) -> ModuleReport {
        let mut report = ModuleReport { expected: books.customers.len(), ..ModuleReport::default() };
        let mut keys = Keys::new();
        for customer in books.customers.values() {
            let key = key(customer);
            match side.and_then(|side| side.holder(&key).map(|record| (side, record))) {
                Some((side, record)) => {
                    report.present += 1;
                    for (name, should) in self.account_of(customer, side) {
                        side.check(&mut report, rules, &key, record, name, &should);
                    }
                }
                None => report.miss(&key),
            }
            keys.insert(key);
        }
        if let Some(side) = side {
            side.strays(&mut report, |key| {
                (!keys.contains(key)).then(|| "no customer of the ERP has this id".to_owned())
            });
        }
        report.close()
    }

    pub(super) fn account_of(&self, customer: &Customer, side: &Side<'_>) -> Vec<(&'static str, Should)> {
        let with = |name: &'static str, make: &dyn Fn(&crate::zoho::model::Field) -> Option<String>| {
            let value = side.field(name).and_then(|(_, field)| make(field));
            (name, Should::Text(value))
        };
        let plain = |name: &'static str, value: Option<&str>| with(name, &|field| cut(value, field));
        let name = filled(Some(&customer.name)).unwrap_or_else(|| customer.key.clone());
        let mut fields = vec![
            plain("ERP Key", Some(&key(customer))),
            with("Account_Name", &|field| cut(Some(&name), field)),
            plain("ERP Code", Some(&customer.key)),
            plain("ERP Status", Some(&customer.status)),
            plain("ERP Class", Some(&customer.class)),
            plain("ERP Terms", customer.terms.as_deref()),
            plain("ERP Currency", customer.currency.as_deref()),
            with("Phone", &|field| phone(customer.main.phone1.as_deref(), field)),
            with("Website", &|field| website(customer.main.web.as_deref(), field)),
        ];
        let billing = &customer.billing.as_ref().unwrap_or(&customer.main).address;
        let shipping = &customer.shipping.as_ref().unwrap_or(&customer.main).address;
        const BILLING: [&str; 5] =
            ["Billing_Street", "Billing_City", "Billing_State", "Billing_Code", "Billing_Country"];
        const SHIPPING: [&str; 5] =
            ["Shipping_Street", "Shipping_City", "Shipping_State", "Shipping_Code", "Shipping_Country"];
        for (names, address) in [(BILLING, billing), (SHIPPING, shipping)] {
            for (name, part) in names.into_iter().zip(parts(address)) {
                fields.push(with(name, &|field| listed(part.as_deref(), field)));
            }
        }
        fields.push(("Parent_Account", Should::Link(self.parent(customer))));
        fields
    }

    fn parent(&self, customer: &Customer) -> Option<u64> {
        let parent = filled(customer.parent.as_deref())?;
        if fold(&parent) == fold(&customer.key) { None } else { self.account(&parent) }
    }
}

/// The ERP key of a customer: its id, which survives a change of its code.
pub(super) fn key(customer: &Customer) -> String {
    customer.meta.id.hyphenated().to_string()
}

fn parts(address: &Address) -> [Option<String>; 5] {
    [
        street(address.line1.as_deref(), address.line2.as_deref()),
        address.city.clone(),
        address.state.clone(),
        address.postal_code.clone(),
        address.country.clone(),
    ]
}
