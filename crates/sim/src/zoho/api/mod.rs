//! The API side of the simulator: one entry point for `/crm/…`.
//!
//! Owns: what a call and an answer are, the state behind the lock, authorisation, scopes, credits and the
//! dispatch to the handlers. Must not: hold the lock over an await (handlers are plain functions) or know
//! how a single route works.

mod counters;
mod credits;
mod entry;
mod gate;
mod route;
mod scope;

pub use counters::Counters;
pub use credits::Ledger;
pub(super) use entry::{Raw, answer, response, too_many};
pub(super) use gate::{Busy, admit, is_heavy};
pub(crate) use scope::Need;
pub use scope::Scopes;

use http::HeaderMap;

use super::accounts::Accounts;
use super::json::Out;
use super::model::Org;
use super::switches::Switches;

/// Everything that the simulator holds.
#[derive(Debug)]
pub struct State {
    /// The organisation.
    pub org: Org,
    /// Switches in force.
    pub switches: Switches,
    /// Clients and tokens.
    pub accounts: Accounts,
    /// API credits of the rolling day.
    pub ledger: Ledger,
    /// Counters for tests and the control API.
    pub counters: Counters,
    /// Secret that page tokens are sealed with.
    pub(super) page_secret: String,
}

/// One call, after its token was accepted.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// Decoded query parameters in order.
    pub(crate) query: Vec<(String, String)>,
    /// Request headers.
    pub(crate) headers: &'a HeaderMap,
    /// Body.
    pub(crate) body: &'a [u8],
    /// The token's user.
    pub(crate) user: u64,
    /// That user's profile.
    pub(crate) profile: u64,
    /// What the token may do.
    pub(crate) scopes: Scopes,
    /// Epoch seconds.
    pub(crate) now: i64,
    /// See [`State`].
    pub(crate) page_secret: String,
}

impl Call<'_> {
    /// A query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header that is plain text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// Body; empty for 204 and 304.
    pub(crate) body: Vec<u8>,
    /// API credits that the call costs.
    pub(crate) credits: u64,
}

impl Answer {
    /// An answer with a finished document.
    pub(crate) fn json(status: u16, out: Out) -> Self {
        Self { status, body: out.finish(), credits: 1 }
    }

    /// An answer without body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: Vec::new(), credits: 1 }
    }

    /// Sets the cost.
    pub(crate) fn costing(mut self, credits: u64) -> Self {
        self.credits = credits;
        self
    }
}
