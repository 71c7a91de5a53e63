//! BusinessAccount (CR303000) over customers and prospects, and the balances that the customer form counts.
//!
//! Owns these tables of fields and the sums over a customer's documents, worked out when they are read and stored
//! nowhere. Must not write. Rows come from the books through [`Rec`]; `list` renders them.

use super::Rec;
use super::attribute::ATTRIBUTE;
use super::contact::PERSON;
use super::field::{Field, NO_ROWS, Node, at, flag, get, guid, linked, rows, short, step, text};
use crate::acumatica::model::{Books, Customer, Document, Meta, Party, Prospect, fold};
use crate::acumatica::value;
use crate::acumatica::value::{Val, opt, time};
use crate::acumatica::version::Version::{V20, V22, V24, V25};
use jiff::civil::Date;
use rust_decimal::Decimal;

fn documents<'a>(books: &'a Books, customer: &str) -> impl Iterator<Item = &'a Document> + use<'a> {
    let customer = fold(customer);
    books.documents.values().filter(move |d| fold(&d.customer) == customer)
}

/// What released documents of a customer leave open, by the sign of their type.
pub(super) fn open_balance(books: &Books, customer: &str) -> Decimal {
    documents(books, customer).filter(|d| d.released).map(|d| d.balance * Decimal::from(d.key.kind.sign())).sum()
}

/// What unreleased documents of a customer that are not on hold come to.
pub(super) fn unreleased_balance(books: &Books, customer: &str) -> Decimal {
    let waiting = documents(books, customer).filter(|d| !d.released && !d.hold);
    waiting.map(|d| d.amount * Decimal::from(d.key.kind.sign())).sum()
}

/// The earliest due date among open documents of a customer.
pub(super) fn first_due(books: &Books, customer: &str) -> Option<Date> {
    documents(books, customer).filter(|d| d.released && !d.balance.is_zero()).filter_map(|d| d.due_date).min()
}

/// What customers and prospects have in common.
struct Account<'a> {
    meta: &'a Meta,
    key: &'a str,
    name: &'a str,
    status: &'a str,
    main: &'a Party,
    account_ref: &'a Option<String>,
}

fn account(rec: Rec<'_>) -> Option<Account<'_>> {
    Some(match rec {
        Rec::Customer(Customer { meta, key, name, status, main, account_ref, .. })
        | Rec::Prospect(Prospect { meta, key, name, status, main, account_ref, .. }) => {
            Account { meta, key, name, status, main, account_ref }
        }
        _ => return None,
    })
}

fn kind(rec: Rec<'_>) -> Val<'_> {
    match rec {
        Rec::Customer(_) => Val::Text("Customer"),
        Rec::Prospect(p) => value::text(&p.kind),
        _ => Val::Null,
    }
}

macro_rules! account {
    ($row:ident => $value:expr) => {
        |_, rec| account(rec).map_or(Val::Null, |$row| $value)
    };
}

pub(super) static BUSINESS_ACCOUNT: Node = Node { name: "BusinessAccount", fields: BUSINESS_ACCOUNT_FIELDS };

#[rustfmt::skip]
static BUSINESS_ACCOUNT_FIELDS: &[Field] = &[
    text("AccountRef", V20, "CurrentBAccount.AcctReferenceNbr", account!(a => opt(a.account_ref))),
    rows("Activities", V20, &Node { name: "ActivityDetail", fields: &[] }, NO_ROWS),
    rows("Attributes", V20, &ATTRIBUTE, NO_ROWS),
    text("BusinessAccountID", V20, "BAccount.AcctCD", account!(a => value::text(a.key))),
    rows("Campaigns", V20, &Node { name: "CampaignDetail", fields: &[] }, NO_ROWS),
    rows("Cases", V20, &Node { name: "BusinessAccountCaseDetail", fields: &[] }, NO_ROWS),
    text("ClassID", V20, "CurrentBAccount.ClassID", get!(Prospect p => opt(&p.class))),
    rows("Contacts", V20, &Node { name: "BusinessAccountContact", fields: &[] }, NO_ROWS),
    rows("Contracts", V20, &Node { name: "BusinessAccountContract", fields: &[] }, NO_ROWS),
    text("CurrencyID", V22, "CurrentBAccount.CuryID", get!(Customer c => opt(&c.currency))),
    linked("DefaultLocationSettings", V20, &LOCATION, step!(Customer c => Some(Rec::Customer(c)))),
    text("Duplicate", V20, "BAccount.Contact__DuplicateStatus", get!(= Val::Text("Not Validated"))),
    rows("Duplicates", V20, &Node { name: "DuplicateDetail", fields: &[] }, NO_ROWS),
    flag("EnableCurrencyOverride", V22, "CurrentBAccount.AllowOverrideCury", get!(= Val::Bool(false))),
    at("LastIncomingActivity", V20, "BAccountActivityStatistics.LastIncomingActivityDate", get!(null)),
    at("LastModifiedDateTime", V20, "BAccount.LastModifiedDateTime", account!(a => time(a.meta.modified))),
    at("LastOutgoingActivity", V20, "BAccountActivityStatistics.LastOutgoingActivityDate", get!(null)),
    rows("Locations", V20, &Node { name: "BusinessAccountLocation", fields: &[] }, NO_ROWS),
    linked("MainAddress", V20, &MAIN_ADDRESS, |_, rec| account(rec).map(|a| Rec::Party { party: a.main, owner: a.meta.id, part: 51 })),
    flag("MainAddressValidated", V20, "DefAddress.IsValidated", account!(a => Val::Bool(a.main.address.validated))),
    linked("MainContact", V20, &MAIN, |_, rec| account(rec).map(|a| Rec::Party { party: a.main, owner: a.meta.id, part: 1 })),
    rows("MarketingLists", V20, &Node { name: "MarketingListDetail", fields: &[] }, NO_ROWS),
    text("Name", V20, "BAccount.AcctName", account!(a => value::text(a.name))),
    guid("NoteID", V20, "BAccount.NoteID", account!(a => Val::Guid(a.meta.id))),
    rows("Opportunities", V20, &Node { name: "BusinessAccountOpportunityDetail", fields: &[] }, NO_ROWS),
    rows("Orders", V20, &Node { name: "BusinessAccountOrder", fields: &[] }, NO_ROWS),
    flag("OverrideSalesTerritory", V22, "CurrentBAccount.OverrideSalesTerritory", get!(null)).until(V22),
    text("Owner", V20, "BAccount.OwnerID", get!(null)),
    text("OwnerEmployeeName", V20, "BAccount.OwnerID_description", get!(null)),
    text("ParentAccount", V20, "CurrentBAccount.ParentBAccountID", get!(Customer c => opt(&c.parent))),
    linked("PrimaryContact", V20, &PERSON, step!(cx, Customer c => c.primary_contact.and_then(|n| cx.books.contacts.get(&n)).map(Rec::Contact))),
    rows("Relations", V20, &Node { name: "RelationDetail", fields: &[] }, NO_ROWS),
    text("SalesTerritoryID", V22, "CurrentBAccount.SalesTerritoryID", get!(null)).until(V22),
    linked("ShippingAddress", V20, &SHIPPING_ADDRESS, step!(Customer c => Some(Rec::Party { party: c.shipping.as_ref().unwrap_or(&c.main), owner: c.meta.id, part: 53 }))),
    flag("ShippingAddressOverride", V20, "DefLocation.OverrideAddress", get!(Customer c => Val::Bool(c.shipping.is_some()))),
    flag("ShippingAddressValidated", V20, "DefLocationAddress.IsValidated", get!(null)),
    linked("ShippingContact", V20, &SHIPPING, step!(Customer c => Some(Rec::Party { party: c.shipping.as_ref().unwrap_or(&c.main), owner: c.meta.id, part: 3 }))),
    text("SourceCampaign", V20, "CurrentBAccount.CampaignSourceID", get!(null)),
    text("Status", V20, "BAccount.Status", account!(a => value::text(a.status))),
    text("Type", V20, "BAccount.Type", |_, rec| kind(rec)),
    text("Workgroup", V20, "BAccount.WorkgroupID", get!(null)),
    text("WorkgroupDescription", V20, "BAccount.WorkgroupID_description", get!(null)),
];

pub(super) static MAIN: Node = Node { name: "BusinessAccountMainContact", fields: MAIN_FIELDS };

#[rustfmt::skip]
static MAIN_FIELDS: &[Field] = &[
    text("Attention", V20, "DefContact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("CompanyName", V20, "DefContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "DefContact.EMail", get!(Party { party, .. } => opt(&party.email))),
    text("Fax", V20, "DefContact.Fax", get!(Party { party, .. } => opt(&party.fax))),
    text("JobTitle", V20, "DefContact.Salutation", get!(Party { party, .. } => opt(&party.job_title))),
    text("LanguageOrLocale", V20, "DefContact.LanguageID", get!(null)).until(V24),
    text("Phone1", V20, "DefContact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
    text("Phone2", V20, "DefContact.Phone2", get!(Party { party, .. } => opt(&party.phone2))),
    text("Web", V20, "DefContact.WebSite", get!(Party { party, .. } => opt(&party.web))),
];

pub(super) static SHIPPING: Node = Node { name: "BusinessAccountShippingContact", fields: SHIPPING_FIELDS };

#[rustfmt::skip]
static SHIPPING_FIELDS: &[Field] = &[
    text("Attention", V20, "DefLocationContact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("Email", V20, "DefLocationContact.EMail", get!(Party { party, .. } => opt(&party.email))),
    text("Fax", V20, "DefLocationContact.Fax", get!(Party { party, .. } => opt(&party.fax))),
    text("JobTitle", V20, "DefLocationContact.Salutation", get!(Party { party, .. } => opt(&party.job_title))),
    flag("Override", V20, "DefLocation.OverrideContact", get!(null)),
    text("Phone1", V20, "DefLocationContact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
    text("Phone2", V20, "DefLocationContact.Phone2", get!(Party { party, .. } => opt(&party.phone2))),
];

pub(super) static LOCATION: Node = Node { name: "BusinessAccountDefaultLocationSetting", fields: LOCATION_FIELDS };

#[rustfmt::skip]
static LOCATION_FIELDS: &[Field] = &[
    text("FOBPoint", V20, "DefLocation.CFOBPointID", get!(null)),
    flag("Insurance", V20, "DefLocation.CInsurance", get!(= Val::Bool(false))),
    short("LeadTimeInDays", V20, "DefLocation.CLeadTime", get!(null)),
    text("LocationName", V20, "DefLocation.Descr", get!(= Val::Text("Primary Location"))),
    short("OrderPriority", V20, "DefLocation.COrderPriority", get!(= Val::Int(0))),
    text("PriceClass", V20, "DefLocation.CPriceClassID", get!(Customer c => opt(&c.price_class))),
    flag("ResidentialDelivery", V20, "DefLocation.CResedential", get!(= Val::Bool(false))),
    flag("SaturdayDelivery", V20, "DefLocation.CSaturdayDelivery", get!(= Val::Bool(false))),
    text("ShippingBranch", V20, "DefLocation.CBranchID", get!(Customer c => opt(&c.shipping_branch))),
    text("ShippingRule", V20, "DefLocation.CShipComplete", get!(Customer c => value::text(&c.shipping_rule))),
    text("ShippingTerms", V20, "DefLocation.CShipTermsID", get!(Customer c => opt(&c.shipping_terms))),
    text("ShippingZone", V20, "DefLocation.CShipZoneID", get!(null)),
    text("ShipVia", V20, "DefLocation.CCarrierID", get!(Customer c => opt(&c.ship_via))),
    text("TaxRegistrationID", V20, "DefLocation.TaxRegistrationID", get!(Customer c => opt(&c.tax_registration))),
    text("TaxZone", V20, "DefLocation.CTaxZoneID", get!(Customer c => opt(&c.tax_zone))),
    text("Warehouse", V20, "DefLocation.CSiteID", get!(Customer c => opt(&c.warehouse))),
];

pub(super) static MAIN_ADDRESS: Node = Node { name: "Address", fields: MAIN_ADDRESS_FIELDS };

#[rustfmt::skip]
static MAIN_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "DefAddress.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "DefAddress.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "DefAddress.BuildingName", get!(null)),
    text("BuildingNumber", V25, "DefAddress.BuildingNumber", get!(null)),
    text("City", V20, "DefAddress.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "DefAddress.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "DefAddress.Department", get!(null)),
    text("DistrictName", V25, "DefAddress.DistrictName", get!(null)),
    text("Floor", V25, "DefAddress.Floor", get!(null)),
    text("PostalCode", V20, "DefAddress.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "DefAddress.PostBox", get!(null)),
    text("Room", V25, "DefAddress.Room", get!(null)),
    text("State", V20, "DefAddress.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "DefAddress.StreetName", get!(null)),
    text("SubDepartment", V25, "DefAddress.SubDepartment", get!(null)),
    text("TownLocationName", V25, "DefAddress.TownLocationName", get!(null)),
    text("UnitNumber", V25, "DefAddress.UnitNumber", get!(null)),
];

pub(super) static SHIPPING_ADDRESS: Node = Node { name: "Address", fields: SHIPPING_ADDRESS_FIELDS };

#[rustfmt::skip]
static SHIPPING_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "DefLocationAddress.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "DefLocationAddress.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "DefLocationAddress.BuildingName", get!(null)),
    text("BuildingNumber", V25, "DefLocationAddress.BuildingNumber", get!(null)),
    text("City", V20, "DefLocationAddress.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "DefLocationAddress.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "DefLocationAddress.Department", get!(null)),
    text("DistrictName", V25, "DefLocationAddress.DistrictName", get!(null)),
    text("Floor", V25, "DefLocationAddress.Floor", get!(null)),
    text("PostalCode", V20, "DefLocationAddress.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "DefLocationAddress.PostBox", get!(null)),
    text("Room", V25, "DefLocationAddress.Room", get!(null)),
    text("State", V20, "DefLocationAddress.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "DefLocationAddress.StreetName", get!(null)),
    text("SubDepartment", V25, "DefLocationAddress.SubDepartment", get!(null)),
    text("TownLocationName", V25, "DefLocationAddress.TownLocationName", get!(null)),
    text("UnitNumber", V25, "DefLocationAddress.UnitNumber", get!(null)),
];
