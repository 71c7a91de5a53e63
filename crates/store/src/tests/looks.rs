//! Open documents beside the ledger, and how far rereads are; on both engines.

use sync::detect::OpenDocument;

use super::*;
use crate::{Reread, RereadState, Watched};

fn open_as(number: u32, customer: &str, byte: u8) -> Watched {
    let open = OpenDocument { customer: customer.to_owned(), seen: Digest([byte; 16]) };
    Watched { erp_key: document(number, State::Settled, None).erp_key, open: Some(open) }
}

fn keys(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| document(*number, State::Settled, None).erp_key).collect()
}

#[tokio::test]
async fn open_documents_follow_settlements_and_looks() {
    let folder = tempfile::tempdir().unwrap();
    whole_story(&Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    let server = Server::database("rereads").await;
    let running = Running::of(server.open(Access::Worker).await.unwrap()).await;
    whole_story(&running).await;
    drop(running);
    server.drop().await;
}

async fn whole_story(running: &Running) {
    let Running { store, connection, epoch, .. } = running;
    let entries: Vec<_> = (1..=4).map(|number| document(number, State::Settled, None)).collect();
    let transitions = entries.iter().map(|entry| said(entry, What::Created, None)).collect();
    let mut settlement = running.settlement(entries.clone(), transitions);
    settlement.watched = vec![open_as(1, "C1", 1), open_as(2, "C1", 2), open_as(3, "C2", 3)];
    store.settle(settlement).await.unwrap();
    let known = store.known_documents(*connection, &keys(&[1, 4, 9])).await.unwrap();
    let seen: Vec<_> = known.values().map(|known| known.seen).collect();
    assert_eq!(seen, [Some(Digest([1; 16])), None], "what the ledger does not know is left out");
    let of =
        async |customer: &str| store.open_documents_of(*connection, &[customer.to_owned()], 10).await.unwrap().len();
    assert_eq!((of("C1").await, of("C2").await, of("C3").await), (2, 1, 0));

    // A look sees two of them; the third one turns out to be paid, and one that was not watched to be open.
    store.looked_at(*connection, *epoch, 1, &keys(&[1, 2]), &[]).await.unwrap();
    assert_eq!(store.unlisted_documents(*connection, 1, 10).await.unwrap(), keys(&[3]));
    let paid = Watched { open: None, ..open_as(3, "C2", 3) };
    store.looked_at(*connection, *epoch, 1, &keys(&[3, 4]), &[paid, open_as(4, "C2", 4)]).await.unwrap();
    assert_eq!(store.unlisted_documents(*connection, 1, 10).await.unwrap(), Vec::<String>::new());
    assert_eq!(store.unlisted_documents(*connection, 2, 2).await.unwrap(), keys(&[1, 2]));
    // A hint does not take back what a look has seen.
    store.looked_at(*connection, *epoch, 0, &keys(&[1]), &[]).await.unwrap();
    assert_eq!(store.unlisted_documents(*connection, 1, 10).await.unwrap(), Vec::<String>::new());

    // Of two that settle one document the last counts.
    let mut settlement = running.settlement(vec![entries[0].clone()], Vec::new());
    settlement.watched = vec![open_as(1, "C1", 7), Watched { open: None, ..open_as(1, "C1", 7) }];
    store.settle(settlement).await.unwrap();
    assert_eq!(of("C1").await, 1);

    let state = RereadState { done: at(5), pass: Some("p".to_owned()) };
    store.put_reread(*connection, *epoch, Reread::Balances, &state).await.unwrap();
    assert_eq!(store.rereads(*connection).await.unwrap(), [(Reread::Balances, state.clone())].into());
    store.claim(*connection, "run_2", at(20)).await.unwrap();
    let stale = store.put_reread(*connection, *epoch, Reread::Balances, &state).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    let stale = store.looked_at(*connection, *epoch, 3, &keys(&[2]), &[]).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
}
