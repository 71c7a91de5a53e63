//! Cash sales and returns (AR304000).
//!
//! Owns the table of fields of this entity. Rows are documents of the books whose type is one of the two; `list`
//! renders them.

use super::Rec;
use super::field::{Field, Node, at, dec, flag, get, rows, text, visit};
use super::invoice_line::CASH_SALE_LINE;
use crate::acumatica::value;
use crate::acumatica::value::{Val, money, opt, time};
use crate::acumatica::version::Version::V20;

pub(super) static CASH_SALE: Node = Node { name: "CashSale", fields: CASH_SALE_FIELDS };

#[rustfmt::skip]
static CASH_SALE_FIELDS: &[Field] = &[
    dec("Amount", V20, "Document.CuryOrigDocAmt", get!(Document d => money(d.amount))),
    dec("Balance", V20, "Document.CuryDocBal", get!(Document d => money(d.balance))),
    text("CashAccount", V20, "Document.CashAccountID", get!(Document d => opt(&d.cash_account))),
    at("CreatedDateTime", V20, "Document.CreatedDateTime", get!(Document d => time(d.meta.created))),
    text("CustomerID", V20, "Document.CustomerID", get!(Document d => value::text(&d.customer))),
    at("Date", V20, "Document.AdjDate", get!(Document d => Val::Day(d.date))),
    text("Description", V20, "Document.DocDesc", get!(Document d => opt(&d.description))),
    rows("Details", V20, &CASH_SALE_LINE, visit!(Document d => d.lines.iter().map(|l| Rec::Line(d, l)))),
    flag("Hold", V20, "Document.Hold", get!(Document d => Val::Bool(d.hold))),
    at("LastModifiedDateTime", V20, "Document.LastModifiedDateTime", get!(Document d => time(d.meta.modified))),
    text("PaymentMethod", V20, "Document.PaymentMethodID", get!(Document d => opt(&d.payment_method))),
    text("PaymentRef", V20, "Document.ExtRefNbr", get!(Document d => opt(&d.payment_ref))),
    text("Project", V20, "Document.ProjectID", get!(Document d => value::text(&d.project))),
    text("ReferenceNbr", V20, "Document.RefNbr", get!(Document d => value::text(&d.key.number))),
    text("Status", V20, "Document.Status", get!(Document d => value::text(&d.status))),
    dec("TaxTotal", V20, "Document.CuryTaxTotal", get!(Document d => money(d.tax_total))),
    text("Type", V20, "Document.DocType", get!(Document d => super::document::doc_type(d.key.kind))),
];
