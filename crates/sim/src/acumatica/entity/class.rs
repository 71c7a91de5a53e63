//! Customer classes, item classes, currencies and the company structure.
//!
//! Owns the tables of fields of the small set-up entities. Rows come from the settings of the simulated company.

use super::field::{Field, NO_ROWS, Node, at, dec, flag, get, rows, short, text};
use crate::acumatica::value;
use crate::acumatica::value::{Val, money, opt, time};
use crate::acumatica::version::Version::{V20, V22};
use rust_decimal::Decimal;

pub(super) static CLASS: Node = Node { name: "CustomerClass", fields: CLASS_FIELDS };

#[rustfmt::skip]
static CLASS_FIELDS: &[Field] = &[
    flag("ApplyOverdueCharges", V20, "CurCustomerClassRecord.FinChargeApply", get!(= Val::Bool(false))),
    text("ARAccount", V20, "CurCustomerClassRecord.ARAcctID", get!(= Val::Text("11000"))),
    text("ARSubaccount", V20, "CurCustomerClassRecord.ARSubID", get!(= Val::Text("000000"))),
    rows("Attributes", V20, &Node { name: "BusinessAccountClassAttributeDetail", fields: &[] }, NO_ROWS),
    flag("AutoApplyPayments", V20, "CurCustomerClassRecord.AutoApplyPayments", get!(= Val::Bool(false))),
    text("CashDiscountAccount", V20, "CurCustomerClassRecord.DiscTakenAcctID", get!(null)),
    text("CashDiscountSubaccount", V20, "CurCustomerClassRecord.DiscTakenSubID", get!(null)),
    text("ClassID", V20, "CustomerClassRecord.CustomerClassID", get!(Class c => value::text(&c.id))),
    text("COGSAccount", V20, "CurCustomerClassRecord.COGSAcctID", get!(null)),
    text("COGSSubaccount", V20, "CurCustomerClassRecord.COGSSubID", get!(null)),
    text("Country", V20, "CurCustomerClassRecord.CountryID", get!(Class c => opt(&c.country))),
    at("CreatedDateTime", V20, "CustomerClassRecord.CreatedDateTime", get!(Class c => time(c.meta.created))),
    short("CreditDaysPastDue", V20, "CurCustomerClassRecord.CreditDaysPastDue", get!(= Val::Int(0))),
    dec("CreditLimit", V20, "CurCustomerClassRecord.CreditLimit", get!(Class c => money(c.credit_limit))),
    text("CreditVerification", V20, "CurCustomerClassRecord.CreditRule", get!(Class c => value::text(&c.credit_rule))),
    text("CurrencyID", V20, "CurCustomerClassRecord.CuryID", get!(Class c => opt(&c.currency))),
    text("CurrencyRateType", V20, "CurCustomerClassRecord.CuryRateTypeID", get!(null)),
    flag("DefaultLocationIDfromBranch", V20, "CurCustomerClassRecord.DefaultLocationCDFromBranch", get!(null)),
    text("DefaultRestrictionGroup", V20, "CurCustomerClassRecord.GroupMask", get!(null)),
    text("Description", V20, "CustomerClassRecord.Descr", get!(Class c => value::text(&c.description))),
    text("DiscountAccount", V20, "CurCustomerClassRecord.DiscountAcctID", get!(null)),
    text("DiscountSubaccount", V20, "CurCustomerClassRecord.DiscountSubID", get!(null)),
    flag("EnableCurrencyOverride", V20, "CurCustomerClassRecord.AllowOverrideCury", get!(= Val::Bool(false))),
    flag("EnableRateOverride", V20, "CurCustomerClassRecord.AllowOverrideRate", get!(= Val::Bool(false))),
    flag("EnableWriteOffs", V20, "CurCustomerClassRecord.SmallBalanceAllow", get!(Class c => Val::Bool(c.write_off_limit > Decimal::ZERO))),
    text("EntityUsageType", V20, "CurCustomerClassRecord.AvalaraCustomerUsageType", get!(null)),
    text("FreightAccount", V20, "CurCustomerClassRecord.FreightAcctID", get!(null)),
    text("FreightSubaccount", V20, "CurCustomerClassRecord.FreightSubID", get!(null)),
    dec("GroupDocumentDiscountLimit", V20, "CurCustomerClassRecord.DiscountLimit", get!(null)),
    at("LastModifiedDateTime", V20, "CustomerClassRecord.LastModifiedDateTime", get!(Class c => time(c.meta.modified))),
    text("MiscAccount", V20, "CurCustomerClassRecord.MiscAcctID", get!(null)),
    text("MiscSubaccount", V20, "CurCustomerClassRecord.MiscSubID", get!(null)),
    flag("MultiCurrencyStatements", V20, "CurCustomerClassRecord.PrintCuryStatements", get!(= Val::Bool(false))),
    text("OverdueChargeID", V20, "CurCustomerClassRecord.FinChargeID", get!(null)),
    dec("OverLimitAmount", V20, "CurCustomerClassRecord.OverLimitAmount", get!(null)),
    text("PaymentMethod", V20, "CurCustomerClassRecord.DefPaymentMethodID", get!(null)),
    text("PrepaymentAccount", V20, "CurCustomerClassRecord.PrepaymentAcctID", get!(null)),
    text("PrepaymentSubaccount", V20, "CurCustomerClassRecord.PrepaymentSubID", get!(null)),
    flag("PrintDunningLetters", V20, "CurCustomerClassRecord.PrintDunningLetters", get!(= Val::Bool(true))),
    flag("PrintInvoices", V20, "CurCustomerClassRecord.PrintInvoices", get!(= Val::Bool(false))),
    flag("PrintStatements", V20, "CurCustomerClassRecord.PrintStatements", get!(= Val::Bool(false))),
    flag("RequireEntityUsageType", V20, "CurCustomerClassRecord.RequireAvalaraCustomerUsageType", get!(null)),
    flag("RequireTaxZone", V20, "CurCustomerClassRecord.RequireTaxZone", get!(= Val::Bool(false))),
    text("SalesAccount", V20, "CurCustomerClassRecord.SalesAcctID", get!(= Val::Text("40000"))),
    text("SalespersonID", V20, "CurCustomerClassRecord.SalesPersonID", get!(null)),
    text("SalesSubaccount", V20, "CurCustomerClassRecord.SalesSubID", get!(= Val::Text("000000"))),
    flag("SendDunningLettersbyEmail", V20, "CurCustomerClassRecord.MailDunningLetters", get!(= Val::Bool(false))),
    flag("SendInvoicesbyEmail", V20, "CurCustomerClassRecord.MailInvoices", get!(= Val::Bool(false))),
    flag("SendStatementsByEmail", V20, "CurCustomerClassRecord.SendStatementByEmail", get!(= Val::Bool(false))),
    text("ShippingRule", V20, "CurCustomerClassRecord.ShipComplete", get!(= Val::Text("Cancel Remainder"))),
    text("ShippingTerms", V20, "CurCustomerClassRecord.ShipTermsID", get!(null)),
    text("ShipVia", V20, "CurCustomerClassRecord.ShipVia", get!(Class c => opt(&c.ship_via))),
    text("StatementCycleID", V20, "CurCustomerClassRecord.StatementCycleId", get!(Class c => opt(&c.statement_cycle))),
    text("StatementType", V20, "CurCustomerClassRecord.StatementType", get!(= Val::Text("Open Item"))),
    text("TaxZoneID", V20, "CurCustomerClassRecord.TaxZoneID", get!(Class c => opt(&c.tax_zone))),
    text("Terms", V20, "CurCustomerClassRecord.TermsID", get!(Class c => opt(&c.terms))),
    text("UnrealizedGainAccount", V20, "CurCustomerClassRecord.UnrealizedGainAcctID", get!(null)),
    text("UnrealizedGainSubaccount", V20, "CurCustomerClassRecord.UnrealizedGainSubID", get!(null)),
    text("UnrealizedLossAccount", V20, "CurCustomerClassRecord.UnrealizedLossAcctID", get!(null)),
    text("UnrealizedLossSubaccount", V20, "CurCustomerClassRecord.UnrealizedLossSubID", get!(null)),
    dec("WriteOffLimit", V20, "CurCustomerClassRecord.SmallBalanceLimit", get!(Class c => money(c.write_off_limit))),
];

pub(super) static ITEM_CLASS: Node = Node { name: "ItemClass", fields: ITEM_CLASS_FIELDS };

#[rustfmt::skip]
static ITEM_CLASS_FIELDS: &[Field] = &[
    rows("Attributes", V20, &Node { name: "ItemClassAtrribute", fields: &[] }, NO_ROWS),
    text("AvailabilityCalculationRule", V20, "itemclasssettings.AvailabilitySchemeID", get!(null)),
    text("BaseUOM", V20, "itemclasssettings.BaseUnit", get!(ItemClass c => value::text(&c.base_unit))),
    text("ClassID", V20, "itemclass.ItemClassCD", get!(ItemClass c => value::text(&c.id))),
    text("CountryOfOrigin", V22, "itemclasssettings.CountryOfOrigin", get!(null)),
    text("DefaultWarehouseID", V20, "itemclasscurysettings.DfltSiteID", get!(null)),
    text("Description", V20, "itemclass.Descr", get!(ItemClass c => value::text(&c.description))),
    text("ItemType", V20, "itemclasssettings.ItemType", get!(ItemClass c => Val::Text(if c.stock { "Finished Good" } else { "Service" }))),
    at("LastModifiedDateTime", V20, "itemclass.LastModifiedDateTime", get!(ItemClass c => time(c.meta.modified))),
    text("LotSerialClass", V20, "itemclasssettings.LotSerClassID", get!(null)),
    text("PostingClass", V20, "itemclasssettings.PostClassID", get!(null)),
    text("PriceClass", V20, "itemclasssettings.PriceClassID", get!(null)),
    text("PurchaseUOM", V20, "itemclasssettings.PurchaseUnit", get!(ItemClass c => value::text(&c.base_unit))),
    text("SalesUOM", V20, "itemclasssettings.SalesUnit", get!(ItemClass c => value::text(&c.base_unit))),
    flag("StockItem", V20, "itemclasssettings.StkItem", get!(ItemClass c => Val::Bool(c.stock))),
    text("TariffCode", V22, "itemclasssettings.HSTariffCode", get!(null)),
    text("TaxCategoryID", V20, "itemclasssettings.TaxCategoryID", get!(null)),
    text("ValuationMethod", V20, "itemclasssettings.ValMethod", get!(null)),
];

pub(super) static CURRENCY: Node = Node { name: "Currency", fields: CURRENCY_FIELDS };

#[rustfmt::skip]
static CURRENCY_FIELDS: &[Field] = &[
    flag("Active", V20, "CuryListRecords.IsActive", get!(= Val::Bool(true))),
    at("CreatedDateTime", V20, "CuryListRecords.CreatedDateTime", get!(null)),
    text("CurrencyID", V20, "CuryListRecords.CuryID", get!(Currency (code, _) => value::text(code))),
    text("CurrencySymbol", V20, "CuryListRecords.CurySymbol", get!(Currency (code, _) => value::text(code))),
    short("DecimalPrecision", V20, "CuryListRecords.DecimalPlaces", get!(Currency (_, decimals) => Val::Int(decimals.into()))),
    text("Description", V20, "CuryListRecords.Description", get!(Currency (code, _) => value::text(code))),
    at("LastModifiedDateTime", V20, "CuryListRecords.LastModifiedDateTime", get!(null)),
    flag("UseForAccounting", V20, "CuryListRecords.IsFinancial", get!(= Val::Bool(true))),
];

pub(super) static COMPANIES: Node = Node { name: "CompaniesStructure", fields: COMPANIES_FIELDS };

#[rustfmt::skip]
static COMPANIES_FIELDS: &[Field] = &[
    rows("Results", V20, &COMPANY, |_, rec, see| see(rec)),
];

pub(super) static COMPANY: Node = Node { name: "CompaniesStructureDetail", fields: COMPANY_FIELDS };

#[rustfmt::skip]
static COMPANY_FIELDS: &[Field] = &[
    text("BaseCurrencyID", V20, "Results.Branch_baseCuryID", |cx, _| value::text(&cx.books.setup.base_currency)),
    text("BranchCountry", V20, "Results.Branch_countryID", get!(= Val::Text("US"))),
    text("BranchID", V20, "Results.Branch_branchCD", |cx, _| value::text(&cx.books.setup.branch)),
    text("BranchName", V20, "Results.BAccount_acctName", get!(= Val::Text("Main branch"))),
    flag("BranchStatus", V20, "Results.Branch_active", get!(= Val::Bool(true))),
    text("CompanyID", V20, "Results.Organization_organizationCD", |cx, _| value::text(&cx.books.setup.branch)),
    text("CompanyName", V20, "Results.Organization_organizationName", get!(= Val::Text("Main company"))),
    flag("CompanyStatus", V20, "Results.Organization_active", get!(= Val::Bool(true))),
    text("CompanyType", V20, "Results.Organization_organizationType", get!(= Val::Text("Without Branches"))),
];
