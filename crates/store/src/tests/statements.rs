//! Every statement prepares on both engines, with placeholders that SQLite numbers as PostgreSQL does.

use sqlx::{Executor, SqlSafeStr};

use super::*;
use crate::db::{Db, Sql};
use crate::table::*;

/// Every statement there is.
pub(super) fn all() -> Vec<(&'static str, &'static str, &'static Sql)> {
    let files: [(&str, &[(&'static str, &'static Sql)]); 32] = [
        ("agreed", agreed::ALL),
        ("chains", chains::ALL),
        ("checkpoints", checkpoints::ALL),
        ("connections", connections::ALL),
        ("counts", counts::ALL),
        ("credentials", credentials::ALL),
        ("drifts", drifts::ALL),
        ("exchanges", exchanges::ALL),
        ("grants", grants::ALL),
        ("intents", intents::ALL),
        ("keys", keys::ALL),
        ("due", crate::table::due::ALL),
        ("ledger", ledger::ALL),
        ("moved_links", crate::table::moved_links::ALL),
        ("open_documents", open_documents::ALL),
        ("owners", owners::ALL),
        ("profiles", profiles::ALL),
        ("rereads", rereads::ALL),
        ("runs", runs::ALL),
        ("settlements", settlements::ALL),
        ("sweeps", crate::table::sweeps::ALL),
        ("trail", trail::ALL),
        ("erase", crate::erase::ALL),
        ("prune", crate::prune::ALL),
        ("find", crate::find::ALL),
        ("decide", crate::decide::ALL),
        ("record", crate::record::ALL),
        ("select", crate::select::ALL),
        ("verify", crate::verify::ALL),
        ("list::open", crate::list::open::ALL),
        ("list::runs", crate::list::runs::ALL),
        ("list::trail", crate::list::trail::ALL),
    ];
    files.into_iter().flat_map(|(file, all)| all.iter().map(move |(name, sql)| (file, *name, *sql))).collect()
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Access::Worker).await.unwrap();
    let Db::Sqlite(db) = &store.db else { panic!("a folder is SQLite") };
    let connection = db.lock().await;
    for (file, name, sql) in all() {
        let statement = connection.prepare(sql.sqlite).unwrap_or_else(|error| panic!("{file} {name}: {error}"));
        for index in 1..=statement.parameter_count() {
            let placeholder = statement.parameter_name(index).map(str::to_owned);
            assert_eq!(placeholder, Some(format!("${index}")), "{file} {name}: placeholders must first occur in order");
        }
    }
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("statements").await;
    let store = server.open(Access::Worker).await.unwrap();
    let Db::Postgres(db) = &store.db else { panic!("a URL is PostgreSQL") };
    for (file, name, sql) in all() {
        let prepared = db.pool().prepare(sql.postgres.into_sql_str()).await;
        assert!(prepared.is_ok(), "{file} {name}: {}", prepared.err().unwrap());
    }
    drop(store);
    server.drop().await;
}
