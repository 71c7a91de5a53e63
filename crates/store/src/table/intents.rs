//! What is about to be written: one row per batch, committed before it is sent, gone with the transaction that settles it.
//!
//! Owns the rows. One that is there when a run begins belongs to a batch whose outcome nobody has seen.

use sync::Instant;
use sync::digest::Digest;

use super::connections::ConnectionId;
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Durability, Tx, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::seam;

statements! {
    OPEN = "insert into intents (connection, run, module, operation, keys, digest, opened) values ($1, $2, $3, $4, $5, $6, $7) \
            returning id";
    LIST = "select id, run, module, operation, keys, digest, opened from intents where connection = $1 order by id";
    CLOSE = "delete from intents where connection = $1 and id = $2";
}

/// An intent's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub(crate) i64);

/// A batch that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    /// The sink's module.
    pub module: String,
    /// The operation.
    pub operation: String,
    /// What the caller needs to resolve it later, as JSON.
    pub keys: String,
    /// Digest of what is sent.
    pub digest: Digest,
}

/// A batch whose outcome is not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its row.
    pub id: IntentId,
    /// The run that opened it.
    pub run: String,
    /// The sink's module.
    pub module: String,
    /// The operation.
    pub operation: String,
    /// What the caller kept, as JSON.
    pub keys: String,
    /// Digest of what was to be sent.
    pub digest: Digest,
    /// When it was opened.
    pub opened: Instant,
}

impl Store {
    /// Commits an intent.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another worker took over; what the database reports.
    pub async fn open_intent(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        run: &str,
        intent: &NewIntent,
        at: Instant,
    ) -> Result<IntentId> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let args = [
            connection.0.into(),
            run.into(),
            intent.module.as_str().into(),
            intent.operation.as_str().into(),
            intent.keys.as_str().into(),
            intent.digest.0.as_slice().into(),
            at.micros().into(),
        ];
        let id = tx.row(&OPEN, &args, |row| row.int(0)).await?;
        tx.commit().await?;
        seam::here("intent open").await;
        id.map(IntentId).ok_or_else(|| StoreError::Other("the intent was not kept".to_owned()))
    }

    /// Intents that are open, oldest first.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open_intents(&self, connection: ConnectionId) -> Result<Vec<Intent>> {
        self.db
            .rows(&LIST, &[connection.0.into()], |row| {
                Ok(Intent {
                    id: IntentId(row.int(0)?),
                    run: row.text(1)?,
                    module: row.text(2)?,
                    operation: row.text(3)?,
                    keys: row.text(4)?,
                    digest: code::digest(&row.bytes(5)?)?,
                    opened: Instant::from_micros(row.int(6)?),
                })
            })
            .await
    }
}

/// Closes an intent; stale when it is not there any more, because somebody else settled it.
pub(crate) async fn close(tx: &mut Tx, connection: ConnectionId, intent: IntentId) -> Result<()> {
    match tx.run(&CLOSE, &[connection.0.into(), intent.0.into()]).await? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}
