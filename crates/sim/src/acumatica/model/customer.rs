//! A customer (AR303000): account, credit, main, billing and shipping particulars.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{CustomerClass, Meta, Party};

/// A salesperson of a customer's location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalespersonLine {
    /// Salesperson code.
    pub id: String,
    /// Salesperson name.
    pub name: String,
    /// Commission in percent.
    pub commission: Decimal,
    /// Whether it is the default one of the location.
    pub default: bool,
}

/// A stored customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// System members. `meta.modified` moves with the customer row only.
    pub meta: Meta,
    /// Number of the business account (`BAccountID`).
    pub number: i32,
    /// The customer's code as displayed (`CustomerID`).
    pub key: String,
    /// Name, not unique.
    pub name: String,
    /// Customer class.
    pub class: String,
    /// `Active`, `On Hold`, `Credit Hold`, `Inactive`, `One-Time`.
    pub status: String,
    /// Currency code.
    pub currency: Option<String>,
    /// Credit terms.
    pub terms: Option<String>,
    /// Statement cycle.
    pub statement_cycle: Option<String>,
    /// Key of the parent account.
    pub parent: Option<String>,
    /// Reference in another system, at most 50 characters, not unique (`AccountRef`).
    pub account_ref: Option<String>,
    /// Price class.
    pub price_class: Option<String>,
    /// Tax zone.
    pub tax_zone: Option<String>,
    /// Tax registration.
    pub tax_registration: Option<String>,
    /// Carrier.
    pub ship_via: Option<String>,
    /// Shipping terms.
    pub shipping_terms: Option<String>,
    /// Shipping rule, a label.
    pub shipping_rule: String,
    /// Warehouse.
    pub warehouse: Option<String>,
    /// Branch that ships.
    pub shipping_branch: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Whether small balances may be written off.
    pub write_offs: bool,
    /// Write-off limit, four decimals.
    pub write_off_limit: Decimal,
    /// Credit limit, four decimals.
    pub credit_limit: Decimal,
    /// Credit check: `Disabled`, `Credit Limit`, `Days Past Due`, `Limit and Days Past Due`.
    pub credit_rule: String,
    /// Days past due that the credit check allows.
    pub credit_days: i16,
    /// Whether it is the shared guest customer of a web shop.
    pub guest: bool,
    /// Main contact and address.
    pub main: Party,
    /// Billing particulars where they differ from `main`.
    pub billing: Option<Party>,
    /// Shipping particulars where they differ from `main`.
    pub shipping: Option<Party>,
    /// Number of the primary contact, a row of the contacts table.
    pub primary_contact: Option<i32>,
    /// Salespersons.
    pub salespersons: Vec<SalespersonLine>,
    /// Attribute values by attribute code.
    pub attributes: BTreeMap<String, String>,
    /// User-defined text fields, `View.Field` to value.
    pub user_fields: BTreeMap<String, String>,
}

impl Customer {
    /// A customer with the defaults that its class gives.
    #[must_use]
    pub fn new(id: Uuid, number: i32, key: &str, name: &str, class: &CustomerClass, now: Timestamp) -> Self {
        Self {
            meta: Meta::new(id, now),
            number,
            key: key.to_owned(),
            name: name.to_owned(),
            class: class.id.clone(),
            status: "Active".to_owned(),
            currency: class.currency.clone(),
            terms: class.terms.clone(),
            statement_cycle: class.statement_cycle.clone(),
            parent: None,
            account_ref: None,
            price_class: None,
            tax_zone: class.tax_zone.clone(),
            tax_registration: None,
            ship_via: class.ship_via.clone(),
            shipping_terms: None,
            shipping_rule: "Cancel Remainder".to_owned(),
            warehouse: None,
            shipping_branch: None,
            category: None,
            write_offs: class.write_off_limit > Decimal::ZERO,
            write_off_limit: class.write_off_limit,
            credit_limit: class.credit_limit,
            credit_rule: class.credit_rule.clone(),
            credit_days: 0,
            guest: false,
            main: Party {
                full_name: Some(name.to_owned()),
                address: super::Address { country: class.country.clone(), ..Default::default() },
                ..Default::default()
            },
            billing: None,
            shipping: None,
            primary_contact: None,
            salespersons: Vec::new(),
            attributes: BTreeMap::new(),
            user_fields: BTreeMap::new(),
        }
    }
}
