//! Pages: keys, growth, windows, fallbacks.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

/// Answers customer lists from 1,203 rows, by key and `$top`.
fn by_key_and_top() -> Rule {
    Box::new(|request| {
        let url = url::Url::parse(&request.url).unwrap();
        let of = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        let top: u32 = of("$top")?.parse().unwrap();
        let filter = of("$filter");
        if filter.as_deref().is_some_and(|filter| filter.starts_with("LastModifiedDateTime lt")) {
            return Some(reply(200, "[]"));
        }
        let from = filter
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
    assert_eq!(urls.len(), 4, "500, then all the rest, then a look for more and one for what was left out: {urls:?}");
    assert!(
        urls[3].contains("$filter=LastModifiedDateTime lt ") && urls[3].contains("$top=1&$skip=1203"),
        "{}",
        urls[3]
    );
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
    // By offset the last row of the page before comes again, and one more says that there are no others.
    let last = || reply(200, r#"[{"id":"1","CustomerID":{"value":"C1"}}]"#);
    let world =
        World::new(vec![on("$skip=1", vec![last()]), on("/Customer", vec![shuffled(), shuffled(), shuffled()])]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    reader.read_in_pages_of(2);
    let first = reader.page(&asking(Entity::Customer, None)).await.result.unwrap();
    assert_eq!(first.records.len(), 2);
    assert!(first.notes[0].contains("key order"), "{first:?}");
    assert_eq!(first.fallback, "read by offset, because rows do not come in key order");
    let (records, _) = read_all(&reader, Entity::Customer).await;
    assert!(records.len() >= 2);
}

#[tokio::test]
async fn the_order_of_rows_does_not_matter_where_one_answer_holds_all() {
    let shuffled = r#"[{"id":"2","CustomerID":{"value":"C2"}},{"id":"1","CustomerID":{"value":"C1"}}]"#;
    let world = World::new(vec![on("/Customer", vec![reply(200, shuffled)])]);
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    assert_eq!(call.exchanges.len(), 1);
    let page = call.result.unwrap();
    assert_eq!((page.records.len(), page.next, page.fallback.as_str()), (2, None, ""));
}

/// Customers by number, in that order, whatever they are called; answers by `$skip` and `$top`.
fn by_offset(looks: Vec<Vec<u32>>) -> Rule {
    let (mut looks, mut now) = (VecDeque::from(looks), Vec::new());
    Box::new(move |request| {
        let url = url::Url::parse(&request.url).unwrap();
        let of = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        let skip = of("$skip").map_or(0, |skip| skip.parse().unwrap());
        if let Some(next) = looks.pop_front() {
            now = next;
        }
        let rows: Vec<String> = now
            .iter()
            .skip(skip)
            .take(of("$top")?.parse().unwrap())
            .map(|n| format!(r#"{{"id":"id-{n}","CustomerID":{{"value":"C{n}"}}}}"#))
            .collect();
        Some(reply(200, format!("[{}]", rows.join(","))))
    })
}

/// Reads by offset in pages of three until the end: the numbers that came, in the order of coming, and the calls.
async fn read_by_offset(looks: Vec<Vec<u32>>) -> (Result<Vec<String>, Fault>, usize) {
    let world = World::new(vec![by_offset(looks)]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    reader.read_in_pages_of(3);
    let (mut seen, mut calls, mut cursor) = (Vec::new(), 0, Some(r#"{"skip":{"rows":0}}"#.to_owned()));
    while cursor.is_some() {
        let call = reader.page(&asking(Entity::Customer, cursor)).await;
        calls += call.exchanges.len();
        match call.result {
            Ok(page) => {
                seen.extend(page.records.into_iter().map(|record| record.key));
                cursor = page.next;
            }
            Err(fault) => return (Err(fault), calls),
        }
    }
    (Ok(seen), calls)
}

#[tokio::test]
async fn a_read_by_offset_is_made_again_until_it_yields_nothing_new() {
    let still = vec![5, 1, 4, 2];
    // Twice two pages: the second time brings the same rows.
    let (seen, calls) = read_by_offset(vec![still.clone()]).await;
    assert_eq!((seen.unwrap().len(), calls), (8, 4));
    // One page is one look: nothing can move within it.
    let (seen, calls) = read_by_offset(vec![vec![5, 1]]).await;
    assert_eq!((seen.unwrap().len(), calls), (2, 1));
    // Behind the first page one row goes and another comes before it, so that its last row stays in its place: 9 is not seen by the
    // first time through, but by the second, and the third brings nothing new.
    let moved = vec![5, 9, 4, 2];
    let (seen, calls) = read_by_offset(vec![still, moved]).await;
    assert!(seen.unwrap().contains(&"C9".to_owned()));
    assert_eq!(calls, 6);
}

#[tokio::test]
async fn a_read_by_offset_that_never_rests_ends_and_says_so() {
    let looks = (0..20).map(|n| vec![5, n, 4, 2]).collect();
    let (seen, calls) = read_by_offset(looks).await;
    let fault = seen.unwrap_err();
    assert!(fault.message.contains("keep moving"), "{fault:?}");
    assert_eq!(calls, 8, "four times through");
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
