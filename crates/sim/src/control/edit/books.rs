//! Edits of the ERP's books, as somebody at the ERP makes them.
//!
//! Owns which fields an edit may name and how stamps move. Asked by the control pages and by tests; the deterministic
//! mix of edits is in `data::changes`.

use jiff::Timestamp;

use super::{Edit, Refused, Row, words};
use crate::acumatica::model::{Books, Customer, DocKey, EditError, Item, Party, StampRule, fold};
use crate::data::changes::{Change, Entity, post_new, touch_customer};
use crate::rng::Stream;

/// Makes one edit of the books.
pub(super) fn make(books: &mut Books, draw: &mut Stream, edit: &Edit, now: Timestamp) -> Result<Change, Refused> {
    let customer = |key: &str, what: &str| change(Entity::Customer, key, what);
    let item = |key: &str, what: &str| change(Entity::Item, key, what);
    let document =
        |key: &DocKey, what: &str| change(Entity::Document, &format!("{}/{}", key.kind.label(), key.number), what);
    Ok(match edit {
        Edit::TouchCustomer { key, phone } => touch_customer(books, key, phone, now)?,
        Edit::Customer { key, field, value, moves_stamp } => {
            let mut edited = books.customers.get(&fold(key)).ok_or(EditError::NotFound)?.clone();
            set_customer(&mut edited, field, value.clone())?;
            books.edit_customer(key, rule(*moves_stamp), now, |stored| *stored = edited)?;
            customer(key, &format!("{field} is now {}", value.as_deref().unwrap_or("blank")))
        }
        Edit::Item { key, field, value, moves_stamp } => {
            let mut edited = books.items.get(&fold(key)).ok_or(EditError::NotFound)?.clone();
            set_item(&mut edited, field, value.clone())?;
            books.edit_item(key, rule(*moves_stamp), now, |stored| *stored = edited)?;
            item(key, &format!("{field} is now {}", value.as_deref().unwrap_or("blank")))
        }
        Edit::Pay { document: named, amount, moves_stamp } => {
            let key = named.key()?;
            let balance = books.documents.get(&key).ok_or(EditError::NotFound)?.balance;
            let amount = amount.unwrap_or(balance);
            let number = format!("P{}", draw.hex(8));
            let ids = (draw.guid(), draw.guid());
            let day = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
            books.pay(&key, &number, amount, ids, rule(*moves_stamp), day, now)?;
            document(&key, &format!("{amount} paid"))
        }
        Edit::Post(named) => {
            let key = named.key()?;
            books.release_document(&key, now)?;
            document(&key, "posted")
        }
        Edit::PostNew => {
            let number = draw.hex(8);
            let key = post_new(books, draw, &number, now)?
                .ok_or_else(|| words("an invoice needs a customer and an item, and there is none"))?;
            Change { created: true, ..document(&key, "entered and posted") }
        }
        Edit::Cancel(named) => {
            let key = named.key()?;
            books.cancel_document(&key, now)?;
            document(&key, "cancelled")
        }
        Edit::DeleteDocument(named) => {
            let key = named.key()?;
            books.delete_document(&key)?;
            document(&key, "deleted")
        }
        Edit::DeleteCustomer { key } => {
            books.delete_customer(key)?;
            customer(key, "deleted")
        }
        Edit::DeleteItem { key } => {
            books.delete_item(key)?;
            item(key, "deleted")
        }
        Edit::Hide(row) => hide(books, row, true)?,
        Edit::Show(row) => hide(books, row, false)?,
        Edit::Rights { entity, granted } => {
            if *granted {
                books.closed.remove(entity);
            } else {
                books.closed.insert(entity.clone());
            }
            change(Entity::ErpSetup, entity, if *granted { "may be opened" } else { "may not be opened" })
        }
        Edit::Archive(named) => {
            let key = named.key()?;
            books.documents.get_mut(&key).ok_or(EditError::NotFound)?.archived = true;
            document(&key, "archived")
        }
        Edit::RenameCustomer { from, to } => {
            books.rename_customer(from, code(to)?, now)?;
            customer(to, &format!("was {from}"))
        }
        Edit::RenameItem { from, to } => {
            books.rename_item(from, code(to)?, now)?;
            item(to, &format!("was {from}"))
        }
        Edit::ConvertItem { key } => {
            books.convert_item(key, now)?;
            item(key, "converted")
        }
        Edit::Some { .. }
        | Edit::ZohoSet { .. }
        | Edit::ZohoInsert { .. }
        | Edit::ZohoWinDeal { .. }
        | Edit::ZohoDelete { .. }
        | Edit::ZohoRestore { .. }
        | Edit::ZohoPurge { .. }
        | Edit::ZohoHold { .. }
        | Edit::ZohoField { .. }
        | Edit::ZohoRemoveField { .. }
        | Edit::ZohoPick { .. }
        | Edit::ZohoRights { .. }
        | Edit::ZohoCurrency { .. }
        | Edit::ZohoTotals { .. }
        | Edit::ZohoMerge { .. } => {
            return Err(words("not an edit of the books"));
        }
    })
}

/// Hides a row from the interface's user, or shows it again.
fn hide(books: &mut Books, row: &Row, hidden: bool) -> Result<Change, Refused> {
    let (entity, name, id) = match row {
        Row::Customer(key) => (Entity::Customer, key.clone(), books.customers.get(&fold(key)).map(|c| c.meta.id)),
        Row::Item(key) => (Entity::Item, key.clone(), books.items.get(&fold(key)).map(|i| i.meta.id)),
        Row::Document(named) => {
            let key = named.key()?;
            let name = format!("{}/{}", key.kind.label(), key.number);
            (Entity::Document, name, books.documents.get(&key).map(|d| d.meta.id))
        }
    };
    let id = id.ok_or(EditError::NotFound)?;
    if hidden {
        books.hidden.insert(id);
    } else {
        books.hidden.remove(&id);
    }
    Ok(change(entity, &name, if hidden { "hidden" } else { "shown" }))
}

fn change(entity: Entity, key: &str, what: &str) -> Change {
    Change { entity, key: key.to_owned(), what: what.to_owned(), created: false }
}

fn rule(moves: bool) -> StampRule {
    if moves { StampRule::Moves } else { StampRule::Stays }
}

fn code(text: &str) -> Result<&str, Refused> {
    let code = text.trim();
    if code.is_empty() || code.chars().count() > 30 { Err(words("a code has 1 to 30 characters")) } else { Ok(code) }
}

fn set_customer(customer: &mut Customer, field: &str, value: Option<String>) -> Result<(), Refused> {
    let main = customer.main.clone();
    if let Some(part) = field.strip_prefix("billing_") {
        return set_party(customer.billing.get_or_insert(main), part, value);
    }
    if let Some(part) = field.strip_prefix("shipping_") {
        return set_party(customer.shipping.get_or_insert(main), part, value);
    }
    match field {
        "name" => customer.name = value.unwrap_or_default(),
        "status" => {
            let known = ["Active", "On Hold", "Credit Hold", "Inactive", "One-Time"];
            customer.status = label(value, &known)?;
        }
        "class" => customer.class = value.ok_or_else(|| words("a customer has a class"))?,
        "terms" => customer.terms = value,
        "currency" => customer.currency = value,
        "parent" => customer.parent = value,
        _ => return set_party(&mut customer.main, field, value),
    }
    Ok(())
}

fn set_party(party: &mut Party, field: &str, value: Option<String>) -> Result<(), Refused> {
    let slot = match field {
        "phone" => &mut party.phone1,
        "web" => &mut party.web,
        "line1" => &mut party.address.line1,
        "line2" => &mut party.address.line2,
        "city" => &mut party.address.city,
        "state" => &mut party.address.state,
        "postal_code" => &mut party.address.postal_code,
        "country" => &mut party.address.country,
        _ => {
            return Err(words(format!("a customer has no field {field} that can be set here")));
        }
    };
    *slot = value;
    Ok(())
}

fn set_item(item: &mut Item, field: &str, value: Option<String>) -> Result<(), Refused> {
    match field {
        "description" => item.description = value,
        "status" => {
            let known = ["Active", "No Sales", "No Purchases", "No Request", "Inactive", "Marked for Deletion"];
            item.status = label(value, &known)?;
        }
        "price" => {
            let text = value.unwrap_or_else(|| "0".to_owned());
            item.price = text.parse().map_err(|_| words(format!("{text} is no price")))?;
        }
        "unit" => {
            let unit = value.ok_or_else(|| words("an item has a unit"))?;
            unit.clone_into(&mut item.sales_unit);
            item.base_unit = unit;
        }
        _ => {
            return Err(words(format!("an item has no field {field} that can be set here")));
        }
    }
    Ok(())
}

fn label(value: Option<String>, known: &[&str]) -> Result<String, Refused> {
    match value {
        Some(value) if known.contains(&value.as_str()) => Ok(value),
        _ => Err(words(format!("the status is one of {}", known.join(", ")))),
    }
}
