//! A CRM filled through its own rules with what the comparison expects: the generated data is such that every record is
//! taken, and the totals that the CRM counts are those of the ERP.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::side::{Should, Side};
use super::super::{customers, documents, items, rows};
use super::world::{fields, now};
use super::*;
use crate::clock::SetClock;
use crate::options::{Options, Size};
use crate::simulation::Sim;
use crate::zoho::State;

/// Fields that the CRM counts itself.
const COUNTED: [&str; 1] = ["Grand_Total"];

fn sent(side: &Side<'_>, fields: &[(&'static str, Should)]) -> Value {
    let mut values = Map::new();
    for (name, should) in fields {
        let value = match should {
            Should::Text(Some(text)) => Value::from(text.as_str()),
            Should::Number(Some(number)) => serde_json::from_str(&number.normalize().to_string()).unwrap(),
            Should::Bool(truth) => Value::from(*truth),
            Should::Link(Some(id)) => serde_json::json!({"id": id.to_string()}),
            Should::Text(None) | Should::Number(None) | Should::Link(None) => continue,
        };
        if let (Some((_, field)), false) = (side.field(name), COUNTED.contains(name)) {
            values.insert(field.api_name.clone(), value);
        }
    }
    Value::Object(values)
}

fn put_all(state: &mut State, module: &str, records: &[Value]) {
    let mut refused = Vec::new();
    for values in records {
        if let Err(why) = state.insert_record(module, values, None, 0) {
            refused.push(format!("{why}: {values}"));
        }
    }
    assert!(refused.is_empty(), "{module} refuses {}: {:#?}", refused.len(), &refused[..refused.len().min(3)]);
}

fn filled(size: Size, rules: &Rules) -> Report {
    let clock = Arc::new(SetClock::new(now()));
    let sim = Sim::new(Options { size, ..Options::default() }, clock).unwrap();
    sim.acumatica().read(now(), |books| {
        sim.zoho().with(|state| {
            state.switches.negative_adjustment = rules.negative_adjustment;
            fields(&mut state.org);
            fill_accounts(state, books);
            fill_products(state, books);
            fill_invoices(state, books, rules);
        });
    });
    sim.compare_by(&Rules { blank_means_empty: true, ..rules.clone() })
}

fn fill_accounts(state: &mut State, books: &Books) {
    let records: Vec<Value> = {
        let side = Side::of(&state.org, "Accounts").unwrap();
        let known = customers::Customers::of(books, Some(&side));
        books.customers.values().map(|one| sent(&side, &known.account_of(one, &side))).collect()
    };
    put_all(state, "Accounts", &records);
    // Parents by a second write: now every account has an id.
    let parents: Vec<(u64, Value)> = {
        let side = Side::of(&state.org, "Accounts").unwrap();
        let known = customers::Customers::of(books, Some(&side));
        let values = |one| sent(&side, &known.account_of(one, &side));
        books.customers.values().map(|one| (known.account(&one.key).unwrap(), values(one))).collect()
    };
    for (id, values) in parents {
        state.edit_record("Accounts", id, &values, None, 0).unwrap();
    }
}

fn fill_products(state: &mut State, books: &Books) {
    let mut records: Vec<Value> = {
        let side = Side::of(&state.org, "Products").unwrap();
        books.items.values().map(|one| sent(&side, &items::product_of(one, &side))).collect()
    };
    records.push(serde_json::json!({"ERP_Key_1": PLACEHOLDER, "Product_Name": "ERP line without item"}));
    put_all(state, "Products", &records);
}

fn fill_invoices(state: &mut State, books: &Books, rules: &Rules) {
    let records: Vec<Value> = {
        let [accounts, products, invoices] =
            ["Accounts", "Products", "Invoices"].map(|module| Side::of(&state.org, module).unwrap());
        let known = customers::Customers::of(books, Some(&accounts));
        let sold = items::Items::of(books, Some(&products));
        let travelling = books.documents.values().filter(|one| documents::stays(one, Some(&invoices)).is_none());
        travelling
            .map(|one| {
                let plan = rows::Plan::of(one, &invoices, &sold, rules);
                let mut values = sent(&invoices, &documents::invoice_of(one, &invoices, &known, &plan, rules));
                values["Invoiced_Items"] = plan.sent();
                values
            })
            .collect()
    };
    put_all(state, "Invoices", &records);
}

#[test]
fn the_demos_data_is_taken_and_agrees() {
    let report = filled(Size::default(), &Rules::default());
    assert!(
        report.agree,
        "{:#?}",
        (&report.accounts.differing, &report.products.differing, &report.invoices.differing)
    );
    assert_eq!((report.accounts.present, report.products.present), (200, 500));
    assert!(report.invoices.present > 480, "{}", report.invoices.present);
}

#[test]
fn an_organisation_that_forbids_negative_adjustments_agrees_too() {
    let size = Size { customers: 40, items: 40, invoices: 120, ..Size::default() };
    let report = filled(size, &Rules { negative_adjustment: false, ..Rules::default() });
    assert!(report.agree, "{:#?}", report.invoices.differing);
}
