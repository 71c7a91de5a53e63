//! The people, currencies, taxes and pipelines of a fresh organisation.
//!
//! Owns: their names and figures. Must not: add modules.

use rust_decimal::Decimal;

use crate::zoho::model::{Currency, Org, Pipeline, Profile, Role, Share, Stage};

/// Name, symbol and decimals of the currencies that the simulator knows by name.
const KNOWN: [(&str, &str, &str, u8); 14] = [
    ("USD", "US Dollar", "$", 2),
    ("EUR", "Euro", "€", 2),
    ("GBP", "British Pound", "£", 2),
    ("CAD", "Canadian Dollar", "CA$", 2),
    ("AUD", "Australian Dollar", "A$", 2),
    ("NZD", "New Zealand Dollar", "NZ$", 2),
    ("JPY", "Japanese Yen", "¥", 0),
    ("INR", "Indian Rupee", "₹", 2),
    ("CHF", "Swiss Franc", "CHF", 2),
    ("SEK", "Swedish Krona", "kr", 2),
    ("MXN", "Mexican Peso", "MX$", 2),
    ("CNY", "Chinese Yuan", "CN¥", 2),
    ("SGD", "Singapore Dollar", "S$", 2),
    ("KWD", "Kuwaiti Dinar", "KD", 3),
];

/// Modules that have a sharing default.
const SHARED: [&str; 11] = [
    "Leads",
    "Accounts",
    "Contacts",
    "Deals",
    "Products",
    "Vendors",
    "Price_Books",
    "Quotes",
    "Sales_Orders",
    "Purchase_Orders",
    "Invoices",
];

pub(super) fn furnish(org: &mut Org) {
    currencies(org);
    org.add_tax("Sales Tax", Decimal::new(75, 1));
    org.add_tax("VAT", Decimal::new(20, 0));
    let ceo = role(org, "CEO", None);
    let manager = role(org, "Manager", Some(ceo));
    let rep = role(org, "Sales Rep", Some(manager));
    let admin = profile(org, "Administrator", "This profile will have all the permissions.", true);
    let standard =
        profile(org, "Standard", "This profile will have all the permissions except administrative privileges.", false);
    org.add_user("Sync", "User", "sync@northwind.example", admin, ceo);
    org.add_user("Maria", "Anders", "maria@northwind.example", standard, rep);
    org.add_user("Thomas", "Hardy", "thomas@northwind.example", standard, rep);
    for module in SHARED {
        org.shares.insert(module.to_owned(), Share::Private);
    }
    pipelines(org);
}

fn currencies(org: &mut Org) {
    let base = org.options.base_currency.clone();
    add(org, &base, "1.000000000", true);
    if org.edition().has_currencies() {
        let further = org.options.currencies.clone();
        org.multi_currency = Some(!further.is_empty());
        for (iso, rate) in further {
            add(org, &iso, &rate, false);
        }
    }
}

fn add(org: &mut Org, iso: &str, rate: &str, base: bool) {
    let (name, symbol, decimals) = KNOWN
        .iter()
        .find(|known| known.0 == iso)
        .map_or((iso, iso, 2), |(_, name, symbol, decimals)| (*name, *symbol, *decimals));
    let id = org.meta_id();
    org.currencies.push(Currency {
        id,
        iso: iso.to_owned(),
        name: format!("{name} - {iso}"),
        symbol: symbol.to_owned(),
        decimals,
        rate: rate.to_owned(),
        active: true,
        base,
    });
}

fn role(org: &mut Org, name: &str, above: Option<u64>) -> u64 {
    let id = org.meta_id();
    org.roles.push(Role { id, name: name.to_owned(), above });
    id
}

fn profile(org: &mut Org, name: &str, description: &str, customize: bool) -> u64 {
    let id = org.meta_id();
    org.profiles.push(Profile {
        id,
        name: name.to_owned(),
        description: description.to_owned(),
        custom: false,
        customize,
        hidden_modules: Vec::new(),
        read_only_modules: Vec::new(),
    });
    id
}

fn pipelines(org: &mut Org) {
    let pipeline = (org.meta_id(), org.meta_id(), org.meta_id(), org.meta_id());
    let categories = [("Pipeline", pipeline.0), ("Closed", pipeline.1), ("Omitted", pipeline.2)];
    let category = |name: &str| categories.iter().find(|(n, _)| *n == name).copied().unwrap_or(categories[0]);
    let standard = [
        ("Qualification", "Open", "Pipeline", 10),
        ("Needs Analysis", "Open", "Pipeline", 20),
        ("Value Proposition", "Open", "Pipeline", 40),
        ("Proposal/Price Quote", "Open", "Pipeline", 75),
        ("Negotiation/Review", "Open", "Pipeline", 90),
        ("Closed Won", "Closed Won", "Closed", 100),
        ("Closed Lost", "Closed Lost", "Omitted", 0),
        ("Closed Lost to Competition", "Closed Lost", "Omitted", 0),
    ];
    let renewals = [
        ("Renewal Due", "Open", "Pipeline", 60),
        ("Signed", "Closed Won", "Closed", 100),
        ("Paid in Advance", "Closed Won", "Closed", 100),
        ("Churned", "Closed Lost", "Omitted", 0),
    ];
    for (at, (name, stages)) in
        [("Standard (Standard)", &standard[..]), ("Renewals", &renewals[..])].into_iter().enumerate()
    {
        let id = org.meta_id();
        let stages = stages
            .iter()
            .map(|(stage, forecast, group, probability)| Stage {
                id: org.meta_id(),
                display: (*stage).to_owned(),
                actual: (*stage).to_owned(),
                forecast,
                category: category(group),
                probability: *probability,
            })
            .collect();
        org.pipelines.push(Pipeline {
            id,
            display: name.to_owned(),
            actual: name.to_owned(),
            default: at == 0,
            stages,
        });
    }
}
