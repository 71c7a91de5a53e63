//! Visits an entity's rows in key order, over the narrowest range of keys that the filter allows.
//!
//! Owns what stands behind each source of rows, archived documents included or not. Must not copy rows or keep them.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use crate::acumatica::entity::{Cx, Entity, PayRow, Rec, Source};
use crate::acumatica::filter::{Interval, Pred, narrow};
use crate::acumatica::model::{DocKey, DocType, Document, PayKey, PayType};
use crate::acumatica::switches::TypeOrder;
use crate::acumatica::value::Val;

/// What a visitor says: go on or stop.
pub type Flow = ControlFlow<()>;

/// Visits the rows for which `pred` holds. Archived documents are visited only when `archived` says so.
pub fn each<'a>(
    entity: &Entity,
    cx: &Cx<'a>,
    pred: Option<&Pred>,
    archived: bool,
    see: &mut dyn FnMut(Rec<'a>) -> Flow,
) {
    let mut visit = |rec: Rec<'a>| {
        let shown = entity.source.shows(rec, cx) && is_seen(cx, rec, archived);
        if shown && pred.is_none_or(|p| p.holds(cx, rec)) { see(rec) } else { Flow::Continue(()) }
    };
    let books = cx.books;
    match entity.source {
        Source::Inquiry => {
            let _ = visit(Rec::Company);
        }
        Source::Contacts => {
            let _ = books.contacts.values().try_for_each(|c| visit(Rec::Contact(c)));
        }
        Source::Invoices | Source::SalesInvoices | Source::CashSales => {
            for kind in types(cx) {
                if documents(kind, cx, pred, &mut |d| visit(Rec::Document(d))).is_break() {
                    return;
                }
            }
        }
        Source::Payments => payments(cx, pred, &mut visit),
        Source::Customers
        | Source::Accounts
        | Source::Stock
        | Source::NonStock
        | Source::Classes
        | Source::ItemClasses
        | Source::Currencies => {
            let range = match pred {
                Some(pred) => match narrow(pred, 1, None, cx) {
                    Some(range) => range,
                    None => return,
                },
                None => Interval::default(),
            };
            let _ = match entity.source {
                Source::Customers => seek(&books.customers, &range, |_, c| visit(Rec::Customer(c))),
                Source::Accounts => accounts(cx, &range, &mut visit),
                Source::Classes => seek(&books.setup.classes, &range, |_, c| visit(Rec::Class(c))),
                Source::ItemClasses => seek(&books.setup.item_classes, &range, |_, c| visit(Rec::ItemClass(c))),
                Source::Currencies => {
                    seek(&books.setup.currencies, &range, |code, decimals| visit(Rec::Currency(code, *decimals)))
                }
                _ => seek(&books.items, &range, |_, i| visit(Rec::Item(i))),
            };
        }
    }
}

/// Whether the interface's user sees a row: row-level rights hide it, and archived documents want to be asked for.
pub(super) fn is_seen(cx: &Cx<'_>, rec: Rec<'_>, archived: bool) -> bool {
    let hidden = !cx.books.hidden.is_empty() && rec.meta().is_some_and(|meta| cx.books.hidden.contains(&meta.id));
    !hidden && (archived || !matches!(rec, Rec::Document(d) if d.archived))
}

fn seek<'a, T>(table: &'a BTreeMap<String, T>, range: &Interval, mut see: impl FnMut(&'a str, &'a T) -> Flow) -> Flow {
    let end = |end: &Option<(String, bool)>| match end {
        None => Bound::Unbounded,
        Some((key, true)) => Bound::Included(key.clone()),
        Some((key, false)) => Bound::Excluded(key.clone()),
    };
    let mut rows = table.range((end(&range.low), end(&range.high)));
    rows.try_for_each(|(key, row)| see(key, row))
}

/// Customers and prospects together, in key order.
fn accounts<'a>(cx: &Cx<'a>, range: &Interval, visit: &mut dyn FnMut(Rec<'a>) -> Flow) -> Flow {
    let mut all: Vec<(&'a str, Rec<'a>)> = Vec::new();
    let _ = seek(&cx.books.customers, range, |key, c| {
        all.push((key, Rec::Customer(c)));
        Flow::Continue(())
    });
    let _ = seek(&cx.books.prospects, range, |key, p| {
        all.push((key, Rec::Prospect(p)));
        Flow::Continue(())
    });
    all.sort_by_key(|(key, _)| *key);
    all.into_iter().try_for_each(|(_, rec)| visit(rec))
}

fn types(cx: &Cx<'_>) -> [DocType; 8] {
    let mut types = DocType::ALL;
    if cx.switches.type_order == TypeOrder::Label {
        types.sort_by_key(|t| t.label());
    }
    types
}

fn documents<'a>(kind: DocType, cx: &Cx<'a>, pred: Option<&Pred>, see: &mut dyn FnMut(&'a Document) -> Flow) -> Flow {
    let value = crate::acumatica::entity::type_code(kind.label())
        .map_or(Val::Null, |code| Val::Type { label: kind.label(), code });
    let Some(range) = pred.map_or(Some(Interval::default()), |p| narrow(p, 2, Some(&value), cx)) else {
        return Flow::Continue(());
    };
    let low = |number: &str| DocKey { kind, number: number.to_owned() };
    let start = match &range.low {
        None => Bound::Included(low("")),
        Some((number, true)) => Bound::Included(low(number)),
        Some((number, false)) => Bound::Excluded(low(number)),
    };
    let rows = cx.books.documents.range((start, Bound::Unbounded));
    for (key, document) in rows.take_while(|(key, _)| key.kind == kind) {
        if range.high.as_ref().is_some_and(
            |(number, inclusive)| {
                if *inclusive { key.number > *number } else { key.number >= *number }
            },
        ) {
            break;
        }
        see(document)?;
    }
    Flow::Continue(())
}

fn payments<'a>(cx: &Cx<'a>, pred: Option<&Pred>, visit: &mut dyn FnMut(Rec<'a>) -> Flow) {
    let mut kinds: Vec<(&'static str, Option<PayType>)> = vec![("CRM", None)];
    kinds.extend([("PMT", PayType::Payment), ("PPM", PayType::Prepayment), ("REF", PayType::Refund)].map(some));
    kinds.extend([("RPM", PayType::VoidedPayment), ("SMB", PayType::BalanceWriteOff)].map(some));
    let label = |kind: Option<PayType>| kind.map_or(DocType::CreditMemo.label(), PayType::label);
    if cx.switches.type_order == TypeOrder::Label {
        kinds.sort_by_key(|(_, kind)| label(*kind));
    }
    for (code, kind) in kinds {
        let flow = match kind {
            None => documents(DocType::CreditMemo, cx, pred, &mut |d| visit(Rec::Payment(PayRow::Memo(d)))),
            Some(kind) => {
                let value = Val::Type { label: kind.label(), code };
                if pred.is_some_and(|p| narrow(p, 2, Some(&value), cx).is_none()) {
                    continue;
                }
                let from = PayKey { kind, number: String::new() };
                let mut rows = cx.books.payments.range(from..).take_while(|(key, _)| key.kind == kind);
                rows.try_for_each(|(_, p)| visit(Rec::Payment(PayRow::Payment(p))))
            }
        };
        if flow.is_break() {
            return;
        }
    }
}

fn some((code, kind): (&'static str, PayType)) -> (&'static str, Option<PayType>) {
    (code, Some(kind))
}
