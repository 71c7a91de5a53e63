//! The matching rules of upsert.

use serde_json::json;

use super::*;

/// Upserts one account by the listed fields and tells action, id and matched field.
async fn upsert(world: &World, record: Value, listed: &[&str]) -> (String, u64, Value) {
    let mut body = json!({"data": [record]});
    if !listed.is_empty() {
        body["duplicate_check_fields"] = json!(listed);
    }
    let got = world.post("/Accounts/upsert", body).await;
    let item = &got.body["data"][0];
    let word = item["action"].as_str().or(item["code"].as_str()).unwrap().to_owned();
    (word, got.ids()[0], item["duplicate_field"].clone())
}

async fn world() -> (World, u64, u64) {
    let world = World::new();
    world.unique_field("Accounts", "Key").await;
    world.unique_field("Accounts", "Second").await;
    let first = world.made("Accounts", json!({"Account_Name": "Acme", "Key": "k1", "Second": "s1"})).await;
    let second = world.made("Accounts", json!({"Account_Name": "Other", "Key": "k2", "Second": "s2"})).await;
    (world, first, second)
}

#[tokio::test]
async fn a_listed_unique_field_decides_and_the_name_does_not() {
    let (world, first, _) = world().await;
    let (action, id, field) = upsert(&world, json!({"Account_Name": "New", "Key": "K1"}), &["Key"]).await;
    assert_eq!((action.as_str(), id, field), ("update", first, json!("Key")));
    let (action, id, field) = upsert(&world, json!({"Account_Name": "Other", "Key": "k9"}), &["Key"]).await;
    assert_eq!((action.as_str(), field), ("insert", Value::Null));
    assert_ne!(id, first);
}

#[tokio::test]
async fn other_unique_fields_are_tried_after_the_listed_ones() {
    let (world, first, _) = world().await;
    let (action, id, field) = upsert(&world, json!({"Account_Name": "X", "Key": "k9", "Second": "s1"}), &["Key"]).await;
    assert_eq!((action.as_str(), id, field), ("update", first, json!("Second")));
}

#[tokio::test]
async fn nothing_listed_means_the_name_first_then_unique_fields() {
    let (world, first, second) = world().await;
    let (action, id, field) = upsert(&world, json!({"Account_Name": "acme"}), &[]).await;
    assert_eq!((action.as_str(), id, field), ("update", first, json!("Account_Name")));
    let (action, id, _) = upsert(&world, json!({"Account_Name": "unknown", "Second": "s2"}), &[]).await;
    assert_eq!((action.as_str(), id), ("update", second));
}

#[tokio::test]
async fn two_records_matched_by_two_unique_values_clash() {
    let (world, _, second) = world().await;
    let (word, id, _) = upsert(&world, json!({"Account_Name": "X", "Key": "k1", "Second": "s2"}), &["Key"]).await;
    assert_eq!((word.as_str(), id), ("DUPLICATE_DATA", second));
}

#[tokio::test]
async fn only_system_and_unique_fields_may_be_listed() {
    let (world, ..) = world().await;
    for (listed, allowed) in [(json!(["Phone"]), false), (json!(["Account_Name"]), true), (json!(["Nope"]), false)] {
        let got = world
            .post("/Accounts/upsert", json!({"data": [{"Account_Name": "Q"}], "duplicate_check_fields": listed}))
            .await;
        assert_eq!(got.status == 200, allowed, "{listed}");
        if !allowed {
            assert_eq!(got.body["code"], "INVALID_DATA");
            assert_eq!(got.body["details"]["api_name"], "duplicate_check_fields");
        }
    }
}

#[tokio::test]
async fn an_id_makes_it_an_update_and_binned_records_do_not_match() {
    let (world, first, second) = world().await;
    let (action, id, _) = upsert(&world, json!({"id": first.to_string(), "Phone": "1"}), &[]).await;
    assert_eq!((action.as_str(), id), ("update", first));
    world.delete(&format!("/Accounts/{second}")).await;
    let (action, id, _) = upsert(&world, json!({"Account_Name": "Other", "Key": "k2"}), &["Key"]).await;
    assert_eq!(action, "insert");
    assert_ne!(id, second);
}

#[tokio::test]
async fn statuses_and_mandatory_fields() {
    let (world, ..) = world().await;
    let got = world
        .post("/Accounts/upsert", json!({"data": [{"Key": "k1", "Phone": "1"}], "duplicate_check_fields": ["Key"]}))
        .await;
    assert_eq!(got.status, 200, "an update needs no mandatory field");
    let got = world
        .post("/Accounts/upsert", json!({"data": [{"Key": "k7"}, {"Key": "k1"}], "duplicate_check_fields": ["Key"]}))
        .await;
    assert_eq!((got.status, got.codes()), (207, vec!["MANDATORY_NOT_FOUND", "SUCCESS"]));
    world.state(|state| state.switches.upsert_created_status = true);
    let got = world.post("/Accounts/upsert", json!({"data": [{"Account_Name": "n", "Key": "k8"}]})).await;
    assert_eq!(got.status, 201);
}
