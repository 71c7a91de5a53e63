//! Deleting records, and the list of deleted ones.
//!
//! Owns: `DELETE /{module}`, `DELETE /{module}/{id}`, `GET /{module}/deleted`.
//! Must not: empty the recycle bin (`recycle` does).

use super::read::path_id;
use super::save::external;
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::Out;
use crate::zoho::model::{Hold, Org, parse_stamp, stamp_at};
use crate::zoho::records::PageParams;
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::write::{Place, held};

/// Deletes the records of the `ids` parameter.
pub(crate) fn delete_many(state: &mut State, call: &Call<'_>, module_no: usize) -> Result<Answer, Refusal> {
    let ids = call.param("ids").ok_or_else(|| Refusal::param_missing("ids"))?;
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    if ids.len() > 100 {
        return Err(Refusal::too_many("ids", 100));
    }
    Ok(delete(state, call, module_no, &ids))
}

/// Deletes the record of the path.
pub(crate) fn delete_one(state: &mut State, call: &Call<'_>, module_no: usize, id: &str) -> Result<Answer, Refusal> {
    if let Some(header) = call.header("x-external") {
        let id = external(&state.org, module_no, header, id)?.to_string();
        return Ok(delete(state, call, module_no, &[&id]));
    }
    path_id(id, 1)?;
    Ok(delete(state, call, module_no, &[id]))
}

fn delete(state: &mut State, call: &Call<'_>, module_no: usize, ids: &[&str]) -> Answer {
    let mut out = Out::with_capacity(ids.len() * 120);
    out.open().key("data").open_array();
    let (mut done, mut failed) = (0_u64, 0_u64);
    for (at, text) in ids.iter().enumerate() {
        match delete_record(state, call, module_no, text, at) {
            Ok(id) => {
                done += 1;
                out.open().pair("code", "SUCCESS").key("details").open().key("id").id(id).close();
                out.pair("message", "record deleted").pair("status", "success").close();
            }
            Err(refusal) => {
                failed += 1;
                refusal.render(&mut out);
            }
        }
    }
    out.close_array().close();
    state.counters.wrote(&state.org.module_at(module_no).meta.api_name, done);
    Answer::json(
        if failed == 0 {
            200
        } else if done == 0 {
            400
        } else {
            207
        },
        out,
    )
}

fn delete_record(state: &mut State, call: &Call<'_>, module_no: usize, text: &str, at: usize) -> Result<u64, Refusal> {
    let module = state.org.module_at(module_no);
    let record = text.parse().ok().and_then(|id| module.record(id));
    let Some(record) = record.filter(|record| state.org.may_see(&module.meta.api_name, record, call.user)) else {
        let details = details(|out| {
            out.pair("id", text);
        });
        return Err(Refusal::new(400, "INVALID_DATA", "the id given seems to be invalid", details));
    };
    if let Some(hold) = record.hold.filter(|hold| *hold != Hold::Blueprint) {
        return Err(held(hold, record.id, Place { record: at, row: None }));
    }
    let id = record.id;
    state.org.module_at_mut(module_no).delete(id, call.user, call.now);
    Ok(id)
}

/// Answers what was deleted since a moment.
pub(crate) fn deleted(org: &Org, call: &Call<'_>, module_no: usize) -> Result<Answer, Refusal> {
    let (bin, permanent) = match call.param("type") {
        None | Some("all") => (true, true),
        Some("recycle") => (true, false),
        Some("permanent") => (false, true),
        Some(_) => return Err(Refusal::param("type")),
    };
    let page = PageParams::simple(call)?;
    let since = match call.header("if-modified-since") {
        None => i64::MIN,
        Some(text) => parse_stamp(text).ok_or_else(|| Refusal::param("If-Modified-Since"))?,
    };
    let module = org.module_at(module_no);
    let mut found: Vec<(i64, u64, bool)> = Vec::new();
    if bin {
        found.extend(module.bin().values().map(|binned| (binned.deleted, binned.record.id, true)));
    }
    if permanent {
        found.extend(module.gone().iter().map(|gone| (gone.deleted, gone.id, false)));
    }
    found.retain(|(deleted, _, _)| *deleted >= since);
    found.sort_unstable_by(|a, b| b.cmp(a));
    let (shown, more) = page.cut(&found);
    if shown.is_empty() {
        let unchanged = since > i64::MIN && found.is_empty();
        return Ok(Answer::empty(if unchanged { 304 } else { 204 }).costing(2));
    }
    let mut out = Out::with_capacity(shown.len() * 200);
    out.open().key("data").open_array();
    for (deleted, id, in_bin) in shown {
        let binned = module.bin().get(id).filter(|_| *in_bin);
        out.open().key("deleted_by").raw(binned.map_or("null", |b| org.who(b.by))).key("id").id(*id);
        out.key("display_name");
        match binned {
            Some(binned) => out.text(module.display_name(&binned.record)),
            None => out.null(),
        };
        out.pair("type", if binned.is_some() { "recycle" } else { "permanent" });
        out.key("created_by").raw(binned.map_or("null", |b| org.who(b.record.created_by)));
        out.pair("deleted_time", &stamp_at(*deleted, org.options.offset_minutes)).close();
    }
    out.close_array();
    page.info(shown.len(), more, &mut out);
    out.close();
    Ok(Answer::json(200, out).costing(2))
}
