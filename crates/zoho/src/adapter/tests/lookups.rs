//! Looking up records, documents and records without a key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use port::{Kind, Unlinked, Writer};
use sync::Module;
use sync::mapping::Schema;

use super::prepared;
use crate::Zoho;
use crate::script::{Script, answer};

fn ready(script: &Script) -> Zoho {
    let zoho = script.zoho();
    zoho.adopt(&prepared());
    zoho
}

fn query(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body).unwrap()["select_query"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn keys_are_looked_up_by_fifty() {
    let script = Script::signed_in();
    script.on("/coql", |seen| {
        let query = query(&seen.body);
        let first = query.split('\'').nth(1).unwrap().to_owned();
        assert!(query.matches('\'').count() <= 100);
        Some(answer(200, format!(r#"{{"data":[{{"ERP_Key":"{}","id":"7"}},{{"ERP_Key":"another","id":"8"}}],"info":{{"more_records":false}}}}"#, first.to_uppercase())))
    });
    let keys: Vec<String> = (0..120).map(|n| format!("key-{n:03}")).collect();
    let zoho = ready(&script);
    let found = zoho.find(Module::Accounts, &keys).await.result.unwrap();
    assert_eq!(script.seen().len(), 3);
    // Keys are unique without regard to case; what was not asked for is left out.
    let expected =
        [("KEY-000", "7"), ("KEY-050", "7"), ("KEY-100", "7")].map(|(key, id)| (key.to_owned(), id.to_owned()));
    assert_eq!(found, expected);
    assert_eq!(zoho.tally().credits, 3);
}

#[tokio::test]
async fn nothing_found_is_an_empty_answer() {
    let script = Script::signed_in();
    script.always("/coql", 204, "");
    assert_eq!(ready(&script).find(Module::Invoices, &["Invoice/1".into()]).await.result.unwrap(), []);
    // Without the key field no record has a key, and no call is made.
    let script = Script::signed_in();
    let zoho = script.zoho();
    zoho.adopt(&Schema::default());
    assert_eq!(zoho.find(Module::Invoices, &["Invoice/1".into()]).await.result.unwrap(), []);
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn a_failed_part_fails_the_whole() {
    let script = Script::signed_in();
    script.on("/coql", |seen| {
        let late = query(&seen.body).contains("key-050");
        Some(if late {
            answer(400, r#"{"code":"SYNTAX_ERROR","details":{"clause":"where"},"message":"x","status":"error"}"#)
        } else {
            answer(204, "")
        })
    });
    let keys: Vec<String> = (0..60).map(|n| format!("key-{n:03}")).collect();
    let call = ready(&script).find(Module::Accounts, &keys).await;
    assert_eq!((call.result.unwrap_err().kind, call.exchanges.len()), (Kind::Rejected, 2));
}

#[tokio::test]
async fn a_document_is_read_whole_and_a_gone_one_is_none() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(200, r#"{"data":[{"id":"5","Subject":"x","Invoiced_Items":[{"id":"72","Sequence_Number":2},{"id":"71","Sequence_Number":1}],"$has_more":null}]}"#));
    let held = zoho.held(Module::Invoices, "5").await.result.unwrap().unwrap();
    assert_eq!(held.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["71", "72"]);
    assert!(held.whole);
    assert_eq!(script.targets(), ["GET /crm/v8/Invoices/5"]);
    script.next(answer(204, ""));
    assert_eq!(zoho.held(Module::Invoices, "5").await.result.unwrap(), None);
    script.next(answer(400, r#"{"code":"INVALID_DATA","details":{"resource_path_index":1},"message":"the id given seems to be invalid","status":"error"}"#));
    assert_eq!(zoho.held(Module::Invoices, "5").await.result.unwrap(), None);
    script.next(answer(200, r#"{"data":[{"id":"6","Invoiced_Items":[]}]}"#));
    assert_eq!(zoho.held(Module::Invoices, "5").await.result.unwrap_err().kind, Kind::Protocol);
    script.forget();
    assert_eq!(zoho.held(Module::Invoices, "../Accounts/5").await.result.unwrap_err().kind, Kind::Rejected);
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn records_without_a_key_come_page_by_page() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(200, r#"{"data":[{"Account_Name":"Acme & Söhne","ERP_Code":null,"id":"11"},{"Account_Name":"B","ERP_Code":"C1","id":12}],"info":{"count":2,"more_records":true}}"#));
    let page = zoho.unlinked(Module::Accounts, None).await.result.unwrap();
    let expected = [("11", "Acme & Söhne", ""), ("12", "B", "C1")].map(|(id, name, code)| Unlinked {
        id: id.into(),
        name: name.into(),
        code: code.into(),
    });
    assert_eq!(page.records, expected);
    assert_eq!(page.next.as_deref(), Some("12"));
    script.next(answer(204, ""));
    let page = zoho.unlinked(Module::Accounts, page.next.as_deref()).await.result.unwrap();
    assert!(page.records.is_empty() && page.next.is_none());
    let queries: Vec<_> = script.seen().iter().map(|seen| query(&seen.body)).collect();
    assert_eq!(
        queries[0],
        "select id, Account_Name, ERP_Code from Accounts where (ERP_Key is null and id > 0) order by id asc limit 2000"
    );
    assert!(queries[1].contains("id > 12"));
    assert_eq!(zoho.tally().credits, 6);
}

#[tokio::test]
async fn pages_that_do_not_move_are_refused() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(200, r#"{"data":[{"Subject":"x","id":"7"}],"info":{"more_records":true}}"#));
    assert_eq!(zoho.unlinked(Module::Invoices, Some("9")).await.result.unwrap_err().kind, Kind::Protocol);
    script.next(answer(200, r#"{"data":[{"Subject":"x","id":"evil"}],"info":{"more_records":true}}"#));
    assert_eq!(zoho.unlinked(Module::Invoices, Some("9")).await.result.unwrap_err().kind, Kind::Protocol);
    assert_eq!(zoho.unlinked(Module::Invoices, Some("9 or 1=1")).await.result.unwrap_err().kind, Kind::Rejected);
}
