//! Line rows and the arithmetic of invoices.

use serde_json::json;

use super::*;
use crate::zoho::switches::{Sent, SubTotal};

async fn rows(world: &World, id: u64) -> Vec<Value> {
    world.get(&format!("/Invoices/{id}")).await.body["data"][0]["Invoiced_Items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn totals_are_computed_and_sent_ones_ignored() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let mut sent = invoice(&account, &product, &[(3.0, 1.115), (2.0, 10.0)]);
    sent["Invoiced_Items"][1]["Discount"] = json!("10%");
    sent["Invoiced_Items"][1]["Line_Tax"] = json!([{"name": "VAT", "percentage": 20}]);
    sent["Discount"] = json!(1);
    sent["Adjustment"] = json!(-0.5);
    sent["Grand_Total"] = json!(999);
    let id = world.made("Invoices", sent).await;
    let got = world.get(&format!("/Invoices/{id}")).await;
    let record = &got.body["data"][0];
    let rows = record["Invoiced_Items"].as_array().unwrap();
    // 1.115 is stored with two places (1.12): 3.36; second row 20 - 2 = 18, tax 3.6.
    assert_eq!((&rows[0]["Total"], &rows[0]["Net_Total"]), (&json!(3.36), &json!(3.36)));
    assert_eq!((&rows[1]["Discount"], &rows[1]["Total_After_Discount"]), (&json!(2), &json!(18)));
    assert_eq!((&rows[1]["Tax"], &rows[1]["Line_Tax"][0]["value"]), (&json!(3.6), &json!(3.6)));
    assert_eq!((&rows[1]["Sequence_Number"], &rows[1]["Parent_Id"]["id"]), (&json!(2), &json!(id.to_string())));
    assert_eq!(rows[0]["Product_Name"], json!({"Product_Code": "B1", "name": "Bolt", "id": product}));
    assert_eq!(
        (&record["Sub_Total"], &record["Tax"], &record["Grand_Total"]),
        (&json!(24.96), &json!(0), &json!(23.46))
    );
    assert_eq!(record["Invoice_Number"], "1");
    world.state(|state| state.switches.sub_total = SubTotal::BeforeTax);
    world.put(&format!("/Invoices/{id}"), json!({"data": [{"Description": "d"}]})).await;
    let got = world.get(&format!("/Invoices/{id}")).await;
    let record = &got.body["data"][0];
    assert_eq!(
        (&record["Sub_Total"], &record["Tax"], &record["Grand_Total"]),
        (&json!(21.36), &json!(3.6), &json!(23.46))
    );
    world.state(|state| state.switches.totals_sent = Sent::Refuse);
    let got = world.put(&format!("/Invoices/{id}"), json!({"data": [{"Grand_Total": 1}]})).await;
    assert_eq!(got.codes(), ["INVALID_DATA"]);
}

#[tokio::test]
async fn amounts_round_to_the_currency() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let mut sent = invoice(&account, &product, &[(3.0, 10.5)]);
    sent["Currency"] = json!("JPY");
    let id = world.made("Invoices", sent).await;
    let got = world.get(&format!("/Invoices/{id}")).await;
    let record = &got.body["data"][0];
    assert_eq!((&record["Grand_Total"], &record["Exchange_Rate"]), (&json!(32), &json!(150)));
    assert_eq!(record["$currency_symbol"], "¥");
}

#[tokio::test]
async fn rows_without_id_are_appended_on_put_and_upsert() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let id = world.made("Invoices", invoice(&account, &product, &[(1.0, 1.0), (2.0, 2.0)])).await;
    let before = rows(&world, id).await;
    let path = format!("/Invoices/{id}");
    let new_row = json!({"Product_Name": {"id": product}, "Quantity": 3, "List_Price": 3});
    world.put(&path, json!({"data": [{"Invoiced_Items": [new_row]}]})).await;
    let after = rows(&world, id).await;
    assert_eq!(after.len(), 3);
    assert_eq!((&after[0]["id"], &after[1]["id"]), (&before[0]["id"], &before[1]["id"]));
    let body =
        json!({"data": [{"Subject": "INV1", "Invoiced_Items": [new_row]}], "duplicate_check_fields": ["Subject"]});
    let got = world.post("/Invoices/upsert", body.clone()).await;
    assert_eq!(got.body["data"][0]["action"], "update");
    assert_eq!(rows(&world, id).await.len(), 4);
    world.state(|state| state.switches.upsert_appends_rows = false);
    world.post("/Invoices/upsert", body).await;
    assert_eq!(rows(&world, id).await.len(), 1);
}

#[tokio::test]
async fn rows_are_changed_deleted_and_cleared_by_id() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let id = world.made("Invoices", invoice(&account, &product, &[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)])).await;
    let path = format!("/Invoices/{id}");
    let before = rows(&world, id).await;
    let change = json!([{"id": before[0]["id"], "Quantity": 5}, {"id": before[1]["id"], "_delete": null}]);
    assert_eq!(world.put(&path, json!({"data": [{"Invoiced_Items": change}]})).await.status, 200);
    let after = rows(&world, id).await;
    assert_eq!(after.len(), 2);
    assert_eq!((&after[0]["id"], &after[0]["Net_Total"]), (&before[0]["id"], &json!(5)));
    assert_eq!(after[1]["id"], before[2]["id"]);
    world.put(&path, json!({"data": [{"Description": "kept"}]})).await;
    assert_eq!(rows(&world, id).await.len(), 2, "an absent key leaves the rows");
    let got = world.put(&path, json!({"data": [{"Invoiced_Items": [{"id": "99", "Quantity": 1}]}]})).await;
    assert_eq!(got.codes(), ["INVALID_DATA"]);
    assert_eq!(got.body["data"][0]["details"]["json_path"], "$.data[0].Invoiced_Items[0].id");
    world.put(&path, json!({"data": [{"Invoiced_Items": []}]})).await;
    assert_eq!(rows(&world, id).await.len(), 0);
    assert_eq!(world.get(&path).await.body["data"][0]["Grand_Total"], 0);
}

#[tokio::test]
async fn rows_need_a_product_and_take_its_price() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let mut sent = invoice(&account, &product, &[(1.0, 1.0)]);
    sent["Invoiced_Items"] = json!([{"Quantity": 1}]);
    let got = world.post("/Invoices", json!({"data": [sent]})).await;
    assert_eq!(got.codes(), ["MANDATORY_NOT_FOUND"]);
    assert_eq!(got.body["data"][0]["details"]["json_path"], "$.data[0].Invoiced_Items[0].Product_Name");
    sent["Invoiced_Items"] = json!([{"Product_Name": {"id": product}, "Quantity": 2}]);
    let id = world.made("Invoices", sent.clone()).await;
    assert_eq!(rows(&world, id).await[0]["Total"], 5);
    sent["Invoiced_Items"] = json!([]);
    assert_eq!(world.post("/Invoices", json!({"data": [sent]})).await.codes(), ["MANDATORY_NOT_FOUND"]);
}

#[tokio::test]
async fn doubtful_amounts_are_switches() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let post = |rows: &[(f64, f64)], adjustment: f64| {
        let mut sent = invoice(&account, &product, rows);
        sent["Adjustment"] = json!(adjustment);
        world.post("/Invoices", json!({"data": [sent]}))
    };
    assert_eq!(post(&[(-1.0, 1.0)], 0.0).await.status, 400);
    assert_eq!(post(&[(0.0, 1.0)], 0.0).await.status, 400);
    assert_eq!(post(&[(1.0, -1.0)], 0.0).await.status, 400);
    assert_eq!(post(&[(1.0, 0.0)], -1.0).await.status, 201);
    world.state(|state| {
        let s = &mut state.switches;
        (s.negative_quantity, s.zero_quantity, s.negative_price, s.negative_adjustment) = (true, true, true, false);
    });
    assert_eq!(post(&[(-1.0, 1.0), (0.0, 1.0), (1.0, -1.0)], 0.0).await.status, 201);
    assert_eq!(post(&[(1.0, 0.0)], -1.0).await.status, 400);
    world.state(|state| state.switches.inactive_product = false);
    world.put(&format!("/Products/{product}"), json!({"data": [{"Product_Active": false}]})).await;
    assert_eq!(post(&[(1.0, 1.0)], 0.0).await.status, 400);
}

#[tokio::test]
async fn rows_are_capped_and_long_documents_are_cut_on_read() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let many = vec![(1.0, 1.0); 101];
    let got = world.post("/Invoices", json!({"data": [invoice(&account, &product, &many)]})).await;
    assert_eq!(got.codes(), ["LIMIT_EXCEEDED"]);
    world.state(|state| state.switches.rows_per_record = Some(200));
    let id = world.made("Invoices", invoice(&account, &product, &many)).await;
    let got = world.get(&format!("/Invoices/{id}")).await;
    assert_eq!(got.body["data"][0]["Invoiced_Items"].as_array().unwrap().len(), 100);
    assert_eq!(got.body["data"][0]["$has_more"], json!({"Invoiced_Items": true}));
    let got = world.query(&format!("select id, Quantity from Invoiced_Items where Parent_Id = {id} limit 200")).await;
    assert_eq!(got.body["info"]["count"], 101);
}

#[tokio::test]
async fn the_currency_stays() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let id = world.made("Invoices", invoice(&account, &product, &[(1.0, 1.0)])).await;
    let path = format!("/Invoices/{id}");
    assert_eq!(world.put(&path, json!({"data": [{"Currency": "EUR"}]})).await.codes(), ["INVALID_DATA"]);
    assert_eq!(world.put(&path, json!({"data": [{"Currency": "USD"}]})).await.status, 200);
    world.state(|state| state.switches.currency_change = Sent::Ignore);
    assert_eq!(world.put(&path, json!({"data": [{"Currency": "EUR"}]})).await.status, 200);
    assert_eq!(world.get(&path).await.body["data"][0]["Currency"], "USD");
    world.state(|state| {
        let eur = state.org.currencies.iter_mut().find(|currency| currency.iso == "EUR").unwrap();
        eur.active = false;
    });
    let mut sent = invoice(&account, &product, &[(1.0, 1.0)]);
    sent["Currency"] = json!("EUR");
    assert_eq!(world.post("/Invoices", json!({"data": [sent]})).await.codes(), ["INVALID_DATA"]);
}

#[tokio::test]
async fn refreshed_rates_move_the_stamp() {
    let world = World::new();
    let (account, product) = world.basics().await;
    let mut sent = invoice(&account, &product, &[(1.0, 1.0)]);
    sent["Currency"] = json!("EUR");
    let id = world.made("Invoices", sent).await;
    world.later(60);
    let now = world.sim.now();
    let changed = world.state(|state| {
        state.org.currencies.iter_mut().find(|currency| currency.iso == "EUR").unwrap().rate = "0.95".to_owned();
        state.refresh_rates("Invoices", None, now).unwrap()
    });
    assert_eq!(changed, 1);
    let record = world.get(&format!("/Invoices/{id}")).await.body["data"][0].clone();
    assert_eq!(
        (&record["Exchange_Rate"], &record["Modified_Time"]),
        (&json!(0.95), &json!("2026-03-04T10:01:00-07:00"))
    );
}
