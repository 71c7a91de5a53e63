//! Requests that arrive although nobody waits for their answer any more: their sender gave up, or was killed.
//!
//! Owns which requests stray, and their arrival. HTTP gives no order to requests of two connections, so that a write may be carried
//! out after a later one of the same record; a sender that gave up cannot call it back.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::executor::Hub;

/// The most that is read of an answer that nobody waits for.
const ANSWER: usize = 4 * 1024 * 1024;

/// Modules whose records are written.
const MODULES: [&str; 3] = ["Accounts", "Products", "Invoices"];

/// Requests that are still on their way.
#[derive(Clone, Default)]
pub(super) struct Stray(Arc<Shared>);

#[derive(Default)]
struct Shared {
    parcels: Mutex<VecDeque<Parcel>>,
    updates: AtomicBool,
}

/// A request that has left.
pub(super) struct Parcel {
    pub(super) router: Router,
    pub(super) request: http::Request<Body>,
    pub(super) words: String,
}

/// What a late request did: its module, and the ids of the records that it wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The module.
    pub module: String,
    /// Records.
    pub ids: Vec<u64>,
}

impl Stray {
    /// Whether updates may come late too, which only a check of the links heals. Plain inserts may always: the unique field refuses
    /// them.
    pub(super) fn updates(&self, may: bool) {
        self.0.updates.store(may, Ordering::Relaxed);
    }

    /// Lets the oldest one arrive; nothing when there is none.
    pub(super) fn arrive(&self, hub: &Hub) -> Option<Arrival> {
        let Parcel { router, request, words } = self.parcels().pop_front()?;
        let module = module(request.uri().path()).unwrap_or_default().to_owned();
        let answer = router.oneshot(request).now_or_never().map(|Ok(answer)| answer);
        let status = answer.as_ref().map(|answer| answer.status().as_u16());
        hub.say(|| format!("arrives late: {words}: {status:?}"));
        let body = answer.and_then(|answer| axum::body::to_bytes(answer.into_body(), ANSWER).now_or_never()?.ok());
        let body: Option<Value> = body.and_then(|body| serde_json::from_slice(&body).ok());
        let ids = body.as_ref().and_then(|body| body["data"].as_array()).into_iter().flatten().filter_map(written);
        Some(Arrival { module, ids: ids.collect() })
    }

    fn parcels(&self) -> MutexGuard<'_, VecDeque<Parcel>> {
        self.0.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id in an item of an answer that says that a record was written.
fn written(item: &Value) -> Option<u64> {
    let done = item["status"] == "success";
    done.then(|| item["details"]["id"].as_str()?.parse().ok()).flatten()
}

/// The module whose records a write of the CRM is about.
pub(super) fn module(path: &str) -> Option<&str> {
    let place = path.strip_prefix("/crm/")?.split('/').nth(1)?;
    MODULES.contains(&place).then_some(place)
}

/// A request that has left and not arrived. Dropped with its sender it is lost, or strays.
pub(super) struct Underway {
    hub: Hub,
    stray: Stray,
    parcel: Option<Parcel>,
}

impl Underway {
    pub(super) fn new(hub: Hub, stray: Stray, parcel: Parcel) -> Self {
        Self { hub, stray, parcel: Some(parcel) }
    }

    /// The request, once it arrives.
    pub(super) fn arrived(mut self) -> Option<Parcel> {
        self.parcel.take()
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let Some(parcel) = self.parcel.take() else { return };
        let (method, path) = (parcel.request.method(), parcel.request.uri().path());
        let insert = method == http::Method::POST && path.ends_with("/Invoices");
        let write = method != http::Method::GET && module(path).is_some();
        let may = insert || (write && self.stray.0.updates.load(Ordering::Relaxed));
        if may && self.hub.chance(500) {
            self.stray.parcels().push_back(parcel);
        }
    }
}
