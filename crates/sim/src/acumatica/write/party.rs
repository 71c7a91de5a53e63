//! Contacts and addresses in the body of a customer.
//!
//! Owns the fields of both and what each refuses. The caller says which contact is meant.

use serde_json::{Map, Value};

use super::body::sent;
use super::check::{country, long, unknown};
use super::errors::Errors;
use crate::acumatica::model::Party;

/// Applies what `object` sends to `party`. `path` names the linked entity.
pub(super) fn apply(party: &mut Party, object: &Map<String, Value>, path: &str, errors: &mut Errors) {
    let fields: [(&str, &mut Option<String>, usize); 12] = [
        ("Attention", &mut party.attention, 255),
        ("CompanyName", &mut party.full_name, 255),
        ("Email", &mut party.email, 255),
        ("Fax", &mut party.fax, 50),
        ("FirstName", &mut party.first_name, 50),
        ("JobTitle", &mut party.job_title, 255),
        ("LastName", &mut party.last_name, 100),
        ("MiddleName", &mut party.middle_name, 50),
        ("Phone1", &mut party.phone1, 50),
        ("Phone2", &mut party.phone2, 50),
        ("Title", &mut party.title, 50),
        ("WebSite", &mut party.web, 255),
    ];
    for (name, place, length) in fields {
        take(object, name, place, length, path, errors);
    }
    if let Some(address) = object.get("Address").and_then(Value::as_object) {
        let path = format!("{path}/Address");
        apply_address(party, address, &path, errors);
    }
}

fn apply_address(party: &mut Party, object: &Map<String, Value>, path: &str, errors: &mut Errors) {
    let address = &mut party.address;
    let fields: [(&str, &mut Option<String>, usize); 5] = [
        ("AddressLine1", &mut address.line1, 50),
        ("AddressLine2", &mut address.line2, 50),
        ("City", &mut address.city, 50),
        ("PostalCode", &mut address.postal_code, 20),
        ("State", &mut address.state, 50),
    ];
    for (name, place, length) in fields {
        take(object, name, place, length, path, errors);
    }
    if let Some(value) = sent(object, "Country") {
        match value.text() {
            Some(code) if !country(&code) => errors.add(&format!("{path}/Country"), unknown("Country")),
            code => address.country = code,
        }
    }
}

fn take(
    object: &Map<String, Value>,
    name: &str,
    place: &mut Option<String>,
    length: usize,
    path: &str,
    errors: &mut Errors,
) {
    let Some(value) = sent(object, name) else {
        return;
    };
    match value.text() {
        Some(text) if text.chars().count() > length => errors.add(&format!("{path}/{name}"), long(name, length)),
        text => *place = text,
    }
}
