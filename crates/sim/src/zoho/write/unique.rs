//! Uniqueness: who holds a value already, and which record an upsert means.
//!
//! Owns: `DUPLICATE_DATA` and the matching rules of the fact sheet's section 4.5.
//! Must not: change anything.

use super::Context;
use super::check::Draft;
use super::value::Place;
use crate::zoho::json::Out;
use crate::zoho::model::{Cell, FieldNo, Module, Org, UniqueIndex};
use crate::zoho::refusal::{Refusal, details};

/// The record that an upsert updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matched {
    /// Its id.
    pub(crate) id: u64,
    /// The field whose value matched.
    pub(crate) field: FieldNo,
}

fn holders(org_module: &Module, cx: Context<'_>, index: &UniqueIndex, cell: &Cell) -> Vec<u64> {
    let Some(key) = index.key(cell) else {
        return Vec::new();
    };
    let mut ids = index.holders(&key).to_vec();
    if cx.switches.bin_blocks_unique && index.constraint {
        let held = |record: &crate::zoho::model::Record| {
            record.cells.get(index.field).and_then(|held| index.key(held)).as_deref() == Some(&*key)
        };
        ids.extend(org_module.bin().values().filter(|binned| held(&binned.record)).map(|binned| binned.record.id));
    }
    ids
}

/// Unique values of the draft that other records hold. `own` is the id of the record being changed.
#[must_use]
pub(crate) fn clash(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    draft: &Draft,
    own: Option<u64>,
    at: usize,
) -> Vec<Refusal> {
    let module = org.module_at(module_no);
    let mut faults = Vec::new();
    for index in module.indexes().iter().filter(|index| index.constraint) {
        let Some(Some(cell)) = draft.get(index.field) else {
            continue;
        };
        let ids: Vec<u64> = holders(module, cx, index, cell).into_iter().filter(|id| Some(*id) != own).collect();
        if let Some(first) = ids.first() {
            faults.push(duplicate(org, cx, module_no, index.field, *first, ids.len() > 1, at));
        }
    }
    faults
}

/// The `DUPLICATE_DATA` item for a value that another record holds.
fn duplicate(org: &Org, cx: Context<'_>, module_no: usize, no: FieldNo, holder: u64, more: bool, at: usize) -> Refusal {
    let module = org.module_at(module_no);
    let api_name = &module.field(no).api_name;
    let record = module.record(holder);
    let seen = record.is_some_and(|record| org.may_see(&module.meta.api_name, record, cx.user));
    let named = seen || cx.switches.duplicate_names_hidden;
    let details = details(|out| {
        out.pair("api_name", api_name);
        out.pair("json_path", &Place { record: at, row: None }.path(api_name));
        if cx.switches.duplicate_id && named {
            out.key("id").id(holder);
        }
        out.key("duplicate_record").open().key("id").id(holder);
        if named && let Some(owner) = record.and_then(|record| org.user(record.owner)) {
            out.key("Owner").open().pair("name", &owner.name()).key("id").id(owner.id);
            out.key("zuid").id(owner.zuid).close();
        }
        module_ref(out, module);
        out.close().key("more_records").boolean(more);
    });
    Refusal::new(400, "DUPLICATE_DATA", "duplicate data", details)
}

fn module_ref(out: &mut Out, module: &Module) {
    out.key("module").open().pair("api_name", &module.meta.api_name).key("id").id(module.meta.id).close();
}

/// Finds the record that an upsert means. `listed` are the fields of `duplicate_check_fields`, checked before.
pub(crate) fn match_for_upsert(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    draft: &Draft,
    listed: &[FieldNo],
    at: usize,
) -> Result<Option<Matched>, Refusal> {
    let module = org.module_at(module_no);
    let mut order: Vec<FieldNo> = listed.to_vec();
    if listed.is_empty() {
        order.extend(module.meta.duplicate);
    }
    for index in module.indexes().iter().filter(|index| index.constraint) {
        if !order.contains(&index.field) {
            order.push(index.field);
        }
    }
    let mut matched: Option<Matched> = None;
    for no in order {
        let (Some(index), Some(Some(cell))) = (module.index_of(no), draft.get(no)) else {
            continue;
        };
        let ids = index.key(cell).map_or(&[][..], |key| index.holders(&key));
        let Some(first) = ids.first().copied() else {
            continue;
        };
        match matched {
            None => matched = Some(Matched { id: first, field: no }),
            Some(earlier) if earlier.id != first && index.constraint => {
                return Err(duplicate(org, cx, module_no, no, first, false, at));
            }
            Some(_) => {}
        }
    }
    Ok(matched)
}
