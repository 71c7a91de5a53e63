//! What both sides hold, as JSON for people and tests: counts, and records page by page in the simulators' own terms.
//!
//! Owns the JSON of records and the size of a page. Must not compare or change anything.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::acumatica::model::{Address, Books, Customer, Document, Item, Line, Party, Payment, fold};
use crate::zoho::model::{Org, Source};

/// The most records of one page.
pub const MOST: usize = 1_000;

/// A page of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Records that the whole list has.
    pub total: usize,
    /// The records.
    pub records: Vec<Value>,
}

fn page<T>(list: impl Iterator<Item = T>, total: usize, skip: usize, top: usize, show: impl Fn(T) -> Value) -> Page {
    Page { total, records: list.skip(skip).take(top.min(MOST)).map(show).collect() }
}

/// How many records each side holds.
#[must_use]
pub fn counts(books: &Books, org: &Org) -> Value {
    let posted = books.documents.values().filter(|document| document.released).count();
    let lines: usize = books.documents.values().map(|document| document.lines.len()).sum();
    let modules: Map<String, Value> = org
        .modules()
        .filter(|module| module.meta.parent.is_none())
        .map(|module| {
            let counts = json!({"records": module.len(), "recycle_bin": module.bin().len()});
            (module.meta.api_name.clone(), counts)
        })
        .collect();
    json!({
        "acumatica": {
            "customers": books.customers.len(),
            "items": books.items.len(),
            "documents": books.documents.len(),
            "documents_posted": posted,
            "lines": lines,
            "payments": books.payments.len(),
        },
        "zoho": modules,
    })
}

/// A page of one kind of the ERP's records, in key order; with `key` only the records of that code or number. `None`
/// for an unknown kind.
#[must_use]
pub fn acumatica(books: &Books, kind: &str, key: Option<&str>, skip: usize, top: usize) -> Option<Page> {
    let key = key.map(fold);
    let wanted = |found: &str| key.as_deref().is_none_or(|key| key == found);
    Some(match kind {
        "customers" => {
            let list: Vec<_> = books.customers.iter().filter(|(found, _)| wanted(found)).collect();
            page(list.iter(), list.len(), skip, top, |(_, one)| customer(one))
        }
        "items" => {
            let list: Vec<_> = books.items.iter().filter(|(found, _)| wanted(found)).collect();
            page(list.iter(), list.len(), skip, top, |(_, one)| item(one))
        }
        "documents" => {
            let list: Vec<_> = books.documents.values().filter(|one| wanted(&one.key.number)).collect();
            page(list.iter(), list.len(), skip, top, |one| document(one))
        }
        "payments" => {
            let list: Vec<_> = books.payments.values().filter(|one| wanted(&one.key.number)).collect();
            page(list.iter(), list.len(), skip, top, |one| payment(one))
        }
        _ => return None,
    })
}

/// A page of one module's records, oldest first, every filled field by its API name; with `id` only that record.
/// `None` for a module that the edition does not bring.
#[must_use]
pub fn zoho(org: &Org, module: &str, id: Option<u64>, skip: usize, top: usize) -> Option<Page> {
    let found = org.module(module)?;
    let list: Vec<u64> = found.records().map(|record| record.id).filter(|one| id.is_none_or(|id| id == *one)).collect();
    let fields: Vec<&str> = found
        .live_fields()
        .filter(|(_, field)| !matches!(field.source, Source::Id))
        .map(|(_, field)| field.api_name.as_str())
        .collect();
    Some(page(list.iter(), list.len(), skip, top, |id| {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), Value::from(id.to_string()));
        for name in &fields {
            if let Some(value) = org.value(module, *id, name).filter(|value| !value.is_null()) {
                shown.insert((*name).to_owned(), value);
            }
        }
        Value::Object(shown)
    }))
}

fn address(address: &Address) -> Value {
    json!({
        "line1": address.line1, "line2": address.line2, "city": address.city, "state": address.state,
        "postal_code": address.postal_code, "country": address.country,
    })
}

fn party(party: &Party) -> Value {
    json!({
        "phone": party.phone1, "web": party.web, "email": party.email, "attention": party.attention,
        "address": address(&party.address),
    })
}

fn customer(customer: &Customer) -> Value {
    json!({
        "id": customer.meta.id.hyphenated().to_string(),
        "key": customer.key,
        "name": customer.name,
        "status": customer.status,
        "class": customer.class,
        "terms": customer.terms,
        "currency": customer.currency,
        "parent": customer.parent,
        "account_ref": customer.account_ref,
        "main": party(&customer.main),
        "billing": customer.billing.as_ref().map(party),
        "shipping": customer.shipping.as_ref().map(party),
        "created": customer.meta.created.to_string(),
        "modified": customer.meta.modified.to_string(),
    })
}

fn item(item: &Item) -> Value {
    json!({
        "id": item.meta.id.hyphenated().to_string(),
        "key": item.key,
        "stock": item.stock,
        "description": item.description,
        "status": item.status,
        "unit": item.base_unit,
        "price": item.price.to_string(),
        "modified": item.meta.modified.to_string(),
    })
}

fn document(document: &Document) -> Value {
    json!({
        "id": document.meta.id.hyphenated().to_string(),
        "kind": document.key.kind.label(),
        "number": document.key.number,
        "status": document.status,
        "posted": document.released,
        "customer": document.customer,
        "currency": document.currency,
        "date": document.date.to_string(),
        "due_date": document.due_date.map(|date| date.to_string()),
        "amount": document.amount.to_string(),
        "balance": document.balance.to_string(),
        "tax": document.tax_total.to_string(),
        "freight": document.freight.to_string(),
        "discount": document.discount_total.to_string(),
        "customer_order": document.customer_order,
        "description": document.description,
        "master": document.master_ref,
        "instalments": document.installments,
        "lines": document.lines.iter().map(line).collect::<Vec<_>>(),
        "modified": document.meta.modified.to_string(),
    })
}

fn line(line: &Line) -> Value {
    json!({
        "number": line.number,
        "item": line.item,
        "description": line.description,
        "quantity": line.quantity.to_string(),
        "unit_price": line.unit_price.to_string(),
        "discount": line.discount.to_string(),
        "amount": line.amount.to_string(),
    })
}

fn payment(payment: &Payment) -> Value {
    let applied: Vec<Value> = payment
        .applications
        .iter()
        .map(|one| {
            let document = format!("{}/{}", one.document.kind.label(), one.document.number);
            json!({"document": document, "amount": one.amount.to_string()})
        })
        .collect();
    json!({
        "kind": payment.key.kind.label(),
        "number": payment.key.number,
        "customer": payment.customer,
        "status": payment.status,
        "amount": payment.amount.to_string(),
        "applied": applied,
        "modified": payment.meta.modified.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::data;
    use crate::options::Size;
    use crate::rng::Seeds;

    #[test]
    fn pages_show_both_sides() {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let size = Size { customers: 20, items: 20, invoices: 50, ..Size::default() };
        let books = data::books(Seeds::new(1), &size, now).unwrap();
        let org = data::org(Seeds::new(1), &size, &books, data::org_options(), now);

        let found = acumatica(&books, "customers", None, 1, 3).unwrap();
        assert_eq!((found.total, found.records.len()), (20, 3));
        assert!(found.records.iter().all(|one| one["id"].as_str().is_some_and(|id| id.len() == 36)));
        let one = acumatica(&books, "customers", Some("c00001"), 0, 10).unwrap();
        assert_eq!((one.total, one.records[0]["key"].as_str()), (1, Some("C00001")));
        for kind in ["items", "documents", "payments"] {
            assert!(acumatica(&books, kind, None, 0, 5).is_some(), "{kind}");
        }
        assert!(acumatica(&books, "secrets", None, 0, 5).is_none());

        let accounts = zoho(&org, "Accounts", None, 0, 10).unwrap();
        assert_eq!(accounts.total, 2);
        assert!(accounts.records.iter().all(|one| one["Account_Name"].is_string() && one["id"].is_string()));
        assert!(zoho(&org, "Nothing", None, 0, 10).is_none());
        let counts = counts(&books, &org);
        assert_eq!(
            (counts["acumatica"]["documents"].as_u64(), counts["zoho"]["Deals"]["records"].as_u64()),
            (Some(50), Some(2))
        );
    }
}
