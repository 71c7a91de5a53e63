//! A small company and a caller.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::acumatica::model::{
    Address, Books, Contact, Customer, CustomerClass, DocKey, DocType, Document, Item, Line, Meta, Origin, Party,
    PayKey, PayType, Payment, Prospect, TaxLine,
};
use crate::acumatica::{Acumatica, Client, Flow, Options, RefreshMode, Switches, User};
use crate::clock::{Clock, SetClock};
use crate::rng::Seeds;

pub(super) const CLIENT: &str = "11111111-2222-3333-4444-555555555555@Company";
pub(super) const SECRET: &str = "client-secret";
pub(super) const PASSWORD: &str = "pass-word";
pub(super) const V24: &str = "/ERP/entity/Default/24.200.001";

pub(super) fn start() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn document(n: u128, kind: DocType, number: &str, origin: Origin) -> Document {
    let mut d = Document::new(id(n), DocKey::new(kind, number), origin, "C00001", "EUR", date(2026, 1, 15), start());
    d.customer_order = Some("PO 7".to_owned());
    for (index, item) in [Some("WIDGET"), None].into_iter().enumerate() {
        d.lines.push(Line {
            id: id(n * 100 + index as u128),
            number: index as i32 + 1,
            item: item.map(str::to_owned),
            description: Some(format!("line {index}")),
            quantity: Decimal::from(2),
            unit: item.map(|_| "EA".to_owned()),
            unit_price: Decimal::new(125_000, 4),
            extended: Decimal::from(25),
            discount_percent: Decimal::ZERO,
            discount: Decimal::ZERO,
            amount: Decimal::from(25),
            tax_category: Some("TAXABLE".to_owned()),
            account: "40000".to_owned(),
            subaccount: "000000".to_owned(),
            branch: "MAIN".to_owned(),
            warehouse: None,
            order: None,
            shipment: None,
        });
    }
    d.taxes.push(TaxLine {
        id: id(n * 100 + 50),
        tax: "VAT".to_owned(),
        rate: Decimal::from(20),
        taxable: Decimal::from(50),
        amount: Decimal::from(10),
    });
    d.total();
    d
}

pub(super) fn books() -> Books {
    let mut books = Books::default();
    let class = CustomerClass::default_class(id(900), start());
    books.setup.classes.insert("DEFAULT".to_owned(), class.clone());
    books.setup.next = 4;
    for (n, key, name) in
        [(1, "C00001", "National Power"), (2, "C00002", "O'Neil & \"Sons\""), (3, "C00003", "日本商事")]
    {
        let mut c = Customer::new(id(n), 1000 + n as i32, key, name, &class, start());
        c.main = Party {
            contact_id: 2000 + n as i32,
            full_name: Some(name.to_owned()),
            email: (n != 3).then(|| format!("info{n}@example.com")),
            phone1: Some("+1 555 0100".to_owned()),
            address: Address {
                line1: Some("1 Main St".to_owned()),
                city: Some("Springfield".to_owned()),
                country: Some("US".to_owned()),
                ..Address::default()
            },
            ..Party::default()
        };
        c.meta.modified = start() + jiff::SignedDuration::from_mins(n as i64);
        books.put_customer(c);
    }
    let meta = Meta::new(id(40), start());
    books.put_contact(Contact {
        meta,
        party: Party {
            contact_id: 3001,
            first_name: Some("Ann".to_owned()),
            last_name: Some("Lee".to_owned()),
            ..Party::default()
        },
        account: Some("C00001".to_owned()),
        class: None,
        status: "Active".to_owned(),
        external_ref: None,
    });
    books.prospects.insert(
        "PROSPECT1".to_owned(),
        Prospect {
            meta: Meta::new(id(50), start()),
            number: 1500,
            key: "PROSPECT1".to_owned(),
            name: "Prospect Ltd".to_owned(),
            kind: "Business Account".to_owned(),
            status: "Active".to_owned(),
            class: None,
            account_ref: None,
            main: Party::default(),
        },
    );
    let mut widget = Item::new(id(60), "WIDGET", true, start());
    widget.price = Decimal::new(1999, 2);
    books.put_item(widget);
    books.put_item(Item::new(id(61), "A'B #1-", true, start()));
    books.put_item(Item::new(id(62), "SERVICE", false, start()));
    for (n, kind, number, origin, released) in [
        (70, DocType::Invoice, "000001", Origin::Ar, true),
        (71, DocType::Invoice, "000002", Origin::So, true),
        (72, DocType::Invoice, "000003", Origin::So, false),
        (73, DocType::Invoice, "000004", Origin::Ar, false),
        (74, DocType::CreditMemo, "000001", Origin::Ar, true),
        (75, DocType::CashSale, "000005", Origin::So, true),
        (76, DocType::CashSale, "000006", Origin::So, false),
        (77, DocType::CashReturn, "000007", Origin::Ar, false),
    ] {
        let d = document(n, kind, number, origin);
        let key = d.key.clone();
        books.put_document(d);
        if released {
            books.release_document(&key, start()).unwrap();
        }
    }
    let key = PayKey::new(PayType::Payment, "P00001");
    books.put_payment(Payment::new(id(80), key, "C00001", "EUR", Decimal::from(5), date(2026, 2, 1), start()));
    books
}

/// An instance and who calls it.
pub(super) struct World {
    pub(super) erp: Arc<Acumatica>,
    pub(super) clock: Arc<SetClock>,
    pub(super) token: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// `exceptionMessage` of a 500.
    pub(super) fn exception(&self) -> String {
        assert_eq!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", self.text);
        self.json()["exceptionMessage"].as_str().unwrap().to_owned()
    }
}

pub(super) fn options() -> Options {
    let client = |id: &str, flow, refresh| Client {
        id: id.to_owned(),
        secret: SECRET.to_owned(),
        flows: vec![flow],
        redirects: vec!["http://127.0.0.1:8765/callback".to_owned()],
        refresh,
    };
    Options {
        prefix: "/ERP".to_owned(),
        clients: vec![
            client(CLIENT, Flow::Password, RefreshMode::Absolute { days: 30 }),
            client("code@Company", Flow::AuthorizationCode, RefreshMode::Sliding { days: 15, cap: Some(20) }),
            client("bare@Company", Flow::Password, RefreshMode::None),
        ],
        users: vec![User { name: "admin".to_owned(), password: PASSWORD.to_owned() }],
        ..Options::default()
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(options(), books()).await
    }

    pub(super) async fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        let mut options = options();
        change(&mut options.switches);
        Self::with(options, books()).await
    }

    pub(super) async fn with(options: Options, books: Books) -> Self {
        let clock = Arc::new(SetClock::new(start() + jiff::SignedDuration::from_hours(1)));
        let erp = Acumatica::new(options, books, clock.clone(), Seeds::new(1));
        let mut world = Self { erp, clock, token: String::new() };
        world.token = world.sign_in("api offline_access").await["access_token"].as_str().unwrap().to_owned();
        world
    }

    /// Tokens by the password grant.
    pub(super) async fn sign_in(&self, scope: &str) -> Value {
        let got = self
            .token(&[
                ("grant_type", "password"),
                ("username", "admin"),
                ("password", PASSWORD),
                ("scope", scope),
                ("client_id", CLIENT),
                ("client_secret", SECRET),
            ])
            .await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        got.json()
    }

    pub(super) async fn token(&self, form: &[(&str, &str)]) -> Got {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Request::post("/ERP/identity/connect/token").body(Body::from(body)).unwrap()).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.erp.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Got { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(super) async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let path = if path.starts_with("/ERP") { path.to_owned() } else { format!("{V24}/{path}") };
        let path = path.replace(' ', "%20").replace('"', "%22");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_LENGTH, body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Got {
        self.call(Method::GET, path, &[], "").await
    }

    /// A list, as JSON.
    pub(super) async fn list(&self, path: &str) -> Vec<Value> {
        let got = self.get(path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text);
        got.json().as_array().unwrap().clone()
    }

    /// The values of one field of a list.
    pub(super) async fn column(&self, path: &str, field: &str) -> Vec<String> {
        let rows = self.list(path).await;
        rows.iter().map(|r| r[field]["value"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(super) async fn put(&self, path: &str, body: &str) -> Got {
        self.call(Method::PUT, path, &[], body).await
    }

    pub(super) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
