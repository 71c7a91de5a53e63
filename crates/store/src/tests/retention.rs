//! What is past its time goes in small steps, what is open stays, and the chain verifies from end to end.

use super::changes::write;
use super::*;
use crate::db::Db;

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn what_is_past_its_time_goes_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    story(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn what_is_past_its_time_goes_on_postgres() {
    let server = Server::database("retention").await;
    story(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

/// Sixty writes, of which the first leaves its record open, and a report.
async fn history(running: &Running) -> Verified {
    write(running, &customer(100, State::Parked, Some("100")), What::Parked, "0").await;
    for n in 1..60 {
        write(running, &customer(n, State::Settled, Some(&n.to_string())), What::Created, "1").await;
    }
    running.store.finish_run(running.connection, &running.run, at(20), "settled", "{\"problems\":[]}").await.unwrap();
    running.store.verify(running.connection).await.unwrap()
}

async fn story(running: Running) {
    let Running { store, connection, .. } = &running;
    let whole = history(&running).await;
    assert_eq!((whole.settlements, &whole.broken), (60, &None));
    let retention = Retention::default();

    let early = at(DAY * 89);
    assert_eq!(store.prune(*connection, &retention, early, 100).await.unwrap(), Pruned::default());
    let quarter = at(DAY * 91);
    let due = store.prunable(*connection, &retention, quarter).await.unwrap();
    assert_eq!((due.bodies, due.reports, due.settlements), (59, 1, 0), "what an open record was last told stays");
    let first = store.prune(*connection, &retention, quarter, 1).await.unwrap();
    assert_eq!((first.bodies, first.more), (25, true), "a step at a time");
    let rest = store.prune(*connection, &retention, quarter, 100).await.unwrap();
    assert_eq!((rest.bodies, rest.reports, rest.settlements, rest.more), (34, 1, 0, false));
    assert_eq!(store.run(&running.run).await.unwrap().unwrap().summary, None);
    assert_eq!(store.verify(*connection).await.unwrap(), whole);

    let late = at(DAY * i64::from(Retention::DECISIONS_DAYS + 1));
    let due = store.prunable(*connection, &retention, late).await.unwrap();
    assert_eq!((due.bodies, due.settlements, due.decisions), (0, 59, 59));
    let gone = store.prune(*connection, &retention, late, 100).await.unwrap();
    assert_eq!((gone.settlements, gone.decisions, gone.runs, gone.more), (59, 59, 0, false), "the run is named still");
    assert_eq!(store.prune(*connection, &retention, late, 100).await.unwrap(), Pruned::default());
    assert_eq!(store.verify(*connection).await.unwrap(), whole, "the links stay");
    let found = store.find(*connection, "C000005").await.unwrap().remove(0);
    let view = store.record(found.id).await.unwrap().unwrap();
    assert!(view.trail.is_empty() && view.agreed.is_some() && view.row.entry.target_id.is_some());
    let open = store.find(*connection, "C000100").await.unwrap().remove(0);
    assert_eq!(store.record(open.id).await.unwrap().unwrap().exchanges[0].1.status, Some(200));
    assert!(store.record(open.id).await.unwrap().unwrap().exchanges[0].1.request_body.is_some());

    // Settled at last: then it goes with the others, and the run that nothing names any more.
    write(&running, &customer(100, State::Settled, Some("100")), What::Updated, "2").await;
    let gone = store.prune(*connection, &retention, late, 100).await.unwrap();
    assert_eq!((gone.settlements, gone.runs), (2, 1));
    assert_eq!(store.verify(*connection).await.unwrap().broken, None);
    // The chain goes on behind it.
    running.settle(vec![customer(7, State::Settled, Some("7"))], What::NothingToWrite).await;
    let verified = store.verify_since(*connection, Some(&whole.head)).await.unwrap();
    assert_eq!((verified.settlements, verified.broken), (62, None));
}

#[tokio::test]
async fn what_is_left_of_old_settlements_cannot_be_changed() {
    for (damage, place) in [
        ("update settlements set at = at + 1 where id = 5", "5.0"),
        ("update settlements set chain = zeroblob(32) where id = 5", "5.0"),
        ("update settlements set transitions = 2 where id = 5", "5.0"),
        ("delete from settlements where id = 5", "6.0"),
        ("update settlements set pruned = zeroblob(16) where id = 5", "5.0"),
        ("update settlements set pruned = null where id = 5", "5.0"),
        (
            "insert into trail select 5, 3, record, what, target_id, null, null, null, note, exchange, digest, null, null from trail",
            "5.3",
        ),
        (
            "delete from trail; update settlements set pruned = (select pruned from settlements where id = 5) where id = 1",
            "1.0",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
        history(&running).await;
        let late = at(DAY * 3_000);
        assert!(
            running.store.prune(running.connection, &Retention::default(), late, 100).await.unwrap().settlements > 0
        );
        let Db::Sqlite(db) = &running.store.db else { panic!("a folder is SQLite") };
        db.lock().await.execute_batch(&format!("pragma foreign_keys = off; {damage}")).unwrap();
        let broken = running.store.verify(running.connection).await.unwrap().broken;
        assert_eq!(broken.unwrap_or_else(|| panic!("not found: {damage}")).id.to_string(), place, "{damage}");
    }
}
