//! The instance: books, doors and switches behind their locks, and what the simulation's owner may do to it.
//!
//! Owns the locks, and that no lock is held across a wait. Must not know HTTP. Given out as a handle to `service`,
//! `control` and tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use jiff::Timestamp;

use super::identity::Identity;
use super::model::Books;
use super::options::Options;
use super::service;
use super::session::{Holder, Sessions, Throttle};
use super::switches::Switches;
use crate::clock::Clock;
use crate::rng::{Seeds, Stream};

/// What stands between the network and the books.
pub(super) struct Doors {
    pub(super) identity: Identity,
    pub(super) sessions: Sessions,
    /// Tickets of cookie sign-ins, with the session that each belongs to.
    pub(super) tickets: BTreeMap<String, Holder>,
    pub(super) stream: Stream,
}

struct Store {
    books: Books,
    stream: Stream,
}

/// A simulated instance of the ERP.
pub struct Acumatica {
    options: Options,
    switches: RwLock<Arc<Switches>>,
    store: RwLock<Store>,
    doors: Mutex<Doors>,
    throttle: Throttle,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Acumatica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acumatica").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Acumatica {
    /// An instance with these books. Ids and tokens are drawn from `seeds`.
    #[must_use]
    pub fn new(options: Options, books: Books, clock: Arc<dyn Clock>, seeds: Seeds) -> Arc<Self> {
        Arc::new(Self {
            switches: RwLock::new(Arc::new(options.switches.clone())),
            throttle: Throttle::new(options.per_minute, options.at_once),
            options,
            store: RwLock::new(Store { books, stream: seeds.stream("acumatica ids") }),
            doors: Mutex::new(Doors {
                identity: Identity::new(seeds.stream("acumatica tokens")),
                sessions: Sessions::default(),
                tickets: BTreeMap::new(),
                stream: seeds.stream("acumatica sessions"),
            }),
            clock,
        })
    }

    /// The service, to be served or called in process.
    pub fn router(self: &Arc<Self>) -> Router {
        service::router(self.clone())
    }

    /// How the instance is set up.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The switches as they stand.
    #[must_use]
    pub fn switches(&self) -> Arc<Switches> {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Turns the switches; requests that run keep the old ones.
    pub fn set_switches(&self, switches: Switches) {
        *self.switches.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(switches);
    }

    /// The instant of the simulation.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    pub(super) fn doors<T>(&self, work: impl FnOnce(&mut Doors) -> T) -> T {
        work(&mut self.doors.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the books as they are committed at `now`.
    pub fn read<T>(&self, now: Timestamp, work: impl FnOnce(&Books) -> T) -> T {
        {
            let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
            if !store.books.has_due(now) {
                return work(&store.books);
            }
        }
        self.write(now, |books, _| work(books))
    }

    /// Changes the books at `now`. The stream gives ids of new rows.
    pub fn write<T>(&self, now: Timestamp, work: impl FnOnce(&mut Books, &mut Stream) -> T) -> T {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let Store { books, stream } = &mut *store;
        books.commit_due(now);
        work(books, stream)
    }

    /// Makes `refresh_token` a user's consent to a registered application. Does nothing for an unknown client.
    pub fn plant_consent(&self, client_id: &str, refresh_token: &str, scopes: &[&str]) {
        let Some(client) = self.options.clients.iter().find(|c| c.id == client_id) else {
            return;
        };
        let now = self.now();
        let user = self.options.users.first().map_or("admin", |u| &u.name);
        let scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
        self.doors(|d| {
            let grant = d.identity.consent(client_id, user, scopes, now);
            d.identity.plant(refresh_token, grant, client, now);
        });
    }

    /// Makes every access token expire.
    pub fn expire_access_tokens(&self) {
        self.doors(|d| d.identity.expire_access());
    }

    /// Withdraws all tokens, as "Revoke Access" on the form does.
    pub fn revoke_access(&self) {
        self.doors(|d| d.identity.revoke_all());
    }

    /// Ends all sessions, as a recycled application pool does.
    pub fn recycle(&self) {
        self.doors(|d| {
            d.sessions.close_all();
            d.tickets.clear();
        });
    }

    /// How many seats are taken.
    #[must_use]
    pub fn seats_taken(&self) -> usize {
        self.doors(|d| d.sessions.taken())
    }
}
