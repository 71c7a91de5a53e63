//! BusinessAccount (CR303000) over customers and prospects, and the balances that the customer form counts.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Rec;
use super::bare::{ATTRIBUTE, BARE};
use super::contact::PERSON;
use super::field::{Field, NO_ROWS, Node, at, flag, get, guid, linked, rows, step, text};
use crate::acumatica::model::{Books, Document, Meta, Party, fold};
use crate::acumatica::value::{self, Val, opt, time};
use crate::acumatica::version::Version::{V20, V22};

fn documents<'a>(books: &'a Books, customer: &str) -> impl Iterator<Item = &'a Document> + use<'a> {
    let customer = fold(customer);
    books
        .documents
        .values()
        .filter(move |d| fold(&d.customer) == customer)
}

/// What released documents of a customer leave open, by the sign of their type.
pub(super) fn open_balance(books: &Books, customer: &str) -> Decimal {
    documents(books, customer)
        .filter(|d| d.released)
        .map(|d| d.balance * Decimal::from(d.key.kind.sign()))
        .sum()
}

/// What unreleased documents of a customer that are not on hold come to.
pub(super) fn unreleased_balance(books: &Books, customer: &str) -> Decimal {
    let waiting = documents(books, customer).filter(|d| !d.released && !d.hold);
    waiting
        .map(|d| d.amount * Decimal::from(d.key.kind.sign()))
        .sum()
}

/// The earliest due date among open documents of a customer.
pub(super) fn first_due(books: &Books, customer: &str) -> Option<Date> {
    documents(books, customer)
        .filter(|d| d.released && !d.balance.is_zero())
        .filter_map(|d| d.due_date)
        .min()
}

fn account<'a>(rec: Rec<'a>) -> Option<(&'a Meta, &'a str, &'a str, &'a str, &'a Party)> {
    match rec {
        Rec::Customer(c) => Some((&c.meta, &c.key, &c.name, &c.status, &c.main)),
        Rec::Prospect(p) => Some((&p.meta, &p.key, &p.name, &p.status, &p.main)),
        _ => None,
    }
}

macro_rules! account {
    ($row:pat => $value:expr) => {
        |_, rec| account(rec).map_or(Val::Null, |$row| $value)
    };
}

pub(super) static BUSINESS_ACCOUNT: Node = Node {
    name: "BusinessAccount",
    fields: BUSINESS_ACCOUNT_FIELDS,
};

#[rustfmt::skip]
static BUSINESS_ACCOUNT_FIELDS: &[Field] = &[
    text(
        "AccountRef",
        V20,
        "CurrentBAccount.AcctReferenceNbr",
        |_, rec| match rec {
            Rec::Customer(c) => opt(&c.account_ref),
            Rec::Prospect(p) => opt(&p.account_ref),
            _ => Val::Null,
        },
    ),
    rows("Activities", V20, &BARE, NO_ROWS),
    rows("Attributes", V20, &ATTRIBUTE, NO_ROWS),
    text(
        "BusinessAccountID",
        V20,
        "BAccount.AcctCD",
        account!((_, key, ..) => value::text(key)),
    ),
    rows("Campaigns", V20, &BARE, NO_ROWS),
    rows("Cases", V20, &BARE, NO_ROWS),
    text(
        "ClassID",
        V20,
        "CurrentBAccount.ClassID",
        get!(Prospect p => opt(&p.class)),
    ),
    rows("Contacts", V20, &BARE, NO_ROWS),
    rows("Contracts", V20, &BARE, NO_ROWS),
    text(
        "CurrencyID",
        V22,
        "CurrentBAccount.CuryID",
        get!(Customer c => opt(&c.currency)),
    ),
    text(
        "Duplicate",
        V20,
        "BAccount.Contact__DuplicateStatus",
        get!(= Val::Text("Not Validated")),
    ),
    rows("Duplicates", V20, &BARE, NO_ROWS),
    flag(
        "EnableCurrencyOverride",
        V22,
        "CurrentBAccount.AllowOverrideCury",
        get!(= Val::Bool(false)),
    ),
    at(
        "LastIncomingActivity",
        V20,
        "BAccountActivityStatistics.LastIncomingActivityDate",
        get!(null),
    ),
    at(
        "LastModifiedDateTime",
        V20,
        "BAccount.LastModifiedDateTime",
        account!((meta, ..) => time(meta.modified)),
    ),
    at(
        "LastOutgoingActivity",
        V20,
        "BAccountActivityStatistics.LastOutgoingActivityDate",
        get!(null),
    ),
    rows("Locations", V20, &BARE, NO_ROWS),
    linked("MainAddress", V20, &ADDRESS, |_, rec| {
        account(rec).map(|(meta, .., party)| Rec::Party {
            party,
            owner: meta.id,
            part: 51,
        })
    }),
    flag(
        "MainAddressValidated",
        V20,
        "DefAddress.IsValidated",
        account!((.., party) => Val::Bool(party.address.validated)),
    ),
    linked("MainContact", V20, &CONTACT, |_, rec| {
        account(rec).map(|(meta, .., party)| Rec::Party {
            party,
            owner: meta.id,
            part: 1,
        })
    }),
    rows("MarketingLists", V20, &BARE, NO_ROWS),
    text(
        "Name",
        V20,
        "BAccount.AcctName",
        account!((_, _, name, ..) => value::text(name)),
    ),
    guid(
        "NoteID",
        V20,
        "BAccount.NoteID",
        account!((meta, ..) => Val::Guid(meta.id)),
    ),
    rows("Opportunities", V20, &BARE, NO_ROWS),
    rows("Orders", V20, &BARE, NO_ROWS),
    text("Owner", V20, "BAccount.OwnerID", get!(null)),
    text(
        "OwnerEmployeeName",
        V20,
        "BAccount.OwnerID_description",
        get!(null),
    ),
    text(
        "ParentAccount",
        V20,
        "CurrentBAccount.ParentBAccountID",
        get!(Customer c => opt(&c.parent)),
    ),
    linked(
        "PrimaryContact",
        V20,
        &PERSON,
        step!(cx, Customer c => {
            c.primary_contact.and_then(|n| cx.books.contacts.get(&n)).map(Rec::Contact)
        }),
    ),
    rows("Relations", V20, &BARE, NO_ROWS),
    flag(
        "ShippingAddressOverride",
        V20,
        "DefLocation.OverrideAddress",
        get!(Customer c => Val::Bool(c.shipping.is_some())),
    ),
    text(
        "SourceCampaign",
        V20,
        "CurrentBAccount.CampaignSourceID",
        get!(null),
    ),
    text(
        "Status",
        V20,
        "BAccount.Status",
        account!((_, _, _, status, _) => value::text(status)),
    ),
    text("Type", V20, "BAccount.Type", |_, rec| match rec {
        Rec::Customer(_) => Val::Text("Customer"),
        Rec::Prospect(p) => value::text(&p.kind),
        _ => Val::Null,
    }),
    text("Workgroup", V20, "BAccount.WorkgroupID", get!(null)),
    text(
        "WorkgroupDescription",
        V20,
        "BAccount.WorkgroupID_description",
        get!(null),
    ),
];

static ADDRESS: Node = Node {
    name: "Address",
    fields: &[
        text(
            "AddressLine1",
            V20,
            "DefAddress.AddressLine1",
            get!(Party { party, .. } => opt(&party.address.line1)),
        ),
        text(
            "AddressLine2",
            V20,
            "DefAddress.AddressLine2",
            get!(Party { party, .. } => opt(&party.address.line2)),
        ),
        text(
            "City",
            V20,
            "DefAddress.City",
            get!(Party { party, .. } => opt(&party.address.city)),
        ),
        text(
            "Country",
            V20,
            "DefAddress.CountryID",
            get!(Party { party, .. } => opt(&party.address.country)),
        ),
        text(
            "PostalCode",
            V20,
            "DefAddress.PostalCode",
            get!(Party { party, .. } => opt(&party.address.postal_code)),
        ),
        text(
            "State",
            V20,
            "DefAddress.State",
            get!(Party { party, .. } => opt(&party.address.state)),
        ),
    ],
};

static CONTACT: Node = Node {
    name: "BusinessAccountMainContact",
    fields: &[
        text(
            "Attention",
            V20,
            "DefContact.Attention",
            get!(Party { party, .. } => opt(&party.attention)),
        ),
        text(
            "CompanyName",
            V20,
            "DefContact.FullName",
            get!(Party { party, .. } => opt(&party.full_name)),
        ),
        text(
            "Email",
            V20,
            "DefContact.EMail",
            get!(Party { party, .. } => opt(&party.email)),
        ),
        text(
            "Fax",
            V20,
            "DefContact.Fax",
            get!(Party { party, .. } => opt(&party.fax)),
        ),
        text(
            "JobTitle",
            V20,
            "DefContact.Salutation",
            get!(Party { party, .. } => opt(&party.job_title)),
        ),
        text(
            "Phone1",
            V20,
            "DefContact.Phone1",
            get!(Party { party, .. } => opt(&party.phone1)),
        ),
        text(
            "Phone2",
            V20,
            "DefContact.Phone2",
            get!(Party { party, .. } => opt(&party.phone2)),
        ),
        text(
            "WebSite",
            V20,
            "DefContact.WebSite",
            get!(Party { party, .. } => opt(&party.web)),
        ),
    ],
};
