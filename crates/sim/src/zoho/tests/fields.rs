//! Creating fields, placing them, and the shape of metadata.

use serde_json::json;

use super::*;

async fn create(world: &World, fields: Value) -> Got {
    world.post("/settings/fields?module=Accounts", json!({"fields": fields})).await
}

#[tokio::test]
async fn a_created_field_answers_its_id_only_and_stands_on_no_layout() {
    let world = World::new();
    let got =
        create(&world, json!([{"field_label": "ERP Key", "data_type": "text", "unique": true, "length": 50}])).await;
    assert_eq!(got.status, 201);
    let item = got.body["fields"][0].clone();
    assert_eq!((&item["code"], &item["message"]), (&json!("SUCCESS"), &json!("field created")));
    assert_eq!(item["details"].as_object().unwrap().len(), 1);
    let id = item["details"]["id"].as_str().unwrap();
    let path = format!("/settings/fields/{id}?module=Accounts");
    assert_eq!(world.get(&path).await.status, 400, "hidden from profiles that were not listed");

    world.state(|state| state.switches.field_hidden_unless_listed = false);
    let got = create(&world, json!([{"field_label": "ERP Code", "data_type": "text", "unique": {"case_sensitive": false}, "external": {"type": "org", "show": true}}])).await;
    let id = got.body["fields"][0]["details"]["id"].as_str().unwrap().to_owned();
    let got = world.get(&format!("/settings/fields/{id}?module=Accounts")).await;
    let field = &got.body["fields"][0];
    assert_eq!(
        (&field["api_name"], &field["length"], &field["custom_field"]),
        (&json!("ERP_Code"), &json!(255), &json!(true))
    );
    assert_eq!((&field["unique"], &field["type"]), (&json!({"case_sensitive": false}), &json!("unused")));

    let got = world.get("/settings/layouts?module=Accounts").await;
    let layout = got.body["layouts"][0]["id"].as_str().unwrap().to_owned();
    let section = got.body["layouts"][0]["sections"][0]["id"].as_str().unwrap().to_owned();
    let patch = json!({"layouts": [{"sections": [{"id": section, "fields": [{"id": id, "sequence_number": 1}]}]}]});
    let got = world
        .call_as(&world.token, "PATCH", &format!("/settings/layouts/{layout}?module=Accounts"), &[], Some(patch))
        .await;
    assert_eq!((got.status, &got.body["layouts"][0]["code"]), (200, &json!("SUCCESS")));
    let got = world.get(&format!("/settings/layouts/{layout}?module=Accounts")).await;
    assert_eq!(got.body["layouts"][0]["sections"][0]["fields"][0]["api_name"], "ERP_Code");
    let got = world.get(&format!("/settings/fields/{id}?module=Accounts")).await;
    assert_eq!(got.body["fields"][0]["type"], "used");
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_told_by_item() {
    let world = World::new();
    let text = |label: &str| json!({"field_label": label, "data_type": "text"});
    let got = create(&world, json!([text("A"), text("a"), text(&"x".repeat(26)), {"field_label": "B"}, {"field_label": "C", "data_type": "magic"}])).await;
    assert_eq!(got.status, 207);
    let codes: Vec<&str> = got.body["fields"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["SUCCESS", "DUPLICATE_DATA", "INVALID_DATA", "MANDATORY_NOT_FOUND", "INVALID_DATA"]);
    assert_eq!(got.body["fields"][2]["details"]["maximum_length"], 25);
    let got = create(&world, json!([{"field_label": "D", "data_type": "boolean", "unique": true}])).await;
    assert_eq!((got.status, &got.body["fields"][0]["code"]), (400, &json!("INVALID_DATA")));
    let got = create(&world, json!([text("1"), text("2"), text("3"), text("4"), text("5"), text("6")])).await;
    assert_eq!((got.status, &got.body["code"]), (400, &json!("LIMIT_EXCEEDED")));
    let rep = world.token_for(1, SCOPES);
    let got = world
        .call_as(&rep, "POST", "/settings/fields?module=Accounts", &[], Some(json!({"fields": [text("R")]})))
        .await;
    assert_eq!((got.status, &got.body["code"]), (403, &json!("NO_PERMISSION")));
}

#[tokio::test]
async fn labels_become_names() {
    let world = World::switched(|switches| switches.field_hidden_unless_listed = false);
    let field = |label: &str| json!({"field_label": label, "data_type": "text"});
    create(&world, json!([field("ERP  Key (new)"), field("Phone."), field("4711"), field("Größe")])).await;
    let got = world.get("/settings/fields?module=Accounts").await;
    let names: Vec<&str> = got.body["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|field| field["custom_field"] == json!(true))
        .map(|field| field["api_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ERP_Key_new", "Phone1", "field4711", "Gr_e"]);
}

#[tokio::test]
async fn fields_carry_every_required_member() {
    let world = World::new();
    let required = [
        "webhook",
        "operation_type",
        "colour_code_enabled_by_system",
        "field_label",
        "type",
        "field_read_only",
        "display_label",
        "read_only",
        "association_details",
        "businesscard_supported",
        "multi_module_lookup",
        "id",
        "filterable",
        "visible",
        "profiles",
        "view_type",
        "separator",
        "searchable",
        "history_tracking_enabled",
        "external",
        "api_name",
        "unique",
        "enable_colour_code",
        "pick_list_values",
        "system_mandatory",
        "virtual_field",
        "range",
        "created_source",
        "display_type",
        "ui_type",
        "public",
        "email_parser",
        "currency",
        "custom_field",
        "lookup",
        "convert_mapping",
        "rollup_summary",
        "display_field",
        "pick_list_values_sorted_lexically",
        "sortable",
        "global_picklist",
        "history_tracking",
        "data_type",
        "formula",
        "mass_update",
        "multiselectlookup",
        "auto_number",
    ];
    for module in ["Accounts", "Contacts", "Deals", "Products", "Invoices", "Invoiced_Items", "InvoicedItems"] {
        let got = world.get(&format!("/settings/fields?module={module}")).await;
        assert_eq!(got.status, 200, "{module}");
        for field in got.body["fields"].as_array().unwrap() {
            for key in required {
                assert!(field.get(key).is_some(), "{module} {} {key}", field["api_name"]);
            }
        }
    }
    let got = world.get("/settings/fields?module=Invoices").await;
    let total = got.body["fields"].as_array().unwrap().iter().find(|f| f["api_name"] == "Grand_Total").unwrap();
    assert_eq!((&total["data_type"], &total["formula"]), (&json!("formula"), &json!({"return_type": "currency"})));
    let got = world.get("/settings/fields").await;
    assert_eq!(got.body["details"], json!({"param_name": "module"}));
}

#[tokio::test]
async fn pipelines_name_every_won_stage() {
    let world = World::new();
    let got = world.get("/settings/layouts?module=Deals").await;
    let layout = got.body["layouts"][0]["id"].as_str().unwrap();
    let got = world.get(&format!("/settings/pipeline?layout_id={layout}")).await;
    let won: Vec<&str> = got.body["pipeline"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|pipeline| pipeline["maps"].as_array().unwrap())
        .filter(|stage| stage["forecast_type"] == "Closed Won")
        .map(|stage| stage["actual_value"].as_str().unwrap())
        .collect();
    assert_eq!(won, ["Closed Won", "Signed", "Paid in Advance"]);
    assert_eq!(world.get("/settings/pipeline").await.body["code"], "REQUIRED_PARAM_MISSING");
}
