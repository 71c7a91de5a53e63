//! Pages: keys, growth, windows, fallbacks.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

/// Answers customer lists from 1,203 rows, by key and `$top`.
fn by_key_and_top() -> Rule {
    Box::new(|request| {
        let url = url::Url::parse(&request.url).unwrap();
        let of = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        let top: u32 = of("$top")?.parse().unwrap();
        let from = of("$filter")
            .map_or(0, |filter| filter["CustomerID gt 'C".len()..].trim_end_matches('\'').parse::<u32>().unwrap() + 1);
        Some(customers(from..(from + top).min(1203)))
    })
}

#[tokio::test]
async fn pages_go_on_behind_the_last_key_and_grow() {
    let world = World::new(vec![by_key_and_top()]);
    let (records, notes) = read_all(&world.reader(GrantKind::AuthorizationCode), Entity::Customer).await;
    assert_eq!(records.len(), 1203);
    assert_eq!(records.last().unwrap().key, "C001202");
    assert!(notes.is_empty());
    let urls = world.urls();
    assert_eq!(urls.len(), 3, "500, then all the rest, then a look for more: {urls:?}");
    assert!(urls[1].contains("$filter=CustomerID gt 'C000499'&$top=5000"), "{}", urls[1]);
}

#[tokio::test]
async fn a_page_cut_by_the_server_is_not_taken_for_the_end() {
    let world = World::new(vec![on("/Customer", vec![customers(0..30), customers(30..60), customers(60..71)])]);
    let (records, _) = read_all(&world.reader(GrantKind::AuthorizationCode), Entity::Customer).await;
    assert_eq!(records.len(), 71);
}

#[tokio::test]
async fn a_window_asks_by_stamp_and_an_unchanged_pass_is_one_call() {
    let world = World::new(vec![on("/StockItem", vec![reply(200, "[]")])]);
    let from = Instant::parse("2026-11-24T05:00:00Z");
    let page = world
        .reader(GrantKind::AuthorizationCode)
        .page(&PageRequest { entity: Entity::StockItem, from, cursor: None })
        .await;
    assert_eq!(page.exchanges.len(), 1);
    let page = page.result.unwrap();
    // It answered at six after ten milliseconds: what was committed in these need not be on the page.
    let asked = Instant::parse("2026-11-24T05:59:59.990Z");
    assert_eq!((page.next, page.server_time), (None, asked));
    assert_eq!(page.asked_at, Instant::parse("2026-11-24T06:00:00Z"));
    assert!(world.urls()[0].contains("$filter=LastModifiedDateTime ge datetimeoffset'2026-11-24T05:00:00Z'&$top=500"));
}

#[tokio::test]
async fn disorder_falls_back_to_offsets_and_says_so() {
    let shuffled = || reply(200, r#"[{"id":"2","CustomerID":{"value":"C2"}},{"id":"1","CustomerID":{"value":"C1"}}]"#);
    let world = World::new(vec![on("/Customer", vec![shuffled(), shuffled()])]);
    let (records, notes) = read_all(&world.reader(GrantKind::AuthorizationCode), Entity::Customer).await;
    assert_eq!(records.len(), 2);
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("key order"));
}

#[tokio::test]
async fn offsets_overlap_by_one_row_and_begin_again_when_rows_moved() {
    let cursor = r#"{"skip":{"rows":3,"last":"C000002"}}"#.to_owned();
    let still = World::new(vec![on("$skip=2", vec![customers(2..5)])]);
    let page = still
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, Some(cursor.clone())))
        .await
        .result
        .unwrap();
    assert_eq!(page.records.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["C000003", "C000004"]);
    assert!(page.notes.is_empty());

    let moved = World::new(vec![on("$skip=2", vec![customers(3..5)]), on("/Customer", vec![customers(1..5)])]);
    let page =
        moved.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, Some(cursor))).await.result.unwrap();
    assert_eq!(page.records.len(), 4);
    assert!(page.notes[0].contains("rows moved"));
}

#[tokio::test]
async fn rows_that_keep_moving_end_the_read_instead_of_leaving_some_out() {
    let cursor = r#"{"skip":{"rows":3,"last":"C000002","again":3}}"#.to_owned();
    let world = World::new(vec![on("$skip=2", vec![customers(3..5)])]);
    let page = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, Some(cursor))).await;
    let fault = page.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unavailable);
    assert!(fault.message.contains("keep moving") && fault.remedy.contains("next run tries again"), "{fault:?}");
    assert_eq!(page.exchanges.len(), 1);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let world =
        World::new(vec![on("$top=250", vec![Err(TransportFault::TooLarge(9))]), on("$top=62", vec![reply(200, "[]")])]);
    let page = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Invoice, None)).await;
    assert!(page.result.is_ok());
    assert_eq!(page.exchanges.len(), 2);
}

#[tokio::test]
async fn form_fields_that_cannot_be_listed_are_given_up_with_a_note() {
    let refusal = r#"{"message":"An error has occurred.","exceptionMessage":"Optimization cannot be performed.","exceptionType":"PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"}"#;
    let world = World::new(vec![on("$custom=", vec![reply(500, refusal)]), on("/Invoice", vec![reply(200, "[]")])]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    let custom_fields = [("Invoice".to_owned(), vec!["Document.CuryID".to_owned()])].into();
    reader.adopt(&SourceProfile { custom_fields, ..SourceProfile::default() });
    let page = reader.page(&asking(Entity::Invoice, None)).await.result.unwrap();
    assert!(page.notes[0].contains("without form fields"));
    let urls = world.urls();
    assert!(urls[0].contains("$custom=Document.CuryID") && !urls[1].contains("$custom"));
}

#[tokio::test]
async fn a_500_that_passes_is_asked_again_and_one_that_stays_is_told() {
    let error = r#"{"message":"An error has occurred.","exceptionMessage":"Deadlock victim","exceptionType":"PX.Data.PXException"}"#;
    let world = World::new(vec![on("/Customer", vec![reply(500, error), customers(0..1)])]);
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    assert_eq!(call.result.unwrap().records.len(), 1);
    let world = World::new(vec![on("/Customer", vec![reply(500, error)])]);
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    let fault = call.result.unwrap_err();
    // Three times as asked for, then twice with smaller pages: the server may have cut off what took too long.
    assert_eq!((fault.kind, call.exchanges.len()), (Kind::Unavailable, 9));
    assert!(fault.message.contains("Deadlock victim"));
}
