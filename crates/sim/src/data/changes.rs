//! A working day's edits in the ERP: a deterministic mix for the demo and the bench, and the precise one for tests.
//!
//! Owns which edits a day brings. Changes the books by their own edits; random numbers come from the seed, instants are
//! passed in.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::customers::company;
use super::documents::due;
use super::lines::{self, Offer, round};
use super::stamps::day;
use crate::acumatica::model::{
    Address, Books, Customer, DocKey, DocType, Document, EditError, Origin, StampRule, fold,
};
use crate::rng::Stream;

/// One edit that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of record.
    pub entity: Entity,
    /// Its key: the code, for documents `Type/Number`.
    pub key: String,
    /// What was done, for people.
    pub what: String,
    /// Whether the record was made.
    pub created: bool,
}

/// Kinds of records that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A customer.
    Customer,
    /// A stock or non-stock item.
    Item,
    /// A receivables document.
    Document,
    /// A record of the CRM, keyed `Module/id`.
    CrmRecord,
    /// A field or currency of the CRM, keyed `Module/field`.
    CrmSetup,
    /// What the ERP's user may do, by entity.
    ErpSetup,
}

/// Which kinds of edit come, in turn: ten edits, nearly each on a record of its own.
const TURNS: [Turn; 10] = [
    Turn::Phone,
    Turn::Price,
    Turn::Pay,
    Turn::Address,
    Turn::Post,
    Turn::Name,
    Turn::ItemStatus,
    Turn::PayPart,
    Turn::NewCustomer,
    Turn::Price,
];

#[derive(Clone, Copy)]
enum Turn {
    Phone,
    Address,
    Name,
    Price,
    ItemStatus,
    Pay,
    PayPart,
    Post,
    NewCustomer,
}

/// Makes up to `count` edits on different records, all stamped `now`, and says which. Fewer are made only when the
/// books hold too little.
///
/// # Errors
/// When an edit is refused by the books.
pub fn change_some(
    books: &mut Books,
    draw: &mut Stream,
    count: usize,
    now: Timestamp,
) -> Result<Vec<Change>, EditError> {
    let mut desk = Desk::new(books, draw);
    let mut changes = Vec::with_capacity(count);
    let mut misses = 0;
    let mut turns = TURNS.iter().copied().cycle();
    while changes.len() < count && misses < TURNS.len() {
        let Some(turn) = turns.next() else { break };
        match desk.make(books, draw, turn, now)? {
            Some(change) => {
                changes.push(change);
                misses = 0;
            }
            None => misses += 1,
        }
    }
    Ok(changes)
}

/// Gives a customer another phone number: the smallest change that must arrive.
///
/// # Errors
/// [`EditError::NotFound`].
pub fn touch_customer(books: &mut Books, key: &str, phone: &str, now: Timestamp) -> Result<Change, EditError> {
    books.edit_customer(key, StampRule::Moves, now, |customer| {
        customer.main.phone1 = Some(phone.to_owned());
    })?;
    Ok(Change { entity: Entity::Customer, key: key.to_owned(), what: format!("phone is now {phone}"), created: false })
}

/// Records that no edit of this round has met yet, in random order.
struct Desk {
    customers: Vec<String>,
    items: Vec<String>,
    open: Vec<DocKey>,
    unposted: Vec<DocKey>,
    next: u64,
}

impl Desk {
    fn new(books: &Books, draw: &mut Stream) -> Self {
        let open = |document: &&Document| {
            document.status == "Open" && matches!(document.key.kind, DocType::Invoice | DocType::DebitMemo)
        };
        // Only plain open bills above a few units, so that a part of them can be paid.
        let payable = |document: &&Document| open(document) && document.balance > Decimal::from(10);
        let unposted = |document: &&Document| {
            !document.released && document.status == "Balanced" && document.key.kind == DocType::Invoice
        };
        Self {
            customers: shuffled(draw, books.customers.values().map(|customer| customer.key.clone()).collect()),
            items: shuffled(draw, books.items.values().map(|item| item.key.clone()).collect()),
            open: shuffled(draw, books.documents.values().filter(payable).map(|one| one.key.clone()).collect()),
            unposted: shuffled(draw, books.documents.values().filter(unposted).map(|one| one.key.clone()).collect()),
            next: next_number(books),
        }
    }

    fn make(
        &mut self,
        books: &mut Books,
        draw: &mut Stream,
        turn: Turn,
        now: Timestamp,
    ) -> Result<Option<Change>, EditError> {
        match turn {
            Turn::Phone | Turn::Address | Turn::Name => {
                let Some(key) = self.customers.pop() else {
                    return Ok(None);
                };
                customer(books, draw, turn, key, now).map(Some)
            }
            Turn::Price | Turn::ItemStatus => {
                let Some(key) = self.items.pop() else {
                    return Ok(None);
                };
                item(books, draw, turn, key, now).map(Some)
            }
            Turn::Pay | Turn::PayPart => {
                let Some(key) = self.open.pop() else {
                    return Ok(None);
                };
                let number = self.number();
                pay(books, draw, matches!(turn, Turn::PayPart), key, &number, now).map(Some)
            }
            Turn::Post => match self.unposted.pop() {
                Some(key) if draw.chance(0.5) => {
                    books.release_document(&key, now)?;
                    Ok(Some(document(&key, "posted", false)))
                }
                _ => {
                    let number = self.number();
                    Ok(post_new(books, draw, &number, now)?.map(|key| document(&key, "entered and posted", true)))
                }
            },
            Turn::NewCustomer => Ok(new_customer(books, draw, now)),
        }
    }

    fn number(&mut self) -> String {
        self.next += 1;
        format!("{:06}", self.next)
    }
}

fn document(key: &DocKey, what: &str, created: bool) -> Change {
    Change {
        entity: Entity::Document,
        key: format!("{}/{}", key.kind.label(), key.number),
        what: what.to_owned(),
        created,
    }
}

fn shuffled<T>(draw: &mut Stream, mut list: Vec<T>) -> Vec<T> {
    for at in (1..list.len()).rev() {
        list.swap(at, draw.index(at + 1));
    }
    list
}

/// A number above that of every document and payment.
fn next_number(books: &Books) -> u64 {
    let digits = |number: &str| {
        number
            .trim_start_matches(|letter: char| !letter.is_ascii_digit())
            .parse::<u64>()
            .ok()
            .filter(|n| *n < 100_000_000)
    };
    let documents = books.documents.keys().filter_map(|key| digits(&key.number));
    let payments = books.payments.keys().filter_map(|key| digits(&key.number));
    documents.chain(payments).max().unwrap_or(0)
}

fn customer(
    books: &mut Books,
    draw: &mut Stream,
    turn: Turn,
    key: String,
    now: Timestamp,
) -> Result<Change, EditError> {
    let digits = draw.below(10_000);
    if matches!(turn, Turn::Phone) {
        return touch_customer(books, &key, &format!("+1 425 777 {digits:04}"), now);
    }
    let name = company(draw);
    let mut what = String::new();
    books.edit_customer(&key, StampRule::Moves, now, |customer| {
        if matches!(turn, Turn::Name) {
            what = format!("name is now {name}");
            customer.name = name;
        } else {
            let street = format!("{digits} New Street");
            what = format!("moved to {street}");
            let address = Address { line1: Some(street), line2: None, ..customer.main.address.clone() };
            // Whoever has billing particulars of his own moves with those.
            customer.billing.as_mut().unwrap_or(&mut customer.main).address = address;
        }
    })?;
    Ok(Change { entity: Entity::Customer, key, what, created: false })
}

fn item(books: &mut Books, draw: &mut Stream, turn: Turn, key: String, now: Timestamp) -> Result<Change, EditError> {
    let price = Decimal::new(draw.between(1_000, 400_000), 2);
    let mut what = String::new();
    books.edit_item(&key, StampRule::Moves, now, |item| {
        if matches!(turn, Turn::Price) {
            // Never the price that it has: a change is a change.
            item.price = if item.price == price { price + Decimal::ONE } else { price };
            what = format!("price is now {}", item.price);
        } else {
            let status = if item.status == "Active" { "No Sales" } else { "Active" };
            status.clone_into(&mut item.status);
            what = format!("status is now {status}");
        }
    })?;
    Ok(Change { entity: Entity::Item, key, what, created: false })
}

fn pay(
    books: &mut Books,
    draw: &mut Stream,
    part: bool,
    key: DocKey,
    number: &str,
    now: Timestamp,
) -> Result<Change, EditError> {
    let document = books.documents.get(&key).ok_or(EditError::NotFound)?;
    let decimals = books.setup.currencies.get(&document.currency).copied().map_or(2, u32::from);
    let amount = if part { round(document.balance / Decimal::from(3), decimals) } else { document.balance };
    let currency = document.currency.clone();
    let ids = (draw.guid(), draw.guid());
    books.pay(&key, number, amount, ids, StampRule::Moves, day(now), now)?;
    Ok(self::document(&key, &format!("{amount} {currency} paid"), false))
}

/// Enters and posts an invoice of a few lines for some customer; `None` in a company without customers or items.
///
/// # Errors
/// When the number is in use.
pub fn post_new(
    books: &mut Books,
    draw: &mut Stream,
    number: &str,
    now: Timestamp,
) -> Result<Option<DocKey>, EditError> {
    let customers: Vec<&Customer> = books.customers.values().collect();
    let Some(customer) = draw.pick(&customers) else {
        return Ok(None);
    };
    let offers: Vec<Offer> = (0..6)
        .filter_map(|_| {
            let at = draw.index(books.items.len());
            books.items.values().nth(at)
        })
        .map(|item| Offer {
            key: item.key.clone(),
            description: item.description.clone(),
            unit: item.sales_unit.clone(),
            price: item.price,
        })
        .collect();
    if offers.is_empty() {
        return Ok(None);
    }
    let currency = customer.currency.clone().unwrap_or_else(|| books.setup.base_currency.clone());
    let decimals = books.setup.currencies.get(&currency).copied().map_or(2, u32::from);
    let key = DocKey::new(DocType::Invoice, &format!("INV{number}"));
    if books.documents.contains_key(&key) {
        return Err(EditError::Taken);
    }
    let date = day(now);
    let mut document = Document::new(draw.guid(), key.clone(), Origin::So, &customer.key, &currency, date, now);
    document.terms.clone_from(&customer.terms);
    document.due_date = Some(due(date, document.terms.as_deref()));
    document.bill_to = customer.billing.clone().unwrap_or_else(|| customer.main.clone());
    document.ship_to = document.bill_to.clone();
    let count = usize::try_from(draw.between(1, 6)).unwrap_or(1);
    document.lines = lines::build(draw, count, &offers, decimals);
    document.total();
    books.put_document(document);
    books.release_document(&key, now)?;
    Ok(Some(key))
}

fn new_customer(books: &mut Books, draw: &mut Stream, now: Timestamp) -> Option<Change> {
    let class = books.setup.default_class.as_ref().and_then(|id| books.setup.classes.get(&fold(id)))?.clone();
    let (number, contact) = (books.next_account_number(), books.next_contact_number());
    let key = books.next_customer_key();
    let name = company(draw);
    let mut customer = Customer::new(draw.guid(), number, &key, &name, &class, now);
    customer.main.contact_id = contact;
    customer.main.phone1 = Some(format!("+1 425 778 {:04}", draw.below(10_000)));
    customer.main.address.city = Some("Redmond".to_owned());
    books.put_customer(customer);
    Some(Change { entity: Entity::Customer, key, what: format!("new customer {name}"), created: true })
}
