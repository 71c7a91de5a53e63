//! `$filter` end to end: what matches, what fails, what lies.

use super::world::World;
use crate::acumatica::{NaiveZone, TypeOrder};

async fn customers(world: &World, filter: &str) -> String {
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    world
        .column(&format!("Customer?$filter={filter}&$expand=MainContact,MainContact/Address"), "CustomerID")
        .await
        .join(" ")
}

#[tokio::test]
async fn the_grammar_selects_rows() {
    let world = World::new().await;
    for (filter, expected) in [
        ("CustomerID eq 'c00001'", "C00001"),
        ("CustomerID eq 'C00001 '", "C00001"),
        ("'C00001' lt CustomerID", "C00002 C00003"),
        ("CustomerID gt 'C00001' and CustomerID le 'C00002'", "C00002"),
        ("CustomerID ge 'C00002'", "C00002 C00003"),
        ("CustomerID lt 'C00002' or CustomerID gt 'C00002'", "C00001 C00003"),
        ("CustomerID eq 'C00001' or CustomerID eq 'C00003'", "C00001 C00003"),
        ("CustomerID gt 'C00003' and CustomerID lt 'C00001'", ""),
        ("not (CustomerID eq 'C00001')", "C00002 C00003"),
        ("CustomerID ne 'C00001' and not (CustomerID eq 'C00002')", "C00003"),
        ("CustomerName eq 'O''Neil & \"Sons\"'", "C00002"),
        ("substringof('power',CustomerName)", "C00001"),
        ("substringof('商',CustomerName)", "C00003"),
        ("startswith(CustomerName,'nat')", "C00001"),
        ("endswith(CustomerName,'\"sons\"')", "C00002"),
        ("startswith(CustomerName,'nat') or endswith(CustomerName,'商事')", "C00001 C00003"),
        ("substringof('o',CustomerName) and CustomerID gt 'C00001'", "C00002"),
        ("MainContact/Email eq 'info2@example.com'", "C00002"),
        ("MainContact/Email eq null", "C00003"),
        ("MainContact/Email ne null", "C00001 C00002"),
        ("MainContact/Email ne 'info1@example.com'", "C00002"),
        ("MainContact/Address/City eq 'SPRINGFIELD'", "C00001 C00002 C00003"),
        ("EnableWriteOffs eq true", "C00001 C00002 C00003"),
        ("WriteOffLimit gt 29.5m and WriteOffLimit lt 31M", "C00001 C00002 C00003"),
        ("CreditLimit gt 0m", ""),
        ("BAccountID eq 1002", "C00002"),
        ("NoteID eq guid'00000000-0000-0000-0000-000000000003'", "C00003"),
        ("LastModifiedDateTime gt datetimeoffset'2026-03-01T08:01:00Z'", "C00002 C00003"),
        ("LastModifiedDateTime ge datetimeoffset'2026-03-01T11:02:00+03:00'", "C00002 C00003"),
        ("LastModifiedDateTime le datetimeoffset'2026-03-01T08:01:00'", "C00001"),
        ("LastModifiedDateTime gt datetimeoffset'2026-03-01'", "C00001 C00002 C00003"),
        ("cf.String(f='CurrentCustomer.TermsID') eq 'NET30' and CustomerID lt 'C00002'", "C00001"),
        ("cf.Decimal(f='CurrentCustomer.CreditLimit') eq 0M", "C00001 C00002 C00003"),
        ("cf.Boolean(f='CurrentCustomer.SmallBalanceAllow') eq true", "C00001 C00002 C00003"),
        ("cf.String(f='CurrentCustomer.UsrZohoID') eq 'x'", ""),
        // Silent: a function compared with a value matches nothing.
        ("substringof('power',CustomerName) eq true", ""),
    ] {
        assert_eq!(customers(&world, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn mistakes_answer_500_with_the_known_texts() {
    let world = World::new().await;
    for (filter, expected) in [
        ("contains(CustomerName,'x')", "unknown function"),
        ("tolower(CustomerName) eq 'x'", "unknown function"),
        ("toupper(CustomerName) eq 'x'", "unknown function"),
        ("not substringof('x',CustomerName)", "unary operator"),
        ("not (substringof('x',CustomerName))", "unary operator"),
        ("EnableWriteOffs eq 'true'", "incompatible types"),
        ("CustomerID eq 1", "incompatible types"),
        ("LastModifiedDateTime gt '2026-01-01'", "incompatible types"),
        ("CreditLimit gt 100", "Type conversions not supported"),
        ("CreditLimit gt 100.5", "Type conversions not supported"),
        ("customerid eq 'C00001'", "The given key was not present in the dictionary"),
        ("Nonsense eq 'x'", "The given key was not present in the dictionary"),
        ("cf.String(f='Nowhere.Nothing') eq 'x'", "The given key was not present in the dictionary"),
        ("Contacts/ContactID eq 1", "is not a single value"),
        ("CustomerID eq", "Syntax error"),
        ("CustomerID = 'x'", "Syntax error"),
        ("LastModifiedDateTime gt datetimeoffset'2026-03-01T08:00:00 03:00'", "Syntax error"),
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let message = world.get(&format!("Customer?$filter={encoded}")).await.exception();
        assert!(message.contains(expected), "{filter}: {message}");
    }
}

#[tokio::test]
async fn document_keys_order_by_code_or_by_label() {
    let path = "Invoice?$select=Type,ReferenceNbr&$filter=Type gt 'Credit Memo' or (Type eq 'Credit Memo' and ReferenceNbr gt '000000')";
    let keys = |rows: Vec<serde_json::Value>| {
        rows.iter()
            .map(|r| {
                format!("{}/{}", r["Type"]["value"].as_str().unwrap(), r["ReferenceNbr"]["value"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    for order in [TypeOrder::Code, TypeOrder::Label] {
        let world = World::switched(|s| s.type_order = order).await;
        let all = keys(world.list("Invoice?$select=Type,ReferenceNbr").await);
        assert_eq!(all, ["Credit Memo/000001", "Invoice/000001", "Invoice/000002", "Invoice/000004"]);
        assert_eq!(keys(world.list(path).await), all);
        let after = "Invoice?$filter=(Type eq 'Invoice' and ReferenceNbr gt '000001') or Type gt 'Invoice'";
        assert_eq!(keys(world.list(after).await), ["Invoice/000002", "Invoice/000004"]);
        let both = "Invoice?$filter=ReferenceNbr eq '000001'";
        assert_eq!(keys(world.list(both).await), ["Credit Memo/000001", "Invoice/000001"]);
    }
}

#[tokio::test]
async fn instants_without_offset_are_read_in_the_zone_of_the_switch() {
    for (zone, expected) in [(NaiveZone::Server, 3), (NaiveZone::Utc, 0)] {
        let mut options = super::world::options();
        options.switches.naive_literals = zone;
        let mut books = super::world::books();
        books.setup.zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(3600).unwrap());
        let world = World::with(options, books).await;
        let path = "Customer?$filter=LastModifiedDateTime gt datetimeoffset'2026-03-01T08:30:00'";
        assert_eq!(world.list(path).await.len(), expected, "{zone:?}");
    }
}

#[tokio::test]
async fn a_stamp_of_the_oldest_sales_invoice_is_reached_by_its_column() {
    let world = World::new().await;
    let base = "/ERP/entity/Default/20.200.001/SalesInvoice?$custom=Document.LastModifiedDateTime&$filter=";
    let at = "datetimeoffset'2026-03-01T08:00:00Z'";
    let rows = world.list(&format!("{base}cf.DateTime(f='Document.LastModifiedDateTime') ge {at}")).await;
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0]["custom"]["Document"]["LastModifiedDateTime"]["type"], "CustomDateTimeField");
    assert!(world.list(&format!("{base}cf.DateTime(f='Document.LastModifiedDateTime') gt {at}")).await.is_empty());
}

#[test]
fn no_text_breaks_the_reader() {
    let parts = [
        "CustomerID",
        "MainContact/Email",
        "Contacts/ContactID",
        "WriteOffLimit",
        "not",
        "and",
        "or",
        "eq",
        "gt",
        "(",
        ")",
        ",",
        "=",
        "'x'",
        "''",
        "'",
        "1",
        "1.5m",
        "-",
        "null",
        "true",
        "datetimeoffset'2026-03-01'",
        "guid'x'",
        "substringof",
        "cf.String",
        "f",
        "é",
        "日",
        "/",
        ".",
        "\u{0}",
    ];
    let books = super::world::books();
    let switches = crate::acumatica::Switches::default();
    let cx = crate::acumatica::entity::Cx { books: &books, switches: &switches, now: super::world::start() };
    let version = crate::acumatica::version::Version::V24;
    let entity = crate::acumatica::entity::find("Customer", version).unwrap();
    let mut draw = crate::rng::Seeds::new(7).stream("filters");
    let mut read = 0;
    for _ in 0..20_000 {
        let words: Vec<&str> = (0..1 + draw.below(8)).map(|_| *draw.pick(&parts).unwrap()).collect();
        let glue = if draw.chance(0.7) { " " } else { "" };
        if let Ok(filter) = crate::acumatica::filter::compile(&words.join(glue), entity, version, &cx) {
            read += 1;
            for customer in books.customers.values() {
                let _ = filter.pred.holds(&cx, crate::acumatica::entity::Rec::Customer(customer));
            }
        }
    }
    assert!(read > 0, "some texts are filters");
}
