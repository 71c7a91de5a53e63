//! Receivables document to invoice: what travels, under which sign, with which totals.
//!
//! Owns the rules of `docs/mapping.md`, "Invoice, cash sale and cash return", rows' arithmetic apart. Must not look links up.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::names::{Column, Names};
use super::note::{Note, Why};
use super::rows::{self, Plan, Policy, Row, Words};
use super::schema::Schema;
use super::sheet::{Sheet, fitted};
use super::status::{Sign, Standing, sign, standing};
use super::{Lookups, Mapped, Needs, PLACEHOLDER_KEY, money, text};
use crate::problem::Code;
use crate::{Fields, Module, Problem, Record, Value};

/// Most decimal places that a currency is taken to have.
pub(super) const MOST_PLACES: u32 = 6;

/// What was read of a released document that travels.
struct Facts<'r> {
    kind: &'r str,
    number: &'r str,
    status: &'r str,
    canceled: bool,
    split: bool,
    customer: &'r str,
    currency: Option<&'r str>,
    total: Decimal,
    balance: Option<Decimal>,
    plan: Plan<'r>,
}

/// Refuses a record without key or GUID, or with an ERP key longer than its field.
pub(super) fn check_key(record: &Record, column: Option<&Column>) -> Result<(), Problem> {
    if record.key.trim().is_empty() || record.id.trim().is_empty() {
        return Err(money::unreadable("The record came without its key or its id.").at("id"));
    }
    match column.and_then(|column| column.length) {
        Some(limit) if text::is_longer(record.erp_key(), limit) => {
            let message =
                format!("The ERP key {} is longer than the {limit} characters of its field.", record.erp_key());
            Err(Problem::new(Code::KeyTooLong, message).at("ERP Key"))
        }
        _ => Ok(()),
    }
}

/// What the document needs; nothing when it does not travel or cannot be drafted.
pub(super) fn needs(record: &Record, schema: &Schema) -> Needs {
    let mut needs = Needs::default();
    if let Ok(facts) = read(record, schema) {
        needs.accounts.insert(facts.customer.to_owned());
        needs.placeholder = facts.plan.rows.iter().any(|row| row.item.is_none());
        for code in facts.plan.rows.iter().filter_map(|row| row.item) {
            if !needs.products.contains(code) {
                needs.products.insert(code.to_owned());
            }
        }
    }
    needs
}

/// Drafts the invoice.
pub(super) fn map(record: &Record, schema: &Schema, lookups: &Lookups, names: &Names) -> Mapped {
    let facts = match read(record, schema) {
        Ok(facts) => facts,
        Err(other) => return *other,
    };
    if let Err(problem) = check_key(record, names.invoices.key.as_ref()) {
        return Mapped::Park(problem);
    }
    let Some(account) = lookups.accounts.get(facts.customer) else {
        return wait(&facts, lookups);
    };
    let mut sheet = header(record, &facts, schema, names, account);
    let Some(rows) = facts.plan.rows.iter().map(|row| fields(row, lookups, names, &mut sheet.notes)).collect() else {
        return wait(&facts, lookups);
    };
    let (draft, notes) = sheet.finish(Module::Invoices, record.erp_key(), rows);
    Mapped::Draft { draft, notes, parent_missing: None }
}

/// Reads the document, or says why it is not drafted.
fn read<'r>(record: &'r Record, schema: &Schema) -> Result<Facts<'r>, Box<Mapped>> {
    let park = |problem| Box::new(Mapped::Park(problem));
    let required = |field: &'static str| {
        record
            .fields
            .text(field)
            .ok_or_else(|| park(money::unreadable(format!("The document has no {field}.")).at(field)))
    };
    let amount = |field: &'static str| money::read(&record.fields, field, || field.to_owned()).map_err(park);

    let kind = required("Type")?;
    let Some(sign) = sign(kind) else {
        return Err(Box::new(Mapped::Skip { filter: "type does not travel", problem: None }));
    };
    let status = record.fields.text("Status").unwrap_or_default();
    let standing = standing(status);
    if matches!(standing, Standing::NotReleased | Standing::Unknown) {
        let problem = (standing == Standing::Unknown).then(|| {
            let message = format!("The status \"{}\" is none of the documented ones.", text::cut(status, 50));
            Problem::new(Code::UnknownStatus, message).at("Status")
        });
        return Err(Box::new(Mapped::Skip { filter: "not released", problem }));
    }
    let number = required("ReferenceNbr")?;
    let customer = match record.fields.text("Customer") {
        Some(code) => code,
        None => required("CustomerID")?,
    };
    let Some(gross) = amount("Amount")? else {
        return Err(park(money::unreadable("The document has no Amount.").at("Amount")));
    };
    let currency = record.fields.text("custom/Document.CuryID");
    if let Some(code) = currency.filter(|code| schema.multi_currency && !schema.currencies.contains_key(*code)) {
        let message = format!("The currency {} is not active in Zoho CRM.", text::cut(code, 10));
        return Err(park(Problem::new(Code::CurrencyNotActive, message).at("Currency")));
    }
    let places =
        currency.and_then(|code| schema.currencies.get(code)).map_or(2, |currency| currency.places.min(MOST_PLACES));
    let split = amount("custom/Document.InstallmentCntr")?.is_some_and(|count| count > Decimal::ZERO);
    let signed = |number: Decimal| {
        let number = money::rounded(number, places);
        if sign == Sign::Minus && !number.is_zero() { -number } else { number }
    };
    let total = if split { Decimal::ZERO } else { signed(gross) };
    let balance = amount("Balance")?.map(signed);
    let plan = rows::plan(record, money::rounded(gross, places), total, &Policy::of(schema, places)).map_err(park)?;
    let canceled = standing == Standing::Canceled;
    Ok(Facts { kind, number, status, canceled, split, customer, currency, total, balance, plan })
}

fn header(record: &Record, facts: &Facts<'_>, schema: &Schema, names: &Names, account: &str) -> Sheet {
    let columns = &names.invoices;
    let subject = match facts.kind {
        "Invoice" => Cow::Borrowed(facts.number),
        kind => Cow::Owned(format!("{} ({kind})", facts.number)),
    };
    let mut sheet = Sheet::with_room(15);
    sheet.put(&columns.key, Value::from(record.erp_key()));
    sheet.text(&columns.subject, Some(&subject));
    sheet.text(&columns.number, Some(facts.number));
    sheet.text(&columns.kind, Some(facts.kind));
    sheet.text(&columns.erp_status, Some(if facts.split { "Instalments" } else { facts.status }));
    sheet.put(&columns.total, Value::Decimal(facts.total));
    if let Some(balance) = facts.balance {
        sheet.put(&columns.balance, Value::Decimal(balance));
    }
    sheet.text(&columns.erp_currency, facts.currency);
    if let (Some(column), None) = (&columns.erp_currency, facts.currency) {
        sheet.note(column, Why::CurrencyUnknown);
    }
    sheet.put(&columns.account, Value::Link(account.to_owned()));
    sheet.date(&columns.date, record.fields.get("Date"));
    sheet.date(&columns.due, record.fields.get("DueDate"));
    sheet.text(&columns.order, record.fields.text("CustomerOrder"));
    sheet.lines(&columns.description, record.fields.text("Description"));
    sheet.listed(&columns.status, Some(if facts.canceled { "Cancelled" } else { "Approved" }));
    sheet.put(&columns.adjustment, Value::Decimal(facts.plan.adjustment));
    if let (true, Some(column), Some(code)) = (schema.multi_currency, &columns.currency, facts.currency) {
        sheet.on_create.push(column.name.clone(), Value::from(code));
    }
    if let Some(column) = &names.rows.product {
        if facts.plan.summed > 0 {
            sheet.note(column, Why::LinesSummed(facts.plan.summed));
        }
        if facts.plan.without_value {
            sheet.note(column, Why::WithoutValue);
        }
    }
    sheet
}

/// The row's link in the sink.
fn link<'l>(row: &Row<'_>, lookups: &'l Lookups) -> Option<&'l String> {
    match row.item {
        Some(code) => lookups.products.get(code),
        None => lookups.placeholder.as_ref(),
    }
}

/// One row by API names; `None` when its product has no link.
fn fields(row: &Row<'_>, lookups: &Lookups, names: &Names, notes: &mut Vec<Note>) -> Option<Fields> {
    let columns = &names.rows;
    let mut fields = Fields(Vec::with_capacity(5));
    let product = Value::Link(link(row, lookups)?.clone());
    let mut put = |column: &Option<Column>, value: Value| {
        if let Some(column) = column {
            fields.push(column.name.clone(), value);
        }
    };
    put(&columns.product, product);
    put(&columns.quantity, Value::Decimal(row.quantity));
    put(&columns.price, Value::Decimal(row.list_price));
    if let Some(discount) = row.discount {
        put(&columns.discount, Value::Decimal(discount));
    }
    if let Some(column) = &columns.description {
        let words = match row.words {
            Words::Line(description) => description.and_then(|description| text::tidy(description, true)),
            Words::More(count) => Some(Cow::Owned(format!("and {count} more lines"))),
        };
        if let Some(words) = words {
            let value = fitted(notes, column, words);
            fields.push(column.name.clone(), value);
        }
    }
    Some(fields)
}

/// The document waits: for its account first of all, then for products.
fn wait(facts: &Facts<'_>, lookups: &Lookups) -> Mapped {
    let mut accounts = Vec::new();
    if !lookups.accounts.contains_key(facts.customer) {
        accounts.push(facts.customer.to_owned());
    }
    let unlinked = || facts.plan.rows.iter().filter(|row| link(row, lookups).is_none());
    let products: BTreeSet<&str> = unlinked().filter_map(|row| row.item).collect();
    let placeholder = unlinked().any(|row| row.item.is_none());
    let problem = if let Some(code) = accounts.first() {
        let message = format!("The customer {} has no account in Zoho CRM yet.", text::cut(code, 50));
        Problem::new(Code::WaitingForAccount, message).at(code)
    } else {
        let named: Vec<_> = products.iter().take(5).map(|code| text::cut(code, 50)).collect();
        let message = match products.len() {
            0 => "The product for lines without an item is not in Zoho CRM yet.".to_owned(),
            1 => format!("The item {} has no product in Zoho CRM yet.", named.join(", ")),
            count => format!("{count} items have no product in Zoho CRM yet: {}.", named.join(", ")),
        };
        Problem::new(Code::WaitingForProduct, message).at(products.first().copied().unwrap_or(PLACEHOLDER_KEY))
    };
    let products = products.into_iter().map(str::to_owned).collect();
    Mapped::Wait { accounts, products, placeholder, problem }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "document_needs_tests.rs"]
mod needs_tests;
