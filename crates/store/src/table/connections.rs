//! Connections: name, settings without secrets, and the systems that they turned out to be bound to.
//!
//! Owns the rows. Settings are text that the application understands; no secret may stand in them.

use sync::Instant;
use sync::digest::Digest;

use crate::code;
use crate::db::{Durability, Row, nothing, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;

statements! {
    PUT = "insert into connections (tenant, name, settings, settings_digest, created, changed) values (1, $1, $2, $3, $4, $4) \
           on conflict (tenant, name) do update set settings = excluded.settings, settings_digest = excluded.settings_digest, \
           changed = excluded.changed \
           returning id";
    LIST = "select id, name, settings, settings_digest, sink_org, source_host, source_tenant, created, changed from connections \
            where tenant = 1 order by name";
    GET = "select id, name, settings, settings_digest, sink_org, source_host, source_tenant, created, changed from connections \
           where tenant = 1 and name = $1";
    BIND = "update connections set sink_org = coalesce($1, sink_org), source_host = coalesce($2, source_host), \
            source_tenant = coalesce($3, source_tenant) where id = $4";
}

/// A connection's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) i64);

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A connection to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConnection {
    /// Its name, unique.
    pub name: String,
    /// Settings without secrets.
    pub settings: String,
    /// Digest of the settings, to see whether an application changes anything.
    pub settings_digest: Digest,
}

/// The systems that a connection belongs to, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// Id of the sink's organisation.
    pub sink_org: Option<String>,
    /// Host of the source.
    pub source_host: Option<String>,
    /// Tenant of the source.
    pub source_tenant: Option<String>,
}

/// A connection as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRow {
    /// Its row.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Settings without secrets.
    pub settings: String,
    /// Digest of the settings.
    pub settings_digest: Digest,
    /// What it is bound to.
    pub binding: Binding,
    /// When it was first applied.
    pub created: Instant,
    /// When its settings last changed.
    pub changed: Instant,
}

fn read(row: &Row<'_>) -> Result<ConnectionRow> {
    Ok(ConnectionRow {
        id: ConnectionId(row.int(0)?),
        name: row.text(1)?,
        settings: row.text(2)?,
        settings_digest: code::digest(&row.bytes(3)?)?,
        binding: Binding { sink_org: row.opt_text(4)?, source_host: row.opt_text(5)?, source_tenant: row.opt_text(6)? },
        created: Instant::from_micros(row.int(7)?),
        changed: Instant::from_micros(row.int(8)?),
    })
}

impl Store {
    /// Creates a connection, or changes the settings of the one of that name.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn put_connection(&self, new: &NewConnection, at: Instant) -> Result<ConnectionId> {
        let mut tx = self.db.begin(Durability::Power).await?;
        let args = [
            new.name.as_str().into(),
            new.settings.as_str().into(),
            new.settings_digest.0.as_slice().into(),
            at.micros().into(),
        ];
        let id = tx.row(&PUT, &args, |row| row.int(0)).await?;
        let id = id.ok_or_else(|| StoreError::Other("the connection was not kept".to_owned()))?;
        super::chains::create(&mut tx, id).await?;
        tx.commit().await?;
        Ok(ConnectionId(id))
    }

    /// Every connection, by name.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn connections(&self) -> Result<Vec<ConnectionRow>> {
        self.db.rows(&LIST, &[], read).await
    }

    /// The connection of that name.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn connection(&self, name: &str) -> Result<Option<ConnectionRow>> {
        self.db.row(&GET, &[name.into()], read).await
    }

    /// Remembers the systems that a connection turned out to belong to; `None` leaves what is known.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn bind(&self, connection: ConnectionId, binding: &Binding) -> Result<()> {
        let mut tx = self.db.begin(Durability::Power).await?;
        let args = [
            binding.sink_org.as_deref().into(),
            binding.source_host.as_deref().into(),
            binding.source_tenant.as_deref().into(),
            connection.0.into(),
        ];
        tx.rows(&BIND, &args, nothing).await?;
        tx.commit().await
    }
}
