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
    let due = running.store.due(running.connection, Flow::Invoices, at(1_000), limit).await.unwrap();
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

const HOUR: i64 = 3_600;

async fn locked_at(running: &Running, number: u32, second: i64) {
    let locked = document(number, State::Parked, Some(Problem::new(Code::RecordLocked, "locked")));
    let mut settlement = running.settlement(vec![locked], Vec::new());
    settlement.at = at(second);
    running.store.settle(settlement).await.unwrap();
}

/// Seconds after which a record that was first and last tried at these is due.
async fn pause(running: &Running, last: i64) -> i64 {
    let is_due = async |second: i64| {
        !running.store.due(running.connection, Flow::Invoices, at(second), 9).await.unwrap().is_empty()
    };
    let mut bounds = (last, last + 24 * HOUR);
    while bounds.1 - bounds.0 > 1 {
        let middle = i64::midpoint(bounds.0, bounds.1);
        bounds = if is_due(middle).await { (bounds.0, middle) } else { (middle, bounds.1) };
    }
    bounds.1 - last
}

#[tokio::test]
async fn a_locked_record_rests_longer_the_longer_it_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    locked_at(&running, 1, 0).await;
    assert_eq!(pause(&running, 0).await, 5 * 60);
    for (last, expected) in [(5 * 60, 5 * 60), (20 * 60, 10 * 60), (4 * HOUR, 2 * HOUR), (40 * HOUR, 4 * HOUR)] {
        locked_at(&running, 1, last).await;
        assert_eq!(pause(&running, last).await, expected, "last tried {last} s after it was first seen locked");
    }
}

#[tokio::test]
async fn what_is_overdue_is_told_once_and_keeps_the_time_of_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    locked_at(&running, 1, 0).await;
    locked_at(&running, 1, 30 * HOUR).await;
    running.settle(vec![waiting(2, Code::WaitingForAccount, "C1"), waiting(3, Code::Refused, "")], What::Waiting).await;
    let overdue =
        async |after| running.store.overdue(running.connection, Flow::Invoices, at(10), after, 9).await.unwrap();
    let rows = overdue(None).await;
    let keys: Vec<_> = rows.iter().map(|row| (row.entry.erp_key.as_str(), row.since)).collect();
    assert_eq!(keys, [("Invoice/000001", at(0)), ("Invoice/000002", at(10))]);
    assert_eq!(overdue(Some(rows[0].id)).await.len(), 1, "it goes on behind a row");
    let told = |row: &crate::LedgerRow, code| Entry {
        state: State::Parked,
        problem: Some(Problem::new(code, "too long").at(row.entry.problem.clone().unwrap().field)),
        ..row.entry.clone()
    };
    let parked = vec![told(&rows[0], Code::StaysLocked), told(&rows[1], Code::WaitingForAccount)];
    running.settle(parked, What::Parked).await;
    assert!(overdue(None).await.is_empty());
    let since = async |number: u32| {
        let key = format!("Invoice/{number:06}");
        running.store.ledger_rows(running.connection, Flow::Invoices, std::slice::from_ref(&key)).await.unwrap()[&key]
            .since
    };
    assert_eq!((since(1).await, since(2).await), (at(0), at(10)));
    running.settle(vec![document(1, State::Parked, Some(Problem::new(Code::Refused, "no")))], What::Parked).await;
    assert_eq!(since(1).await, at(10), "another cause has a time of its own");
}
