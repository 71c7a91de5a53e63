//! Reads by keys, the probe, and addresses.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

#[tokio::test]
async fn keys_are_read_in_groups_and_missing_ones_are_missing() {
    let world = World::new(vec![on("/Customer", vec![customers(0..1)])]);
    let keys: Vec<String> = (0..30).map(|n| format!("C{n:06}")).collect();
    let call = world.reader(GrantKind::AuthorizationCode).by_keys(Entity::Customer, &keys).await;
    assert!(call.exchanges.len() >= 2);
    assert!(!call.result.unwrap().is_empty());
    assert!(world.urls()[0].contains("$filter=CustomerID eq 'C000000' or CustomerID eq 'C000001'"));
}

const ENDPOINTS: &str = r#"{"version":{"acumaticaBuildVersion":"24.205.0012"},"endpoints":[{"name":"Default","version":"20.200.001","href":"x"},{"name":"Default","version":"24.200.001","href":"x"}]}"#;

#[tokio::test]
async fn a_probe_finds_build_endpoints_and_form_fields() {
    let schema = r#"{"custom":{"Document":{"CuryID":{"type":"CustomStringField","value":null},"Other":{"type":"x"}}}}"#;
    let world = World::new(vec![
        on("adHocSchema", vec![reply(200, schema)]),
        on("/entity/Default", vec![reply(200, "[]")]),
        on("/entity", vec![reply(200, ENDPOINTS)]),
    ]);
    let call = world.reader(GrantKind::AuthorizationCode).probe().await;
    assert_eq!(call.exchanges.len(), 8);
    let profile = call.result.unwrap();
    assert_eq!((profile.build.as_str(), profile.endpoints.len()), ("24.205.0012", 2));
    assert_eq!(profile.custom_fields["Invoice"], ["Document.CuryID"]);
    assert_eq!(profile.custom_fields["CashSale"], ["Document.CuryID"]);
}

#[tokio::test]
async fn a_probe_names_what_is_wrong_for_a_consultant() {
    let only_old = r#"{"endpoints":[{"name":"Default","version":"20.200.001","href":"x"}]}"#;
    let world = World::new(vec![on("/entity", vec![reply(200, only_old)])]);
    let fault = world.reader(GrantKind::AuthorizationCode).probe().await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(fault.message.contains("Default/20.200.001"));

    let world = World::new(vec![
        on("/CashSale", vec![reply(403, "")]),
        on("adHocSchema", vec![reply(404, "")]),
        on("/entity/Default", vec![reply(200, "[]")]),
        on("/entity", vec![reply(200, ENDPOINTS)]),
    ]);
    let fault = world.reader(GrantKind::AuthorizationCode).probe().await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Forbidden);
    assert!(fault.message.contains("AR304000"));
}

#[tokio::test]
async fn a_missing_endpoint_met_while_reading_lists_what_there_is() {
    let world = World::new(vec![
        on("/Customer", vec![reply(404, "<html>")]),
        on("/entity", vec![reply(200, r#"[{"name":"Default","version":"23.200.001"}]"#)]),
    ]);
    let fault =
        world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(fault.message.contains("Default/23.200.001"));
}

#[test]
fn an_address_beyond_the_rules_is_refused() {
    let world = World::new(Vec::new());
    let mut settings = Settings {
        url: "http://erp.example".to_owned(),
        endpoint: "Default/24.200.001".to_owned(),
        grant: GrantKind::Password,
        client_id: String::new(),
        client_secret: "hidden".into(),
        username: None,
        password: None,
        parallel_calls: 1,
        allow_loopback: true,
    };
    let of = |settings: &Settings| {
        Acumatica::new(settings, world.clone(), world.clone(), world.clone(), world.clone(), world.clone()).err()
    };
    assert_eq!(of(&settings).unwrap().kind, Kind::AddressRefused);
    for fine in ["http://127.0.0.1:9801/A", "https://10.0.0.5/A", "https://erp"] {
        settings.url = fine.to_owned();
        assert!(of(&settings).is_none(), "{fine}");
    }
}
