//! A person's values go on request; that each decision was made stays, and the trail verifies.

use super::changes::write;
use super::*;
use crate::db::Db;

fn by() -> By {
    By { who: "anna".to_owned(), why: "asked by letter of 3 May".to_owned() }
}

#[tokio::test]
async fn values_of_a_person_are_erased_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    story(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
    let mut kept = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let text = String::from_utf8_lossy(&kept);
    assert!(text.contains("+41 99"), "values of others are there to be found");
    for gone in ["+41 00", "+41 11", "Anna Muster"] {
        assert!(!text.contains(gone), "{gone} is still in a file");
    }
}

#[tokio::test]
async fn values_of_a_person_are_erased_on_postgres() {
    let server = Server::database("erasure").await;
    story(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

fn refused(entry: &Entry) -> Entry {
    let problem = Problem::new(sync::problem::Code::ValueRefused, "+41 11 is no telephone number.").at("Phone");
    Entry { state: State::Parked, problem: Some(problem), attempts: 1, ..entry.clone() }
}

/// A record with every kind of value: written twice, refused, left alone, told in a report; and another one.
async fn history(running: &Running) -> RecordId {
    let Running { store, connection, run, .. } = running;
    let entry = customer(1, State::Settled, Some("1"));
    write(running, &entry, What::Created, "+41 00").await;
    write(running, &entry, What::Updated, "+41 11").await;
    write(running, &customer(2, State::Settled, Some("2")), What::Created, "+41 99").await;
    let mut settlement = running.settlement(vec![refused(&entry)], vec![said(&refused(&entry), What::Parked, Some(0))]);
    settlement.exchanges = vec![exchanged(&format!("{{\"ERP_Key\":\"{}\",\"Phone\":\"+41 11\"}}", entry.erp_key))];
    store.settle(settlement).await.unwrap();
    let report = "{\"problems\":[{\"key\":\"C000001\",\"message\":\"+41 11 is none\",\"field\":\"Phone\"},{\"key\":\"C000009\",\"message\":\"stays\"}]}";
    store.finish_run(*connection, run, at(20), "parked", report).await.unwrap();
    store.find(*connection, "C000001").await.unwrap().remove(0).id
}

async fn story(running: Running) {
    let Running { store, connection, run, .. } = &running;
    let record = history(&running).await;
    assert_eq!(store.erase(*connection, record, &by(), at(30)).await.unwrap(), Erasure::Open(State::Parked));
    assert_eq!(store.erase(*connection, RecordId(77), &by(), at(30)).await.unwrap(), Erasure::Unknown);
    store.retry(*connection, &Selection::Keys(texts(&["C000001"])), &by(), at(31)).await.unwrap();
    store
        .leave_alone(*connection, record, &By { who: "bo".to_owned(), why: "Anna Muster".to_owned() }, at(32))
        .await
        .unwrap();
    let before = store.verify(*connection).await.unwrap();
    assert_eq!(before.broken, None);

    let Erasure::Done(erased) = store.erase(*connection, record, &by(), at(40)).await.unwrap() else {
        panic!("it is not open any more")
    };
    assert_eq!((erased.agreed, erased.decisions, erased.bodies, erased.reports), (true, 4, 3, 1));
    let view = store.record(record).await.unwrap().unwrap();
    assert_eq!((view.agreed, view.row.entry.target_id.as_deref()), (None, Some("1")), "the link stays");
    assert_eq!(view.trail[0].what, What::Erased);
    assert!(view.trail[0].note.contains("letter") && !view.trail[0].erased);
    for row in &view.trail[1..] {
        assert!(row.changes.is_none() && row.note.is_empty() && !format!("{row:?}").contains("+41"), "{row:?}");
        assert_eq!(row.erased, row.what != What::Created, "a creation says nothing but that it was");
    }
    let told = store.run(run).await.unwrap().unwrap().summary.unwrap();
    assert!(!told.contains("+41 11") && told.contains("stays"), "{told}");
    let verified = store.verify_since(*connection, Some(&before.head)).await.unwrap();
    assert_eq!((verified.settlements, verified.broken), (before.settlements + 1, None));

    // The other one has all of its own; and the erased one may be written again.
    let keys = [customer(2, State::Settled, None).erp_key];
    assert_eq!(store.agreed(*connection, Flow::Customers, &keys).await.unwrap().len(), 1);
    write(&running, &customer(1, State::Settled, Some("1")), What::Updated, "+41 22").await;
    let view = store.record(record).await.unwrap().unwrap();
    assert_eq!(view.trail[0].changes, None, "what was before is not known any more");
    let Erasure::Done(again) = store.erase(*connection, record, &by(), at(50)).await.unwrap() else {
        panic!("it is settled")
    };
    assert_eq!((again.agreed, again.decisions), (true, 0));
    assert_eq!(store.record(record).await.unwrap().unwrap().trail[2].note, "asked by letter of 3 May (by anna)");
    assert_eq!(store.verify(*connection).await.unwrap().broken, None);
}

#[tokio::test]
async fn nothing_can_be_hidden_as_erased() {
    for damage in [
        "update trail set erased = zeroblob(16), problem_message = null, problem_field = null where settlement = 4",
        "update trail set note = 'x' where erased is not null",
        "update trail set problem_message = 'x' where erased is not null",
        "update trail set what = 1 where erased is not null",
        "update trail set target_id = 'x' where erased is not null",
        "update trail set erased = null where erased is not null",
        "update agreed set packed = (select packed from agreed where record = 2) where record = 1",
        "update agreed set seal = zeroblob(16) where record = 2",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
        history(&running).await;
        let other = customer(3, State::Settled, Some("3"));
        write(&running, &other, What::Created, "1").await;
        write(&running, &other, What::Updated, "2").await;
        let other = running.store.find(running.connection, "C000003").await.unwrap().remove(0).id;
        let done = running.store.erase(running.connection, other, &by(), at(40)).await.unwrap();
        assert!(matches!(done, Erasure::Done(erased) if erased.decisions == 1), "{done:?}");
        let Db::Sqlite(db) = &running.store.db else { panic!("a folder is SQLite") };
        db.lock().await.execute_batch(damage).unwrap();
        let broken = running.store.verify(running.connection).await.unwrap().broken;
        assert!(broken.is_some(), "not found: {damage}");
    }
}
