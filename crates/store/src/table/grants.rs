//! Tokens of a connection's systems: access and refresh token, sealed, changed by compare-and-set only.
//!
//! Owns the rows. A change is on the disk before it is reported as done, because a rotated refresh token cannot be had twice.

use secrecy::SecretString;
use sync::Instant;

use super::connections::ConnectionId;
use super::credentials::{Applied, same};
use crate::db::{Durability, Row, Tx, nothing, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::vault::Seat;

statements! {
    GET = "select version, key_id, access, expires, api_domain, refresh, refresh_version, applied from grants \
           where connection = $1 and system = $2";
    CREATE = "insert into grants (connection, system, version, key_id, access, expires, api_domain, refresh, refresh_version, changed) \
              values ($1, $2, 1, $3, $4, $5, $6, $7, 1, $8) on conflict (connection, system) do nothing returning version";
    REPLACE = "update grants set version = $1, key_id = $2, access = $3, expires = $4, api_domain = $5, \
               refresh = coalesce($6, refresh), \
               refresh_version = case when $6 is null then refresh_version else $1 end, changed = $7 \
               where connection = $8 and system = $9 and version = $10 returning version";
    CONSENTED = "insert into profiles (connection, name, value) values ($1, $2, '1') on conflict (connection, name) \
                 do update set value = cast(cast(profiles.value as bigint) + 1 as text)";
    CONSENTS = "select name, value from profiles where connection = $1 and name like 'consents %' order by name";
    APPLIED = "update grants set applied = $1 where connection = $2 and system = $3";
}

/// An access token with what belongs to it.
#[derive(Clone, Debug)]
pub struct GrantAccess {
    /// The token.
    pub token: SecretString,
    /// When it ends.
    pub expires: Instant,
    /// Base URL that calls with it go to; empty when it is the configured one.
    pub api_domain: String,
}

/// What is kept for one system of a connection.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// The access token, if there is one.
    pub access: Option<GrantAccess>,
    /// The refresh token, if there is one.
    pub refresh: Option<SecretString>,
    /// Rises with every change; 0 when nothing is kept yet.
    pub version: u64,
}

struct Kept {
    version: i64,
    key_id: String,
    access: Option<Vec<u8>>,
    expires: Option<i64>,
    api_domain: Option<String>,
    refresh: Option<Vec<u8>>,
    refresh_version: Option<i64>,
    applied: Option<Vec<u8>>,
}

fn read(row: &Row<'_>) -> Result<Kept> {
    Ok(Kept {
        version: row.int(0)?,
        key_id: row.text(1)?,
        access: row.opt_bytes(2)?,
        expires: row.opt_int(3)?,
        api_domain: row.opt_text(4)?,
        refresh: row.opt_bytes(5)?,
        refresh_version: row.opt_int(6)?,
        applied: row.opt_bytes(7)?,
    })
}

impl Store {
    async fn kept_grant(&self, connection: ConnectionId, system: &str) -> Result<Option<Kept>> {
        self.db.row(&GET, &[connection.0.into(), system.into()], read).await
    }

    /// The tokens of `system`, opened.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when they were tampered with; what the database reports.
    pub async fn grant(&self, connection: ConnectionId, system: &str) -> Result<Grant> {
        let Some(kept) = self.kept_grant(connection, system).await? else {
            return Ok(Grant::default());
        };
        let open = |field: &str, version: i64, sealed: &[u8]| {
            self.vault.open_text(Seat { connection: connection.0, field, version }, &kept.key_id, sealed)
        };
        let access = match &kept.access {
            Some(sealed) => Some(GrantAccess {
                token: open(&access_field(system), kept.version, sealed)?,
                expires: Instant::from_micros(kept.expires.unwrap_or(0)),
                api_domain: kept.api_domain.clone().unwrap_or_default(),
            }),
            None => None,
        };
        let refresh = match &kept.refresh {
            Some(sealed) => Some(open(&refresh_field(system), kept.refresh_version.unwrap_or(0), sealed)?),
            None => None,
        };
        Ok(Grant { access, refresh, version: u64::try_from(kept.version).unwrap_or(0) })
    }

    /// Commits a new access token (`None` drops the old one) and, when given, a new refresh token, if `version` is still the current
    /// one. On the disk when it returns. Gives the new version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed them since; what the database reports.
    pub async fn replace_grant(
        &self,
        connection: ConnectionId,
        system: &str,
        version: u64,
        access: Option<&GrantAccess>,
        refresh: Option<&SecretString>,
        at: Instant,
    ) -> Result<u64> {
        let mut tx = self.db.begin(Durability::Power).await?;
        let next = self.swap_grant(&mut tx, (connection, system), version, access, refresh, at).await?;
        tx.commit().await?;
        Ok(next)
    }

    async fn swap_grant(
        &self,
        tx: &mut Tx,
        (connection, system): (ConnectionId, &str),
        version: u64,
        access: Option<&GrantAccess>,
        refresh: Option<&SecretString>,
        at: Instant,
    ) -> Result<u64> {
        let old = i64::try_from(version).map_err(|_| StoreError::Stale)?;
        let next = old + 1;
        let seal = |field: &str, secret: &SecretString| {
            self.vault.seal_text(Seat { connection: connection.0, field, version: next }, secret)
        };
        let token = access.map(|access| seal(&access_field(system), &access.token)).transpose()?;
        let refresh = refresh.map(|refresh| seal(&refresh_field(system), refresh)).transpose()?;
        let (expires, domain) =
            (access.map(|access| access.expires.micros()), access.map(|access| access.api_domain.as_str()));
        let done = if old == 0 {
            let args = [
                connection.0.into(),
                system.into(),
                self.vault.key_id().into(),
                token.as_deref().into(),
                expires.into(),
                domain.into(),
                refresh.as_deref().into(),
                at.micros().into(),
            ];
            tx.row(&CREATE, &args, |row| row.int(0)).await?
        } else {
            let args = [
                next.into(),
                self.vault.key_id().into(),
                token.as_deref().into(),
                expires.into(),
                domain.into(),
                refresh.as_deref().into(),
                at.micros().into(),
                connection.0.into(),
                system.into(),
                old.into(),
            ];
            tx.row(&REPLACE, &args, |row| row.int(0)).await?
        };
        let done = done.ok_or(StoreError::Stale)?;
        u64::try_from(done).map_err(|_| StoreError::Stale)
    }

    /// True when applying this refresh token would change what is kept.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn grant_differs(&self, connection: ConnectionId, system: &str, refresh: &SecretString) -> Result<bool> {
        let digest = self.digests.applied(connection.0, &refresh_field(system), refresh);
        let kept = self.kept_grant(connection, system).await?;
        Ok(!same(kept.and_then(|kept| kept.applied).as_deref(), &digest))
    }

    /// Takes over a refresh token from a connection file, unless it is the one that was taken over before: a token that was rotated
    /// since then is never overwritten by its predecessor.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed the tokens meanwhile; what the database reports.
    pub async fn apply_grant(
        &self,
        connection: ConnectionId,
        system: &str,
        refresh: &SecretString,
        at: Instant,
    ) -> Result<Applied> {
        let kept = self.kept_grant(connection, system).await?;
        let digest = self.digests.applied(connection.0, &refresh_field(system), refresh);
        if same(kept.as_ref().and_then(|kept| kept.applied.as_deref()), &digest) {
            return Ok(Applied::Unchanged);
        }
        let version = kept.map_or(0, |kept| u64::try_from(kept.version).unwrap_or(0));
        let mut tx = self.db.begin(Durability::Power).await?;
        self.swap_grant(&mut tx, (connection, system), version, None, Some(refresh), at).await?;
        tx.rows(&APPLIED, &[digest.as_slice().into(), connection.0.into(), system.into()], nothing).await?;
        count_consent(&mut tx, connection, system).await?;
        tx.commit().await?;
        Ok(Applied::Sealed)
    }

    /// Remembers that a person signed in to `system` anew, so that [`Store::sign_ins`] reads differently. A token that was renewed or
    /// rotated is none of that.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn consented(&self, connection: ConnectionId, system: &str) -> Result<()> {
        let mut tx = self.db.begin(Durability::Power).await?;
        count_consent(&mut tx, connection, system).await?;
        tx.commit().await
    }

    /// Who signs in, as far as people decide it: a text that differs once a person consented anew or a secret of a connection file was
    /// changed, and stays the same while tokens are renewed and rotated. It holds nothing that is secret.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn sign_ins(&self, connection: ConnectionId) -> Result<String> {
        let pair = |row: &Row<'_>| Ok(format!("{} {}", row.text(0)?, row.text(1)?));
        let mut all = self.db.rows(&CONSENTS, &[connection.0.into()], pair).await?;
        all.extend(self.secret_versions(connection).await?);
        Ok(all.join(", "))
    }
}

async fn count_consent(tx: &mut Tx, connection: ConnectionId, system: &str) -> Result<()> {
    let name = format!("consents {system}");
    tx.rows(&CONSENTED, &[connection.0.into(), name.as_str().into()], nothing).await?;
    Ok(())
}

fn access_field(system: &str) -> String {
    format!("{system}.access_token")
}

fn refresh_field(system: &str) -> String {
    format!("{system}.refresh_token")
}
