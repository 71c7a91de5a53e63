//! Paging, `$select`, `$expand`, `$custom`.

use http::Method;

use super::world::World;
use crate::acumatica::{Computed, CustomNull, ListOrder, MissingRecord, OrderBy};

#[tokio::test]
async fn pages_by_skip_and_by_key_see_every_row_once_in_key_order() {
    let world = World::new().await;
    assert_eq!(world.column("Customer?$top=2", "CustomerID").await, ["C00001", "C00002"]);
    assert_eq!(world.column("Customer?$top=2&$skip=2", "CustomerID").await, ["C00003"]);
    assert_eq!(world.column("Customer?$top=2&$filter=CustomerID gt 'C00002'", "CustomerID").await, ["C00003"]);
    assert!(world.list("Customer?$top=0").await.is_empty());
    assert!(world.list("Customer?$skip=99").await.is_empty());
    assert_eq!(world.column("StockItem", "InventoryID").await, ["A'B #1-", "WIDGET"]);
    assert_eq!(world.get("Customer?$top=x").await.status, 400);
}

#[tokio::test]
async fn select_keeps_system_members_and_filtered_fields_and_drops_unknown_names() {
    let world = World::new().await;
    let row = &world.list("Customer?$select=CustomerName,Nonsense&$filter=Status eq 'Active'&$top=1").await[0];
    let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["CustomerName", "Status", "_links", "custom", "id", "note", "rowNumber"]);
}

#[tokio::test]
async fn linked_entities_and_rows_come_only_when_expanded() {
    let world = World::new().await;
    let row = &world.list("Customer?$top=1").await[0];
    assert!(row.get("MainContact").is_none() && row.get("Contacts").is_none());
    let row = world.get("Customer/C00001?$expand=MainContact,Contacts,Salespersons").await.json();
    assert_eq!(row["MainContact"]["Email"]["value"], "info1@example.com");
    assert!(row["MainContact"].get("Address").is_none(), "each level is named");
    assert_eq!(row["MainContact"]["note"], serde_json::Value::Null);
    assert_eq!(row["Contacts"].as_array().unwrap().len(), 1);
    assert_eq!(row["Salespersons"], serde_json::json!([]));
    let row = world.get("Customer/C00001?$expand=MainContact,MainContact/Address").await.json();
    assert_eq!(row["MainContact"]["Address"]["City"]["value"], "Springfield");
    // Selecting below needs the expansion too, and narrows the linked entity.
    let path = "Customer?$select=CustomerID,MainContact/Email,MainContact/Address/City&$top=1&$expand=";
    let row = &world.list(path).await[0];
    assert!(row.get("MainContact").is_none());
    let row = &world.list(&format!("{path}MainContact,MainContact/Address")).await[0];
    assert_eq!(row["MainContact"]["Address"]["City"]["value"], "Springfield");
    assert!(row["MainContact"].get("Phone1").is_none() && row["MainContact"]["Address"].get("State").is_none());
    let row = &world.list("Customer?$select=CustomerID&$expand=MainContact&$top=1").await[0];
    assert!(row.get("MainContact").is_none(), "expanded but not selected");
}

#[tokio::test]
async fn details_carry_ids_and_no_links() {
    let world = World::new().await;
    let row = &world.list("Invoice?$expand=Details,TaxDetails&$filter=ReferenceNbr eq '000002'").await[0];
    let lines = row["Details"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["rowNumber"], &lines[1]["rowNumber"]), (&1.into(), &2.into()));
    assert_eq!(lines[1]["InventoryID"], serde_json::json!({}));
    assert_eq!(lines[0]["note"], serde_json::Value::Null);
    assert!(lines[0].get("_links").is_none());
    assert_eq!(row["TaxDetails"][0]["TaxRate"]["value"].to_string(), "20.0");
}

#[tokio::test]
async fn custom_offers_what_the_contract_lacks() {
    let world = World::switched(|s| s.custom_released = true).await;
    let custom = "$custom=Document.CuryID,Document.Released,Document.MasterRefNbr,Document.DocDesc,Document.Nothing";
    let row = &world.list(&format!("Invoice?$top=1&$select=Type&{custom}")).await[0];
    let expected = serde_json::json!({"Document": {
        "CuryID": {"type": "CustomStringField", "value": "EUR"},
        "Released": {"type": "CustomBooleanField", "value": true},
        "MasterRefNbr": {"type": "CustomStringField", "value": null},
    }});
    assert_eq!(row["custom"], expected);
    let world = World::switched(|s| {
        s.custom_installments = false;
        s.custom_null = CustomNull::Absent;
    })
    .await;
    let row = world.get(&format!("Invoice/Invoice/000001?{custom},CurrentDocument.TaxZoneID")).await.json();
    let expected = serde_json::json!({
        "Document": {"CuryID": {"type": "CustomStringField", "value": "EUR"}},
        "CurrentDocument": {"TaxZoneID": {"type": "CustomStringField"}},
    });
    assert_eq!(row["custom"], expected);
    let schema = world.get("Invoice/$adHocSchema").await.json();
    assert_eq!(schema["custom"]["Document"]["CuryID"], serde_json::json!({"type": "CustomStringField", "value": null}));
    assert!(schema["custom"]["Document"].get("Released").is_none());
    // On the sales form the currency is in the contract, so the column is not offered.
    assert!(world.get("SalesInvoice/$adHocSchema").await.json()["custom"]["Document"].get("CuryID").is_none());
}

#[tokio::test]
async fn what_one_statement_cannot_fetch_breaks_lists_and_not_records() {
    let world = World::new().await;
    for path in [
        "Payment?$expand=ApplicationHistory",
        "Payment?$select=Type,AvailableBalance",
        "Customer?$expand=CreditVerificationRules",
        "Customer?$custom=CustomerBalance.Balance",
        "CompaniesStructure",
    ] {
        let got = world.get(path).await;
        assert!(got.exception().starts_with("Optimization cannot be performed.The following"), "{path}");
        assert_eq!(got.json()["exceptionType"], "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException");
    }
    assert_eq!(world.get("Payment/Payment/P00001?$expand=ApplicationHistory").await.status, 200);
    assert_eq!(world.get("Customer/C00001?$expand=CreditVerificationRules").await.status, 200);
    let world = World::switched(|s| {
        s.customer_credit_in_lists = Computed::Given;
        s.payment_computed_in_lists = Computed::Given;
    })
    .await;
    let row = &world.list("Customer?$top=1&$expand=CreditVerificationRules&$custom=CustomerBalance.Balance").await[0];
    // 60 + 60 open invoices, less a credit memo of 60.
    assert_eq!(row["custom"]["CustomerBalance"]["Balance"]["value"].to_string(), "60.0");
    assert_eq!(row["CreditVerificationRules"]["RemainingCreditLimit"]["value"].to_string(), "-60.0");
    assert_eq!(world.list("Payment?$select=AvailableBalance").await.len(), 2);
}

#[tokio::test]
async fn records_are_found_by_key_by_id_and_by_joined_keys() {
    let world = World::new().await;
    for path in [
        "Customer/c00002",
        "Customer/00000000-0000-0000-0000-000000000002",
        "Invoice/Credit%20Memo/000001",
        "Invoice/Credit%20Memo%7C000001",
        "StockItem/A'B%20%231-",
        "Contact/3001",
        "Payment/Payment/P00001",
        "CustomerClass/DEFAULT",
        "Currency/EUR",
        "BusinessAccount/PROSPECT1",
    ] {
        let got = world.get(path).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
    }
    for path in ["Customer/NOBODY", "StockItem/SERVICE", "Invoice/Invoice", "Invoice/Nonsense/1", "Contact/x"] {
        let got = world.get(path).await;
        assert_eq!(got.exception(), "No entity satisfies the condition.", "{path}");
        assert_eq!(got.json()["exceptionType"], "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException");
    }
    let world = World::switched(|s| s.missing_record = MissingRecord::NotFound404).await;
    assert_eq!(world.get("Customer/NOBODY").await.status, 404);
}

#[tokio::test]
async fn order_clauses_follow_the_switch() {
    let path = "Customer?$orderby=CustomerName desc";
    let key = ["C00001", "C00002", "C00003"];
    assert_eq!(World::new().await.column(path, "CustomerID").await, key);
    let world = World::switched(|s| s.orderby = OrderBy::Honoured).await;
    assert_eq!(world.column(path, "CustomerID").await, ["C00003", "C00002", "C00001"]);
    let world = World::switched(|s| s.orderby = OrderBy::Fails).await;
    assert_eq!(world.get(path).await.status, 500);
    let world = World::switched(|s| s.list_order = ListOrder::Created).await;
    assert_eq!(world.column("Customer", "CustomerID").await, key);
    let world = World::switched(|s| s.max_top = Some(2)).await;
    assert_eq!(world.list("Customer?$top=3").await.len(), 2);
    let world = World::switched(|s| s.max_answer_bytes = Some(100)).await;
    assert_eq!(world.get("Customer").await.status, 500);
}

#[tokio::test]
async fn archived_documents_need_the_header() {
    let world = World::new().await;
    world.erp.write(world.now(), |books, _| {
        for d in books.documents.values_mut().filter(|d| d.key.number == "000001") {
            d.archived = true;
        }
    });
    assert_eq!(world.list("Invoice").await.len(), 2);
    let got = world.call(Method::GET, "Invoice", &[("PX-ApiArchive", "SHOW")], "").await;
    assert_eq!(got.json().as_array().unwrap().len(), 4);
    assert_eq!(world.get("Invoice/Invoice/000001").await.status, 500);
}
