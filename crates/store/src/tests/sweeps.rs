//! Sweeps: bits, walks, misses; on a fence.

use super::*;

fn sweeps(number: u64, pass: Option<&str>) -> Sweeps {
    Sweeps { since: at(0), swept: None, vanished: None, number, pass: pass.map(str::to_owned) }
}

/// Codes of the customers that a walk from the beginning finds unseen.
async fn unseen(running: &Running) -> Vec<String> {
    let Running { store, connection, .. } = running;
    let newest = store.newest_record().await.unwrap();
    let (mut codes, mut from) = (Vec::new(), Some(RecordId(0)));
    while let Some(at) = from {
        let stretch = store.unseen(*connection, Flow::Customers, at, newest).await.unwrap();
        codes.extend(stretch.rows.into_iter().map(|(_, entry)| entry.code));
        from = stretch.next;
    }
    codes
}

async fn ids(running: &Running, numbers: &[u32]) -> Vec<RecordId> {
    let keys: Vec<String> = numbers.iter().map(|number| customer(*number, State::Settled, None).erp_key).collect();
    let rows = running.store.ledger_rows(running.connection, Flow::Customers, &keys).await.unwrap();
    rows.into_values().map(|row| row.id).collect()
}

async fn saw(running: &Running, numbers: &[u32]) {
    let rows = ids(running, numbers).await;
    let Running { store, connection, epoch, .. } = running;
    store.sweep_saw(*connection, *epoch, Flow::Customers, &rows, &sweeps(1, Some("p"))).await.unwrap();
}

#[tokio::test]
async fn what_was_not_seen_is_found_by_walking_and_misses_count_when_the_sweep_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    whole_story(&running).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    let server = Server::database("sweeps").await;
    let running = Running::of(server.open(Access::Worker).await.unwrap()).await;
    whole_story(&running).await;
    drop(running);
    server.drop().await;
}

async fn whole_story(running: &Running) {
    let Running { store, connection, epoch, .. } = running;
    // More than two chunks, with the rows of another flow among them.
    let customers = (1..=17_000).map(|number| customer(number, State::Settled, None));
    running.settle(customers.collect(), What::Created).await;
    running.settle(vec![document(1, State::Settled, None)], What::Created).await;
    assert_eq!(store.sweeps(*connection, Flow::Customers).await.unwrap(), None);
    let all: Vec<u32> = (1..=17_000).filter(|number| ![1, 8_192, 16_999].contains(number)).collect();
    for part in all.chunks(5_000) {
        saw(running, part).await;
    }
    saw(running, &[2, 3]).await;
    assert_eq!(store.sweeps(*connection, Flow::Customers).await.unwrap(), Some(sweeps(1, Some("p"))));
    assert_eq!(unseen(running).await, ["C000001", "C008192", "C016999"]);

    let missed = ids(running, &[1, 8_192, 16_999]).await;
    let state = sweeps(1, Some("walk"));
    for _ in 0..2 {
        // Walked twice, as after an interruption: it is one miss.
        store.sweep_missed(*connection, *epoch, Flow::Customers, &missed, &state).await.unwrap();
    }
    let twice = async |times| store.missed(*connection, Flow::Customers, times, None, 10).await.unwrap().len();
    assert_eq!((twice(1).await, store.missing(*connection, Flow::Customers).await.unwrap()), (0, 3));
    store.count_misses(*connection, *epoch, Flow::Customers, &sweeps(1, None)).await.unwrap();
    assert_eq!(twice(1).await, 3);
    assert_eq!(unseen(running).await.len(), 17_000, "what was seen is dropped with the sweep");

    // The next sweep sees one of them again and misses the others once more; a third one is not believed.
    saw(running, &[8_192]).await;
    let left = ids(running, &[1, 16_999]).await;
    store.sweep_missed(*connection, *epoch, Flow::Customers, &left, &sweeps(2, None)).await.unwrap();
    store.count_misses(*connection, *epoch, Flow::Customers, &sweeps(2, None)).await.unwrap();
    assert_eq!((twice(1).await, twice(2).await), (2, 2));
    let seen = ids(running, &[8_192]).await;
    store.sweep_missed(*connection, *epoch, Flow::Customers, &seen, &sweeps(3, None)).await.unwrap();
    store.give_up_sweep(*connection, *epoch, Flow::Customers, &sweeps(3, None)).await.unwrap();
    assert_eq!((twice(0).await, twice(2).await), (2, 2));
    let first = store.missed(*connection, Flow::Customers, 2, None, 1).await.unwrap();
    let rest = store.missed(*connection, Flow::Customers, 2, Some(first[0].0), 10).await.unwrap();
    assert_eq!((first[0].1.code.as_str(), rest[0].1.code.as_str()), ("C000001", "C016999"));
    store.forget_misses(*connection, *epoch, Flow::Customers, &left).await.unwrap();
    assert_eq!(store.missing(*connection, Flow::Customers).await.unwrap(), 0);

    store.claim(*connection, "run_2", at(20)).await.unwrap();
    let stale = store.put_sweeps(*connection, *epoch, Flow::Customers, &sweeps(4, None)).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
}
