//! `runs`: what ran, the newest first.
//!
//! Owns the list as a table, JSON lines and CSV. What a run tells of itself is its report, kept when it ended.
//!
//! `--json` prints one object a line: `{"connection","run_id","started","ended"?,"outcome"?,"report"?}`; `report` is what `sync --json`
//! printed. A run without `ended` is under way, or its process was killed; the next run goes on where it stopped.

use serde_json::Value;
use store::{Access, RunRow};
use sync::Instant;

use super::args::RunsArgs;
use super::opened::refused;
use super::{Invocation, Opened, output, tables};
use crate::process::exit::{Exit, Failure};

/// Rows that the store gives at once.
const PAGE: usize = 1_000;
/// Columns that the whole table takes.
const WIDE: u16 = 140;
/// Counts of a flow's report, in the order of the CSV.
const COUNTS: [&str; 8] = ["read", "created", "updated", "unchanged", "skipped", "waiting", "undecided", "parked"];

pub(super) async fn run(cx: &Invocation, args: RunsArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::ReadOnly).await?;
    let row = opened.connection(args.name.as_deref()).await?;
    let most = usize::try_from(args.most).unwrap_or(usize::MAX);
    let mut runs: Vec<RunRow> = Vec::new();
    while runs.len() < most {
        let wanted = PAGE.min(most - runs.len());
        let page = opened.store.runs(row.id, runs.last().map(|run| run.cursor), wanted).await.map_err(refused)?;
        let last = page.len() < wanted;
        runs.extend(page);
        if last {
            break;
        }
    }
    if cx.json {
        runs.iter().for_each(|run| output::line(json(&row.name, run)));
    } else if args.csv {
        output::line(format!(
            "run_id,started,ended,seconds,outcome,{},acumatica_calls,zoho_calls,zoho_credits,problems,covered_up_to",
            COUNTS.join(",")
        ));
        runs.iter().for_each(|run| output::line(csv(run)));
    } else if runs.is_empty() {
        output::line(format!("No run yet. Begin with:  ml-connector sync {}", row.name));
    } else {
        show(&runs);
    }
    Ok(Exit::Settled)
}

fn report(run: &RunRow) -> Option<Value> {
    serde_json::from_str(run.summary.as_deref()?).ok()
}

/// A count over all flows of a report.
fn sum(report: &Value, count: &str) -> u64 {
    let flows = report["flows"].as_object();
    flows.map_or(0, |flows| flows.values().filter_map(|flow| flow[count].as_u64()).sum())
}

fn json(connection: &str, run: &RunRow) -> Value {
    serde_json::json!({
        "connection": connection,
        "run_id": run.run,
        "started": run.started,
        "ended": run.ended,
        "outcome": run.outcome,
        "report": report(run),
    })
}

/// Up to when every flow of the run is covered after it; `None` while one is not.
fn covered(report: &Value) -> Option<&str> {
    let flows = report["flows"].as_object()?;
    let all: Option<Vec<&str>> = flows.values().map(|flow| flow["covered_up_to"].as_str()).collect();
    all?.into_iter().min_by_key(|at| at.parse::<jiff::Timestamp>().ok())
}

fn csv(run: &RunRow) -> String {
    let report = report(run).unwrap_or_default();
    let text = |value: Option<String>| output::csv(&value.unwrap_or_default());
    let calls = |system: &str, count: &str| report["calls"][system][count].as_u64().map(|number| number.to_string());
    let mut fields = vec![
        output::csv(&run.run),
        run.started.to_string(),
        text(run.ended.map(|at| at.to_string())),
        text(report["seconds"].as_f64().map(|seconds| seconds.to_string())),
        text(run.outcome.clone()),
    ];
    fields.extend(
        COUNTS.map(|count| if run.summary.is_some() { sum(&report, count).to_string() } else { String::new() }),
    );
    fields.extend([
        text(calls("acumatica", "made")),
        text(calls("zoho", "made")),
        text(calls("zoho", "credits")),
        text(report["problems_total"].as_u64().map(|number| number.to_string())),
        text(covered(&report).map(ToOwned::to_owned)),
    ]);
    fields.join(",")
}

/// How a run ended, in words.
pub(super) fn outcome(run: &RunRow) -> String {
    match (&run.outcome, run.ended) {
        (Some(outcome), _) => outcome.replace('_', " "),
        (None, Some(_)) => "ended".to_owned(),
        (None, None) => "not ended".to_owned(),
    }
}

fn shown(covered: Option<&str>) -> String {
    let at = covered.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    at.map_or_else(|| "·".to_owned(), |at| tables::short(Instant::from_micros(at.as_microsecond())))
}

fn took(started: Instant, ended: Option<Instant>) -> String {
    ended.map_or_else(|| "·".to_owned(), |ended| output::duration(ended.since(started)))
}

fn show(runs: &[RunRow]) {
    let mut table = output::table(
        &["started", "outcome", "took", "read", "written", "open", "covered up to", "run"],
        &[2, 3, 4, 5],
    );
    // On a narrower terminal ids and times would break over lines: they go under their run.
    let narrow = output::terminal() && table.width().is_some_and(|width| width < WIDE);
    if narrow {
        table = output::table(&["started", "outcome", "took", "read", "written", "open"], &[2, 3, 4, 5]);
    } else {
        table.set_width(WIDE);
    }
    for run in runs {
        let report = report(run).unwrap_or_default();
        let number = |number: u64| if number == 0 { "·".to_owned() } else { output::count(number) };
        let mut row = vec![
            tables::short(run.started),
            outcome(run),
            took(run.started, run.ended),
            number(sum(&report, "read")),
            number(sum(&report, "created") + sum(&report, "updated")),
            number(sum(&report, "waiting") + sum(&report, "undecided") + sum(&report, "parked")),
        ];
        if !narrow {
            row.push(shown(covered(&report)));
            row.push(output::safe(&run.run));
        }
        table.add_row(row);
    }
    output::line(table);
    if narrow {
        output::line("Ids, and up to when each covered:");
        for run in runs {
            let covered = shown(covered(&report(run).unwrap_or_default()));
            output::line(format!("  {}\n    {}\n    {covered}", tables::short(run.started), output::safe(&run.run)));
        }
    }
    if runs.iter().any(|run| run.ended.is_none()) {
        output::line(
            "A run that has not ended is under way, or its process was killed: the next run goes on where it stopped.",
        );
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_run_is_covered_up_to_what_its_least_flow_is() {
        let of = |a: Value, b: Value| {
            let report =
                serde_json::json!({"flows": {"customers": {"covered_up_to": a}, "items": {"covered_up_to": b}}});
            covered(&report).map(ToOwned::to_owned)
        };
        let (early, late) = ("2026-11-24T06:00:00Z", "2026-11-24T06:00:00.5Z");
        assert_eq!(of(late.into(), early.into()).as_deref(), Some(early));
        assert_eq!(of(late.into(), Value::Null), None, "one flow is not covered yet");
        assert_eq!(covered(&Value::Null), None);
    }

    #[test]
    fn counts_are_summed_over_flows_and_missing_ones_are_nothing() {
        let report = serde_json::json!({"flows": {"customers": {"read": 3}, "items": {"read": 4, "parked": 1}}});
        assert_eq!((sum(&report, "read"), sum(&report, "parked"), sum(&report, "created")), (7, 1, 0));
        assert_eq!(sum(&Value::Null, "read"), 0);
    }
}
