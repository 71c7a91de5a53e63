//! Shapes of records and differences between endpoint versions.

use super::world::{World, id};
use crate::acumatica::entity::entities;

fn names(row: &serde_json::Value) -> Vec<String> {
    // Order matters here, and `serde_json` sorts: the text is read instead.
    row.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn a_customer_of_the_oldest_version_has_the_recorded_shape() {
    let world = World::new().await;
    let got = world.get("/ERP/entity/Default/20.200.001/Customer?$top=1").await;
    assert_eq!(got.headers["content-type"], "application/json; charset=utf-8");
    let start = format!(
        "[{{\"id\":\"{}\",\"rowNumber\":1,\"note\":{{\"value\":\"\"}},\"AccountRef\":{{}},\"ApplyOverdueCharges\":{{\"value\":false}},",
        id(1)
    );
    assert!(got.text.starts_with(&start), "{}", got.text);
    assert!(
        got.text.ends_with("\"WarehouseID\":{},\"WriteOffLimit\":{\"value\":30.0000},\"custom\":{}}]"),
        "{}",
        got.text
    );
    assert!(got.text.contains("\"CreatedDateTime\":{\"value\":\"2026-03-01T08:00:00+00:00\"}"));
    let shown = names(&got.json()[0]);
    let mut recorded: Vec<&str> = "id rowNumber note AccountRef ApplyOverdueCharges AutoApplyPayments BillingAddressOverride BillingContactOverride CreatedDateTime CurrencyID CurrencyRateType CustomerClass CustomerID CustomerName EnableCurrencyOverride EnableRateOverride EnableWriteOffs FOBPoint LastModifiedDateTime LeadTimedays LocationName MultiCurrencyStatements OrderPriority ParentRecord PriceClassID PrintDunningLetters PrintInvoices PrintStatements ResidentialDelivery SaturdayDelivery SendDunningLettersbyEmail SendInvoicesbyEmail SendStatementsbyEmail ShippingAddressOverride ShippingContactOverride ShippingRule ShippingTerms ShippingZoneID ShipVia StatementCycleID StatementType Status TaxRegistrationID TaxZone Terms WarehouseID WriteOffLimit custom".split(' ').collect();
    recorded.sort_unstable();
    assert_eq!(shown, recorded);
}

#[tokio::test]
async fn a_stock_item_of_the_oldest_version_has_the_recorded_members() {
    let world = World::new().await;
    let row = &world.list("/ERP/entity/Default/20.200.001/StockItem?$filter=InventoryID eq 'WIDGET'").await[0];
    for absent in ["DefaultSubitem", "UseOnEntry", "NoteID", "LastModifiedDateTime", "CurySpecificPrice", "_links"] {
        assert!(row.get(absent).is_none(), "{absent}");
    }
    assert_eq!(row["AverageCost"].to_string(), r#"{"value":0.0}"#);
    assert!(row["DefaultPrice"]["value"].is_number());
    assert_eq!(names(row).len(), 69, "{row}");
}

#[tokio::test]
async fn decimals_keep_the_scale_of_their_column() {
    let world = World::new().await;
    let text = world.get("StockItem/WIDGET?$select=DefaultPrice,MSRP").await.text;
    assert!(text.contains("\"DefaultPrice\":{\"value\":19.990000},\"MSRP\":{\"value\":0.000000}"), "{text}");
    let text =
        world.get("Invoice/Invoice/000001?$expand=Details&$select=Amount,Details/Qty,Details/UnitPrice").await.text;
    assert!(text.contains("\"Amount\":{\"value\":60.0000}"), "{text}");
    assert!(text.contains("\"Qty\":{\"value\":2.000000},\"UnitPrice\":{\"value\":12.500000}"), "{text}");
}

#[tokio::test]
async fn stamps_differ_by_version() {
    let world = World::new().await;
    for (version, entity, present, absent) in [
        ("20.200.001", "StockItem", "LastModified", "LastModifiedDateTime"),
        ("23.200.001", "StockItem", "LastModified", "LastModifiedDateTime"),
        ("24.200.001", "StockItem", "LastModifiedDateTime", "Subitem"),
        ("20.200.001", "SalesInvoice", "Status", "LastModifiedDateTime"),
        ("22.200.001", "SalesInvoice", "IsTaxValid", "LastModifiedDateTime"),
        ("23.200.001", "SalesInvoice", "LastModifiedDateTime", "LastModifiedDate"),
        ("24.200.001", "SalesInvoice", "LastModifiedDate", "NoteID"),
        ("20.200.001", "Invoice", "LastModifiedDateTime", "Currency"),
        ("25.200.001", "Invoice", "Customer", "CustomerID"),
        ("20.200.001", "Customer", "Terms", "CreditLimit"),
        ("22.200.001", "Customer", "NoteID", "Email"),
        ("23.200.001", "Customer", "Email", "Balance"),
        ("22.200.001", "NonStockItem", "BaseUnit", "IsAKit"),
        ("24.200.001", "NonStockItem", "IsAKit", "BaseUOM"),
        ("20.200.001", "Payment", "CurrencyID", "NoteID"),
        ("22.200.001", "Payment", "NoteID", "IsCCPayment"),
        ("20.200.001", "CashSale", "LastModifiedDateTime", "DueDate"),
    ] {
        let row = &world.list(&format!("/ERP/entity/Default/{version}/{entity}?$top=1")).await[0];
        assert!(row.get(present).is_some(), "{version} {entity} {present}");
        assert!(row.get(absent).is_none(), "{version} {entity} {absent}");
        assert_eq!(row.get("_links").is_some(), version >= "23", "{version}");
    }
    let path = "/ERP/entity/Default/25.200.001/Customer/C00001?$expand=MainContact,MainContact/Address";
    assert!(world.get(path).await.json()["MainContact"]["Address"].get("StreetName").is_some());
    assert!(
        world.get(&path.replace("25.2", "24.2")).await.json()["MainContact"]["Address"].get("StreetName").is_none()
    );
}

#[tokio::test]
async fn links_start_at_the_host_and_hold_the_folder() {
    let world = World::new().await;
    let links = world.get("Invoice/Invoice/000001").await.json()["_links"].clone();
    let id = id(70);
    assert_eq!(links["self"], format!("/ERP/entity/Default/24.200.001/Invoice/{id}"));
    assert_eq!(
        links["files:put"],
        format!("/ERP/entity/Default/24.200.001/files/PX.Objects.AR.ARInvoiceEntry/Document/{id}/{{filename}}")
    );
}

#[test]
fn tables_are_sorted_as_answers_are_and_name_keys_that_exist() {
    let lower = |name: &str| name.to_ascii_lowercase();
    for entity in entities() {
        for pair in entity.node.fields.windows(2) {
            assert!(lower(pair[0].name) < lower(pair[1].name), "{}: {} {}", entity.name, pair[0].name, pair[1].name);
        }
        for key in entity.keys {
            assert!(entity.node.fields.iter().any(|f| f.name == *key), "{} {key}", entity.name);
        }
    }
}

#[tokio::test]
async fn the_server_offset_shows_in_instants_and_days() {
    let mut books = super::world::books();
    books.setup.zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(3 * 3600).unwrap());
    let world = World::with(super::world::options(), books).await;
    let text = world.get("Invoice/Invoice/000001?$select=Date,CreatedDateTime").await.text;
    assert!(text.contains("\"CreatedDateTime\":{\"value\":\"2026-03-01T11:00:00+03:00\"}"), "{text}");
    assert!(text.contains("\"Date\":{\"value\":\"2026-01-15T00:00:00+03:00\"}"), "{text}");
}
