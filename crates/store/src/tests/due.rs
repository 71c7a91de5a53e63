//! What is due: a person's word first, and nothing that still waits in the way of the rest. Told on both engines.

use sync::problem::Code;

use super::*;

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    tell(open(folder.path(), Access::Worker).await.unwrap()).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("due").await;
    tell(server.open(Access::Worker).await.unwrap()).await;
    server.drop().await;
}

fn waiting(number: u32, code: Code, field: &str) -> Entry {
    document(number, State::Waiting, Some(Problem::new(code, "waits").at(field)))
}

fn item(number: u32, code: &str, target: Option<&str>) -> Entry {
    Entry {
        flow: Flow::Items,
        entity: Entity::StockItem,
        code: code.to_owned(),
        ..customer(number, State::Settled, target)
    }
}

async fn keys(running: &Running, limit: usize) -> Vec<String> {
    let due = running.store.due(running.connection, Flow::Invoices, limit).await.unwrap();
    due.into_iter().map(|due| due.erp_key).collect()
}

async fn tell(store: Store) {
    let running = Running::of(store).await;
    let unknown = document(5, State::Parked, Some(Problem::new(Code::OutcomeUnknown, "unknown")));
    let refused = document(6, State::Parked, Some(Problem::new(Code::Refused, "no")));
    // The customer of the second has the code of the item that the third waits for: a link of another flow is none.
    let all = vec![
        waiting(1, Code::WaitingForAccount, "C000001"),
        waiting(2, Code::WaitingForAccount, "C000002"),
        waiting(3, Code::WaitingForProduct, "C000001"),
        waiting(4, Code::WaitingForAccount, ""),
        unknown,
        refused,
    ];
    running.settle(all, What::Waiting).await;
    assert_eq!(keys(&running, 9).await, ["Invoice/000004", "Invoice/000005"], "nothing that is awaited has arrived");

    // Known is not arrived: only a link counts.
    running.settle(vec![customer(1, State::Parked, None)], What::Parked).await;
    assert_eq!(keys(&running, 9).await.len(), 2);
    running.settle(vec![customer(1, State::Settled, Some("9001"))], What::Created).await;
    assert_eq!(keys(&running, 9).await, ["Invoice/000001", "Invoice/000004", "Invoice/000005"]);
    running.settle(vec![item(7, "C000001", Some("9007"))], What::Created).await;
    assert_eq!(keys(&running, 9).await.len(), 4);
    assert_eq!(keys(&running, 1).await, ["Invoice/000001"], "what still waits leaves room for the rest");

    // Asked for last, and first all the same; also where it waits.
    let by = By { who: "ana".to_owned(), why: "now".to_owned() };
    let selection = Selection::Keys(texts(&["Invoice/000002", "Invoice/000006"]));
    assert_eq!(running.store.retry(running.connection, &selection, &by, at(99)).await.unwrap(), 2);
    assert_eq!(keys(&running, 2).await, ["Invoice/000002", "Invoice/000006"]);
    assert_eq!(keys(&running, 9).await.len(), 6);
}
