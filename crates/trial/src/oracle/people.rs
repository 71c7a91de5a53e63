//! What people do in the CRM stands: their records, their words, their deletions.
//!
//! Owns what it remembers between looks: keys of records, stamps of records that carry no key, fields that people filled.
//! Must not judge what the ERP owns.

use std::collections::{BTreeMap, BTreeSet};

use sim::zoho::model::{Cell, Module, Org};

use super::agreement::{FLOWS, key_field};
use super::{Doings, Violation};

/// A field that no rule of the mapping writes into accounts and products.
const WORDS: &str = "Description";

/// What was seen before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The last key that a record was seen with, by module and id.
    keys: BTreeMap<(&'static str, u64), String>,
    /// When records without a key were changed last, by module and id.
    strangers: BTreeMap<(&'static str, u64), i64>,
    /// Records whose words were filled.
    filled: BTreeSet<(&'static str, u64)>,
}

impl Memory {
    /// Looks at the CRM: what people own is as they left it. The first look only remembers.
    pub(super) fn look(&mut self, org: &Org, doings: &Doings) -> Vec<Violation> {
        let us = org.users.first().map_or(0, |user| user.id);
        let mut found = Vec::new();
        for (_, name) in FLOWS {
            let Some(module) = org.module(name) else { continue };
            self.words(name, module, &mut found);
            self.strangers(name, module, us, doings, &mut found);
            self.deletions(name, module, us, doings, &mut found);
        }
        found
    }

    /// Keys, in lower case, of records that people deleted: in the bin or gone for good, and carried by no other record.
    pub(super) fn deleted(&self, name: &'static str, module: &Module) -> BTreeSet<String> {
        let known = |id: u64| self.keys.get(&(name, id)).map(String::as_str);
        let binned =
            module.bin().values().filter_map(|binned| key_of(module, &binned.record).or(known(binned.record.id)));
        let gone = module.gone().iter().filter_map(|gone| known(gone.id));
        let mut deleted: BTreeSet<String> = binned.chain(gone).map(str::to_lowercase).collect();
        if !deleted.is_empty() {
            for key in module.records().filter_map(|record| key_of(module, record)) {
                deleted.remove(&key.to_lowercase());
            }
        }
        deleted
    }

    /// Whether a record was ever seen with a key of ours.
    pub(super) fn was_ours(&self, name: &'static str, id: u64) -> bool {
        self.keys.contains_key(&(name, id))
    }

    /// The last key that a record of a flow's module was seen with.
    pub(super) fn key(&self, flow: &str, id: u64) -> Option<String> {
        let (_, module) = FLOWS.iter().find(|(of, _)| *of == flow)?;
        self.keys.get(&(*module, id)).cloned()
    }

    /// No field that a person filled is emptied.
    fn words(&mut self, name: &'static str, module: &Module, found: &mut Vec<Violation>) {
        let Some(words) = module.field_no(WORDS).filter(|_| name != "Invoices") else { return };
        for record in module.records() {
            if record.cells.get(words).is_some() {
                self.filled.insert((name, record.id));
            } else if self.filled.contains(&(name, record.id)) {
                let what = format!("{name} {}: {WORDS} is empty, and no person emptied it", record.id);
                found.push(Violation { name: "cleared", what });
            }
        }
    }

    /// A record without a key of ours is nobody's business, and neither is one that a person gave the key of a record that lives.
    fn strangers(&mut self, name: &'static str, module: &Module, us: u64, doings: &Doings, found: &mut Vec<Violation>) {
        for record in module.records() {
            let lent = doings.lent.get(&(name.to_owned(), record.id));
            let stranger = match key_of(module, record) {
                Some(key) => match lent {
                    Some(owner) => module.record(*owner).is_some(),
                    None => {
                        self.keys.insert((name, record.id), key.to_owned());
                        false
                    }
                },
                None => !self.was_ours(name, record.id),
            };
            if !stranger {
                self.strangers.remove(&(name, record.id));
                continue;
            }
            let before = self.strangers.insert((name, record.id), record.modified);
            if before.is_some_and(|before| before != record.modified) && record.modified_by == us {
                let what = format!("{name} {} is a person's and was changed", record.id);
                found.push(Violation { name: "stranger_changed", what });
            }
        }
    }

    /// Nothing is deleted by us, and what a person deleted does not come back under another id.
    fn deletions(&self, name: &'static str, module: &Module, us: u64, doings: &Doings, found: &mut Vec<Violation>) {
        let gone = module.gone().iter().filter_map(|gone| {
            let key = self.keys.get(&(name, gone.id))?;
            Some((gone.id, gone.deleted, key.as_str()))
        });
        let binned = module.bin().values().filter_map(|binned| {
            let key = key_of(module, &binned.record)?;
            Some((binned.record.id, binned.deleted, key))
        });
        for (id, deleted, key) in binned.chain(gone) {
            let again = module
                .records()
                .find(|record| record.id != id && record.created >= deleted && key_of(module, record) == Some(key));
            // The product for lines without an item is the connector's own: documents cannot do without it.
            if let Some(again) = again
                && key != "placeholder:line"
                && !doings.is_asked(name, key)
                && !doings.is_strayed(name, key)
            {
                let what = format!("{name} {key} was deleted by a person and is there again as {}", again.id);
                found.push(Violation { name: "recreated", what });
            }
        }
        for binned in module.bin().values().filter(|binned| binned.by == us) {
            let what = format!("{name} {} went to the bin by our hand", binned.record.id);
            found.push(Violation { name: "deleted_by_us", what });
        }
    }
}

fn key_of<'a>(module: &Module, record: &'a sim::zoho::model::Record) -> Option<&'a str> {
    key_field(module).and_then(|no| record.cells.get(no)).and_then(Cell::text)
}
