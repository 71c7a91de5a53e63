//! What is read again on a schedule of its own, stamps or not: when it was last gone through, and how far a pass under way is.
//!
//! Owns the rows. When something is due is decided by the engine.

use std::collections::BTreeMap;

use sync::Instant;

use super::connections::ConnectionId;
use super::owners::{self, Epoch};
use crate::db::{Durability, nothing, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;

statements! {
    LIST = "select kind, done, pass from rereads where connection = $1 order by kind";
    PUT = "insert into rereads (connection, kind, done, pass) values ($1, $2, $3, $4) \
           on conflict (connection, kind) do update set done = excluded.done, pass = excluded.pass";
}

/// What is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reread {
    /// Balances of open documents.
    Balances,
    /// Payments, as hints at documents.
    Payments,
    /// Customers as a whole, for what hangs on them without moving their stamp.
    Customers,
    /// Items as a whole, likewise.
    Items,
}

impl Reread {
    const ALL: [Self; 4] = [Self::Balances, Self::Payments, Self::Customers, Self::Items];

    const fn code(self) -> i64 {
        match self {
            Self::Balances => 1,
            Self::Payments => 2,
            Self::Customers => 3,
            Self::Items => 4,
        }
    }
}

/// How far a reread is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RereadState {
    /// Everything is as fresh as this at least.
    pub done: Instant,
    /// The pass under way, in its own words; `None` when there is none.
    pub pass: Option<String>,
}

impl Store {
    /// How far the rereads of a connection are; those that never began are left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn rereads(&self, connection: ConnectionId) -> Result<BTreeMap<Reread, RereadState>> {
        let args = [connection.0.into()];
        let rows = self.db.rows(&LIST, &args, |row| {
            let code = row.int(0)?;
            let kind = Reread::ALL.into_iter().find(|kind| kind.code() == code);
            let kind = kind.ok_or_else(|| StoreError::unreadable("kind", code.to_string()))?;
            Ok((kind, RereadState { done: Instant::from_micros(row.int(1)?), pass: row.opt_text(2)? }))
        });
        Ok(rows.await?.into_iter().collect())
    }

    /// Keeps how far a reread is.
    ///
    /// # Errors
    /// [`StoreError::Stale`]; what the database reports.
    pub async fn put_reread(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        kind: Reread,
        state: &RereadState,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let args = [connection.0.into(), kind.code().into(), state.done.micros().into(), state.pass.as_deref().into()];
        tx.rows(&PUT, &args, nothing).await?;
        tx.commit().await
    }
}
