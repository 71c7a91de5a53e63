//! Documents and lines are as in life.

use rust_decimal::Decimal;

use super::{any_document, demo};
use crate::acumatica::model::{DocKey, DocType, Document, Line, fold};

#[test]
fn documents_have_every_type_and_status() {
    let books = demo();
    for kind in DocType::ALL {
        any_document(&books, kind.label(), |d| d.key.kind == kind);
    }
    for status in [
        "Open",
        "Closed",
        "Canceled",
        "Reserved",
        "On Hold",
        "Balanced",
        "Pending Print",
        "Pending Email",
        "Pending Approval",
        "Pending Processing",
        "Rejected",
        "Credit Hold",
        "Scheduled",
        "Voided",
    ] {
        any_document(&books, status, |d| d.status == status);
    }
    for currency in ["USD", "EUR", "GBP", "CHF", "JPY"] {
        any_document(&books, currency, |d| d.currency == currency && d.released);
    }
    for kind in [DocType::CreditMemo, DocType::DebitMemo] {
        any_document(&books, "same number as an invoice", |d| {
            let twin = DocKey { kind: DocType::Invoice, number: d.key.number.clone() };
            d.key.kind == kind && books.documents.contains_key(&twin)
        });
    }
    any_document(&books, "only in receivables", |d| d.released && !d.on_sales_form() && d.on_invoice_form());
    any_document(&books, "not in receivables before it is posted", |d| !d.released && !d.on_invoice_form());
    any_document(&books, "partly paid", |d| d.released && d.balance > Decimal::ZERO && d.balance < d.amount);
    any_document(&books, "over nothing", |d| d.released && d.amount.is_zero() && d.status == "Closed");
    any_document(&books, "tax", |d| !d.tax_total.is_zero());
    any_document(&books, "freight", |d| !d.freight.is_zero());
    any_document(&books, "document discount", |d| !d.discount_total.is_zero());
    assert!(!books.payments.is_empty());
}

#[test]
fn instalments_are_closed_originals_with_parts_that_add_up() {
    let books = demo();
    let mut originals = 0;
    for original in books.documents.values().filter(|d| d.installments.is_some()) {
        originals += 1;
        assert_eq!((original.status.as_str(), original.balance), ("Closed", Decimal::ZERO));
        let parts: Vec<&Document> = books
            .documents
            .values()
            .filter(|d| d.master_ref.as_deref() == Some(original.key.number.as_str()))
            .collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.iter().map(|part| part.amount).sum::<Decimal>(), original.amount);
        assert!(parts.iter().all(|part| part.lines.len() == 1 && part.lines[0].item.is_none()));
    }
    assert!(originals >= 10, "{originals}");
}

#[test]
fn lines_are_as_in_life() {
    let books = demo();
    let lines = || books.documents.values().filter(|d| d.released).flat_map(|d| &d.lines);
    assert!(lines().any(|line| line.item.is_none()), "no line without item");
    assert!(lines().any(|line| line.description.is_none()), "no line without text");
    assert!(lines().any(|line| line.quantity < Decimal::ZERO), "no negative quantity");
    assert!(lines().any(|line| line.unit_price < Decimal::ZERO), "no negative price");
    assert!(lines().any(|line| line.quantity.is_zero()), "no line of text only");
    assert!(lines().any(|line| line.quantity.fract() != Decimal::ZERO), "no fractional quantity");
    assert!(lines().any(|line| line.unit_price.round_dp(2) != line.unit_price), "no four-decimal price");
    assert!(lines().any(|line| line.discount > Decimal::ZERO && line.amount.is_zero()), "no full discount");
    let inactive = |line: &&Line| {
        let item = line.item.as_ref().and_then(|key| books.items.get(&fold(key)));
        item.is_some_and(|item| item.status == "Inactive")
    };
    assert!(lines().any(|line| inactive(&line)), "no line with an inactive item");
    assert!(lines().all(|line| { line.item.as_ref().is_none_or(|key| books.items.contains_key(&fold(key))) }));
    assert!(books.documents.values().any(|d| d.lines.len() == 200 && d.released), "no document of 200 lines");
    assert!(books.documents.values().any(|d| d.lines.len() > 100 && d.lines.len() < 200), "none of 101 to 199");
}

#[test]
fn amounts_have_no_more_decimals_than_their_currency() {
    for document in demo().documents.values() {
        let decimals = if document.currency == "JPY" { 0 } else { 2 };
        for amount in document.lines.iter().map(|line| line.amount).chain([document.amount, document.balance]) {
            assert_eq!(amount.round_dp(decimals), amount, "{:?}", document.key);
        }
        assert!(document.amount >= Decimal::ZERO && document.balance >= Decimal::ZERO, "{:?}", document.key);
        assert!(document.balance <= document.amount);
    }
}
