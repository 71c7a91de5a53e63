//! Runs: when they began and ended, how, and their summary.
//!
//! Owns the rows. A run without an end was interrupted, or is under way.

use sync::Instant;

use super::connections::ConnectionId;
use crate::db::{Durability, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    START = "insert into runs (connection, name, started) values ($1, $2, $3)";
    FINISH = "update runs set ended = $1, outcome = $2, summary = $3 where connection = $4 and name = $5";
    ID = "select id from runs where name = $1";
}

impl Store {
    /// Records that a run began. `run` is its id, given by the caller: `run_` and a UUID v7.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn start_run(&self, connection: ConnectionId, run: &str, at: Instant) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        tx.rows(&START, &[connection.0.into(), run.into(), at.micros().into()], nothing).await?;
        tx.commit().await
    }

    /// Records how a run ended. `summary` is JSON.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn finish_run(
        &self,
        connection: ConnectionId,
        run: &str,
        at: Instant,
        outcome: &str,
        summary: &str,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        let args = [at.micros().into(), outcome.into(), summary.into(), connection.0.into(), run.into()];
        tx.rows(&FINISH, &args, nothing).await?;
        tx.commit().await
    }
}

/// The row of a run.
pub(crate) async fn id(tx: &mut Tx, run: &str) -> Result<Option<i64>> {
    tx.row(&ID, &[run.into()], |row| row.int(0)).await
}
