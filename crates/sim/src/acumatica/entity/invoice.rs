//! Invoice (AR301000): every receivables document of its selection, without currency and discount total.
//!
//! Owns the table of fields of this entity. Rows are documents of the books; lines and shared parts have tables of
//! their own.

use super::Rec;
use super::document::{
    BILL_CONTACT, CREDIT_APPLICATION, INVOICE_APPLICATION, INVOICE_DISCOUNT, INVOICE_TAX, SHIP_CONTACT,
};
use super::field::{Field, NO_ROWS, Node, at, dec, flag, get, linked, rows, step, text, visit};
use super::invoice_line::INVOICE_LINE;
use crate::acumatica::value;
use crate::acumatica::value::{Val, day, money, opt, time};
use crate::acumatica::version::Version::V20;

pub(super) static INVOICE: Node = Node { name: "Invoice", fields: INVOICE_FIELDS };

#[rustfmt::skip]
static INVOICE_FIELDS: &[Field] = &[
    dec("Amount", V20, "Document.CuryOrigDocAmt", get!(Document d => money(d.amount))),
    rows("ApplicationsCreditMemo", V20, &CREDIT_APPLICATION, NO_ROWS),
    rows("ApplicationsDefault", V20, &INVOICE_APPLICATION, visit!(cx, Document d => super::document::applications_to(cx, &d.key).map(|(p, a)| Rec::Application(p, a)))),
    dec("Balance", V20, "Document.CuryDocBal", get!(Document d => money(d.balance))),
    flag("BillingPrinted", V20, "CurrentDocument.Printed", get!(Document d => Val::Bool(d.printed))),
    linked("BillToContact", V20, &BILL_CONTACT, step!(Document d => Some(Rec::Party { party: &d.bill_to, owner: d.meta.id, part: 10 }))),
    flag("BillToContactOverride", V20, "Billing_Contact.OverrideContact", get!(= Val::Bool(false))),
    at("CreatedDateTime", V20, "Document.CreatedDateTime", get!(Document d => time(d.meta.created))),
    text("Customer", V20, "Document.CustomerID", get!(Document d => value::text(&d.customer))),
    text("CustomerOrder", V20, "Document.InvoiceNbr", get!(Document d => opt(&d.customer_order))),
    at("Date", V20, "Document.DocDate", get!(Document d => Val::Day(d.date))),
    text("Description", V20, "Document.DocDesc", get!(Document d => opt(&d.description))),
    rows("Details", V20, &INVOICE_LINE, visit!(Document d => d.lines.iter().map(|l| Rec::Line(d, l)))),
    rows("DiscountDetails", V20, &INVOICE_DISCOUNT, visit!(Document d => d.discounts.iter().map(Rec::Discount))),
    at("DueDate", V20, "Document.DueDate", get!(Document d => day(d.due_date))),
    flag("Hold", V20, "Document.Hold", get!(Document d => Val::Bool(d.hold))),
    flag("IsTaxValid", V20, "Document.ExternalTaxesImportInProgress", get!(= Val::Bool(false))),
    at("LastModifiedDateTime", V20, "Document.LastModifiedDateTime", get!(Document d => time(d.meta.modified))),
    text("LinkARAccount", V20, "CurrentDocument.ARAccountID", get!(Document d => value::text(&d.ar_account))),
    text("LinkBranch", V20, "CurrentDocument.BranchID", get!(Document d => value::text(&d.branch))),
    text("LocationID", V20, "Document.CustomerLocationID", get!(Document d => value::text(&d.location))),
    text("PostPeriod", V20, "Document.FinPeriodID", get!(Document d => opt(&d.period))),
    text("Project", V20, "Document.ProjectID", get!(Document d => value::text(&d.project))),
    text("ReferenceNbr", V20, "Document.RefNbr", get!(Document d => value::text(&d.key.number))),
    linked("ShipToContact", V20, &SHIP_CONTACT, step!(Document d => Some(Rec::Party { party: &d.ship_to, owner: d.meta.id, part: 11 }))),
    flag("ShipToContactOverride", V20, "Shipping_Contact.OverrideContact", get!(= Val::Bool(false))),
    text("Status", V20, "Document.Status", get!(Document d => value::text(&d.status))),
    rows("TaxDetails", V20, &INVOICE_TAX, visit!(Document d => d.taxes.iter().map(Rec::Tax))),
    dec("TaxTotal", V20, "Document.CuryTaxTotal", get!(Document d => money(d.tax_total))),
    text("Terms", V20, "Document.TermsID", get!(Document d => opt(&d.terms))),
    text("Type", V20, "Document.DocType", get!(Document d => super::document::doc_type(d.key.kind))),
];
