//! SQLite, run inline on the thread of whoever calls.
//!
//! Owns the one connection of this process and its settings. A call takes it for moments; a transaction keeps it to its end, so that
//! readers of this process never see half of one. Other processes read and write beside it through the write-ahead log.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, config::DbConfig};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};

use super::{Arg, Durability, Row, Sql};
use crate::error::{Result, StoreError};

/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements kept prepared: more than there are.
const PREPARED: usize = 160;

/// An open SQLite file.
#[derive(Clone)]
pub(crate) struct Sqlite {
    connection: Arc<Mutex<Connection>>,
    place: Arc<str>,
}

impl Sqlite {
    /// Opens the file, which is created when it is not there and `write` is true. Nothing is written into it yet, and what stands in
    /// its write-ahead log stays there, until [`Self::accept`].
    pub(crate) fn open(path: &Path, write: bool) -> Result<Self> {
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags |= if write {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        };
        let connection = Connection::open_with_flags(path, flags).map_err(|e| error(&e))?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(|e| error(&e))?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(|e| error(&e))?;
        // Otherwise what a partial index might say about a bound value has statements planned anew each time that another one is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| error(&e))?;
        connection.busy_timeout(PATIENCE).map_err(|e| error(&e))?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection
            .execute_batch("pragma foreign_keys = on; pragma trusted_schema = off; pragma temp_store = memory; pragma secure_delete = fast; pragma cache_size = -8000;")
            .map_err(|e| error(&e))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), place: path.display().to_string().into() })
    }

    /// Turns to normal use, after the file was found to be ours and whole.
    pub(crate) async fn accept(&self) -> Result<()> {
        let connection = self.lock().await;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(|e| error(&e))?;
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = 16777216;",
            )
            .map_err(|e| error(&e))
    }

    /// The connection.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().await
    }

    /// The path, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Begins with the write lock.
    pub(super) async fn begin(&self, durability: Durability) -> Result<Transaction> {
        let connection = Arc::clone(&self.connection).lock_owned().await;
        let begin = match durability {
            Durability::Process => "begin immediate",
            Durability::Power => "pragma synchronous = full; begin immediate",
            Durability::Erasure => "pragma synchronous = full; pragma secure_delete = on; begin immediate",
        };
        let transaction = Transaction { connection, durability, open: true };
        transaction.connection.execute_batch(begin).map_err(|e| error(&e))?;
        Ok(transaction)
    }
}

/// A transaction that owns the connection.
pub(crate) struct Transaction {
    connection: OwnedMutexGuard<Connection>,
    durability: Durability,
    open: bool,
}

impl std::ops::Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Transaction {
    pub(super) fn commit(mut self) -> Result<()> {
        self.connection.execute_batch("commit").map_err(|e| error(&e))?;
        self.open = false;
        if self.durability == Durability::Erasure {
            // What readers beside keep in the log goes with the next checkpoint.
            let _ = self.connection.execute_batch("pragma wal_checkpoint(truncate)");
        }
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // What fails here is not heard by anybody: the connection reports it at its next use.
        if self.open && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("rollback");
        }
        let back = match self.durability {
            Durability::Process => return,
            Durability::Power => "pragma synchronous = normal",
            Durability::Erasure => "pragma synchronous = normal; pragma secure_delete = fast",
        };
        let _ = self.connection.execute_batch(back);
    }
}

impl ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(Some(value)) => ToSqlOutput::Owned(Value::Integer(*value)),
            Self::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => ToSqlOutput::Owned(Value::Null),
            Self::Texts(list) => ToSqlOutput::Owned(Value::Text(json(list)?)),
            Self::Ints(list) => ToSqlOutput::Owned(Value::Text(json(list)?)),
        })
    }
}

fn json<T: serde::Serialize>(list: &[T]) -> rusqlite::Result<String> {
    serde_json::to_string(list).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

pub(super) fn rows<T>(
    connection: &Connection,
    sql: &Sql,
    args: &[Arg<'_>],
    mut map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql.sqlite).map_err(|e| error(&e))?;
    let mut rows = statement.query(rusqlite::params_from_iter(args)).map_err(|e| error(&e))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(|e| error(&e))? {
        all.push(map(&Row::Sqlite(row))?);
    }
    Ok(all)
}

pub(super) fn run(connection: &Connection, sql: &Sql, args: &[Arg<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql.sqlite).map_err(|e| error(&e))?;
    let changed = statement.execute(rusqlite::params_from_iter(args)).map_err(|e| error(&e))?;
    Ok(changed as u64)
}

pub(super) fn many<'a, T>(
    connection: &Connection,
    sql: &Sql,
    all: &[impl AsRef<[Arg<'a>]>],
    mut map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql.sqlite).map_err(|e| error(&e))?;
    let mut results = Vec::new();
    for args in all {
        let mut rows = statement.query(rusqlite::params_from_iter(args.as_ref())).map_err(|e| error(&e))?;
        while let Some(row) = rows.next().map_err(|e| error(&e))? {
            results.push(map(&Row::Sqlite(row))?);
        }
    }
    Ok(results)
}

/// Translates what the library reports. Its messages carry names of tables and columns, never values.
pub(super) fn error(error: &rusqlite::Error) -> StoreError {
    let corrupt = |what: String| StoreError::Corrupt { place: "the database file".to_owned(), what };
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let text = message.clone().unwrap_or_else(|| failure.to_string());
            match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => corrupt(text),
                ErrorCode::DiskFull => StoreError::Full,
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => StoreError::ReadOnly(text),
                _ => StoreError::Other(text),
            }
        }
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::Utf8Error(..) => corrupt("a value has another type than its column".to_owned()),
        rusqlite::Error::SqlInputError { msg, .. } => StoreError::Other(msg.clone()),
        other => StoreError::Other(other.to_string()),
    }
}
