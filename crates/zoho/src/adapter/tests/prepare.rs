//! Making and placing our fields: calls, order, obstacles, and running it again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use port::{Fault, Kind, TransportFault, Writer};
use sync::Module;
use sync::mapping::Schema;

use super::{Organisation, made_fields};
use crate::script::{Seen, answer};

fn creation(seen: &Seen) -> bool {
    seen.method == "POST"
}

async fn prepare(organisation: &Organisation) -> Result<Schema, Fault> {
    let zoho = organisation.script.zoho();
    let schema = zoho.probe().await.result?;
    organisation.script.forget();
    zoho.prepare(&schema).await.result
}

#[tokio::test]
async fn an_empty_organisation_takes_at_most_thirty_calls_together() {
    let organisation = Organisation::new();
    let zoho = organisation.script.zoho();
    let probed = zoho.probe().await.result.unwrap();
    let schema = zoho.prepare(&probed).await.result.unwrap();
    assert!(organisation.script.seen().len() <= 30, "{}", organisation.script.targets().join("\n"));
    assert!(schema.prepared && schema.notes.is_empty(), "{:?}", schema.notes);
    for module in Module::ALL {
        for field in crate::adapter::ours::fields(module) {
            assert_eq!(schema.modules[&module].fields[field.label].api_name, field.label.replace(' ', "_"));
        }
    }
    let creations: Vec<_> = organisation.script.seen().into_iter().filter(creation).collect();
    assert_eq!(creations.len(), 5);
    for body in creations.iter().map(|seen| &seen.body) {
        assert!(body.contains(
            r#""profiles":[{"id":"8","permission_type":"read_write"},{"id":"9","permission_type":"read_write"}]"#
        ));
    }
    let placed: usize = organisation
        .script
        .seen()
        .iter()
        .filter(|seen| seen.method == "PATCH")
        .map(|seen| seen.body.matches("sequence_number").count())
        .sum();
    assert_eq!(placed, 17);
    assert_eq!(zoho.tally().credits, organisation.script.seen().len() as u64);
}

#[tokio::test]
async fn preparing_again_makes_nothing() {
    let organisation = Organisation::with_all_fields();
    let ids = |module: &str| made_fields(&organisation.made, module).len();
    let before = ids("Accounts") + ids("Products") + ids("Invoices");
    organisation.script.on("/settings/layouts?", |_| {
        let fields: Vec<_> = (100..200).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        Some(answer(
            200,
            format!(r#"{{"layouts":[{{"id":"51","sections":[{{"id":"61","fields":[{}]}}]}}]}}"#, fields.join(",")),
        ))
    });
    let schema = prepare(&organisation).await.unwrap();
    assert!(schema.prepared);
    assert_eq!(ids("Accounts") + ids("Products") + ids("Invoices"), before);
    assert!(organisation.script.seen().iter().all(|seen| seen.method == "GET"));
    assert_eq!(organisation.script.seen().len(), 3);
}

#[tokio::test]
async fn a_schema_from_another_run_is_enough() {
    let organisation = Organisation::new();
    let schema = organisation.script.zoho().probe().await.result.unwrap();
    organisation.script.forget();
    assert!(organisation.script.zoho().prepare(&schema).await.result.unwrap().prepared);
}

#[tokio::test]
async fn without_the_key_nothing_goes_on_and_the_way_out_is_told() {
    for (status, body, kind, word) in [
        (
            400,
            r#"{"fields":[{"code":"FIELD_LIMIT_EXCEEDED","details":{"limit":10},"message":"x","status":"error"}]}"#,
            Kind::Unsupported,
            "10",
        ),
        (
            403,
            r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_Customize_Zoho_CRM"]},"message":"x","status":"error"}"#,
            Kind::Forbidden,
            "Crm_Implied_Customize_Zoho_CRM",
        ),
        (
            400,
            r#"{"code":"FEATURE_NOT_SUPPORTED","details":{},"message":"x","status":"error"}"#,
            Kind::Unsupported,
            "FEATURE_NOT_SUPPORTED",
        ),
        (
            401,
            r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"x","status":"error"}"#,
            Kind::Forbidden,
            "fields.CREATE",
        ),
        (
            400,
            r#"{"fields":[{"code":"DUPLICATE_DATA","details":{"api_name":"field_label"},"status":"error"}]}"#,
            Kind::Unsupported,
            "already",
        ),
    ] {
        let organisation = Organisation::new();
        organisation.script.on("/settings/fields", move |seen| creation(seen).then(|| answer(status, body)));
        let fault = prepare(&organisation).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{body}");
        assert!(fault.message.contains(word) && fault.message.contains("ERP Key"), "{}", fault.message);
        assert!(fault.remedy.contains("ERP Key"), "{}", fault.remedy);
    }
}

#[tokio::test]
async fn other_fields_may_be_missing_and_are_noted() {
    let organisation = Organisation::new();
    let made = std::sync::Arc::clone(&organisation.made);
    organisation.script.on("/settings/fields?module=Accounts", move |seen| {
        if !creation(seen) || !seen.body.contains("ERP Key") {
            return creation(seen).then(|| answer(400, r#"{"fields":[{"code":"FIELD_LIMIT_EXCEEDED","details":{},"status":"error"}]}"#));
        }
        made.lock().unwrap().push(("Accounts".into(), "ERP Key".into()));
        let full = r#"{"code":"FIELD_LIMIT_EXCEEDED","details":{"limit":1},"status":"error"}"#;
        Some(answer(207, format!(r#"{{"fields":[{{"code":"SUCCESS","details":{{"id":"1"}},"status":"success"}},{full},{full},{full},{full}]}}"#)))
    });
    let schema = prepare(&organisation).await.unwrap();
    assert!(schema.prepared);
    assert!(schema.modules[&Module::Accounts].fields.contains_key("ERP Key"));
    assert!(!schema.modules[&Module::Accounts].fields.contains_key("ERP Terms"));
    assert_eq!(schema.notes.iter().filter(|note| note.starts_with("Accounts has no field")).count(), 5);
    assert!(schema.notes.iter().any(|note| note.contains("ERP Terms") && note.contains("by hand")));
}

#[tokio::test]
async fn layouts_and_profiles_that_are_closed_to_us_are_noted_and_no_more() {
    let organisation = Organisation::new();
    let scope = r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"x","status":"error"}"#;
    organisation.script.always("/settings/profiles", 401, scope).always("/settings/layouts/", 401, scope);
    let schema = prepare(&organisation).await.unwrap();
    assert!(schema.prepared);
    assert!(schema.notes.iter().any(|note| note.contains("profiles.READ")));
    assert!(schema.notes.iter().any(|note| note.contains("by hand")));
    assert!(
        organisation.script.seen().iter().filter(|seen| creation(seen)).all(|seen| !seen.body.contains("profiles"))
    );
}

#[tokio::test]
async fn a_layout_that_has_the_field_by_itself_is_fine_and_a_lost_call_is_not() {
    let organisation = Organisation::new();
    organisation.script.always(
        "/settings/layouts/",
        400,
        r#"{"layouts":[{"code":"DUPLICATE_DATA","details":{},"message":"x","status":"error"}]}"#,
    );
    assert!(prepare(&organisation).await.unwrap().notes.is_empty());
    let organisation = Organisation::new();
    organisation.script.on("/settings/layouts/", |_| Some(Err(TransportFault::Lost("reset".into()))));
    assert_eq!(prepare(&organisation).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn a_lost_creation_is_sent_once_and_read_back() {
    // The work was done, the answer lost.
    let organisation = Organisation::new();
    let made = std::sync::Arc::clone(&organisation.made);
    organisation.script.on("/settings/fields?module=Products", move |seen| {
        creation(seen).then(|| {
            for field in crate::adapter::ours::fields(Module::Products) {
                made.lock().unwrap().push(("Products".into(), field.label.into()));
            }
            Err(TransportFault::Lost("reset".into()))
        })
    });
    assert!(prepare(&organisation).await.unwrap().prepared);
    assert_eq!(
        organisation.script.seen().iter().filter(|seen| creation(seen) && seen.target.ends_with("Products")).count(),
        1
    );
    // It was not done: the run ends, the next one tries again.
    let organisation = Organisation::new();
    organisation.script.on("/settings/fields?module=Products", |seen| {
        creation(seen).then(|| Err(TransportFault::Lost("reset".into())))
    });
    assert_eq!(prepare(&organisation).await.unwrap_err().kind, Kind::OutcomeUnknown);
}
