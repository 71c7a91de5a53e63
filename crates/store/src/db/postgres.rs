//! PostgreSQL 15 and later, through a small pool.
//!
//! Owns the pool, the binding of arguments (also as arrays) and the translation of errors. Commits keep the server's own durability.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, Row as _};

use super::{Arg, Row, Sql};
use crate::error::{Result, StoreError};

/// Connections of one process: a run writes one transaction at a time; lists and look-ups go beside it.
const CONNECTIONS: u32 = 6;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
    place: Arc<str>,
}

impl Postgres {
    /// Connects. `name` is what the server shows of us.
    pub(crate) async fn open(url: &str, name: &str, write: bool) -> Result<Self> {
        let mut options = PgConnectOptions::from_str(url)
            .map_err(|_| {
                StoreError::Other("the database URL cannot be read; it looks like postgres://user@host/name".to_owned())
            })?
            .application_name(name)
            .statement_cache_capacity(200)
            .options([("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "60s")]);
        if !write {
            options = options.options([("default_transaction_read_only", "on")]);
        }
        let place = format!("the database {} on {}", options.get_database().unwrap_or("postgres"), options.get_host());
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(|e| error(&e))?;
        Ok(Self { pool, place: place.into() })
    }

    /// The pool.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Database and host, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(super) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        self.pool.begin().await.map_err(|e| error(&e))
    }
}

type Bound = Query<'static, sqlx::Postgres, PgArguments>;

fn bound(sql: &Sql, args: &[Arg<'_>]) -> Bound {
    args.iter().fold(sqlx::query(sql.postgres), |query, arg| match arg {
        Arg::Int(value) => query.bind(*value),
        Arg::Text(text) => query.bind(text.map(str::to_owned)),
        Arg::Bytes(bytes) => query.bind(bytes.map(<[u8]>::to_vec)),
        Arg::Texts(list) => query.bind(list.to_vec()),
        Arg::Ints(list) => query.bind(list.to_vec()),
    })
}

/// One array per column.
fn arrays<'a>(sql: &Sql, rows: &[impl AsRef<[Arg<'a>]>]) -> Bound {
    let mut query = sqlx::query(sql.postgres);
    let Some(first) = rows.first() else {
        return query;
    };
    for (index, kind) in first.as_ref().iter().enumerate() {
        let column = rows.iter().map(|row| row.as_ref().get(index));
        query = match kind {
            Arg::Text(_) => query.bind(
                column
                    .map(|arg| match arg {
                        Some(Arg::Text(text)) => text.map(str::to_owned),
                        _ => None,
                    })
                    .collect::<Vec<Option<String>>>(),
            ),
            Arg::Bytes(_) => query.bind(
                column
                    .map(|arg| match arg {
                        Some(Arg::Bytes(bytes)) => bytes.map(<[u8]>::to_vec),
                        _ => None,
                    })
                    .collect::<Vec<Option<Vec<u8>>>>(),
            ),
            Arg::Int(_) | Arg::Texts(_) | Arg::Ints(_) => query.bind(
                column
                    .map(|arg| match arg {
                        Some(Arg::Int(value)) => *value,
                        _ => None,
                    })
                    .collect::<Vec<Option<i64>>>(),
            ),
        };
    }
    query
}

fn mapped<T>(rows: &[PgRow], mut map: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| map(&Row::Postgres(row))).collect()
}

pub(super) async fn rows<'c, T>(
    executor: impl Executor<'c, Database = sqlx::Postgres>,
    sql: &Sql,
    args: &[Arg<'_>],
    map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = bound(sql, args).fetch_all(executor).await.map_err(|e| error(&e))?;
    mapped(&rows, map)
}

pub(super) async fn run<'c>(
    executor: impl Executor<'c, Database = sqlx::Postgres>,
    sql: &Sql,
    args: &[Arg<'_>],
) -> Result<u64> {
    let done = bound(sql, args).execute(executor).await.map_err(|e| error(&e))?;
    Ok(done.rows_affected())
}

pub(super) async fn many<'c, 'a, T>(
    executor: impl Executor<'c, Database = sqlx::Postgres>,
    sql: &Sql,
    all: &[impl AsRef<[Arg<'a>]>],
    map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = arrays(sql, all).fetch_all(executor).await.map_err(|e| error(&e))?;
    mapped(&rows, map)
}

pub(super) fn get<'r, T>(row: &'r PgRow, index: usize) -> Result<T>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(index).map_err(|e| error(&e))
}

/// Translates what the library and the server report. Details of the server, which may quote values, are left out.
pub(crate) fn error(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(reported) => {
            let text = reported.message().to_owned();
            match reported.code().as_deref().unwrap_or_default() {
                "40001" | "40P01" | "55P03" => StoreError::Busy,
                "25006" => StoreError::ReadOnly("it was opened for reading".to_owned()),
                "42501" => StoreError::ReadOnly(text),
                "53100" => StoreError::Full,
                "XX001" | "XX002" => StoreError::Corrupt { place: "the database".to_owned(), what: text },
                code if ["08", "28", "3D", "53", "57"].iter().any(|class| code.starts_with(class)) => {
                    StoreError::Unavailable(text)
                }
                _ => StoreError::Other(text),
            }
        }
        sqlx::Error::Io(io) => StoreError::Unavailable(io.to_string()),
        sqlx::Error::Tls(tls) => StoreError::Unavailable(tls.to_string()),
        sqlx::Error::PoolTimedOut => StoreError::Unavailable("no connection came free within ten seconds".to_owned()),
        other => StoreError::Other(other.to_string()),
    }
}
