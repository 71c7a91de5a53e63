//! Settling transactions: one row each, which is a link of the connection's hash chain.
//!
//! Owns the rows.

use super::chains::Link;
use super::connections::ConnectionId;
use crate::db::{Tx, statements};
use crate::error::{Result, StoreError};
use sync::Instant;

statements! {
    PUT = "insert into settlements (connection, number, run, at, transitions, exchanges, chain, bodies) \
           values ($1, $2, $3, $4, $5, $6, $7, $8) \
           returning id";
}

/// A settlement to be kept.
pub(crate) struct NewSettlement<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) number: i64,
    pub(crate) run: Option<i64>,
    pub(crate) at: Instant,
    pub(crate) transitions: usize,
    pub(crate) exchanges: usize,
    pub(crate) chain: &'a Link,
    /// True when one of the exchanges has a body.
    pub(crate) bodies: bool,
}

pub(crate) async fn put(tx: &mut Tx, new: &NewSettlement<'_>) -> Result<i64> {
    let args = [
        new.connection.0.into(),
        new.number.into(),
        new.run.into(),
        new.at.micros().into(),
        (new.transitions as i64).into(),
        (new.exchanges as i64).into(),
        new.chain.as_slice().into(),
        i64::from(new.bodies).into(),
    ];
    let id = tx.row(&PUT, &args, |row| row.int(0)).await?;
    id.ok_or_else(|| StoreError::Other("the settlement was not kept".to_owned()))
}
