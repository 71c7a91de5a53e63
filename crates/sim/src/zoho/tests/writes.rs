//! Statuses, positional results, validation, deletion.

use serde_json::json;

use super::*;
use crate::zoho::model::Hold;
use crate::zoho::switches::SeveralFaults;

#[tokio::test]
async fn statuses_follow_the_results_and_keep_positions() {
    let world = World::new();
    let good = json!({"Account_Name": "A"});
    let bad = json!({"Phone": "1"});
    let got = world.post("/Accounts", json!({"data": [good, bad, good]})).await;
    assert_eq!(got.status, 207);
    assert_eq!(got.codes(), ["SUCCESS", "MANDATORY_NOT_FOUND", "SUCCESS"]);
    assert_eq!(
        got.body["data"][1],
        json!({"code": "MANDATORY_NOT_FOUND", "message": "required field not found", "status": "error",
            "details": {"api_name": "Account_Name", "json_path": "$.data[1].Account_Name"}})
    );
    assert_eq!(world.post("/Accounts", json!({"data": [bad]})).await.status, 400);
    let got = world.post("/Accounts", json!({"data": [good], "trigger": []})).await;
    assert_eq!(got.status, 201);
    let item = &got.body["data"][0];
    assert_eq!((&item["message"], &item["status"]), (&json!("record added"), &json!("success")));
    assert_eq!(item["details"]["Created_Time"], "2026-03-04T10:00:00-07:00");
    assert_eq!(item["details"]["$approval_state"], "approved");
    assert_eq!(item["details"]["Created_By"]["name"], "Sync User");
    assert!(item.get("action").is_none());

    let id = got.ids()[0];
    assert_eq!(world.put(&format!("/Accounts/{id}"), json!({"data": [{"Phone": "555 1"}]})).await.status, 200);
    let many = json!({"data": [{"id": id.to_string(), "Phone": "5"}, {"id": "999", "Phone": "5"}, {"Phone": "5"}]});
    let got = world.put("/Accounts", many).await;
    assert_eq!((got.status, got.codes()), (207, vec!["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]));
    assert_eq!(got.body["data"][0]["message"], "record updated");
    assert_eq!(got.body["data"][1]["details"], json!({"api_name": "id", "json_path": "$.data[1].id"}));
}

#[tokio::test]
async fn the_request_itself_is_checked() {
    let world = World::new();
    let many: Vec<Value> = (0..101).map(|n| json!({"Account_Name": n.to_string()})).collect();
    let got = world.post("/Accounts", json!({"data": many})).await;
    assert_eq!((got.status, got.body["code"].as_str().unwrap()), (400, "LIMIT_EXCEEDED"));
    assert_eq!(got.body["details"], json!({"maximum_length": 100, "api_name": "data"}));
    assert_eq!(world.post("/Accounts", json!({})).await.body["code"], "MANDATORY_NOT_FOUND");
    assert_eq!(world.post("/Accounts", json!([])).await.body["code"], "INVALID_DATA");
    let got = world.post("/Nothing", json!({"data": [{}]})).await;
    assert_eq!((got.status, got.codes()), (400, vec!["INVALID_MODULE"]));
    let got = world.get("/Nothing?fields=id").await;
    assert_eq!((got.status, got.body["code"].as_str().unwrap()), (400, "INVALID_MODULE"));
}

#[tokio::test]
async fn values_are_validated_by_metadata() {
    let world = World::new();
    for (field, value, key, expected) in [
        ("Account_Name", json!("x".repeat(201)), "maximum_length", json!(200)),
        ("Account_Name", json!(5), "expected_data_type", json!("text")),
        ("Phone", json!("no/phone"), "expected_data_type", json!("phone")),
        ("Phone", json!("1".repeat(31)), "maximum_length", json!(30)),
        ("Website", json!("not a site"), "expected_data_type", json!("website")),
        ("Annual_Revenue", json!("12"), "expected_data_type", json!("currency")),
        ("Employees", json!(1.5), "expected_data_type", json!("integer")),
        ("Parent_Account", json!({"id": "42"}), "json_path", json!("$.data[0].Parent_Account")),
        ("Owner", json!({"id": "42"}), "api_name", json!("Owner")),
        ("Currency", json!("XXX"), "api_name", json!("Currency")),
    ] {
        let mut record = json!({"Account_Name": "A"});
        record[field] = value;
        let got = world.post("/Accounts", json!({"data": [record]})).await;
        assert_eq!((got.status, got.codes()), (400, vec!["INVALID_DATA"]), "{field}");
        assert_eq!(got.body["data"][0]["details"][key], expected, "{field}");
    }
    let got = world.post("/Accounts", json!({"data": [{"Account_Name": "A", "Industry": "Magic"}]})).await;
    assert!(got.body["data"][0]["details"]["supported_values"].as_array().unwrap().len() > 3);
    let umlauts = "ä".repeat(200);
    let id =
        world.made("Accounts", json!({"Account_Name": umlauts, "Nonsense": 1, "Modified_Time": "x", "id": "7"})).await;
    assert_ne!(id, 7);
    let got = world.get(&format!("/Accounts/{id}")).await;
    assert_eq!(got.body["data"][0]["Account_Name"], umlauts);
}

#[tokio::test]
async fn several_faults_come_together_or_one_by_switch() {
    let world = World::new();
    let record = json!({"data": [{"Phone": "no/phone", "Employees": "x"}]});
    let got = world.post("/Accounts", record.clone()).await;
    assert_eq!(got.codes(), ["MULTIPLE_OR_MULTI_ERRORS"]);
    let codes: Vec<&str> = got.body["data"][0]["details"]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["INVALID_DATA", "INVALID_DATA", "MANDATORY_NOT_FOUND"]);
    world.state(|state| state.switches.several_faults = SeveralFaults::First);
    assert_eq!(world.post("/Accounts", record).await.codes(), ["INVALID_DATA"]);
}

#[tokio::test]
async fn null_clears_and_an_absent_key_leaves() {
    let world = World::new();
    let id = world.made("Accounts", json!({"Account_Name": "A", "Phone": "1", "Fax": "2"})).await;
    world.later(5);
    world.put(&format!("/Accounts/{id}"), json!({"data": [{"Phone": null}]})).await;
    let got = world.get(&format!("/Accounts/{id}")).await;
    let record = &got.body["data"][0];
    assert_eq!((&record["Phone"], &record["Fax"]), (&Value::Null, &json!("2")));
    assert_eq!(record["Modified_Time"], "2026-03-04T10:00:05-07:00");
    assert_eq!(record["Created_Time"], "2026-03-04T10:00:00-07:00");
    let got = world.put(&format!("/Accounts/{id}"), json!({"data": [{"Account_Name": null}]})).await;
    assert_eq!(got.codes(), ["MANDATORY_NOT_FOUND"]);
}

#[tokio::test]
async fn reads_by_id_carry_the_system_members() {
    let world = World::new();
    let id = world.made("Accounts", json!({"Account_Name": "A"})).await;
    let got = world.get(&format!("/Accounts/{id}")).await;
    let record = &got.body["data"][0];
    for key in
        ["$approval", "$approval_state", "$in_merge", "$currency_symbol", "$has_more", "$editable", "Owner", "Tag"]
    {
        assert!(record.get(key).is_some(), "{key}");
    }
    assert_eq!(record["Owner"]["email"], "sync@northwind.example");
    assert_eq!(record["id"], id.to_string());
    assert_eq!((record["Currency"].as_str().unwrap(), record["Exchange_Rate"].as_f64().unwrap()), ("USD", 1.0));
    assert_eq!(world.get("/Accounts/12345").await.status, 204);
    assert_eq!(world.get("/Accounts/abc").await.body["details"], json!({"resource_path_index": 1}));
}

#[tokio::test]
async fn duplicate_data_has_the_documented_shape() {
    let world = World::new();
    let key = world.unique_field("Accounts", "ERP Key").await;
    assert_eq!(key, "ERP_Key");
    let id = world.made("Accounts", json!({"Account_Name": "A", "ERP_Key": "k1"})).await;
    let again = json!({"data": [{"Account_Name": "B", "ERP_Key": "K1"}]});
    let got = world.post("/Accounts", again.clone()).await;
    assert_eq!(got.status, 400);
    let details = &got.body["data"][0]["details"];
    assert_eq!(got.codes(), ["DUPLICATE_DATA"]);
    assert_eq!((&details["api_name"], &details["json_path"]), (&json!("ERP_Key"), &json!("$.data[0].ERP_Key")));
    assert_eq!((&details["id"], &details["duplicate_record"]["id"]), (&json!(id.to_string()), &json!(id.to_string())));
    assert_eq!(details["duplicate_record"]["Owner"]["name"], "Sync User");
    assert_eq!(details["more_records"], false);
    world.state(|state| state.switches.duplicate_id = false);
    let got = world.post("/Accounts", again.clone()).await;
    assert!(got.body["data"][0]["details"].get("id").is_none());
    let got = world
        .post(
            "/Accounts",
            json!({"data": [{"Account_Name": "C", "ERP_Key": "n"}, {"Account_Name": "D", "ERP_Key": "n"}]}),
        )
        .await;
    assert_eq!((got.status, got.codes()), (207, vec!["SUCCESS", "DUPLICATE_DATA"]));

    world.delete(&format!("/Accounts?ids={id}")).await;
    assert_eq!(world.post("/Accounts", again.clone()).await.status, 201, "values in the bin are free");
    let world = World::switched(|switches| switches.bin_blocks_unique = true);
    world.unique_field("Accounts", "ERP Key").await;
    let id = world.made("Accounts", json!({"Account_Name": "A", "ERP_Key": "k1"})).await;
    world.delete(&format!("/Accounts/{id}")).await;
    assert_eq!(world.post("/Accounts", again).await.codes(), ["DUPLICATE_DATA"]);
}

#[tokio::test]
async fn a_holder_that_the_user_may_not_see_is_not_named() {
    let world = World::new();
    world.unique_field("Accounts", "ERP Key").await;
    let id = world.made("Accounts", json!({"Account_Name": "A", "ERP_Key": "k"})).await;
    let rep = world.token_for(1, SCOPES);
    assert_eq!(world.call_as(&rep, "GET", &format!("/Accounts/{id}"), &[], None).await.status, 204);
    let body = json!({"data": [{"Account_Name": "B", "ERP_Key": "k"}]});
    let got = world.call_as(&rep, "POST", "/Accounts", &[], Some(body)).await;
    assert_eq!(got.codes(), ["DUPLICATE_DATA"]);
    assert!(got.body["data"][0]["details"].get("id").is_none());
}

#[tokio::test]
async fn deleted_records_go_to_the_bin_and_come_back() {
    let world = World::new();
    let (a, b) = (
        world.made("Accounts", json!({"Account_Name": "A"})).await,
        world.made("Accounts", json!({"Account_Name": "B"})).await,
    );
    assert_eq!(world.get("/Accounts/deleted").await.status, 204);
    world.later(10);
    let got = world.delete(&format!("/Accounts?ids={a},77")).await;
    assert_eq!((got.status, got.codes()), (207, vec!["SUCCESS", "INVALID_DATA"]));
    assert_eq!(world.get(&format!("/Accounts/{a}")).await.status, 204);
    let got = world.get("/Accounts/deleted?type=all").await;
    assert_eq!(got.body["data"][0]["id"], a.to_string());
    assert_eq!((&got.body["data"][0]["type"], &got.body["data"][0]["display_name"]), (&json!("recycle"), &json!("A")));
    assert_eq!(got.body["info"], json!({"per_page": 200, "count": 1, "page": 1, "more_records": false}));
    let got = world.post(&format!("/settings/recycle_bin/{a}/actions/restore"), json!({})).await;
    assert_eq!(got.status, 200);
    assert_eq!(world.get(&format!("/Accounts/{a}")).await.status, 200);
    world.delete(&format!("/Accounts/{b}")).await;
    world.delete(&format!("/settings/recycle_bin?ids={b}")).await;
    let got = world.get("/Accounts/deleted?type=permanent").await;
    assert_eq!(
        (&got.body["data"][0]["id"], &got.body["data"][0]["display_name"]),
        (&json!(b.to_string()), &Value::Null)
    );
}

#[tokio::test]
async fn held_records_refuse_writes() {
    let world = World::new();
    let id = world.made("Accounts", json!({"Account_Name": "A"})).await;
    let body = json!({"data": [{"Phone": "1"}]});
    for (hold, code) in [
        (Hold::Locked, "RECORD_LOCKED"),
        (Hold::Merging, "RECORD_LOCKED"),
        (Hold::Vision, "RECORD_LOCKED"),
        (Hold::Approval, "NOT_APPROVED"),
        (Hold::Review, "NOT_REVIEWED"),
    ] {
        world.state(|state| state.hold_record("Accounts", id, Some(hold))).unwrap();
        assert_eq!(world.put(&format!("/Accounts/{id}"), body.clone()).await.codes(), [code]);
        assert_eq!(world.delete(&format!("/Accounts/{id}")).await.codes(), [code]);
    }
    world.state(|state| state.hold_record("Accounts", id, Some(Hold::Blueprint))).unwrap();
    assert_eq!(world.put(&format!("/Accounts/{id}"), body).await.status, 200);
}

#[tokio::test]
async fn a_record_changed_meanwhile_answers_412() {
    let world = World::new();
    let id = world.made("Accounts", json!({"Account_Name": "A"})).await;
    let path = format!("/Accounts/{id}");
    let body = Some(json!({"data": [{"Phone": "1"}]}));
    let before = [("if-unmodified-since", "2026-03-04T16:59:59+00:00")];
    let got = world.call_as(&world.token, "PUT", &path, &before, body.clone()).await;
    assert_eq!((got.status, got.codes()), (412, vec!["ALREADY_MODIFIED"]));
    let same = [("if-unmodified-since", "2026-03-04T17:00:00Z")];
    assert_eq!(world.call_as(&world.token, "PUT", &path, &same, body).await.status, 200);
}

#[tokio::test]
async fn merging_moves_lookups_and_deletes_the_loser() {
    let world = World::new();
    let winner = world.made("Accounts", json!({"Account_Name": "A"})).await;
    let loser = world.made("Accounts", json!({"Account_Name": "B"})).await;
    let deal = json!({"Deal_Name": "D", "Stage": "Closed Won", "Closing_Date": "2026-03-01", "Account_Name": {"id": loser.to_string()}});
    let deal = world.made("Deals", deal).await;
    let now = world.sim.now();
    world.state(|state| state.merge_records("Accounts", winner, loser, None, now)).unwrap();
    assert_eq!(world.get(&format!("/Accounts/{loser}")).await.status, 204);
    let got = world.get(&format!("/Deals/{deal}")).await;
    assert_eq!(got.body["data"][0]["Account_Name"], json!({"name": "A", "id": winner.to_string()}));
    assert_eq!(got.body["data"][0]["Probability"], 100);
}
