//! The hash chain: whatever is changed behind our back is found, and named.

use super::*;

/// Three settlements of three rows and an exchange each, then `damage`, then what the walk finds.
async fn after(damage: &str) -> Verified {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    let Running { store, connection, .. } = &running;
    for part in 0..3 {
        let entries: Vec<Entry> =
            (part * 3 + 1..part * 3 + 4).map(|n| customer(n, State::Settled, Some(&n.to_string()))).collect();
        let transitions = entries.iter().map(|entry| said(entry, What::Created, Some(0))).collect();
        let mut settlement = running.settlement(entries, transitions);
        settlement.exchanges = vec![exchanged("{\"a\":1}")];
        store.settle(settlement).await.unwrap();
    }
    let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    file.execute_batch("pragma foreign_keys = off").unwrap();
    file.execute_batch(damage).unwrap();
    store.verify(*connection).await.unwrap()
}

async fn broken(damage: &str) -> (String, String) {
    let verified = after(damage).await;
    let broken = verified.broken.unwrap_or_else(|| panic!("not found: {damage}"));
    (broken.id.to_string(), broken.what)
}

#[tokio::test]
async fn a_whole_chain_verifies() {
    let verified = after("").await;
    assert_eq!((verified.settlements, verified.rows, verified.exchanges, verified.broken), (3, 9, 3, None));
    assert_eq!(verified.head.len(), 64);
    // Bodies go earlier than what was said about them.
    assert_eq!(after("delete from bodies").await.head, verified.head);
}

#[tokio::test]
async fn changed_rows_are_named() {
    for damage in [
        "update trail set what = 2 where settlement = 2 and position = 1",
        "update trail set target_id = '9' where settlement = 2 and position = 1",
        "update trail set note = 'x' where settlement = 2 and position = 1",
        "update trail set record = 1 where settlement = 2 and position = 1",
        "update trail set digest = zeroblob(16) where settlement = 2 and position = 1",
        "update ledger set erp_key = 'x' where id = 5",
    ] {
        assert_eq!(
            broken(damage).await,
            ("2.1".to_owned(), "A row of the trail was changed or moved.".to_owned()),
            "{damage}"
        );
    }
    let (id, what) = broken("update exchanges set status = 500 where settlement = 3").await;
    assert_eq!((id.as_str(), what.as_str()), ("3.0", "An exchange was changed or moved."));
    let (id, what) = broken("update bodies set response = request where settlement = 3").await;
    assert_eq!((id.as_str(), what.as_str()), ("3.0", "The body of a request or answer was changed."));
    for damage in ["update settlements set at = at + 1 where id = 2", "update settlements set run = null where id = 2"]
    {
        assert_eq!(broken(damage).await.0, "2.0", "{damage}");
    }
}

#[tokio::test]
async fn missing_and_added_rows_are_named() {
    let (id, what) = broken("delete from trail where settlement = 2 and position = 1").await;
    assert_eq!((id.as_str(), what.as_str()), ("2.1", "A row of the trail is missing."));
    let (id, what) = broken("insert into trail select 2, 3, record, what, target_id, null, null, null, note, exchange, digest, null, null from trail where settlement = 1 and position = 0").await;
    assert_eq!((id.as_str(), what.as_str()), ("2.3", "A row of the trail was added."));
    let (id, what) = broken("delete from trail where settlement = 2; delete from exchanges where settlement = 2; delete from settlements where id = 2").await;
    assert_eq!((id.as_str(), what.as_str()), ("3.0", "A settlement before this one is missing."));
}

#[tokio::test]
async fn reordered_rows_are_named() {
    let (id, what) = broken("update trail set position = 10 - position where settlement = 2; update trail set position = position - 8 where settlement = 2").await;
    assert_eq!((id.as_str(), what.as_str()), ("2.0", "A row of the trail was changed or moved."));
    // Two whole settlements that change places.
    let swap = "update settlements set number = 10 where id = 2; update settlements set number = 2 where id = 3; update settlements set number = 3 where id = 2";
    assert_eq!(broken(swap).await.0, "3.0");
}

#[tokio::test]
async fn a_chain_cut_short_is_found() {
    let cut = "delete from trail where settlement = 3; delete from exchanges where settlement = 3; delete from settlements where id = 3";
    assert_eq!(broken(cut).await.1, "The last 1 settlements are missing.");
    let (_, what) = broken("update chains set head = zeroblob(32)").await;
    assert_eq!(what, "The head of the chain was changed.");
}
