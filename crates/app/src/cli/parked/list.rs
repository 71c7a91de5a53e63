//! `parked --code C`, `parked --csv`: every open record, one by one.
//!
//! Owns the forms of a record. Reads page by page, so that a long list needs no memory.
//!
//! `--json` prints one object a line: `{"flow","key","erp_key","state","code"?,"message"?,"field"?,"attempts","since","last_seen"}`.

use serde::Serialize;
use store::{ConnectionRow, OpenFilter, OpenRecord};
use sync::Instant;

use super::super::args::ParkedArgs;
use super::super::opened::refused;
use super::super::replay::problem_code;
use super::super::{Invocation, Opened, output};
use crate::process::exit::{Exit, Failure};

/// Records that the store gives at once.
const PAGE: usize = 1_000;

#[derive(Serialize)]
struct Row<'a> {
    flow: &'static str,
    key: &'a str,
    erp_key: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'a str,
    attempts: u32,
    since: Instant,
    last_seen: Instant,
}

pub(super) async fn run(
    cx: &Invocation,
    opened: &Opened,
    row: &ConnectionRow,
    args: &ParkedArgs,
) -> Result<Exit, Failure> {
    let code = args.code.as_deref().map(problem_code).transpose()?;
    let mut filter = OpenFilter { code, limit: PAGE, ..OpenFilter::default() };
    if args.csv && !cx.json {
        output::line("flow,key,erp_key,state,code,message,field,attempts,since,last_seen");
    }
    let mut told = 0_u64;
    loop {
        let page = opened.store.open_records(row.id, &filter).await.map_err(refused)?;
        for record in &page {
            print(cx, args, &Row::from(record))?;
        }
        told += page.len() as u64;
        if page.len() < PAGE {
            break;
        }
        filter.after = page.last().map(|record| record.id);
    }
    if told == 0 && !cx.json && !args.csv {
        output::line("Nothing is open with that code.");
    }
    Ok(Exit::Settled)
}

fn print(cx: &Invocation, args: &ParkedArgs, row: &Row<'_>) -> Result<(), Failure> {
    if cx.json {
        output::line(serde_json::to_string(row).map_err(|error| Failure::fault(error.to_string()))?);
    } else if args.csv {
        output::line(csv(row));
    } else {
        let message = row.message.map(|message| output::cut(message, 200)).unwrap_or_default();
        output::line(format!("{}  {}  {}\n    {message}", row.flow, output::cut(row.key, 60), row.state));
    }
    Ok(())
}

fn csv(row: &Row<'_>) -> String {
    let (attempts, since, last_seen) = (row.attempts.to_string(), row.since.to_string(), row.last_seen.to_string());
    let fields = [
        row.flow,
        row.key,
        row.erp_key,
        row.state,
        row.code.unwrap_or_default(),
        row.message.unwrap_or_default(),
        row.field,
        &attempts,
        &since,
        &last_seen,
    ];
    fields.map(output::csv).join(",")
}

impl<'a> From<&'a OpenRecord> for Row<'a> {
    fn from(record: &'a OpenRecord) -> Self {
        let problem = record.problem.as_ref();
        Self {
            flow: record.flow.name(),
            key: &record.code,
            erp_key: &record.erp_key,
            state: record.state.name(),
            code: problem.map(|problem| problem.code.name()),
            message: problem.map(|problem| problem.message.as_str()),
            field: problem.map_or("", |problem| problem.field.as_str()),
            attempts: record.attempts,
            since: record.since,
            last_seen: record.last_seen,
        }
    }
}
