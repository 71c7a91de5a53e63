//! Customer (AR303000): header, main, billing and shipping contacts, credit rules, persons, salespersons.
//!
//! Owns the tables of fields of the form: names, the version since which each exists, where its value is read. Must not
//! know how a request chooses or filters fields; `list` and `filter` do that over the table.

use super::Rec;
use super::attribute::ATTRIBUTE;
use super::contact::{CUSTOMER_CONTACT, PERSON};
use super::credit::{CREDIT, SALESPERSON};
use super::field::{
    Feature, Field, NO_ROWS, Node, at, dec, flag, get, guid, int, linked, rows, short, step, text, visit,
};
use crate::acumatica::value;
use crate::acumatica::value::{Val, money, opt, time};
use crate::acumatica::version::Version::{V20, V22, V23, V25};

pub(super) static CUSTOMER: Node = Node { name: "Customer", fields: CUSTOMER_FIELDS };

#[rustfmt::skip]
static CUSTOMER_FIELDS: &[Field] = &[
    text("AccountRef", V20, "CurrentCustomer.AcctReferenceNbr", get!(Customer c => opt(&c.account_ref))),
    flag("ApplyOverdueCharges", V20, "CurrentCustomer.FinChargeApply", get!(= Val::Bool(false))),
    rows("Attributes", V20, &ATTRIBUTE, visit!(Customer c => c.attributes.iter().map(|(code, value)| Rec::Attribute { owner: c.meta.id, code, value }))),
    flag("AutoApplyPayments", V20, "CurrentCustomer.AutoApplyPayments", get!(= Val::Bool(false))),
    int("BAccountID", V22, "BAccount.BAccountID", get!(Customer c => Val::Int(c.number.into()))),
    flag("BillingAddressOverride", V20, "CurrentCustomer.OverrideBillAddress", get!(Customer c => Val::Bool(c.billing.is_some()))),
    linked("BillingContact", V20, &BILLING, step!(Customer c => Some(Rec::Party { party: c.billing.as_ref().unwrap_or(&c.main), owner: c.meta.id, part: if c.billing.is_some() { 2 } else { 1 } }))),
    flag("BillingContactOverride", V20, "CurrentCustomer.OverrideBillContact", get!(Customer c => Val::Bool(c.billing.is_some()))),
    rows("Contacts", V20, &CUSTOMER_CONTACT, visit!(cx, Customer c => super::contact::persons_of(cx, &c.key).map(Rec::Contact))),
    at("CreatedDateTime", V20, "CurrentCustomer.CreatedDateTime", get!(Customer c => time(c.meta.created))),
    dec("CreditLimit", V22, "CurrentCustomer.CreditLimit", get!(Customer c => money(c.credit_limit))),
    linked("CreditVerificationRules", V20, &CREDIT, step!(Customer c => Some(Rec::Credit(c)))),
    text("CurrencyID", V20, "CurrentCustomer.CuryID", get!(Customer c => opt(&c.currency))),
    text("CurrencyRateType", V20, "CurrentCustomer.CuryRateTypeID", get!(null)),
    text("CustomerCategory", V23, "BAccount.CustomerCategory", get!(Customer c => opt(&c.category))),
    text("CustomerClass", V20, "BAccount.CustomerClassID", get!(Customer c => value::text(&c.class))),
    text("CustomerID", V20, "BAccount.AcctCD", get!(Customer c => value::text(&c.key))),
    text("CustomerName", V20, "BAccount.AcctName", get!(Customer c => value::text(&c.name))),
    text("Email", V23, "DefContact.Email", get!(Customer c => opt(&c.main.email))),
    flag("EnableCurrencyOverride", V20, "CurrentCustomer.AllowOverrideCury", get!(= Val::Bool(false))),
    flag("EnableRateOverride", V20, "CurrentCustomer.AllowOverrideRate", get!(= Val::Bool(false))),
    flag("EnableWriteOffs", V20, "CurrentCustomer.SmallBalanceAllow", get!(Customer c => Val::Bool(c.write_offs))),
    text("EntityUsageType", V22, "DefLocation.CAvalaraCustomerUsageType", get!(= Val::Text("Default"))),
    text("FOBPoint", V20, "DefLocation.CFOBPointID", get!(null)),
    flag("IsGuestCustomer", V22, "CurrentCustomer.IsGuestCustomer", get!(Customer c => Val::Bool(c.guest))),
    at("LastModifiedDateTime", V20, "CurrentCustomer.LastModifiedDateTime", get!(Customer c => time(c.meta.modified))),
    short("LeadTimedays", V20, "DefLocation.CLeadTime", get!(null)),
    text("LocationName", V20, "DefLocation.Descr", get!(= Val::Text("Primary Location"))),
    linked("MainContact", V20, &MAIN, step!(Customer c => Some(Rec::Party { party: &c.main, owner: c.meta.id, part: 1 }))),
    flag("MultiCurrencyStatements", V20, "CurrentCustomer.PrintCuryStatements", get!(= Val::Bool(false))),
    guid("NoteID", V22, "BAccount.NoteID", get!(Customer c => Val::Guid(c.meta.id))),
    short("OrderPriority", V20, "DefLocation.COrderPriority", get!(= Val::Int(0))),
    text("ParentRecord", V20, "CurrentCustomer.ParentBAccountID", get!(Customer c => opt(&c.parent))),
    rows("PaymentInstructions", V20, &Node { name: "BusinessAccountPaymentInstructionDetail", fields: &[] }, NO_ROWS),
    text("PriceClassID", V20, "DefLocation.CPriceClassID", get!(Customer c => opt(&c.price_class))),
    linked("PrimaryContact", V20, &PERSON, step!(cx, Customer c => c.primary_contact.and_then(|n| cx.books.contacts.get(&n)).map(Rec::Contact))),
    int("PrimaryContactID", V23, "BAccount.PrimaryContactID", get!(Customer c => c.primary_contact.map_or(Val::Null, |n| Val::Int(n.into())))),
    flag("PrintDunningLetters", V20, "CurrentCustomer.PrintDunningLetters", get!(= Val::Bool(true))),
    flag("PrintInvoices", V20, "CurrentCustomer.PrintInvoices", get!(= Val::Bool(false))),
    flag("PrintStatements", V20, "CurrentCustomer.PrintStatements", get!(= Val::Bool(false))),
    flag("ResidentialDelivery", V20, "DefLocation.CResedential", get!(= Val::Bool(false))),
    text("RestrictVisibilityTo", V22, "CurrentCustomer.COrgBAccountID", get!(null)),
    rows("Salespersons", V20, &SALESPERSON, visit!(Customer c => c.salespersons.iter().map(|s| Rec::Salesperson(c, s)))),
    flag("SaturdayDelivery", V20, "DefLocation.CSaturdayDelivery", get!(= Val::Bool(false))),
    flag("SendDunningLettersbyEmail", V20, "CurrentCustomer.MailDunningLetters", get!(= Val::Bool(false))),
    flag("SendInvoicesbyEmail", V20, "CurrentCustomer.MailInvoices", get!(= Val::Bool(false))),
    flag("SendStatementsbyEmail", V20, "CurrentCustomer.SendStatementByEmail", get!(= Val::Bool(false))),
    flag("ShippingAddressOverride", V20, "DefLocation.OverrideAddress", get!(Customer c => Val::Bool(c.shipping.is_some()))),
    text("ShippingBranch", V20, "DefLocation.CBranchID", get!(Customer c => opt(&c.shipping_branch))).with(Feature::Branches),
    linked("ShippingContact", V20, &SHIPPING, step!(Customer c => Some(Rec::Party { party: c.shipping.as_ref().unwrap_or(&c.main), owner: c.meta.id, part: if c.shipping.is_some() { 3 } else { 1 } }))),
    flag("ShippingContactOverride", V20, "DefLocation.OverrideContact", get!(Customer c => Val::Bool(c.shipping.is_some()))),
    text("ShippingRule", V20, "DefLocation.CShipComplete", get!(Customer c => value::text(&c.shipping_rule))),
    text("ShippingTerms", V20, "DefLocation.CShipTermsID", get!(Customer c => opt(&c.shipping_terms))),
    text("ShippingZoneID", V20, "DefLocation.CShipZoneID", get!(null)),
    text("ShipVia", V20, "DefLocation.CCarrierID", get!(Customer c => opt(&c.ship_via))),
    text("StatementCycleID", V20, "CurrentCustomer.StatementCycleId", get!(Customer c => opt(&c.statement_cycle))),
    text("StatementType", V20, "CurrentCustomer.StatementType", get!(= Val::Text("Open Item"))),
    text("Status", V20, "BAccount.Status", get!(Customer c => value::text(&c.status))),
    text("TaxExemptionNumber", V22, "DefLocation.CAvalaraExemptionNumber", get!(null)),
    text("TaxRegistrationID", V20, "DefLocation.TaxRegistrationID", get!(Customer c => opt(&c.tax_registration))),
    text("TaxZone", V20, "DefLocation.CTaxZoneID", get!(Customer c => opt(&c.tax_zone))),
    text("Terms", V20, "CurrentCustomer.TermsID", get!(Customer c => opt(&c.terms))),
    text("WarehouseID", V20, "DefLocation.CSiteID", get!(Customer c => opt(&c.warehouse))),
    dec("WriteOffLimit", V20, "CurrentCustomer.SmallBalanceLimit", get!(Customer c => money(c.write_off_limit))),
];

pub(super) static MAIN: Node = Node { name: "Contact", fields: MAIN_FIELDS };

#[rustfmt::skip]
static MAIN_FIELDS: &[Field] = &[
    linked("Address", V20, &MAIN_ADDRESS, step!(Party { party, owner, part } => Some(Rec::Party { party, owner, part: part + 50 }))),
    flag("AddressValidated", V20, "DefAddress.IsValidated", get!(Party { party, .. } => Val::Bool(party.address.validated))),
    text("Attention", V20, "DefContact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    text("CompanyName", V20, "DefContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    int("ContactID", V20, "DefContact.ContactID", get!(Party { party, .. } => Val::Int(party.contact_id.into()))),
    text("DisplayName", V20, "DefContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "DefContact.EMail", get!(Party { party, .. } => opt(&party.email))),
    text("Fax", V20, "DefContact.Fax", get!(Party { party, .. } => opt(&party.fax))),
    text("FirstName", V20, "DefContact.FirstName", get!(Party { party, .. } => opt(&party.first_name))),
    text("FullName", V22, "DefContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("JobTitle", V20, "DefContact.Salutation", get!(Party { party, .. } => opt(&party.job_title))),
    text("LastName", V20, "DefContact.LastName", get!(Party { party, .. } => opt(&party.last_name))),
    text("MiddleName", V20, "DefContact.MidName", get!(Party { party, .. } => opt(&party.middle_name))),
    text("Phone1", V20, "DefContact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
    text("Phone1Type", V20, "DefContact.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "DefContact.Phone2", get!(Party { party, .. } => opt(&party.phone2))),
    text("Phone2Type", V20, "DefContact.Phone2Type", get!(= Val::Text("Business 2"))),
    text("Title", V20, "DefContact.Title", get!(Party { party, .. } => opt(&party.title))),
    text("WebSite", V20, "DefContact.WebSite", get!(Party { party, .. } => opt(&party.web))),
];

pub(super) static BILLING: Node = Node { name: "Contact", fields: BILLING_FIELDS };

#[rustfmt::skip]
static BILLING_FIELDS: &[Field] = &[
    linked("Address", V20, &BILLING_ADDRESS, step!(Party { party, owner, part } => Some(Rec::Party { party, owner, part: part + 50 }))),
    flag("AddressValidated", V20, "BillAddress.IsValidated", get!(Party { party, .. } => Val::Bool(party.address.validated))),
    text("Attention", V20, "BillContact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    int("ContactID", V20, "BillContact.ContactID", get!(Party { party, .. } => Val::Int(party.contact_id.into()))),
    text("DisplayName", V20, "BillContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "BillContact.EMail", get!(Party { party, .. } => opt(&party.email))),
    text("Fax", V20, "BillContact.Fax", get!(Party { party, .. } => opt(&party.fax))),
    text("FirstName", V20, "BillContact.FirstName", get!(Party { party, .. } => opt(&party.first_name))),
    text("JobTitle", V20, "BillContact.Salutation", get!(Party { party, .. } => opt(&party.job_title))),
    text("LastName", V20, "BillContact.LastName", get!(Party { party, .. } => opt(&party.last_name))),
    text("MiddleName", V20, "BillContact.MidName", get!(Party { party, .. } => opt(&party.middle_name))),
    text("Phone1", V20, "BillContact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
    text("Phone1Type", V20, "BillContact.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "BillContact.Phone2", get!(Party { party, .. } => opt(&party.phone2))),
    text("Phone2Type", V20, "BillContact.Phone2Type", get!(= Val::Text("Business 2"))),
    text("Title", V20, "BillContact.Title", get!(Party { party, .. } => opt(&party.title))),
    text("WebSite", V20, "BillContact.WebSite", get!(Party { party, .. } => opt(&party.web))),
];

pub(super) static SHIPPING: Node = Node { name: "Contact", fields: SHIPPING_FIELDS };

#[rustfmt::skip]
static SHIPPING_FIELDS: &[Field] = &[
    linked("Address", V20, &SHIPPING_ADDRESS, step!(Party { party, owner, part } => Some(Rec::Party { party, owner, part: part + 50 }))),
    flag("AddressValidated", V20, "DefLocationAddress.IsValidated", get!(Party { party, .. } => Val::Bool(party.address.validated))),
    text("Attention", V20, "DefLocationContact.Attention", get!(Party { party, .. } => opt(&party.attention))),
    int("ContactID", V20, "DefLocationContact.ContactID", get!(Party { party, .. } => Val::Int(party.contact_id.into()))),
    text("DisplayName", V20, "DefLocationContact.FullName", get!(Party { party, .. } => opt(&party.full_name))),
    text("Email", V20, "DefLocationContact.EMail", get!(Party { party, .. } => opt(&party.email))),
    text("Fax", V20, "DefLocationContact.Fax", get!(Party { party, .. } => opt(&party.fax))),
    text("FirstName", V20, "DefLocationContact.FirstName", get!(Party { party, .. } => opt(&party.first_name))),
    text("JobTitle", V20, "DefLocationContact.Salutation", get!(Party { party, .. } => opt(&party.job_title))),
    text("LastName", V20, "DefLocationContact.LastName", get!(Party { party, .. } => opt(&party.last_name))),
    text("MiddleName", V20, "DefLocationContact.MidName", get!(Party { party, .. } => opt(&party.middle_name))),
    text("Phone1", V20, "DefLocationContact.Phone1", get!(Party { party, .. } => opt(&party.phone1))),
    text("Phone1Type", V20, "DefLocationContact.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "DefLocationContact.Phone2", get!(Party { party, .. } => opt(&party.phone2))),
    text("Phone2Type", V20, "DefLocationContact.Phone2Type", get!(= Val::Text("Business 2"))),
    text("Title", V20, "DefLocationContact.Title", get!(Party { party, .. } => opt(&party.title))),
    text("WebSite", V20, "DefLocationContact.WebSite", get!(Party { party, .. } => opt(&party.web))),
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

pub(super) static BILLING_ADDRESS: Node = Node { name: "Address", fields: BILLING_ADDRESS_FIELDS };

#[rustfmt::skip]
static BILLING_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "BillAddress.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "BillAddress.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "BillAddress.BuildingName", get!(null)),
    text("BuildingNumber", V25, "BillAddress.BuildingNumber", get!(null)),
    text("City", V20, "BillAddress.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "BillAddress.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "BillAddress.Department", get!(null)),
    text("DistrictName", V25, "BillAddress.DistrictName", get!(null)),
    text("Floor", V25, "BillAddress.Floor", get!(null)),
    text("PostalCode", V20, "BillAddress.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "BillAddress.PostBox", get!(null)),
    text("Room", V25, "BillAddress.Room", get!(null)),
    text("State", V20, "BillAddress.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "BillAddress.StreetName", get!(null)),
    text("SubDepartment", V25, "BillAddress.SubDepartment", get!(null)),
    text("TownLocationName", V25, "BillAddress.TownLocationName", get!(null)),
    text("UnitNumber", V25, "BillAddress.UnitNumber", get!(null)),
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
