//! Fences and rollbacks: a stale worker writes nothing, and a settlement that fails leaves nothing.

use super::*;

#[tokio::test]
async fn a_stale_epoch_writes_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    stale(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn a_stale_epoch_writes_nothing_on_postgres() {
    let server = Server::database("stale").await;
    stale(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn stale(running: Running) {
    let Running { store, connection, epoch, run } = &running;
    let new = store.claim(*connection, "run_2", at(1)).await.unwrap();
    assert!(new > *epoch);
    let entry = customer(1, State::Settled, Some("1"));
    let settlement = running.settlement(vec![entry.clone()], vec![said(&entry, What::Created, None)]);
    assert_eq!(store.settle(settlement.clone()).await, Err(StoreError::Stale));
    let intent = NewIntent {
        module: "A".to_owned(),
        operation: "b".to_owned(),
        keys: "[]".to_owned(),
        digest: Digest::default(),
    };
    assert_eq!(store.open_intent(*connection, *epoch, run, &intent, at(2)).await, Err(StoreError::Stale));
    let checkpoint = sync::settle::Checkpoint {
        entity: Entity::Customer,
        covered_up_to: None,
        read_at: None,
        newest_stamp: None,
        stamp_floor: None,
        pass: None,
    };
    assert_eq!(store.put_checkpoint(*connection, *epoch, &checkpoint, at(2)).await, Err(StoreError::Stale));
    nothing(&running).await;
    store.settle(Settlement { epoch: new, ..settlement }).await.unwrap();
    assert_eq!(store.state_counts(*connection).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_settlement_that_fails_at_its_end_leaves_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    rollback(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn a_settlement_that_fails_at_its_end_leaves_nothing_on_postgres() {
    let server = Server::database("rollback").await;
    rollback(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn rollback(running: Running) {
    let Running { store, connection, .. } = &running;
    let entry = customer(1, State::Settled, Some("1"));
    let mut settlement = running.settlement(vec![entry.clone()], vec![said(&entry, What::Created, Some(0))]);
    settlement.exchanges = vec![exchanged("{}")];
    settlement.close_intent = Some(IntentId(77));
    assert_eq!(store.settle(settlement).await, Err(StoreError::Stale), "the intent is not there");
    nothing(&running).await;
    let unknown = running.settlement(vec![entry], vec![said(&customer(2, State::Settled, None), What::Created, None)]);
    assert!(matches!(store.settle(unknown).await, Err(StoreError::Other(what)) if what.contains("000000000002")));
    nothing(&running).await;
    running.settle(vec![customer(1, State::Settled, Some("1"))], What::Created).await;
    assert_eq!(store.verify(*connection).await.unwrap().settlements, 1);
}

async fn nothing(running: &Running) {
    let Running { store, connection, .. } = running;
    assert!(store.find(*connection, "C000001").await.unwrap().is_empty());
    assert!(store.state_counts(*connection).await.unwrap().is_empty());
    assert!(store.checkpoints(*connection).await.unwrap().is_empty());
    assert!(store.open_intents(*connection).await.unwrap().is_empty());
    let verified = store.verify(*connection).await.unwrap();
    assert_eq!((verified.settlements, verified.broken), (0, None));
}

#[tokio::test]
async fn a_second_worker_on_a_server_is_told_who_is_there() {
    let server = Server::database("second").await;
    let first = server.open(Access::Worker).await.unwrap();
    let Err(StoreError::Held { owner, .. }) = server.open(Access::Worker).await else {
        panic!("the role was given twice")
    };
    assert!(owner.contains(&format!("process {}", std::process::id())), "{owner}");
    server.open(Access::Beside).await.unwrap();
    drop(first);
    server.drop().await;
}
