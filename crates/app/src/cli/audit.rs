//! `audit`: the trail, filtered, and the proof that it is whole.
//!
//! Owns filters and forms. Must not change anything. Rows are printed page by page, so that a long trail needs no memory.
//!
//! `--json` prints one object a line:
//! `{"id","at","run_id"?,"flow","key","erp_key","what","zoho_id"?,"problem"?,"message"?,"field"?,"note"?,`
//! `"changes":[{"row"?,"field","before"?,"after"?}]?,"erased"?}`, the newest first.
//! `audit verify --json` prints one object: `{"whole","connections":[{"connection","whole","settlements","rows","exchanges","head",`
//! `"broken":{"at_row","at"?,"what"}?}]}` and exits with 3 when a chain is broken.

mod verify;

use comfy_table::{ColumnConstraint, Width};
use serde::Serialize;
use store::{Access, TrailFilter, TrailOf, TrailRow};
use sync::Instant;
use sync::settle::What;

use super::args::{AuditArgs, AuditVerb};
use super::opened::refused;
use super::record::values::{self, Change};
use super::{Invocation, Opened, output, tables};
use crate::connection_file::nearest;
use crate::process::exit::{Exit, Failure};

/// Rows that the store gives at once.
const PAGE: usize = 1_000;

/// Columns below which flow and record share one of the table.
const WIDE: u16 = 100;

/// A row as it is exported.
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'a str>,
    flow: &'static str,
    key: &'a str,
    erp_key: &'a str,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoho_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
}

pub(super) async fn run(cx: &Invocation, args: AuditArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::ReadOnly).await?;
    if let Some(AuditVerb::Verify(verify)) = &args.verb {
        return verify::run(cx, &opened, args.connection.as_deref(), verify.head.as_deref()).await;
    }
    let what = args.what.as_deref().map(kind).transpose()?;
    let mut filter =
        TrailFilter { of: of(&opened, &args).await?, flow: args.flow.map(Into::into), what, before: None, limit: PAGE };
    let mut left = usize::try_from(args.most).unwrap_or(usize::MAX);
    let mut printer = Printer::new(cx, &args);
    while left > 0 {
        filter.limit = PAGE.min(left);
        let page = opened.store.trail(&filter).await.map_err(refused)?;
        for row in &page {
            printer.print(&Row::from(row))?;
        }
        left -= page.len().min(left);
        if page.len() < filter.limit {
            break;
        }
        filter.before = page.last().map(|row| row.id);
    }
    printer.finish(left == 0);
    Ok(Exit::Settled)
}

async fn of(opened: &Opened, args: &AuditArgs) -> Result<TrailOf, Failure> {
    let Some(run) = &args.run else {
        return Ok(TrailOf::Connection(opened.connection(args.connection.as_deref()).await?.id));
    };
    let kept = opened.store.run(run).await.map_err(refused)?;
    let known = match (&kept, &args.connection) {
        (Some(kept), Some(name)) => opened.connection(Some(name)).await?.id == kept.connection,
        (kept, _) => kept.is_some(),
    };
    if !known {
        return Err(Failure::usage(format!(
            "There is no run \"{}\". Known runs: ml-connector runs",
            output::safe(run)
        )));
    }
    Ok(TrailOf::Run(run.clone()))
}

fn kind(word: &str) -> Result<What, Failure> {
    What::named(word).ok_or_else(|| {
        let known = What::ALL.map(What::name);
        let near = nearest(word, &known).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        Failure::usage(format!(
            "\"{}\" is no kind of transition.{near} Known: {}.",
            output::safe(word),
            known.join(", ")
        ))
    })
}

impl<'a> From<&'a TrailRow> for Row<'a> {
    fn from(row: &'a TrailRow) -> Self {
        let problem = row.problem.as_ref();
        Self {
            id: row.id.to_string(),
            at: row.at,
            run_id: row.run.as_deref(),
            flow: row.flow.name(),
            key: &row.code,
            erp_key: &row.erp_key,
            what: row.what.name(),
            zoho_id: row.target_id.as_deref(),
            problem: problem.map(|problem| problem.code.name()),
            message: problem.map(|problem| problem.message.as_str()),
            field: problem.map_or("", |problem| problem.field.as_str()),
            note: &row.note,
            changes: row.changes.as_ref().map(values::changes).unwrap_or_default(),
            erased: row.erased,
        }
    }
}

/// The form that rows are printed in.
enum Printer {
    Json,
    Csv,
    /// `narrow` when flow and record share a column.
    People {
        table: Box<comfy_table::Table>,
        narrow: bool,
        rows: u32,
        most: u32,
    },
}

impl Printer {
    fn new(cx: &Invocation, args: &AuditArgs) -> Self {
        if cx.json {
            return Self::Json;
        }
        if args.csv {
            output::line("id,at,run_id,flow,key,erp_key,what,zoho_id,problem,message,field,note,changes");
            return Self::Csv;
        }
        let mut table = output::table(&["when", "what", "flow", "record", "why"], &[]);
        let narrow = output::terminal() && table.width().is_some_and(|width| width < WIDE);
        if narrow {
            table = output::table(&["when", "what", "record", "why"], &[]);
        }
        // Days and keys do not break over lines in a narrow terminal.
        for (column, width) in [(0, 12), (if narrow { 2 } else { 3 }, 22)] {
            if let Some(column) = table.column_mut(column) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        Self::People { table: Box::new(table), narrow, rows: 0, most: args.most }
    }

    fn print(&mut self, row: &Row<'_>) -> Result<(), Failure> {
        match self {
            Self::Json => {
                let text = serde_json::to_string(row).map_err(|error| Failure::fault(error.to_string()))?;
                output::line(text);
            }
            Self::Csv => output::line(csv(row)),
            Self::People { table, narrow, rows, .. } => {
                *rows += 1;
                let (key, why) = (output::cut(row.key, 60), output::cut(&why(row), 200));
                let (when, what) = (tables::short(row.at), row.what.replace('_', " "));
                if *narrow {
                    table.add_row([when, what, format!("{}\n{key}", row.flow), why]);
                } else {
                    table.add_row([when, what, row.flow.to_owned(), key, why]);
                }
            }
        }
        Ok(())
    }

    fn finish(self, full: bool) {
        if let Self::People { table, rows, most, .. } = self {
            if rows == 0 {
                output::line("The trail holds nothing like that.");
                return;
            }
            output::line(table);
            if full {
                output::line(format!("The newest {}; more with --most.", output::count(u64::from(most))));
            }
        }
    }
}

/// What a person wants to know of a transition: its problem, or what changed, with its remark.
fn why(row: &Row<'_>) -> String {
    let told = row.message.map_or_else(|| sentences(row), ToOwned::to_owned);
    let parts = [told.as_str(), row.note];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn sentences(row: &Row<'_>) -> String {
    row.changes.iter().map(values::sentence).collect::<Vec<_>>().join("; ")
}

fn csv(row: &Row<'_>) -> String {
    let at = row.at.to_string();
    let changes = sentences(row);
    let fields = [
        row.id.as_str(),
        at.as_str(),
        row.run_id.unwrap_or_default(),
        row.flow,
        row.key,
        row.erp_key,
        row.what,
        row.zoho_id.unwrap_or_default(),
        row.problem.unwrap_or_default(),
        row.message.unwrap_or_default(),
        row.field,
        row.note,
        &changes,
    ];
    fields.map(output::csv).join(",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_misspelt_kind_names_the_near_one() {
        assert_eq!(kind("parked").unwrap(), What::Parked);
        assert!(kind("pakred").unwrap_err().message.contains("Did you mean parked?"));
    }

    #[test]
    fn formulas_in_the_trail_are_defused() {
        let row = Row {
            id: "1.0".into(),
            at: Instant::from_micros(0),
            run_id: None,
            flow: "customers",
            key: "=cmd|' /C calc'!A0",
            erp_key: "a,b",
            what: "parked",
            zoho_id: None,
            problem: Some("refused"),
            message: Some("@SUM(1)"),
            field: "",
            note: "-1",
            changes: Vec::new(),
            erased: false,
        };
        assert_eq!(
            csv(&row),
            "1.0,1970-01-01T00:00:00Z,,customers,'=cmd|' /C calc'!A0,\"a,b\",parked,,refused,'@SUM(1),,'-1,"
        );
    }
}
