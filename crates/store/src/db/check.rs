//! Whether a file is a database of ours, found out by reading its first bytes, before SQLite may touch it.
//!
//! Owns the refusals of foreign, damaged and newer files. Must not write.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Sqlite;
use super::migrate::{APPLICATION_ID, VERSION};
use crate::error::{Result, StoreError};

/// Bytes of SQLite's file header (sqlite.org/fileformat2.html, section 1.3).
const HEADER: usize = 100;

/// What is found at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A database of ours, as far as its header says.
    Ours,
}

/// Looks at the file's header and length.
pub(crate) fn header(path: &Path) -> Result<Found> {
    let place = || path.display().to_string();
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(StoreError::file(path, &error)),
    };
    let length = file.metadata().map_err(|error| StoreError::file(path, &error))?.len();
    if length == 0 {
        return Ok(Found::Nothing);
    }
    let mut head = [0; HEADER];
    if file.read_exact(&mut head).is_err() || !head.starts_with(b"SQLite format 3\0") {
        return Err(StoreError::Foreign {
            place: place(),
            what: "it is not an SQLite database, or its beginning is damaged".to_owned(),
        });
    }
    let number =
        |at: usize| head.get(at..at + 4).map_or(0, |bytes| bytes.iter().fold(0_i64, |n, b| (n << 8) | i64::from(*b)));
    if number(68) != i64::from(APPLICATION_ID) {
        return Err(StoreError::Foreign {
            place: place(),
            what: "it is an SQLite database of another program".to_owned(),
        });
    }
    let version = number(60);
    if version > VERSION {
        return Err(StoreError::Newer { place: place(), found: version, known: VERSION });
    }
    let page = match i64::from(head[16]) << 8 | i64::from(head[17]) {
        1 => 65_536,
        size => size,
    };
    let pages = number(28);
    let pending = log(path).metadata().is_ok_and(|log| log.len() > 0);
    if !pending && i64::try_from(length).unwrap_or(i64::MAX) < page.saturating_mul(pages) {
        let what = format!("it has {length} bytes and should have {}", page.saturating_mul(pages));
        return Err(StoreError::Corrupt { place: place(), what });
    }
    Ok(Found::Ours)
}

/// The write-ahead log beside a database file.
fn log(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Looks at what SQLite itself makes of the file: version (which may stand in the log only; it is returned), schema, and the first row
/// of each table.
pub(crate) async fn content(db: &Sqlite) -> Result<i64> {
    let connection = db.lock().await;
    let corrupt = |error: rusqlite::Error| match super::sqlite::error(&error) {
        StoreError::Corrupt { what, .. } => StoreError::Corrupt { place: db.place().to_owned(), what },
        other => other,
    };
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(corrupt)?;
    if version > VERSION {
        return Err(StoreError::Newer { place: db.place().to_owned(), found: version, known: VERSION });
    }
    if version < VERSION {
        return Ok(version);
    }
    for table in super::migrate::TABLES {
        let first = connection.prepare(table).and_then(|mut statement| statement.query([])?.next().map(|_| ()));
        first.map_err(|error| match super::sqlite::error(&error) {
            // Reading the first row of a table fails for no other reason than that the schema is not the one it should be.
            StoreError::Corrupt { what, .. } | StoreError::Other(what) => {
                StoreError::Corrupt { place: db.place().to_owned(), what }
            }
            other => other,
        })?;
    }
    Ok(version)
}
