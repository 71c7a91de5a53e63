//! Runs, the newest first, for `runs` and `status`.
//!
//! Owns the row that is shown and its cursor. Must not write; runs are begun and ended in `table::runs`.

use sync::Instant;

use super::limit;
use crate::db::{Row, statements};
use crate::error::Result;
use crate::open::Store;
use crate::table::connections::ConnectionId;

statements! {
    LIST = "select id, connection, name, started, ended, outcome, summary from runs where connection = $1 and id < $2 \
            order by id desc limit $3";
    GET = "select id, connection, name, started, ended, outcome, summary from runs where name = $1";
}

/// Where a page of runs goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunCursor(i64);

/// A run as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Where the page after this row begins.
    pub cursor: RunCursor,
    /// Its connection.
    pub connection: ConnectionId,
    /// Its id, `run_…`.
    pub run: String,
    /// When it began.
    pub started: Instant,
    /// When it ended; `None` while it is under way, and for ever when it was killed.
    pub ended: Option<Instant>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Its report, as JSON.
    pub summary: Option<String>,
}

fn read(row: &Row<'_>) -> Result<RunRow> {
    Ok(RunRow {
        cursor: RunCursor(row.int(0)?),
        connection: ConnectionId(row.int(1)?),
        run: row.text(2)?,
        started: Instant::from_micros(row.int(3)?),
        ended: row.opt_int(4)?.map(Instant::from_micros),
        outcome: row.opt_text(5)?,
        summary: row.opt_text(6)?,
    })
}

impl Store {
    /// A page of a connection's runs, the newest first, beginning before `before`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn runs(&self, connection: ConnectionId, before: Option<RunCursor>, count: usize) -> Result<Vec<RunRow>> {
        let before = before.map_or(i64::MAX, |cursor| cursor.0);
        self.db.rows(&LIST, &[connection.0.into(), before.into(), limit(count).into()], read).await
    }

    /// The run of that id.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn run(&self, run: &str) -> Result<Option<RunRow>> {
        self.db.row(&GET, &[run.into()], read).await
    }
}
