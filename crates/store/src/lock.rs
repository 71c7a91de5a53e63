//! The worker's role: one process at a time carries out runs on a data folder or database.
//!
//! Owns the lock file and the server's lock. Must not guard data: that is what epochs are for, and every writing transaction of a run
//! checks its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use sqlx::pool::PoolConnection;

use crate::db::Postgres;
use crate::db::migrate::ADVISORY;
use crate::error::{Result, StoreError};

/// Name of the lock file in a data folder.
pub const LOCK_FILE: &str = "ml-connector.lock";

/// Second half of the server's lock key.
const WORKER: i32 = 1;

/// The role, as long as it is held. The system frees it when the process ends, however it ends.
pub(crate) enum Role {
    /// A locked file.
    Folder(#[allow(dead_code, reason = "held, not read")] File),
    /// A server session that holds the lock.
    Server(#[allow(dead_code, reason = "held, not read")] Box<PoolConnection<sqlx::Postgres>>),
}

/// Takes the role on a data folder.
pub(crate) fn take_folder(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK_FILE);
    let fail = |error: &std::io::Error| StoreError::file(&path, error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| fail(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let known = (&mut file).take(20).read_to_string(&mut text).is_ok();
            let pid = text.trim().parse::<u32>().ok().filter(|_| known);
            let owner = pid.map_or_else(|| "a process that left no number".to_owned(), |pid| format!("process {pid}"));
            return Err(StoreError::Held { place: folder.display().to_string(), owner });
        }
        Err(TryLockError::Error(error)) => return Err(fail(&error)),
    }
    let mut tell = || {
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        file.flush()
    };
    tell().map_err(|error| fail(&error))?;
    Ok(file)
}

/// Waits a moment for the role: the server needs one to notice that a worker was killed.
async fn freed(session: &mut PoolConnection<sqlx::Postgres>) -> std::result::Result<bool, sqlx::Error> {
    sqlx::query("set lock_timeout = '3s'").execute(&mut **session).await?;
    let waited =
        sqlx::query("select pg_advisory_lock($1, $2)").bind(ADVISORY).bind(WORKER).execute(&mut **session).await;
    sqlx::query("set lock_timeout = 0").execute(&mut **session).await?;
    match waited {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("55P03") => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes the role on a server's database: a session of its own holds the lock.
pub(crate) async fn take_server(db: &Postgres) -> Result<PoolConnection<sqlx::Postgres>> {
    let fail = |error: sqlx::Error| crate::db::server_error(&error);
    let mut session = db.pool().acquire().await.map_err(fail)?;
    let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock($1, $2)")
        .bind(ADVISORY)
        .bind(WORKER)
        .fetch_one(&mut *session)
        .await
        .map_err(fail)?;
    if taken || freed(&mut session).await.map_err(fail)? {
        return Ok(session);
    }
    let owner: Option<String> = sqlx::query_scalar(
        "select a.application_name || ' on ' || coalesce(host(a.client_addr), 'the same machine') \
         from pg_locks l join pg_stat_activity a on a.pid = l.pid \
         where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid::bigint = $1 and l.objid::bigint = $2 \
         and l.database = (select oid from pg_database where datname = current_database())",
    )
    .bind(i64::from(ADVISORY))
    .bind(i64::from(WORKER))
    .fetch_optional(&mut *session)
    .await
    .map_err(fail)?
    .flatten();
    let owner = owner.unwrap_or_else(|| "a process that the server does not show".to_owned());
    Err(StoreError::Held { place: db.place().to_owned(), owner })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_second_worker_is_refused_with_the_pid_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = take_folder(folder.path()).unwrap();
        let Err(StoreError::Held { owner, .. }) = take_folder(folder.path()) else {
            unreachable!("the role was given twice")
        };
        assert_eq!(owner, format!("process {}", std::process::id()));
        drop(first);
        take_folder(folder.path()).unwrap();
    }

    #[test]
    fn a_shorter_pid_does_not_leave_digits_of_a_longer_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(LOCK_FILE), "99999999999").unwrap();
        take_folder(folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join(LOCK_FILE)).unwrap(), std::process::id().to_string());
    }
}
