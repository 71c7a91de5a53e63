//! The schema's versions, as pairs of files, one per engine.
//!
//! Owns the order and the marks by which a database is known as ours. A migration is one transaction; what was shipped is never edited.

use sqlx::{AssertSqlSafe, Executor};

use super::{Postgres, Sqlite, postgres, sqlite};
use crate::error::{Result, StoreError};

/// SQLite's application id of our files: "mlcn".
pub(crate) const APPLICATION_ID: i32 = 0x6d6c_636e;

/// The schema version that this program makes and knows.
pub(crate) const VERSION: i64 = 10;

/// Key of the lock under which servers are migrated, and half of the key of the worker's role.
pub(crate) const ADVISORY: i32 = APPLICATION_ID;

/// Each migration: text for SQLite, text for PostgreSQL. The first leads to version 1.
pub(crate) const STEPS: &[(&str, &str)] = &[
    (include_str!("../../migrations/0001_start.sqlite.sql"), include_str!("../../migrations/0001_start.postgres.sql")),
    (
        include_str!("../../migrations/0002_agreed.sqlite.sql"),
        include_str!("../../migrations/0002_agreed.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0003_sweeps.sqlite.sql"),
        include_str!("../../migrations/0003_sweeps.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0004_rereads.sqlite.sql"),
        include_str!("../../migrations/0004_rereads.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0005_drifts.sqlite.sql"),
        include_str!("../../migrations/0005_drifts.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0006_open_order.sqlite.sql"),
        include_str!("../../migrations/0006_open_order.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0007_clocks.sqlite.sql"),
        include_str!("../../migrations/0007_clocks.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0008_agreed_count.sqlite.sql"),
        include_str!("../../migrations/0008_agreed_count.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0009_stamp_floor.sqlite.sql"),
        include_str!("../../migrations/0009_stamp_floor.postgres.sql"),
    ),
    (
        include_str!("../../migrations/0010_moved_links.sqlite.sql"),
        include_str!("../../migrations/0010_moved_links.postgres.sql"),
    ),
];

/// A query per table that reads its first row.
pub(super) const TABLES: &[&str] = &[
    "select * from tenants limit 1",
    "select * from keys limit 1",
    "select * from connections limit 1",
    "select * from credentials limit 1",
    "select * from grants limit 1",
    "select * from owners limit 1",
    "select * from runs limit 1",
    "select * from ledger limit 1",
    "select * from counts limit 1",
    "select * from checkpoints limit 1",
    "select * from intents limit 1",
    "select * from settlements limit 1",
    "select * from chains limit 1",
    "select * from trail limit 1",
    "select * from exchanges limit 1",
    "select * from bodies limit 1",
    "select * from profiles limit 1",
    "select * from agreed limit 1",
    "select * from drifts limit 1",
    "select * from sweeps limit 1",
    "select * from sweep_bits limit 1",
    "select * from misses limit 1",
    "select * from open_documents limit 1",
    "select * from rereads limit 1",
];

/// Whether a database of schema `version` can be read as it is, without a migration.
pub(crate) fn readable(place: &str, version: i64) -> Result<()> {
    match version {
        0 => Err(StoreError::NothingYet),
        VERSION => Ok(()),
        found => Err(StoreError::Older { place: place.to_owned(), found, known: VERSION }),
    }
}

/// Marks an empty file as ours, in the file itself and not in a log, so that its header says so from the first moment.
pub(crate) async fn mark(db: &Sqlite) -> Result<()> {
    let connection = db.lock().await;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(|e| sqlite::error(&e))
}

/// Brings an SQLite file to [`VERSION`].
pub(crate) async fn sqlite(db: &Sqlite) -> Result<()> {
    let connection = db.lock().await;
    let version = |c: &rusqlite::Connection| -> rusqlite::Result<i64> {
        c.pragma_query_value(None, "user_version", |row| row.get(0))
    };
    if version(&connection).map_err(|e| sqlite::error(&e))? == VERSION {
        return Ok(());
    }
    let go = || -> rusqlite::Result<()> {
        connection.execute_batch("pragma synchronous = full; begin immediate")?;
        let done = usize::try_from(version(&connection)?).unwrap_or(usize::MAX);
        for (step, _) in STEPS.iter().skip(done) {
            connection.execute_batch(step)?;
        }
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.execute_batch("commit; pragma synchronous = normal")
    };
    go().map_err(|error| {
        if !connection.is_autocommit() {
            // The first error is the one to tell.
            let _ = connection.execute_batch("rollback");
        }
        sqlite::error(&error)
    })
}

/// Brings a PostgreSQL database to [`VERSION`]; refuses one that holds tables of something else, or a newer schema.
pub(crate) async fn postgres(db: &Postgres, write: bool) -> Result<()> {
    let fail = |error: sqlx::Error| postgres::error(&error);
    let mut tx = db.pool().begin().await.map_err(fail)?;
    if write {
        sqlx::query("select pg_advisory_xact_lock($1, 0)").bind(ADVISORY).execute(&mut *tx).await.map_err(fail)?;
    }
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables where table_schema = current_schema() order by 1",
    )
    .fetch_all(&mut *tx)
    .await
    .map_err(fail)?;
    let ours = tables.iter().any(|table| table == "ml_connector");
    let place = || db.place().to_owned();
    if !ours && !tables.is_empty() {
        let what = format!("it holds other tables, {} among them; give ml-connector a database of its own", tables[0]);
        return Err(StoreError::Foreign { place: place(), what });
    }
    let version: i64 = if ours {
        sqlx::query_scalar("select version from ml_connector").fetch_one(&mut *tx).await.map_err(fail)?
    } else {
        0
    };
    if version > VERSION {
        return Err(StoreError::Newer { place: place(), found: version, known: VERSION });
    }
    if version == VERSION {
        return Ok(());
    }
    if !write {
        return readable(db.place(), version);
    }
    if !ours {
        tx.execute("create table ml_connector (version bigint not null); insert into ml_connector values (0)")
            .await
            .map_err(fail)?;
    }
    for (_, step) in STEPS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
        tx.execute(sqlx::raw_sql(AssertSqlSafe(*step))).await.map_err(fail)?;
    }
    sqlx::query("update ml_connector set version = $1").bind(VERSION).execute(&mut *tx).await.map_err(fail)?;
    tx.commit().await.map_err(fail)
}
