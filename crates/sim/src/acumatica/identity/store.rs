//! Codes, grants and tokens: everything that the identity server remembers.
//!
//! Owns how long each lives, rotation of refresh tokens, and revocation. Must not read forms or draw pages. Instants
//! and random numbers are passed in; nothing is shown in `Debug`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::acumatica::options::{Client, Options, RefreshMode};
use crate::rng::Stream;

/// Number of a grant.
pub type GrantId = u64;

/// A user's consent to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The application.
    pub client: String,
    /// The user.
    pub user: String,
    /// Scopes.
    pub scopes: Vec<String>,
    /// When it was given.
    pub since: Timestamp,
}

impl Grant {
    /// Whether the scope was granted.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

/// A code that waits to be exchanged.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) user: String,
    pub(super) redirect: String,
    pub(super) scopes: Vec<String>,
    /// Challenge of PKCE, method S256.
    pub(super) challenge: Option<String>,
    pub(super) expires: Timestamp,
}

/// A pair of tokens as they are given.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Access token.
    pub access: String,
    /// Refresh token, with `offline_access` only.
    pub refresh: Option<String>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// The grant.
    pub grant: GrantId,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("grant", &self.grant).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Everything that the identity server remembers.
pub struct Identity {
    stream: Stream,
    pub(super) codes: BTreeMap<String, Code>,
    grants: BTreeMap<GrantId, Grant>,
    access: BTreeMap<String, (GrantId, Timestamp)>,
    refresh: BTreeMap<String, (GrantId, Option<Timestamp>)>,
    next: GrantId,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("grants", &self.grants).finish_non_exhaustive()
    }
}

fn days(from: Timestamp, days: u16) -> Timestamp {
    from.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

impl Identity {
    /// An identity server that draws its tokens from `stream`.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            codes: BTreeMap::new(),
            grants: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            next: 1,
        }
    }

    /// A fresh opaque value.
    pub(super) fn opaque(&mut self) -> String {
        self.stream.hex(64).to_uppercase()
    }

    /// Records a consent.
    pub fn consent(&mut self, client: &str, user: &str, scopes: Vec<String>, now: Timestamp) -> GrantId {
        let id = self.next;
        self.next += 1;
        let grant = Grant { client: client.to_owned(), user: user.to_owned(), scopes, since: now };
        self.grants.insert(id, grant);
        id
    }

    /// Makes `token` the refresh token of a grant, for consents that exist from the start.
    pub fn plant(&mut self, token: &str, grant: GrantId, client: &Client, now: Timestamp) {
        let until = self.refresh_until(grant, client, now);
        self.refresh.insert(token.to_owned(), (grant, until));
    }

    fn refresh_until(&self, grant: GrantId, client: &Client, now: Timestamp) -> Option<Timestamp> {
        let since = self.grants.get(&grant).map_or(now, |g| g.since);
        match client.refresh {
            RefreshMode::None => Some(now),
            RefreshMode::Absolute { days: n } => Some(days(since, n)),
            RefreshMode::Sliding { days: n, cap } => {
                let end = days(now, n);
                Some(cap.map_or(end, |cap| end.min(days(since, cap))))
            }
        }
    }

    /// Gives tokens of a grant.
    pub fn issue(&mut self, grant: GrantId, client: &Client, options: &Options, now: Timestamp) -> Tokens {
        let access = self.opaque();
        let life = SignedDuration::try_from(options.access_life).unwrap_or(SignedDuration::from_hours(1));
        let expires = now.saturating_add(life).unwrap_or(Timestamp::MAX);
        self.access.retain(|_, (_, until)| *until > now);
        self.access.insert(access.clone(), (grant, expires));
        let scopes = self.grants.get(&grant).map(|g| g.scopes.clone()).unwrap_or_default();
        let refresh = scopes.iter().any(|s| s == "offline_access").then(|| {
            let token = self.opaque();
            let until = self.refresh_until(grant, client, now);
            self.refresh.insert(token.clone(), (grant, until));
            token
        });
        Tokens { access, refresh, scopes, grant }
    }

    /// Takes a refresh token out of use: its grant, if it is alive and the client's own.
    pub fn spend(&mut self, token: &str, client: &str, now: Timestamp) -> Option<GrantId> {
        let (grant, until) = self.refresh.get(token).copied()?;
        if self.grants.get(&grant)?.client != client {
            return None;
        }
        self.refresh.remove(token);
        until.is_none_or(|end| end > now).then_some(grant)
    }

    /// The grant of an access token that has not expired, and when it will.
    #[must_use]
    pub fn check(&self, access: &str, now: Timestamp) -> Option<(GrantId, &Grant, Timestamp)> {
        let (id, until) = self.access.get(access)?;
        let grant = self.grants.get(id)?;
        (*until > now).then_some((*id, grant, *until))
    }

    /// Withdraws a token. A refresh token takes its grant's access tokens along.
    pub fn revoke(&mut self, token: &str) {
        if let Some((grant, _)) = self.refresh.remove(token) {
            self.access.retain(|_, (of, _)| *of != grant);
        }
        self.access.remove(token);
    }

    /// Makes every access token expire now; refresh tokens stay.
    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Withdraws everything that applications were given, as "Revoke Access" does.
    pub fn revoke_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
        self.codes.clear();
    }
}
