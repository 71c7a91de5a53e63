//! Faults on demand: what may go wrong between a caller and either system, in stated shares.
//!
//! Owns the dials ([`Dials`]), the decision which call meets which fault ([`Faults::decide`], a pure function of seed,
//! system and the call's ordinal) and the layer that lets it happen ([`layer::faulty`]). Knows nothing of records. What
//! a system refuses for a reason of its own (throttling by quota, expired tokens, licence limits) belongs to that
//! system's module, not here.

pub mod answers;
pub mod cut;
pub mod dials;
pub mod layer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

pub use self::cut::Cut;
pub use self::dials::{Dials, SystemDials};
use crate::rng::Seeds;

/// Which of the two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// The ERP.
    Acumatica,
    /// The CRM.
    Zoho,
}

impl System {
    /// The name as it stands in dials, addresses and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acumatica => "acumatica",
            Self::Zoho => "zoho",
        }
    }
}

/// What goes wrong with a call, apart from its delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Refused with 429 before any work.
    Http429,
    /// Refused with 500 before any work.
    Http500,
    /// The connection closes before any work.
    ResetBefore,
    /// The work is done, then the connection closes: the answer is lost.
    ResetAfter,
    /// A page of HTML with status 200 instead of the work (a sign-in page, a proxy).
    Html200,
    /// A page of HTML with status 503 instead of the work.
    Html503,
    /// The access token that came with the call is dead from now on.
    ExpiredToken,
    /// The answer takes some seconds more.
    Slow,
    /// The work is done, the answer ends in the middle.
    Truncated,
    /// Refused with 413 before any work, by a proxy that finds it too large.
    Http413,
}

impl Kind {
    /// Every kind, in the order in which shares are laid out.
    pub const ALL: [Self; 10] = [
        Self::Http429,
        Self::Http500,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Html200,
        Self::Html503,
        Self::ExpiredToken,
        Self::Slow,
        Self::Truncated,
        Self::Http413,
    ];
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// How much later than usual the answer comes; holds also without a [`Kind`].
    pub delay: Duration,
    /// What goes wrong.
    pub kind: Option<Kind>,
}

/// What a call shows of itself to the dials.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Its body; empty while [`Faults::reads_bodies`] says that no dial asks for it.
    pub body: &'a [u8],
}

/// The dials of both systems and the count of calls so far.
#[derive(Debug)]
pub struct Faults {
    seeds: Seeds,
    dials: RwLock<Dials>,
    calls: [AtomicU64; 2],
}

impl Faults {
    /// Faults as `dials` say, decided from `seeds`.
    #[must_use]
    pub fn new(seeds: Seeds, dials: Dials) -> Self {
        Self { seeds, dials: RwLock::new(dials), calls: [AtomicU64::new(0), AtomicU64::new(0)] }
    }

    /// The dials as they stand.
    #[must_use]
    pub fn dials(&self) -> Dials {
        self.dials.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Turns the dials; the count of calls goes on.
    pub fn set(&self, dials: Dials) {
        *self.dials.write().unwrap_or_else(PoisonError::into_inner) = dials;
    }

    /// What happens to the next call of `system`. Every call of a system counts, also those that no filter lets in, so
    /// that a filter does not move the faults of other calls.
    pub fn decide(&self, system: System, call: Called<'_>) -> Fault {
        let ordinal = self.calls[system as usize].fetch_add(1, Ordering::Relaxed);
        let dials = self.dials.read().unwrap_or_else(PoisonError::into_inner);
        dials.of(system).decide(self.seeds, system, ordinal, call)
    }

    /// Whether a dial of `system` asks what stands in a body.
    pub fn reads_bodies(&self, system: System) -> bool {
        self.dials.read().unwrap_or_else(PoisonError::into_inner).of(system).body.is_some()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::collections::BTreeMap;

    use super::*;

    fn call<'a>(method: &'a str, path: &'a str) -> Called<'a> {
        Called { method, path, body: b"" }
    }

    fn faults(seed: u64, dials: SystemDials) -> Faults {
        Faults::new(Seeds::new(seed), Dials::both(dials))
    }

    fn sequence(seed: u64, dials: SystemDials) -> Vec<Fault> {
        let faults = faults(seed, dials);
        (0..2000).map(|_| faults.decide(System::Zoho, call("GET", "/crm/v8/Accounts"))).collect()
    }

    #[test]
    fn equal_seeds_decide_alike_and_other_seeds_do_not() {
        let dials = SystemDials { rate: 0.2, jitter_ms: 9, ..SystemDials::default() };
        assert_eq!(sequence(1, dials.clone()), sequence(1, dials.clone()));
        assert_ne!(sequence(1, dials.clone()), sequence(2, dials));
    }

    #[test]
    fn the_calls_of_one_system_do_not_move_the_faults_of_the_other() {
        let dials = SystemDials { rate: 0.2, ..SystemDials::default() };
        let (alone, mixed) = (faults(3, dials.clone()), faults(3, dials));
        for _ in 0..500 {
            mixed.decide(System::Acumatica, call("GET", "/entity"));
            assert_eq!(
                alone.decide(System::Zoho, call("GET", "/crm/v8/Deals")),
                mixed.decide(System::Zoho, call("GET", "/crm/v8/Deals"))
            );
        }
    }

    #[test]
    fn a_rate_spreads_evenly_over_all_passing_kinds() {
        let faults = faults(4, SystemDials { rate: 0.45, ..SystemDials::default() });
        let mut seen = BTreeMap::new();
        for _ in 0..20_000 {
            *seen.entry(faults.decide(System::Acumatica, call("GET", "/entity")).kind).or_insert(0_u32) += 1;
        }
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Http413) {
            let hits = seen.get(&Some(kind)).copied().unwrap_or(0);
            assert!((850..1150).contains(&hits), "{kind:?}: {hits} of 20,000, expected about 1,000");
        }
    }

    #[test]
    fn a_single_dial_hits_with_its_share_and_nothing_else() {
        let faults = faults(5, SystemDials { reset_after: 0.1, ..SystemDials::default() });
        let hits: Vec<Kind> =
            (0..10_000).filter_map(|_| faults.decide(System::Zoho, call("POST", "/crm/v8/Invoices")).kind).collect();
        assert!((900..1100).contains(&hits.len()), "{}", hits.len());
        assert!(hits.iter().all(|kind| *kind == Kind::ResetAfter));
    }

    #[test]
    fn dials_can_be_turned_while_calls_come() {
        let faults = faults(6, SystemDials::default());
        assert_eq!(faults.decide(System::Zoho, call("GET", "/")), Fault::default());
        faults.set(Dials::both(SystemDials { http_500: 1.0, latency_ms: 20, ..SystemDials::default() }));
        let fault = faults.decide(System::Zoho, call("GET", "/"));
        assert_eq!((fault.kind, fault.delay), (Some(Kind::Http500), Duration::from_millis(20)));
        assert_eq!(faults.dials().zoho.latency_ms, 20);
    }
}
