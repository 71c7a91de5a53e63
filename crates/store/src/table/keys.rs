//! Keys of the database itself, sealed under the master key.
//!
//! Owns the key for digests, made with the database. Opening it is also the proof that the master key is the right one.

use crate::db::{Arg, Db, Durability, nothing, statements};
use crate::error::{Result, StoreError};
use crate::vault::{Digests, Seat, Vault};

statements! {
    GET = "select key_id, sealed from keys where purpose = $1";
    PUT = "insert into keys (purpose, key_id, sealed) values ($1, $2, $3) on conflict (purpose) do nothing";
}

/// The one purpose so far.
const DIGESTS: &str = "digests";

fn seat() -> Seat<'static> {
    Seat { connection: 0, field: DIGESTS, version: 1 }
}

async fn sealed(db: &Db) -> Result<Option<(String, Vec<u8>)>> {
    db.row(&GET, &[DIGESTS.into()], |row| Ok((row.text(0)?, row.bytes(1)?))).await
}

/// The key for digests, which is made when there is none and `write` is true.
pub(crate) async fn digests(db: &Db, vault: &Vault, write: bool) -> Result<Digests> {
    let mut kept = sealed(db).await?;
    if kept.is_none() && write {
        let fresh = vault.seal(seat(), vault.fresh_key().as_ref())?;
        let mut tx = db.begin(Durability::Power).await?;
        let args: [Arg<'_>; 3] = [DIGESTS.into(), vault.key_id().into(), fresh.as_slice().into()];
        tx.rows(&PUT, &args, nothing).await?;
        tx.commit().await?;
        kept = sealed(db).await?;
    }
    let (key_id, sealed) = kept.ok_or(StoreError::NothingYet)?;
    match vault.open(seat(), &key_id, &sealed) {
        Ok(key) => Ok(Digests::new(&key)),
        Err(StoreError::Unsealable(_)) => {
            Err(StoreError::Corrupt { place: db.place().to_owned(), what: "its sealed key was changed".to_owned() })
        }
        Err(other) => Err(other),
    }
}
