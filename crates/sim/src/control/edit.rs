//! Named edits of either system's data, as a person or a business process would make them, past both interfaces.
//!
//! Owns: the words of `POST /control/change`. Must not: write what the systems themselves could not hold; every edit
//! goes through the books' own edits or checks the field's kind.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::acumatica::model::{Books, Customer, DocKey, DocType, EditError, Item, Party, StampRule, fold};
use crate::data::changes::{Change, Entity, change_some, post_new, touch_customer};
use crate::rng::Stream;
use crate::zoho::model::{Cell, Kind, Org};

/// One edit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// A working day's mix of edits in the ERP.
    Some {
        /// How many.
        count: usize,
    },
    /// Gives a customer of the ERP another phone number.
    TouchCustomer {
        /// Its code.
        key: String,
        /// The number.
        phone: String,
    },
    /// Sets one field of a customer.
    Customer {
        /// Its code.
        key: String,
        /// `name`, `status`, `class`, `terms`, `currency`, `parent`, `phone`, `web`, `line1`, `line2`, `city`,
        /// `state`, `postal_code`, `country`; with the prefix `billing_` or `shipping_` for particulars of their own.
        field: String,
        /// The value; absent clears.
        value: Option<String>,
        /// Whether the customer's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Sets one field of an item.
    Item {
        /// Its code.
        key: String,
        /// `description`, `status`, `price`, `unit`.
        field: String,
        /// The value; absent clears.
        value: Option<String>,
        /// Whether the item's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Pays a document in part or in full.
    Pay {
        /// The document.
        #[serde(flatten)]
        document: Named,
        /// How much; all of the balance when absent.
        amount: Option<Decimal>,
        /// Whether the document's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Posts a document that was not posted yet.
    Post(Named),
    /// Enters and posts a new invoice.
    PostNew,
    /// Cancels a posted document.
    Cancel(Named),
    /// Removes a customer without released documents.
    DeleteCustomer {
        /// Its code.
        key: String,
    },
    /// Removes an item.
    DeleteItem {
        /// Its code.
        key: String,
    },
    /// Removes a document that was not posted.
    DeleteDocument(Named),
    /// Gives a customer another code.
    RenameCustomer {
        /// The code so far.
        from: String,
        /// The new code.
        to: String,
    },
    /// Gives an item another code.
    RenameItem {
        /// The code so far.
        from: String,
        /// The new code.
        to: String,
    },
    /// Turns a stock item into a non-stock item or back.
    ConvertItem {
        /// Its code.
        key: String,
    },
    /// Sets a field of a CRM record, as a user other than the connector's.
    ZohoSet {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
        /// API name of the field.
        field: String,
        /// The value, null to clear; a lookup takes the id as text.
        value: Value,
    },
    /// Moves a CRM record to the recycle bin.
    ZohoDelete {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
    },
    /// Brings a CRM record back from the recycle bin.
    ZohoRestore {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
    },
}

/// A document by the words of the ERP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Label of the type, such as `Invoice` or `Credit Memo`.
    pub kind: String,
    /// Reference number.
    pub number: String,
}

/// Why an edit was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// The books refuse it.
    #[error(transparent)]
    Books(#[from] EditError),
    /// The words say nothing possible.
    #[error("{0}")]
    Words(String),
}

fn yes() -> bool {
    true
}

fn words(text: impl Into<String>) -> Refused {
    Refused::Words(text.into())
}

impl Named {
    fn key(&self) -> Result<DocKey, Refused> {
        let kind = DocType::from_label(&self.kind)
            .ok_or_else(|| words(format!("{} is no document type", self.kind)))?;
        Ok(DocKey::new(kind, &self.number))
    }
}

/// Makes one edit at `now` and says what was done.
///
/// # Errors
/// When there is no such record or field, or its state forbids the edit. Nothing is changed then.
pub fn make(
    books: &mut Books,
    org: &mut Org,
    draw: &mut Stream,
    edit: &Edit,
    now: Timestamp,
) -> Result<Vec<Change>, Refused> {
    match edit {
        Edit::ZohoSet { module, id, field, value } => zoho_set(org, module, id, field, value, now),
        Edit::ZohoDelete { module, id } => {
            let by = person(org);
            let done = module_of(org, module)?.delete(id_of(id)?, by, now.as_second());
            zoho_done(done, module, id)
        }
        Edit::ZohoRestore { module, id } => {
            let done = module_of(org, module)?.restore(id_of(id)?);
            zoho_done(done, module, id)
        }
        Edit::Some { count } => Ok(change_some(books, draw, *count, now)?),
        other => Ok(vec![in_books(books, draw, other, now)?]),
    }
}

fn in_books(books: &mut Books, draw: &mut Stream, edit: &Edit, now: Timestamp) -> Result<Change, Refused> {
    let customer = |key: &str, what: &str| change(Entity::Customer, key, what);
    let item = |key: &str, what: &str| change(Entity::Item, key, what);
    let document = |key: &DocKey, what: &str| {
        change(Entity::Document, &format!("{}/{}", key.kind.label(), key.number), what)
    };
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
        Edit::Some { .. } | Edit::ZohoSet { .. } | Edit::ZohoDelete { .. } | Edit::ZohoRestore { .. } => {
            return Err(words("not an edit of the books"));
        }
    })
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
        _ => return Err(words(format!("a customer has no field {field} that can be set here"))),
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
        _ => return Err(words(format!("an item has no field {field} that can be set here"))),
    }
    Ok(())
}

fn label(value: Option<String>, known: &[&str]) -> Result<String, Refused> {
    match value {
        Some(value) if known.contains(&value.as_str()) => Ok(value),
        _ => Err(words(format!("the status is one of {}", known.join(", ")))),
    }
}

/// A user of the CRM who is not the connector's.
fn person(org: &Org) -> u64 {
    org.users.get(1).or_else(|| org.users.first()).map_or(0, |user| user.id)
}

fn id_of(id: &str) -> Result<u64, Refused> {
    id.parse().map_err(|_| words(format!("{id} is no record id")))
}

fn module_of<'a>(org: &'a mut Org, module: &str) -> Result<&'a mut crate::zoho::model::Module, Refused> {
    org.module_mut(module).ok_or_else(|| words(format!("there is no module {module}")))
}

fn zoho_done(done: bool, module: &str, id: &str) -> Result<Vec<Change>, Refused> {
    if done { Ok(Vec::new()) } else { Err(words(format!("there is no record {id} in {module}"))) }
}

fn zoho_set(
    org: &mut Org,
    module: &str,
    id: &str,
    field: &str,
    value: &Value,
    now: Timestamp,
) -> Result<Vec<Change>, Refused> {
    let (id, by) = (id_of(id)?, person(org));
    let module_name = module;
    let module = module_of(org, module)?;
    let no = module.field_no(field).ok_or_else(|| words(format!("{module_name} has no field {field}")))?;
    let cell = cell(module.field(no).kind, value)
        .ok_or_else(|| words(format!("{value} is no value of a field of type {}", module.field(no).kind.data_type())))?;
    let mut record = module.take(id).ok_or_else(|| words(format!("there is no record {id} in {module_name}")))?;
    record.cells.set(no, cell);
    record.modified = now.as_second();
    record.modified_by = by;
    module.put(record);
    Ok(Vec::new())
}

/// A JSON value as a cell; `Some(None)` for null.
fn cell(kind: Kind, value: &Value) -> Option<Option<Cell>> {
    if value.is_null() {
        return Some(None);
    }
    let cell = match kind {
        Kind::Text | Kind::TextArea | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist | Kind::Date => {
            Cell::Text(value.as_str()?.into())
        }
        Kind::Integer | Kind::BigInt | Kind::Double | Kind::Currency | Kind::Percent => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Cell::Number(text.parse().ok()?)
        }
        Kind::Boolean => Cell::Bool(value.as_bool()?),
        Kind::Lookup => Cell::Lookup(value.as_str()?.parse().ok()?),
        Kind::UserLookup
        | Kind::OwnerLookup
        | Kind::DateTime
        | Kind::MultiPicklist
        | Kind::Subform
        | Kind::AutoNumber
        | Kind::Formula
        | Kind::MultiTax
        | Kind::LineTax
        | Kind::Discount
        | Kind::Id => return None,
    };
    Some(Some(cell))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::data;
    use crate::options::Size;
    use crate::rng::Seeds;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    struct World {
        books: Books,
        org: Org,
        draw: Stream,
    }

    fn world() -> World {
        let size = Size { customers: 20, items: 20, invoices: 60, ..Size::default() };
        let seeds = Seeds::new(1);
        let books = data::books(seeds, &size, now()).unwrap();
        let org = data::org(seeds, &size, &books, data::org_options(), now());
        World { books, org, draw: seeds.stream("edits") }
    }

    impl World {
        fn make(&mut self, json: &str) -> Result<Vec<Change>, Refused> {
            let edit = serde_json::from_str(json).unwrap();
            make(&mut self.books, &mut self.org, &mut self.draw, &edit, now())
        }
    }

    #[test]
    fn customers_are_edited_by_field_with_or_without_stamp() {
        let mut world = world();
        let before = world.books.customers["C00001"].meta.modified;
        world
            .make(r#"{"edit":"customer","key":"C00001","field":"billing_city","value":"Bonn","moves_stamp":false}"#)
            .unwrap();
        let customer = &world.books.customers["C00001"];
        assert_eq!(customer.billing.as_ref().unwrap().address.city.as_deref(), Some("Bonn"));
        assert_eq!(customer.meta.modified, before);
        world.make(r#"{"edit":"customer","key":"C00001","field":"name","value":"New"}"#).unwrap();
        assert_eq!(world.books.customers["C00001"].meta.modified, now());
        let refused = world.make(r#"{"edit":"customer","key":"C00001","field":"colour","value":"red"}"#);
        assert!(matches!(refused, Err(Refused::Words(_))));
        let refused = world.make(r#"{"edit":"customer","key":"NOBODY","field":"name","value":"x"}"#);
        assert_eq!(refused, Err(Refused::Books(EditError::NotFound)));
    }

    #[test]
    fn documents_are_paid_posted_cancelled_and_deleted() {
        let mut world = world();
        let of = |status: &str| {
            let wanted = |d: &&crate::acumatica::model::Document| d.status == status && d.key.kind == DocType::Invoice;
            world.books.documents.values().find(wanted).unwrap().key.clone()
        };
        let (open, held) = (of("Open"), of("On Hold"));
        let named = |key: &DocKey| format!(r#""kind":"Invoice","number":"{}""#, key.number);
        world.make(&format!(r#"{{"edit":"pay",{},"amount":"0.01"}}"#, named(&open))).unwrap();
        world.make(&format!(r#"{{"edit":"pay",{}}}"#, named(&open))).unwrap();
        assert_eq!(world.books.documents[&open].status, "Closed");
        world.make(&format!(r#"{{"edit":"post",{}}}"#, named(&held))).unwrap();
        assert!(world.books.documents[&held].released);
        world.make(&format!(r#"{{"edit":"cancel",{}}}"#, named(&held))).unwrap();
        assert_eq!(world.books.documents[&held].status, "Canceled");
        let refused = world.make(&format!(r#"{{"edit":"delete_document",{}}}"#, named(&held)));
        assert_eq!(refused, Err(Refused::Books(EditError::State)));
        let made = world.make(r#"{"edit":"post_new"}"#).unwrap();
        assert!(made[0].created && made[0].key.starts_with("Invoice/INV"));
    }

    #[test]
    fn renaming_and_converting_keep_the_id() {
        let mut world = world();
        let id = world.books.items["AA000001"].meta.id;
        world.make(r#"{"edit":"rename_item","from":"AA000001","to":"NEW 1"}"#).unwrap();
        world.make(r#"{"edit":"convert_item","key":"NEW 1"}"#).unwrap();
        let item = &world.books.items["NEW 1"];
        assert_eq!((item.meta.id, item.stock), (id, false));
        assert!(world.make(r#"{"edit":"rename_item","from":"NEW 1","to":"  "}"#).is_err());
    }

    #[test]
    fn crm_records_are_set_deleted_and_restored() {
        let mut world = world();
        let id = world.org.module("Accounts").unwrap().records().next().unwrap().id;
        let edit = |word: &str, more: &str| format!(r#"{{"edit":"{word}","module":"Accounts","id":"{id}"{more}}}"#);
        world.make(&edit("zoho_set", r#","field":"Phone","value":"+1 1""#)).unwrap();
        let module = world.org.module("Accounts").unwrap();
        let record = module.record(id).unwrap();
        assert_eq!(record.cells.get(module.field_no("Phone").unwrap()), Some(&Cell::Text("+1 1".into())));
        assert_eq!(record.modified, now().as_second());
        assert!(world.make(&edit("zoho_set", r#","field":"Phone","value":5"#)).is_err());
        world.make(&edit("zoho_delete", "")).unwrap();
        assert!(world.org.module("Accounts").unwrap().record(id).is_none());
        world.make(&edit("zoho_restore", "")).unwrap();
        assert!(world.org.module("Accounts").unwrap().record(id).is_some());
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(serde_json::from_str::<Edit>(r#"{"edit":"rename_item","from":"A","to":"B","now":1}"#).is_err());
        assert!(serde_json::from_str::<Edit>(r#"{"edit":"explode"}"#).is_err());
    }
}
