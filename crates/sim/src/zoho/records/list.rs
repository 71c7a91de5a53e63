//! `GET /{module}`: the record list.
//!
//! Owns: mandatory `fields`, order, `ids`, `If-Modified-Since`. Must not: filter by values (Zoho does not).

use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Module, Org, Record, parse_stamp};
use crate::zoho::records::{PageParams, fields_of, render_record};
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::Switches;

const SORTS: [&str; 3] = ["id", "Created_Time", "Modified_Time"];

/// Answers the list.
pub(crate) fn list(org: &Org, switches: &Switches, call: &Call<'_>, module_no: usize) -> Result<Answer, Refusal> {
    let module = org.module_at(module_no);
    let names = call.param("fields").filter(|names| !names.trim().is_empty());
    let names = names.ok_or_else(|| Refusal::param_missing("fields"))?;
    if names.split(',').count() > 50 {
        let details = details(|out| {
            out.key("limit").integer(50).pair("param_name", "fields");
        });
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", "fields limit exceeded", details));
    }
    let sort_by = call.param("sort_by").unwrap_or("id");
    if !SORTS.contains(&sort_by) {
        let details = details(|out| {
            out.pair("param_name", "sort_by").key("supported_values").open_array();
            for sort in SORTS {
                out.text(sort);
            }
            out.close_array();
        });
        return Err(Refusal::new(400, "INVALID_DATA", "invalid data", details));
    }
    let sort_order = match call.param("sort_order") {
        None | Some("desc") => "desc",
        Some("asc") => "asc",
        Some(_) => return Err(Refusal::param("sort_order")),
    };
    if call.param("cvid").is_some() {
        return Err(Refusal::param("cvid"));
    }
    let since = match call.header("if-modified-since") {
        None => None,
        Some(text) => Some(parse_stamp(text).ok_or_else(|| Refusal::param("If-Modified-Since"))?),
    };
    let ids = ids(call)?;
    let bound = format!("{}|{names}|{sort_by}|{sort_order}|{since:?}|{ids:?}", module.meta.api_name);
    let page = PageParams::of_list(call, &bound)?;

    let mut found = select(org, switches, call, module, since, ids.as_deref());
    order(&mut found, sort_by, sort_order);
    if found.is_empty() && since.is_some() {
        return Ok(Answer::empty(304));
    }
    let (shown, more) = page.cut(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let fields = fields_of(module, call.profile, names);
    let mut out = Out::with_capacity(shown.len() * 256);
    out.open().key("data").open_array();
    for record in shown {
        render_record(org, module_no, record, &fields, &mut out);
    }
    out.close_array();
    page.list_info(org, call, &bound, (sort_by, sort_order), shown.len(), more, &mut out);
    out.close();
    Ok(Answer::json(200, out))
}

fn ids(call: &Call<'_>) -> Result<Option<Vec<u64>>, Refusal> {
    let Some(text) = call.param("ids") else {
        return Ok(None);
    };
    if text.len() > 1024 {
        return Err(Refusal::param("ids"));
    }
    let ids: Option<Vec<u64>> = text.split(',').map(|id| id.trim().parse().ok()).collect();
    ids.map(Some).ok_or_else(|| Refusal::param("ids"))
}

fn select<'a>(
    org: &Org,
    switches: &Switches,
    call: &Call<'_>,
    module: &'a Module,
    since: Option<i64>,
    ids: Option<&[u64]>,
) -> Vec<&'a Record> {
    let from = since.map(|since| if switches.modified_since_inclusive { since } else { since.saturating_add(1) });
    let seen = |record: &&Record| org.may_see(&module.meta.api_name, record, call.user);
    match (ids, from) {
        (Some(ids), _) => ids
            .iter()
            .filter_map(|id| module.record(*id))
            .filter(|record| from.is_none_or(|from| record.modified >= from))
            .filter(seen)
            .collect(),
        (None, Some(from)) => {
            module.modified_since(from).filter_map(|(_, id)| module.record(id)).filter(seen).collect()
        }
        (None, None) => module.records().filter(seen).collect(),
    }
}

fn order(found: &mut [&Record], sort_by: &str, sort_order: &str) {
    match sort_by {
        "Created_Time" => found.sort_by_key(|record| (record.created, record.id)),
        "Modified_Time" => found.sort_by_key(|record| (record.modified, record.id)),
        _ => found.sort_by_key(|record| record.id),
    }
    if sort_order == "desc" {
        found.reverse();
    }
}
