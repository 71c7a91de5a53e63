//! The identity server inside the instance: consent, tokens, rotation, revocation.
//!
//! Owns codes, grants and tokens. Must not know books or records. Tokens are opaque and drawn from the simulation's
//! seed.

mod authorize;
mod discovery;
mod page;
mod store;
mod token;

pub use authorize::{Answer, authorize, decide};
pub use discovery::discovery;
pub use store::{Grant, GrantId, Identity, Tokens};
pub use token::{Refused, revoke, token};

/// Scopes that can be asked for.
pub const SCOPES: [&str; 7] = ["api", "offline_access", "api:concurrent_access", "openid", "profile", "email", "phone"];

/// Splits a scope parameter; `None` when a scope is not known or none is given.
#[must_use]
pub fn scopes(text: &str) -> Option<Vec<String>> {
    let all: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    (!all.is_empty() && all.iter().all(|s| SCOPES.contains(&s.as_str()))).then_some(all)
}
