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

#[tokio::test]
async fn records_are_read_by_fifty_in_the_order_asked_for() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.on("/coql", |seen| {
        let query = query(&seen.body);
        assert!(
            query.starts_with("select id, ERP_Key, ERP_Code, Modified_Time from Accounts where id in ("),
            "{query}"
        );
        let ids = query.split_once('(').unwrap().1.split_once(')').unwrap().0.to_owned();
        // The other way round, and one of them is not there.
        let mut records: Vec<String> = ids
            .split(", ")
            .filter(|id| *id != "1003")
            .map(|id| {
                format!(
                    r#"{{"id":{id},"ERP_Key":"k{id}","ERP_Code":null,"Modified_Time":"2026-03-04T10:15:00+01:00"}}"#
                )
            })
            .collect();
        records.reverse();
        Some(answer(200, format!(r#"{{"data":[{}],"info":{{"more_records":false}}}}"#, records.join(","))))
    });
    let ids: Vec<String> = (1000..1060).map(|id| id.to_string()).collect();
    let held = zoho.read(Module::Accounts, &ids, false).await.result.unwrap();
    assert_eq!((script.seen().len(), held.len()), (2, 59));
    assert_eq!((held[0].id.as_str(), held[3].id.as_str(), held[58].erp_key.as_str()), ("1000", "1004", "k1059"));
    assert_eq!(held[0].modified.unwrap().to_string(), "2026-03-04T09:15:00Z");
    assert_eq!(held[0].fields.get("ERP_Code"), Some(&sync::Value::Null));
    script.forget();
    assert_eq!(zoho.read(Module::Accounts, &["5 or 1".into()], false).await.result.unwrap_err().kind, Kind::Rejected);
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn documents_are_read_with_their_rows_one_by_one() {
    let script = Script::signed_in();
    let mut schema = prepared();
    let quantity = sync::mapping::FieldSchema { api_name: "Quantity".into(), length: None, places: None, values: None };
    schema.modules.get_mut(&Module::Invoices).unwrap().rows.insert("Quantity".into(), quantity);
    let zoho = script.zoho();
    zoho.adopt(&schema);
    script.next(answer(200, r#"{"data":[{"id":"5","ERP_Key":"Invoice/1","Grand_Total":12.50,"Invoiced_Items":[{"id":"71","Quantity":2,"Net_Total":12.5}]}]}"#));
    script.next(answer(204, ""));
    let held = zoho.read(Module::Invoices, &["5".into(), "6".into()], true).await.result.unwrap();
    assert_eq!(script.targets(), ["GET /crm/v8/Invoices/5", "GET /crm/v8/Invoices/6"]);
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].fields.get("Grand_Total").unwrap().as_decimal().unwrap().to_string(), "12.50");
    assert_eq!((held[0].rows.len(), held[0].rows[0].0.len()), (1, 1));
}

#[tokio::test]
async fn carriers_and_edited_records_come_in_id_order_page_by_page() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(
        200,
        r#"{"data":[{"ERP_Key":"a","id":"11"},{"ERP_Key":"b","id":"12"}],"info":{"more_records":true}}"#,
    ));
    let page = zoho.carriers(Module::Accounts, None).await.result.unwrap();
    assert_eq!((page.records[1].erp_key.as_str(), page.next.as_deref()), ("b", Some("12")));
    script.next(answer(200, r#"{"data":[{"id":"12"}],"info":{"more_records":true}}"#));
    let since = sync::Instant::parse("2026-03-04T10:00:00Z").unwrap();
    let stuck = zoho.edited(Module::Accounts, since, Some("12")).await.result.unwrap_err();
    assert_eq!(stuck.kind, Kind::Protocol);
    assert!(query(&script.seen()[1].body).contains("(Modified_Time >= '2026-03-04T10:00:00+00:00' and id > 12)"));
    assert_eq!(zoho.tally().credits, 6);
}

#[tokio::test]
async fn removed_records_tell_who_and_when_as_far_as_zoho_does() {
    let script = Script::signed_in();
    let zoho = ready(&script);
    script.next(answer(200, r#"{"data":[{"deleted_by":{"name":"Rita Rep","id":"9"},"id":"11","display_name":"Acme","type":"recycle","deleted_time":"2026-03-04T10:15:00+01:00"},{"deleted_by":null,"id":"12","display_name":null,"type":"permanent","deleted_time":"2026-03-03T10:15:00+01:00"}],"info":{"more_records":true}}"#));
    let page = zoho.removed(Module::Accounts, None, None).await.result.unwrap();
    assert_eq!(
        page.records.iter().map(|r| (r.by.as_str(), r.for_good)).collect::<Vec<_>>(),
        [("Rita Rep", false), ("", true)]
    );
    assert_eq!(page.next.as_deref(), Some("2"));
    script.next(answer(304, ""));
    let page = zoho.removed(Module::Accounts, page.records[0].at, page.next.as_deref()).await.result.unwrap();
    assert!(page.records.is_empty() && page.next.is_none());
    assert_eq!(script.targets()[1], "GET /crm/v8/Accounts/deleted?type=all&page=2&per_page=200");
    assert_eq!(zoho.tally().credits, 4);
}

#[tokio::test]
async fn totals_of_a_batch_come_with_one_query() {
    let script = Script::signed_in();
    script.on("/coql", |seen| {
        let query = query(&seen.body);
        assert!(query.starts_with("select id, Grand_Total from Invoices where (id in (1000, "), "{query}");
        let rows =
            r#"{"id":"1000","Grand_Total":12.50},{"id":1001,"Grand_Total":"-3"},{"id":"1002","Grand_Total":null}"#;
        Some(answer(200, format!(r#"{{"data":[{rows}],"info":{{"more_records":false}}}}"#)))
    });
    let ids: Vec<String> = (1000..1100).map(|id| id.to_string()).collect();
    let zoho = ready(&script);
    let totals = zoho.totals(&ids).await.result.unwrap();
    let shown: Vec<_> = totals.iter().map(|(id, total)| format!("{id} {}", total.normalize())).collect();
    assert_eq!(shown, ["1000 12.5", "1001 -3"]);
    assert_eq!((script.seen().len(), zoho.tally().credits), (1, 1));
    assert_eq!(zoho.totals(&["1 or 1=1".to_owned()]).await.result.unwrap_err().kind, Kind::Rejected);
}

#[tokio::test]
async fn an_organisation_whose_total_cannot_be_asked_for_tells_none() {
    let script = Script::signed_in();
    let refused = r#"{"code":"INVALID_QUERY","details":{"column_name":"Grand_Total"},"message":"invalid query formed","status":"error"}"#;
    script.always("/coql", 400, refused);
    assert!(ready(&script).totals(&["7".to_owned()]).await.result.unwrap().is_empty());
    let script = Script::signed_in();
    script.always("/coql", 400, r#"{"code":"SYNTAX_ERROR","details":{},"message":"x","status":"error"}"#);
    assert!(ready(&script).totals(&["7".to_owned()]).await.result.is_err());
}
