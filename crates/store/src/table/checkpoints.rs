//! How far each entity of a connection is proven to be read.
//!
//! Owns the rows. They move with the settlements that make them true.

use std::collections::BTreeMap;

use sync::settle::{Checkpoint, Pass};
use sync::{Entity, Instant};

use super::connections::ConnectionId;
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Durability, Tx, nothing, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;

statements! {
    LIST = "select entity, covered_up_to, read_at, newest_stamp, stamp_floor, pass from checkpoints where connection = $1 \
           order by entity";
    PUT = "insert into checkpoints (connection, entity, covered_up_to, read_at, newest_stamp, stamp_floor, pass, changed) \
           values ($1, $2, $3, $4, $5, $6, $7, $8) \
           on conflict (connection, entity) do update set covered_up_to = excluded.covered_up_to, read_at = excluded.read_at, \
           newest_stamp = excluded.newest_stamp, stamp_floor = excluded.stamp_floor, pass = excluded.pass, changed = excluded.changed";
}

impl Store {
    /// The checkpoints of a connection.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn checkpoints(&self, connection: ConnectionId) -> Result<BTreeMap<Entity, Checkpoint>> {
        let rows = self
            .db
            .rows(&LIST, &[connection.0.into()], |row| {
                let entity = code::entity(row.int(0)?)?;
                let pass = row.opt_text(5)?;
                let pass = pass
                    .map(|text| serde_json::from_str::<Pass>(&text).map_err(|_| StoreError::unreadable("pass", text)));
                Ok(Checkpoint {
                    entity,
                    covered_up_to: row.opt_int(1)?.map(Instant::from_micros),
                    read_at: row.opt_int(2)?.map(Instant::from_micros),
                    newest_stamp: row.opt_int(3)?.map(Instant::from_micros),
                    stamp_floor: row.opt_int(4)?.map(Instant::from_micros),
                    pass: pass.transpose()?,
                })
            })
            .await?;
        Ok(rows.into_iter().map(|checkpoint| (checkpoint.entity, checkpoint)).collect())
    }

    /// Moves a checkpoint apart from a settlement.
    ///
    /// # Errors
    /// [`StoreError::Stale`]; what the database reports.
    pub async fn put_checkpoint(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        checkpoint: &Checkpoint,
        at: Instant,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        put(&mut tx, connection, checkpoint, at).await?;
        tx.commit().await
    }
}

pub(crate) async fn put(tx: &mut Tx, connection: ConnectionId, checkpoint: &Checkpoint, at: Instant) -> Result<()> {
    let pass = checkpoint.pass.as_ref().map(serde_json::to_string).transpose();
    let pass = pass.map_err(|error| StoreError::Other(error.to_string()))?;
    let args = [
        connection.0.into(),
        code::of_entity(checkpoint.entity).into(),
        checkpoint.covered_up_to.map(Instant::micros).into(),
        checkpoint.read_at.map(Instant::micros).into(),
        checkpoint.newest_stamp.map(Instant::micros).into(),
        checkpoint.stamp_floor.map(Instant::micros).into(),
        pass.as_deref().into(),
        at.micros().into(),
    ];
    tx.rows(&PUT, &args, nothing).await?;
    Ok(())
}
