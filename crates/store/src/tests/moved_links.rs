//! A link that moves leaves behind what it led to, until the records that name it were looked through. On both engines.

use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    moves(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("moved_links").await;
    moves(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn moves(running: Running) {
    let Running { store, connection, epoch, .. } = &running;
    let moved = |flow| async move { store.moved_links(*connection, flow, 9).await.unwrap() };
    running
        .settle(vec![customer(1, State::Settled, Some("11")), customer(2, State::Settled, Some("12"))], What::Created)
        .await;
    running.settle(vec![customer(1, State::Settled, Some("11"))], What::Updated).await;
    assert!(moved(Flow::Customers).await.is_empty(), "a link that stays has not moved");

    // It loses its link, waits without one, and is made anew: only then is there something to name instead.
    let parked = Entry {
        problem: Some(Problem::new(sync::problem::Code::Refused, "refused")),
        ..customer(1, State::Parked, None)
    };
    running.settle(vec![parked], What::Parked).await;
    assert!(moved(Flow::Customers).await.is_empty());
    running.settle(vec![customer(1, State::Settled, Some("21"))], What::Created).await;
    let old = BTreeSet::from(["11".to_owned()]);
    for flow in [Flow::Customers, Flow::Invoices] {
        assert_eq!(moved(flow).await, old, "accounts are named by their children and by documents");
    }
    // A link that another record takes is one that moved as soon as the loser has a new one.
    running.settle(vec![customer(1, State::Settled, Some("12"))], What::Linked).await;
    running.settle(vec![customer(2, State::Settled, Some("22"))], What::Created).await;
    let all: BTreeSet<String> = texts(&["11", "12", "21"]).into_iter().collect();
    assert_eq!(moved(Flow::Invoices).await, all);

    store.forget_moved_links(*connection, *epoch, Flow::Invoices, &all).await.unwrap();
    assert!(moved(Flow::Invoices).await.is_empty());
    assert_eq!(moved(Flow::Customers).await, all, "each flow is looked through by itself");
    store.claim(*connection, "run_2", at(9)).await.unwrap();
    let stale = store.forget_moved_links(*connection, *epoch, Flow::Customers, &all).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
}
