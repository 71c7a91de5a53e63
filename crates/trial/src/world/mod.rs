//! What happens to both systems: one change at a time, drawn from the seed.
//!
//! Owns the choice of changes and what is half done. Changes the simulators as people and business processes would, never
//! the connector's data.

mod crm;
mod erp;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sim::control::edit::{Edit, Row};
use sim::{Clock as _, Sim};

use crate::executor::Hub;
use crate::house::ServerClock;
use crate::oracle::Doings;

/// How wild a seed's world is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wildness {
    /// Changes of the ERP that its stamps do not show.
    pub unseen: bool,
    /// Records of the ERP that are removed.
    pub deletions: bool,
    /// Records of the ERP that go out of sight and come back, and documents that are archived.
    pub rights: bool,
    /// Rows of the ERP that become visible some time after their stamp.
    pub late: bool,
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
    /// What the oracle has to know.
    pub doings: Doings,
    /// Merged records: module, the one that stayed, the key of the one that went.
    pub(crate) merged: Vec<(String, u64, String)>,
    /// Records of the CRM whose key people took away, by module and id.
    pub(crate) robbed: BTreeSet<(String, u64)>,
    /// Rows of the ERP that are out of sight.
    pub(crate) hidden: Vec<Row>,
}

impl World {
    /// A world over `sim`.
    #[must_use]
    pub fn new(hub: Hub, sim: Arc<Sim>, clock: Arc<ServerClock>, wild: Wildness) -> Self {
        Self {
            hub,
            sim,
            clock,
            wild,
            made: 0,
            settled_before: i64::MIN,
            before: None,
            doings: Doings::default(),
            merged: Vec::new(),
            robbed: BTreeSet::new(),
            hidden: Vec::new(),
        }
    }

    /// Makes one change on either side; nothing when what it needs is not there.
    pub fn step(&mut self) {
        self.made += 1;
        let said = if self.wild.crm && self.hub.chance(150) { crm::change(self) } else { erp::change(self) };
        if let Some(words) = said {
            self.hub.say(|| format!("world: {words}"));
        }
    }

    /// Touches a customer whose account the CRM holds.
    pub fn touch_held(&mut self) -> Option<()> {
        let words = erp::touch_held(self)?;
        self.hub.say(|| format!("world: {words}"));
        Some(())
    }

    /// The last changed customer is changed back: whoever wrote the change and forgot it must write again.
    pub fn change_back(&mut self) {
        if let Some(words) = erp::back(self) {
            self.hub.say(|| format!("world: back: {words}"));
        }
    }

    /// What goes wrong only for a while is put right, and people decide what is theirs to decide: records of the CRM that carry no key
    /// of ours get names of their own.
    pub fn calm(&mut self) {
        self.formula(0);
        let mut said: Vec<String> = erp::show_all(self).into_iter().collect();
        said.extend(crm::calm(self));
        said.extend(crm::tell_apart(self));
        for words in said {
            self.hub.say(|| format!("world: {words}"));
        }
    }

    /// The clock of both systems is set; `seconds` may be negative.
    pub fn set_clock(&mut self, seconds: i64) {
        self.clock.shift(SignedDuration::from_secs(seconds));
        // What is stamped from now on may look older than it is.
        self.settled_before = self.settled_before.saturating_add(seconds.min(0));
        self.hub.say(|| format!("world: the clock of both systems is set by {seconds} s"));
    }

    /// An administrator of the CRM changes how totals are made, by `extra` units of every currency; with nothing it is put right.
    pub fn formula(&mut self, extra: i64) {
        if extra == 0 && self.sim.with(|_, org| org.total_extra.is_zero()) {
            return;
        }
        if let Some(words) = crm::formula(self, extra) {
            self.hub.say(|| format!("world: totals: {words}"));
        }
    }

    /// A number that no change had before.
    pub(crate) fn number(&self) -> u64 {
        self.made
    }

    /// Notes that the row of this code becomes visible only after `late`.
    pub(crate) fn commits(&mut self, code: &str, late: Duration) {
        let late = i64::try_from(late.as_micros()).unwrap_or(0);
        self.doings.late.insert(code.to_owned(), self.clock.now().as_microsecond().saturating_add(late));
    }

    /// Carries out a named edit of the ERP; what is refused did not happen.
    pub(crate) fn edit(&self, edit: &Edit) -> Option<String> {
        self.stamped(|_| self.edit_crm(edit))
    }

    /// Carries out a named edit of the CRM, whose stamps do not lag.
    pub(crate) fn edit_crm(&self, edit: &Edit) -> Option<String> {
        match self.sim.change(edit) {
            Ok(changes) => changes.first().map(|change| format!("{:?} {} {}", change.entity, change.key, change.what)),
            Err(_) => None,
        }
    }

    /// Does something at the clock by which the ERP stamps its rows, which may lag behind the one that its answers tell.
    pub(crate) fn stamped<T>(&self, work: impl FnOnce(&Sim) -> T) -> T {
        let lag = SignedDuration::from_micros(self.doings.lag);
        self.clock.shift(-lag);
        let done = work(&self.sim);
        self.clock.shift(lag);
        done
    }

    /// One of `all`, drawn.
    pub(crate) fn pick<T: Clone>(&self, all: &[T]) -> Option<T> {
        let count = u64::try_from(all.len()).unwrap_or(0);
        let at = usize::try_from(self.hub.below(count.max(1))).unwrap_or(0);
        all.get(at).cloned()
    }
}
