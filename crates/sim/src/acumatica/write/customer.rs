//! Applies the body of a customer to its row.
//!
//! Owns which fields can be set and what each refuses. Works on a copy of the row; `put` stores it when nothing was
//! refused.

use serde_json::{Map, Value};

use super::body::{Sent, sent};
use super::check::{CREDIT_RULES, STATUSES, blank, label, long, unknown};
use super::errors::Errors;
use super::party;
use crate::acumatica::model::{Books, Customer, fold};

/// Applies what `object` sends. Unknown names are ignored, as the interface ignores them.
pub(super) fn apply(customer: &mut Customer, object: &Map<String, Value>, books: &Books, errors: &mut Errors) {
    names(customer, object, books, errors);
    plain(customer, object, errors);
    credit(customer, object, errors);
    contacts(customer, object, errors);
    extras(customer, object);
}

fn names(customer: &mut Customer, object: &Map<String, Value>, books: &Books, errors: &mut Errors) {
    if let Some(value) = sent(object, "CustomerName") {
        match value.text() {
            None => errors.add("CustomerName", blank("CustomerName")),
            Some(name) if name.chars().count() > 255 => errors.add("CustomerName", long("CustomerName", 255)),
            Some(name) => {
                if customer.main.full_name.as_deref() == Some(customer.name.as_str()) {
                    customer.main.full_name = Some(name.clone());
                }
                customer.name = name;
            }
        }
    }
    if let Some(value) = sent(object, "CustomerClass") {
        match value.text().and_then(|id| books.setup.classes.get(&fold(&id))) {
            None => errors.add("CustomerClass", unknown("CustomerClass")),
            Some(class) => customer.class.clone_from(&class.id),
        }
    }
    if let Some(value) = sent(object, "Status") {
        match value.text().and_then(|s| label(&STATUSES, &s)) {
            None => errors.add("Status", unknown("Status")),
            Some(status) => status.clone_into(&mut customer.status),
        }
    }
    if let Some(value) = sent(object, "CurrencyID") {
        match value.text().map(|c| fold(&c)) {
            Some(code) if !books.setup.currencies.contains_key(&code) => {
                errors.add("CurrencyID", unknown("CurrencyID"));
            }
            code => customer.currency = code,
        }
    }
    if let Some(value) = sent(object, "ParentRecord") {
        match value.text() {
            Some(key) => match books.customers.get(&fold(&key)) {
                None => errors.add("ParentRecord", unknown("ParentRecord")),
                Some(parent) => customer.parent = Some(parent.key.clone()),
            },
            None => customer.parent = None,
        }
    }
}

fn plain(customer: &mut Customer, object: &Map<String, Value>, errors: &mut Errors) {
    let fields: [(&str, &mut Option<String>, usize); 12] = [
        ("AccountRef", &mut customer.account_ref, 50),
        ("Terms", &mut customer.terms, 10),
        ("StatementCycleID", &mut customer.statement_cycle, 10),
        ("PriceClassID", &mut customer.price_class, 10),
        ("TaxZone", &mut customer.tax_zone, 10),
        ("TaxRegistrationID", &mut customer.tax_registration, 50),
        ("ShipVia", &mut customer.ship_via, 15),
        ("ShippingTerms", &mut customer.shipping_terms, 10),
        ("WarehouseID", &mut customer.warehouse, 30),
        ("ShippingBranch", &mut customer.shipping_branch, 30),
        ("CustomerCategory", &mut customer.category, 10),
        ("Email", &mut customer.main.email, 255),
    ];
    for (name, place, length) in fields {
        match sent(object, name).map(Sent::text) {
            None => {}
            Some(Some(text)) if text.chars().count() > length => errors.add(name, long(name, length)),
            Some(text) => *place = text,
        }
    }
}

fn credit(customer: &mut Customer, object: &Map<String, Value>, errors: &mut Errors) {
    if let Some(flag) = sent(object, "EnableWriteOffs").and_then(Sent::flag) {
        customer.write_offs = flag;
    }
    match sent(object, "WriteOffLimit").map(Sent::decimal) {
        None => {}
        Some(Some(limit)) if !limit.is_sign_negative() => customer.write_off_limit = limit,
        Some(_) => errors.add("WriteOffLimit", "The value must be zero or above."),
    }
    let rules = object.get("CreditVerificationRules").and_then(Value::as_object);
    for (path, limit) in [
        ("CreditLimit", sent(object, "CreditLimit")),
        ("CreditVerificationRules/CreditLimit", rules.and_then(|r| sent(r, "CreditLimit"))),
    ] {
        match limit.map(Sent::decimal) {
            None => {}
            Some(Some(limit)) if !limit.is_sign_negative() => customer.credit_limit = limit,
            Some(_) => errors.add(path, "The value must be zero or above."),
        }
    }
    if let Some(value) = rules.and_then(|r| sent(r, "CreditVerification")) {
        match value.text().and_then(|t| label(&CREDIT_RULES, &t)) {
            None => errors.add("CreditVerificationRules/CreditVerification", unknown("CreditVerification")),
            Some(rule) => rule.clone_into(&mut customer.credit_rule),
        }
    }
}

fn contacts(customer: &mut Customer, object: &Map<String, Value>, errors: &mut Errors) {
    let linked = |name: &str| object.get(name).and_then(Value::as_object);
    if let Some(main) = linked("MainContact") {
        party::apply(&mut customer.main, main, "MainContact", errors);
    }
    // Billing and shipping particulars can be written only where they are set apart from the main ones.
    for (name, flags, part) in [
        ("BillingContact", ["BillingContactOverride", "BillingAddressOverride"], &mut customer.billing),
        ("ShippingContact", ["ShippingContactOverride", "ShippingAddressOverride"], &mut customer.shipping),
    ] {
        let wishes: Vec<bool> = flags.iter().filter_map(|f| sent(object, f).and_then(Sent::flag)).collect();
        if wishes.contains(&true) {
            if part.is_none() {
                *part = Some(crate::acumatica::model::Party { contact_id: 0, ..customer.main.clone() });
            }
        } else if wishes.contains(&false) {
            *part = None;
        }
        if let (Some(party), Some(sent)) = (part.as_mut(), linked(name)) {
            party::apply(party, sent, name, errors);
        }
    }
}

fn extras(customer: &mut Customer, object: &Map<String, Value>) {
    let rows = object.get("Attributes").and_then(Value::as_array);
    for row in rows.into_iter().flatten().filter_map(Value::as_object) {
        if let (Some(code), Some(value)) = (sent(row, "AttributeID").and_then(Sent::text), sent(row, "Value")) {
            match value.text() {
                Some(text) => customer.attributes.insert(code, text),
                None => customer.attributes.remove(&code),
            };
        }
    }
    let views = object.get("custom").and_then(Value::as_object);
    for (view, fields) in views.into_iter().flatten() {
        for (field, value) in fields.as_object().into_iter().flatten() {
            let known = field.starts_with("Usr") || field.starts_with("Attribute");
            let value = value.as_object().and_then(|v| v.get("value"));
            let (true, Some(value)) = (known, value) else {
                continue;
            };
            let name = format!("{view}.{field}");
            match (if value.is_null() { Sent::Clear } else { Sent::Value(value) }).text() {
                Some(text) => customer.user_fields.insert(name, text),
                None => customer.user_fields.remove(&name),
            };
        }
    }
}
