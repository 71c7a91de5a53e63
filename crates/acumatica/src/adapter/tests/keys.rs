//! Lists of keys, and records by id.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const NOT_THERE: &str = r#"{"message":"An error has occurred.","exceptionMessage":"No entity satisfies the condition.","exceptionType":"PX.Api.ContractBased.NoEntitySatisfiesTheConditionException"}"#;

#[tokio::test]
async fn keys_come_in_the_largest_pages_and_name_key_and_stamp_only() {
    let world = World::new(vec![on("/Customer", vec![customers(0..30), customers(30..41), reply(200, "[]")])]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    let first =
        reader.keys(&KeysRequest { entity: Entity::Customer, archived: false, cursor: None }).await.result.unwrap();
    assert_eq!((first.rows[0].key.as_str(), first.rows[0].id.as_str()), ("C000000", "id-0"));
    assert_eq!(first.rows[0].stamp, Instant::parse("2026-11-01T00:00:00Z"));
    let second = reader
        .keys(&KeysRequest { entity: Entity::Customer, archived: false, cursor: first.next })
        .await
        .result
        .unwrap();
    assert_eq!((second.rows.len(), second.next), (11, None));
    let urls = world.urls();
    assert!(urls[0].ends_with("/Customer?$select=CustomerID,LastModifiedDateTime&$top=5000"), "{}", urls[0]);
    assert!(urls[1].contains("$filter=CustomerID gt 'C000029'"), "{}", urls[1]);
}

#[tokio::test]
async fn keys_out_of_order_are_read_by_offset_and_a_page_too_large_in_smaller_ones() {
    let shuffled = r#"[{"id":"2","CustomerID":{"value":"C2"}},{"id":"1","CustomerID":{"value":"C1"}}]"#;
    let world = World::new(vec![
        on("$top=8", vec![Err(TransportFault::TooLarge(9))]),
        on("/Customer", vec![reply(200, shuffled)]),
    ]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    reader.read_in_pages_of(8);
    let page =
        reader.keys(&KeysRequest { entity: Entity::Customer, archived: false, cursor: None }).await.result.unwrap();
    assert_eq!((page.rows.len(), page.notes.len()), (2, 1));
    assert!(world.urls()[1].contains("$top=2"));
}

#[tokio::test]
async fn a_record_is_asked_for_by_its_id_and_one_that_is_not_there_is_left_out() {
    let one = r#"{"id":"0EAA","CustomerID":{"value":"C1"}}"#;
    for missing in [reply(500, NOT_THERE), reply(404, "<html>")] {
        let world = World::new(vec![on("/Customer/0eaa", vec![reply(200, one)]), on("/Customer/", vec![missing])]);
        let ids = ["0eaa".to_owned(), "0ebb".to_owned(), " ".to_owned()];
        let records = world.reader(GrantKind::AuthorizationCode).by_ids(Entity::Customer, &ids).await.result.unwrap();
        assert_eq!(records.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["C1"]);
        assert_eq!(world.urls().len(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_record_is_no_proof_of_anything() {
    for odd in ["[]", "<html>", r#"{"id":"0ecc","CustomerID":{"value":"C2"}}"#, "{}"] {
        let world = World::new(vec![on("/Customer/", vec![reply(200, odd)])]);
        let call = world.reader(GrantKind::AuthorizationCode).by_ids(Entity::Customer, &["0eaa".to_owned()]).await;
        assert!(matches!(call.result.unwrap_err().kind, Kind::Protocol | Kind::Unavailable), "{odd}");
    }
}

#[tokio::test]
async fn archived_records_are_asked_for_by_header_where_they_count() {
    let shown = std::sync::Arc::new(Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&shown);
    let answer: Rule = Box::new(move |request| {
        seen.lock().unwrap().push(request.headers.get("px-apiarchive").is_some_and(|value| value == "SHOW"));
        Some(if request.url.contains("/0eaa") { reply(404, "{}") } else { reply(200, "[]") })
    });
    let reader = World::new(vec![answer]).reader(GrantKind::AuthorizationCode);
    reader.page(&asking(Entity::Invoice, None)).await.result.unwrap();
    for archived in [false, true] {
        reader.keys(&KeysRequest { entity: Entity::Invoice, archived, cursor: None }).await.result.unwrap();
    }
    reader.by_ids(Entity::Invoice, &["0eaa".to_owned()]).await.result.unwrap();
    assert_eq!(*shown.lock().unwrap(), [false, false, true, true]);
}
