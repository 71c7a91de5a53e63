//! A small world that agrees, written by hand after the mapping.

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::acumatica::model::{Books, Customer, CustomerClass, DocKey, DocType, Document, Item, Line, Origin};
use crate::control::compare::{PLACEHOLDER, Report, Rules, compare};
use crate::zoho::model::{Cell, Cells, Field, Kind, Org, OrgOptions, Record, Row, Unique};

pub(super) const CUSTOMER: u128 = 0xA1;
pub(super) const ITEM: u128 = 0xB2;

pub(super) struct World {
    pub(super) books: Books,
    pub(super) org: Org,
    pub(super) account: u64,
    pub(super) invoice: u64,
    pub(super) memo: u64,
}

pub(super) fn guid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn now() -> jiff::Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(super) fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

pub(super) fn money(value: &str) -> Cell {
    Cell::Number(number(value))
}

pub(super) fn line(at: i32, item: Option<&str>, description: &str, quantity: &str, price: &str, amount: &str) -> Line {
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

pub(super) fn books() -> Books {
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

pub(super) fn document(kind: DocType, number: &str, status: &str) -> Document {
    let date = "2026-02-01".parse().unwrap();
    let mut document = Document::new(guid(7), DocKey::new(kind, number), Origin::So, "C00001", "EUR", date, now());
    document.status = status.to_owned();
    document.released = status != "On Hold";
    document
}

pub(super) fn custom(org: &mut Org, module: &str, label: &str, kind: Kind) {
    let id = org.meta_id();
    let mut field = Field::new(&format!("{}_1", label.replace(' ', "_")), label, kind);
    field.id = id;
    field.custom = true;
    field.unique = (label == "ERP Key").then_some(Unique { case_sensitive: false });
    org.module_mut(module).unwrap().add_field(field);
}

pub(super) fn put(org: &mut Org, module: &str, values: Vec<(&str, Cell)>) -> u64 {
    let id = org.record_id();
    let module = org.module_mut(module).unwrap();
    let place = |name: &str| {
        let labelled = module.live_fields().find(|(_, field)| field.label == name).map(|(no, _)| no);
        module.field_no(name).or(labelled).unwrap_or_else(|| panic!("no field {name}"))
    };
    let cells = values.into_iter().map(|(name, cell)| (place(name), cell)).collect();
    let cells = Cells::from_unsorted(cells);
    module.put(Record { id, created: 0, modified: 0, owner: 0, created_by: 0, modified_by: 0, cells, hold: None });
    id
}

pub(super) fn rows(org: &mut Org, values: &[(u64, &str, &str, &str, &str)]) -> Cell {
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

pub(super) fn key(number: u128) -> Cell {
    text(&guid(number).hyphenated().to_string())
}

/// The custom fields that the mapping names.
pub(super) fn fields(org: &mut Org) {
    for (module, labels) in [
        ("Accounts", &["ERP Key", "ERP Code", "ERP Status", "ERP Class", "ERP Terms", "ERP Currency"][..]),
        ("Products", &["ERP Key", "ERP Kind", "ERP Status", "ERP Unit"][..]),
        ("Invoices", &["ERP Key", "ERP Number", "ERP Type", "ERP Status", "ERP Currency"][..]),
    ] {
        for label in labels {
            custom(org, module, label, Kind::Text);
        }
    }
    custom(org, "Invoices", "ERP Total", Kind::Currency);
    custom(org, "Invoices", "ERP Balance", Kind::Currency);
}

pub(super) fn world() -> World {
    let mut org = Org::new(OrgOptions::default());
    fields(&mut org);
    let account = put(
        &mut org,
        "Accounts",
        vec![
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
        ],
    );
    put(
        &mut org,
        "Accounts",
        vec![
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
        ],
    );
    let product = put(
        &mut org,
        "Products",
        vec![
            ("ERP Key", key(ITEM)),
            ("Product_Name", text("AA#1")),
            ("Product_Code", text("AA#1")),
            ("ERP Kind", text("Stock")),
            ("ERP Status", text("No Sales")),
            ("ERP Unit", text("BOX")),
            ("Usage_Unit", text("Box")),
            ("Product_Active", Cell::Bool(false)),
            ("Unit_Price", money("12.35")),
        ],
    );
    let placeholder = put(
        &mut org,
        "Products",
        vec![("ERP Key", text(PLACEHOLDER)), ("Product_Name", text("ERP line without item"))],
    );
    // 1000 x 0.12 = 120; the goodwill of -20 and the 3.40 too little are left to the adjustment, as is the tax.
    let lines = rows(
        &mut org,
        &[
            (product, "1000", "0.12", "0", "Pipe"),
            (placeholder, "1", "0", "0", "Goodwill"),
            (product, "2", "10", "1", "Pipe"),
        ],
    );
    let invoice = put(
        &mut org,
        "Invoices",
        vec![
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
        ],
    );
    let lines = rows(&mut org, &[(product, "2", "10", "0", "Pipe")]);
    let memo = put(
        &mut org,
        "Invoices",
        vec![
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
        ],
    );
    World { books: books(), org, account, invoice, memo }
}

impl World {
    pub(super) fn report(&self) -> Report {
        compare(&self.books, &self.org, &Rules { blank_means_empty: true, ..Rules::default() })
    }

    /// Sets or clears a field of a record, by API name or label.
    pub(super) fn set(&mut self, module: &str, id: u64, name: &str, cell: Option<Cell>) {
        let module = self.org.module_mut(module).unwrap();
        let labelled = module.live_fields().find(|(_, field)| field.label == name).map(|(no, _)| no);
        let no = module.field_no(name).or(labelled).unwrap();
        let mut record = module.take(id).unwrap();
        record.cells.set(no, cell);
        module.put(record);
    }
}
