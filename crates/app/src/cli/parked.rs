//! `parked`: what failed or waits, grouped by cause.
//!
//! Owns the grouping as it is shown, examples and remedies. Must not change anything: `replay` and `skip` do.
//!
//! `--json` prints `{"connection","records","causes":[{"flow","state","code"?,"records","first_seen","last_seen","message","remedy"?,`
//! `"tried_again","examples":[{"key","erp_key","message","attempts","since"}]}]}`, the most frequent cause first.
//! With `--code` or `--csv` each record is told (see `list`).

mod list;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use store::{Access, Cause, OpenFilter, OpenRecord, Store};
use sync::Instant;

use super::args::ParkedArgs;
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::process::exit::{Exit, Failure};

/// Examples of one cause.
const EXAMPLES: usize = 3;

#[derive(Serialize)]
struct Group {
    flow: &'static str,
    state: &'static str,
    code: Option<&'static str>,
    records: u64,
    first_seen: Instant,
    last_seen: Instant,
    message: String,
    remedy: Option<&'static str>,
    /// True when each run tries again by itself.
    tried_again: bool,
    examples: Vec<Example>,
}

#[derive(Serialize)]
struct Example {
    key: String,
    erp_key: String,
    message: String,
    attempts: u32,
    since: Instant,
}

pub(super) async fn run(cx: &Invocation, args: ParkedArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::ReadOnly).await?;
    let row = opened.connection(args.name.as_deref()).await?;
    if args.code.is_some() || args.csv {
        return list::run(cx, &opened, &row, &args).await;
    }
    let mut groups = Vec::new();
    for cause in opened.store.causes(row.id).await.map_err(refused)? {
        let filter = OpenFilter {
            flow: Some(cause.flow),
            state: Some(cause.state),
            code: cause.code,
            after: None,
            limit: EXAMPLES,
        };
        groups.push(Group::new(cause, &filter, &opened.store, row.id).await?);
    }
    let records: u64 = groups.iter().map(|group| group.records).sum();
    if cx.json {
        output::json(&serde_json::json!({ "connection": row.name, "records": records, "causes": groups }))?;
    } else if groups.is_empty() {
        output::line("Nothing is open.");
    } else {
        output::line(table(&groups, opened.clock.now()));
        output::line(format!(
            "All of one cause:  ml-connector parked {} --code C  (--csv for a spreadsheet)",
            row.name
        ));
        output::line(format!("Why one is open:  ml-connector record {} KEY", row.name));
        output::line(format!(
            "Try again, when the cause is gone:  ml-connector replay {} --code C  (or KEY, or --parked)",
            row.name
        ));
    }
    Ok(Exit::Settled)
}

impl Group {
    async fn new(
        cause: Cause,
        filter: &OpenFilter,
        store: &Store,
        connection: store::ConnectionId,
    ) -> Result<Self, Failure> {
        let mut examples: Vec<Example> = Vec::new();
        // A filter without a code would find every cause.
        if cause.code.is_some() {
            examples =
                store.open_records(connection, filter).await.map_err(refused)?.into_iter().map(Example::from).collect();
        }
        Ok(Self {
            flow: cause.flow.name(),
            state: cause.state.name(),
            code: cause.code.map(sync::problem::Code::name),
            records: cause.records,
            first_seen: cause.first_seen,
            last_seen: cause.last_seen,
            message: cause.message,
            remedy: cause.code.map(sync::problem::Code::remedy),
            tried_again: cause.code.is_some_and(|code| code.class().by_itself()),
            examples,
        })
    }
}

impl From<OpenRecord> for Example {
    fn from(record: OpenRecord) -> Self {
        Self {
            key: record.code,
            erp_key: record.erp_key,
            message: record.problem.map(|problem| problem.message).unwrap_or_default(),
            attempts: record.attempts,
            since: record.since,
        }
    }
}

fn table(groups: &[Group], now: Instant) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !output::terminal() {
        table.set_width(120);
    }
    for group in groups {
        table.add_row([
            Cell::new(output::count(group.records)).set_alignment(CellAlignment::Right),
            Cell::new(lines(group, now)),
        ]);
    }
    table
}

fn lines(group: &Group, now: Instant) -> String {
    let code = group.code.unwrap_or("no code");
    let mut text = format!(
        "{} in {}: {code}\nsince {}, last seen {}\n{}",
        group.state,
        group.flow,
        output::ago(now, group.first_seen),
        output::ago(now, group.last_seen),
        output::cut(&group.message, 400),
    );
    let keys: Vec<String> = group.examples.iter().map(|example| output::cut(&example.key, 60)).collect();
    if !keys.is_empty() {
        let rest = group.records.saturating_sub(keys.len() as u64);
        let more = if rest > 0 { format!(" and {} more", output::count(rest)) } else { String::new() };
        text.push_str(&format!("\nrecords: {}{more}", keys.join(", ")));
    }
    if let Some(remedy) = group.remedy {
        text.push_str(&format!("\n-> {remedy}"));
    }
    text
}
