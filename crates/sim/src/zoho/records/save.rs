//! Insert, update and upsert.
//!
//! Owns: the request around the records, the choice of record in an upsert, positional results and the
//! status of the answer. Must not: convert values or compute totals (`write` does).

use std::borrow::Cow;

use super::read::path_id;
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::{Json, Out, parse};
use crate::zoho::model::{FieldNo, Module, Org, parse_stamp, stamp_at};
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::Level;
use crate::zoho::write::{Applied, Context, Draft, Mode, change, clash, complete, draft, insert, match_for_upsert};

/// Records of one call.
const MOST: usize = 100;

/// Which of the three calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write<'a> {
    /// `POST /{module}`
    Insert,
    /// `PUT /{module}`, or `PUT /{module}/{id}` with the id.
    Update(Option<&'a str>),
    /// `POST /{module}/upsert`
    Upsert,
}

/// What happened to one record.
struct Outcome {
    applied: Applied,
    inserted: bool,
    matched: Option<FieldNo>,
}

/// Carries out the call.
pub(crate) fn save(state: &mut State, call: &Call<'_>, module_no: usize, write: Write<'_>) -> Result<Answer, Refusal> {
    let body = body(call.body)?;
    let records = data(&body)?;
    let credits = records.len().div_ceil(10) as u64;
    if write == Write::Insert && state.switches.storage_error == Level::Request {
        storage(state)?;
    }
    let rights = rights(&state.org, call, module_no, write);
    if let (Some(refusal), Level::Request) = (&rights, state.switches.rights_error) {
        return Err(refusal.clone());
    }
    let by_path = match write {
        Write::Update(Some(id)) => match call.header("x-external") {
            Some(header) => Some(external(&state.org, module_no, header, id)?),
            None => Some(path_id(id, 1)?),
        },
        _ => None,
    };
    let listed = check_fields(state.org.module_at(module_no), &body)?;
    let unmodified = match call.header("if-unmodified-since") {
        None => None,
        Some(text) => Some(parse_stamp(text).ok_or_else(|| Refusal::param("If-Unmodified-Since"))?),
    };

    let mut out = Out::with_capacity(64 + records.len() * 420);
    out.open().key("data").open_array();
    let (mut done, mut inserted, mut failed, mut stale) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (at, item) in records.iter().enumerate() {
        let result = match item.object() {
            _ if rights.is_some() => rights.clone().map_or_else(|| Err(Refusal::record_id("$")), Err),
            Some(object) => {
                let id = by_path.or_else(|| item.get("id").and_then(Json::id));
                one(state, call, module_no, write, object, at, id, item.get("id").is_some(), &listed, unmodified)
            }
            None => Err(Refusal::expected("data", &format!("$.data[{at}]"), "jsonobject")),
        };
        match result {
            Ok(outcome) => {
                done += 1;
                inserted += usize::from(outcome.inserted);
                render(&state.org, module_no, write, &outcome, state.switches.duplicate_field_on_insert, &mut out);
            }
            Err(refusal) => {
                failed += 1;
                stale += usize::from(refusal.code == "ALREADY_MODIFIED");
                refusal.render(&mut out);
            }
        }
    }
    out.close_array().close();
    state.counters.wrote(&state.org.module_at(module_no).meta.api_name, done as u64);
    let status = match (done, failed) {
        (0, _) if stale > 0 && stale == failed => 412,
        (0, _) => 400,
        (_, 1..) => 207,
        _ if write == Write::Insert => 201,
        _ if write == Write::Upsert && state.switches.upsert_created_status && inserted == done => 201,
        _ => 200,
    };
    Ok(Answer::json(status, out).costing(credits.max(1)))
}

#[allow(clippy::too_many_arguments, reason = "one record of the loop above, split for length")]
fn one(
    state: &mut State,
    call: &Call<'_>,
    module_no: usize,
    write: Write<'_>,
    object: &[(Cow<'_, str>, Json<'_>)],
    at: usize,
    id: Option<u64>,
    id_sent: bool,
    listed: &[FieldNo],
    unmodified: Option<i64>,
) -> Result<Outcome, Refusal> {
    let State { org, switches, .. } = state;
    let cx = Context { switches, user: call.user, now: call.now };
    let path = || format!("$.data[{at}].id");
    match (write, id) {
        (Write::Insert, _) => {
            let draft = draft(org, cx, module_no, object, at, Mode::Insert).map_err(Refusal::together)?;
            inserting(org, cx, module_no, draft, at)
        }
        (Write::Update(_) | Write::Upsert, Some(id)) => {
            let record = org.module_at(module_no).record(id);
            let Some(record) = record.filter(|r| org.may_see(&org.module_at(module_no).meta.api_name, r, call.user))
            else {
                return Err(Refusal::record_id(&path()));
            };
            fresh(org, record.into(), unmodified)?;
            let draft = draft(org, cx, module_no, object, at, Mode::Update).map_err(Refusal::together)?;
            updating(org, cx, module_no, id, None, draft, true, at)
        }
        (Write::Update(_), None) if id_sent => Err(Refusal::record_id(&path())),
        (Write::Update(_), None) => Err(Refusal::mandatory("id", &path())),
        (Write::Upsert, None) if id_sent => Err(Refusal::record_id(&path())),
        (Write::Upsert, None) => {
            let mut draft = draft(org, cx, module_no, object, at, Mode::Update).map_err(Refusal::together)?;
            match match_for_upsert(org, cx, module_no, &draft, listed, at)? {
                Some(matched) => {
                    if let Some(record) = org.module_at(module_no).record(matched.id) {
                        fresh(org, record.into(), unmodified)?;
                    }
                    let append = switches.upsert_appends_rows;
                    updating(org, cx, module_no, matched.id, Some(matched.field), draft, append, at)
                }
                None => {
                    complete(org, cx, module_no, &mut draft, at).map_err(Refusal::together)?;
                    inserting(org, cx, module_no, draft, at)
                }
            }
        }
    }
}

fn inserting(org: &mut Org, cx: Context<'_>, module_no: usize, draft: Draft, at: usize) -> Result<Outcome, Refusal> {
    let clashes = clash(org, cx, module_no, &draft, None, at);
    if !clashes.is_empty() {
        return Err(Refusal::together(clashes));
    }
    if let Some(refusal) = full(org) {
        return Err(refusal);
    }
    let applied = insert(org, cx, module_no, draft);
    Ok(Outcome { applied, inserted: true, matched: None })
}

#[allow(clippy::too_many_arguments, reason = "one step of the loop above")]
fn updating(
    org: &mut Org,
    cx: Context<'_>,
    module_no: usize,
    id: u64,
    matched: Option<FieldNo>,
    draft: Draft,
    append: bool,
    at: usize,
) -> Result<Outcome, Refusal> {
    let clashes = clash(org, cx, module_no, &draft, Some(id), at);
    if !clashes.is_empty() {
        return Err(Refusal::together(clashes));
    }
    let applied = change(org, cx, module_no, id, draft, append, at)?;
    Ok(Outcome { applied, inserted: false, matched })
}

/// Refuses a record that changed after the moment that the caller named.
fn fresh(org: &Org, record: Applied, unmodified: Option<i64>) -> Result<(), Refusal> {
    if unmodified.is_none_or(|moment| record.modified <= moment) {
        return Ok(());
    }
    let details = details(|out| stamps(org, &record, out));
    Err(Refusal::new(412, "ALREADY_MODIFIED", "record updated time has already passed the given time", details))
}

/// The cap on records, as a refusal when it is reached.
fn full(org: &Org) -> Option<Refusal> {
    let (cap, bytes) = org.edition().records(org.options.licences);
    let cap = org.record_cap.unwrap_or(cap);
    (org.stored() >= cap).then(|| {
        let details = details(|out| {
            match bytes {
                Some(bytes) => out.key("size").integer(bytes),
                None => out.key("max_no_of_records").integer(cap),
            };
        });
        Refusal::new(400, "MAX_RECORDS_LIMIT_REACHED", "maximum number of records limit reached", details)
    })
}

/// The refusal for a profile that may look only.
fn rights(org: &Org, call: &Call<'_>, module_no: usize, write: Write<'_>) -> Option<Refusal> {
    let module = &org.module_at(module_no).meta.api_name;
    let right = if write == Write::Insert { "Create" } else { "Edit" };
    org.profile(call.profile).filter(|profile| profile.read_only_modules.contains(module)).map(|_| {
        let details = details(|out| {
            out.key("permissions").open_array();
            out.text(&format!("Crm_Implied_{right}_{module}")).close_array();
        });
        Refusal::new(403, "NO_PERMISSION", "Permission denied", details)
    })
}

fn storage(state: &State) -> Result<(), Refusal> {
    full(&state.org).map_or(Ok(()), Err)
}

/// Reads a body that must be a JSON object.
pub(crate) fn body(bytes: &[u8]) -> Result<Json<'_>, Refusal> {
    match parse(bytes) {
        Ok(json @ Json::Object(_)) => Ok(json),
        _ => {
            let details = details(|out| {
                out.pair("expected_data_type", "jsonobject");
            });
            Err(Refusal::new(400, "INVALID_DATA", "body", details))
        }
    }
}

fn data<'a, 'b>(body: &'a Json<'b>) -> Result<&'a [Json<'b>], Refusal> {
    let Some(data) = body.get("data") else {
        return Err(Refusal::mandatory("data", "$.data"));
    };
    let records = data.array().ok_or_else(|| Refusal::expected("data", "$.data", "jsonarray"))?;
    match records.len() {
        0 => Err(Refusal::mandatory("data", "$.data")),
        count if count > MOST => Err(Refusal::too_many("data", MOST)),
        _ => Ok(records),
    }
}

fn check_fields(module: &Module, body: &Json<'_>) -> Result<Vec<FieldNo>, Refusal> {
    let Some(names) = body.get("duplicate_check_fields") else {
        return Ok(Vec::new());
    };
    let wrong = |path: &str| Refusal::field("duplicate_check_fields", path, |_| {});
    let names = names.array().ok_or_else(|| wrong("$.duplicate_check_fields"))?;
    if names.len() > 10 {
        return Err(Refusal::too_many("duplicate_check_fields", 10));
    }
    let mut listed = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let no = name.text().and_then(|name| module.field_no(name));
        let fits = no.filter(|no| module.field(*no).unique.is_some() || module.meta.duplicate == Some(*no));
        listed.push(fits.ok_or_else(|| wrong(&format!("$.duplicate_check_fields[{at}]")))?);
    }
    Ok(listed)
}

/// Finds a record by the value of an external field, `X-EXTERNAL: Module.Field`.
pub(super) fn external(org: &Org, module_no: usize, header: &str, value: &str) -> Result<u64, Refusal> {
    let module = org.module_at(module_no);
    let invalid = |message: &'static str| Refusal::bare(400, "INVALID_DATA", message);
    let no = header
        .split(',')
        .filter_map(|entry| entry.trim().split_once('.'))
        .find(|(name, field)| *name == module.meta.api_name && !field.contains('.'))
        .and_then(|(_, field)| module.field_no(field))
        .filter(|no| module.field(*no).external.is_some())
        .ok_or_else(|| invalid("The external field given is invalid"))?;
    let held = |id: &u64| -> bool { module.record(*id).is_some() };
    let ids: Vec<u64> = match module.index_of(no) {
        Some(index) => {
            let key = index.key(&crate::zoho::model::Cell::Text(value.into())).unwrap_or_default();
            index.holders(&key).to_vec()
        }
        None => module
            .records()
            .filter(|record| record.cells.get(no).and_then(crate::zoho::model::Cell::text) == Some(value))
            .map(|record| record.id)
            .collect(),
    };
    match ids.as_slice() {
        [id] if held(id) => Ok(*id),
        [] => Err(invalid("The value of the external field is invalid.")),
        _ => Err(Refusal::bare(400, "DUPLICATE_DATA", "The external field contains duplicate data.")),
    }
}

fn stamps(org: &Org, applied: &Applied, out: &mut Out) {
    let offset = org.options.offset_minutes;
    out.pair("Modified_Time", &stamp_at(applied.modified, offset)).key("Modified_By").raw(org.who(applied.modified_by));
    out.pair("Created_Time", &stamp_at(applied.created, offset)).key("id").id(applied.id);
    out.key("Created_By").raw(org.who(applied.created_by));
}

fn render(org: &Org, module_no: usize, write: Write<'_>, outcome: &Outcome, on_insert: bool, out: &mut Out) {
    out.open().pair("code", "SUCCESS");
    if write == Write::Upsert {
        let module = org.module_at(module_no);
        let field = outcome.matched.or(module.meta.duplicate.filter(|_| on_insert && outcome.inserted));
        out.key("duplicate_field");
        match field {
            Some(no) => out.text(&module.field(no).api_name),
            None => out.null(),
        };
        out.pair("action", if outcome.inserted { "insert" } else { "update" });
    }
    out.key("details").open();
    stamps(org, &outcome.applied, out);
    out.pair("$approval_state", "approved").close();
    out.pair("message", if outcome.inserted { "record added" } else { "record updated" });
    out.pair("status", "success").close();
}
