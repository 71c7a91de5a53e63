//! `PUT`, `PATCH` and `DELETE` of records: which record is meant, and what saving it does.
//!
//! Owns finding by id, key or filter, insert or update, numbering and stamps. Only customers can be saved; an inquiry
//! is answered with its rows, an empty body with a blank form, the rest with 403. The echo is written by `list`.

use http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::{Sent, object, sends_anything, sent};
use super::check::{blank, long};
use super::errors::Errors;
use super::{customer, no_rights};
use crate::acumatica::entity::{Cx, Rec, Source};
use crate::acumatica::failure::Failure;
use crate::acumatica::list::{self, Ask, Flow, Query, each};
use crate::acumatica::model::{Books, Customer, EditError, Item, StampRule, fold};
use crate::acumatica::switches::{PutEcho, PutMany, Switches};
use crate::acumatica::value::stored;
use crate::rng::Stream;
use jiff::Timestamp;

/// Which of the two writing methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Inserts or updates.
    Put,
    /// Updates only.
    Patch,
}

/// Conditions in the request's headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Condition {
    /// `If-None-Match: *`
    pub insert_only: bool,
    /// `If-Match: *`
    pub update_only: bool,
}

/// Writes a record and answers with its echo. `address` holds the key or id of the address, if it has one.
///
/// # Errors
/// What the server answers instead; nothing is changed then.
#[expect(clippy::too_many_arguments, reason = "a request has that many parts")]
pub fn put(
    ask: &Ask<'_>,
    method: Method,
    condition: Condition,
    address: &[String],
    bytes: &[u8],
    books: &mut Books,
    switches: &Switches,
    stream: &mut Stream,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let sent_object = object(bytes)?;
    let cx = Cx { books, switches, now };
    match ask.entity.source {
        Source::Customers => {}
        Source::Inquiry => return list::record(ask, &cx, Rec::Company),
        Source::Stock | Source::NonStock if !sends_anything(&sent_object) => {
            let mut item = Item::new(stream.guid(), "<NEW>", ask.entity.source == Source::Stock, now);
            item.meta.note = None;
            return list::record(ask, &cx, Rec::Item(&item));
        }
        _ => return Err(no_rights()),
    }
    let found = find(ask, address, &sent_object, &cx)?;
    if condition.insert_only && found.is_some() || condition.update_only && found.is_none() {
        return Err(Failure::Status(
            StatusCode::PRECONDITION_FAILED,
            "The precondition of the request failed.".to_owned(),
        ));
    }
    if method == Method::Patch && condition.insert_only {
        return Err(Failure::Status(
            StatusCode::PRECONDITION_FAILED,
            "The precondition of the request failed.".to_owned(),
        ));
    }
    if found.is_none() && (method == Method::Patch || !address.is_empty()) {
        return Err(Failure::not_found("No entity satisfies the condition."));
    }
    let key = match found {
        Some(key) => update(&key, &sent_object, books, switches, stream, now)?,
        None if !sends_anything(&sent_object) => {
            return blank_echo(ask, books, switches, stream, now);
        }
        None => insert(&sent_object, books, stream, now)?,
    };
    let cx = Cx { books, switches, now };
    let customer = books.customers.get(&key).ok_or_else(|| Failure::erp("The record was not saved."))?;
    let names: Vec<String>;
    let query = if switches.put_echo == PutEcho::Sent && ask.query.select.is_none() {
        names = sent_object.keys().chain(std::iter::once(&"CustomerID".to_owned())).cloned().collect();
        &Query { select: Some(names), ..ask.query.clone() }
    } else {
        ask.query
    };
    // The condition of a filter belongs to the search, not to the echo; its fields come back all the same.
    list::record(&Ask { query, ..*ask }, &cx, Rec::Customer(customer))
}

/// The folded key of the record that a body means: by id, by key, by filter.
fn find(
    ask: &Ask<'_>,
    address: &[String],
    sent_object: &Map<String, Value>,
    cx: &Cx<'_>,
) -> Result<Option<String>, Failure> {
    let by_id = |id: Uuid| cx.books.customer_by_id(id).map(|c| fold(&c.key));
    if let [one] = address {
        return Ok(match one.parse() {
            Ok(id) => by_id(id),
            Err(_) => cx.books.customers.contains_key(&fold(one)).then(|| fold(one)),
        });
    }
    if let Some(id) = sent_object.get("id").and_then(Value::as_str).and_then(|i| i.parse().ok()) {
        return Ok(by_id(id));
    }
    if let Some(key) = sent(sent_object, "CustomerID").and_then(Sent::text) {
        return Ok(cx.books.customers.contains_key(&fold(&key)).then(|| fold(&key)));
    }
    let Some(filter) = ask.filter(cx)? else {
        return Ok(None);
    };
    let mut found = Vec::new();
    each(ask.entity, cx, Some(&filter.pred), ask.archived, &mut |rec| {
        if let Rec::Customer(c) = rec {
            found.push(fold(&c.key));
        }
        if found.len() > 1 { Flow::Break(()) } else { Flow::Continue(()) }
    });
    if found.len() > 1 && cx.switches.put_filter_many == PutMany::Fails {
        return Err(Failure::erp("More than one record satisfies the condition."));
    }
    Ok(found.into_iter().next())
}

/// What an empty body gets: a form with its defaults, and nothing saved.
fn blank_echo(
    ask: &Ask<'_>,
    books: &Books,
    switches: &Switches,
    stream: &mut Stream,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let class = books.setup.default_class.as_ref().and_then(|id| books.setup.classes.get(&fold(id)));
    let class = class.ok_or_else(|| Failure::erp(blank("CustomerClass")))?;
    let mut customer = Customer::new(stream.guid(), 0, "<NEW>", "", class, now);
    customer.meta.note = None;
    list::record(ask, &Cx { books, switches, now }, Rec::Customer(&customer))
}

fn insert(
    sent_object: &Map<String, Value>,
    books: &mut Books,
    stream: &mut Stream,
    now: Timestamp,
) -> Result<String, Failure> {
    let mut errors = Errors::default();
    let id = stream.guid();
    let class_id =
        sent(sent_object, "CustomerClass").and_then(Sent::text).or_else(|| books.setup.default_class.clone());
    let class = class_id.and_then(|id| books.setup.classes.get(&fold(&id)).cloned());
    let Some(class) = class else {
        errors.add("CustomerClass", blank("CustomerClass"));
        return Err(errors.into_failure(sent_object, "Customer", "Inserting", id));
    };
    let mut customer = Customer::new(id, books.next_account_number(), "", "", &class, stored(now));
    customer.main.full_name = None;
    customer::apply(&mut customer, sent_object, books, &mut errors);
    if customer.name.is_empty() && sent(sent_object, "CustomerName").is_none() {
        errors.add("CustomerName", blank("CustomerName"));
    }
    if customer.main.full_name.is_none() {
        customer.main.full_name = Some(customer.name.clone());
    }
    for attribute in class.required_attributes.iter().filter(|a| !customer.attributes.contains_key(*a)) {
        errors.add("Attributes", blank(attribute));
    }
    if !books.setup.auto_number {
        match sent(sent_object, "CustomerID").and_then(Sent::text) {
            None => errors.add("CustomerID", blank("CustomerID")),
            Some(key) if key.chars().count() > books.setup.key_length => {
                errors.add("CustomerID", long("CustomerID", books.setup.key_length));
            }
            Some(key) if books.prospects.contains_key(&fold(&key)) => {
                errors.add("CustomerID", "A business account with this ID exists already.");
            }
            Some(key) => customer.key = fold(&key),
        }
    }
    if !errors.is_empty() {
        return Err(errors.into_failure(sent_object, "Customer", "Inserting", id));
    }
    if books.setup.auto_number {
        customer.key = books.next_customer_key();
    }
    number_contacts(&mut customer, books);
    let key = fold(&customer.key);
    books.put_customer(customer);
    Ok(key)
}

fn update(
    key: &str,
    sent_object: &Map<String, Value>,
    books: &mut Books,
    switches: &Switches,
    stream: &mut Stream,
    now: Timestamp,
) -> Result<String, Failure> {
    let Some(before) = books.customers.get(key) else {
        return Err(Failure::not_found("No entity satisfies the condition."));
    };
    let mut errors = Errors::default();
    let mut after = before.clone();
    customer::apply(&mut after, sent_object, books, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into_failure(sent_object, "Customer", "Updating", stream.guid()));
    }
    let mut header = after.clone();
    header.main = before.main.clone();
    header.billing.clone_from(&before.billing);
    header.shipping.clone_from(&before.shipping);
    let header_changed = header != *before;
    let contacts_changed =
        after.main != before.main || after.billing != before.billing || after.shipping != before.shipping;
    let moves = header_changed || (contacts_changed && switches.contact_stamp() == StampRule::Moves);
    if moves {
        after.meta.modified = stored(now);
    }
    number_contacts(&mut after, books);
    books.put_customer(after);
    Ok(key.to_owned())
}

/// Gives contact rows that are new their numbers.
fn number_contacts(customer: &mut Customer, books: &Books) {
    let next = books.next_contact_number();
    let parts = [Some(&mut customer.main), customer.billing.as_mut(), customer.shipping.as_mut()];
    for (number, party) in (next..).zip(parts.into_iter().flatten().filter(|p| p.contact_id == 0)) {
        party.contact_id = number;
    }
}

/// Deletes a record.
///
/// # Errors
/// 403 for everything but customers; 500 when documents stand in the way; the missing record's answer.
pub fn remove(
    ask: &Ask<'_>,
    keys: &[String],
    books: &mut Books,
    cx_switches: &Switches,
    now: Timestamp,
) -> Result<(), Failure> {
    if ask.entity.source != Source::Customers {
        return Err(no_rights());
    }
    let key = {
        let cx = Cx { books, switches: cx_switches, now };
        match crate::acumatica::entity::lookup(ask.entity, &cx, keys) {
            Some(Rec::Customer(c)) => c.key.clone(),
            _ => return Err(list::missing(&cx)),
        }
    };
    match books.delete_customer(&key) {
        Ok(()) => Ok(()),
        Err(EditError::NotFound) => Err(Failure::not_found("No entity satisfies the condition.")),
        Err(_) => Err(Failure::erp("The customer cannot be deleted because it is referred to by documents.")),
    }
}
