//! Changes in the ERP: masters, documents, payments, late commits.
//!
//! Owns their weights. Every change goes through the books' own edits or writes rows that the ERP could hold.

use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::Decimal;
use sim::Clock as _;
use sim::acumatica::model::{
    Books, Customer, DocKey, DocType, Document, Item, Origin, Staged, StampRule, fold, released_status,
};
use sim::control::edit::{Edit, Named, Row};
use sim::rng::Stream;

use super::World;

mod lines;
mod sight;

pub(super) use sight::show_all;

/// Names that break what trusts them.
const NAMES: [&str; 10] = [
    "O'Brien & Sons, Inc.",
    "\"Quoted\" GmbH",
    "=HYPERLINK(\"x\")",
    "<b>Bold</b> Ltd",
    "null",
    "Grün & Söhne 🚀",
    "a%20b/c?d=e&f",
    "  blank  inside  ",
    "\u{202e}ddas",
    "Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name Very long name",
];

/// One change.
pub(super) fn change(world: &mut World) -> Option<String> {
    match world.hub.below(29) {
        0..=2 => touch(world),
        3 | 4 => customer(world),
        5 | 6 => item(world),
        7 => new_customer(world, Duration::ZERO),
        8 => new_item(world, Duration::ZERO),
        9..=11 => world.edit(&Edit::PostNew),
        12 => credit_memo(world),
        13 | 14 => pay(world, true),
        15 => cancel(world),
        16 => rename_customer(world),
        17 => rename_item(world),
        18 => convert(world),
        19 if world.wild.late => late(world),
        20 => parent(world),
        21 => instalments(world),
        22 => twins(world),
        23 => rewrite(world),
        24 if world.wild.unseen => unseen(world),
        25 if world.wild.deletions => delete(world),
        26 if world.wild.rights => sight::change(world),
        27 if world.wild.rights => sight::archive(world),
        28 => lines::change(world),
        _ => world.edit(&Edit::Some { count: 1 }),
    }
}

fn customers(world: &World) -> Vec<String> {
    world.sim.with(|books, _| books.customers.values().map(|customer| customer.key.clone()).collect())
}

fn items(world: &World) -> Vec<String> {
    world.sim.with(|books, _| books.items.values().map(|item| item.key.clone()).collect())
}

fn documents(world: &World, which: impl Fn(&Document) -> bool) -> Vec<Named> {
    world.sim.with(|books, _| {
        let named = |document: &Document| Named {
            kind: document.key.kind.label().to_owned(),
            number: document.key.number.clone(),
        };
        // What was archived is not changed any more.
        books.documents.values().filter(|document| !document.archived && which(document)).map(named).collect()
    })
}

/// As below, one whose account is there to be written to.
pub(super) fn touch_held(world: &World) -> Option<String> {
    let held = |code: &String| {
        sight::key_of(world, &Row::Customer(code.clone())).is_some_and(|key| sight::is_held(world, &key))
    };
    let key = world.pick(&customers(world).into_iter().filter(held).collect::<Vec<_>>())?;
    world.edit(&Edit::TouchCustomer { key, phone: format!("+41 {}", world.number()) })
}

fn touch(world: &mut World) -> Option<String> {
    let key = world.pick(&customers(world))?;
    let phone =
        world.sim.with(|books, _| books.customers.get(&fold(&key)).map(|customer| customer.main.phone1.clone()));
    world.before = phone.map(|phone| (key.clone(), phone));
    let phone = format!("+49 {}", world.hub.below(100_000));
    world.edit(&Edit::TouchCustomer { key, phone })
}

/// What was touched last is as it was before.
pub(super) fn back(world: &mut World) -> Option<String> {
    let (key, phone) = world.before.take()?;
    world.edit(&Edit::Customer { key, field: "phone".to_owned(), value: phone, moves_stamp: true })
}

fn customer(world: &World) -> Option<String> {
    let key = world.pick(&customers(world))?;
    let (field, value) = match world.hub.below(5) {
        // A name of its own: two records of one name wait for a person, which is another story.
        0 => ("name", format!("{} {}", world.pick(&NAMES)?, world.number())),
        1 => ("city", format!("City {}", world.hub.below(50))),
        2 => ("status", "On Hold".to_owned()),
        3 => ("status", "Active".to_owned()),
        _ => ("billing_line1", format!("{} Road", world.hub.below(1000))),
    };
    world.edit(&Edit::Customer { key, field: field.to_owned(), value: Some(value), moves_stamp: true })
}

fn parent(world: &World) -> Option<String> {
    let all = customers(world);
    let (key, parent) = (world.pick(&all)?, world.pick(&all)?);
    world.edit(&Edit::Customer { key, field: "parent".to_owned(), value: Some(parent), moves_stamp: true })
}

fn item(world: &World) -> Option<String> {
    let key = world.pick(&items(world))?;
    let (field, value) = match world.hub.below(3) {
        0 => ("price", format!("{}.{:02}", world.hub.below(500) + 1, world.hub.below(100))),
        1 => ("description", format!("Item {} {}", world.number(), world.pick(&NAMES)?)),
        _ => ("status", if world.hub.chance(500) { "No Sales" } else { "Active" }.to_owned()),
    };
    world.edit(&Edit::Item { key, field: field.to_owned(), value: Some(value), moves_stamp: true })
}

/// Codes that come before, between and behind the others, in letters that sort in surprising ways.
fn code(world: &World, stem: &str) -> String {
    let number = world.number();
    match world.hub.below(6) {
        0 => format!("0{stem}{number}"),
        1 => format!("{stem} {number}"),
        2 => format!("{stem}.{number}-X"),
        3 => format!("Z{stem}{number}"),
        4 => format!("{}{number}", stem.to_lowercase()),
        _ => format!("A{number}{stem}"),
    }
}

fn write<T>(world: &World, work: impl FnOnce(&mut Books, &mut Stream, Timestamp) -> Option<T>) -> Option<T> {
    world.stamped(|sim| {
        let now = world.clock.now();
        sim.acumatica().write(now, |books, draw| work(books, draw, now))
    })
}

fn commit(books: &mut Books, late: Duration, now: Timestamp, row: Staged) {
    match now.saturating_add(late) {
        Ok(at) if !late.is_zero() => books.stage(at, row),
        _ => match row {
            Staged::Customer(customer) => books.put_customer(*customer),
            Staged::Item(item) => books.put_item(*item),
            Staged::Document(document) => books.put_document(*document),
            Staged::Payment(payment) => books.put_payment(*payment),
        },
    }
}

fn new_customer(world: &mut World, late: Duration) -> Option<String> {
    let key = code(world, "CU");
    world.commits(&key, late);
    let name = format!("{} {}", world.pick(&NAMES)?, world.number());
    write(world, |books, draw, now| {
        let class = books.setup.default_class.as_ref().and_then(|id| books.setup.classes.get(&fold(id)))?.clone();
        if books.customers.contains_key(&fold(&key)) {
            return None;
        }
        let mut customer = Customer::new(draw.guid(), books.next_account_number(), &key, &name, &class, now);
        customer.main.contact_id = books.next_contact_number();
        commit(books, late, now, Staged::Customer(Box::new(customer)));
        Some(format!("new customer {key}, committed {late:?} later"))
    })
}

fn new_item(world: &mut World, late: Duration) -> Option<String> {
    let key = code(world, "IT");
    world.commits(&key, late);
    let (number, stock) = (world.number(), world.hub.chance(500));
    write(world, |books, draw, now| {
        if books.items.contains_key(&fold(&key)) {
            return None;
        }
        let mut item = Item::new(draw.guid(), &key, stock, now);
        item.description = Some(format!("Thing {number}"));
        item.price = Decimal::from(number % 90 + 1);
        commit(books, late, now, Staged::Item(Box::new(item)));
        Some(format!("new item {key}, committed {late:?} later"))
    })
}

/// A row that becomes visible minutes after its stamp: within the overlap, so that nothing may be missed.
fn late(world: &mut World) -> Option<String> {
    let late = Duration::from_secs(30 + world.hub.below(780));
    if world.hub.chance(500) { new_customer(world, late) } else { new_item(world, late) }
}

fn credit_memo(world: &World) -> Option<String> {
    let customer = world.pick(&customers(world))?;
    let number = format!("CM{}", world.number());
    let cents = i64::try_from(world.hub.below(100_000)).unwrap_or(0) + 1;
    write(world, |books, draw, now| {
        let key = DocKey::new(DocType::CreditMemo, &number);
        let customer = books.customers.get(&fold(&customer))?.clone();
        let currency = customer.currency.clone().unwrap_or_else(|| books.setup.base_currency.clone());
        let date = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let mut document = Document::new(draw.guid(), key.clone(), Origin::Ar, &customer.key, &currency, date, now);
        document.amount = Decimal::new(cents, 2);
        document.balance = document.amount;
        books.put_document(document);
        books.release_document(&key, now).ok()?;
        Some(format!("credit memo {number} of {} posted", customer.key))
    })
}

fn pay(world: &mut World, moves_stamp: bool) -> Option<String> {
    let document = world.pick(&documents(world, |document| document.status == "Open"))?;
    if !moves_stamp {
        world.doings.unseen.insert(format!("{}/{}", document.kind, document.number).to_lowercase());
    }
    let amount = if world.hub.chance(500) { None } else { Some(Decimal::new(1, 2)) };
    world.edit(&Edit::Pay { document, amount, moves_stamp })
}

fn cancel(world: &World) -> Option<String> {
    let of = |document: &Document| document.released && document.status != "Canceled" && !document.key.kind.is_cash();
    world.edit(&Edit::Cancel(world.pick(&documents(world, of))?))
}

fn rename_customer(world: &World) -> Option<String> {
    let from = world.pick(&customers(world))?;
    world.edit(&Edit::RenameCustomer { from, to: code(world, "RC") })
}

fn rename_item(world: &World) -> Option<String> {
    let from = world.pick(&items(world))?;
    world.edit(&Edit::RenameItem { from, to: code(world, "RI") })
}

fn convert(world: &World) -> Option<String> {
    world.edit(&Edit::ConvertItem { key: world.pick(&items(world))? })
}

/// Several rows of one stamp: ties at the edge of a page.
fn twins(world: &World) -> Option<String> {
    let all = customers(world);
    let phone = format!("+1 {}", world.hub.below(10_000));
    let mut last = None;
    for _ in 0..4 {
        let key = world.pick(&all)?;
        last = world.edit(&Edit::TouchCustomer { key, phone: phone.clone() });
    }
    last
}

fn instalments(world: &World) -> Option<String> {
    let unposted = |document: &Document| {
        !document.released && document.key.kind == DocType::Invoice && !released_status(&document.status)
    };
    let named = world.pick(&documents(world, unposted))?;
    let number = world.number();
    write(world, |books, draw, now| {
        let date = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let parts = [
            (format!("INS{number}A"), date, draw.guid(), draw.guid()),
            (format!("INS{number}B"), date, draw.guid(), draw.guid()),
        ];
        let key = DocKey::new(DocType::from_label(&named.kind)?, &named.number);
        books.release_in_installments(&key, &parts, now).ok()?;
        Some(format!("{} posted in two instalments", named.number))
    })
}

/// A posted document gets other words in a line or its header: the rows have to be written again.
fn rewrite(world: &World) -> Option<String> {
    let named = world.pick(&documents(world, |document| document.released && !document.lines.is_empty()))?;
    let words = format!("Line text {}", world.number());
    write(world, |books, _, now| {
        let key = DocKey::new(DocType::from_label(&named.kind)?, &named.number);
        books
            .edit_document(&key, StampRule::Moves, now, |document| {
                if let Some(line) = document.lines.first_mut() {
                    line.description = Some(words);
                }
            })
            .ok()?;
        Some(format!("{} {} has other words in its first line", named.kind, named.number))
    })
}

/// What the stamp does not show.
fn unseen(world: &mut World) -> Option<String> {
    if world.hub.chance(600) {
        return pay(world, false);
    }
    if world.hub.chance(300) {
        let key = world.pick(&items(world))?;
        world.doings.unseen.extend(sight::key_of(world, &Row::Item(key.clone())));
        let value = Some(format!("{}.50", world.hub.below(500) + 1));
        return world.edit(&Edit::Item { key, field: "price".to_owned(), value, moves_stamp: false });
    }
    let key = world.pick(&customers(world))?;
    world.doings.unseen.extend(sight::key_of(world, &Row::Customer(key.clone())));
    let value = Some(format!("Unseen City {}", world.hub.below(50)));
    world.edit(&Edit::Customer { key, field: "city".to_owned(), value, moves_stamp: false })
}

fn delete(world: &World) -> Option<String> {
    if world.hub.chance(500) {
        world.edit(&Edit::DeleteCustomer { key: world.pick(&customers(world))? })
    } else {
        world.edit(&Edit::DeleteItem { key: world.pick(&items(world))? })
    }
}
