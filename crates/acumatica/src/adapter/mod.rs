//! The adapter: fills `port::Reader` with the client.
//!
//! Owns which calls make a page, a probe, a read by keys. Must not decide what changed. Requests come from the engine; records go back.

mod by_ids;
mod by_keys;
mod cursor;
mod open_documents;
mod order;
mod page;
mod payments;
mod probe;
mod projection;
mod row;
mod sizes;
mod way;
mod whole;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use http::header::DATE;
use port::{
    Call, Clock, Entropy, Exchange, Fault, KeyRow, KeysPage, KeysRequest, Kind, OpenRequest, Page, PageRequest, Paid,
    Quota, Reader, Response, SourceProfile, System, Tally,
};
use port::{Tokens, Transport};
use secrecy::SecretString;
use sync::{Entity, Instant, Record};
use wire::{AddressRules, Door, Manners};

use crate::client::{App, Asked, Offer, Session, Shelf, Verdict, not_offered};
use crate::settings::{EndpointVersion, Settings};
use cursor::Cursor;
use page::Depth;
use projection::Projection;
use sizes::Sizes;
use way::Way;

/// One Acumatica instance as the engine sees it.
pub struct Acumatica {
    session: Session,
    version: EndpointVersion,
    projections: RwLock<BTreeMap<Entity, Arc<Projection>>>,
    ways: RwLock<BTreeMap<Entity, Way>>,
    sizes: Mutex<Sizes>,
    key_sizes: Mutex<Sizes>,
    open_sizes: Mutex<Sizes>,
    parallel: usize,
}

impl Acumatica {
    /// An adapter for an instance.
    ///
    /// # Errors
    /// `AddressRefused` when the address breaks a rule.
    pub fn new(
        settings: &Settings,
        transport: Arc<dyn Transport>,
        tokens: Arc<dyn Tokens>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        quota: Arc<dyn Quota>,
    ) -> Result<Self, Fault> {
        let rules = AddressRules { loopback: settings.allow_loopback, private: true };
        wire::address::check(&settings.url, rules).map_err(|problem| {
            Fault::new(
                System::Acumatica,
                Kind::AddressRefused,
                problem.to_string(),
                "Correct url in the connection file.",
            )
        })?;
        let manners = Manners::new(System::Acumatica, settings.parallel_calls, false);
        let door = Arc::new(Door::new(transport, clock, entropy, quota, manners));
        let adapter = Self {
            session: Session::new(settings, door, tokens),
            version: EndpointVersion::of_endpoint(&settings.endpoint),
            projections: RwLock::default(),
            ways: RwLock::default(),
            sizes: Mutex::default(),
            key_sizes: Mutex::new(Sizes::large()),
            open_sizes: Mutex::default(),
            parallel: settings.parallel_calls.max(1),
        };
        adapter.project(&SourceProfile::default());
        Ok(adapter)
    }

    /// Begins every read with pages of `rows`: for a server that is known to bear no more, and to try paging on small data.
    pub fn read_in_pages_of(&self, rows: usize) {
        for sizes in [&self.sizes, &self.key_sizes, &self.open_sizes] {
            sizes.lock().unwrap_or_else(PoisonError::into_inner).begin_with(rows);
        }
    }

    /// Attempts made so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.session.door.tally()
    }

    /// The registered application: for the address of the consent page.
    #[must_use]
    pub const fn app(&self) -> &App {
        self.session.app()
    }

    /// Whether the instance answers at its address, without signing in: name, connection, certificate, and that it is Acumatica.
    pub async fn reach(&self) -> Call<()> {
        self.session.reach().await
    }

    /// Exchanges the code of a consent, commits the tokens, and signs out of the session of the consent before. `Some` says why that one
    /// may still take a seat.
    pub async fn accept_code(&self, code: &SecretString, redirect: &str) -> Call<Option<Fault>> {
        self.session.accept_code(code, redirect).await
    }

    /// Makes the projections for the form fields that are offered, and takes over the ways that work.
    fn project(&self, profile: &SourceProfile) {
        let way =
            |entity: Entity| profile.ways.get(entity.name()).and_then(|name| Way::named(name)).unwrap_or_default();
        *self.ways.write().unwrap_or_else(PoisonError::into_inner) =
            Entity::ALL.map(|entity| (entity, way(entity))).into();
        let of = |entity: Entity| {
            let offered = profile.custom_fields.get(entity.name()).map(Vec::as_slice).unwrap_or_default();
            let fields = if way(entity) == Way::Plain { &[] } else { offered };
            let stamp = profile.stamps.get(entity.name()).and_then(|name| projection::stamp_named(name));
            (entity, Arc::new(Projection::new(entity, self.version, fields).stamped(stamp)))
        };
        *self.projections.write().unwrap_or_else(PoisonError::into_inner) = Entity::ALL.map(of).into();
    }

    fn projection(&self, entity: Entity) -> Arc<Projection> {
        let known = self.projections.read().unwrap_or_else(PoisonError::into_inner).get(&entity).cloned();
        known.unwrap_or_else(|| Arc::new(Projection::new(entity, self.version, &[])))
    }

    fn key_projection(&self, entity: Entity) -> Arc<Projection> {
        Arc::new(self.projection(entity).keys_only())
    }

    fn way(&self, entity: Entity) -> Way {
        self.ways.read().unwrap_or_else(PoisonError::into_inner).get(&entity).copied().unwrap_or_default()
    }

    /// Reads that entity in the next way from now on, because the server could not make the list in way `tried`; `None` when there is none.
    /// Where another read of the entity has gone over already, that way is the answer.
    fn step_down(&self, entity: Entity, tried: Way) -> Option<Way> {
        let projection = self.projection(entity);
        let mut ways = self.ways.write().unwrap_or_else(PoisonError::into_inner);
        let way = ways.entry(entity).or_default();
        if *way > tried {
            return Some(*way);
        }
        *way = tried.next(projection.has_custom)?;
        if *way == Way::Plain {
            let plain = Arc::new(projection.without_custom(self.version));
            self.projections.write().unwrap_or_else(PoisonError::into_inner).insert(entity, plain);
        }
        Some(*way)
    }

    fn asked<'a>(&'a self, what: &'a str) -> Asked<'a> {
        Asked { what, endpoint: self.session.instance.endpoint() }
    }

    /// The fault of an entity that is not there, with what the instance offers instead.
    async fn not_offered(&self, what: &str, tape: &mut Vec<Exchange>) -> Fault {
        let url = self.session.instance.endpoints();
        let offer = match self.session.read(&url, self.asked("the list of endpoints"), tape).await {
            Ok((Verdict::Body(body), _)) => Offer::read(&body).unwrap_or_default(),
            Ok(_) | Err(_) => Offer::default(),
        };
        not_offered(self.asked(what), &offer.endpoints)
    }
}

/// The server's clock when it was asked what `response` answers, the last exchange of `tape`. The answer tells the time at which it was
/// made, and may have been waiting or at work as long as it took: what was committed meanwhile need not be in it.
fn server_time(response: &Response, tape: &[Exchange]) -> Option<Instant> {
    let told = response.headers.get(DATE)?.to_str().ok().and_then(Instant::parse_http_date)?;
    Some(told.minus(tape.last()?.took))
}

#[async_trait]
impl Reader for Acumatica {
    async fn probe(&self) -> Call<SourceProfile> {
        let mut tape = Vec::new();
        let result = self.look(&mut tape).await;
        Call { result, exchanges: tape }
    }

    fn adopt(&self, profile: &SourceProfile) {
        self.project(profile);
    }

    fn resumed(&self, cursor: String) -> String {
        Cursor::resumed(cursor)
    }

    async fn page(&self, request: &PageRequest) -> Call<Page> {
        let mut tape = Vec::new();
        let result = self.read_whole(request, &mut tape).await;
        Call { result, exchanges: tape }
    }

    async fn by_keys(&self, entity: Entity, keys: &[String]) -> Call<Vec<Record>> {
        let mut tape = Vec::new();
        let result = self.read_keys(entity, keys, &mut tape).await;
        Call { result, exchanges: tape }
    }

    async fn keys(&self, request: &KeysRequest) -> Call<KeysPage> {
        let mut tape = Vec::new();
        let whole = PageRequest { entity: request.entity, from: None, cursor: request.cursor.clone() };
        let shelf = if request.archived { Shelf::Archived } else { Shelf::Current };
        let result = match self.read_page(&whole, Depth::Keys(shelf), &mut tape).await {
            Ok(Ok(page)) => Ok(KeysPage {
                rows: page
                    .records
                    .into_iter()
                    .map(|row| KeyRow { id: row.id, key: row.key, stamp: row.stamp })
                    .collect(),
                next: page.next,
                server_time: page.server_time,
                notes: page.notes,
            }),
            Ok(Err(why)) => Err(page::cannot_list(request.entity, &why)),
            Err(fault) => Err(fault),
        };
        Call { result, exchanges: tape }
    }

    async fn by_ids(&self, entity: Entity, ids: &[String]) -> Call<Vec<Record>> {
        let mut tape = Vec::new();
        let result = self.read_ids(entity, ids, &mut tape).await;
        Call { result, exchanges: tape }
    }

    async fn open_documents(&self, request: &OpenRequest) -> Call<Page> {
        let mut tape = Vec::new();
        let result = self.read_open(request, &mut tape).await;
        Call { result, exchanges: tape }
    }

    async fn paid(&self, from: Instant) -> Call<Paid> {
        let mut tape = Vec::new();
        let result = self.read_paid(from, &mut tape).await;
        Call { result, exchanges: tape }
    }

    async fn sign_out(&self) -> Call<()> {
        self.session.sign_out().await
    }
}

#[cfg(test)]
mod tests;
