//! A filled database of the first schema, brought up to the newest: nothing of it is lost, and it still verifies. On both engines.

use crate::db::migrate::{APPLICATION_ID, STEPS, VERSION};

use super::*;

/// Tables of the first schema, each after those that it refers to.
const FIRST: &[&str] = &[
    "tenants",
    "keys",
    "connections",
    "credentials",
    "grants",
    "owners",
    "runs",
    "ledger",
    "counts",
    "checkpoints",
    "intents",
    "settlements",
    "chains",
    "trail",
    "exchanges",
    "bodies",
    "profiles",
];

/// What the first version kept: two customers that were written, a document that waits, requests and answers. No agreed values, because
/// it knew none.
async fn fill(store: Store) {
    let running = Running::of(store).await;
    let waits = Problem::new(sync::problem::Code::WaitingForAccount, "waits").at("C000009");
    let entries = vec![
        customer(1, State::Settled, Some("1")),
        customer(2, State::Settled, Some("2")),
        document(3, State::Waiting, Some(waits)),
    ];
    let transitions = entries
        .iter()
        .zip([What::Created, What::Created, What::Waiting])
        .map(|(entry, what)| said(entry, what, (what == What::Created).then_some(0)))
        .collect();
    let mut settlement = running.settlement(entries, transitions);
    settlement.exchanges = vec![exchanged("{\"a\":1}")];
    running.store.settle(settlement).await.unwrap();
    running.store.put_profile(running.connection, "sink_schema", "kept").await.unwrap();
    running.store.finish_run(running.connection, &running.run, at(60), "parked", "{}").await.unwrap();
}

/// What must still be there, and that the upgraded store goes on.
async fn kept(store: Store) {
    let connection = store.connection("acme").await.unwrap().unwrap().id;
    let verified = store.verify(connection).await.unwrap();
    assert_eq!((verified.settlements, verified.rows, verified.exchanges, verified.broken), (1, 3, 1, None));
    let found = store.find(connection, "C000001").await.unwrap();
    let view = store.record(found[0].id).await.unwrap().unwrap();
    assert_eq!((view.row.entry.target_id.as_deref(), view.agreed, view.trail.len()), (Some("1"), None, 1));
    assert_eq!(view.exchanges[0].1, exchanged("{\"a\":1}"));
    assert_eq!(store.profile(connection, "sink_schema").await.unwrap().as_deref(), Some("kept"));
    let open = store.open_records(connection, &OpenFilter { limit: 9, ..OpenFilter::default() }).await.unwrap();
    assert_eq!((open.len(), open[0].code.as_str()), (1, "Invoice/000003"));
    assert_eq!(store.runs(connection, None, 9).await.unwrap().len(), 1);

    // The next run writes one of them: from then on its values are agreed, and the chain leads on.
    let running = Running {
        epoch: store.claim(connection, "run_2", at(99)).await.unwrap(),
        store,
        connection,
        run: "run_2".to_owned(),
    };
    running.store.start_run(connection, "run_2", at(99)).await.unwrap();
    let entry = customer(1, State::Settled, Some("1"));
    changes::write(&running, &entry, What::Updated, "044").await;
    assert_eq!(
        running.store.agreed(connection, Flow::Customers, std::slice::from_ref(&entry.erp_key)).await.unwrap().len(),
        1
    );
    let verified = running.store.verify(connection).await.unwrap();
    assert_eq!((verified.settlements, verified.broken), (2, None));
}

#[tokio::test]
async fn a_filled_database_of_the_first_schema_goes_on_on_sqlite() {
    let (new, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(open(new.path(), Access::Worker).await.unwrap()).await;
    let path = old.path().join(FILE);
    let file = rusqlite::Connection::open(&path).unwrap();
    file.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    file.execute_batch("pragma foreign_keys = off").unwrap();
    file.execute_batch(STEPS[0].0).unwrap();
    file.pragma_update(None, "user_version", 1).unwrap();
    file.execute("attach $1 as new", [new.path().join(FILE).to_str().unwrap()]).unwrap();
    for table in FIRST {
        let mut named = file.prepare(&format!("select group_concat(name) from pragma_table_info('{table}')")).unwrap();
        let columns: String = named.query_row([], |row| row.get(0)).unwrap();
        file.execute_batch(&format!(
            "delete from main.{table}; insert into main.{table} ({columns}) select {columns} from new.{table}"
        ))
        .unwrap();
    }
    drop(file);
    let refused = open(old.path(), Access::ReadOnly).await.unwrap_err();
    assert!(matches!(refused, StoreError::Older { found: 1, known: VERSION, .. }), "{refused}");
    kept(open(old.path(), Access::Worker).await.unwrap()).await;
    open(old.path(), Access::ReadOnly).await.unwrap();
}

#[tokio::test]
async fn a_filled_database_of_the_first_schema_goes_on_on_postgres() {
    let (new, old) = (Server::database("newest").await, Server::database("first").await);
    fill(new.open(Access::Worker).await.unwrap()).await;
    let (from, to) = (sqlx::PgPool::connect(&new.url).await.unwrap(), sqlx::PgPool::connect(&old.url).await.unwrap());
    let run = |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&to);
    run("create table ml_connector (version bigint not null); insert into ml_connector values (1)".to_owned())
        .await
        .unwrap();
    run(STEPS[0].1.to_owned()).await.unwrap();
    for table in FIRST {
        let rows: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select coalesce(json_agg(t), '[]')::text from {table} t")))
                .fetch_one(&from)
                .await
                .unwrap();
        run(format!("delete from {table}")).await.unwrap();
        let fill = format!("insert into {table} select * from json_populate_recordset(null::{table}, $1::json)");
        sqlx::query(sqlx::AssertSqlSafe(fill)).bind(rows).execute(&to).await.unwrap();
        let number = format!("select setval(pg_get_serial_sequence('{table}', 'id'), 1000)");
        if ["tenants", "connections", "runs", "ledger", "intents", "settlements", "bodies"].contains(table) {
            run(number).await.unwrap();
        }
    }
    from.close().await;
    to.close().await;
    let refused = old.open(Access::ReadOnly).await.unwrap_err();
    assert!(matches!(refused, StoreError::Older { found: 1, known: VERSION, .. }), "{refused}");
    kept(old.open(Access::Worker).await.unwrap()).await;
    new.drop().await;
    old.drop().await;
}
