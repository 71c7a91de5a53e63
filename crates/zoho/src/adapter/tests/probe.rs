//! Looking at an organisation: what is read, and the sentence for whatever is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use port::{Fault, Kind, Writer};
use sync::Module;

use super::{MODULES, ORG, Organisation};
use crate::script::settings;
use crate::{Environment, Settings};

async fn refused(organisation: &Organisation) -> Fault {
    organisation.script.zoho().probe().await.result.unwrap_err()
}

#[tokio::test]
async fn a_probe_reads_seven_answers_and_creates_nothing() {
    let organisation = Organisation::with_all_fields();
    let call = organisation.script.zoho().probe().await;
    assert_eq!(call.exchanges.len(), 7);
    let schema = call.result.unwrap();
    assert_eq!(
        (schema.org_id.as_str(), schema.org_name.as_str(), schema.home_currency.as_str()),
        ("7000123", "Acme", "USD")
    );
    assert!(schema.multi_currency && !schema.prepared && schema.negative_adjustment);
    assert_eq!((schema.currencies["USD"].places, schema.currencies["JPY"].places), (2, 0));
    assert_eq!(schema.modules[&Module::Accounts].fields["ERP Key"].api_name, "ERP_Key");
    assert_eq!(schema.modules[&Module::Accounts].fields["Account_Name"].length, Some(100));
    assert_eq!(schema.modules[&Module::Invoices].rows.keys().collect::<Vec<_>>(), ["Quantity"]);
    assert!(organisation.script.seen().iter().all(|seen| seen.method == "GET"));
}

#[tokio::test]
async fn an_accounts_server_that_takes_no_connection_is_asked_for_one_token_and_not_for_one_per_question() {
    let script = crate::script::Script::new();
    script.on("/oauth/v2/token", |_| Some(Err(port::TransportFault::NotSent("refused".to_owned()))));
    let call = script.zoho().probe().await;
    assert_eq!(call.result.unwrap_err().kind, Kind::Unreachable);
    assert_eq!(call.exchanges.len(), 3, "one call, repeated twice: {:?}", script.targets());
}

#[tokio::test]
async fn one_currency_saves_a_call_and_a_wrong_flag_does_no_harm() {
    let organisation = Organisation::with_all_fields();
    organisation.script.on("/crm/v8/org", |seen| {
        (seen.target == "/crm/v8/org")
            .then(|| crate::script::answer(200, ORG.replace("\"mc_status\":true", "\"mc_status\":null")))
    });
    let call = organisation.script.zoho().probe().await;
    assert_eq!(call.exchanges.len(), 6);
    let schema = call.result.unwrap();
    assert!(!schema.multi_currency);
    assert_eq!(schema.currencies.keys().collect::<Vec<_>>(), ["USD"]);

    let organisation = Organisation::with_all_fields();
    organisation.script.always(
        "/org/currencies",
        403,
        r#"{"code":"CURRENCIES_NOT_ENABLED","details":{},"message":"x","status":"error"}"#,
    );
    assert!(!organisation.script.zoho().probe().await.result.unwrap().multi_currency);
}

#[tokio::test]
async fn missing_modules_scopes_and_rights_have_sentences() {
    let organisation = Organisation::new();
    organisation
        .script
        .on("/settings/modules", |_| Some(crate::script::answer(200, MODULES.replace("Invoices", "Quotes"))));
    let fault = refused(&organisation).await;
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(
        fault.message.contains("Invoices")
            && fault.message.contains("enterprise")
            && fault.remedy.contains("Professional")
    );

    let organisation = Organisation::new();
    let scope = r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}"#;
    organisation.script.always("/crm/v8/org", 401, scope).always("/settings/modules", 401, scope);
    let fault = refused(&organisation).await;
    assert_eq!(fault.kind, Kind::Forbidden);
    assert!(fault.message.contains("ZohoCRM.org.READ") && fault.message.contains("ZohoCRM.settings.modules.READ"));

    let organisation = Organisation::new();
    organisation.script.always(
        "/settings/fields?module=Products",
        403,
        r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_View"]}}"#,
    );
    let fault = refused(&organisation).await;
    assert!(fault.kind == Kind::Forbidden && fault.message.contains("Products") && fault.message.contains("Crm_View"));
}

#[tokio::test]
async fn rows_without_metadata_have_the_columns_of_the_vendors_sdk() {
    let organisation = Organisation::with_all_fields();
    organisation.script.always(
        "module=Invoiced_Items",
        400,
        r#"{"code":"INVALID_MODULE","details":{"resource_path_index":0},"message":"x","status":"error"}"#,
    );
    let schema = organisation.script.zoho().probe().await.result.unwrap();
    assert!(schema.modules[&Module::Invoices].rows.contains_key("List_Price"));
}

#[tokio::test]
async fn another_environment_than_the_connections_is_refused() {
    let organisation = Organisation::new();
    let zoho = organisation.script.zoho_with(Settings { environment: Environment::Sandbox, ..settings() });
    let fault = zoho.probe().await.result.unwrap_err();
    assert!(fault.kind == Kind::WrongSystem && fault.message.contains("production"));
}

#[tokio::test]
async fn answers_that_make_no_sense_are_told() {
    for body in ["{\"org\":[]}", "{\"org\":[{\"zgid\":", "[]", "{\"org\":{}}"] {
        let organisation = Organisation::new();
        organisation.script.always("/crm/v8/org", 200, body);
        assert_eq!(refused(&organisation).await.kind, Kind::Protocol, "{body}");
    }
    let organisation = Organisation::new();
    organisation.script.always("/crm/v8/org", 200, "<html><title>Maintenance</title></html>");
    assert_eq!(refused(&organisation).await.kind, Kind::Unavailable);
}
