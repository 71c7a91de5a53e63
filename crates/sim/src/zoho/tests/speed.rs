//! A load as large as the bench's, for its outcome; the bench itself measures time.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_batch_of_a_hundred_invoices_is_one_call_of_ten_credits() {
    let world = World::new();
    let (account, product) = world.basics().await;
    world.unique_field("Invoices", "Key").await;
    let batch: Vec<Value> = (0..100)
        .map(|n| {
            let mut sent = invoice(&account, &product, &[(2.0, 1.25); 8]);
            sent["Key"] = json!(format!("Invoice/{n}"));
            sent
        })
        .collect();
    let now = world.sim.now();
    let before = world.state(|state| state.ledger.used(now));
    let got = world.post("/Invoices", json!({"data": batch})).await;
    assert_eq!(got.status, 201);
    assert_eq!(world.state(|state| state.ledger.used(now)) - before, 10);
    let got = world.query("select count(id), sum(Grand_Total) from Invoices where id > 0").await;
    assert_eq!(got.body["data"][0], json!({"count(id)": 100, "sum(Grand_Total)": 2000}));
    let got = world.query("select count(id) from Invoiced_Items where id > 0").await;
    assert_eq!(got.body["data"][0]["count(id)"], 800);
    let again = world.post("/Invoices", json!({"data": batch})).await;
    assert!(again.codes().iter().all(|code| *code == "DUPLICATE_DATA"));
}
