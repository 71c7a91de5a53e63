//! Reading one record, and counting.
//!
//! Owns: `GET /{module}/{id}` and `GET /{module}/actions/count`. Must not: list.

use super::render::render_whole;
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::Org;
use crate::zoho::records::fields_of;
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::search;
use crate::zoho::switches::Switches;

/// The record id in a path.
pub(super) fn path_id(text: &str, index: u64) -> Result<u64, Refusal> {
    text.parse().map_err(|_| {
        let details = details(|out| {
            out.key("resource_path_index").integer(index);
        });
        Refusal::new(400, "INVALID_DATA", "the id given seems to be invalid", details)
    })
}

/// Answers one record; 204 when there is none that the user may see.
pub(crate) fn get(
    org: &Org,
    switches: &Switches,
    call: &Call<'_>,
    module_no: usize,
    id: &str,
) -> Result<Answer, Refusal> {
    let module = org.module_at(module_no);
    let record = match call.header("x-external") {
        Some(header) => super::save::external(org, module_no, header, id)?,
        None => path_id(id, 1)?,
    };
    let found = module.record(record).filter(|record| org.may_see(&module.meta.api_name, record, call.user));
    let Some(record) = found else {
        return Ok(Answer::empty(204));
    };
    let fields = match call.param("fields") {
        Some(names) if names.split(',').count() > 50 => {
            let details = details(|out| {
                out.key("limit").integer(50).pair("param_name", "fields");
            });
            return Err(Refusal::new(400, "LIMIT_EXCEEDED", "fields limit exceeded", details));
        }
        Some(names) => Some(fields_of(module, call.profile, names)),
        None => None,
    };
    let mut out = Out::with_capacity(4096);
    out.open().key("data").open_array();
    render_whole(org, module_no, record, call.profile, fields.as_deref(), switches.rows_per_read, &mut out);
    out.close_array().close();
    Ok(Answer::json(200, out))
}

/// Answers the count of records, all of them or those that a search finds.
pub(crate) fn count(org: &Org, switches: &Switches, call: &Call<'_>, module_no: usize) -> Result<Answer, Refusal> {
    let narrowed = search::PARAMS.iter().any(|name| call.param(name).is_some());
    if narrowed && call.param("cvid").is_some() {
        let details = details(|out| {
            out.key("ambiguity_due_to").open_array();
            for name in ["cvid", "criteria"] {
                out.open().pair("param_name", name).close();
            }
            out.close_array();
        });
        return Err(Refusal::new(
            400,
            "AMBIGUITY_DURING_PROCESSING",
            "ambiguity while processing the request",
            details,
        ));
    }
    let module = org.module_at(module_no);
    let count = if narrowed {
        search::matches(org, switches, call, module_no)?.len()
    } else {
        module.records().filter(|record| org.may_see(&module.meta.api_name, record, call.user)).count()
    };
    let mut out = Out::default();
    out.open().key("count").integer(count as u64).close();
    Ok(Answer::json(200, out))
}
