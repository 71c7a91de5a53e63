//! What Invoice, SalesInvoice and CashSale share: parties, taxes, discounts, applications.
//!
//! Owns the tables of fields that more than one of the three forms shows. What only one shows stands in the file of
//! that entity.

use super::Cx;
use super::field::{Field, Node, at, dec, flag, get, int, text};
use crate::acumatica::model::{Application, DocKey, DocType, Payment};
use crate::acumatica::value;
use crate::acumatica::value::{Val, fine, money, opt};
use crate::acumatica::version::Version::{V20, V24, V25};
use rust_decimal::Decimal;

/// A document type as a value: label and stored code.
pub(super) const fn doc_type(kind: DocType) -> Val<'static> {
    let code = match kind {
        DocType::CreditMemo => "CRM",
        DocType::CashSale => "CSL",
        DocType::DebitMemo => "DRM",
        DocType::OverdueCharge => "FCH",
        DocType::Invoice => "INV",
        DocType::PrepaymentInvoice => "PPI",
        DocType::CashReturn => "RCS",
        DocType::CreditWriteOff => "SMC",
    };
    Val::Type { label: kind.label(), code }
}

/// The payments that settle a document, with their applications.
pub(super) fn applications_to<'a>(
    cx: &Cx<'a>,
    key: &'a DocKey,
) -> impl Iterator<Item = (&'a Payment, &'a Application)> + use<'a> {
    let payments = cx.books.payments.values();
    payments.flat_map(move |p| p.applications.iter().filter(move |a| a.document == *key).map(move |a| (p, a)))
}

pub(super) static BILL_CONTACT: Node = Node { name: "DocContact", fields: BILL_CONTACT_FIELDS };

#[rustfmt::skip]
static BILL_CONTACT_FIELDS: &[Field] = &[
    text("Attention", V20, "Billing_Contact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("BusinessName", V20, "Billing_Contact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "Billing_Contact.Email", get!(Party { party, .. } => opt(&party.email))),
    text("Phone1", V20, "Billing_Contact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
];

pub(super) static SALES_BILL_CONTACT: Node = Node { name: "SalesInvoiceDocContact", fields: SALES_BILL_CONTACT_FIELDS };

#[rustfmt::skip]
static SALES_BILL_CONTACT_FIELDS: &[Field] = &[
    text("Attention", V24, "", get!(Party { party, .. } => opt(&party.attention))),
    text("BusinessName", V24, "", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V24, "", get!(Party { party, .. } => opt(&party.email))),
    text("Phone1", V24, "", get!(Party { party, .. } => opt(&party.phone1))),
];

pub(super) static SALES_SHIP_CONTACT: Node = Node { name: "SalesInvoiceDocContact", fields: SALES_SHIP_CONTACT_FIELDS };

#[rustfmt::skip]
static SALES_SHIP_CONTACT_FIELDS: &[Field] = &[
    text("Attention", V24, "Shipping_Contact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("BusinessName", V24, "Shipping_Contact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V24, "Shipping_Contact.Email", get!(Party { party, .. } => opt(&party.email))),
    text("Phone1", V24, "Shipping_Contact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
];

pub(super) static SHIP_CONTACT: Node = Node { name: "DocContact", fields: SHIP_CONTACT_FIELDS };

#[rustfmt::skip]
static SHIP_CONTACT_FIELDS: &[Field] = &[
    text("Attention", V20, "Shipping_Contact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("BusinessName", V20, "Shipping_Contact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "Shipping_Contact.Email", get!(Party { party, .. } => opt(&party.email))),
    text("Phone1", V20, "Shipping_Contact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
];

pub(super) static SETTINGS_CONTACT: Node = Node { name: "DocContact", fields: SETTINGS_CONTACT_FIELDS };

#[rustfmt::skip]
static SETTINGS_CONTACT_FIELDS: &[Field] = &[
    text("Attention", V20, "Billing_Contact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("BusinessName", V20, "Billing_Contact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "Billing_Contact.Email", get!(Party { party, .. } => opt(&party.email))),
    text("Phone1", V20, "Billing_Contact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
];

pub(super) static BILL_ADDRESS: Node = Node { name: "SalesInvoiceAddress", fields: BILL_ADDRESS_FIELDS };

#[rustfmt::skip]
static BILL_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V24, "Billing_Address.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V24, "Billing_Address.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "Billing_Address.BuildingName", get!(null)),
    text("BuildingNumber", V25, "Billing_Address.BuildingNumber", get!(null)),
    text("City", V24, "Billing_Address.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V24, "Billing_Address.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "Billing_Address.Department", get!(null)),
    text("DistrictName", V25, "Billing_Address.DistrictName", get!(null)),
    text("Floor", V25, "Billing_Address.Floor", get!(null)),
    text("PostalCode", V24, "Billing_Address.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "Billing_Address.PostBox", get!(null)),
    text("Room", V25, "Billing_Address.Room", get!(null)),
    text("State", V24, "Billing_Address.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "Billing_Address.StreetName", get!(null)),
    text("SubDepartment", V25, "Billing_Address.SubDepartment", get!(null)),
    text("TownLocationName", V25, "Billing_Address.TownLocationName", get!(null)),
    text("UnitNumber", V25, "Billing_Address.UnitNumber", get!(null)),
];

pub(super) static SHIP_ADDRESS: Node = Node { name: "SalesInvoiceAddress", fields: SHIP_ADDRESS_FIELDS };

#[rustfmt::skip]
static SHIP_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V24, "Shipping_Address.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V24, "Shipping_Address.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "Shipping_Address.BuildingName", get!(null)),
    text("BuildingNumber", V25, "Shipping_Address.BuildingNumber", get!(null)),
    text("City", V24, "Shipping_Address.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V24, "Shipping_Address.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "Shipping_Address.Department", get!(null)),
    text("DistrictName", V25, "Shipping_Address.DistrictName", get!(null)),
    text("Floor", V25, "Shipping_Address.Floor", get!(null)),
    text("PostalCode", V24, "Shipping_Address.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "Shipping_Address.PostBox", get!(null)),
    text("Room", V25, "Shipping_Address.Room", get!(null)),
    text("State", V24, "Shipping_Address.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "Shipping_Address.StreetName", get!(null)),
    text("SubDepartment", V25, "Shipping_Address.SubDepartment", get!(null)),
    text("TownLocationName", V25, "Shipping_Address.TownLocationName", get!(null)),
    text("UnitNumber", V25, "Shipping_Address.UnitNumber", get!(null)),
];

pub(super) static SETTINGS_ADDRESS: Node = Node { name: "Address", fields: SETTINGS_ADDRESS_FIELDS };

#[rustfmt::skip]
static SETTINGS_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "Billing_Address.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "Billing_Address.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "Billing_Address.BuildingName", get!(null)),
    text("BuildingNumber", V25, "Billing_Address.BuildingNumber", get!(null)),
    text("City", V20, "Billing_Address.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "Billing_Address.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "Billing_Address.Department", get!(null)),
    text("DistrictName", V25, "Billing_Address.DistrictName", get!(null)),
    text("Floor", V25, "Billing_Address.Floor", get!(null)),
    text("PostalCode", V20, "Billing_Address.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "Billing_Address.PostBox", get!(null)),
    text("Room", V25, "Billing_Address.Room", get!(null)),
    text("State", V20, "Billing_Address.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "Billing_Address.StreetName", get!(null)),
    text("SubDepartment", V25, "Billing_Address.SubDepartment", get!(null)),
    text("TownLocationName", V25, "Billing_Address.TownLocationName", get!(null)),
    text("UnitNumber", V25, "Billing_Address.UnitNumber", get!(null)),
];

pub(super) static INVOICE_TAX: Node = Node { name: "InvoiceTaxDetail", fields: INVOICE_TAX_FIELDS };

#[rustfmt::skip]
static INVOICE_TAX_FIELDS: &[Field] = &[
    dec("TaxableAmount", V20, "Taxes.CuryTaxableAmt", get!(Tax t => money(t.taxable))),
    dec("TaxAmount", V20, "Taxes.CuryTaxAmt", get!(Tax t => money(t.amount))),
    text("TaxID", V20, "Taxes.TaxID", get!(Tax t => value::text(&t.tax))),
    dec("TaxRate", V20, "Taxes.TaxRate", get!(Tax t => fine(t.rate))),
];

pub(super) static SALES_TAX: Node = Node { name: "SalesInvoiceTaxDetail", fields: SALES_TAX_FIELDS };

#[rustfmt::skip]
static SALES_TAX_FIELDS: &[Field] = &[
    dec("TaxableAmount", V20, "Taxes.CuryTaxableAmt", get!(Tax t => money(t.taxable))),
    dec("TaxAmount", V20, "Taxes.CuryTaxAmt", get!(Tax t => money(t.amount))),
    text("TaxID", V20, "Taxes.TaxID", get!(Tax t => value::text(&t.tax))),
];

pub(super) static INVOICE_DISCOUNT: Node = Node { name: "InvoiceDiscountDetail", fields: INVOICE_DISCOUNT_FIELDS };

#[rustfmt::skip]
static INVOICE_DISCOUNT_FIELDS: &[Field] = &[
    text("Description", V20, "ARDiscountDetails.Description", get!(Discount d => opt(&d.description))),
    dec("DiscountableAmount", V20, "ARDiscountDetails.CuryDiscountableAmt", get!(Discount d => money(d.discountable))),
    dec("DiscountableQty", V20, "ARDiscountDetails.DiscountableQty", get!(= fine(Decimal::ZERO))),
    dec("DiscountAmount", V20, "ARDiscountDetails.CuryDiscountAmt", get!(Discount d => money(d.amount))),
    text("DiscountCode", V20, "ARDiscountDetails.DiscountID", get!(Discount d => opt(&d.code))),
    dec("DiscountPercent", V20, "ARDiscountDetails.DiscountPct", get!(Discount d => fine(d.percent))),
    text("ExternalDiscountCode", V20, "ARDiscountDetails.ExtDiscCode", get!(null)),
    flag("ManualDiscount", V20, "ARDiscountDetails.IsManual", get!(= Val::Bool(false))),
    text("OrderNbr", V20, "ARDiscountDetails.OrderNbr", get!(null)),
    text("OrderType", V20, "ARDiscountDetails.OrderType", get!(null)),
    dec("RetainedDiscount", V20, "ARDiscountDetails.CuryRetainedDiscountAmt", get!(null)),
    text("SequenceID", V20, "ARDiscountDetails.DiscountSequenceID", get!(Discount d => opt(&d.sequence))),
    flag("SkipDiscount", V20, "ARDiscountDetails.SkipDiscount", get!(= Val::Bool(false))),
    text("Type", V20, "ARDiscountDetails.Type", get!(Discount d => value::text(&d.kind))),
];

pub(super) static SALES_DISCOUNT: Node = Node { name: "SalesInvoiceDiscountDetails", fields: SALES_DISCOUNT_FIELDS };

#[rustfmt::skip]
static SALES_DISCOUNT_FIELDS: &[Field] = &[
    text("Description", V20, "ARDiscountDetails.Description", get!(Discount d => opt(&d.description))),
    dec("DiscountableAmount", V20, "ARDiscountDetails.CuryDiscountableAmt", get!(Discount d => money(d.discountable))),
    dec("DiscountableQty", V20, "ARDiscountDetails.DiscountableQty", get!(= fine(Decimal::ZERO))),
    dec("DiscountAmount", V20, "ARDiscountDetails.CuryDiscountAmt", get!(Discount d => money(d.amount))),
    text("DiscountCode", V20, "ARDiscountDetails.DiscountID", get!(Discount d => opt(&d.code))),
    dec("DiscountPercent", V20, "ARDiscountDetails.DiscountPct", get!(Discount d => fine(d.percent))),
    text("ExternalDiscountCode", V20, "ARDiscountDetails.ExtDiscCode", get!(null)),
    text("FreeItem", V20, "ARDiscountDetails.FreeItemID", get!(null)),
    dec("FreeItemQty", V20, "ARDiscountDetails.FreeItemQty", get!(null)),
    flag("ManualDiscount", V20, "ARDiscountDetails.IsManual", get!(= Val::Bool(false))),
    text("OrderNbr", V20, "ARDiscountDetails.OrderNbr", get!(null)),
    text("OrderType", V20, "ARDiscountDetails.OrderType", get!(null)),
    text("SequenceID", V20, "ARDiscountDetails.DiscountSequenceID", get!(Discount d => opt(&d.sequence))),
    flag("SkipDiscount", V20, "ARDiscountDetails.SkipDiscount", get!(= Val::Bool(false))),
    text("Type", V20, "ARDiscountDetails.Type", get!(Discount d => value::text(&d.kind))),
];

pub(super) static INVOICE_APPLICATION: Node =
    Node { name: "InvoiceApplicationsDefault", fields: INVOICE_APPLICATION_FIELDS };

#[rustfmt::skip]
static INVOICE_APPLICATION_FIELDS: &[Field] = &[
    dec("AmountPaid", V20, "Adjustments.CuryAdjdAmt", get!(Application (_, a) => money(a.amount))),
    dec("Balance", V20, "Adjustments.CuryDocBal", get!(Application (p, _) => money(p.balance))),
    dec("CashDiscountTaken", V20, "Adjustments.CuryAdjdPPDAmt", get!(= money(Decimal::ZERO))),
    text("DocType", V20, "Adjustments.AdjgDocType", get!(= Val::Text("Payment"))),
    at("PaymentDate", V20, "Adjustments.ARPayment__DocDate", get!(Application (p, _) => Val::Day(p.date))),
    text("ReferenceNbr", V20, "Adjustments.AdjgRefNbr", get!(Application (p, _) => value::text(&p.key.number))),
    text("Status", V20, "Adjustments.ARPayment__Status", get!(Application (p, _) => value::text(&p.status))),
];

pub(super) static SALES_APPLICATION: Node =
    Node { name: "SalesInvoiceApplicationInvoice", fields: SALES_APPLICATION_FIELDS };

#[rustfmt::skip]
static SALES_APPLICATION_FIELDS: &[Field] = &[
    text("AdjustedDocReferenceNbr", V20, "Adjustments.AdjdRefNbr", get!(Application (_, a) => value::text(&a.document.number))),
    text("AdjustingDocReferenceNbr", V20, "Adjustments.AdjgRefNbr", get!(Application (p, _) => value::text(&p.key.number))),
    int("AdjustmentNbr", V20, "Adjustments.AdjNbr", get!(null)),
    dec("AmountPaid", V20, "Adjustments.CuryAdjdAmt", get!(Application (_, a) => money(a.amount))),
    dec("Balance", V20, "Adjustments.CuryDocBal", get!(Application (p, _) => money(p.balance))),
    dec("CashDiscountTaken", V20, "Adjustments.CuryAdjgDiscAmt", get!(= money(Decimal::ZERO))),
    text("Currency", V20, "Adjustments.ARPayment__CuryID", get!(Application (p, _) => value::text(&p.currency))),
    text("Customer", V20, "Adjustments.CustomerID", get!(Application (p, _) => value::text(&p.customer))),
    text("Description", V20, "Adjustments.ARPayment__DocDesc", get!(null)),
    text("DocType", V20, "Adjustments.AdjgDocType", get!(= Val::Text("Payment"))),
    text("DocumentType", V20, "Adjustments.AdjdDocType", get!(null)),
    at("PaymentDate", V20, "Adjustments.ARPayment__DocDate", get!(Application (p, _) => Val::Day(p.date))),
    text("PaymentPeriod", V20, "Adjustments.ARPayment__FinPeriodID", get!(null)),
    text("PaymentRef", V20, "Adjustments.ARPayment__ExtRefNbr", get!(null)),
    text("Status", V20, "Adjustments.ARPayment__Status", get!(Application (p, _) => value::text(&p.status))),
];

pub(super) static SALES_CREDIT_APPLICATION: Node =
    Node { name: "SalesInvoiceApplicationCreditMemo", fields: SALES_CREDIT_APPLICATION_FIELDS };

#[rustfmt::skip]
static SALES_CREDIT_APPLICATION_FIELDS: &[Field] = &[
    dec("AmountPaid", V20, "Adjustments_1.CuryAdjgAmt", get!(null)),
    dec("Balance", V20, "Adjustments_1.CuryDocBal", get!(null)),
    text("Currency", V20, "Adjustments_1.ARInvoice__CuryID", get!(null)),
    text("Customer", V20, "Adjustments_1.AdjdCustomerID", get!(null)),
    text("CustomerOrder", V20, "Adjustments_1.ARInvoice__InvoiceNbr", get!(null)),
    at("Date", V20, "Adjustments_1.ARInvoice__DocDate", get!(null)),
    text("Description", V20, "Adjustments_1.ARInvoice__DocDesc", get!(null)),
    text("DocType", V20, "Adjustments_1.AdjdDocType", get!(null)),
    text("PostPeriod", V20, "Adjustments_1.ARInvoice__FinPeriodID", get!(null)),
    text("ReferenceNbr", V20, "Adjustments_1.AdjdRefNbr", get!(null)),
    text("Status", V20, "Adjustments_1.ARInvoice__Status", get!(null)),
];

pub(super) static CREDIT_APPLICATION: Node =
    Node { name: "InvoiceApplicationsCreditMemo", fields: CREDIT_APPLICATION_FIELDS };

#[rustfmt::skip]
static CREDIT_APPLICATION_FIELDS: &[Field] = &[
    dec("AmountPaid", V20, "Adjustments_1.CuryAdjgAmt", get!(null)),
    dec("Balance", V20, "Adjustments_1.CuryDocBal", get!(null)),
    text("Customer", V20, "Adjustments_1.AdjdCustomerID", get!(null)),
    text("CustomerOrder", V20, "Adjustments_1.ARInvoice__InvoiceNbr", get!(null)),
    text("Description", V20, "Adjustments_1.ARInvoice__DocDesc", get!(null)),
    text("DocType", V20, "Adjustments_1.AdjdDocType", get!(null)),
    text("PostPeriod", V20, "Adjustments_1.ARInvoice__FinPeriodID", get!(null)),
    text("ReferenceNbr", V20, "Adjustments_1.AdjdRefNbr", get!(null)),
    text("Status", V20, "Adjustments_1.ARInvoice__Status", get!(null)),
];
