//! The recycle bin of the whole organisation.
//!
//! Owns: `settings/recycle_bin`: list, count, restore, delete for good, empty.
//! Must not: delete live records.

use super::read::path_id;
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::{Json, Out};
use crate::zoho::model::{Org, stamp_at};
use crate::zoho::records::PageParams;
use crate::zoho::refusal::{Refusal, details};

/// Module position and record id of everything in the bin, last deleted first.
fn all(org: &Org) -> Vec<(i64, usize, u64)> {
    let names: Vec<String> = org.modules().map(|module| module.meta.api_name.clone()).collect();
    let mut found: Vec<(i64, usize, u64)> = names
        .iter()
        .filter_map(|name| org.module_no(name))
        .flat_map(|no| org.module_at(no).bin().values().map(move |b| (b.deleted, no, b.record.id)))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

fn module_of(org: &Org, id: u64) -> Option<usize> {
    all(org).into_iter().find(|(_, _, held)| *held == id).map(|(_, no, _)| no)
}

/// Lists the bin, or one record of it.
pub(crate) fn bin(org: &Org, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let page = PageParams::simple(call)?;
    let mut found = all(org);
    if let Some(text) = id {
        let id = path_id(text, 2)?;
        found.retain(|(_, _, held)| *held == id);
    }
    let (shown, more) = page.cut(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut out = Out::default();
    out.open().key("recycle_bin").open_array();
    for (deleted, no, id) in shown {
        let module = org.module_at(*no);
        let Some(binned) = module.bin().get(id) else {
            continue;
        };
        out.open().pair("display_name", module.display_name(&binned.record));
        out.pair("deleted_time", &stamp_at(*deleted, org.options.offset_minutes));
        out.key("owner").raw(org.who(binned.record.owner)).pair("module", &module.meta.api_name);
        out.key("deleted_by").raw(org.who(binned.by)).key("id").id(*id).close();
    }
    out.close_array();
    page.info(shown.len(), more, &mut out);
    out.close();
    Ok(Answer::json(200, out))
}

/// Counts the bin.
pub(crate) fn bin_count(org: &Org) -> Answer {
    let mut out = Out::default();
    out.open().key("count").integer(all(org).len() as u64).close();
    Answer::json(200, out)
}

fn result(out: &mut Out, id: u64, done: bool, message: &str) {
    if done {
        out.open().pair("status", "success").pair("code", "SUCCESS").pair("message", message);
        out.key("details").open().key("id").id(id).close().close();
    } else {
        unknown(id).render(out);
    }
}

fn unknown(id: u64) -> Refusal {
    let details = details(|out| {
        out.key("id").id(id);
    });
    Refusal::new(400, "INVALID_DATA", "the id given seems to be invalid", details)
}

fn answer(results: &[(u64, bool)], message: &str) -> Answer {
    let mut out = Out::default();
    out.open().key("recycle_bin").open_array();
    for (id, done) in results {
        result(&mut out, *id, *done, message);
    }
    out.close_array().close();
    let done = results.iter().filter(|(_, done)| *done).count();
    Answer::json(
        if done == results.len() {
            200
        } else if done == 0 {
            400
        } else {
            207
        },
        out,
    )
}

fn bring_back(state: &mut State, id: u64) -> bool {
    module_of(&state.org, id).is_some_and(|no| state.org.module_at_mut(no).restore(id))
}

/// Restores the record of the path.
pub(crate) fn restore(state: &mut State, id: &str) -> Result<Answer, Refusal> {
    let id = path_id(id, 2)?;
    let done = bring_back(state, id);
    Ok(answer(&[(id, done)], "record restored successfully"))
}

/// Restores the records of the body: `{"recycle_bin":[{"id":"…"}]}`.
pub(crate) fn restore_many(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = super::save::body(call.body)?;
    let items = body
        .get("recycle_bin")
        .and_then(Json::array)
        .ok_or_else(|| Refusal::mandatory("recycle_bin", "$.recycle_bin"))?;
    if items.len() > 100 {
        return Err(Refusal::too_many("recycle_bin", 100));
    }
    let ids: Vec<u64> = items.iter().map(|item| item.get("id").and_then(Json::id).unwrap_or(0)).collect();
    let results: Vec<(u64, bool)> = ids.into_iter().map(|id| (id, bring_back(state, id))).collect();
    Ok(answer(&results, "record restored successfully"))
}

/// Deletes records of the bin for good: those of the path, or those of the `ids` parameter.
pub(crate) fn purge(state: &mut State, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let text = id.or_else(|| call.param("ids")).ok_or_else(|| Refusal::param_missing("ids"))?;
    let mut results = Vec::new();
    for part in text.split(',').take(100) {
        let id = path_id(part.trim(), 2)?;
        let done = module_of(&state.org, id).is_some_and(|no| state.org.module_at_mut(no).purge(id, call.now));
        results.push((id, done));
    }
    Ok(answer(&results, "record deleted permanently"))
}

/// Empties the bin.
pub(crate) fn empty(state: &mut State, call: &Call<'_>) -> Answer {
    for (_, no, id) in all(&state.org) {
        state.org.module_at_mut(no).purge(id, call.now);
    }
    let mut out = Out::default();
    out.open().key("recycle_bin").open_array();
    out.open().pair("status", "success").pair("code", "SUCCESS").pair("message", "recycle bin emptied successfully");
    out.key("details").open().close().close().close_array().close();
    Answer::json(200, out)
}
