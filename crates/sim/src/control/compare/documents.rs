//! Posted receivables documents against Invoices.
//!
//! Owns which documents travel and what the head of an invoice should hold; its rows are worked out by `rows`. Knows
//! nothing of a ledger.

use rust_decimal::Decimal;

use super::Rules;
use super::customers::Customers;
use super::items::Items;
use super::report::ModuleReport;
use super::rows;
use super::side::{Keys, Should, Side};
use super::text::{cut, cut_lines, round};
use crate::acumatica::model::{Books, DocType, Document};

/// Compares all documents.
pub(super) fn compare(
    books: &Books,
    side: Option<&Side<'_>>,
    customers: &Customers,
    items: &Items,
    rules: &Rules,
) -> ModuleReport {
    let mut report = ModuleReport::default();
    let (mut keys, mut behind) = (Keys::new(), std::collections::BTreeMap::new());
    for document in books.documents.values() {
        let key = key(document);
        if document.archived {
            // It stays as it was, where it came before it was archived.
            keys.insert(key.to_lowercase());
            continue;
        }
        if let Some(why) = stays(document, side) {
            behind.insert(key.to_lowercase(), why);
            continue;
        }
        report.expected += 1;
        match side.and_then(|side| side.holder(&key).map(|record| (side, record))) {
            Some((side, record)) => {
                report.present += 1;
                let plan = rows::Plan::of(document, side, items, rules);
                for (name, should) in invoice_of(document, side, customers, &plan, rules) {
                    side.check(&mut report, rules, &key, record, name, &should);
                }
                plan.check(&mut report, &key, side, record);
            }
            None => report.miss(&key),
        }
        keys.insert(key.to_lowercase());
    }
    if let Some(side) = side {
        side.strays(&mut report, |key| match behind.get(key) {
            _ if keys.contains(key) => None,
            Some(why) => Some(why.clone()),
            None => Some("no document of the ERP has this type and number".to_owned()),
        });
    }
    report.close()
}

/// Why a document stays behind; `None` when it travels.
pub(super) fn stays(document: &Document, side: Option<&Side<'_>>) -> Option<String> {
    let billed = matches!(
        document.key.kind,
        DocType::Invoice
            | DocType::DebitMemo
            | DocType::CreditMemo
            | DocType::OverdueCharge
            | DocType::CashSale
            | DocType::CashReturn
    );
    let posted = ["Open", "Closed", "Canceled", "Reserved"].contains(&document.status.as_str());
    if !billed {
        return Some(format!("documents of type {} do not travel", document.key.kind.label()));
    }
    if !posted {
        return Some(format!("documents with status {} do not travel", document.status));
    }
    let side = side?;
    let known = side.org.currency(&document.currency).is_some_and(|currency| currency.active);
    (several_currencies(side) && !known).then(|| format!("the CRM has no active currency {}", document.currency))
}

fn several_currencies(side: &Side<'_>) -> bool {
    side.org.multi_currency == Some(true)
}

/// The ERP key of a document.
pub(super) fn key(document: &Document) -> String {
    format!("{}/{}", document.key.kind.label(), document.key.number)
}

/// Whether it was split in instalments and the ERP tells.
pub(super) fn split(document: &Document, rules: &Rules) -> bool {
    rules.instalments_told && document.installments.is_some_and(|count| count > 0)
}

/// Amount with its sign; nothing for a document that was split, whose parts are billed.
pub(super) fn total(document: &Document, rules: &Rules) -> Decimal {
    if split(document, rules) { Decimal::ZERO } else { signed(document, document.amount) }
}

fn signed(document: &Document, amount: Decimal) -> Decimal {
    if matches!(document.key.kind, DocType::CreditMemo | DocType::CashReturn) { -amount } else { amount }
}

pub(super) fn invoice_of(
    document: &Document,
    side: &Side<'_>,
    customers: &Customers,
    plan: &rows::Plan,
    rules: &Rules,
) -> Vec<(&'static str, Should)> {
    let cut_to = |name: &'static str, value: Option<&str>| {
        (name, Should::Text(side.field(name).and_then(|(_, field)| cut(value, field))))
    };
    let plain = |name: &'static str, value: &str| cut_to(name, Some(value));
    let (kind, number) = (document.key.kind.label(), document.key.number.as_str());
    let subject = if document.key.kind == DocType::Invoice { number.to_owned() } else { format!("{number} ({kind})") };
    let status = if split(document, rules) { "Instalments" } else { document.status.as_str() };
    let approved = if document.status == "Canceled" { "Cancelled" } else { "Approved" };
    let offered = side.field("Status").is_some_and(|(_, field)| field.picks.iter().any(|pick| pick.actual == approved));
    let day = |date: jiff::civil::Date| Should::Text(Some(date.to_string()));
    let mut fields = vec![
        plain("ERP Key", &key(document)),
        cut_to("Subject", Some(&subject)),
        plain("ERP Number", number),
        plain("ERP Type", kind),
        plain("ERP Status", status),
        ("ERP Total", Should::Number(Some(plan.total))),
        ("ERP Balance", Should::Number(Some(round(signed(document, document.balance), plan.places)))),
        plain("ERP Currency", &document.currency),
        ("Account_Name", Should::Link(customers.account(&document.customer))),
        ("Invoice_Date", day(document.date)),
        ("Due_Date", document.due_date.map_or(Should::Text(None), day)),
        cut_to(
            "Purchase_Order",
            // The contract's cash sale tells no order number.
            document
                .customer_order
                .as_deref()
                .filter(|_| !matches!(document.key.kind, DocType::CashSale | DocType::CashReturn)),
        ),
        (
            "Description",
            Should::Text(
                side.field("Description").and_then(|(_, field)| cut_lines(document.description.as_deref(), field)),
            ),
        ),
        ("Status", Should::Text(offered.then(|| approved.to_owned()))),
        ("Adjustment", Should::Number(Some(plan.adjustment))),
        ("Grand_Total", Should::Number(Some(plan.grand_total))),
    ];
    if several_currencies(side) {
        fields.push(plain("Currency", &document.currency));
    }
    fields
}
