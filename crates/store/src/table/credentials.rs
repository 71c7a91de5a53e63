//! Secrets of connections, sealed, with the keyed digest of what was applied.
//!
//! Owns the rows. A value that is applied again unchanged leaves what is kept alone; one that was changed in the file replaces it.

use secrecy::SecretString;
use subtle::ConstantTimeEq;
use sync::Instant;

use super::connections::ConnectionId;
use crate::db::{Durability, Row, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;
use crate::vault::Seat;

statements! {
    GET = "select version, key_id, sealed, applied from credentials where connection = $1 and field = $2";
    FIELDS = "select field from credentials where connection = $1 order by field";
    VERSIONS = "select field, version from credentials where connection = $1 and field not like '%.grant_code' order by field";
    PUT = "insert into credentials (connection, field, version, key_id, sealed, applied, changed) values ($1, $2, $3, $4, $5, $6, $7) \
           on conflict (connection, field) do update set version = excluded.version, key_id = excluded.key_id, \
           sealed = excluded.sealed, applied = coalesce(excluded.applied, credentials.applied), changed = excluded.changed";
    DROP = "delete from credentials where connection = $1 and field = $2";
}

/// What applying a value did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The value is the one that was applied before: nothing was touched.
    Unchanged,
    /// It is new or was changed, and is sealed now.
    Sealed,
}

struct Kept {
    version: i64,
    key_id: String,
    sealed: Vec<u8>,
    applied: Option<Vec<u8>>,
}

/// Compares digests of secrets without telling where they differ.
pub(super) fn same(kept: Option<&[u8]>, given: &[u8]) -> bool {
    kept.is_some_and(|kept| bool::from(kept.ct_eq(given)))
}

impl Store {
    async fn kept(&self, connection: ConnectionId, field: &str) -> Result<Option<Kept>> {
        self.db
            .row(&GET, &[connection.0.into(), field.into()], |row| {
                Ok(Kept {
                    version: row.int(0)?,
                    key_id: row.text(1)?,
                    sealed: row.bytes(2)?,
                    applied: row.opt_bytes(3)?,
                })
            })
            .await
    }

    /// True when applying `secret` would change what is kept for `field`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn differs(&self, connection: ConnectionId, field: &str, secret: &SecretString) -> Result<bool> {
        let digest = self.digests.applied(connection.0, field, secret);
        let kept = self.kept(connection, field).await?;
        Ok(!same(kept.and_then(|kept| kept.applied).as_deref(), &digest))
    }

    /// Takes over a value from a connection file, unless it is the one that was taken over before.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn apply_secret(
        &self,
        connection: ConnectionId,
        field: &str,
        secret: &SecretString,
        at: Instant,
    ) -> Result<Applied> {
        if !self.differs(connection, field, secret).await? {
            return Ok(Applied::Unchanged);
        }
        let digest = self.digests.applied(connection.0, field, secret);
        self.put_secret(connection, field, secret, Some(&digest), at).await?;
        Ok(Applied::Sealed)
    }

    /// Seals a value that comes from elsewhere than a connection file; what was applied stays remembered.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn seal(&self, connection: ConnectionId, field: &str, secret: &SecretString, at: Instant) -> Result<()> {
        self.put_secret(connection, field, secret, None, at).await
    }

    async fn put_secret(
        &self,
        connection: ConnectionId,
        field: &str,
        secret: &SecretString,
        applied: Option<&[u8]>,
        at: Instant,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Power).await?;
        let version = version(&mut tx, connection, field).await? + 1;
        let sealed = self.vault.seal_text(Seat { connection: connection.0, field, version }, secret)?;
        let args = [
            connection.0.into(),
            field.into(),
            version.into(),
            self.vault.key_id().into(),
            sealed.as_slice().into(),
            applied.into(),
            at.micros().into(),
        ];
        tx.rows(&PUT, &args, nothing).await?;
        tx.commit().await
    }

    /// The value of `field`, opened.
    ///
    /// # Errors
    /// [`crate::StoreError::Unsealable`] when it was tampered with; what the database reports.
    pub async fn unseal(&self, connection: ConnectionId, field: &str) -> Result<Option<SecretString>> {
        let Some(kept) = self.kept(connection, field).await? else {
            return Ok(None);
        };
        let seat = Seat { connection: connection.0, field, version: kept.version };
        self.vault.open_text(seat, &kept.key_id, &kept.sealed).map(Some)
    }

    /// Fields that a value is kept for.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn sealed_fields(&self, connection: ConnectionId) -> Result<Vec<String>> {
        self.db.rows(&FIELDS, &[connection.0.into()], |row| row.text(0)).await
    }

    /// Fields with how often each was changed. A grant code is left out: it works once and is forgotten then.
    pub(super) async fn secret_versions(&self, connection: ConnectionId) -> Result<Vec<String>> {
        let pair = |row: &Row<'_>| Ok(format!("{} {}", row.text(0)?, row.int(1)?));
        self.db.rows(&VERSIONS, &[connection.0.into()], pair).await
    }

    /// Forgets the value of `field`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn forget_secret(&self, connection: ConnectionId, field: &str) -> Result<()> {
        let mut tx = self.db.begin(Durability::Power).await?;
        tx.rows(&DROP, &[connection.0.into(), field.into()], nothing).await?;
        tx.commit().await
    }
}

async fn version(tx: &mut Tx, connection: ConnectionId, field: &str) -> Result<i64> {
    Ok(tx.row(&GET, &[connection.0.into(), field.into()], |row| row.int(0)).await?.unwrap_or(0))
}
