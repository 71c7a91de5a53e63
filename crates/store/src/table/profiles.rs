//! What was found out about a connection's systems, by name: the sink's schema, the source's profile, what is owed.
//!
//! Owns the rows. Values are JSON that the engine understands.

use super::connections::ConnectionId;
use crate::db::{Durability, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    GET = "select value from profiles where connection = $1 and name = $2";
    PUT = "insert into profiles (connection, name, value) values ($1, $2, $3) \
           on conflict (connection, name) do update set value = excluded.value";
    DROP = "delete from profiles where connection = $1 and name = $2";
}

impl Store {
    /// The profile of that name.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn profile(&self, connection: ConnectionId, name: &str) -> Result<Option<String>> {
        self.db.row(&GET, &[connection.0.into(), name.into()], |row| row.text(0)).await
    }

    /// Keeps a profile.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn put_profile(&self, connection: ConnectionId, name: &str, value: &str) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        tx.rows(&PUT, &[connection.0.into(), name.into(), value.into()], nothing).await?;
        tx.commit().await
    }

    /// Forgets a profile, so that it is found out again.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn forget_profile(&self, connection: ConnectionId, name: &str) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        tx.rows(&DROP, &[connection.0.into(), name.into()], nothing).await?;
        tx.commit().await
    }
}
