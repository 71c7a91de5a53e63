//! Non-stock items (IN202000): other names for units and costs than stock items have.
//!
//! Owns the table of fields of this entity. Rows are items of the books that are not kept in stock.

use super::Rec;
use super::attribute::ATTRIBUTE;
use super::field::{Field, NO_ROWS, Node, at, dec, flag, get, guid, rows, text, visit};
use super::stock_item::CROSS_REFERENCE;
use crate::acumatica::value;
use crate::acumatica::value::{Val, fine, opt, time};
use crate::acumatica::version::Version::{V20, V22, V24};
use rust_decimal::Decimal;

pub(super) static NON_STOCK_ITEM: Node = Node { name: "NonStockItem", fields: NON_STOCK_ITEM_FIELDS };

#[rustfmt::skip]
static NON_STOCK_ITEM_FIELDS: &[Field] = &[
    rows("Attributes", V20, &ATTRIBUTE, visit!(Item i => i.attributes.iter().map(|(code, value)| Rec::Attribute { owner: i.meta.id, code, value }))),
    text("Availability", V22, "ItemSettings.Availability", get!(null)),
    text("BaseUnit", V20, "ItemSettings.BaseUnit", get!(Item i => value::text(&i.base_unit))),
    rows("Categories", V22, &Node { name: "CategoryStockItem", fields: &[] }, NO_ROWS),
    text("Content", V22, "ItemSettings.Body", get!(Item i => opt(&i.content))),
    rows("CrossReferences", V20, &CROSS_REFERENCE, visit!(Item i => i.cross_references.iter().map(|x| Rec::CrossReference(i, x)))),
    dec("CurrentCost", V20, "ItemSettings.StdCost", get!(Item i => fine(i.standard_cost))),
    dec("CurrentStdCost", V22, "ItemSettings.StdCost", get!(Item i => fine(i.standard_cost))),
    dec("CurySpecificMSRP", V22, "CurySettings_InventoryItem.RecPrice", get!(Item i => fine(i.msrp))),
    dec("CurySpecificPrice", V22, "CurySettings_InventoryItem.BasePrice", get!(Item i => fine(i.currency_price.unwrap_or(i.price)))),
    text("CustomURL", V22, "ItemSettings.CustomURL", get!(null)),
    dec("DefaultPrice", V20, "ItemSettings.BasePrice", get!(Item i => fine(i.price))),
    text("DeferralAccount", V20, "ItemSettings.DeferralAcctID", get!(null)),
    text("DeferralSubaccount", V20, "ItemSettings.DeferralSubID", get!(null)),
    text("Description", V20, "Item.Descr", get!(Item i => opt(&i.description))),
    dec("DimensionWeight", V22, "ItemSettings.BaseItemWeight", get!(Item i => fine(i.weight))),
    at("EffectiveDate", V20, "ItemSettings.StdCostDate", get!(null)),
    text("ExpenseAccount", V20, "ItemSettings.COGSAcctID", get!(= Val::Text("50000"))),
    text("ExpenseAccrualAccount", V20, "ItemSettings.InvtAcctID", get!(= Val::Text("20100"))),
    text("ExpenseAccrualSubaccount", V20, "ItemSettings.InvtSubID", get!(= Val::Text("000000"))),
    text("ExpenseSubaccount", V20, "ItemSettings.COGSSubID", get!(= Val::Text("000000"))),
    flag("ExportToExternal", V22, "ItemSettings.ExportToExternal", get!(= Val::Bool(false))),
    rows("FileUrls", V22, &Node { name: "InventoryFileUrls", fields: &[] }, NO_ROWS),
    text("InventoryID", V20, "Item.InventoryCD", get!(Item i => value::text(&i.key))),
    flag("IsAKit", V24, "ItemSettings.kititem", get!(Item i => Val::Bool(i.kit))),
    flag("IsKit", V20, "ItemSettings.KitItem", get!(Item i => Val::Bool(i.kit))),
    text("ItemClass", V20, "ItemSettings.ItemClassID", get!(Item i => value::text(&i.class))),
    text("ItemStatus", V20, "Item.ItemStatus", get!(Item i => value::text(&i.status))),
    text("ItemType", V20, "ItemSettings.ItemType", get!(Item i => value::text(&i.kind))),
    dec("LastCost", V20, "ItemSettings.LastStdCost", get!(= fine(Decimal::ZERO))),
    at("LastModifiedDateTime", V20, "Item.LastModifiedDateTime", get!(Item i => time(i.meta.modified))),
    text("MetaDescription", V22, "ItemSettings.MetaDescription", get!(null)),
    text("MetaKeywords", V22, "ItemSettings.MetaKeywords", get!(null)),
    dec("MSRP", V22, "ItemSettings.RecPrice", get!(Item i => fine(i.msrp))),
    guid("NoteID", V22, "Item.NoteID", get!(Item i => Val::Guid(i.meta.id))),
    text("PageTitle", V22, "ItemSettings.PageTitle", get!(null)),
    dec("PendingCost", V20, "ItemSettings.PendingStdCost", get!(= fine(Decimal::ZERO))),
    at("PendingCostDate", V20, "ItemSettings.PendingStdCostDate", get!(null)),
    text("POAccrualAccount", V20, "ItemSettings.POAccrualAcctID", get!(= Val::Text("20100"))),
    text("POAccrualSubaccount", V20, "ItemSettings.POAccrualSubID", get!(= Val::Text("000000"))),
    text("PostingClass", V20, "ItemSettings.PostClassID", get!(Item i => value::text(&i.posting_class))),
    text("PriceClass", V20, "ItemSettings.PriceClassID", get!(Item i => opt(&i.price_class))),
    text("PurchasePriceVarianceAccount", V20, "ItemSettings.PPVAcctID", get!(null)),
    text("PurchasePriceVarianceSubaccount", V20, "ItemSettings.PPVSubID", get!(null)),
    text("PurchaseUnit", V20, "ItemSettings.PurchaseUnit", get!(Item i => value::text(&i.purchase_unit))),
    text("ReasonCodeSubaccount", V20, "ItemSettings.ReasonCodeSubID", get!(null)),
    flag("RequireReceipt", V20, "ItemSettings.NonStockReceipt", get!(= Val::Bool(false))),
    flag("RequireShipment", V20, "ItemSettings.NonStockShip", get!(= Val::Bool(false))),
    text("SalesAccount", V20, "ItemSettings.SalesAcctID", get!(= Val::Text("40000"))),
    rows("SalesCategories", V20, &Node { name: "NonStockItemSalesCategory", fields: &[] }, NO_ROWS),
    text("SalesSubaccount", V20, "ItemSettings.SalesSubID", get!(= Val::Text("000000"))),
    text("SalesUnit", V20, "ItemSettings.SalesUnit", get!(Item i => value::text(&i.sales_unit))),
    text("SearchKeywords", V22, "ItemSettings.SearchKeywords", get!(null)),
    text("TaxCategory", V20, "ItemSettings.TaxCategoryID", get!(Item i => value::text(&i.tax_category))),
    text("TemplateItemID", V22, "ItemSettings.TemplateItemID", get!(Item i => opt(&i.template))),
    rows("VendorDetails", V20, &Node { name: "NonStockItemVendorDetail", fields: &[] }, NO_ROWS),
    text("Visibility", V22, "ItemSettings.Visibility", get!(null)),
    dec("Volume", V20, "ItemSettings.BaseItemVolume", get!(Item i => fine(i.volume))),
    text("VolumeUOM", V20, "ItemSettings.VolumeUOM", get!(= Val::Text("LITER"))),
    dec("Weight", V20, "ItemSettings.BaseItemWeight", get!(Item i => fine(i.weight))),
    text("WeightUOM", V20, "ItemSettings.WeightUOM", get!(= Val::Text("KG"))),
];
