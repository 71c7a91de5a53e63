//! The log of requests that both systems got, with counters.
//!
//! Holds the last [`KEPT`] requests and counts all of them since the last reset. Never holds headers, bodies or the
//! query of sign-in calls, hence no secret.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::faults::{Kind, System};

/// So many requests stay readable; counters go on.
pub const KEPT: usize = 2_000;

/// One answered (or cut) request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When it came, on the simulation's clock.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// How long it took on that clock.
    pub millis: u64,
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub target: String,
    /// Status; absent when the connection was cut.
    pub status: Option<u16>,
    /// The fault that it met.
    pub fault: Option<Kind>,
}

fn as_text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// An entry with the system that got it and its number since the start.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Counts from 1, over both systems, since the last reset.
    pub number: u64,
    /// Who got it.
    pub system: System,
    /// The request.
    #[serde(flatten)]
    pub entry: Entry,
}

impl std::ops::Deref for Row {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

/// Counters of one system since the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Requests answered or cut.
    pub requests: u64,
    /// The most requests that were in work at once.
    pub most_at_once: u64,
    /// Connections cut without an answer.
    pub cut: u64,
    /// Requests by status.
    pub by_status: BTreeMap<u16, u64>,
    /// Requests by method and route, ids and keys left out: `GET Customer`, `POST /crm/v8/Accounts/upsert`.
    pub by_route: BTreeMap<String, u64>,
    /// Requests by the fault that they met.
    pub by_fault: BTreeMap<Kind, u64>,
}

/// A page of the log.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// Requests since the last reset, also those no longer kept.
    pub total: u64,
    /// Newest first.
    pub rows: Vec<Row>,
}

#[derive(Default)]
struct Inner {
    log: VecDeque<Row>,
    numbered: u64,
    counters: [Counters; 2],
    in_work: [u64; 2],
}

/// The log, shared by both front doors and the control pages.
#[derive(Default)]
pub struct Requests {
    inner: Mutex<Inner>,
}

impl Requests {
    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request arrived.
    pub(crate) fn enter(&self, system: System) {
        self.with(|inner| {
            let at = system as usize;
            inner.in_work[at] += 1;
            let busy = inner.in_work[at];
            let most = &mut inner.counters[at].most_at_once;
            *most = busy.max(*most);
        });
    }

    /// A request was answered or cut.
    pub(crate) fn leave(&self, system: System, entry: Entry) {
        let route = route(system, &entry.method, &entry.target);
        self.with(|inner| {
            inner.in_work[system as usize] = inner.in_work[system as usize].saturating_sub(1);
            let counters = &mut inner.counters[system as usize];
            counters.requests += 1;
            match entry.status {
                Some(status) => *counters.by_status.entry(status).or_default() += 1,
                None => counters.cut += 1,
            }
            *counters.by_route.entry(route).or_default() += 1;
            if let Some(kind) = entry.fault {
                *counters.by_fault.entry(kind).or_default() += 1;
            }
            inner.numbered += 1;
            let row = Row { number: inner.numbered, system, entry };
            inner.log.push_back(row);
            if inner.log.len() > KEPT {
                inner.log.pop_front();
            }
        });
    }

    /// Counters of one system.
    #[must_use]
    pub fn counters(&self, system: System) -> Counters {
        self.with(|inner| inner.counters[system as usize].clone())
    }

    /// `count` requests, newest first, after skipping `skip`.
    #[must_use]
    pub fn page(&self, skip: usize, count: usize) -> Page {
        self.with(|inner| Page {
            total: inner.numbered,
            rows: inner.log.iter().rev().skip(skip).take(count).cloned().collect(),
        })
    }

    /// Forgets log and counters.
    pub fn reset(&self) {
        self.with(|inner| {
            let in_work = inner.in_work;
            *inner = Inner { in_work, ..Inner::default() };
        });
    }
}

/// The name that a request is counted under.
fn route(system: System, method: &str, target: &str) -> String {
    let path = target.split('?').next().unwrap_or(target);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let place = match system {
        System::Acumatica => match parts.iter().position(|part| *part == "entity") {
            // entity / endpoint / version / name [/ keys or action]
            Some(at) if parts.len() > at + 3 => parts[at + 3].to_owned(),
            Some(at) => parts[at..].join("/"),
            None => match parts.iter().position(|part| *part == "identity") {
                Some(at) => parts[at..].join("/"),
                None => "other".to_owned(),
            },
        },
        System::Zoho => {
            let shown: Vec<&str> = parts.iter().take(6).map(|part| if is_id(part) { "{id}" } else { part }).collect();
            format!("/{}", shown.join("/"))
        }
    };
    let place = if place.len() > 80 { "other".to_owned() } else { place };
    format!("{method} {place}")
}

fn is_id(part: &str) -> bool {
    part.len() > 6 && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn entry(status: Option<u16>, fault: Option<Kind>) -> Entry {
        Entry {
            at: Timestamp::UNIX_EPOCH,
            millis: 1,
            method: "GET".into(),
            target: "/crm/v8/Accounts/3652397000009851001?fields=id".into(),
            status,
            fault,
        }
    }

    #[test]
    fn counts_by_status_route_and_fault() {
        let requests = Requests::default();
        requests.enter(System::Zoho);
        requests.enter(System::Zoho);
        requests.leave(System::Zoho, entry(Some(200), None));
        requests.leave(System::Zoho, entry(None, Some(Kind::ResetAfter)));
        let counters = requests.counters(System::Zoho);
        assert_eq!((counters.requests, counters.cut, counters.most_at_once), (2, 1, 2));
        assert_eq!(counters.by_status[&200], 1);
        assert_eq!(counters.by_route["GET /crm/v8/Accounts/{id}"], 2);
        assert_eq!(counters.by_fault[&Kind::ResetAfter], 1);
        assert_eq!(requests.counters(System::Acumatica), Counters::default());
        requests.reset();
        assert_eq!(requests.counters(System::Zoho), Counters::default());
        assert_eq!(requests.page(0, 5).total, 0);
    }

    #[test]
    fn keeps_the_newest_and_counts_all() {
        let requests = Requests::default();
        for _ in 0..KEPT + 5 {
            requests.enter(System::Zoho);
            requests.leave(System::Zoho, entry(Some(200), None));
        }
        let page = requests.page(1, 2);
        assert_eq!(page.total, KEPT as u64 + 5);
        assert_eq!(page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [page.total - 1, page.total - 2]);
        assert_eq!(requests.page(0, usize::MAX).rows.len(), KEPT);
    }

    #[test]
    fn routes_leave_keys_out() {
        let acumatica = |target: &str| route(System::Acumatica, "GET", target);
        assert_eq!(acumatica("/AcumaticaERP/entity/Default/24.200.001/Customer?$top=5"), "GET Customer");
        assert_eq!(acumatica("/entity/Default/24.200.001/Invoice/Invoice/000001"), "GET Invoice");
        assert_eq!(acumatica("/entity"), "GET entity");
        assert_eq!(acumatica("/x/identity/connect/token"), "GET identity/connect/token");
        assert_eq!(acumatica("/favicon.ico"), "GET other");
    }
}
