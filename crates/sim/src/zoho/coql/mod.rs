//! COQL: `POST /coql`, a small query language over the database.
//!
//! Owns: reading a query (`lex`, `parse`), binding it to fields (`plan`), running it (`run`).
//! Must not: use the search index; COQL sees every committed write at once.

mod held;
mod lex;
mod parse;
mod plan;
mod run;

use self::plan::Plan;
use super::api::{Answer, Call, Need};
use super::json::{Json, Out};
use super::meta;
use super::model::Org;
use super::refusal::{Refusal, details};
use super::switches::Switches;

/// Answers a query.
pub(crate) fn query(org: &Org, switches: &Switches, call: &Call<'_>) -> Result<Answer, Refusal> {
    let text = super::json::parse(call.body).ok();
    let text = text.as_ref().and_then(|body| body.get("select_query"));
    let Some(text) = text.and_then(Json::text) else {
        return Err(Refusal::mandatory("select_query", "$.select_query"));
    };
    let parsed = parse::parse(text)?;
    let plan = Plan::bind(org, switches, call, &parsed)?;
    let owner = org.module_at(plan.module).meta.parent.as_ref().map(|(name, _)| name.as_str());
    let read = Need::module(owner.unwrap_or(&org.module_at(plan.module).meta.api_name), "READ");
    if !call.scopes.cover(&read) {
        return Err(Refusal::bare(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL"));
    }
    let credits = match parsed.limit {
        0..=200 => 1,
        201..=1000 => 2,
        _ => 3,
    };
    let mut out = Out::with_capacity(4096);
    out.open().key("data").open_array();
    let (count, more) = run::run(org, call, &plan, &parsed, &mut out);
    if count == 0 {
        return Ok(Answer::empty(204).costing(credits));
    }
    out.close_array();
    if wants_fields(call) {
        meta::coql_fields(org, &plan.selected_fields(), &mut out);
    }
    out.key("info").open().key("count").integer(count as u64).key("more_records").boolean(more).close().close();
    Ok(Answer::json(200, out).costing(credits))
}

fn wants_fields(call: &Call<'_>) -> bool {
    let body = super::json::parse(call.body).ok();
    let listed = body.as_ref().and_then(|body| body.get("include_meta")).and_then(Json::array);
    listed.is_some_and(|names| names.iter().any(|name| name.text() == Some("fields")))
        && call.scopes.cover(&Need::setting("fields", "READ"))
}

/// `SYNTAX_ERROR` near a word.
fn syntax(near: &str, column: usize) -> Refusal {
    let details = details(|out| {
        out.key("line").integer(1).key("column").integer(column as u64).pair("near", near);
    });
    Refusal::new(400, "SYNTAX_ERROR", "error occurred while parsing the query", details)
}

/// `SYNTAX_ERROR` for a missing clause.
fn clause(name: &str) -> Refusal {
    let details = details(|out| {
        out.pair("clause", name);
    });
    Refusal::new(400, "SYNTAX_ERROR", "missing clause", details)
}

/// `INVALID_QUERY` about a column.
fn invalid(column: &str, reason: &str, module: Option<&str>) -> Refusal {
    let details = details(|out| {
        out.pair("column_name", column).pair("reason", reason);
        if let Some(module) = module {
            out.pair("module", module);
        }
    });
    Refusal::new(400, "INVALID_QUERY", "invalid query formed", details)
}

/// `LIMIT_EXCEEDED` on a part of the query.
fn exceeded(part: &str, limit: usize) -> Refusal {
    let details = details(|out| {
        out.pair("clause", part).key("limit").integer(limit as u64);
    });
    Refusal::new(400, "LIMIT_EXCEEDED", "limit exceeded", details)
}
