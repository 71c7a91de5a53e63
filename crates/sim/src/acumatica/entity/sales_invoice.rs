//! SalesInvoice (SO303000): documents that were entered in order management.
//!
//! Owns the table of fields of this entity. Rows are documents of the books with that origin only; `list` renders them.

use super::Rec;
use super::document::{
    BILL_ADDRESS, SALES_APPLICATION, SALES_BILL_CONTACT, SALES_CREDIT_APPLICATION, SALES_DISCOUNT, SALES_SHIP_CONTACT,
    SALES_TAX, SETTINGS_ADDRESS, SETTINGS_CONTACT, SHIP_ADDRESS,
};
use super::field::{Field, NO_ROWS, Node, at, dec, flag, get, linked, rows, step, text, visit};
use super::sales_line::{FREIGHT, SALES_LINE};
use crate::acumatica::value;
use crate::acumatica::value::{Val, day, money, opt, time};
use crate::acumatica::version::Version::{V20, V22, V23, V24};
use rust_decimal::Decimal;

pub(super) static SALES_INVOICE: Node = Node { name: "SalesInvoice", fields: SALES_INVOICE_FIELDS };

#[rustfmt::skip]
static SALES_INVOICE_FIELDS: &[Field] = &[
    dec("Amount", V20, "Document.CuryOrigDocAmt", get!(Document d => money(d.amount))),
    rows("ApplicationsCreditMemo", V20, &SALES_CREDIT_APPLICATION, NO_ROWS),
    rows("ApplicationsInvoice", V20, &SALES_APPLICATION, visit!(cx, Document d => super::document::applications_to(cx, &d.key).map(|(p, a)| Rec::Application(p, a)))),
    dec("Balance", V20, "Document.CuryDocBal", get!(Document d => money(d.balance))),
    linked("BillingSettings", V20, &BILLING_SETTINGS, step!(Document d => Some(Rec::DocumentPart(d, 1)))),
    linked("BillToAddress", V24, &BILL_ADDRESS, step!(Document d => Some(Rec::Party { party: &d.bill_to, owner: d.meta.id, part: 60 }))),
    flag("BillToAddressOverride", V24, "", get!(= Val::Bool(false))),
    linked("BillToContact", V24, &SALES_BILL_CONTACT, step!(Document d => Some(Rec::Party { party: &d.bill_to, owner: d.meta.id, part: 10 }))),
    flag("BillToContactOverride", V24, "", get!(= Val::Bool(false))),
    dec("CashDiscount", V20, "Document.CuryOrigDiscAmt", get!(Document d => money(d.cash_discount))),
    linked("Commissions", V20, &COMMISSIONS, step!(Document d => Some(Rec::DocumentPart(d, 3)))),
    at("CreatedDate", V24, "Document.CreatedDateTime", get!(Document d => time(d.meta.created))),
    flag("CreditHold", V20, "Document.CreditHold", get!(Document d => Val::Bool(d.credit_hold))),
    text("Currency", V20, "Document.CuryID", get!(Document d => value::text(&d.currency))),
    text("CustomerID", V20, "Document.CustomerID", get!(Document d => value::text(&d.customer))),
    text("CustomerOrder", V20, "Document.InvoiceNbr", get!(Document d => opt(&d.customer_order))),
    at("Date", V20, "Document.DocDate", get!(Document d => Val::Day(d.date))),
    text("Description", V20, "Document.DocDesc", get!(Document d => opt(&d.description))),
    rows("Details", V20, &SALES_LINE, visit!(Document d => d.lines.iter().map(|l| Rec::Line(d, l)))),
    dec("DetailTotal", V20, "Document.CuryLineTotal", get!(Document d => money(d.line_total))),
    rows("DiscountDetails", V20, &SALES_DISCOUNT, visit!(Document d => d.discounts.iter().map(Rec::Discount))),
    dec("DiscountTotal", V20, "Document.CuryDiscTot", get!(Document d => money(d.discount_total))),
    at("DueDate", V20, "Document.DueDate", get!(Document d => day(d.due_date))),
    text("ExternalRef", V24, "Document.ExternalRef", get!(Document d => opt(&d.external_ref))),
    linked("FinancialDetails", V20, &FINANCIAL, step!(Document d => Some(Rec::DocumentPart(d, 2)))),
    rows("FreightDetails", V20, &FREIGHT, visit!(Document d => d.freights.iter().map(Rec::Freight))),
    dec("FreightPrice", V20, "CurrentDocument.CuryFreightAmt", get!(Document d => money(d.freight))),
    flag("Hold", V20, "Document.Hold", get!(Document d => Val::Bool(d.hold))),
    flag("IsTaxValid", V22, "Document.ExternalTaxesImportInProgress", get!(= Val::Bool(false))),
    at("LastModifiedDate", V24, "Document.LastModifiedDateTime", get!(Document d => time(d.meta.modified))),
    at("LastModifiedDateTime", V23, "Document.LastModifiedDateTime", get!(Document d => time(d.meta.modified))),
    dec("PaymentTotal", V20, "Document.CuryPaymentTotal", get!(Document d => money(d.payment_total))),
    text("Project", V20, "Document.ProjectID", get!(Document d => value::text(&d.project))),
    text("ReferenceNbr", V20, "Document.RefNbr", get!(Document d => value::text(&d.key.number))),
    linked("ShipToAddress", V24, &SHIP_ADDRESS, step!(Document d => Some(Rec::Party { party: &d.ship_to, owner: d.meta.id, part: 61 }))),
    flag("ShipToAddressOverride", V24, "Shipping_Address.OverrideAddress", get!(= Val::Bool(false))),
    linked("ShipToContact", V24, &SALES_SHIP_CONTACT, step!(Document d => Some(Rec::Party { party: &d.ship_to, owner: d.meta.id, part: 11 }))),
    flag("ShipToContactOverride", V24, "Shipping_Contact.OverrideContact", get!(= Val::Bool(false))),
    text("Status", V20, "Document.Status", get!(Document d => value::text(&d.status))),
    text("TaxCalcMode", V24, "Document.TaxCalcMode", get!(= Val::Text("Tax Settings"))),
    rows("TaxDetails", V20, &SALES_TAX, visit!(Document d => d.taxes.iter().map(Rec::Tax))),
    dec("TaxTotal", V20, "Document.CuryTaxTotal", get!(Document d => money(d.tax_total))),
    text("Type", V20, "Document.DocType", get!(Document d => super::document::doc_type(d.key.kind))),
    dec("VATExemptTotal", V20, "Document.CuryVatExemptTotal", get!(= money(Decimal::ZERO))),
    dec("VATTaxableTotal", V20, "Document.CuryVatTaxableTotal", get!(= money(Decimal::ZERO))),
];

pub(super) static BILLING_SETTINGS: Node = Node { name: "BillToSettings", fields: BILLING_SETTINGS_FIELDS };

#[rustfmt::skip]
static BILLING_SETTINGS_FIELDS: &[Field] = &[
    linked("BillToAddress", V20, &SETTINGS_ADDRESS, step!(DocumentPart (d, _) => Some(Rec::Party { party: &d.bill_to, owner: d.meta.id, part: 62 }))),
    flag("BillToAddressOverride", V20, "Billing_Address.OverrideAddress", get!(= Val::Bool(false))),
    linked("BillToContact", V20, &SETTINGS_CONTACT, step!(DocumentPart (d, _) => Some(Rec::Party { party: &d.bill_to, owner: d.meta.id, part: 10 }))),
    flag("BillToContactOverride", V20, "Billing_Contact.OverrideContact", get!(= Val::Bool(false))),
    text("CustomerLocation", V20, "", get!(DocumentPart (d, _) => value::text(&d.location))),
];

pub(super) static FINANCIAL: Node = Node { name: "SalesInvoiceFinancialDetails", fields: FINANCIAL_FIELDS };

#[rustfmt::skip]
static FINANCIAL_FIELDS: &[Field] = &[
    text("BatchNbr", V20, "CurrentDocument.BatchNbr", get!(DocumentPart (d, _) => opt(&d.batch))),
    text("Branch", V20, "CurrentDocument.BranchID", get!(DocumentPart (d, _) => value::text(&d.branch))),
    text("CustomerTaxZone", V20, "CurrentDocument.TaxZoneID", get!(DocumentPart (d, _) => opt(&d.tax_zone))),
];

pub(super) static COMMISSIONS: Node = Node { name: "SalesInvoiceCommissions", fields: COMMISSIONS_FIELDS };

#[rustfmt::skip]
static COMMISSIONS_FIELDS: &[Field] = &[
    dec("CommissionAmount", V20, "CurrentDocument.CuryCommnAmt", get!(= money(Decimal::ZERO))),
    rows("SalesPersons", V20, &Node { name: "SalesInvoiceSalesPersonDetail", fields: &[] }, NO_ROWS),
    dec("TotalCommissionableAmount", V20, "CurrentDocument.CuryCommnblAmt", get!(DocumentPart (d, _) => money(d.line_total))),
];
