//! Customers are created and changed, prospects converted, everything else is refused.

use http::{Method, StatusCode};
use serde_json::json;

use super::world::{World, books, id, options};
use crate::acumatica::{ActionAnswer, PutEcho, PutMany};

#[tokio::test]
async fn automatic_numbering_discards_the_code_and_doubles_on_repetition() {
    let world = World::new().await;
    let body = r#"{"CustomerID":{"value":"123"},"CustomerName":{"value":"ACME"},"TaxZone":{"value":"AVALARA"},"Nonsense":{"value":1}}"#;
    let got = world.put("Customer", body).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let row = got.json();
    assert_eq!(row["CustomerID"]["value"], "C00004");
    assert_eq!(row["Terms"]["value"], "NET30", "the class gives it");
    assert_eq!(row["LastModifiedDateTime"]["value"], "2026-03-01T09:00:00+00:00");
    assert!(row.get("Nonsense").is_none() && row.get("MainContact").is_none());
    assert_eq!(world.put("Customer", body).await.json()["CustomerID"]["value"], "C00005");
    let only = world.call(Method::PUT, "Customer", &[("If-None-Match", "*")], body).await;
    assert_eq!(only.json()["CustomerID"]["value"], "C00006", "the header cannot help");
}

#[tokio::test]
async fn manual_codes_are_required_measured_and_capital() {
    let mut books = books();
    books.setup.auto_number = false;
    let world = World::with(options(), books).await;
    let put = async |key: &str| {
        let body = json!({"CustomerID": {"value": key}, "CustomerName": {"value": "X"}}).to_string();
        world.call(Method::PUT, "Customer", &[("If-None-Match", "*")], &body).await
    };
    assert_eq!(put("cust01").await.json()["CustomerID"]["value"], "CUST01");
    assert_eq!(put("CUST01").await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put("").await.status, 422);
    assert_eq!(put("ABCDEFGHIJK").await.status, 422);
    assert_eq!(put("prospect1").await.status, 422);
    let body = r#"{"CustomerID":{"value":"C00001"},"CustomerName":{"value":"Overwritten"}}"#;
    assert_eq!(world.put("Customer", body).await.json()["id"], id(1).to_string(), "an upsert renames");
}

#[tokio::test]
async fn the_marker_is_written_and_found() {
    let world = World::new().await;
    let body = r#"{"CustomerName":{"value":"Won Deal Ltd"},"AccountRef":{"value":"4876876000001"},
        "MainContact":{"Email":{"value":"a@b.example"},"Phone1":{"value":"1"},"Address":{"Country":{"value":"DE"},"City":{"value":"Köln"}}}}"#;
    let row = world.put("Customer?$expand=MainContact,MainContact/Address", body).await.json();
    assert_eq!(row["MainContact"]["Address"]["City"]["value"], "Köln");
    assert_eq!(row["MainContact"]["DisplayName"]["value"], "Won Deal Ltd");
    assert!(row["MainContact"]["ContactID"]["value"].as_i64().unwrap() > 3001);
    assert_eq!(world.column("Customer?$filter=AccountRef eq '4876876000001'", "CustomerID").await, ["C00004"]);
}

#[tokio::test]
async fn matches_by_id_key_and_filter_update_and_unset() {
    let world = World::new().await;
    let by_id = format!(r#"{{"id":"{}","AccountRef":{{"value":"Z1"}},"Terms":{{}}}}"#, id(2));
    let row = world.put("Customer", &by_id).await.json();
    assert_eq!((&row["CustomerID"]["value"], &row["AccountRef"]["value"]), (&"C00002".into(), &"Z1".into()));
    assert_eq!(row["Terms"]["value"], "NET30", "an empty object leaves the field alone");
    let row = world.put("Customer", r#"{"CustomerID":{"value":"c00002"},"AccountRef":{"value":null}}"#).await.json();
    assert_eq!(row["AccountRef"], json!({}), "null empties it");
    let filter =
        "Customer?$filter=MainContact/Email eq 'info1@example.com'&$select=CustomerID,Terms&$expand=MainContact";
    let row = world.put(filter, r#"{"Terms":{"value":"NET60"}}"#).await.json();
    assert_eq!((&row["CustomerID"]["value"], &row["Terms"]["value"]), (&"C00001".into(), &"NET60".into()));
    assert_eq!(row["MainContact"]["Email"]["value"], "info1@example.com");
    let many = "Customer?$filter=Status eq 'Active'";
    assert_eq!(world.put(many, r#"{"Terms":{"value":"NET90"}}"#).await.status, 500);
    let world = World::switched(|s| {
        s.put_filter_many = PutMany::First;
        s.put_echo = PutEcho::Sent;
    })
    .await;
    let row = world.put(many, r#"{"Terms":{"value":"NET90"}}"#).await.json();
    assert_eq!((&row["CustomerID"]["value"], &row["Terms"]["value"]), (&"C00001".into(), &"NET90".into()));
    assert!(row.get("CustomerName").is_none());
    let update_only =
        world.call(Method::PUT, "Customer", &[("If-Match", "*")], r#"{"CustomerName":{"value":"X"}}"#).await;
    assert_eq!(update_only.status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn stamps_move_for_the_header_only() {
    let world = World::new().await;
    let stamp = async |body: &str| {
        let row = world.put("Customer", body).await.json();
        row["LastModifiedDateTime"]["value"].as_str().unwrap().to_owned()
    };
    let old = "2026-03-01T08:01:00+00:00";
    assert_eq!(stamp(r#"{"CustomerID":{"value":"C00001"},"MainContact":{"Phone1":{"value":"2"}}}"#).await, old);
    assert_eq!(stamp(r#"{"CustomerID":{"value":"C00001"},"Terms":{"value":"NET30"}}"#).await, old, "nothing changed");
    assert_ne!(stamp(r#"{"CustomerID":{"value":"C00001"},"Terms":{"value":"NET10"}}"#).await, old);
}

#[tokio::test]
async fn refused_fields_are_echoed_with_their_errors_at_any_depth() {
    let world = World::new().await;
    let body = r#"{"CustomerName":{"value":"X"},"CustomerClass":{"value":"NOPE"},"AccountRef":{"value":"012345678901234567890123456789012345678901234567890"},
        "MainContact":{"Address":{"Country":{"value":"Germany"}}}}"#;
    let got = world.put("Customer", body).await;
    assert_eq!(got.status, 422);
    let echo = got.json();
    let top = echo["error"].as_str().unwrap();
    assert_eq!(top, "Inserting  'Customer' record raised at least one error. Please review the errors.");
    assert_eq!(echo["CustomerName"], json!({"value": "X"}));
    assert_eq!(echo["CustomerClass"]["error"], "'CustomerClass' cannot be empty.");
    let body = body.replace("\"CustomerClass\":{\"value\":\"NOPE\"},", "");
    let echo = world.put("Customer", &body).await.json();
    assert!(echo["AccountRef"]["error"].is_string());
    assert_eq!(echo["MainContact"]["Address"]["Country"]["value"], "Germany");
    assert!(echo["MainContact"]["Address"]["Country"]["error"].is_string());
    assert!(echo["CustomerName"].get("error").is_none());
    assert_eq!(world.list("Customer").await.len(), 3, "nothing was saved");
}

#[tokio::test]
async fn impossible_amounts_are_refused() {
    let world = World::new().await;
    for limit in ["-1", "1000000000000000", "7.9e28", "\"many\""] {
        let body = format!("{{\"CustomerID\":{{\"value\":\"C00001\"}},\"CreditLimit\":{{\"value\":{limit}}}}}");
        let got = world.put("Customer", &body).await;
        assert_eq!(got.status, 422, "{limit}");
        assert!(got.json()["CreditLimit"]["error"].is_string());
    }
    let body = r#"{"CustomerID":{"value":"C00001"},"CreditLimit":{"value":"1500.12345"}}"#;
    assert!(world.put("Customer", body).await.text.contains("\"CreditLimit\":{\"value\":1500.1234}"));
}

#[tokio::test]
async fn empty_and_broken_bodies() {
    let world = World::new().await;
    let got = world.put("Customer", "").await;
    assert_eq!(got.status, 400);
    assert_eq!(
        got.text,
        r#"{"message":"The request is invalid.","modelState":{"":["The request body should not be empty."]}}"#
    );
    assert_eq!(world.put("Customer", "[]").await.status, 400);
    assert_eq!(world.put("Customer", "{").await.status, 400);
    for entity in ["StockItem", "NonStockItem", "Customer"] {
        let got = world.put(entity, "{}").await;
        assert_eq!(got.status, 200);
        assert!(got.text.contains("\"value\":\"<NEW>\"") && got.text.contains("\"note\":null"), "{}", got.text);
    }
    assert_eq!(world.list("StockItem").await.len(), 2, "nothing was saved");
}

#[tokio::test]
async fn the_user_has_no_rights_on_financial_documents() {
    let world = World::new().await;
    for path in ["Invoice", "SalesInvoice", "CashSale", "Payment", "StockItem", "CustomerClass"] {
        assert_eq!(world.put(path, r#"{"Description":{"value":"x"}}"#).await.status, 403, "{path}");
    }
    assert_eq!(world.call(Method::POST, "Invoice/ReleaseInvoice", &[], "{}").await.status, 403);
    assert_eq!(world.call(Method::DELETE, "Invoice/Invoice/000004", &[], "").await.status, 403);
    assert_eq!(world.call(Method::DELETE, "Customer/C00001", &[], "").await.status, 500, "documents refer to it");
    assert_eq!(world.call(Method::DELETE, "Customer/C00003", &[], "").await.status, 204);
    let got = world.put("CompaniesStructure?$expand=Results", "{}").await.json();
    assert_eq!(got["Results"][0]["BaseCurrencyID"]["value"], "USD");
}

#[tokio::test]
async fn patch_belongs_to_the_newest_version() {
    let world = World::new().await;
    let path = "/ERP/entity/Default/25.200.001/Customer";
    let patch = async |headers: &[(&str, &str)], key: &str| {
        let body = json!({"CustomerID": {"value": key}, "Terms": {"value": "NET5"}}).to_string();
        world.call(Method::PATCH, path, headers, &body).await.status
    };
    assert_eq!(patch(&[], "C00001").await, 200);
    assert_eq!(patch(&[], "NOBODY").await, 404);
    assert_eq!(patch(&[("If-None-Match", "*")], "C00001").await, 412);
}

#[tokio::test]
async fn a_prospect_becomes_a_customer_with_the_same_id() {
    let world = World::new().await;
    let path = "BusinessAccount/ConvertBusinessAccountToCustomer";
    let body = r#"{"entity":{"BusinessAccountID":{"value":"PROSPECT1"}}}"#;
    let foreign = r#"{"entity":{"BusinessAccountID":{"value":"PROSPECT1"},"CustomerClass":{"value":"DEFAULT"}}}"#;
    assert_eq!(world.get("Customer/PROSPECT1").await.status, 500);
    assert_eq!(world.call(Method::POST, path, &[], foreign).await.status, 422);
    assert_eq!(world.call(Method::POST, path, &[], body).await.status, 204);
    let row = world.get("Customer/PROSPECT1").await.json();
    assert_eq!((&row["id"], &row["BAccountID"]["value"]), (&id(50).to_string().into(), &1500.into()));
    assert!(world.call(Method::POST, path, &[], body).await.exception().contains("disabled"));
    assert_eq!(world.column("BusinessAccount?$filter=Type eq 'Customer'", "BusinessAccountID").await.len(), 4);
}

#[tokio::test]
async fn a_long_operation_is_polled_and_blocks_its_session() {
    let world = World::switched(|s| s.convert_answer = ActionAnswer::Accepted).await;
    let path = "BusinessAccount/ConvertBusinessAccountToCustomer";
    let got = world.call(Method::POST, path, &[], r#"{"entity":{"BusinessAccountID":{"value":"PROSPECT1"}}}"#).await;
    assert_eq!(got.status, StatusCode::ACCEPTED);
    let place = got.headers["location"].to_str().unwrap().to_owned();
    assert!(
        place.starts_with("/ERP/entity/Default/24.200.001/BusinessAccount/ConvertBusinessAccountToCustomer/status/")
    );
    assert_eq!(world.get(&place).await.status, 202);
    assert_eq!(world.get("Customer").await.status, 500);
    world.pass(std::time::Duration::from_secs(2));
    assert_eq!(world.get(&place).await.status, 204);
    assert_eq!(world.get("Customer").await.status, 200);
    let stranger = place.replace(&place[place.len() - 4..], "0000");
    assert_eq!(world.get(&stranger).await.status, 404);
}
