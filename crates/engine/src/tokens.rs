//! Tokens of one connection, kept in the store.
//!
//! Owns the bridge from the `Tokens` port to sealed rows. What `replace` returns is on the disk.

use std::sync::Arc;

use async_trait::async_trait;
use port::{Access, Clock, Grant, System, TokenError, Tokens};
use secrecy::SecretString;
use store::{ConnectionId, GrantAccess, Store, StoreError};

/// The tokens of one connection.
pub struct StoredTokens {
    store: Store,
    connection: ConnectionId,
    clock: Arc<dyn Clock>,
}

impl StoredTokens {
    /// The tokens of `connection`.
    #[must_use]
    pub fn new(store: Store, connection: ConnectionId, clock: Arc<dyn Clock>) -> Self {
        Self { store, connection, clock }
    }
}

fn fault(error: &StoreError) -> TokenError {
    match error {
        StoreError::Stale => TokenError::Stale,
        other => TokenError::Store(other.to_string()),
    }
}

#[async_trait]
impl Tokens for StoredTokens {
    async fn load(&self, system: System) -> Result<Grant, TokenError> {
        let kept = self.store.grant(self.connection, system.name()).await.map_err(|error| fault(&error))?;
        let access = kept.access.map(|access| Access {
            token: access.token,
            expires: access.expires,
            api_domain: access.api_domain,
        });
        Ok(Grant { access, refresh: kept.refresh, version: kept.version })
    }

    async fn replace(
        &self,
        system: System,
        version: u64,
        access: Option<Access>,
        refresh: Option<SecretString>,
    ) -> Result<u64, TokenError> {
        let access = access.map(|access| GrantAccess {
            token: access.token,
            expires: access.expires,
            api_domain: access.api_domain,
        });
        self.store
            .replace_grant(self.connection, system.name(), version, access.as_ref(), refresh.as_ref(), self.clock.now())
            .await
            .map_err(|error| fault(&error))
    }
}
