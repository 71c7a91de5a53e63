//! The generator fills every category that the issue names, also at the demo's size, and is deterministic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::*;

mod documents;
use crate::acumatica::model::{Customer, Document, Item, fold};
use crate::zoho::model::Cell;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn demo() -> Books {
    books(Seeds::new(1), &Size::default(), now()).unwrap()
}

fn any_customer(books: &Books, what: &str, test: impl Fn(&Customer) -> bool) {
    assert!(books.customers.values().any(test), "no customer: {what}");
}

fn any_item(books: &Books, what: &str, test: impl Fn(&Item) -> bool) {
    assert!(books.items.values().any(test), "no item: {what}");
}

fn any_document(books: &Books, what: &str, test: impl Fn(&Document) -> bool) {
    assert!(books.documents.values().any(test), "no document: {what}");
}

#[test]
fn sizes_are_exact() {
    for (customers, items, invoices) in [(200, 500, 600), (0, 0, 0), (1, 1, 1), (3, 0, 51), (2_000, 5_000, 5_000)] {
        let size = Size { customers, items, invoices, ..Size::default() };
        let books = books(Seeds::new(3), &size, now()).unwrap();
        let counts = (books.customers.len(), books.items.len(), books.documents.len());
        assert_eq!(counts, (customers, items, invoices));
    }
}

#[test]
fn equal_seeds_give_equal_data_and_other_seeds_other_data() {
    let made = |seed| format!("{:?}", books(Seeds::new(seed), &Size::default(), now()).unwrap());
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    let crm = |seed| {
        let size = Size { existing_accounts: 20, ..Size::default() };
        let org = org(Seeds::new(seed), &size, &demo(), org_options(), now());
        let records: Vec<String> = org.modules().flat_map(|m| m.records().map(|r| format!("{r:?}"))).collect();
        records
    };
    assert_eq!(crm(1), crm(1));
    assert_ne!(crm(1), crm(2));
}

#[test]
fn more_of_one_kind_does_not_change_another() {
    let small = demo();
    let size = Size { items: 900, ..Size::default() };
    let large = books(Seeds::new(1), &size, now()).unwrap();
    assert_eq!(small.customers, large.customers);
}

#[test]
fn names_are_as_in_life() {
    let books = demo();
    let names: Vec<&str> = books.customers.values().map(|customer| customer.name.as_str()).collect();
    let exact: BTreeSet<&str> = names.iter().copied().collect();
    assert!(exact.len() < names.len(), "no name repeats");
    let squeeze = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower: BTreeSet<String> = exact.iter().map(|name| name.to_lowercase()).collect();
    assert!(lower.len() < exact.len(), "no two names differ by case only");
    let squeezed: BTreeSet<String> = exact.iter().map(|name| squeeze(name)).collect();
    assert!(squeezed.len() < exact.len(), "no two names differ by blanks only");
    any_customer(&books, "name over 200 characters", |c| c.name.chars().count() > 200 && c.name.is_ascii());
    any_customer(&books, "wide name over 200 characters", |c| c.name.chars().count() > 200 && !c.name.is_ascii());
    for (what, part) in [
        ("ampersand", "& "),
        ("quotes", "\""),
        ("HTML entity", "&uuml;"),
        ("markup", "<"),
        ("right-to-left", "חברת"),
        ("CJK", "東京"),
        ("combining mark", "\u{301}"),
    ] {
        any_customer(&books, what, |c| c.name.contains(part));
    }
    any_customer(&books, "blank name", |c| c.name.trim().is_empty());
}

#[test]
fn keys_are_as_in_life() {
    let books = demo();
    for part in ["'", "#", "/", " "] {
        any_customer(&books, part, |c| c.key.contains(part));
        any_item(&books, part, |i| i.key.contains(part));
    }
    any_customer(&books, "trailing dash", |c| c.key.ends_with('-'));
    any_item(&books, "trailing dash", |i| i.key.ends_with('-'));
}

#[test]
fn customers_have_every_status_currency_and_family() {
    let books = demo();
    for status in ["Active", "On Hold", "Credit Hold", "Inactive", "One-Time"] {
        any_customer(&books, status, |c| c.status == status);
    }
    for currency in ["USD", "EUR", "GBP", "CHF", "JPY"] {
        any_customer(&books, currency, |c| c.currency.as_deref() == Some(currency));
    }
    any_customer(&books, "without currency", |c| c.currency.is_none());
    let parent = |c: &Customer| c.parent.as_deref().map(fold);
    any_customer(&books, "child after its parent", |c| parent(c).is_some_and(|p| p < fold(&c.key)));
    any_customer(&books, "child before its parent", |c| {
        parent(c).is_some_and(|p| p > fold(&c.key) && books.customers.contains_key(&p))
    });
    any_customer(&books, "grandchild", |c| {
        parent(c).and_then(|p| books.customers.get(&p)).and_then(parent).is_some_and(|p| p != fold(&c.key))
    });
    any_customer(&books, "its own parent", |c| parent(c) == Some(fold(&c.key)));
    any_customer(&books, "a parent that is no customer", |c| {
        parent(c).is_some_and(|p| books.prospects.contains_key(&p))
    });
}

#[test]
fn particulars_are_as_in_life() {
    let books = demo();
    any_customer(&books, "two-letter country", |c| c.main.address.country.as_deref() == Some("DE"));
    any_customer(&books, "country in words", |c| c.main.address.country.as_ref().is_some_and(|t| t.len() > 2));
    any_customer(&books, "nothing at all", |c| c.main.address.line1.is_none() && c.main.phone1.is_none());
    any_customer(&books, "phone with words", |c| c.main.phone1.as_ref().is_some_and(|t| t.contains("ext.")));
    any_customer(&books, "phone without digits", |c| {
        c.main.phone1.as_ref().is_some_and(|t| !t.chars().any(|letter| letter.is_ascii_digit()))
    });
    any_customer(&books, "long phone", |c| c.main.phone1.as_ref().is_some_and(|t| t.len() > 30));
    any_customer(&books, "web site that is none", |c| c.main.web.as_ref().is_some_and(|t| t.contains(' ')));
    any_customer(&books, "web site too long", |c| c.main.web.as_ref().is_some_and(|t| t.len() > 450));
    any_customer(&books, "billing of its own", |c| c.billing.is_some());
    any_customer(&books, "shipping of its own", |c| c.shipping.is_some());
    any_customer(&books, "long street", |c| c.main.address.line1.as_ref().is_some_and(|t| t.len() > 250));
}

#[test]
fn items_are_as_in_life() {
    let books = demo();
    any_item(&books, "without description", |i| i.description.is_none());
    any_item(&books, "blank description", |i| i.description.as_ref().is_some_and(|text| text.trim().is_empty()));
    any_item(&books, "long description", |i| i.description.as_ref().is_some_and(|text| text.len() > 200));
    any_item(&books, "entity", |i| i.description.as_ref().is_some_and(|text| text.contains("&amp;")));
    any_item(&books, "right-to-left", |i| i.description.as_ref().is_some_and(|text| text.contains("מים")));
    for status in ["Active", "No Sales", "No Purchases", "No Request", "Inactive", "Marked for Deletion"] {
        any_item(&books, status, |i| i.status == status);
    }
    any_item(&books, "stock", |i| i.stock);
    any_item(&books, "non-stock", |i| !i.stock);
    any_item(&books, "zero price", |i| i.price.is_zero());
    any_item(&books, "four decimals", |i| i.price == Decimal::new(123_456, 4));
    any_item(&books, "a price that rounds to nothing", |i| !i.price.is_zero() && i.price.round_dp(2).is_zero());
    let mut described = BTreeMap::new();
    for item in books.items.values() {
        *described.entry(item.description.as_deref().unwrap_or("").to_lowercase()).or_insert(0) += 1;
    }
    assert!(described.iter().any(|(text, count)| !text.trim().is_empty() && *count > 1), "no description repeats");
}

#[test]
fn shares_and_stamps_are_as_stated() {
    let size = Size { customers: 2_000, items: 5_000, invoices: 5_000, ..Size::default() };
    let books = books(Seeds::new(9), &size, now()).unwrap();
    let unposted = books.documents.values().filter(|d| !d.released).count();
    assert!((650..=850).contains(&unposted), "{unposted} of 5,000 are not posted");
    let lines: usize = books.documents.values().map(|d| d.lines.len()).sum();
    assert!((37_000..=43_000).contains(&lines), "{lines} lines");

    let stamps: Vec<Timestamp> = books
        .customers
        .values()
        .map(|c| c.meta.modified)
        .chain(books.items.values().map(|i| i.meta.modified))
        .chain(books.documents.values().map(|d| d.meta.modified))
        .collect();
    assert!(stamps.iter().all(|at| *at <= now()));
    let oldest = now().duration_since(*stamps.iter().min().unwrap()).as_hours() / 24;
    assert!((650..=732).contains(&oldest), "{oldest} days");
    let distinct: BTreeSet<&Timestamp> = stamps.iter().collect();
    assert!(distinct.len() < stamps.len() && distinct.len() > stamps.len() / 2);
}

#[test]
fn the_crm_starts_with_won_deals_and_nothing_that_conflicts() {
    let books = demo();
    let org = org(Seeds::new(1), &Size::default(), &books, org_options(), now());
    let count = |module: &str| org.module(module).unwrap().len();
    assert_eq!((count("Deals"), count("Accounts"), count("Contacts")), (2, 2, 2));
    assert_eq!((count("Products"), count("Invoices")), (0, 0));
    let names: BTreeSet<String> = books.customers.values().map(|c| c.name.trim().to_lowercase()).collect();
    let accounts = org.module("Accounts").unwrap();
    for record in accounts.records() {
        assert!(!names.contains(&accounts.display_name(record).to_lowercase()));
    }
    let deals = org.module("Deals").unwrap();
    let stage = deals.field_no("Stage").unwrap();
    assert!(deals.records().all(|deal| deal.cells.get(stage) == Some(&Cell::Text("Closed Won".into()))));
    for currency in ["USD", "EUR", "GBP", "CHF", "JPY"] {
        assert!(org.currency(currency).is_some_and(|one| one.active), "{currency}");
    }
}

#[test]
fn existing_accounts_share_some_names_with_customers() {
    let books = demo();
    let size = Size { existing_accounts: 40, ..Size::default() };
    let org = org(Seeds::new(1), &size, &books, org_options(), now());
    let accounts = org.module("Accounts").unwrap();
    assert_eq!(accounts.len(), 42);
    let names: BTreeSet<&str> = books.customers.values().map(|c| c.name.trim()).collect();
    let shared = accounts.records().filter(|record| names.contains(accounts.display_name(record))).count();
    assert!((5..=15).contains(&shared), "{shared}");
}

#[test]
fn a_days_edits_are_deterministic_and_each_moves_a_stamp() {
    let later: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
    let make = || {
        let mut books = demo();
        let changes = changes::change_some(&mut books, &mut Seeds::new(1).stream("changes"), 50, later).unwrap();
        (books, changes)
    };
    let (books, changes) = make();
    assert_eq!(changes.len(), 50);
    assert_eq!(changes, make().1);
    let keys: BTreeSet<_> = changes.iter().map(|change| (change.entity, &change.key)).collect();
    assert_eq!(keys.len(), 50, "an edit met a record twice");
    let moved = books.customers.values().filter(|c| c.meta.modified == later).count()
        + books.items.values().filter(|i| i.meta.modified == later).count()
        + books.documents.values().filter(|d| d.meta.modified == later).count();
    assert_eq!(moved, 50);
    for entity in [changes::Entity::Customer, changes::Entity::Item, changes::Entity::Document] {
        assert!(changes.iter().any(|change| change.entity == entity));
    }
    assert!(changes.iter().any(|change| change.created && change.entity == changes::Entity::Customer));
    assert!(changes.iter().any(|change| change.created && change.entity == changes::Entity::Document));
}

#[test]
fn a_touched_customer_changes_by_its_phone_alone() {
    let mut books = demo();
    let before = books.customers["C00001"].clone();
    let later: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
    changes::touch_customer(&mut books, "c00001", "+1 1", later).unwrap();
    let mut expected = before;
    expected.main.phone1 = Some("+1 1".into());
    expected.meta.modified = later;
    assert_eq!(books.customers["C00001"], expected);
    assert!(changes::touch_customer(&mut books, "NOBODY", "1", later).is_err());
}
