//! The one door to the database: static statements, closed argument types, transactions, on SQLite and PostgreSQL alike.
//!
//! Owns the dispatch to the two engines. Everything above speaks `Sql`, `Arg` and `Row` and does not know which one it is.
//! Must not build SQL from values: every text is a literal, so that a test can prepare each one on both engines.

pub(crate) mod check;
pub(crate) mod migrate;
mod postgres;
mod sqlite;

pub(crate) use postgres::{Postgres, error as server_error};
pub(crate) use sqlite::Sqlite;

use crate::error::{Result, StoreError};

/// A statement: its text on either engine (the same one where they do not differ).
///
/// Placeholders are `$1`, `$2` … and first occur in that order, because SQLite numbers them by their first occurrence.
#[derive(Debug)]
pub(crate) struct Sql {
    /// Text for SQLite.
    pub(crate) sqlite: &'static str,
    /// Text for PostgreSQL. For [`Tx::many`] it takes one array per placeholder instead of one value.
    pub(crate) postgres: &'static str,
}

/// Declares the statements of a module: `NAME = both;` or `NAME = sqlite, postgres;`, and lists them in `ALL` for the tests.
macro_rules! statements {
    ($($(#[doc = $doc:literal])* $name:ident = $sqlite:expr $(, $postgres:expr)?;)+) => {
        $($(#[doc = $doc])* static $name: $crate::db::Sql = $crate::db::statements!(@one $sqlite $(, $postgres)?);)+
        /// Every statement of this file, for the tests that prepare them.
        #[cfg(test)]
        pub(crate) static ALL: &[(&str, &$crate::db::Sql)] = &[$((stringify!($name), &$name)),+];
    };
    (@one $both:expr) => { $crate::db::Sql { sqlite: $both, postgres: $both } };
    (@one $sqlite:expr, $postgres:expr) => { $crate::db::Sql { sqlite: $sqlite, postgres: $postgres } };
}
pub(crate) use statements;

/// A bound value. Its type is known even when it is null, because PostgreSQL wants to know it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg<'a> {
    /// A number, a point in time in microseconds, or a yes or no.
    Int(Option<i64>),
    /// Text.
    Text(Option<&'a str>),
    /// Bytes.
    Bytes(Option<&'a [u8]>),
    /// A list of texts: a JSON array on SQLite (read by `json_each`), an array on PostgreSQL (read by `any`).
    Texts(&'a [String]),
    /// A list of numbers, likewise.
    Ints(&'a [i64]),
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Arg<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}

/// A row of an answer, readable by position.
pub(crate) enum Row<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    Postgres(&'a sqlx::postgres::PgRow),
}

impl Row<'_> {
    /// A number.
    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        self.opt_int(index)?.ok_or_else(|| null(index))
    }

    /// A number or nothing.
    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|error| sqlite::error(&error)),
            Self::Postgres(row) => postgres::get(row, index),
        }
    }

    /// Text.
    pub(crate) fn text(&self, index: usize) -> Result<String> {
        self.opt_text(index)?.ok_or_else(|| null(index))
    }

    /// Text or nothing.
    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|error| sqlite::error(&error)),
            Self::Postgres(row) => postgres::get(row, index),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>> {
        self.opt_bytes(index)?.ok_or_else(|| null(index))
    }

    /// Bytes or nothing.
    pub(crate) fn opt_bytes(&self, index: usize) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|error| sqlite::error(&error)),
            Self::Postgres(row) => postgres::get(row, index),
        }
    }
}

fn null(index: usize) -> StoreError {
    StoreError::Other(format!("column {index} is empty where a value was expected"))
}

/// How sure a commit has to be before it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Survives the death of the process; a power cut may lose the last moments as a whole. For settling.
    Process,
    /// Survives a power cut. For token rotation and people's decisions.
    Power,
    /// Likewise, and what is deleted is overwritten in the file. For erasing a person's values; a server does so when it vacuums.
    Erasure,
}

/// The database.
#[derive(Clone)]
pub(crate) enum Db {
    /// An embedded file.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Postgres),
}

impl Db {
    /// Every row of a query, outside of a transaction.
    pub(crate) async fn rows<T: Send>(
        &self,
        sql: &'static Sql,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(db) => sqlite::rows(&*db.lock().await, sql, args, map),
            Self::Postgres(db) => postgres::rows(db.pool(), sql, args, map).await,
        }
    }

    /// The first row of a query, outside of a transaction.
    pub(crate) async fn row<T: Send>(
        &self,
        sql: &'static Sql,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, args, map).await?.into_iter().next())
    }

    /// Begins a writing transaction. Dropped without a commit, it leaves nothing.
    pub(crate) async fn begin(&self, durability: Durability) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => Ok(Tx::Sqlite(db.begin(durability).await?)),
            Self::Postgres(db) => Ok(Tx::Postgres(db.begin().await?)),
        }
    }

    /// The database in the words of error messages.
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::Sqlite(db) => db.place(),
            Self::Postgres(db) => db.place(),
        }
    }
}

/// A writing transaction.
pub(crate) enum Tx {
    /// On SQLite, with the write lock from its beginning.
    Sqlite(sqlite::Transaction),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Tx {
    /// Every row of a statement.
    pub(crate) async fn rows<T: Send>(
        &mut self,
        sql: &'static Sql,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(tx) => sqlite::rows(tx, sql, args, map),
            Self::Postgres(tx) => postgres::rows(&mut **tx, sql, args, map).await,
        }
    }

    /// The first row of a statement.
    pub(crate) async fn row<T: Send>(
        &mut self,
        sql: &'static Sql,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, args, map).await?.into_iter().next())
    }

    /// Runs a statement that returns no rows; the number of rows that it changed.
    pub(crate) async fn run(&mut self, sql: &'static Sql, args: &[Arg<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite(tx) => sqlite::run(tx, sql, args),
            Self::Postgres(tx) => postgres::run(&mut **tx, sql, args).await,
        }
    }

    /// Runs a statement for each of `rows`, all of the same length and types: a loop over one prepared statement on SQLite, one
    /// statement over arrays on PostgreSQL (whose text says `unnest`). What it returns comes in no order.
    pub(crate) async fn many<'a, T: Send>(
        &mut self,
        sql: &'static Sql,
        rows: &[impl AsRef<[Arg<'a>]> + Sync],
        map: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match self {
            Self::Sqlite(tx) => sqlite::many(tx, sql, rows, map),
            Self::Postgres(tx) => postgres::many(&mut **tx, sql, rows, map).await,
        }
    }

    /// Commits.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit(),
            Self::Postgres(tx) => tx.commit().await.map_err(|error| postgres::error(&error)),
        }
    }
}

/// For statements whose rows are not looked at.
pub(crate) fn nothing(_: &Row<'_>) -> Result<()> {
    Ok(())
}
