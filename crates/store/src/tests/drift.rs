//! What is remembered of records that did not look as agreed comes back as it was kept, and goes with an erasure.

use std::collections::BTreeMap;

use sync::settle::Drift;
use sync::{Name, Value};

use super::*;

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    comes_back(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("drifts").await;
    comes_back(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn comes_back(running: Running) {
    let Running { store, connection, epoch, .. } = &running;
    running
        .settle(vec![customer(1, State::Settled, Some("11")), customer(2, State::Settled, None)], What::Created)
        .await;
    let linked = store.linked_to(*connection, Flow::Customers, &texts(&["11", "12"])).await.unwrap();
    assert_eq!(linked.len(), 1);
    let record = linked[0].id;
    assert!(store.drifts(&[record]).await.unwrap().is_empty());
    let mut drift = Drift { rounds: 2, last: at(5), ..Drift::default() };
    drift.keep(&Name::from("Website"), &Value::from("acme.example"), &Value::from("https://acme.example"));
    for rounds in [2, 3] {
        drift.rounds = rounds;
        store.put_drifts(*connection, *epoch, &BTreeMap::from([(record, drift.clone())])).await.unwrap();
        assert_eq!(store.drifts(&[record]).await.unwrap(), BTreeMap::from([(record, drift.clone())]));
    }
    let newer = store.claim(*connection, "run_2", at(6)).await.unwrap();
    let stale = store.put_drifts(*connection, *epoch, &BTreeMap::from([(record, drift.clone())])).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    store.put_drifts(*connection, newer, &BTreeMap::from([(record, drift)])).await.unwrap();
}
