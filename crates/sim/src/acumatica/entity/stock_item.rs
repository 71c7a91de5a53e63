//! Stock items (IN202500) with their warehouses and other codes.

use super::Rec;
use super::bare::{ATTRIBUTE, BARE};
use super::field::{Feature, Field, NO_ROWS, Node, at, dec, flag, get, guid, rows, text, visit};
use crate::acumatica::value;
use crate::acumatica::value::{Val, fine, loose, opt, time};
use crate::acumatica::version::Version::{V20, V22, V24};
use rust_decimal::Decimal;

pub(super) static STOCK_ITEM: Node = Node {
    name: "StockItem",
    fields: STOCK_ITEM_FIELDS,
};

static STOCK_ITEM_FIELDS: &[Field] = &[
    text("ABCCode", V20, "ItemSettings.ABCCodeID", get!(null)),
    rows(
        "Attributes",
        V20,
        &ATTRIBUTE,
        visit!(Item i => i.attributes.iter().map(|(code, value)| Rec::Attribute { owner: i.meta.id, code, value })),
    ),
    text(
        "AutoIncrementalValue",
        V20,
        "ItemSettings.LotSerNumVal",
        get!(null),
    ),
    text("Availability", V22, "ItemSettings.Availability", get!(null)),
    dec(
        "AverageCost",
        V20,
        "itemcosts.AvgCost",
        get!(= loose(Decimal::ZERO)),
    ),
    text(
        "BaseUOM",
        V20,
        "ItemSettings.BaseUnit",
        get!(Item i => value::text(&i.base_unit)),
    ),
    rows("Boxes", V20, &BARE, NO_ROWS),
    rows("Categories", V20, &BARE, NO_ROWS),
    text(
        "COGSAccount",
        V20,
        "ItemSettings.COGSAcctID",
        get!(= Val::Text("50000")),
    ),
    text(
        "COGSSubaccount",
        V20,
        "ItemSettings.COGSSubID",
        get!(= Val::Text("000000")),
    ),
    text(
        "Content",
        V20,
        "ItemSettings.Body",
        get!(Item i => opt(&i.content)),
    ),
    text(
        "CountryOfOrigin",
        V22,
        "ItemSettings.CountryOfOrigin",
        get!(null),
    ),
    rows(
        "CrossReferences",
        V20,
        &CROSS_REFERENCE,
        visit!(Item i => i.cross_references.iter().map(|x| Rec::CrossReference(i, x))),
    ),
    dec(
        "CurrentStdCost",
        V20,
        "ItemSettings.StdCost",
        get!(Item i => fine(i.standard_cost)),
    ),
    dec(
        "CurySpecificMSRP",
        V22,
        "CurySettings_InventoryItem.RecPrice",
        get!(Item i => fine(i.msrp)),
    ),
    dec(
        "CurySpecificPrice",
        V22,
        "CurySettings_InventoryItem.BasePrice",
        get!(Item i => fine(i.currency_price.unwrap_or(i.price))),
    ),
    text("CustomURL", V22, "ItemSettings.CustomURL", get!(null)),
    text(
        "DefaultIssueLocationID",
        V20,
        "ItemSettings.DfltShipLocationID",
        get!(null),
    ),
    dec(
        "DefaultPrice",
        V20,
        "ItemSettings.BasePrice",
        get!(Item i => fine(i.price)),
    ),
    text(
        "DefaultReceiptLocationID",
        V20,
        "ItemSettings.DfltReceiptLocationID",
        get!(null),
    ),
    text(
        "DefaultSubitem",
        V20,
        "ItemSettings.DefaultSubItemID",
        get!(= Val::Text("0")),
    )
    .with(Feature::Subitems),
    text(
        "DefaultWarehouseID",
        V20,
        "ItemSettings.DfltSiteID",
        get!(Item i => opt(&i.default_warehouse)),
    ),
    text(
        "DeferralAccount",
        V20,
        "ItemSettings.DeferralAcctID",
        get!(null),
    ),
    text(
        "DeferralSubaccount",
        V20,
        "ItemSettings.DeferralSubID",
        get!(null),
    ),
    text(
        "Description",
        V20,
        "Item.Descr",
        get!(Item i => opt(&i.description)),
    ),
    dec(
        "DimensionVolume",
        V20,
        "ItemSettings.BaseItemVolume",
        get!(Item i => fine(i.volume)),
    ),
    dec(
        "DimensionWeight",
        V20,
        "ItemSettings.BaseItemWeight",
        get!(Item i => fine(i.weight)),
    ),
    text(
        "DiscountAccount",
        V20,
        "ItemSettings.DiscAcctID",
        get!(null),
    ),
    text(
        "DiscountSubaccount",
        V20,
        "ItemSettings.DiscSubID",
        get!(null),
    ),
    flag(
        "ExportToExternal",
        V22,
        "ItemSettings.ExportToExternal",
        get!(= Val::Bool(false)),
    ),
    rows("FileURLs", V22, &BARE, NO_ROWS),
    text(
        "ImageUrl",
        V20,
        "ItemSettings.ImageUrl",
        get!(Item i => opt(&i.image_url)),
    ),
    text(
        "InventoryAccount",
        V20,
        "ItemSettings.InvtAcctID",
        get!(= Val::Text("12100")),
    ),
    text(
        "InventoryID",
        V20,
        "Item.InventoryCD",
        get!(Item i => value::text(&i.key)),
    ),
    text(
        "InventorySubaccount",
        V20,
        "ItemSettings.InvtSubID",
        get!(= Val::Text("000000")),
    ),
    flag(
        "IsAKit",
        V20,
        "ItemSettings.KitItem",
        get!(Item i => Val::Bool(i.kit)),
    ),
    text(
        "ItemClass",
        V20,
        "ItemSettings.ItemClassID",
        get!(Item i => value::text(&i.class)),
    ),
    text(
        "ItemStatus",
        V20,
        "Item.ItemStatus",
        get!(Item i => value::text(&i.status)),
    ),
    text(
        "ItemType",
        V20,
        "ItemSettings.ItemType",
        get!(Item i => value::text(&i.kind)),
    ),
    text(
        "LandedCostVarianceAccount",
        V20,
        "ItemSettings.LCVarianceAcctID",
        get!(null),
    ),
    text(
        "LandedCostVarianceSubaccount",
        V20,
        "ItemSettings.LCVarianceSubID",
        get!(null),
    ),
    dec(
        "LastCost",
        V20,
        "itemcosts.LastCost",
        get!(Item i => loose(i.last_cost)),
    ),
    at(
        "LastModified",
        V20,
        "Item.LastModifiedDateTime",
        get!(Item i => time(i.meta.modified)),
    ),
    at(
        "LastModifiedDateTime",
        V24,
        "Item.LastModifiedDateTime",
        get!(Item i => time(i.meta.modified)),
    ),
    dec(
        "LastStdCost",
        V20,
        "ItemSettings.LastStdCost",
        get!(= fine(Decimal::ZERO)),
    ),
    text(
        "LotSerialClass",
        V20,
        "ItemSettings.LotSerClassID",
        get!(= Val::Text("NOTTRACKED")),
    ),
    dec(
        "Markup",
        V20,
        "ItemSettings.MarkupPct",
        get!(= fine(Decimal::ZERO)),
    ),
    dec(
        "MaxCost",
        V20,
        "itemcosts.MaxCost",
        get!(= loose(Decimal::ZERO)),
    ),
    text(
        "MetaDescription",
        V22,
        "ItemSettings.MetaDescription",
        get!(null),
    ),
    text("MetaKeywords", V22, "ItemSettings.MetaKeywords", get!(null)),
    dec(
        "MinCost",
        V20,
        "itemcosts.MinCost",
        get!(= loose(Decimal::ZERO)),
    ),
    dec(
        "MinMarkup",
        V20,
        "ItemSettings.MinGrossProfitPct",
        get!(= fine(Decimal::ZERO)),
    ),
    dec(
        "MSRP",
        V20,
        "ItemSettings.RecPrice",
        get!(Item i => fine(i.msrp)),
    ),
    text("NotAvailable", V22, "ItemSettings.NotAvailMode", get!(null)),
    guid(
        "NoteID",
        V22,
        "Item.NoteID",
        get!(Item i => Val::Guid(i.meta.id)),
    ),
    text(
        "PackagingOption",
        V20,
        "ItemSettings.PackageOption",
        get!(= Val::Text("Manual")),
    ),
    flag(
        "PackSeparately",
        V20,
        "ItemSettings.PackSeparately",
        get!(= Val::Bool(false)),
    ),
    text("PageTitle", V22, "ItemSettings.PageTitle", get!(null)),
    dec(
        "PendingStdCost",
        V20,
        "ItemSettings.PendingStdCost",
        get!(= fine(Decimal::ZERO)),
    ),
    text(
        "POAccrualAccount",
        V20,
        "ItemSettings.POAccrualAcctID",
        get!(= Val::Text("20100")),
    ),
    text(
        "POAccrualSubaccount",
        V20,
        "ItemSettings.POAccrualSubID",
        get!(= Val::Text("000000")),
    ),
    text(
        "PostingClass",
        V20,
        "ItemSettings.PostClassID",
        get!(Item i => value::text(&i.posting_class)),
    ),
    text(
        "PriceClass",
        V20,
        "ItemSettings.PriceClassID",
        get!(Item i => opt(&i.price_class)),
    ),
    text(
        "PriceManager",
        V20,
        "ItemSettings.PriceManagerID",
        get!(null),
    ),
    text(
        "PriceWorkgroup",
        V20,
        "ItemSettings.PriceWorkgroupID",
        get!(null),
    ),
    text("ProductManager", V20, "Item.ProductManagerID", get!(null)),
    text(
        "ProductWorkgroup",
        V20,
        "Item.ProductWorkgroupID",
        get!(null),
    ),
    text(
        "PurchasePriceVarianceAccount",
        V20,
        "ItemSettings.PPVAcctID",
        get!(null),
    ),
    text(
        "PurchasePriceVarianceSubaccount",
        V20,
        "ItemSettings.PPVSubID",
        get!(null),
    ),
    text(
        "PurchaseUOM",
        V20,
        "ItemSettings.PurchaseUnit",
        get!(Item i => value::text(&i.purchase_unit)),
    ),
    text(
        "ReasonCodeSubaccount",
        V20,
        "ItemSettings.ReasonCodeSubID",
        get!(null),
    ),
    rows("ReplenishmentParameters", V20, &BARE, NO_ROWS),
    text(
        "SalesAccount",
        V20,
        "ItemSettings.SalesAcctID",
        get!(= Val::Text("40000")),
    ),
    text(
        "SalesSubaccount",
        V20,
        "ItemSettings.SalesSubID",
        get!(= Val::Text("000000")),
    ),
    text(
        "SalesUOM",
        V20,
        "ItemSettings.SalesUnit",
        get!(Item i => value::text(&i.sales_unit)),
    ),
    text(
        "SearchKeywords",
        V22,
        "ItemSettings.SearchKeywords",
        get!(null),
    ),
    text(
        "StandardCostRevaluationAccount",
        V20,
        "ItemSettings.StdCstRevAcctID",
        get!(null),
    ),
    text(
        "StandardCostRevaluationSubaccount",
        V20,
        "ItemSettings.StdCstRevSubID",
        get!(null),
    ),
    text(
        "StandardCostVarianceAccount",
        V20,
        "ItemSettings.StdCstVarAcctID",
        get!(null),
    ),
    text(
        "StandardCostVarianceSubaccount",
        V20,
        "ItemSettings.StdCstVarSubID",
        get!(null),
    ),
    rows("SubItems", V20, &BARE, NO_ROWS)
        .until(V22)
        .with(Feature::Subitems),
    flag(
        "SubjectToCommission",
        V20,
        "ItemSettings.Commisionable",
        get!(= Val::Bool(false)),
    ),
    text("TariffCode", V22, "ItemSettings.HSTariffCode", get!(null)),
    text(
        "TaxCategory",
        V20,
        "ItemSettings.TaxCategoryID",
        get!(Item i => value::text(&i.tax_category)),
    ),
    text(
        "TemplateItemID",
        V22,
        "ItemSettings.TemplateItemID",
        get!(Item i => opt(&i.template)),
    ),
    rows("UOMConversions", V20, &BARE, NO_ROWS),
    flag(
        "UseOnEntry",
        V20,
        "ItemSettings.DefaultSubItemOnEntry",
        get!(= Val::Bool(false)),
    )
    .with(Feature::Subitems),
    text(
        "ValuationMethod",
        V20,
        "ItemSettings.ValMethod",
        get!(= Val::Text("Average")),
    ),
    rows("VendorDetails", V20, &BARE, NO_ROWS),
    text("Visibility", V22, "ItemSettings.Visibility", get!(null)),
    text(
        "VolumeUOM",
        V20,
        "ItemSettings.VolumeUOM",
        get!(= Val::Text("LITER")),
    ),
    rows(
        "WarehouseDetails",
        V20,
        &WAREHOUSE,
        visit!(Item i => i.warehouses.iter().map(|w| Rec::Warehouse(i, w))),
    ),
    text(
        "WeightUOM",
        V20,
        "ItemSettings.WeightUOM",
        get!(= Val::Text("KG")),
    ),
];

pub(super) static WAREHOUSE: Node = Node {
    name: "StockItemWarehouseDetail",
    fields: WAREHOUSE_FIELDS,
};

static WAREHOUSE_FIELDS: &[Field] = &[
    dec(
        "DailyDemandForecast",
        V20,
        "itemsiterecords.DemandPerDayAverage",
        get!(= loose(Decimal::ZERO)),
    ),
    dec(
        "DailyDemandForecastErrorSTDEV",
        V20,
        "itemsiterecords.DemandPerDaySTDEV",
        get!(= loose(Decimal::ZERO)),
    ),
    text(
        "DefaultIssueLocationID",
        V20,
        "itemsiterecords.DfltShipLocationID",
        get!(null),
    ),
    text(
        "DefaultReceiptLocationID",
        V20,
        "itemsiterecords.DfltReceiptLocationID",
        get!(null),
    ),
    text(
        "InventoryAccount",
        V20,
        "itemsiterecords.InvtAcctID",
        get!(= Val::Text("12100")),
    ),
    text(
        "InventorySubaccount",
        V20,
        "itemsiterecords.InvtSubID",
        get!(= Val::Text("000000")),
    ),
    flag(
        "IsDefault",
        V20,
        "itemsiterecords.IsDefault",
        get!(Warehouse (_, w) => Val::Bool(w.default)),
    ),
    at(
        "LastForecastDate",
        V20,
        "itemsiterecords.LastForecastDate",
        get!(null),
    ),
    flag(
        "Override",
        V20,
        "itemsiterecords.ServiceLevelOverride",
        get!(= Val::Bool(false)),
    ),
    flag(
        "OverridePreferredVendor",
        V20,
        "itemsiterecords.PreferredVendorOverride",
        get!(= Val::Bool(false)),
    ),
    flag(
        "OverrideReplenishmentSettings",
        V20,
        "itemsiterecords.ReplenishmentPolicyOverride",
        get!(= Val::Bool(false)),
    ),
    flag(
        "OverrideStdCost",
        V20,
        "itemsiterecords.StdCostOverride",
        get!(= Val::Bool(false)),
    ),
    text(
        "PreferredVendor",
        V20,
        "itemsiterecords.PreferredVendorID",
        get!(null),
    ),
    flag(
        "PriceOverride",
        V20,
        "itemsiterecords.BasePriceOverride",
        get!(= Val::Bool(false)),
    ),
    text(
        "ProductManager",
        V20,
        "itemsiterecords.ProductManagerID",
        get!(null),
    ),
    text(
        "ProductWorkgroup",
        V20,
        "itemsiterecords.ProductWorkgroupID",
        get!(null),
    ),
    dec(
        "QtyOnHand",
        V20,
        "itemsiterecords.INSiteStatusSummary__QtyOnHand",
        get!(Warehouse (_, w) => fine(w.on_hand)),
    ),
    text(
        "ReplenishmentSource",
        V20,
        "itemsiterecords.ReplenishmentSource",
        get!(null),
    ),
    text(
        "ReplenishmentWarehouse",
        V20,
        "itemsiterecords.ReplenishmentSourceSiteID",
        get!(null),
    ),
    text(
        "Seasonality",
        V20,
        "itemsiterecords.ReplenishmentPolicyID",
        get!(null),
    ),
    dec(
        "ServiceLevel",
        V20,
        "itemsiterecords.ServiceLevelPct",
        get!(= fine(Decimal::new(84, 0))),
    ),
    text(
        "Status",
        V20,
        "itemsiterecords.SiteStatus",
        get!(= Val::Text("Active")),
    ),
    text(
        "WarehouseID",
        V20,
        "itemsiterecords.SiteID",
        get!(Warehouse (_, w) => value::text(&w.warehouse)),
    ),
];

pub(super) static CROSS_REFERENCE: Node = Node {
    name: "InventoryItemCrossReference",
    fields: CROSS_REFERENCE_FIELDS,
};

static CROSS_REFERENCE_FIELDS: &[Field] = &[
    text(
        "AlternateID",
        V20,
        "itemxrefrecords.AlternateID",
        get!(CrossReference (_, x) => value::text(&x.alternate)),
    ),
    text(
        "AlternateType",
        V20,
        "itemxrefrecords.AlternateType",
        get!(CrossReference (_, x) => value::text(&x.kind)),
    ),
    text(
        "Description",
        V20,
        "itemxrefrecords.Descr",
        get!(CrossReference (_, x) => opt(&x.description)),
    ),
    text("Subitem", V20, "itemxrefrecords.SubItemID", get!(null)).with(Feature::Subitems),
    text("UOM", V22, "itemxrefrecords.UOM", get!(null)),
    text(
        "VendorOrCustomer",
        V20,
        "itemxrefrecords.BAccountID",
        get!(null),
    ),
];
