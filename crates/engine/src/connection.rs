//! What a run needs to know of its connection, and of the world around it.
//!
//! Owns the two argument bundles. Must not read files or build clients: the application wires them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use port::{Clock, Entropy, Reader, System, Tally, Writer};
use store::{ConnectionId, Store};
use sync::Flow;
use sync::detect::sweep::Policy;
use sync::settle::EditPolicy;
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

/// The world: clock, randomness, store, who watches, and when to stop.
#[derive(Clone)]
pub struct Context {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The store, open for writing, with the worker's role.
    pub store: Store,
    /// Who is told.
    pub progress: Arc<dyn Progress>,
    /// Cancelled when the run shall end soon.
    pub stop: CancellationToken,
}

/// Which documents travel at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Every document.
    #[default]
    All,
    /// Documents that are open when first seen.
    Open,
    /// Documents dated on or after this day.
    Since(Date),
}

/// Settings of one flow.
#[derive(Clone, Copy, Debug)]
pub struct FlowSettings {
    /// How far the window reaches back behind the mark.
    pub overlap: Duration,
    /// Where documents start (invoices only).
    pub start: Start,
    /// How long after one sweep of the source's keys the next one is due; `None` sweeps only when asked.
    pub sweep: Option<Duration>,
    /// What follows when the source has a record no more.
    pub deleted: Policy,
    /// Greatest age of the balance of an open document (invoices only); `None` relies on stamps and payments alone.
    pub balance_age: Option<Duration>,
    /// How often payments are looked at, as a hint at documents whose stamp did not move (invoices only); `None` never.
    pub payments: Option<Duration>,
    /// How often everything is read again, for what changes without moving a stamp: addresses, contacts, prices (customers and items
    /// only); `None` never.
    pub reread: Option<Duration>,
    /// What follows when a field that the source owns was changed in the sink.
    pub edited: EditPolicy,
}

impl Default for FlowSettings {
    fn default() -> Self {
        Self {
            overlap: Duration::from_secs(15 * 60),
            start: Start::All,
            sweep: Some(Duration::from_secs(24 * 60 * 60)),
            deleted: Policy::Mark,
            balance_age: Some(Duration::from_secs(24 * 60 * 60)),
            payments: Some(Duration::from_secs(15 * 60)),
            reread: Some(Duration::from_secs(7 * 24 * 60 * 60)),
            edited: EditPolicy::Heal,
        }
    }
}

/// How many calls both systems have seen so far, from the clients.
pub type Tallies = Arc<dyn Fn(System) -> Tally + Send + Sync>;

/// A connection, ready to run.
#[derive(Clone)]
pub struct Connection {
    /// Its row.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Digest of the settings: what was found out about the systems holds as long as it stays the same.
    pub settings: String,
    /// The source.
    pub reader: Arc<dyn Reader>,
    /// The sink.
    pub writer: Arc<dyn Writer>,
    /// Flows that are switched on.
    pub flows: BTreeMap<Flow, FlowSettings>,
    /// How long after one check of the links in the sink the next one is due; `None` checks only when asked.
    pub check: Option<Duration>,
    /// Batches under way at once, at most.
    pub parallel_writes: usize,
    /// Call counters of both clients.
    pub tallies: Tallies,
}
