//! The accounts server: consent, tokens, revocation.
//!
//! Owns: clients, grant codes, refresh and access tokens with their caps (fact sheet, section 2).
//! Must not: show a token or secret in `Debug`, or know the API. Data comes from `/oauth/…` and from seeding;
//! `api` asks it whom a token belongs to.

mod consent;
mod form;
mod serve;
mod token;

pub(super) use serve::{Request, answer};

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use super::api::Scopes;

/// Access-token requests of one refresh token in a window.
const REQUESTS: usize = 10;
/// That window in seconds.
const WINDOW: i64 = 600;
/// Access tokens of one refresh token alive at once.
const ALIVE: usize = 10;
/// Refresh tokens of one user and client.
const REFRESH_TOKENS: usize = 20;
/// Life of an access token in seconds.
pub(crate) const ACCESS_LIFE: i64 = 3600;
/// Life of a web grant code in seconds.
const CODE_LIFE: i64 = 120;

/// A registered client.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Client id.
    pub id: String,
    /// Secret for this data centre.
    pub secret: String,
    /// Redirect URIs that may be used exactly as written.
    pub redirect_uris: Vec<String>,
    /// Whether any URI on a loopback address may be used as well.
    pub loopback: bool,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

struct Grant {
    client: String,
    user: u64,
    scopes: Scopes,
    redirect: Option<String>,
    offline: bool,
    expires: i64,
}

struct Refresh {
    client: String,
    user: u64,
    scopes: Scopes,
    order: u64,
    requests: VecDeque<i64>,
    alive: VecDeque<String>,
}

struct Access {
    user: u64,
    scopes: Scopes,
    expires: i64,
    refresh: Option<String>,
}

/// Everything that the accounts server knows.
pub struct Accounts {
    seed: u64,
    made: u64,
    clients: BTreeMap<String, Client>,
    grants: BTreeMap<String, Grant>,
    refresh: BTreeMap<String, Refresh>,
    access: BTreeMap<String, Access>,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts")
            .field("clients", &self.clients.len())
            .field("grants", &self.grants.len())
            .field("refresh_tokens", &self.refresh.len())
            .field("access_tokens", &self.access.len())
            .finish_non_exhaustive()
    }
}

/// A freshly made access token, with the refresh token when one was given.
pub(crate) struct Issued {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) scopes: Scopes,
}

/// Why a token was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// `{"error":"…"}` with status 200.
    Word(&'static str),
    /// Too many requests: status 400.
    Throttled,
}

impl Accounts {
    /// An accounts server without clients; its tokens follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            made: 0,
            clients: BTreeMap::new(),
            grants: BTreeMap::new(),
            refresh: BTreeMap::new(),
            access: BTreeMap::new(),
        }
    }

    /// A new token: `1000.` and twice 32 hexadecimal digits.
    fn make(&mut self, kind: &str) -> String {
        self.made += 1;
        let digest = blake3::hash(format!("{}|{}|{kind}", self.seed, self.made).as_bytes()).to_hex();
        format!("1000.{}.{}", &digest[..32], &digest[32..])
    }

    /// Registers a client, or changes it.
    pub fn add_client(&mut self, client: Client) {
        self.clients.insert(client.id.clone(), client);
    }

    /// Puts a grant code of a self client in place, as made in the console: no redirect URI, offline.
    pub fn add_self_code(&mut self, code: &str, client: &str, user: u64, scopes: &str, expires: i64) {
        let grant = Grant {
            client: client.to_owned(),
            user,
            scopes: Scopes::parse(scopes),
            redirect: None,
            offline: true,
            expires,
        };
        self.grants.insert(code.to_owned(), grant);
    }

    /// Puts a refresh token of a known text in place, as left by an earlier consent.
    pub fn add_refresh_token(&mut self, token: &str, client: &str, user: u64, scopes: &str) {
        self.made += 1;
        let order = self.made;
        self.refresh.insert(
            token.to_owned(),
            Refresh {
                client: client.to_owned(),
                user,
                scopes: Scopes::parse(scopes),
                order,
                requests: VecDeque::new(),
                alive: VecDeque::new(),
            },
        );
        self.overflow(client, user);
    }

    /// Makes an access token without a request, for tests of the API alone.
    pub fn add_access_token(&mut self, user: u64, scopes: &str, now: i64) -> String {
        let token = self.make("access");
        let scopes = Scopes::parse(scopes);
        self.access.insert(token.clone(), Access { user, scopes, expires: now + ACCESS_LIFE, refresh: None });
        token
    }

    /// Refresh tokens that are alive.
    #[must_use]
    pub fn refresh_tokens(&self) -> usize {
        self.refresh.len()
    }

    /// Lets every access token die, as if an hour had passed.
    pub fn expire_access_tokens(&mut self) {
        self.access.clear();
        for refresh in self.refresh.values_mut() {
            refresh.alive.clear();
        }
    }

    /// Whom a token belongs to and what it may do.
    pub(crate) fn verify(&self, token: &str, now: i64) -> Option<(u64, Scopes)> {
        let access = self.access.get(token).filter(|access| access.expires > now)?;
        Some((access.user, access.scopes.clone()))
    }

    /// The 21st refresh token of a user and client deletes the first one.
    fn overflow(&mut self, client: &str, user: u64) {
        let mut held: Vec<(u64, String)> = self
            .refresh
            .iter()
            .filter(|(_, refresh)| refresh.client == client && refresh.user == user)
            .map(|(token, refresh)| (refresh.order, token.clone()))
            .collect();
        if held.len() > REFRESH_TOKENS {
            held.sort_unstable();
            let surplus = held.len() - REFRESH_TOKENS;
            for (_, token) in held.into_iter().take(surplus) {
                self.drop_refresh(&token);
            }
        }
    }

    fn drop_refresh(&mut self, token: &str) -> bool {
        match self.refresh.remove(token) {
            Some(refresh) => {
                for access in refresh.alive {
                    self.access.remove(&access);
                }
                true
            }
            None => false,
        }
    }
}
