//! What happened beside the runs: plain facts, told by whoever did it, that excuse a difference or ask for a policy.
//!
//! Owns the facts only. Must not know what a run did: nothing in here comes from the product.

use std::collections::{BTreeMap, BTreeSet};

use sim::Sim;

use super::key_field;

/// What a document of the CRM comes to by its own formula.
const TOTAL: &str = "Grand_Total";

/// A record of the CRM by module and ERP key in lower case.
pub type Keyed = (String, String);

/// What people, business processes and the network did.
#[derive(Clone, Debug, Default)]
pub struct Doings {
    /// Codes of ERP records that were committed late, with the instant of it in microseconds since 1970.
    pub late: BTreeMap<String, i64>,
    /// ERP keys, in lower case, of records that changed or went out of sight without a stamp that shows it.
    pub unseen: BTreeSet<String>,
    /// How far the ERP's stamps lag behind the clock that its answers tell, in microseconds.
    pub lag: i64,
    /// Records of the CRM that hold something else than the last run wrote, because people edited them or an older request came late.
    pub touched: BTreeSet<Keyed>,
    /// Those of them that a late request reached: it may append rows, and make anew what was deleted meanwhile.
    pub strayed: BTreeSet<Keyed>,
    /// Fields that people changed: module, ERP key, API name.
    pub fields: BTreeSet<(String, String, String)>,
    /// Records that a person gave the key of another one: module and id, with the id of the one that had it before.
    pub lent: BTreeMap<(String, u64), u64>,
    /// Records that a person asked to be made anew.
    pub asked: BTreeSet<Keyed>,
    /// The most lines that documents had which have fewer now, by ERP key in lower case.
    pub shortened: BTreeMap<String, usize>,
    /// ERP keys, in lower case, of documents that the CRM held while its formula of totals was another one: what is written of them without
    /// their rows makes another total, and nobody promises to see that.
    pub reckoned: BTreeSet<String>,
}

impl Doings {
    /// Notes that somebody wrote into a record of the CRM that carries a key of ours; returns that key.
    pub fn touch(&mut self, sim: &Sim, module: &str, id: u64) -> Option<Keyed> {
        let key = sim.with(|_, org| {
            let held = org.module(module)?;
            let key = held.record(id)?.cells.get(key_field(held)?)?.text()?;
            Some((module.to_owned(), key.to_lowercase()))
        })?;
        self.touched.insert(key.clone());
        Some(key)
    }

    /// Whether a total of the CRM may be off because its formula was another one.
    pub(super) fn is_reckoned(&self, key: &str, field: &str) -> bool {
        field == TOTAL && self.reckoned.contains(&key.to_lowercase())
    }

    pub(super) fn is_touched(&self, module: &str, key: &str) -> bool {
        self.touched.contains(&(module.to_owned(), key.to_lowercase()))
    }

    pub(super) fn is_strayed(&self, module: &str, key: &str) -> bool {
        self.strayed.contains(&(module.to_owned(), key.to_lowercase()))
    }

    pub(super) fn is_asked(&self, module: &str, key: &str) -> bool {
        self.asked.contains(&(module.to_owned(), key.to_lowercase()))
    }

    /// True when people changed that field of that record.
    pub(super) fn is_edited(&self, module: &str, key: &str, field: &str) -> bool {
        self.fields.contains(&(module.to_owned(), key.to_lowercase(), field.to_owned()))
    }
}
