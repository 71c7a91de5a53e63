//! What the CRM holds before the first run: an organisation with the ERP's currencies, won deals with their accounts
//! and contacts, and on demand accounts that nobody linked yet, some with a customer's name.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::customers::company;
use super::stamps::{ago, day, later};
use super::words::{GIVEN, PERSON};
use crate::acumatica::model::Books;
use crate::options::Size;
use crate::rng::{Seeds, Stream};
use crate::zoho::model::{Cell, Cells, Org, OrgOptions, Record};

/// Rates against the dollar of the currencies that the ERP's customers use.
const RATES: [(&str, &str); 4] =
    [("EUR", "0.920000000"), ("GBP", "0.790000000"), ("CHF", "0.880000000"), ("JPY", "150.000000000")];

/// The organisation options that fit the generated books.
#[must_use]
pub fn org_options() -> OrgOptions {
    OrgOptions {
        currencies: RATES.iter().map(|(iso, rate)| ((*iso).to_owned(), (*rate).to_owned())).collect(),
        ..OrgOptions::default()
    }
}

/// An organisation with deals, and with `size.existing_accounts` accounts of its own.
#[must_use]
pub fn org(seeds: Seeds, size: &Size, books: &Books, options: OrgOptions, now: Timestamp) -> Org {
    let mut org = Org::new(options);
    let mut draw = seeds.stream("crm");
    for index in 0..size.won_deals {
        won_deal(&mut org, &mut draw, index, now);
    }
    let mut draw = seeds.stream("crm accounts");
    let names: Vec<&str> = books.customers.values().map(|customer| customer.name.trim()).collect();
    for index in 0..size.existing_accounts {
        let own = format!("{} (CRM)", company(&mut draw));
        let name = match (index % 4, draw.pick(&names)) {
            (0, Some(name)) if !name.is_empty() => cut(name, 200),
            (1, Some(name)) if !name.is_empty() && index % 8 == 1 => cut(&name.to_uppercase(), 200),
            _ => own,
        };
        let at = ago(&mut draw, now, 700, 1);
        account(&mut org, &mut draw, &name, at);
    }
    org
}

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn won_deal(org: &mut Org, draw: &mut Stream, index: usize, now: Timestamp) {
    let at = ago(draw, now, 20, 1);
    let name = format!("{} (new in {})", company(draw), index + 2_001);
    let account = account(org, draw, &name, at);
    let (first, last) = (draw.pick(&GIVEN).copied().unwrap_or("Anna"), draw.pick(&PERSON).copied().unwrap_or("Adams"));
    let contact = put(
        org,
        draw,
        "Contacts",
        at,
        &[
            ("First_Name", text(first)),
            ("Last_Name", text(last)),
            ("Full_Name", text(&format!("{first} {last}"))),
            ("Email", text(&format!("{}.{}@deals.example", first.to_lowercase(), index + 1))),
            ("Account_Name", Cell::Lookup(account)),
        ],
    );
    let amount = Decimal::new(draw.between(250_000, 9_000_000), 2);
    put(
        org,
        draw,
        "Deals",
        at,
        &[
            ("Deal_Name", text(&format!("{name}: first order"))),
            ("Stage", text("Closed Won")),
            ("Pipeline", text("Standard (Standard)")),
            ("Amount", Cell::Number(amount)),
            ("Expected_Revenue", Cell::Number(amount)),
            ("Probability", Cell::Number(Decimal::ONE_HUNDRED)),
            ("Closing_Date", text(&later(day(at), 0).to_string())),
            ("Account_Name", Cell::Lookup(account)),
            ("Contact_Name", Cell::Lookup(contact)),
            ("Type", text("New Business")),
        ],
    );
}

fn account(org: &mut Org, draw: &mut Stream, name: &str, at: Timestamp) -> u64 {
    let phone = format!("+1 425 555 {:04}", draw.below(10_000));
    let street = format!("{} Deal Street", draw.between(1, 99));
    put(
        org,
        draw,
        "Accounts",
        at,
        &[
            ("Account_Name", text(name)),
            ("Phone", text(&phone)),
            ("Account_Type", text("Customer")),
            ("Billing_Street", text(&street)),
            ("Billing_City", text("Seattle")),
            ("Billing_State", text("WA")),
            ("Billing_Code", text("98101")),
            ("Billing_Country", text("United States")),
        ],
    )
}

fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

/// Stores a record with the fields that the module has; the others are left out (an edition without currencies, say).
fn put(org: &mut Org, draw: &mut Stream, module: &str, at: Timestamp, values: &[(&str, Cell)]) -> u64 {
    let id = org.record_id();
    let home = org.home().to_owned();
    let owner = org.users.get(draw.index(org.users.len())).map_or(0, |user| user.id);
    let Some(module) = org.module_mut(module) else {
        return id;
    };
    let money = [("Currency", text(&home)), ("Exchange_Rate", Cell::Number(Decimal::ONE))];
    let cells = values
        .iter()
        .chain(&money)
        .filter_map(|(name, cell)| module.field_no(name).map(|no| (no, cell.clone())))
        .collect();
    let second = at.as_second();
    module.put(Record {
        id,
        created: second,
        modified: second,
        owner,
        created_by: owner,
        modified_by: owner,
        cells: Cells::from_unsorted(cells),
        hold: None,
    });
    id
}
