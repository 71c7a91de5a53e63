//! Who works on a connection: the fence.
//!
//! Owns epochs. Every claim raises the epoch; a writing transaction of a run takes the row first and ends as stale when its epoch is
//! not the row's, so that a worker that was thought dead cannot write any more.

use sync::Instant;
use sync::seam::{Mutant, mutant};

use super::connections::ConnectionId;
use crate::db::{Durability, Tx, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;

statements! {
    CLAIM = "insert into owners (connection, epoch, holder, pid, since) values ($1, 1, $2, $3, $4) \
             on conflict (connection) do update set epoch = owners.epoch + 1, holder = excluded.holder, pid = excluded.pid, \
             since = excluded.since \
             returning epoch";
    CHECK = "select epoch from owners where connection = $1",
            "select epoch from owners where connection = $1 for update";
    GET = "select epoch, holder, pid, since from owners where connection = $1";
}

/// The number of a claim. Rises with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub(crate) i64);

/// Who claimed a connection last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The claim.
    pub epoch: Epoch,
    /// What the holder calls itself: the id of a run.
    pub holder: String,
    /// Its process.
    pub pid: u32,
    /// When it claimed.
    pub since: Instant,
}

impl Store {
    /// Claims a connection for `holder`; what earlier holders still try to write is refused from now on.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn claim(&self, connection: ConnectionId, holder: &str, at: Instant) -> Result<Epoch> {
        let mut tx = self.db.begin(Durability::Process).await?;
        let pid = i64::from(std::process::id());
        let args = [connection.0.into(), holder.into(), pid.into(), at.micros().into()];
        let epoch = tx.row(&CLAIM, &args, |row| row.int(0)).await?;
        tx.commit().await?;
        epoch.map(Epoch).ok_or(StoreError::Stale)
    }

    /// Who claimed a connection last.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn owner(&self, connection: ConnectionId) -> Result<Option<Owner>> {
        self.db
            .row(&GET, &[connection.0.into()], |row| {
                Ok(Owner {
                    epoch: Epoch(row.int(0)?),
                    holder: row.text(1)?,
                    pid: u32::try_from(row.int(2)?).unwrap_or(0),
                    since: Instant::from_micros(row.int(3)?),
                })
            })
            .await
    }
}

/// Takes the owner row; stale when another epoch holds it.
pub(crate) async fn check(tx: &mut Tx, connection: ConnectionId, epoch: Epoch) -> Result<()> {
    match tx.row(&CHECK, &[connection.0.into()], |row| row.int(0)).await? {
        Some(current) if current == epoch.0 || mutant(Mutant::NoFence) => Ok(()),
        _ => Err(StoreError::Stale),
    }
}
