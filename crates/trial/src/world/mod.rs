//! What happens to both systems: one change at a time, drawn from the seed.
//!
//! Owns the choice of changes and what is half done. Changes the simulators as people and business processes would, never
//! the connector's data.

mod crm;
mod erp;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sim::control::edit::Edit;
use sim::{Clock as _, Sim};

use crate::executor::Hub;
use crate::house::ServerClock;

/// How wild a seed's world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wildness {
    /// Changes of the ERP that its stamps do not show.
    pub unseen: bool,
    /// Records of the ERP that are removed.
    pub deletions: bool,
    /// Edits, deletions and merges by people in the CRM.
    pub crm: bool,
}

/// Both systems as something that changes.
pub struct World {
    pub(crate) hub: Hub,
    pub(crate) sim: Arc<Sim>,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) wild: Wildness,
    made: u64,
    /// Records of the CRM made before this second of its clock are known to the connector: a run has ended well since.
    pub(crate) settled_before: i64,
    /// A customer and the phone number that it had before its last change.
    pub(crate) before: Option<(String, Option<String>)>,
    /// Codes of rows that were committed late, with the instant of it in microseconds since 1970.
    pub(crate) late: BTreeMap<String, i64>,
}

impl World {
    /// A world over `sim`.
    #[must_use]
    pub fn new(hub: Hub, sim: Arc<Sim>, clock: Arc<ServerClock>, wild: Wildness) -> Self {
        Self { hub, sim, clock, wild, made: 0, settled_before: i64::MIN, before: None, late: BTreeMap::new() }
    }

    /// Makes one change on either side; nothing when what it needs is not there.
    pub fn step(&mut self) {
        self.made += 1;
        let said = if self.wild.crm && self.hub.chance(150) { crm::change(self) } else { erp::change(self) };
        if let Some(words) = said {
            self.hub.say(|| format!("world: {words}"));
        }
    }

    /// The last changed customer is changed back: whoever wrote the change and forgot it must write again.
    pub fn change_back(&mut self) {
        if let Some(words) = erp::back(self) {
            self.hub.say(|| format!("world: back: {words}"));
        }
    }

    /// A person gives records of the CRM that carry no key of ours names of their own. Returns what was done.
    pub fn tell_apart(&mut self) -> Vec<String> {
        crm::tell_apart(self)
    }

    /// A number that no change had before.
    pub(crate) fn number(&self) -> u64 {
        self.made
    }

    /// Notes that the row of this code becomes visible only after `late`.
    pub(crate) fn commits(&mut self, code: &str, late: Duration) {
        let late = i64::try_from(late.as_micros()).unwrap_or(0);
        self.late.insert(code.to_owned(), self.clock.now().as_microsecond().saturating_add(late));
    }

    /// Carries out a named edit; what is refused did not happen.
    pub(crate) fn edit(&self, edit: &Edit) -> Option<String> {
        match self.sim.change(edit) {
            Ok(changes) => changes.first().map(|change| format!("{:?} {} {}", change.entity, change.key, change.what)),
            Err(_) => None,
        }
    }

    /// One of `all`, drawn.
    pub(crate) fn pick<T: Clone>(&self, all: &[T]) -> Option<T> {
        let count = u64::try_from(all.len()).unwrap_or(0);
        let at = usize::try_from(self.hub.below(count.max(1))).unwrap_or(0);
        all.get(at).cloned()
    }
}
