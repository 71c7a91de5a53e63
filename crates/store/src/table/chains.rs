//! The head of each connection's hash chain, apart from the chain itself, so that a chain cut short is noticed.
//!
//! Owns the heads, and beside them how many records have agreed values, for the same reason. Taking a head locks it to the end of the transaction, so that settlements of one connection follow each other.

use crate::db::{Db, Tx, nothing, statements};
use crate::error::{Result, StoreError};

statements! {
    CREATE = "insert into chains (connection, settlements, head) values ($1, 0, $2) on conflict (connection) do nothing";
    TAKE = "select settlements, head from chains where connection = $1",
           "select settlements, head from chains where connection = $1 for update";
    GET = "select settlements, head from chains where connection = $1";
    AGREED = "select agreed from chains where connection = $1";
    COUNT = "update chains set agreed = agreed + $1 where connection = $2";
    MOVE = "update chains set settlements = $1, head = $2 where connection = $3";
}

/// A link of the chain: 32 bytes of keyed BLAKE3.
pub(crate) type Link = [u8; 32];

/// The end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Settlements so far.
    pub(crate) settlements: i64,
    /// The last link; zero before the first.
    pub(crate) link: Link,
}

fn read(settlements: i64, head: &[u8]) -> Result<Head> {
    let link = Link::try_from(head)
        .map_err(|_| StoreError::unreadable("chain head", format!("a value of {} bytes", head.len())))?;
    Ok(Head { settlements, link })
}

pub(crate) async fn create(tx: &mut Tx, connection: i64) -> Result<()> {
    tx.rows(&CREATE, &[connection.into(), [0_u8; 32].as_slice().into()], nothing).await?;
    Ok(())
}

pub(crate) async fn take(tx: &mut Tx, connection: i64) -> Result<Head> {
    let head = tx.row(&TAKE, &[connection.into()], |row| read(row.int(0)?, &row.bytes(1)?)).await?;
    head.ok_or_else(|| StoreError::Other("the connection is not known".to_owned()))
}

pub(crate) async fn advance(tx: &mut Tx, connection: i64, head: Head) -> Result<()> {
    tx.rows(&MOVE, &[head.settlements.into(), head.link.as_slice().into(), connection.into()], nothing).await?;
    Ok(())
}

/// Counts records whose agreed values came (or went, below zero).
pub(crate) async fn count_agreed(tx: &mut Tx, connection: i64, more: i64) -> Result<()> {
    if more != 0 {
        tx.run(&COUNT, &[more.into(), connection.into()]).await?;
    }
    Ok(())
}

/// How many records of the connection must have agreed values.
pub(crate) async fn agreed(db: &Db, connection: i64) -> Result<i64> {
    Ok(db.row(&AGREED, &[connection.into()], |row| row.int(0)).await?.unwrap_or(0))
}

pub(crate) async fn get(db: &Db, connection: i64) -> Result<Option<Head>> {
    db.row(&GET, &[connection.into()], |row| read(row.int(0)?, &row.bytes(1)?)).await
}
