//! What the sink was last told and took, field by field, and what one write changed in it.
//!
//! Owns the two shapes and the arithmetic between them. Must not know how they are kept (`pack` turns them into bytes) nor what the
//! sink holds now. Made from accepted drafts; read by whoever compares, shows or restores values.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pack;
use crate::{Draft, Fields, Flow, Name, Value};

/// A draft that the sink took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The flow.
    pub flow: Flow,
    /// The record's identity.
    pub erp_key: String,
    /// What was sent.
    pub draft: Arc<Draft>,
    /// True when its rows were sent too; false for a header alone.
    pub with_rows: bool,
}

impl Accepted {
    /// What is agreed after this first write of a record, in the bytes of [`Agreed::pack`].
    #[must_use]
    pub fn pack_first(&self) -> Vec<u8> {
        pack::agreed(&self.draft.fields, &self.draft.rows)
    }
}

/// Values as last sent and accepted: header fields by API name, and rows in order. Fields that are sent on creation only are left
/// out, because they belong to the sink's people afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// Header fields.
    pub fields: Fields,
    /// Rows; empty for accounts and products.
    pub rows: Vec<Fields>,
}

impl Agreed {
    /// What is agreed after `draft` was taken too. A field that it does not name keeps what was agreed before, and so do rows that were
    /// not sent.
    #[must_use]
    pub fn after(&self, draft: &Draft, with_rows: bool) -> Self {
        let mut fields = draft.fields.clone();
        for (name, value) in &self.fields.0 {
            if draft.fields.get(name).is_none() {
                fields.push(Arc::clone(name), value.clone());
            }
        }
        let rows = if with_rows { &draft.rows } else { &self.rows };
        Self { fields, rows: rows.clone() }
    }

    /// Whether the header, and whether a row, names one of these records of the sink.
    #[must_use]
    pub fn names(&self, targets: &BTreeSet<String>) -> (bool, bool) {
        let named = |fields: &Fields| {
            fields.0.iter().any(|(_, value)| matches!(value, Value::Link(id) if targets.contains(id)))
        };
        (named(&self.fields), self.rows.iter().any(named))
    }

    /// Compact bytes, the first of which is their version.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        pack::agreed(&self.fields, &self.rows)
    }

    /// From bytes of [`Self::pack`]; `None` when they are not.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        pack::read_agreed(bytes)
    }
}

/// One header field before and after a write; `None` where it was not agreed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its API name.
    pub name: Name,
    /// Before.
    pub before: Option<Value>,
    /// After.
    pub after: Option<Value>,
}

/// The stretch of rows that a write replaced; rows before and behind it stayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// Place of the first replaced row, from 0.
    pub at: usize,
    /// Rows that stood there.
    pub removed: Vec<Fields>,
    /// Rows that stand there now.
    pub added: Vec<Fields>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowStep<'a> {
    /// It is new.
    Added(&'a Fields),
    /// It is gone.
    Removed(&'a Fields),
    /// It stayed in its place with other values.
    Changed(Vec<FieldChange>),
}

/// What one write changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Header fields, in the order of the draft.
    pub fields: Vec<FieldChange>,
    /// Rows.
    pub rows: Option<RowChange>,
}

impl Changes {
    /// What leads from `before` to `after`.
    #[must_use]
    pub fn between(before: &Agreed, after: &Agreed) -> Self {
        Self { fields: differences(&before.fields, &after.fields), rows: RowChange::between(&before.rows, &after.rows) }
    }

    /// True when nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.rows.is_none()
    }

    /// What was agreed before, told from what was agreed after; `None` when `after` is not what this write led to.
    #[must_use]
    pub fn undo(&self, after: &Agreed) -> Option<Agreed> {
        let mut before = after.clone();
        for change in &self.fields {
            if after.fields.get(&change.name) != change.after.as_ref() {
                return None;
            }
            before.fields.0.retain(|(name, _)| *name != change.name);
            if let Some(value) = &change.before {
                before.fields.push(Arc::clone(&change.name), value.clone());
            }
        }
        if let Some(change) = &self.rows {
            let stretch = change.at..change.at.checked_add(change.added.len())?;
            if after.rows.get(stretch.clone())? != change.added {
                return None;
            }
            before.rows.splice(stretch, change.removed.iter().cloned());
        }
        Some(before)
    }

    /// Compact bytes, the first of which is their version.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        pack::changes(self)
    }

    /// From bytes of [`Self::pack`]; `None` when they are not.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        pack::read_changes(bytes)
    }
}

impl RowChange {
    fn between(before: &[Fields], after: &[Fields]) -> Option<Self> {
        let at = before.iter().zip(after).take_while(|(old, new)| old == new).count();
        let (before, after) = (before.get(at..)?, after.get(at..)?);
        let behind = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
        let removed = before.get(..before.len() - behind)?.to_vec();
        let added = after.get(..after.len() - behind)?.to_vec();
        (!removed.is_empty() || !added.is_empty()).then_some(Self { at, removed, added })
    }

    /// Row by row, each with its place from 0: rows of the same first field (the product) in the same place changed, others went and
    /// came.
    #[must_use]
    pub fn steps(&self) -> Vec<(usize, RowStep<'_>)> {
        let mut steps = Vec::new();
        for index in 0..self.removed.len().max(self.added.len()) {
            let place = self.at + index;
            match (self.removed.get(index), self.added.get(index)) {
                (Some(old), Some(new)) if old.0.first() == new.0.first() => {
                    let changes = differences(old, new);
                    if !changes.is_empty() {
                        steps.push((place, RowStep::Changed(changes)));
                    }
                }
                (old, new) => {
                    steps.extend(old.map(|old| (place, RowStep::Removed(old))));
                    steps.extend(new.map(|new| (place, RowStep::Added(new))));
                }
            }
        }
        steps
    }
}

fn differences(before: &Fields, after: &Fields) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (name, value) in &after.0 {
        let old = before.get(name);
        if old != Some(value) {
            changes.push(FieldChange { name: Arc::clone(name), before: old.cloned(), after: Some(value.clone()) });
        }
    }
    for (name, value) in &before.0 {
        if after.get(name).is_none() {
            changes.push(FieldChange { name: Arc::clone(name), before: Some(value.clone()), after: None });
        }
    }
    changes
}

#[cfg(test)]
#[path = "agreed_tests.rs"]
mod tests;
