//! A link names one record: who claims it last has it, and who lost it is parked with the reason.

use sync::Problem;
use sync::problem::Code;

use super::*;

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    moves(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("links").await;
    moves(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn moves(running: Running) {
    let Running { store, connection, .. } = &running;
    running
        .settle(vec![customer(1, State::Settled, Some("1")), customer(2, State::Settled, Some("2"))], What::Created)
        .await;
    // The sink's record 1 was given the key of customer 3.
    running.settle(vec![customer(3, State::Settled, Some("1"))], What::Updated).await;
    let lost = store.entry_by_code(*connection, Flow::Customers, "C000001").await.unwrap().unwrap();
    assert_eq!((lost.state, lost.target_id.as_deref()), (State::Parked, None));
    assert_eq!(lost.problem.as_ref().unwrap().code, Code::DuplicateValue);
    let id = store.find(*connection, "C000001").await.unwrap()[0].id;
    let trail = store.record(id).await.unwrap().unwrap().trail;
    assert_eq!(trail.iter().map(|row| row.what).collect::<Vec<_>>(), [What::Parked, What::Created]);
    // Two records swap their links in one settlement, and nobody loses.
    running
        .settle(vec![customer(3, State::Settled, Some("2")), customer(2, State::Settled, Some("1"))], What::Updated)
        .await;
    let codes = texts(&["C000001", "C000002", "C000003"]);
    let targets = store.targets_by_code(*connection, Flow::Customers, &codes).await.unwrap();
    assert_eq!(targets.into_values().collect::<Vec<_>>(), ["1", "2"]);
    // Two records of one settlement claim one link: the later one has it. A key that comes twice counts once.
    let twice = vec![
        customer(4, State::Parked, None),
        customer(4, State::Settled, Some("4")),
        customer(5, State::Settled, Some("4")),
    ];
    running.settle(twice, What::Created).await;
    let four = store.entry_by_code(*connection, Flow::Customers, "C000004").await.unwrap().unwrap();
    assert_eq!((four.state, four.target_id), (State::Parked, None));
    assert_eq!(store.find(*connection, "4").await.unwrap()[0].code, "C000005");
    // The same id in another flow is another record.
    let item = Entry { flow: Flow::Items, entity: Entity::StockItem, ..customer(6, State::Settled, Some("4")) };
    running.settle(vec![item], What::Created).await;
    assert_eq!(store.find(*connection, "4").await.unwrap().len(), 2);
    let counts = store.state_counts(*connection).await.unwrap();
    assert_eq!((counts[&(Flow::Customers, State::Settled)], counts[&(Flow::Customers, State::Parked)]), (3, 2));
    assert_eq!(store.verify(*connection).await.unwrap().broken, None);
}

#[tokio::test]
async fn links_come_in_the_order_of_their_numbers_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    in_order(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn links_come_in_the_order_of_their_numbers_on_postgres() {
    let server = Server::database("ordered_links").await;
    in_order(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn in_order(running: Running) {
    let Running { store, connection, .. } = &running;
    let ids = ["9", "10", "99", "100", "2000", "3000"];
    let entries = ids
        .iter()
        .enumerate()
        .map(|(place, id)| customer(u32::try_from(place).unwrap() + 1, State::Settled, Some(id)))
        .collect();
    running.settle(entries, What::Created).await;
    let linked = async |after: &str, until: Option<&str>, limit: usize| -> Vec<String> {
        let found = store.linked(*connection, Flow::Customers, after, until, limit).await.unwrap();
        found.into_iter().filter_map(|entry| entry.target_id).collect()
    };
    assert_eq!(linked("0", None, 100).await, ids);
    assert_eq!(linked("9", Some("100"), 100).await, ["10", "99", "100"]);
    assert_eq!(linked("10", Some("2500"), 2).await, ["99", "100"]);
    assert_eq!(linked("3000", None, 100).await, Vec::<String>::new());
    assert_eq!(linked("0", Some("5"), 100).await, Vec::<String>::new());
    // What is known to be gone leads nowhere.
    let mut gone = customer(1, State::Parked, Some("9"));
    gone.problem = Some(sync::Problem::new(Code::TargetGone, "gone"));
    running.settle(vec![gone], What::Parked).await;
    let targets = store.targets_by_code(*connection, Flow::Customers, &texts(&["C000001", "C000002"])).await.unwrap();
    assert_eq!(targets.into_iter().collect::<Vec<_>>(), [("C000002".to_owned(), "10".to_owned())]);
    assert_eq!(linked("0", Some("9"), 100).await, ["9"], "it is still watched");
}

#[tokio::test]
async fn a_code_that_was_given_to_another_record_leads_to_the_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    let Running { store, connection, .. } = &running;
    let newer = Entry { code: "C000001".to_owned(), ..customer(2, State::Settled, Some("2")) };
    running.settle(vec![newer.clone()], What::Created).await;
    let mut older = running.settlement(vec![customer(1, State::Settled, Some("1"))], Vec::new());
    older.at = at(5);
    store.settle(older).await.unwrap();
    let targets = store.targets_by_code(*connection, Flow::Customers, &texts(&["C000001"])).await.unwrap();
    assert_eq!(targets["C000001"], "2");
    assert_eq!(store.entry_by_code(*connection, Flow::Customers, "C000001").await.unwrap(), Some(newer));
}

#[tokio::test]
async fn a_code_that_a_new_record_took_over_leads_to_it_also_when_the_old_one_is_told_as_gone_later() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    let Running { store, connection, .. } = &running;
    let newer = Entry { code: "C000001".to_owned(), ..customer(2, State::Settled, Some("2")) };
    running.settle(vec![customer(1, State::Settled, Some("1")), newer.clone()], What::Created).await;
    let asked = Problem::new(Code::SourceGone, "gone");
    for (minute, state, problem) in [(5, State::Gone, None), (6, State::Parked, Some(asked))] {
        let older = Entry { problem, ..customer(1, state, Some("1")) };
        let mut settlement = running.settlement(vec![older], Vec::new());
        settlement.at = at(minute);
        store.settle(settlement).await.unwrap();
        let targets = store.targets_by_code(*connection, Flow::Customers, &texts(&["C000001"])).await.unwrap();
        assert_eq!(targets["C000001"], "2", "{state:?}");
        let entry = store.entry_by_code(*connection, Flow::Customers, "C000001").await.unwrap();
        assert_eq!(entry.as_ref(), Some(&newer), "{state:?}");
    }
}
