//! Credit rules and salespersons of a customer.
//!
//! Owns the two tables of fields that only a customer's form shows. Values come from the customer's row.

use super::field::{Field, Node, at, dec, flag, get, short, text};
use crate::acumatica::value;
use crate::acumatica::value::{Val, day, fine, money};
use crate::acumatica::version::Version::V20;

pub(super) static CREDIT: Node = Node { name: "CreditVerificationRules", fields: CREDIT_FIELDS };

#[rustfmt::skip]
static CREDIT_FIELDS: &[Field] = &[
    short("CreditDaysPastDue", V20, "CurrentCustomer.CreditDaysPastDue", get!(Credit c => Val::Int(c.credit_days.into()))),
    dec("CreditLimit", V20, "CurrentCustomer.CreditLimit", get!(Credit c => money(c.credit_limit))),
    text("CreditVerification", V20, "CurrentCustomer.CreditRule", get!(Credit c => value::text(&c.credit_rule))),
    at("FirstDueDate", V20, "CustomerBalance.OldInvoiceDate", get!(cx, Credit c => day(super::account::first_due(cx.books, &c.key)))),
    dec("OpenOrdersBalance", V20, "CustomerBalance.OpenOrdersBalance", get!(= money(rust_decimal::Decimal::ZERO))),
    dec("RemainingCreditLimit", V20, "CustomerBalance.RemainingCreditLimit", get!(cx, Credit c => money(c.credit_limit - super::account::open_balance(cx.books, &c.key) - super::account::unreleased_balance(cx.books, &c.key)))),
    dec("UnreleasedBalance", V20, "CustomerBalance.UnreleasedBalance", get!(cx, Credit c => money(super::account::unreleased_balance(cx.books, &c.key)))),
];

pub(super) static SALESPERSON: Node = Node { name: "CustomerSalesPerson", fields: SALESPERSON_FIELDS };

#[rustfmt::skip]
static SALESPERSON_FIELDS: &[Field] = &[
    dec("Commission", V20, "SalesPersons.CommisionPct", get!(Salesperson (_, s) => fine(s.commission))),
    flag("Default", V20, "SalesPersons.IsDefault", get!(Salesperson (_, s) => Val::Bool(s.default))),
    text("LocationID", V20, "SalesPersons.LocationID", get!(= Val::Text("MAIN"))),
    text("LocationName", V20, "SalesPersons.LocationID_description", get!(= Val::Text("Primary Location"))),
    text("Name", V20, "SalesPersons.SalesPersonID_SalesPerson_descr", get!(Salesperson (_, s) => value::text(&s.name))),
    text("SalespersonID", V20, "SalesPersons.SalesPersonID", get!(Salesperson (_, s) => value::text(&s.id))),
];
