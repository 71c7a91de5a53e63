//! The story of a connection, told the same way on both engines: applied, run, interrupted, decided over, verified.

use sync::problem::Code;
use sync::settle::{Checkpoint, Pass};

use super::*;

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("data");
    let store = open(&place, Access::Worker).await.unwrap();
    tell(store).await;
    let read_only = open(&place, Access::ReadOnly).await.unwrap();
    afterwards(&read_only).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("story").await;
    let store = server.open(Access::Worker).await.unwrap();
    tell(store).await;
    let read_only = server.open(Access::ReadOnly).await.unwrap();
    afterwards(&read_only).await;
    drop(read_only);
    server.drop().await;
}

async fn tell(store: Store) {
    let running = Running::of(store).await;
    applied_again_changes_settings_only(&running).await;
    first_page(&running).await;
    second_page(&running).await;
    lists(&running).await;
    decisions(&running).await;
    let Running { store, connection, run, .. } = running;
    store.finish_run(connection, &run, at(60), "parked", "{\"seconds\":1}").await.unwrap();
}

async fn applied_again_changes_settings_only(running: &Running) {
    let Running { store, connection, .. } = running;
    store.bind(*connection, &Binding { sink_org: Some("org".to_owned()), ..Binding::default() }).await.unwrap();
    let new = NewConnection { name: "acme".to_owned(), settings: "new".to_owned(), settings_digest: Digest([2; 16]) };
    assert_eq!(store.put_connection(&new, at(5)).await.unwrap(), *connection);
    let other = NewConnection { name: "beta".to_owned(), ..new };
    assert_ne!(store.put_connection(&other, at(5)).await.unwrap(), *connection);
    let row = store.connection("acme").await.unwrap().unwrap();
    assert_eq!((row.settings.as_str(), row.created, row.changed), ("new", at(0), at(5)));
    assert_eq!(row.binding.sink_org.as_deref(), Some("org"));
    let names: Vec<String> = store.connections().await.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["acme", "beta"]);
    assert_eq!(store.connection("nobody").await.unwrap(), None);
    assert_eq!(store.profile(*connection, "sink_schema").await.unwrap(), None);
    store.put_profile(*connection, "sink_schema", "{}").await.unwrap();
    store.put_profile(*connection, "sink_schema", "{\"a\":1}").await.unwrap();
    assert_eq!(store.profile(*connection, "sink_schema").await.unwrap().as_deref(), Some("{\"a\":1}"));
    store.forget_profile(*connection, "sink_schema").await.unwrap();
    assert_eq!(store.profile(*connection, "sink_schema").await.unwrap(), None);
}

/// A batch of customers: intended, answered, settled.
async fn first_page(running: &Running) {
    let Running { store, connection, epoch, run } = running;
    let intent = NewIntent {
        module: "Accounts".to_owned(),
        operation: "upsert".to_owned(),
        keys: "[\"a\"]".to_owned(),
        digest: Digest([3; 16]),
    };
    let id = store.open_intent(*connection, *epoch, run, &intent, at(6)).await.unwrap();
    let open = store.open_intents(*connection).await.unwrap();
    assert_eq!((open.len(), open[0].id, open[0].keys.as_str(), open[0].opened), (1, id, "[\"a\"]", at(6)));

    let settled = customer(1, State::Settled, Some("9001"));
    let refused = Problem::new(Code::ValueRefused, "Phone is too long: 'O\u{2019}Neil' \u{5ba2}").at("Phone");
    let parked = Entry { problem: Some(refused), attempts: 1, ..customer(2, State::Parked, None) };
    let moved = Entry { source_id: "other".to_owned(), ..customer(3, State::Settled, Some("9003")) };
    let pass =
        Pass { from: None, until: at(1), read_at: None, floor: Some(at(-7)), cursor: Some("C000003".to_owned()) };
    let checkpoint = Checkpoint {
        entity: Entity::Customer,
        covered_up_to: None,
        read_at: None,
        newest_stamp: Some(at(-5)),
        stamp_floor: Some(at(-6)),
        pass: Some(pass),
    };
    let mut settlement = running.settlement(
        vec![settled.clone(), parked.clone(), moved.clone()],
        vec![
            said(&settled, What::Created, Some(1)),
            said(&parked, What::Parked, Some(1)),
            said(&moved, What::Linked, None),
        ],
    );
    settlement.exchanges =
        vec![KeptExchange { status: None, failure: "reset".to_owned(), ..exchanged("") }, exchanged("{\"body\":1}")];
    settlement.checkpoints = vec![checkpoint.clone()];
    settlement.close_intent = Some(id);
    store.settle(settlement).await.unwrap();

    assert!(store.open_intents(*connection).await.unwrap().is_empty());
    let keys = [settled.erp_key.clone(), parked.erp_key.clone(), moved.erp_key.clone(), "unknown".to_owned()];
    let entries = store.entries(*connection, Flow::Customers, &keys).await.unwrap();
    assert_eq!(entries.into_values().collect::<Vec<_>>(), [settled.clone(), parked, moved]);
    assert!(store.entries(*connection, Flow::Items, &keys).await.unwrap().is_empty());
    let codes = texts(&["C000001", "C000002", "C000009"]);
    let targets = store.targets_by_code(*connection, Flow::Customers, &codes).await.unwrap();
    assert_eq!(targets.into_iter().collect::<Vec<_>>(), [("C000001".to_owned(), "9001".to_owned())]);
    let known = store.known_codes(*connection, Flow::Customers, &codes).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["C000001", "C000002"]);
    assert_eq!(store.entry_by_code(*connection, Flow::Customers, "C000001").await.unwrap(), Some(settled));
    assert_eq!(store.checkpoints(*connection).await.unwrap().into_values().collect::<Vec<_>>(), [checkpoint]);
}

/// Documents: one waits, one is parked for a passing reason, one is undecided; later the first pass ends.
async fn second_page(running: &Running) {
    let Running { store, connection, epoch, .. } = running;
    let waiting = document(1, State::Waiting, Some(Problem::new(Code::WaitingForAccount, "waits").at("C000001")));
    let unknown = document(2, State::Parked, Some(Problem::new(Code::OutcomeUnknown, "unknown")));
    let undecided = document(3, State::Undecided, Some(Problem::new(Code::UndecidedName, "which")));
    let refused = document(4, State::Parked, Some(Problem::new(Code::Refused, "no")));
    let all = vec![waiting.clone(), unknown.clone(), undecided, refused];
    running.settle(all, What::Waiting).await;
    let due = store.due(*connection, Flow::Invoices, at(1_000), 10).await.unwrap();
    let keys: Vec<&str> = due.iter().map(|due| due.erp_key.as_str()).collect();
    assert_eq!(keys, ["Invoice/000001", "Invoice/000002"]);
    assert_eq!((due[0].code.as_str(), due[0].problem.as_ref().unwrap().field.as_str()), ("Invoice/000001", "C000001"));
    assert_eq!(store.due(*connection, Flow::Invoices, at(1_000), 1).await.unwrap().len(), 1);
    let targets = store.targets_by_code(*connection, Flow::Invoices, &texts(&["Invoice/000001"])).await.unwrap();
    assert!(targets.is_empty());
    let known = store.known_codes(*connection, Flow::Invoices, &texts(&["Invoice/000001", "Invoice/9"])).await.unwrap();
    assert_eq!(known.len(), 1);

    let checkpoint = Checkpoint {
        entity: Entity::Customer,
        covered_up_to: Some(at(1)),
        read_at: Some(at(2)),
        newest_stamp: Some(at(-5)),
        stamp_floor: Some(at(-6)),
        pass: None,
    };
    store.put_checkpoint(*connection, *epoch, &checkpoint, at(20)).await.unwrap();
    assert_eq!(store.checkpoints(*connection).await.unwrap()[&Entity::Customer], checkpoint);
    let counts: Vec<_> = store.state_counts(*connection).await.unwrap().into_iter().collect();
    assert_eq!(
        counts,
        [
            ((Flow::Customers, State::Settled), 2),
            ((Flow::Customers, State::Parked), 1),
            ((Flow::Invoices, State::Waiting), 1),
            ((Flow::Invoices, State::Undecided), 1),
            ((Flow::Invoices, State::Parked), 2),
        ]
    );
}

async fn lists(running: &Running) {
    let Running { store, connection, run, .. } = running;
    let filter = OpenFilter { limit: 2, ..OpenFilter::default() };
    let first = store.open_records(*connection, &filter).await.unwrap();
    let second = store
        .open_records(*connection, &OpenFilter { after: Some(first[1].id), limit: 9, ..filter.clone() })
        .await
        .unwrap();
    let codes: Vec<&str> = first.iter().chain(&second).map(|record| record.code.as_str()).collect();
    assert_eq!(codes, ["C000002", "Invoice/000001", "Invoice/000002", "Invoice/000003", "Invoice/000004"]);
    assert_eq!((first[0].since, first[0].attempts), (at(10), 1));
    for (filter, count) in [
        (OpenFilter { flow: Some(Flow::Customers), limit: 9, ..OpenFilter::default() }, 1),
        (OpenFilter { state: Some(State::Parked), limit: 9, ..OpenFilter::default() }, 3),
        (OpenFilter { code: Some(Code::Refused), limit: 9, ..OpenFilter::default() }, 1),
        (OpenFilter { flow: Some(Flow::Items), limit: 9, ..OpenFilter::default() }, 0),
    ] {
        assert_eq!(store.open_records(*connection, &filter).await.unwrap().len(), count, "{filter:?}");
    }
    let causes = store.causes(*connection).await.unwrap();
    assert_eq!(causes.len(), 5);
    let cause = causes.iter().find(|cause| cause.code == Some(Code::ValueRefused)).unwrap();
    assert_eq!((cause.records, cause.example.as_str(), cause.first_seen), (1, "C000002", at(10)));
    assert!(cause.message.starts_with("Phone"));

    let of = TrailOf::Connection(*connection);
    let mut filter = TrailFilter { of, flow: None, what: None, before: None, limit: 4 };
    let first = store.trail(&filter).await.unwrap();
    filter.before = Some(first[3].id);
    let second = store.trail(&filter).await.unwrap();
    let keys: Vec<(&str, What)> = first.iter().chain(&second).map(|row| (row.code.as_str(), row.what)).collect();
    assert_eq!(keys.len(), 7);
    assert_eq!((keys[0], keys[6]), (("Invoice/000004", What::Waiting), ("C000001", What::Created)));
    assert_eq!(TrailId::parse(&first[3].id.to_string()), Some(first[3].id));
    let filter =
        TrailFilter { of: TrailOf::Run(run.clone()), flow: Some(Flow::Customers), what: None, before: None, limit: 9 };
    assert_eq!(store.trail(&filter).await.unwrap().len(), 3);
    let filter = TrailFilter { what: Some(What::Parked), ..filter };
    assert_eq!(store.trail(&filter).await.unwrap()[0].problem.as_ref().unwrap().field, "Phone");

    let found = store.find(*connection, "000002").await.unwrap();
    assert_eq!((found.len(), found[0].erp_key.as_str()), (1, "Invoice/000002"));
    for key in ["C000001", "9001", "00000000-0000-0000-0000-000000000001"] {
        let found = store.find(*connection, key).await.unwrap();
        let view = store.record(found[0].id).await.unwrap().unwrap();
        assert_eq!((found.len(), view.row.entry.code.as_str(), view.trail.len()), (1, "C000001", 1));
        assert_eq!(view.exchanges, [(view.trail[0].exchange.unwrap(), exchanged("{\"body\":1}"))]);
    }
    assert!(store.find(*connection, "C0").await.unwrap().is_empty());
}

async fn decisions(running: &Running) {
    let Running { store, connection, run, .. } = running;
    let by = By { who: "ana".to_owned(), why: "fixed the phone".to_owned() };
    let selection = Selection::Code(Code::ValueRefused);
    assert_eq!(store.selected(*connection, &selection, 9).await.unwrap().len(), 1);
    assert_eq!(store.retry(*connection, &selection, &by, at(30)).await.unwrap(), 1);
    assert_eq!(store.retry(*connection, &selection, &by, at(31)).await.unwrap(), 0);
    let due = store.due(*connection, Flow::Customers, at(1_000), 9).await.unwrap();
    assert_eq!((due.len(), due[0].asked, due[0].code.as_str()), (1, true, "C000002"));
    let key = due[0].erp_key.clone();
    let entry =
        store.entries(*connection, Flow::Customers, std::slice::from_ref(&key)).await.unwrap().remove(&key).unwrap();
    assert_eq!((entry.fingerprint, entry.state), (Digest::default(), State::Parked));

    // Left alone, the record keeps its fingerprint, so that only a change at its source brings it back.
    let id = store.find(*connection, "C000002").await.unwrap()[0].id;
    assert!(store.leave_alone(*connection, id, &by, at(32)).await.unwrap());
    assert!(!store.leave_alone(*connection, id, &by, at(33)).await.unwrap());
    assert!(store.due(*connection, Flow::Customers, at(1_000), 9).await.unwrap().is_empty());
    let view = store.record(id).await.unwrap().unwrap();
    assert_eq!(
        (view.row.entry.state, view.row.entry.fingerprint, view.row.since),
        (State::LeftAlone, Digest([7; 16]), at(32))
    );
    let trail: Vec<(What, Option<&str>)> = view.trail.iter().map(|row| (row.what, row.run.as_deref())).collect();
    assert_eq!(trail, [(What::LeftAlone, None), (What::Replayed, None), (What::Parked, Some("run_1"))]);
    assert_eq!(view.trail[0].note, "fixed the phone (by ana)");

    // A run that had read it before settles it as parked: the person's word stands. A changed source ends it.
    let parked = Entry { problem: Some(Problem::new(Code::ValueRefused, "again")), ..customer(2, State::Parked, None) };
    running.settle(vec![parked.clone()], What::Parked).await;
    assert_eq!(store.find(*connection, "C000002").await.unwrap()[0].state, State::LeftAlone);
    running.settle(vec![Entry { fingerprint: Digest([9; 16]), ..parked }], What::Parked).await;
    assert_eq!(store.find(*connection, "C000002").await.unwrap()[0].state, State::Parked);

    let counted: u64 = store.state_counts(*connection).await.unwrap().into_values().sum();
    assert_eq!(counted, 7);
    assert_eq!(
        store.retry(*connection, &Selection::Keys(texts(&["C000001", "nobody"])), &by, at(34)).await.unwrap(),
        1
    );
    assert_eq!(store.retry(*connection, &Selection::Run(run.clone()), &by, at(35)).await.unwrap(), 5);
    assert_eq!(store.retry(*connection, &Selection::Open, &by, at(36)).await.unwrap(), 0);
    running.settle(vec![customer(2, State::Settled, Some("9002"))], What::Updated).await;
    assert_eq!(store.state_counts(*connection).await.unwrap()[&(Flow::Customers, State::Settled)], 3);
    assert_eq!(store.due(*connection, Flow::Customers, at(1_000), 9).await.unwrap().len(), 1);
}

/// What another process reads when the worker is gone.
async fn afterwards(store: &Store) {
    let connection = store.connection("acme").await.unwrap().unwrap().id;
    let runs = store.runs(connection, None, 10).await.unwrap();
    assert_eq!((runs.len(), runs[0].run.as_str(), runs[0].outcome.as_deref()), (1, "run_1", Some("parked")));
    assert_eq!(runs[0].ended, Some(at(60)));
    assert!(store.runs(connection, Some(runs[0].cursor), 10).await.unwrap().is_empty());
    assert_eq!(store.run("run_1").await.unwrap().unwrap().summary.as_deref(), Some("{\"seconds\":1}"));
    let owner = store.owner(connection).await.unwrap().unwrap();
    assert_eq!((owner.holder.as_str(), owner.pid), ("run_1", std::process::id()));
    let verified = store.verify(connection).await.unwrap();
    assert_eq!(verified.broken, None);
    assert_eq!((verified.exchanges, verified.rows), (2, 18));
    let refused = store.put_profile(connection, "a", "b").await;
    assert!(matches!(refused, Err(StoreError::ReadOnly(_))), "{refused:?}");
}
