//! Customers, their parents, contacts and prospects: four of five ordinary, every fifth odd in one way of [`ODD`].
//!
//! Owns the oddities and their turn. Everything is drawn from the seed, and stamped before the instant that is passed
//! in.

use jiff::Timestamp;

use super::stamps::{DAYS, ago};
use super::words::{FIRST, FORM, GIVEN, PERSON, PLACES, SECOND, STREET};
use crate::acumatica::model::{Address, Books, Contact, Customer, CustomerClass, Meta, Party, Prospect, fold};
use crate::rng::{Seeds, Stream};

/// Ways in which a customer is odd. Every fifth customer takes the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    SameName,
    SameNameOtherCase,
    SameNameMoreBlanks,
    LongName,
    LongWideName,
    Punctuation,
    Entities,
    RightToLeft,
    Cjk,
    Combining,
    BlankName,
    KeyApostrophe,
    KeyHash,
    KeySlash,
    KeyTrailingDash,
    KeyBlank,
    OnHold,
    CreditHold,
    Inactive,
    OneTime,
    Bare,
    PhoneWords,
    PhoneNoDigit,
    PhoneLong,
    WebBad,
    WebLong,
    OwnBilling,
    OwnShipping,
    CountryText,
    LongStreet,
    Child,
    ChildBeforeParent,
    GrandChild,
    OwnParent,
    ParentElsewhere,
    NoCurrency,
}

pub(super) const ODD: [Odd; 36] = [
    Odd::SameName,
    Odd::SameNameOtherCase,
    Odd::SameNameMoreBlanks,
    Odd::LongName,
    Odd::LongWideName,
    Odd::Punctuation,
    Odd::Entities,
    Odd::RightToLeft,
    Odd::Cjk,
    Odd::Combining,
    Odd::BlankName,
    Odd::KeyApostrophe,
    Odd::KeyHash,
    Odd::KeySlash,
    Odd::KeyTrailingDash,
    Odd::KeyBlank,
    Odd::OnHold,
    Odd::CreditHold,
    Odd::Inactive,
    Odd::OneTime,
    Odd::Bare,
    Odd::PhoneWords,
    Odd::PhoneNoDigit,
    Odd::PhoneLong,
    Odd::WebBad,
    Odd::WebLong,
    Odd::OwnBilling,
    Odd::OwnShipping,
    Odd::CountryText,
    Odd::LongStreet,
    Odd::Child,
    Odd::ChildBeforeParent,
    Odd::GrandChild,
    Odd::OwnParent,
    Odd::ParentElsewhere,
    Odd::NoCurrency,
];

/// The oddity of customer `index`, if any.
pub(super) fn odd(index: usize) -> Option<Odd> {
    (index % 5 == 4).then(|| ODD[index / 5 % ODD.len()])
}

/// Currencies of customers, as often as they stand here.
const CURRENCIES: [&str; 12] = ["USD", "USD", "USD", "USD", "USD", "EUR", "EUR", "EUR", "GBP", "CHF", "JPY", "USD"];
const TERMS: [&str; 6] = ["NET30", "NET14", "NET60", "NET30", "3MONTHLY", "CASH"];

/// Fills `books` with `count` customers and with prospects, persons and classes.
pub(super) fn fill(books: &mut Books, seeds: Seeds, count: usize, now: Timestamp) {
    let mut draw = seeds.stream("customers");
    let classes = classes(&mut draw, now);
    let imported = ago(&mut draw, now, DAYS, DAYS - 1);
    let mut contact_id = 2_000;
    let mut made: Vec<Customer> = Vec::with_capacity(count);
    for index in 0..count {
        let Some(class) = classes.get(if draw.chance(0.8) { 0 } else { draw.index(classes.len()) }) else {
            break;
        };
        let created = if draw.chance(0.15) { imported } else { ago(&mut draw, now, DAYS, 1) };
        let key = format!("C{:05}", index + 1);
        let name = company(&mut draw);
        let number = 5_000 + i32::try_from(index).unwrap_or(i32::MAX - 5_000);
        let mut customer = Customer::new(draw.guid(), number, &key, &name, class, created);
        customer.meta.modified = if created == imported { imported } else { later_edit(&mut draw, created, now) };
        customer.currency = draw.pick(&CURRENCIES).map(|code| (*code).to_owned());
        customer.terms = draw.pick(&TERMS).map(|terms| (*terms).to_owned());
        contact_id += 1;
        customer.main = party(&mut draw, &name, contact_id);
        if let Some(odd) = odd(index) {
            oddly(&mut draw, &mut customer, odd, &made, &mut contact_id);
        }
        made.push(customer);
    }
    adopt_parents(&mut made);
    persons(books, &mut draw, &mut made, &mut contact_id);
    prospects(books, &mut draw, contact_id, now);
    for customer in made {
        books.put_customer(customer);
    }
    books.setup.next = u32::try_from(count).unwrap_or(u32::MAX - 1) + 1;
    books.setup.classes = classes.into_iter().map(|class| (fold(&class.id), class)).collect();
}

fn classes(draw: &mut Stream, now: Timestamp) -> Vec<CustomerClass> {
    let at = ago(draw, now, DAYS, DAYS - 1);
    let class = |draw: &mut Stream, id: &str, description: &str, terms: &str, country: &str| CustomerClass {
        id: id.to_owned(),
        description: description.to_owned(),
        terms: Some(terms.to_owned()),
        country: Some(country.to_owned()),
        ..CustomerClass::default_class(draw.guid(), at)
    };
    vec![
        CustomerClass::default_class(draw.guid(), at),
        class(draw, "KEYACCT", "Key accounts", "NET60", "US"),
        class(draw, "RETAIL", "Retail", "CASH", "US"),
        class(draw, "INTL", "International", "NET30", "DE"),
    ]
}

pub(super) fn company(draw: &mut Stream) -> String {
    let word = |draw: &mut Stream, list: &[&'static str]| draw.pick(list).copied().unwrap_or("Acme");
    format!("{} {} {}", word(draw, &FIRST), word(draw, &SECOND), word(draw, &FORM))
}

/// When a row was last edited: a third never, the others at some time since.
pub(super) fn later_edit(draw: &mut Stream, created: Timestamp, now: Timestamp) -> Timestamp {
    let days = now.duration_since(created).as_hours() / 24;
    if days < 2 || draw.chance(0.33) { created } else { ago(draw, now, days, 0) }
}

fn party(draw: &mut Stream, name: &str, contact_id: i32) -> Party {
    let fallback = &PLACES[0];
    let place = draw.pick(&PLACES).unwrap_or(fallback);
    let street = draw.pick(&STREET).copied().unwrap_or("Main Street");
    let mut party = Party { contact_id, full_name: Some(name.to_owned()), ..Party::default() };
    if draw.chance(0.9) {
        party.phone1 = Some(format!("{} {:04}", place.dial, draw.below(10_000)));
    }
    if draw.chance(0.6) {
        party.web = Some(format!("www.{}.example", domain(name)));
    }
    if draw.chance(0.7) {
        party.email = Some(format!("office@{}.example", domain(name)));
    }
    if draw.chance(0.5) {
        party.attention = Some("Accounts Payable".to_owned());
    }
    party.address = Address {
        line1: Some(format!("{} {street}", draw.between(1, 240))),
        line2: draw.chance(0.25).then(|| format!("Building {}", draw.between(1, 9))),
        city: Some(place.city.to_owned()),
        state: (!place.state.is_empty()).then(|| place.state.to_owned()),
        postal_code: Some(place.code.to_owned()),
        country: Some(place.country.to_owned()),
        validated: false,
    };
    party
}

fn domain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).take(24).collect()
}

fn oddly(draw: &mut Stream, customer: &mut Customer, odd: Odd, made: &[Customer], contact_id: &mut i32) {
    let suffix = customer.key.get(1..).unwrap_or("1").trim_start_matches('0').to_owned();
    let other = made.last().map_or("Northwind", |one| one.name.as_str()).to_owned();
    let rename = |customer: &mut Customer, name: String| {
        customer.main.full_name = Some(name.clone());
        customer.name = name;
    };
    let key_at = |position: usize| made.get(position).map(|one| one.key.clone());
    match odd {
        Odd::SameName => rename(customer, other),
        Odd::SameNameOtherCase => rename(customer, other.to_uppercase()),
        Odd::SameNameMoreBlanks => rename(customer, format!("  {}  ", other.replacen(' ', "  ", 1))),
        Odd::LongName => {
            rename(customer, format!("{} and {}", customer.name, "Associated Manufacturing Companies ".repeat(6)))
        }
        Odd::LongWideName => rename(customer, "株式会社北海道総合機械製作所グループ・".repeat(12)),
        Odd::Punctuation => rename(customer, format!("{} \"The Best\" & Sons' <{suffix}>; 100% \\ Co", customer.name)),
        Odd::Entities => rename(customer, format!("M&uuml;ller &amp; S&ouml;hne &#39;{suffix}&#39;")),
        Odd::RightToLeft => rename(customer, format!("חברת הצפון {suffix} بالجملة (Ltd)")),
        Odd::Cjk => rename(customer, format!("東京精密機器{suffix}株式会社")),
        Odd::Combining => rename(customer, format!("Cafe\u{301} Nin\u{303}o {suffix} 🚚")),
        Odd::BlankName => rename(customer, String::new()),
        Odd::KeyApostrophe => customer.key = format!("O'NEIL{suffix}"),
        Odd::KeyHash => customer.key = format!("#{suffix}-A"),
        Odd::KeySlash => customer.key = format!("N/A{suffix}"),
        Odd::KeyTrailingDash => customer.key = format!("01-{suffix}-"),
        Odd::KeyBlank => customer.key = format!("AB {suffix}"),
        Odd::OnHold => customer.status = "On Hold".to_owned(),
        Odd::CreditHold => customer.status = "Credit Hold".to_owned(),
        Odd::Inactive => customer.status = "Inactive".to_owned(),
        Odd::OneTime => customer.status = "One-Time".to_owned(),
        Odd::Bare => {
            customer.main = Party { contact_id: customer.main.contact_id, ..Party::default() };
            customer.terms = None;
        }
        Odd::PhoneWords => customer.main.phone1 = Some(format!("Tel.: +49 (30) 2312/{suffix} ext. 44, ask for Bob")),
        Odd::PhoneNoDigit => customer.main.phone1 = Some("by e-mail only".to_owned()),
        Odd::PhoneLong => customer.main.phone1 = Some(format!("206/555-0100 or +1 (206) 555-0101 ext {suffix}")),
        Odd::WebBad => customer.main.web = Some("see our catalogue at example".to_owned()),
        Odd::WebLong => customer.main.web = Some(format!("https://shop.example/{}", "catalogue/".repeat(60))),
        Odd::OwnBilling | Odd::OwnShipping => {
            *contact_id += 1;
            let own = Some(party(draw, &customer.name, *contact_id));
            if odd == Odd::OwnBilling {
                customer.billing = own;
            } else {
                customer.shipping = own;
            }
        }
        Odd::CountryText => {
            customer.main.address.country = Some("Bundesrepublik Deutschland".to_owned());
            customer.main.address.state = Some("Baden - Württemberg".to_owned());
        }
        Odd::LongStreet => {
            customer.main.address.line1 = Some("Gewerbepark an der alten Ziegelei, Halle 7, ".repeat(6));
            customer.main.address.line2 = Some("  c/o \"Müller & Partner\"  ".to_owned());
        }
        Odd::Child => customer.parent = key_at(made.len() / 2),
        // Its parent is the next customer, set when that one is known.
        Odd::ChildBeforeParent => customer.parent = None,
        Odd::GrandChild => {
            customer.parent = made.iter().rev().find(|one| one.parent.is_some()).map(|one| one.key.clone());
        }
        Odd::OwnParent => customer.parent = Some(customer.key.clone()),
        Odd::ParentElsewhere => customer.parent = Some("PROSPECT1".to_owned()),
        Odd::NoCurrency => {
            customer.currency = None;
            customer.class = "INTL".to_owned();
        }
    }
}

/// Children whose parent sorts after them.
fn adopt_parents(made: &mut [Customer]) {
    for index in 0..made.len() {
        if odd(index) == Some(Odd::ChildBeforeParent) {
            let parent = made.get(index + 1).map(|one| one.key.clone());
            if let Some(child) = made.get_mut(index) {
                child.parent = parent;
            }
        }
    }
}

/// A primary contact for every fourth customer.
fn persons(books: &mut Books, draw: &mut Stream, made: &mut [Customer], contact_id: &mut i32) {
    for customer in made.iter_mut().step_by(4) {
        *contact_id += 1;
        let last = draw.pick(&PERSON).copied().unwrap_or("Adams");
        let first = draw.pick(&GIVEN).copied().unwrap_or("Anna");
        let mut person = Party { contact_id: *contact_id, ..Party::default() };
        person.first_name = Some(first.to_owned());
        person.last_name = Some(last.to_owned());
        person.email = Some(format!("{}@{}.example", first.to_lowercase(), domain(&customer.name)));
        person.address = customer.main.address.clone();
        customer.primary_contact = Some(*contact_id);
        books.put_contact(Contact {
            meta: Meta::new(draw.guid(), customer.meta.created),
            party: person,
            account: Some(customer.key.clone()),
            class: None,
            status: "Active".to_owned(),
            external_ref: None,
        });
    }
}

fn prospects(books: &mut Books, draw: &mut Stream, contact_id: i32, now: Timestamp) {
    for index in 1..=3 {
        let name = company(draw);
        let key = format!("PROSPECT{index}");
        let main = party(draw, &name, contact_id + index);
        let prospect = Prospect {
            meta: Meta::new(draw.guid(), ago(draw, now, 300, 30)),
            number: 4_000 + index,
            key: key.clone(),
            name,
            kind: if index == 3 { "Vendor" } else { "Business Account" }.to_owned(),
            status: "Active".to_owned(),
            class: None,
            account_ref: None,
            main,
        };
        books.prospects.insert(fold(&key), prospect);
    }
}
