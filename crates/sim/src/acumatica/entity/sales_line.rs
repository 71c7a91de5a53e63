//! Lines and freight of SalesInvoice.
//!
//! Owns the two tables of fields. Rows are lines and freight of a document in the books.

use super::field::{Feature, Field, Node, at, dec, flag, get, guid, int, text};
use crate::acumatica::value;
use crate::acumatica::value::{Val, fine, money, opt};
use crate::acumatica::version::Version::{V20, V24};
use rust_decimal::Decimal;

pub(super) static SALES_LINE: Node = Node { name: "SalesInvoiceDetail", fields: SALES_LINE_FIELDS };

#[rustfmt::skip]
static SALES_LINE_FIELDS: &[Field] = &[
    text("Account", V24, "Transactions.AccountID", get!(Line (_, l) => value::text(&l.account))),
    dec("Amount", V20, "Transactions.CuryTranAmt", get!(Line (_, l) => money(l.amount))),
    text("BranchID", V20, "Transactions.BranchID", get!(Line (_, l) => value::text(&l.branch))),
    flag("CalculateDiscountsOnImport", V20, "Transactions.CalculateDiscountsOnImport", get!(null)),
    text("CostCode", V20, "Transactions.CostCodeID", get!(null)),
    text("Description", V20, "Transactions.AccountID_Account_description", get!(= Val::Text("Sales revenue"))),
    dec("DiscountAmount", V20, "Transactions.CuryDiscAmt", get!(Line (_, l) => money(l.discount))),
    dec("DiscountPercent", V20, "Transactions.DiscPct", get!(Line (_, l) => fine(l.discount_percent))),
    at("ExpirationDate", V20, "Transactions.ExpireDate", get!(null)),
    text("ExternalRef", V24, "Transactions.UsrExternalRef", get!(null)),
    text("InventoryDocType", V20, "Transactions.InvtDocType", get!(null)),
    text("InventoryID", V20, "Transactions.InventoryID", get!(Line (_, l) => opt(&l.item))),
    text("InventoryRefNbr", V20, "Transactions.InvtRefNbr", get!(null)),
    int("LineNbr", V20, "Transactions.LineNbr", get!(Line (_, l) => Val::Int(l.number.into()))),
    text("Location", V20, "Transactions.LocationID", get!(null)),
    text("LotSerialNbr", V20, "Transactions.LotSerialNbr", get!(null)),
    flag("ManualDiscount", V20, "Transactions.ManualDisc", get!(= Val::Bool(false))),
    flag("ManualPrice", V24, "Transactions.ManualPrice", get!(= Val::Bool(false))),
    guid("NoteID", V24, "Transactions.NoteID", get!(Line (_, l) => Val::Guid(l.id))),
    int("OrderLineNbr", V20, "Transactions.SOOrderLineNbr", get!(Line (_, l) => l.order.as_ref().map_or(Val::Null, |o| Val::Int(o.2.into())))),
    text("OrderNbr", V20, "Transactions.SOOrderNbr", get!(Line (_, l) => l.order.as_ref().map_or(Val::Null, |o| Val::Text(&o.1)))),
    text("OrderType", V20, "Transactions.SOOrderType", get!(Line (_, l) => l.order.as_ref().map_or(Val::Null, |o| Val::Text(&o.0)))),
    int("OrigInvLineNbr", V20, "Transactions.OrigInvoiceLineNbr", get!(null)),
    text("OrigInvNbr", V20, "Transactions.OrigInvoiceNbr", get!(null)),
    text("OrigInvType", V20, "Transactions.OrigInvoiceType", get!(null)),
    text("ProjectTask", V20, "Transactions.TaskID", get!(null)),
    dec("Qty", V20, "Transactions.Qty", get!(Line (_, l) => fine(l.quantity))),
    text("ShipmentNbr", V20, "Transactions.SOShipmentNbr", get!(Line (_, l) => opt(&l.shipment))),
    text("SubAccount", V24, "Transactions.SubID", get!(Line (_, l) => value::text(&l.subaccount))),
    text("Subitem", V20, "Transactions.SubItemID", get!(null)).with(Feature::Subitems),
    text("TaxCategory", V20, "Transactions.TaxCategoryID", get!(Line (_, l) => opt(&l.tax_category))),
    text("TransactionDescr", V20, "Transactions.TranDesc", get!(Line (_, l) => opt(&l.description))),
    dec("UnitPrice", V20, "Transactions.CuryUnitPrice", get!(Line (_, l) => fine(l.unit_price))),
    text("UOM", V20, "Transactions.UOM", get!(Line (_, l) => opt(&l.unit))),
    text("WarehouseID", V20, "Transactions.SiteID", get!(Line (_, l) => opt(&l.warehouse))),
];

pub(super) static FREIGHT: Node = Node { name: "SalesInvoiceFreightDetail", fields: FREIGHT_FIELDS };

#[rustfmt::skip]
static FREIGHT_FIELDS: &[Field] = &[
    text("Description", V20, "FreightDetails.AccountID_Account_description", get!(null)),
    dec("FreightAmount", V20, "FreightDetails.CuryFreightAmt", get!(Freight f => money(f.amount))),
    dec("FreightCost", V20, "FreightDetails.CuryFreightCost", get!(= money(Decimal::ZERO))),
    dec("LineTotal", V20, "FreightDetails.CuryLineTotal", get!(null)),
    dec("PremiumFreightAmount", V20, "FreightDetails.CuryPremiumFreightAmt", get!(= money(Decimal::ZERO))),
    text("ShipmentNbr", V20, "FreightDetails.ShipmentNbr", get!(Freight f => value::text(&f.shipment))),
    text("ShipmentType", V20, "FreightDetails.ShipmentType", get!(= Val::Text("Shipment"))),
    dec("TotalFreightAmount", V20, "FreightDetails.CuryTotalFreightAmt", get!(Freight f => money(f.amount))),
    dec("Volume", V20, "FreightDetails.Volume", get!(null)),
    dec("Weight", V20, "FreightDetails.Weight", get!(null)),
];
