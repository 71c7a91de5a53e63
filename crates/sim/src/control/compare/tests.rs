//! A small world that agrees, written by hand after the mapping, and every way in which it can cease to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;
use crate::acumatica::model::{Customer, CustomerClass, DocKey, DocType, Document, Item, Line, Origin};
use crate::zoho::model::{Cell, Cells, Field, Kind, OrgOptions, Record, Row, Unique};

const CUSTOMER: u128 = 0xA1;
const ITEM: u128 = 0xB2;

struct World {
    books: Books,
    org: Org,
    account: u64,
    invoice: u64,
    memo: u64,
}

fn guid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn now() -> jiff::Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

fn money(value: &str) -> Cell {
    Cell::Number(number(value))
}

fn line(at: i32, item: Option<&str>, description: &str, quantity: &str, price: &str, amount: &str) -> Line {
    Line {
        id: guid(900 + u128::try_from(at).unwrap()),
        number: at,
        item: item.map(str::to_owned),
        description: Some(description.to_owned()),
        quantity: number(quantity),
        unit: None,
        unit_price: number(price),
        extended: number(amount),
        discount_percent: Decimal::ZERO,
        discount: Decimal::ZERO,
        amount: number(amount),
        tax_category: None,
        account: "40000".into(),
        subaccount: "000000".into(),
        branch: "MAIN".into(),
        warehouse: None,
        order: None,
        shipment: None,
    }
}

fn books() -> Books {
    let mut books = Books::default();
    let class = CustomerClass::default_class(guid(1), now());
    let mut parent = Customer::new(guid(CUSTOMER), 1, "C00001", "  Müller & Söhne ", &class, now());
    parent.main.phone1 = Some("Tel +49 (30) 1-2".into());
    parent.main.web = Some("see our site".into());
    parent.main.address.line1 = Some("1 Road".into());
    parent.main.address.line2 = Some("B".into());
    let mut child = Customer::new(guid(CUSTOMER + 1), 2, "C00002", "", &class, now());
    child.parent = Some("c00001".into());
    books.put_customer(parent);
    books.put_customer(child);

    let mut item = Item::new(guid(ITEM), "AA#1", true, now());
    item.base_unit = "BOX".into();
    item.price = number("12.345");
    item.status = "No Sales".into();
    books.put_item(item);

    let mut invoice = document(DocType::Invoice, "INV1", "Open");
    invoice.lines = vec![
        line(1, Some("AA#1"), "Pipe", "1000", "0.1234", "123.40"),
        line(2, None, "Goodwill", "1", "-20", "-20"),
        line(3, Some("AA#1"), "Pipe", "2", "10", "19"),
    ];
    invoice.amount = number("130.00");
    invoice.balance = number("30.00");
    books.put_document(invoice);

    let mut memo = document(DocType::CreditMemo, "INV1", "Canceled");
    memo.lines = vec![line(1, Some("AA#1"), "Pipe", "2", "10", "20")];
    memo.amount = number("20");
    books.put_document(memo);

    books.put_document(document(DocType::Invoice, "INV2", "On Hold"));
    books
}

fn document(kind: DocType, number: &str, status: &str) -> Document {
    let date = "2026-02-01".parse().unwrap();
    let mut document =
        Document::new(guid(7), DocKey::new(kind, number), Origin::So, "C00001", "EUR", date, now());
    document.status = status.to_owned();
    document.released = status != "On Hold";
    document
}

fn custom(org: &mut Org, module: &str, label: &str, kind: Kind) {
    let id = org.meta_id();
    let mut field = Field::new(&format!("{}_1", label.replace(' ', "_")), label, kind);
    field.id = id;
    field.custom = true;
    field.unique = (label == "ERP Key").then_some(Unique { case_sensitive: false });
    org.module_mut(module).unwrap().add_field(field);
}

fn put(org: &mut Org, module: &str, values: Vec<(&str, Cell)>) -> u64 {
    let id = org.record_id();
    let module = org.module_mut(module).unwrap();
    let place = |name: &str| {
        let labelled = module.live_fields().find(|(_, field)| field.label == name).map(|(no, _)| no);
        module.field_no(name).or(labelled).unwrap_or_else(|| panic!("no field {name}"))
    };
    let cells = values.into_iter().map(|(name, cell)| (place(name), cell)).collect();
    let cells = Cells::from_unsorted(cells);
    module.put(Record {
        id,
        created: 0,
        modified: 0,
        owner: 0,
        created_by: 0,
        modified_by: 0,
        cells,
        hold: None,
    });
    id
}

fn rows(org: &mut Org, values: &[(u64, &str, &str, &str, &str)]) -> Cell {
    let rows = values
        .iter()
        .map(|(product, quantity, price, discount, description)| {
            let id = org.record_id();
            let module = org.module("Invoiced_Items").unwrap();
            let no = |name: &str| module.field_no(name).unwrap();
            Row {
                id,
                created: 0,
                modified: 0,
                cells: Cells::from_unsorted(vec![
                    (no("Product_Name"), Cell::Lookup(*product)),
                    (no("Quantity"), money(quantity)),
                    (no("List_Price"), money(price)),
                    (no("Discount"), money(discount)),
                    (no("Description"), text(description)),
                ]),
            }
        })
        .collect();
    Cell::Rows(rows)
}

fn key(number: u128) -> Cell {
    text(&guid(number).hyphenated().to_string())
}

fn world() -> World {
    let mut org = Org::new(OrgOptions::default());
    for (module, labels) in [
        ("Accounts", &["ERP Key", "ERP Code", "ERP Status", "ERP Class", "ERP Terms", "ERP Currency"][..]),
        ("Products", &["ERP Key", "ERP Kind", "ERP Status", "ERP Unit"][..]),
        ("Invoices", &["ERP Key", "ERP Number", "ERP Type", "ERP Status", "ERP Currency"][..]),
    ] {
        for label in labels {
            custom(&mut org, module, label, Kind::Text);
        }
    }
    custom(&mut org, "Invoices", "ERP Total", Kind::Currency);
    custom(&mut org, "Invoices", "ERP Balance", Kind::Currency);

    let account = put(&mut org, "Accounts", vec![
        ("ERP Key", key(CUSTOMER)),
        ("Account_Name", text("Müller & Söhne")),
        ("ERP Code", text("C00001")),
        ("ERP Status", text("Active")),
        ("ERP Class", text("DEFAULT")),
        ("ERP Terms", text("NET30")),
        ("ERP Currency", text("USD")),
        ("Phone", text("+49 (30) 1-2")),
        ("Billing_Street", text("1 Road, B")),
        ("Billing_Country", text("US")),
        ("Shipping_Street", text("1 Road, B")),
        ("Shipping_Country", text("US")),
    ]);
    put(&mut org, "Accounts", vec![
        ("ERP Key", key(CUSTOMER + 1)),
        ("Account_Name", text("C00002")),
        ("ERP Code", text("C00002")),
        ("ERP Status", text("Active")),
        ("ERP Class", text("DEFAULT")),
        ("ERP Terms", text("NET30")),
        ("ERP Currency", text("USD")),
        ("Billing_Country", text("US")),
        ("Shipping_Country", text("US")),
        ("Parent_Account", Cell::Lookup(account)),
    ]);
    let product = put(&mut org, "Products", vec![
        ("ERP Key", key(ITEM)),
        ("Product_Name", text("AA#1")),
        ("Product_Code", text("AA#1")),
        ("ERP Kind", text("Stock")),
        ("ERP Status", text("No Sales")),
        ("ERP Unit", text("BOX")),
        ("Usage_Unit", text("Box")),
        ("Product_Active", Cell::Bool(false)),
        ("Unit_Price", money("12.35")),
    ]);
    let placeholder = put(&mut org, "Products", vec![
        ("ERP Key", text(PLACEHOLDER)),
        ("Product_Name", text("ERP line without item")),
    ]);
    // 1000 x 0.12 = 120; the goodwill of -20 and the 3.40 too little are left to the adjustment, as is the tax.
    let lines = rows(&mut org, &[
        (product, "1000", "0.12", "0", "Pipe"),
        (placeholder, "1", "0", "0", "Goodwill"),
        (product, "2", "10", "1", "Pipe"),
    ]);
    let invoice = put(&mut org, "Invoices", vec![
        ("ERP Key", text("Invoice/INV1")),
        ("Subject", text("INV1")),
        ("ERP Number", text("INV1")),
        ("ERP Type", text("Invoice")),
        ("ERP Status", text("Open")),
        ("ERP Total", money("130")),
        ("ERP Balance", money("30")),
        ("ERP Currency", text("EUR")),
        ("Account_Name", Cell::Lookup(account)),
        ("Invoice_Date", text("2026-02-01")),
        ("Status", text("Approved")),
        ("Currency", text("EUR")),
        ("Invoiced_Items", lines),
        ("Adjustment", money("-9")),
        ("Grand_Total", money("130")),
    ]);
    let lines = rows(&mut org, &[(product, "2", "10", "0", "Pipe")]);
    let memo = put(&mut org, "Invoices", vec![
        ("ERP Key", text("Credit Memo/INV1")),
        ("Subject", text("INV1 (Credit Memo)")),
        ("ERP Number", text("INV1")),
        ("ERP Type", text("Credit Memo")),
        ("ERP Status", text("Canceled")),
        ("ERP Total", money("-20")),
        ("ERP Balance", money("0")),
        ("ERP Currency", text("EUR")),
        ("Account_Name", Cell::Lookup(account)),
        ("Invoice_Date", text("2026-02-01")),
        ("Status", text("Cancelled")),
        ("Currency", text("EUR")),
        ("Invoiced_Items", lines),
        ("Adjustment", money("-40")),
        ("Grand_Total", money("-20")),
    ]);
    World { books: books(), org, account, invoice, memo }
}

impl World {
    fn report(&self) -> Report {
        compare(&self.books, &self.org, &Rules { blank_means_empty: true, ..Rules::default() })
    }

    /// Sets or clears a field of a record, by API name or label.
    fn set(&mut self, module: &str, id: u64, name: &str, cell: Option<Cell>) {
        let module = self.org.module_mut(module).unwrap();
        let labelled = module.live_fields().find(|(_, field)| field.label == name).map(|(no, _)| no);
        let no = module.field_no(name).or(labelled).unwrap();
        let mut record = module.take(id).unwrap();
        record.cells.set(no, cell);
        module.put(record);
    }
}

#[test]
fn the_world_written_by_hand_agrees() {
    let report = world().report();
    assert!(report.agree, "{report:#?}");
    assert_eq!((report.accounts.expected, report.accounts.present), (2, 2));
    assert_eq!((report.products.expected, report.products.present), (1, 1));
    assert_eq!((report.invoices.expected, report.invoices.present), (2, 2));
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
    let lines = rows(&mut world.org, &[
        (product, "1000", "0.12", "0", "Pipe"),
        (placeholder, "1", "0", "0", "and 2 more lines"),
    ]);
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
