//! Every way in which a world that agrees can cease to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use rust_decimal::Decimal;

mod filled;
mod world;

use self::world::{CUSTOMER, World, guid, key, line, money, put, rows, text, world};
use super::*;
use crate::acumatica::model::{DocKey, DocType};
use crate::zoho::model::{Cell, Cells, OrgOptions, Row};

#[test]
fn the_world_written_by_hand_agrees() {
    let report = world().report();
    assert!(report.agree, "{report:#?}");
    assert_eq!((report.accounts.expected, report.accounts.present), (2, 2));
    assert_eq!((report.products.expected, report.products.present), (1, 1));
    assert_eq!((report.invoices.expected, report.invoices.present), (2, 2));
}

#[test]
fn a_document_that_was_archived_stays_where_it_came_before_and_is_not_missed_elsewhere() {
    let mut world = world();
    for document in world.books.documents.values_mut() {
        document.archived = true;
    }
    assert!(world.report().agree, "{:#?}", world.report());
    world.org.module_mut("Invoices").unwrap().take(world.invoice);
    assert!(world.report().agree, "{:#?}", world.report());
}

#[test]
fn each_changed_field_is_told_with_both_values() {
    type Plant = (&'static str, fn(&World) -> u64, &'static str, Option<Cell>);
    let account: fn(&World) -> u64 = |world| world.account;
    let invoice: fn(&World) -> u64 = |world| world.invoice;
    let memo: fn(&World) -> u64 = |world| world.memo;
    let plants: [Plant; 14] = [
        ("Accounts", account, "Account_Name", Some(text(" Müller & Söhne"))),
        ("Accounts", account, "Phone", None),
        ("Accounts", account, "Website", Some(text("see our site"))),
        ("Accounts", account, "ERP Status", Some(text("active"))),
        ("Accounts", account, "Billing_Street", Some(text("1 Road"))),
        ("Accounts", account, "Parent_Account", Some(Cell::Lookup(1))),
        ("Invoices", invoice, "Grand_Total", Some(money("130.01"))),
        ("Invoices", invoice, "ERP Balance", Some(money("130"))),
        ("Invoices", invoice, "Adjustment", Some(money("0"))),
        ("Invoices", invoice, "Account_Name", Some(Cell::Lookup(1))),
        ("Invoices", invoice, "Invoice_Date", Some(text("2026-02-02"))),
        ("Invoices", invoice, "Due_Date", Some(text("2026-02-02"))),
        ("Invoices", memo, "ERP Total", Some(money("20"))),
        ("Invoices", memo, "Status", Some(text("Approved"))),
    ];
    for (module, id, name, cell) in plants {
        let mut world = world();
        let id = id(&world);
        world.set(module, id, name, cell);
        let report = world.report();
        assert!(!report.agree, "{name} is not noticed");
        let (_, found) = report.modules().into_iter().find(|(of, _)| *of == module).unwrap();
        assert_eq!(found.differing_total, 1, "{name}: {found:#?}");
        let difference = &found.differing[0];
        assert!(difference.field == name || difference.field == format!("{}_1", name.replace(' ', "_")));
        assert_ne!(difference.expected, difference.found);
    }
}

#[test]
fn rows_are_compared_by_number_order_and_content() {
    let rows_of = |world: &World| {
        let module = world.org.module("Invoices").unwrap();
        let no = module.field_no("Invoiced_Items").unwrap();
        module.record(world.invoice).unwrap().rows(no).to_vec()
    };
    let with = |change: fn(&mut Vec<Row>)| {
        let mut world = world();
        let mut rows = rows_of(&world);
        change(&mut rows);
        let id = world.invoice;
        world.set("Invoices", id, "Invoiced_Items", Some(Cell::Rows(rows)));
        world.report().invoices
    };
    let doubled = with(|rows| rows.extend(rows.clone()));
    assert_eq!((doubled.differing[0].expected.as_str(), doubled.differing[0].found.as_str()), ("3 rows", "6 rows"));
    let swapped = with(|rows| rows.swap(0, 1));
    assert!(swapped.differing.iter().any(|one| one.field == "Invoiced_Items[1].Product_Name"), "{swapped:#?}");
    let cleared = with(|rows| rows[2].cells = Cells::default());
    assert!(cleared.differing.iter().any(|one| one.field == "Invoiced_Items[3].Quantity"));
}

#[test]
fn missing_extra_and_doubled_records_are_told() {
    let mut gone = world();
    let id = gone.account;
    gone.org.module_mut("Accounts").unwrap().delete(id, 0, 0);
    let report = gone.report();
    assert_eq!(report.accounts.missing, [guid(CUSTOMER).hyphenated().to_string()]);
    assert_eq!((report.accounts.expected, report.accounts.present), (2, 1));

    let mut extra = world();
    put(&mut extra.org, "Accounts", vec![("ERP Key", key(0xFF)), ("Account_Name", text("Nobody"))]);
    put(&mut extra.org, "Accounts", vec![("Account_Name", text("A record without key is nobody's business"))]);
    let report = extra.report();
    assert_eq!(report.accounts.extra_total, 1);
    assert!(!report.agree);

    let mut unposted = world();
    put(&mut unposted.org, "Invoices", vec![("ERP Key", text("Invoice/INV2")), ("Subject", text("INV2"))]);
    let report = unposted.report();
    assert_eq!(report.invoices.extra[0].why, "documents with status On Hold do not travel");

    let mut doubled = world();
    let shouted = guid(CUSTOMER).hyphenated().to_string().to_uppercase();
    put(&mut doubled.org, "Accounts", vec![("ERP Key", text(&shouted)), ("Account_Name", text("Twice"))]);
    let report = doubled.report();
    assert_eq!(report.accounts.doubled_total, 1);
    assert_eq!(report.accounts.extra_total, 0);
    assert!(!report.agree);
}

#[test]
fn a_record_in_the_recycle_bin_is_not_there() {
    let mut world = world();
    let id = world.memo;
    world.org.module_mut("Invoices").unwrap().delete(id, 0, 0);
    assert_eq!(world.report().invoices.missing, ["Credit Memo/INV1"]);
}

#[test]
fn lists_end_at_the_cap_and_totals_go_on() {
    let mut world = world();
    for extra in 0..MOST_LISTED as u128 + 5 {
        put(&mut world.org, "Accounts", vec![("ERP Key", key(0xFFFF + extra)), ("Account_Name", text("x"))]);
    }
    let report = world.report();
    assert_eq!((report.accounts.extra.len(), report.accounts.extra_total), (MOST_LISTED, MOST_LISTED + 5));
}

#[test]
fn a_blank_source_accepts_what_was_there_unless_told_otherwise() {
    let mut world = world();
    let id = world.account;
    world.set("Accounts", id, "Billing_City", Some(text("Berlin")));
    assert!(!world.report().agree);
    assert!(compare(&world.books, &world.org, &Rules::default()).agree);
}

#[test]
fn a_split_original_counts_nothing_where_the_erp_tells() {
    let mut world = world();
    let key = DocKey::new(DocType::Invoice, "INV1");
    let original = world.books.documents.get_mut(&key).unwrap();
    original.installments = Some(3);
    original.balance = Decimal::ZERO;
    original.status = "Closed".into();
    let id = world.invoice;
    world.set("Invoices", id, "ERP Status", Some(text("Instalments")));
    world.set("Invoices", id, "ERP Total", Some(money("0")));
    world.set("Invoices", id, "ERP Balance", Some(money("0")));
    world.set("Invoices", id, "Adjustment", Some(money("-139")));
    world.set("Invoices", id, "Grand_Total", Some(money("0")));
    let report = world.report();
    assert!(report.agree, "{report:#?}");
    let untold = Rules { instalments_told: false, ..Rules::default() };
    assert!(!compare(&world.books, &world.org, &untold).agree);
}

#[test]
fn long_documents_end_in_a_summary_row_and_negative_adjustments_may_be_forbidden() {
    let mut world = world();
    let short = Rules { rows: 2, blank_means_empty: true, ..Rules::default() };
    let product = world.org.module("Products").unwrap().records().next().unwrap().id;
    let placeholder = world.org.module("Products").unwrap().records().nth(1).unwrap().id;
    // The two lines after the first come to -20 + 19 = -1: nothing to show, all of it in the adjustment.
    let lines = rows(
        &mut world.org,
        &[(product, "1000", "0.12", "0", "Pipe"), (placeholder, "1", "0", "0", "and 2 more lines")],
    );
    let id = world.invoice;
    world.set("Invoices", id, "Invoiced_Items", Some(lines));
    world.set("Invoices", id, "Adjustment", Some(money("10")));
    let report = compare(&world.books, &world.org, &short);
    assert!(report.agree, "{report:#?}");

    let forbidden = Rules { negative_adjustment: false, ..short };
    let report = compare(&world.books, &world.org, &forbidden);
    // The invoice's adjustment is positive here; only the credit memo loses its rows of value.
    assert_eq!(report.invoices.differing.iter().filter(|one| one.key == "Invoice/INV1").count(), 0, "{report:#?}");
    let memo: Vec<&str> = report
        .invoices
        .differing
        .iter()
        .filter(|one| one.key == "Credit Memo/INV1")
        .map(|one| one.field.as_str())
        .collect();
    assert!(memo.contains(&"Grand_Total") && memo.contains(&"Adjustment"), "{memo:?}");
}

#[test]
fn lines_that_columns_cannot_hold_become_one_amount() {
    let line_as = |quantity: &str, price: &str, amount: &str, row: (&str, &str, &str), adjustment: &str| {
        let mut world = world();
        let columns = world.org.module_mut("Invoiced_Items").unwrap();
        let quantity_column = columns.field_no("Quantity").unwrap();
        columns.fields[usize::from(quantity_column)].decimals = Some(2);
        let key = DocKey::new(DocType::Invoice, "INV1");
        let document = world.books.documents.get_mut(&key).unwrap();
        document.lines = vec![line(1, Some("AA#1"), "Pipe", quantity, price, amount)];
        let product = world.org.module("Products").unwrap().records().next().unwrap().id;
        let cell = rows(&mut world.org, &[(product, row.0, row.1, row.2, "Pipe")]);
        let id = world.invoice;
        world.set("Invoices", id, "Invoiced_Items", Some(cell));
        world.set("Invoices", id, "Adjustment", Some(money(adjustment)));
        let report = world.report();
        assert!(report.agree, "{quantity} x {price}: {:#?}", report.invoices.differing);
    };
    line_as("2.125", "8", "17", ("1", "17", "0"), "113");
    line_as("2.5", "8", "18", ("2.5", "8", "2"), "112");
    line_as("3000", "0.004", "12", ("1", "12", "0"), "118");
    line_as("-1", "5", "-5", ("1", "0", "0"), "130");
    line_as("3", "0", "0", ("3", "0", "0"), "130");
}

#[test]
fn a_document_without_lines_has_one_row_on_the_placeholder() {
    let mut world = world();
    world.books.documents.get_mut(&DocKey::new(DocType::Invoice, "INV1")).unwrap().lines.clear();
    let placeholder = world.org.module("Products").unwrap().records().nth(1).unwrap().id;
    let cell = rows(&mut world.org, &[(placeholder, "1", "130", "0", "")]);
    let id = world.invoice;
    world.set("Invoices", id, "Invoiced_Items", Some(cell));
    world.set("Invoices", id, "Adjustment", Some(money("0")));
    let report = world.report();
    assert!(report.agree, "{report:#?}");
}

#[test]
fn a_missing_placeholder_is_told() {
    let mut world = world();
    let placeholder = world.org.module("Products").unwrap().records().nth(1).unwrap().id;
    world.org.module_mut("Products").unwrap().delete(placeholder, 0, 0);
    let report = world.report();
    assert_eq!(report.invoices.differing[0].expected, PLACEHOLDER);
}

#[test]
fn an_organisation_without_our_fields_misses_everything() {
    let world = world();
    let report = compare(&world.books, &Org::new(OrgOptions::default()), &Rules::default());
    assert_eq!(report.accounts.missing_total, 2);
    assert_eq!(report.invoices.missing_total, 2);
    assert!(!report.agree);
}
