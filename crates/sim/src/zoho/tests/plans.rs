//! What editions bring.

use serde_json::json;

use super::*;

async fn modules(world: &World) -> Vec<String> {
    let got = world.get("/settings/modules").await;
    got.body["modules"].as_array().unwrap().iter().map(|m| m["api_name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn small_editions_have_no_inventory_and_one_currency() {
    for edition in [Edition::Free, Edition::Standard] {
        let world = World::edition(edition);
        let names = modules(&world).await;
        assert!(names.contains(&"Accounts".to_owned()) && !names.contains(&"Invoices".to_owned()));
        let got = world.get("/Invoices?fields=id").await;
        assert_eq!((got.status, &got.body["code"]), (400, &json!("INVALID_MODULE")));
        assert_eq!(world.post("/Products", json!({"data": [{}]})).await.codes(), ["INVALID_MODULE"]);
        assert_eq!(world.get("/settings/modules/Products").await.status, 400);
        let org = world.get("/org").await.body["org"][0].clone();
        assert_eq!(
            (&org["license_details"]["paid_type"], &org["mc_status"]),
            (&json!(edition.paid_type()), &Value::Null)
        );
        assert_eq!(world.get("/org/currencies").await.status, 403);
    }
}

#[tokio::test]
async fn professional_has_invoices_and_enterprise_currencies() {
    let world = World::edition(Edition::Professional);
    assert!(modules(&world).await.contains(&"Invoices".to_owned()));
    let (account, product) = world.basics().await;
    let mut sent = invoice(&account, &product, &[(1.0, 1.0)]);
    sent["Currency"] = json!("EUR");
    let id = world.made("Invoices", sent).await;
    let got = world.get(&format!("/Invoices/{id}")).await;
    assert!(got.body["data"][0].get("Currency").is_none(), "an unknown key is ignored");
    let world = World::edition(Edition::Enterprise);
    let org = world.get("/org").await.body["org"][0].clone();
    assert_eq!((&org["mc_status"], &org["iso_code"]), (&json!(true), &json!("USD")));
    let got = world.get("/org/currencies").await;
    assert_eq!(
        (&got.body["currencies"][0]["is_base"], &got.body["currencies"][0]["exchange_rate"]),
        (&json!(true), &json!("1.000000000"))
    );
}

#[tokio::test]
async fn custom_fields_are_capped_by_edition() {
    let world = World::edition(Edition::Standard);
    for call in 0..2 {
        let fields: Vec<Value> =
            (0..5).map(|n| json!({"field_label": format!("F{call}{n}"), "data_type": "text"})).collect();
        assert_eq!(world.post("/settings/fields?module=Accounts", json!({"fields": fields})).await.status, 201);
    }
    let one = json!({"fields": [{"field_label": "One more", "data_type": "text"}]});
    let got = world.post("/settings/fields?module=Accounts", one.clone()).await;
    assert_eq!((got.status, &got.body["fields"][0]["code"]), (400, &json!("FIELD_LIMIT_EXCEEDED")));
    assert_eq!(got.body["fields"][0]["details"]["limit"], 10);
    assert_eq!(World::edition(Edition::Free).post("/settings/fields?module=Accounts", one).await.status, 400);
}

#[tokio::test]
async fn hidden_modules_and_users() {
    let world = World::new();
    world.state(|state| {
        let name = "Invoices".to_owned();
        state.org.profiles[1].hidden_modules.push(name);
        state.org.module_mut("Vendors").unwrap().meta.hidden = true;
    });
    let rep = world.token_for(1, SCOPES);
    let got = world.call_as(&rep, "GET", "/Invoices?fields=id", &[], None).await;
    assert_eq!((got.status, &got.body["details"]["permissions"][0]), (403, &json!("Crm_Implied_View_Invoices")));
    assert_eq!(world.get("/Vendors?fields=id").await.body["code"], "INVALID_MODULE");
    let got = world.get("/settings/modules/Vendors").await;
    assert_eq!(got.body["modules"][0]["visibility"], 8192);
    let got = world.call_as(&rep, "GET", "/users?type=CurrentUser", &[], None).await;
    assert_eq!((&got.body["users"][0]["full_name"], &got.body["info"]["count"]), (&json!("Maria Anders"), &json!(1)));
    let got = world.call_as(&rep, "GET", "/settings/data_sharing", &[], None).await;
    assert_eq!(got.status, 403);
    assert_eq!(world.get("/settings/data_sharing").await.body["data_sharing"][0]["share_type"], "private");
    assert_eq!(world.get("/settings/profiles").await.body["profiles"][0]["name"], "Administrator");
    assert_eq!(world.get("/org/taxes").await.body["org_taxes"]["taxes"][1]["value"], 20);
}
