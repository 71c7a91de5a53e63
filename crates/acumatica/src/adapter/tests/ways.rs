//! The ways down where the server cannot make a list, rung by rung, with the calls that each costs.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const REFUSAL: &str = r#"{"message":"An error has occurred.","exceptionMessage":"Optimization cannot be performed.","exceptionType":"PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"}"#;

fn refused() -> Vec<Answer> {
    vec![reply(500, REFUSAL)]
}

/// Three invoices, as far as a request asks for them: refused wherever `breaks` says so.
fn invoices(breaks: fn(&str) -> bool) -> Rule {
    Box::new(move |request| {
        let url = percent_encoding::percent_decode_str(&request.url).decode_utf8().unwrap().into_owned();
        if breaks(&url) {
            return Some(reply(500, REFUSAL));
        }
        let row = |n: u32| {
            format!(
                r#"{{"id":"id-{n}","Type":{{"value":"Invoice"}},"ReferenceNbr":{{"value":"R{n}"}},"LastModifiedDateTime":{{"value":"2026-11-01T00:00:00+00:00"}}}}"#
            )
        };
        if let Some(id) = (1..=3).find(|n| url.contains(&format!("/Invoice/id-{n}"))) {
            return Some(reply(200, row(id)));
        }
        Some(reply(200, format!("[{}]", (1..=3).map(row).collect::<Vec<_>>().join(","))))
    })
}

/// Reads a page, and the same page again: what came, the calls of both, and what was told.
async fn read_twice(breaks: fn(&str) -> bool) -> (Page, usize, usize) {
    let world = World::new(vec![invoices(breaks)]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    let custom_fields = [("Invoice".to_owned(), vec!["Document.CuryID".to_owned()])].into();
    reader.adopt(&SourceProfile { custom_fields, ..SourceProfile::default() });
    let first = reader.page(&asking(Entity::Invoice, None)).await;
    let again = reader.page(&asking(Entity::Invoice, None)).await;
    let page = first.result.unwrap();
    assert_eq!(page.records.len(), 3);
    assert_eq!(again.result.unwrap().records, page.records);
    (page, first.exchanges.len(), again.exchanges.len())
}

#[tokio::test]
async fn an_ordinary_list_is_one_call() {
    let (page, first, again) = read_twice(|_| false).await;
    assert_eq!((first, again, page.fallback.as_str(), page.notes.len()), (1, 1, "", 0));
}

#[tokio::test]
async fn first_form_fields_are_given_up() {
    let (page, first, again) = read_twice(|url| url.contains("$custom=")).await;
    assert_eq!((first, again), (2, 1));
    assert!(page.notes[0].contains("without form fields") && page.fallback.contains("without form fields"), "{page:?}");
}

#[tokio::test]
async fn then_keys_are_listed_and_records_read_by_key() {
    let (page, first, again) = read_twice(|url| url.contains("Details") && !url.contains("ReferenceNbr eq")).await;
    // Whole, without form fields, then the keys and one list by key.
    assert_eq!((first, again), (4, 2));
    assert!(page.notes.iter().any(|note| note.contains("by keys")) && page.fallback.contains("by its key"), "{page:?}");
}

#[tokio::test]
async fn then_each_record_is_a_call_of_its_own() {
    let (page, first, again) = read_twice(|url| url.contains("Details") && !url.contains("/Invoice/id-")).await;
    // As above; the list by key fails too, and its keys are looked up again on the way to three single calls.
    assert_eq!((first, again), (8, 4));
    assert!(page.fallback.contains("a call of its own"), "{page:?}");
}

#[tokio::test]
async fn where_not_even_keys_can_be_listed_people_are_told() {
    let world = World::new(vec![on("/Customer", refused())]);
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    let fault = call.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(fault.message.contains("cannot list Customers"), "{fault:?}");
    assert_eq!(call.exchanges.len(), 2);
}

#[tokio::test]
async fn records_by_key_go_the_same_way() {
    let world = World::new(vec![invoices(|url| url.contains("Details") && !url.contains("/Invoice/id-"))]);
    let keys: Vec<String> = (1..=3).map(|n| format!("Invoice/R{n}")).collect();
    let call = world.reader(GrantKind::AuthorizationCode).by_keys(Entity::Invoice, &keys).await;
    assert_eq!(call.result.unwrap().len(), 3);
}

#[tokio::test]
async fn a_probe_finds_the_way_so_that_no_run_tries_in_vain() {
    let world = World::new(vec![
        on("adHocSchema", vec![reply(404, "")]),
        on("/Customer", vec![reply(200, "[]")]),
        on("Item", vec![reply(200, "[]")]),
        on("/CashSale", vec![reply(200, "[]")]),
        invoices(|url| url.contains("Details") && !url.contains("/Invoice/id-")),
    ]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    let profile = reader.probe().await.result.unwrap();
    assert_eq!(profile.ways, [("Invoice".to_owned(), "by_keys".to_owned())].into());
    let later = world.reader(GrantKind::AuthorizationCode);
    later.adopt(&profile);
    let call = later.page(&asking(Entity::Invoice, None)).await;
    // The keys, the list by key that fails, its keys once more, and three records.
    assert_eq!((call.exchanges.len(), call.result.unwrap().records.len()), (6, 3));
}

#[tokio::test]
async fn a_stamp_of_another_name_is_found_and_none_at_all_is_told() {
    let probe = |stamp: &'static str| {
        let row = format!(
            r#"[{{"id":"1","InventoryID":{{"value":"A"}},"{stamp}":{{"value":"2026-11-01T00:00:00+00:00"}}}}]"#
        );
        World::new(vec![
            on("adHocSchema", vec![reply(404, "")]),
            on("/StockItem", vec![reply(200, row)]),
            on("/entity/Default", vec![reply(200, "[]")]),
            on("/entity", vec![reply(200, "[]")]),
        ])
    };
    let found = probe("LastModified").reader(GrantKind::AuthorizationCode).probe().await.result.unwrap();
    assert_eq!(found.stamps, [("StockItem".to_owned(), "LastModified".to_owned())].into());
    let usual = probe("LastModifiedDateTime").reader(GrantKind::AuthorizationCode).probe().await.result.unwrap();
    assert!(usual.stamps.is_empty());
    let none = probe("Changed").reader(GrantKind::AuthorizationCode).probe().await.result.unwrap_err();
    assert!(none.message.contains("no change stamp of Stock Items"), "{none:?}");
}
