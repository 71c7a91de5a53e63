//! `record`: why a record is as it is.
//!
//! Owns the gathering: the record that a key names, its history, the requests that decided. Calls neither system, unless asked to with
//! `--live` (see `live`, also for its part of the object below); with it the exit code is 3 or 4 when a side could not be asked.
//!
//! `--json` prints one object:
//! `{"connection","flow","entity","key","erp_key","source_id","zoho_id","state","asked","since","changed","source_changed","covered_up_to","attempts",`
//! `"problem":{"code","message","field","remedy","tried_again"}?,`
//! `"agreed":{"fields":{},"rows":[]}?,"decisions":[{"id","at","run_id"?,"what","zoho_id"?,"problem"?,"note"?,"request"?,`
//! `"changes":[{"row"?,"field","before"?,"after"?}]?,"erased"?}],`
//! `"requests":[{"id","system","method","target","status"?,"failure"?,"started","milliseconds","attempt","request"?,"answer"?}]}`,
//! newest first; `covered_up_to` is up to when changes of its entity were read and taken care of; `agreed` is what Zoho CRM was last told and took;
//! `request` of a decision names the `id` of the request that decided. A key that names several records prints
//! `{"connection","key","candidates":[…]}` and exits with 2.

mod bodies;
mod live;
mod look_up;
mod show;
pub(super) mod values;

use serde::Serialize;
use serde_json::Value;
use store::{Access, KeptExchange, RecordView, TrailId};
use sync::{Instant, Problem};

pub(super) use look_up::{Candidate, one};
use values::Change;

use super::args::RecordArgs;
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::process::exit::{Exit, Failure};

/// A problem with what to do about it.
#[derive(Serialize)]
pub(super) struct Told {
    pub(super) code: &'static str,
    pub(super) message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) field: String,
    pub(super) remedy: &'static str,
    /// True when each run tries again by itself.
    pub(super) tried_again: bool,
}

impl From<&Problem> for Told {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code.name(),
            message: problem.message.clone(),
            field: problem.field.clone(),
            remedy: problem.code.remedy(),
            tried_again: problem.code.class().by_itself(),
        }
    }
}

/// What is told of a record.
#[derive(Serialize)]
struct View {
    connection: String,
    flow: &'static str,
    entity: &'static str,
    /// The code a person knows.
    key: String,
    erp_key: String,
    source_id: String,
    zoho_id: Option<String>,
    state: &'static str,
    /// True when a person asked for another try that has not happened yet.
    asked: bool,
    since: Instant,
    changed: Instant,
    source_changed: Option<Instant>,
    /// Up to when changes of its entity were read and taken care of; nothing before the first whole pass.
    covered_up_to: Option<Instant>,
    attempts: u32,
    problem: Option<Told>,
    /// What Zoho CRM was last told and took.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed: Option<Value>,
    /// As both systems have it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<live::Told>,
    decisions: Vec<Decision>,
    requests: Vec<Request>,
}

#[derive(Serialize)]
struct Decision {
    id: String,
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoho_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Told>,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
    /// True when its values were erased on request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
}

#[derive(Serialize)]
struct Request {
    id: String,
    system: String,
    method: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "String::is_empty")]
    failure: String,
    started: Instant,
    milliseconds: u64,
    attempt: u32,
    /// Which record of a batch is shown, counted from 1, and of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<(usize, usize)>,
    #[serde(rename = "request", skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Value>,
}

pub(super) async fn run(cx: &Invocation, args: RecordArgs) -> Result<Exit, Failure> {
    // A look at the systems may have to renew a token.
    let access = if args.live { Access::Beside } else { Access::ReadOnly };
    let opened = Opened::open(cx, access).await?;
    let (row, key) = opened.connection_and_key(args.first, args.second).await?;
    let found = one(cx, &opened, &row, &key).await?;
    let record = opened.store.record(found.id).await.map_err(refused)?;
    let record =
        record.ok_or_else(|| Failure::usage(format!("{} is gone since it was looked up.", output::safe(&key))))?;
    let live = if args.live { Some(live::look(cx, &opened, &row, &record).await?) } else { None };
    let exit = live.as_ref().map_or(Exit::Settled, live::Told::exit);
    let checkpoints = opened.store.checkpoints(row.id).await.map_err(refused)?;
    let covered_up_to = checkpoints.get(&record.row.entry.entity).and_then(|checkpoint| checkpoint.covered_up_to);
    let view = View { live, covered_up_to, ..View::new(row.name, record, args.bodies) };
    if cx.json {
        output::json(&view)?;
    } else {
        show::record(&view, opened.clock.now());
    }
    Ok(exit)
}

impl View {
    fn new(connection: String, record: RecordView, with_bodies: bool) -> Self {
        let RecordView { row, trail, agreed, exchanges } = record;
        let entry = row.entry;
        let mut names = vec![entry.erp_key.as_str()];
        names.extend(entry.target_id.as_deref());
        let requests = exchanges
            .into_iter()
            .map(|(id, exchange)| Request::new(id, exchange, with_bodies.then_some(&names[..])))
            .collect();
        let decisions = trail
            .into_iter()
            .map(|row| Decision {
                id: row.id.to_string(),
                at: row.at,
                run_id: row.run,
                what: row.what.name(),
                zoho_id: row.target_id,
                problem: row.problem.as_ref().map(Told::from),
                note: row.note,
                request: row.exchange.map(|id| id.to_string()),
                changes: row.changes.as_ref().map(values::changes).unwrap_or_default(),
                erased: row.erased,
            })
            .collect();
        Self {
            connection,
            flow: entry.flow.name(),
            entity: entry.entity.name(),
            state: entry.state.name(),
            asked: row.asked,
            since: row.since,
            changed: row.changed,
            source_changed: entry.stamp,
            covered_up_to: None,
            attempts: entry.attempts,
            problem: entry.problem.as_ref().map(Told::from),
            agreed: agreed.as_ref().map(values::agreed),
            live: None,
            decisions,
            requests,
            key: entry.code,
            erp_key: entry.erp_key,
            source_id: entry.source_id,
            zoho_id: entry.target_id,
        }
    }
}

impl Request {
    /// With bodies when `names` says what the record is called in them.
    fn new(id: TrailId, exchange: KeptExchange, names: Option<&[&str]>) -> Self {
        let (mut part, mut body, mut answer) = (None, None, None);
        if let Some(names) = names {
            (part, body, answer) =
                bodies::of(exchange.request_body.as_deref(), exchange.response_body.as_deref(), names);
        }
        Self {
            id: id.to_string(),
            system: exchange.system,
            method: exchange.method,
            target: exchange.target,
            status: exchange.status,
            failure: exchange.failure,
            started: exchange.started,
            milliseconds: u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX),
            attempt: exchange.attempt,
            part,
            body,
            answer,
        }
    }
}
