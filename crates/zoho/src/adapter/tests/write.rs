//! Writing batches: what goes out per operation, and what every kind of answer means for each record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use port::{Batch, Held, HeldRow, Kind, Operation, TransportFault, Writer};
use rust_decimal::Decimal;
use sync::problem::Code;
use sync::settle::Outcome;
use sync::{Draft, Fields, Module, Value};

use super::prepared;
use crate::script::{Script, answer, settings};
use crate::{Settings, Zoho};

fn ready(script: &Script) -> Zoho {
    let zoho = script.zoho();
    zoho.adopt(&prepared());
    zoho
}

fn draft(module: Module, key: &str) -> Arc<Draft> {
    let row = Fields(vec![
        ("Product_Name".into(), Value::Link("9".into())),
        ("Quantity".into(), Value::Decimal(Decimal::ONE)),
    ]);
    Arc::new(Draft {
        module,
        erp_key: key.to_owned(),
        fields: Fields(vec![("ERP_Key".into(), key.into()), ("Subject".into(), "A \"quoted\" name".into())]),
        on_create: Fields(vec![("Currency".into(), "USD".into())]),
        rows: if module == Module::Invoices { vec![row] } else { Vec::new() },
    })
}

fn batch(module: Module, operation: Operation, targets: &[Option<&str>]) -> Batch {
    Batch {
        module,
        operation,
        drafts: (0..targets.len()).map(|n| draft(module, &format!("K{n}"))).collect(),
        targets: targets.iter().map(|target| target.map(str::to_owned)).collect(),
        held: vec![None; targets.len()],
        once: false,
    }
}

fn success(id: u32) -> String {
    format!(
        r#"{{"code":"SUCCESS","action":"insert","details":{{"id":"{id}"}},"message":"record added","status":"success"}}"#
    )
}

fn data(items: &[String]) -> String {
    format!(r#"{{"data":[{}]}}"#, items.join(","))
}

#[tokio::test]
async fn an_upsert_matches_by_the_key_and_by_id_where_known() {
    let script = Script::signed_in();
    script.next(answer(
        200,
        data(&[
            success(1),
            r#"{"code":"SUCCESS","action":"update","duplicate_field":null,"details":{"id":"55"}}"#.into(),
        ]),
    ));
    let call = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None, Some("55")])).await;
    let expected =
        vec![Outcome::Written { id: "1".into(), created: true }, Outcome::Written { id: "55".into(), created: false }];
    assert_eq!(call.result.unwrap(), expected);
    assert!(call.exchanges[0].request_body.is_some());
    let seen = script.seen().remove(0);
    assert_eq!(format!("{} {}", seen.method, seen.target), "POST /crm/v8/Accounts/upsert");
    assert_eq!(
        seen.body,
        r#"{"data":[{"ERP_Key":"K0","Subject":"A \"quoted\" name","Currency":"USD"},{"id":"55","ERP_Key":"K1","Subject":"A \"quoted\" name"}],"duplicate_check_fields":["ERP_Key"],"trigger":[]}"#
    );
}

#[tokio::test]
async fn workflows_run_only_when_wanted() {
    let script = Script::signed_in();
    script.next(answer(200, data(&[success(1)])));
    let zoho = script.zoho_with(Settings { run_workflows: true, ..settings() });
    zoho.adopt(&prepared());
    zoho.write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap();
    assert!(!script.seen()[0].body.contains("trigger"));
}

#[tokio::test]
async fn documents_are_inserted_and_updated_at_their_own_doors() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(201, data(&[r#"{"code":"SUCCESS","details":{"id":"1"}}"#.into()])));
    let inserted = zoho.write(&batch(Module::Invoices, Operation::Insert, &[None])).await.result.unwrap();
    assert_eq!(inserted, [Outcome::Written { id: "1".into(), created: true }]);
    script.next(answer(200, data(&[r#"{"code":"SUCCESS","details":{"id":"5"}}"#.into()])));
    let updated = zoho.write(&batch(Module::Invoices, Operation::UpdateHeader, &[Some("5")])).await.result.unwrap();
    assert_eq!(updated, [Outcome::Written { id: "5".into(), created: false }]);
    assert_eq!(script.targets(), ["POST /crm/v8/Invoices", "PUT /crm/v8/Invoices"]);
    assert!(script.seen()[0].body.contains("Invoiced_Items") && !script.seen()[1].body.contains("Invoiced_Items"));
}

fn whole(whole: bool) -> Batch {
    let mut batch = batch(Module::Invoices, Operation::UpdateWhole, &[Some("5")]);
    let rows = ["71", "72"].map(|id| HeldRow { id: id.into() }).to_vec();
    batch.held = vec![Some(Held { id: "5".into(), rows, whole })];
    batch
}

#[tokio::test]
async fn rows_are_written_by_their_ids_and_left_alone_when_not_all_are_known() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    let done = r#"{"data":[{"code":"SUCCESS","details":{"id":"5"}}]}"#;
    script.next(answer(200, done));
    assert_eq!(zoho.write(&whole(true)).await.result.unwrap(), [Outcome::Written { id: "5".into(), created: false }]);
    assert!(script.seen()[0].body.contains(
        r#""Invoiced_Items":[{"id":"71","Product_Name":{"id":"9"},"Quantity":1,"Discount":0,"Description":null},{"id":"72","_delete":null}]"#
    ));
    script.next(answer(200, done));
    let outcomes = zoho.write(&whole(false)).await.result.unwrap();
    assert!(
        matches!(&outcomes[0], Outcome::Refused(refusal) if refusal.field == "Invoiced_Items" && refusal.problem.code == Code::Refused)
    );
    assert!(!script.seen()[1].body.contains("Invoiced_Items"));
}

#[tokio::test]
async fn batches_that_cannot_be_sent_are_not() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    let mut alien = batch(Module::Accounts, Operation::Upsert, &[None]);
    alien.module = Module::Products;
    for wrong in [
        batch(Module::Invoices, Operation::UpdateHeader, &[None]),
        batch(Module::Invoices, Operation::UpdateWhole, &[Some("5")]),
        batch(Module::Accounts, Operation::Upsert, &[Some("../5")]),
        batch(Module::Accounts, Operation::Upsert, &[None; 101]),
        alien,
    ] {
        assert_eq!(zoho.write(&wrong).await.result.unwrap_err().kind, Kind::Rejected);
    }
    assert_eq!(
        script.zoho().write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err().kind,
        Kind::Rejected
    );
    assert_eq!(zoho.write(&batch(Module::Accounts, Operation::Upsert, &[])).await.result.unwrap(), []);
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn a_lost_insert_is_sent_once_and_every_record_is_unknown() {
    for operation in [Operation::Insert, Operation::UpdateWhole] {
        for lost in
            [Err(TransportFault::Lost("reset".into())), answer(500, "{}"), answer(200, "<html>"), answer(502, "<html>")]
        {
            let script = Script::signed_in();
            script.next(lost);
            let batch =
                if operation == Operation::Insert { batch(Module::Invoices, operation, &[None]) } else { whole(true) };
            assert_eq!(ready(&script).write(&batch).await.result.unwrap(), [Outcome::Unknown]);
            assert_eq!(script.seen().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_lost_upsert_is_sent_again() {
    let script = Script::signed_in();
    script.next(Err(TransportFault::Lost("reset".into()))).next(answer(503, "")).next(answer(200, data(&[success(1)])));
    let call = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await;
    assert!(matches!(call.result.unwrap()[0], Outcome::Written { .. }));
    assert_eq!(call.exchanges.len(), 3);
}

#[tokio::test]
async fn only_what_never_arrived_is_a_fault() {
    // Never connected: nothing was written.
    let script = Script::signed_in();
    script.on("/upsert", |_| Some(Err(TransportFault::NotSent("refused".into()))));
    let fault = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unreachable);
    // Lost once and never connected after: it may be there.
    let script = Script::signed_in();
    script.next(Err(TransportFault::Lost("reset".into())));
    script.on("/upsert", |_| Some(Err(TransportFault::NotSent("refused".into()))));
    let outcomes = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap();
    assert_eq!(outcomes, [Outcome::Unknown]);
    // Throttled to the end: nothing was written.
    let script = Script::signed_in();
    script.always("/upsert", 429, r#"{"code":"TOO_MANY_REQUESTS","details":{},"message":"x","status":"error"}"#);
    let fault = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Throttled);
    // A dead consent: nothing was written.
    let script = Script::new();
    script.next(answer(200, r#"{"error":"invalid_code"}"#));
    let fault = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    // The token could not be had: the write was never sent.
    let script = Script::new();
    script.on("/oauth/", |_| Some(answer(503, "")));
    let fault = ready(&script).write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unavailable);
}

#[tokio::test]
async fn answers_of_another_length_leave_every_record_unknown() {
    for body in [
        data(&[success(1)]),
        data(&[success(1), success(2), success(3)]),
        "{\"data\":[{\"code\":\"SUCC".into(),
        data(&[]),
    ] {
        let script = Script::signed_in();
        script.next(answer(200, body.clone()));
        let outcomes =
            ready(&script).write(&batch(Module::Invoices, Operation::Insert, &[None, None])).await.result.unwrap();
        assert_eq!(outcomes, [Outcome::Unknown, Outcome::Unknown], "{body}");
    }
}

#[tokio::test]
async fn credits_count_by_started_tens_and_by_attempt() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    let answered = data(&(0..21).map(success).collect::<Vec<_>>());
    script.next(answer(429, "{}")).next(answer(200, answered));
    zoho.write(&batch(Module::Accounts, Operation::Upsert, &[None; 21])).await.result.unwrap();
    let tally = zoho.tally();
    assert_eq!((tally.credits, tally.made, tally.retried, tally.throttled), (6, 2, 1, 1));
}

#[tokio::test]
async fn a_day_without_credits_is_told_apart_from_haste() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    let mut almost = answer(200, data(&[success(1)])).unwrap();
    almost.headers.insert("x-api-credits-remaining", http::HeaderValue::from_static("12"));
    script.next(Ok(almost));
    zoho.write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap();
    script.always("/upsert", 429, "{}");
    let fault = zoho.write(&batch(Module::Accounts, Operation::Upsert, &[None])).await.result.unwrap_err();
    assert!(fault.kind == Kind::Throttled && fault.message.contains("12 left"));
}
