//! Where tokens live between calls and runs.
//!
//! Owns the port. The engine fills it over the store. Contract: what `replace` returns is committed, also against power loss.

use async_trait::async_trait;
use secrecy::SecretString;
use sync::Instant;

use crate::System;

/// An access token with what belongs to it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// When it ends, on our clock.
    pub expires: Instant,
    /// Base URL that calls with it must go to (Zoho's `api_domain`); empty for Acumatica.
    pub api_domain: String,
}

/// What is kept for one system.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// The access token, if one was obtained and may still live.
    pub access: Option<Access>,
    /// The refresh token, if there is one.
    pub refresh: Option<SecretString>,
    /// Rises with every change; for compare-and-set.
    pub version: u64,
}

/// Why tokens could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Somebody else changed them first: load again.
    #[error("tokens were changed by another process")]
    Stale,
    /// The store failed.
    #[error("tokens could not be stored: {0}")]
    Store(String),
}

/// Keeps grants. One refresher at a time per connection and system is the client's duty within a process.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// What is kept now.
    async fn load(&self, system: System) -> Result<Grant, TokenError>;
    /// Commits a new access token and, when `refresh` is given, a new refresh token; only if `version` is still the current one.
    /// Returns the new version. A rotated refresh token must be committed before the new access token is used.
    async fn replace(
        &self,
        system: System,
        version: u64,
        access: Option<Access>,
        refresh: Option<SecretString>,
    ) -> Result<u64, TokenError>;
}
