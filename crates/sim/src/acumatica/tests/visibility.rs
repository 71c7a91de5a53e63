//! Which documents stand behind which entity, and how edits of the world show.

use rust_decimal::Decimal;

use super::world::{World, id};
use crate::acumatica::model::{DocKey, DocType, Staged, StampRule};

async fn keys(world: &World, entity: &str) -> Vec<String> {
    let rows = world.list(&format!("{entity}?$select=Type,ReferenceNbr")).await;
    rows.iter()
        .map(|r| format!("{} {}", r["Type"]["value"].as_str().unwrap(), r["ReferenceNbr"]["value"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn each_form_selects_its_documents() {
    let world = World::new().await;
    assert_eq!(
        keys(&world, "Invoice").await,
        ["Credit Memo 000001", "Invoice 000001", "Invoice 000002", "Invoice 000004"]
    );
    assert_eq!(
        keys(&world, "SalesInvoice").await,
        ["Cash Sale 000005", "Cash Sale 000006", "Invoice 000002", "Invoice 000003"]
    );
    assert_eq!(keys(&world, "CashSale").await, ["Cash Sale 000005", "Cash Return 000007"]);
    assert_eq!(keys(&world, "Payment").await, ["Credit Memo 000001", "Payment P00001"]);
    let world = World::switched(|s| {
        s.invoice_lists_cash_sales = true;
        s.payment_lists_credit_memos = false;
    })
    .await;
    assert_eq!(keys(&world, "Invoice").await.len(), 6);
    assert_eq!(keys(&world, "Payment").await, ["Payment P00001"]);
}

#[tokio::test]
async fn one_row_has_one_id_behind_all_entities() {
    let world = World::new().await;
    let invoice = world.get("Invoice/Invoice/000002").await.json();
    let sales = world.get("SalesInvoice/Invoice/000002").await.json();
    assert_eq!(invoice["id"], sales["id"]);
    assert_eq!(invoice["id"], id(71).to_string());
    let memo = world.get("Payment/Credit%20Memo/000001").await.json();
    assert_eq!(memo["id"], id(74).to_string());
}

#[tokio::test]
async fn payments_lower_the_balance_with_and_without_a_stamp() {
    let world = World::new().await;
    let key = DocKey::new(DocType::Invoice, "000001");
    let later = world.now();
    let day = jiff::civil::date(2026, 2, 2);
    let pay = |number: &str, amount: i64, n, stamp| {
        world.erp.write(later, |books, _| {
            books.pay(&key, number, Decimal::from(amount), (id(n), id(n + 1)), stamp, day, later)
        })
    };
    pay("P1", 20, 300, StampRule::Stays).unwrap();
    let path = "Invoice?$filter=LastModifiedDateTime gt datetimeoffset'2026-03-01T08:30:00Z'";
    assert!(world.list(path).await.is_empty());
    let row = world.get("Invoice/Invoice/000001?$expand=ApplicationsDefault").await.json();
    assert_eq!(
        (row["Balance"]["value"].to_string(), row["Status"]["value"].as_str()),
        ("40.0".to_owned(), Some("Open"))
    );
    assert_eq!(row["ApplicationsDefault"][0]["ReferenceNbr"]["value"], "P1");
    pay("P2", 40, 310, StampRule::Moves).unwrap();
    let row = &world.list(path).await[0];
    assert_eq!(
        (row["Balance"]["value"].to_string(), row["Status"]["value"].as_str()),
        ("0.0".to_owned(), Some("Closed"))
    );
    let payment = world.get("Payment/Payment/P2?$expand=ApplicationHistory,DocumentsToApply").await.json();
    assert_eq!(payment["ApplicationHistory"][0]["AdjustedRefNbr"]["value"], "000001");
    assert_eq!(payment["DocumentsToApply"], serde_json::json!([]));
    assert!(pay("P3", 1, 320, StampRule::Moves).is_err(), "nothing is open");
}

#[tokio::test]
async fn instalments_close_the_original_and_never_reach_the_sales_form() {
    let world = World::new().await;
    let key = DocKey::new(DocType::Invoice, "000003");
    let now = world.now();
    let parts: Vec<_> = (0..3_u8)
        .map(|n| {
            (format!("1{n}"), jiff::civil::date(2026, 4, 1 + n as i8), id(400 + u128::from(n)), id(410 + u128::from(n)))
        })
        .collect();
    world.erp.write(now, |books, _| books.release_in_installments(&key, &parts, now)).unwrap();
    let custom = "$custom=Document.MasterRefNbr,Document.InstallmentNbr,Document.InstallmentCntr&$expand=Details";
    let original = world.get(&format!("Invoice/Invoice/000003?{custom}")).await.json();
    assert_eq!(original["Status"]["value"], "Closed");
    assert_eq!(original["custom"]["Document"]["InstallmentCntr"]["value"], 3);
    let mut sum = Decimal::ZERO;
    for n in 0..3 {
        let part = world.get(&format!("Invoice/Invoice/1{n}?{custom}")).await.json();
        assert_eq!(part["custom"]["Document"]["MasterRefNbr"]["value"], "000003");
        assert_eq!(part["custom"]["Document"]["InstallmentNbr"]["value"], n + 1);
        assert_eq!(part["Details"][0]["TransactionDescription"]["value"], "Multiple Installment split");
        assert_eq!(part["Details"][0]["InventoryID"], serde_json::json!({}));
        sum += part["Balance"]["value"].to_string().parse::<Decimal>().unwrap();
    }
    assert_eq!(sum, Decimal::from(60));
    assert_eq!(world.get("SalesInvoice/Invoice/10").await.status, 500);
}

#[tokio::test]
async fn renaming_keeps_the_id_and_conversion_moves_the_item() {
    let world = World::new().await;
    let now = world.now();
    world.erp.write(now, |books, _| {
        books.rename_customer("C00001", "POWER", now).unwrap();
        books.convert_item("WIDGET", now).unwrap();
        books.rename_item("WIDGET", "GADGET", now).unwrap();
        assert!(books.rename_item("GADGET", "SERVICE", now).is_err());
    });
    assert_eq!(world.get("Customer/POWER").await.json()["id"], id(1).to_string());
    assert_eq!(world.get("Invoice/Invoice/000001").await.json()["Customer"]["value"], "POWER");
    assert_eq!(world.column("NonStockItem", "InventoryID").await, ["GADGET", "SERVICE"]);
    let line = &world.get("Invoice/Invoice/000001?$expand=Details").await.json()["Details"][0];
    assert_eq!(line["InventoryID"]["value"], "GADGET");
}

#[tokio::test]
async fn a_late_commit_shows_a_row_with_an_old_stamp() {
    let world = World::new().await;
    let (now, commit) = (world.now(), world.now() + jiff::SignedDuration::from_mins(5));
    world.erp.write(now, |books, _| {
        let mut customer = books.customers["C00002"].clone();
        customer.name = "Changed".to_owned();
        customer.meta.modified = now;
        books.stage(commit, Staged::Customer(Box::new(customer)));
    });
    assert_ne!(world.get("Customer/C00002").await.json()["CustomerName"]["value"], "Changed");
    world.pass(std::time::Duration::from_mins(5));
    let row = world.get("Customer/C00002").await.json();
    assert_eq!(row["CustomerName"]["value"], "Changed");
    assert_eq!(row["LastModifiedDateTime"]["value"], "2026-03-01T09:00:00+00:00");
}

#[tokio::test]
async fn a_hidden_row_is_missing_from_lists_and_by_key_without_an_error_of_rights() {
    let world = World::new().await;
    let all = world.column("Customer", "CustomerID").await;
    let id = world.erp.read(world.now(), |books| books.customers["C00002"].meta.id);
    world.erp.write(world.now(), |books, _| books.hidden.insert(id));
    let seen = world.column("Customer", "CustomerID").await;
    assert_eq!(seen.len() + 1, all.len());
    assert!(!seen.contains(&"C00002".to_owned()), "{seen:?}");
    for key in ["C00002".to_owned(), id.to_string()] {
        assert_eq!(world.get(&format!("Customer/{key}")).await.status, 500, "as for one that is not there");
    }
    world.erp.write(world.now(), |books, _| books.hidden.clear());
    assert_eq!(world.column("Customer", "CustomerID").await, all);
}

#[tokio::test]
async fn only_unreleased_documents_can_vanish() {
    let world = World::new().await;
    world.erp.write(world.now(), |books, _| {
        assert!(books.delete_document(&DocKey::new(DocType::Invoice, "000001")).is_err());
        books.delete_document(&DocKey::new(DocType::Invoice, "000004")).unwrap();
        books.cancel_document(&DocKey::new(DocType::Invoice, "000002"), world.now()).unwrap();
        assert!(books.delete_customer("C00001").is_err());
        books.delete_customer("C00003").unwrap();
    });
    assert_eq!(keys(&world, "Invoice").await.len(), 3);
    assert_eq!(world.get("SalesInvoice/Invoice/000002").await.json()["Status"]["value"], "Canceled");
}
