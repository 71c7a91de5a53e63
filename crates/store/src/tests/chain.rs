//! The hash chain: whatever is changed behind our back is found, and named.

use super::*;

/// Three settlements of three rows and an exchange each.
async fn filled(store: Store) -> Running {
    let running = Running::of(store).await;
    for part in 0..3 {
        let entries: Vec<Entry> =
            (part * 3 + 1..part * 3 + 4).map(|n| customer(n, State::Settled, Some(&n.to_string()))).collect();
        let transitions = entries.iter().map(|entry| said(entry, What::Created, Some(0))).collect();
        let mut settlement = running.settlement(entries.clone(), transitions);
        settlement.accepted = entries.iter().map(|entry| changes::accepted(entry, "044")).collect();
        settlement.exchanges = vec![exchanged("{\"a\":1}")];
        running.store.settle(settlement).await.unwrap();
    }
    running
}

/// What the walk finds after `damage` on SQLite.
async fn after(damage: &str) -> Verified {
    let folder = tempfile::tempdir().unwrap();
    let running = filled(open(folder.path(), Access::Worker).await.unwrap()).await;
    let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    file.execute_batch("pragma foreign_keys = off").unwrap();
    file.execute_batch(damage).unwrap();
    running.store.verify(running.connection).await.unwrap()
}

/// The same on PostgreSQL.
async fn after_on_postgres(damage: &str) -> Verified {
    let server = Server::database("chain").await;
    let running = filled(server.open(Access::Worker).await.unwrap()).await;
    let pool = sqlx::PgPool::connect(&server.url).await.unwrap();
    let mut damage = damage.to_owned();
    for length in ["16", "32"] {
        damage = damage.replace(&format!("zeroblob({length})"), &format!("decode(repeat('00', {length}), 'hex')"));
    }
    let damage = format!("set session_replication_role = replica; {damage}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(damage)).execute(&pool).await.unwrap();
    pool.close().await;
    let verified = running.store.verify(running.connection).await.unwrap();
    drop(running);
    server.drop().await;
    verified
}

/// Where and what is broken, the same on both engines.
async fn broken(damage: &str) -> (String, String) {
    let told = |verified: Verified| {
        let broken = verified.broken.unwrap_or_else(|| panic!("not found: {damage}"));
        (broken.id.to_string(), broken.what)
    };
    let (sqlite, postgres) = (told(after(damage).await), told(after_on_postgres(damage).await));
    assert_eq!(sqlite, postgres, "{damage}");
    sqlite
}

#[tokio::test]
async fn a_whole_chain_verifies() {
    for verified in [after("").await, after_on_postgres("").await] {
        assert_eq!((verified.settlements, verified.rows, verified.exchanges, verified.broken), (3, 9, 3, None));
        assert_eq!(verified.head.len(), 64);
    }
    // Bodies go earlier than what was said about them.
    assert_eq!(after("delete from bodies").await.head, after("").await.head);
    assert_eq!(after_on_postgres("delete from bodies").await.broken, None);
}

#[tokio::test]
async fn agreed_values_that_were_changed_removed_or_added_are_named() {
    let (_, what) = broken("delete from agreed where record in (4, 5)").await;
    assert_eq!(what, "What is kept as last agreed of 2 records is missing.");
    let (_, what) =
        broken("update agreed set packed = (select packed from agreed where record = 1) where record = 2").await;
    assert!(what.contains("0002 was changed"), "{what}");
    let (_, what) = broken("delete from agreed where record = 9; update chains set agreed = agreed - 2").await;
    assert_eq!(what, "What is kept as last agreed was added to.");
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
