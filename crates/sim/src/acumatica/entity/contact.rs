//! Persons: the entity Contact (CR302000), the primary contact of a customer and the persons of a customer.
//!
//! Owns the tables of fields for all three, and who belongs to which account. Rows come from the persons in the books.

use super::attribute::ATTRIBUTE;
use super::field::{Field, NO_ROWS, Node, at, flag, get, guid, int, linked, rows, step, text};
use super::{Cx, Rec};
use crate::acumatica::model::{Contact, fold};
use crate::acumatica::value;
use crate::acumatica::value::{Val, opt, time};
use crate::acumatica::version::Version::{V20, V22, V23, V24, V25};

/// The persons that belong to a customer or prospect.
pub(super) fn persons_of<'a>(cx: &Cx<'a>, account: &str) -> impl Iterator<Item = &'a Contact> + use<'a> {
    let account = fold(account);
    cx.books.contacts.values().filter(move |c| c.account.as_deref().is_some_and(|a| fold(a) == account))
}

pub(super) static CONTACT: Node = Node { name: "Contact", fields: CONTACT_FIELDS };

#[rustfmt::skip]
static CONTACT_FIELDS: &[Field] = &[
    flag("Active", V20, "Contact.IsActive", get!(Contact c => Val::Bool(c.status == "Active"))),
    rows("Activities", V20, &Node { name: "ActivityDetail", fields: &[] }, NO_ROWS),
    linked("Address", V20, &PERSON_ADDRESS, step!(Contact c => Some(Rec::Party { party: &c.party, owner: c.meta.id, part: 50 }))),
    flag("AddressValidated", V20, "AddressCurrent.IsValidated", get!(Contact c => Val::Bool(c.party.address.validated))),
    text("Attention", V20, "Contact.Attention", get!(Contact c => opt(&c.party.attention))),
    rows("Attributes", V20, &ATTRIBUTE, NO_ROWS),
    text("BusinessAccount", V20, "Contact.BAccountID", get!(Contact c => opt(&c.account))),
    rows("Campaigns", V20, &Node { name: "CampaignDetail", fields: &[] }, NO_ROWS),
    rows("Cases", V20, &Node { name: "CaseDetail", fields: &[] }, NO_ROWS),
    text("CompanyName", V20, "ContactCurrent.FullName", get!(Contact c => opt(&c.party.full_name))),
    text("ContactClass", V20, "Contact.ClassID", get!(Contact c => opt(&c.class))),
    int("ContactID", V20, "Contact.ContactID", get!(Contact c => Val::Int(c.party.contact_id.into()))),
    text("ContactMethod", V20, "ContactCurrent.Method", get!(= Val::Text("Any"))),
    text("ConvertedBy", V20, "", get!(null)),
    at("DateOfBirth", V20, "ContactCurrent.DateOfBirth", get!(null)),
    text("DisplayName", V20, "Contact.DisplayName", get!(Contact c => Val::Made(c.display_name()))),
    flag("DoNotCall", V20, "ContactCurrent.NoCall", get!(= Val::Bool(false))),
    flag("DoNotEmail", V20, "ContactCurrent.NoEMail", get!(= Val::Bool(false))),
    flag("DoNotFax", V20, "ContactCurrent.NoFax", get!(= Val::Bool(false))),
    flag("DoNotMail", V20, "ContactCurrent.NoMail", get!(= Val::Bool(false))),
    text("Duplicate", V20, "Contact.DuplicateStatus", get!(= Val::Text("Not Validated"))),
    flag("DuplicateFound", V20, "Contact.DuplicateFound", get!(= Val::Bool(false))),
    rows("Duplicates", V20, &Node { name: "ContactDuplicateDetail", fields: &[] }, NO_ROWS),
    text("Email", V20, "ContactCurrent.EMail", get!(Contact c => opt(&c.party.email))),
    text("ExtRefNbr", V24, "ContactCurrent.ExtRefNbr", get!(Contact c => opt(&c.external_ref))),
    text("Fax", V20, "ContactCurrent.Fax", get!(Contact c => opt(&c.party.fax))),
    text("FaxType", V20, "ContactCurrent.FaxType", get!(= Val::Text("Business Fax"))),
    text("FirstName", V20, "Contact.FirstName", get!(Contact c => opt(&c.party.first_name))),
    text("FullName", V22, "", get!(Contact c => opt(&c.party.full_name))),
    text("Gender", V20, "ContactCurrent.Gender", get!(null)),
    text("Image", V20, "ContactCurrent.Img", get!(null)),
    text("JobTitle", V20, "Contact.Salutation", get!(Contact c => opt(&c.party.job_title))),
    text("LanguageOrLocale", V20, "ContactCurrent.LanguageID", get!(null)),
    at("LastIncomingActivity", V20, "ContactActivityStatistics.LastIncomingActivityDate", get!(null)),
    at("LastModifiedDateTime", V20, "Contact.LastModifiedDateTime", get!(Contact c => time(c.meta.modified))),
    text("LastName", V20, "Contact.LastName", get!(Contact c => opt(&c.party.last_name))),
    at("LastOutgoingActivity", V20, "ContactActivityStatistics.LastOutgoingActivityDate", get!(null)),
    text("MaritalStatus", V20, "ContactCurrent.MaritalStatus", get!(null)),
    rows("MarketingLists", V20, &Node { name: "MarketingListDetail", fields: &[] }, NO_ROWS),
    text("MiddleName", V20, "Contact.MidName", get!(Contact c => opt(&c.party.middle_name))),
    flag("NoMarketing", V20, "ContactCurrent.NoMarketing", get!(= Val::Bool(false))),
    flag("NoMassMail", V20, "ContactCurrent.NoMassMail", get!(= Val::Bool(false))),
    guid("NoteID", V20, "Contact.NoteID", get!(Contact c => Val::Guid(c.meta.id))),
    rows("Notifications", V20, &Node { name: "ContactNotification", fields: &[] }, NO_ROWS),
    rows("Opportunities", V20, &Node { name: "OpportunityDetail", fields: &[] }, NO_ROWS),
    flag("OverrideAccountAddress", V20, "ContactCurrent2.OverrideAddress", get!(= Val::Bool(true))),
    flag("OverrideSalesTerritory", V22, "ContactCurrent.OverrideSalesTerritory", get!(null)).until(V22),
    text("Owner", V20, "Contact.OwnerID", get!(null)),
    text("OwnerEmployeeName", V20, "Contact.OwnerID_description", get!(null)),
    text("ParentAccount", V20, "ContactCurrent.ParentBAccountID", get!(null)),
    text("Phone1", V20, "ContactCurrent.Phone1", get!(Contact c => opt(&c.party.phone1))),
    text("Phone1Type", V20, "ContactCurrent.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "ContactCurrent.Phone2", get!(Contact c => opt(&c.party.phone2))),
    text("Phone2Type", V20, "ContactCurrent.Phone2Type", get!(= Val::Text("Cell"))),
    text("Phone3", V20, "ContactCurrent.Phone3", get!(null)),
    text("Phone3Type", V20, "ContactCurrent.Phone3Type", get!(= Val::Text("Home"))),
    at("QualificationDate", V20, "", get!(null)),
    text("Reason", V20, "ContactCurrent.Resolution", get!(null)),
    rows("Relations", V20, &Node { name: "RelationDetail", fields: &[] }, NO_ROWS),
    rows("RoleAssignments", V23, &Node { name: "BCRoleAssignment", fields: &[] }, NO_ROWS),
    text("SalesTerritoryID", V22, "ContactCurrent.SalesTerritoryID", get!(null)).until(V22),
    text("Source", V20, "ContactCurrent.Source", get!(null)),
    text("SourceCampaign", V20, "ContactCurrent2.CampaignID", get!(null)),
    text("SpouseOrPartnerName", V20, "ContactCurrent.Spouse", get!(null)),
    text("Status", V20, "Contact.Status", get!(Contact c => value::text(&c.status))),
    flag("Synchronize", V20, "ContactCurrent.Synchronize", get!(= Val::Bool(true))),
    text("Title", V20, "Contact.Title", get!(Contact c => opt(&c.party.title))),
    text("Type", V20, "Contact.ContactType", get!(= Val::Text("Contact"))),
    text("WebSite", V20, "ContactCurrent.WebSite", get!(Contact c => opt(&c.party.web))),
    text("Workgroup", V20, "Contact.WorkgroupID", get!(null)),
    text("WorkgroupDescription", V20, "Contact.WorkgroupID_description", get!(null)),
];

pub(super) static PERSON: Node = Node { name: "Contact", fields: PERSON_FIELDS };

#[rustfmt::skip]
static PERSON_FIELDS: &[Field] = &[
    flag("Active", V20, "PrimaryContactCurrent.IsActive", get!(Contact c => Val::Bool(c.status == "Active"))),
    text("BusinessAccount", V20, "PrimaryContactCurrent.BAccountID", get!(Contact c => opt(&c.account))),
    text("CompanyName", V20, "PrimaryContactCurrent.FullName", get!(Contact c => opt(&c.party.full_name))),
    text("ContactClass", V20, "PrimaryContactCurrent.ClassID", get!(Contact c => opt(&c.class))),
    int("ContactID", V20, "PrimaryContactCurrent.ContactID", get!(Contact c => Val::Int(c.party.contact_id.into()))),
    text("ContactMethod", V20, "PrimaryContactCurrent.Method", get!(= Val::Text("Any"))),
    at("DateOfBirth", V20, "PrimaryContactCurrent.DateOfBirth", get!(null)),
    text("DisplayName", V20, "PrimaryContactCurrent.DisplayName", get!(Contact c => Val::Made(c.display_name()))),
    flag("DoNotCall", V20, "PrimaryContactCurrent.NoCall", get!(= Val::Bool(false))),
    flag("DoNotEmail", V20, "PrimaryContactCurrent.NoEMail", get!(= Val::Bool(false))),
    flag("DoNotFax", V20, "PrimaryContactCurrent.NoFax", get!(= Val::Bool(false))),
    flag("DoNotMail", V20, "PrimaryContactCurrent.NoMail", get!(= Val::Bool(false))),
    text("Duplicate", V20, "PrimaryContactCurrent.DuplicateStatus", get!(= Val::Text("Not Validated"))),
    flag("DuplicateFound", V20, "PrimaryContactCurrent.DuplicateFound", get!(= Val::Bool(false))),
    text("Email", V20, "PrimaryContactCurrent.EMail", get!(Contact c => opt(&c.party.email))),
    text("Fax", V20, "PrimaryContactCurrent.Fax", get!(Contact c => opt(&c.party.fax))),
    text("FaxType", V20, "PrimaryContactCurrent.FaxType", get!(= Val::Text("Business Fax"))),
    text("FirstName", V20, "PrimaryContactCurrent.FirstName", get!(Contact c => opt(&c.party.first_name))),
    text("Gender", V20, "PrimaryContactCurrent.Gender", get!(null)),
    text("Image", V20, "PrimaryContactCurrent.Img", get!(null)),
    text("JobTitle", V20, "PrimaryContactCurrent.Salutation", get!(Contact c => opt(&c.party.job_title))),
    text("LanguageOrLocale", V20, "PrimaryContactCurrent.LanguageID", get!(null)),
    at("LastModifiedDateTime", V20, "PrimaryContactCurrent.LastModifiedDateTime", get!(Contact c => time(c.meta.modified))),
    text("LastName", V20, "PrimaryContactCurrent.LastName", get!(Contact c => opt(&c.party.last_name))),
    text("MaritalStatus", V20, "PrimaryContactCurrent.MaritalStatus", get!(null)),
    text("MiddleName", V20, "PrimaryContactCurrent.MidName", get!(Contact c => opt(&c.party.middle_name))),
    flag("NoMarketing", V20, "PrimaryContactCurrent.NoMarketing", get!(= Val::Bool(false))),
    flag("NoMassMail", V20, "PrimaryContactCurrent.NoMassMail", get!(= Val::Bool(false))),
    guid("NoteID", V20, "PrimaryContactCurrent.NoteID", get!(Contact c => Val::Guid(c.meta.id))),
    flag("OverrideAccountAddress", V20, "PrimaryContactCurrent.OverrideAddress", get!(= Val::Bool(true))),
    text("Owner", V20, "PrimaryContactCurrent.OwnerID", get!(null)),
    text("OwnerEmployeeName", V20, "PrimaryContactCurrent.OwnerID_description", get!(null)),
    text("ParentAccount", V20, "PrimaryContactCurrent.ParentBAccountID", get!(null)),
    text("Phone1", V20, "PrimaryContactCurrent.Phone1", get!(Contact c => opt(&c.party.phone1))),
    text("Phone1Type", V20, "PrimaryContactCurrent.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "PrimaryContactCurrent.Phone2", get!(Contact c => opt(&c.party.phone2))),
    text("Phone2Type", V20, "PrimaryContactCurrent.Phone2Type", get!(= Val::Text("Cell"))),
    text("Phone3", V20, "PrimaryContactCurrent.Phone3", get!(null)),
    text("Phone3Type", V20, "PrimaryContactCurrent.Phone3Type", get!(= Val::Text("Home"))),
    text("Reason", V20, "PrimaryContactCurrent.Resolution", get!(null)),
    text("Source", V20, "PrimaryContactCurrent.Source", get!(null)),
    text("SourceCampaign", V20, "PrimaryContactCurrent.CampaignID", get!(null)),
    text("SpouseOrPartnerName", V20, "PrimaryContactCurrent.Spouse", get!(null)),
    text("Status", V20, "PrimaryContactCurrent.Status", get!(Contact c => value::text(&c.status))),
    flag("Synchronize", V20, "PrimaryContactCurrent.Synchronize", get!(= Val::Bool(true))),
    text("Title", V20, "PrimaryContactCurrent.Title", get!(Contact c => opt(&c.party.title))),
    text("Type", V20, "PrimaryContactCurrent.ContactType", get!(= Val::Text("Contact"))),
    text("WebSite", V20, "PrimaryContactCurrent.WebSite", get!(Contact c => opt(&c.party.web))),
    text("Workgroup", V20, "PrimaryContactCurrent.WorkgroupID", get!(null)),
    text("WorkgroupDescription", V20, "PrimaryContactCurrent.WorkgroupID_description", get!(null)),
];

pub(super) static PERSON_ADDRESS: Node = Node { name: "Address", fields: PERSON_ADDRESS_FIELDS };

#[rustfmt::skip]
static PERSON_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "AddressCurrent.AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "AddressCurrent.AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "AddressCurrent.BuildingName", get!(null)),
    text("BuildingNumber", V25, "AddressCurrent.BuildingNumber", get!(null)),
    text("City", V20, "AddressCurrent.City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "AddressCurrent.CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "AddressCurrent.Department", get!(null)),
    text("DistrictName", V25, "AddressCurrent.DistrictName", get!(null)),
    text("Floor", V25, "AddressCurrent.Floor", get!(null)),
    text("PostalCode", V20, "AddressCurrent.PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "AddressCurrent.PostBox", get!(null)),
    text("Room", V25, "AddressCurrent.Room", get!(null)),
    text("State", V20, "AddressCurrent.State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "AddressCurrent.StreetName", get!(null)),
    text("SubDepartment", V25, "AddressCurrent.SubDepartment", get!(null)),
    text("TownLocationName", V25, "AddressCurrent.TownLocationName", get!(null)),
    text("UnitNumber", V25, "AddressCurrent.UnitNumber", get!(null)),
];

pub(super) static CUSTOMER_CONTACT: Node = Node { name: "CustomerContact", fields: CUSTOMER_CONTACT_FIELDS };

#[rustfmt::skip]
static CUSTOMER_CONTACT_FIELDS: &[Field] = &[
    linked("Contact", V20, &LISTED, step!(Contact c => Some(Rec::Contact(c)))),
    int("ContactID", V20, "Contacts.ContactID", get!(Contact c => Val::Int(c.party.contact_id.into()))),
    at("LastModifiedDateTime", V23, "Contacts.LastModifiedDateTime", get!(Contact c => time(c.meta.modified))),
];

pub(super) static LISTED: Node = Node { name: "Contact", fields: LISTED_FIELDS };

#[rustfmt::skip]
static LISTED_FIELDS: &[Field] = &[
    flag("Active", V23, "Contacts.IsActive", get!(Contact c => Val::Bool(c.status == "Active"))),
    linked("Address", V20, &LISTED_ADDRESS, step!(Contact c => Some(Rec::Party { party: &c.party, owner: c.meta.id, part: 50 }))),
    flag("AddressValidated", V20, "Contacts.Address__IsValidated", get!(Contact c => Val::Bool(c.party.address.validated))),
    int("ContactID", V20, "Contacts.ContactID", get!(Contact c => Val::Int(c.party.contact_id.into()))),
    text("DisplayName", V20, "Contacts.DisplayName", get!(Contact c => Val::Made(c.display_name()))),
    text("Email", V20, "Contacts.EMail", get!(Contact c => opt(&c.party.email))),
    text("ExtRefNbr", V24, "Contacts.ExtRefNbr", get!(Contact c => opt(&c.external_ref))),
    text("Fax", V20, "Contacts.Fax", get!(Contact c => opt(&c.party.fax))),
    text("FirstName", V20, "Contacts.FirstName", get!(Contact c => opt(&c.party.first_name))),
    text("JobTitle", V20, "Contacts.Salutation", get!(Contact c => opt(&c.party.job_title))),
    text("LastName", V20, "Contacts.LastName", get!(Contact c => opt(&c.party.last_name))),
    text("MiddleName", V20, "Contacts.MidName", get!(Contact c => opt(&c.party.middle_name))),
    text("Phone1", V20, "Contacts.Phone1", get!(Contact c => opt(&c.party.phone1))),
    text("Phone1Type", V20, "Contacts.Phone1Type", get!(= Val::Text("Business 1"))),
    text("Phone2", V20, "Contacts.Phone2", get!(Contact c => opt(&c.party.phone2))),
    text("Phone2Type", V20, "Contacts.Phone2Type", get!(= Val::Text("Cell"))),
    text("Title", V20, "Contacts.Title", get!(Contact c => opt(&c.party.title))),
    text("WebSite", V20, "Contacts.WebSite", get!(Contact c => opt(&c.party.web))),
];

pub(super) static LISTED_ADDRESS: Node = Node { name: "Address", fields: LISTED_ADDRESS_FIELDS };

#[rustfmt::skip]
static LISTED_ADDRESS_FIELDS: &[Field] = &[
    text("AddressLine1", V20, "Contacts.Address__AddressLine1", get!(Party { party, .. } => opt(&party.address.line1))),
    text("AddressLine2", V20, "Contacts.Address__AddressLine2", get!(Party { party, .. } => opt(&party.address.line2))),
    text("BuildingName", V25, "Contacts.BuildingName", get!(null)),
    text("BuildingNumber", V25, "Contacts.BuildingNumber", get!(null)),
    text("City", V20, "Contacts.Address__City", get!(Party { party, .. } => opt(&party.address.city))),
    text("Country", V20, "Contacts.Address__CountryID", get!(Party { party, .. } => opt(&party.address.country))),
    text("Department", V25, "Contacts.Department", get!(null)),
    text("DistrictName", V25, "Contacts.DistrictName", get!(null)),
    text("Floor", V25, "Contacts.Floor", get!(null)),
    text("PostalCode", V20, "Contacts.Address__PostalCode", get!(Party { party, .. } => opt(&party.address.postal_code))),
    text("PostBox", V25, "Contacts.PostBox", get!(null)),
    text("Room", V25, "Contacts.Room", get!(null)),
    text("State", V20, "Contacts.Address__State", get!(Party { party, .. } => opt(&party.address.state))),
    text("StreetName", V25, "Contacts.StreetName", get!(null)),
    text("SubDepartment", V25, "Contacts.SubDepartment", get!(null)),
    text("TownLocationName", V25, "Contacts.TownLocationName", get!(null)),
    text("UnitNumber", V25, "Contacts.UnitNumber", get!(null)),
];
