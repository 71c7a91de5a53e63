//! Tables that several commands share.
//!
//! Owns how a run's report is drawn for people.

use std::time::Duration;

use engine::report::{FlowReport, Listed};
use engine::{Outcome, Report};

use super::output;

/// Problems that are shown below the table.
const SHOWN: usize = 10;

/// A run's report.
pub(crate) fn report(report: &Report) {
    output::line(flows(report));
    let calls: Vec<String> = report
        .calls
        .iter()
        .map(|(system, calls)| {
            let mut words = format!("{} {} calls", system.title(), output::count(calls.made));
            if calls.retried > 0 {
                words.push_str(&format!(" ({} repeated)", output::count(calls.retried)));
            }
            words
        })
        .collect();
    let time = output::duration(Duration::from_secs_f64(report.seconds));
    output::line(format!("{} in {time}, {}", ending(report), covered(report)));
    output::line(format!("{} · {}", calls.join(", "), report.run_id));
    for note in &report.notes {
        output::line(format!("Note: {}", output::safe(note)));
    }
    problems(&report.problems, report.problems_total, &report.connection);
}

/// The table of flows, without the columns in which nothing stands.
pub(crate) fn flows(report: &Report) -> comfy_table::Table {
    type Column = (&'static str, fn(&FlowReport) -> u64);
    let columns: [Column; 8] = [
        ("read", |flow| flow.read),
        ("created", |flow| flow.created),
        ("updated", |flow| flow.updated),
        ("unchanged", |flow| flow.unchanged),
        ("skipped", |flow| flow.skipped),
        ("waiting", |flow| flow.waiting),
        ("undecided", |flow| flow.undecided),
        ("parked", |flow| flow.parked),
    ];
    let shown: Vec<&Column> =
        columns.iter().filter(|(name, of)| *name == "read" || report.flows.values().any(|flow| of(flow) > 0)).collect();
    let mut headers = vec!["flow"];
    headers.extend(shown.iter().map(|(name, _)| *name));
    let right: Vec<usize> = (1..headers.len()).collect();
    let mut table = output::table(&headers, &right);
    for (flow, figures) in &report.flows {
        let mut row = vec![flow.name().to_owned()];
        row.extend(shown.iter().map(|(_, of)| match of(figures) {
            0 => "·".to_owned(),
            number => output::count(number),
        }));
        table.add_row(row);
    }
    table
}

/// How far every flow has come at least.
fn covered(report: &Report) -> String {
    match report.flows.values().map(|flow| flow.covered_up_to).min().flatten() {
        Some(at) => format!("covered up to {}", short(at)),
        None => "not covered yet".to_owned(),
    }
}

/// An instant, to the second.
pub(crate) fn short(at: ::sync::Instant) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or_default().trim_end_matches('Z');
    format!("{}Z", seconds.replace('T', " "))
}

fn ending(report: &Report) -> &'static str {
    match (report.outcome, report.dry_run) {
        (Outcome::Settled | Outcome::Parked, true) => "Planned, nothing was written,",
        (Outcome::Settled, false) => "Everything settled",
        (Outcome::Parked, false) => "Done, with records open,",
        (Outcome::Held, _) => "Held for a person",
        (Outcome::NeedsPerson, _) => "Stopped: a person must act",
        (Outcome::Unavailable, _) => "Stopped: a system did not answer; nothing is lost, the next run goes on",
        (Outcome::Interrupted, _) => "Interrupted; nothing is lost, the next run goes on",
    }
}

fn problems(listed: &[Listed], total: u64, connection: &str) {
    for problem in listed.iter().take(SHOWN) {
        let place = if problem.key.is_empty() {
            String::new()
        } else {
            format!("{} {}: ", problem.flow, output::safe(&problem.key))
        };
        output::line(format!("  {place}{}", output::safe(&problem.message)));
        if !problem.remedy.is_empty() {
            output::line(format!("    -> {}", output::safe(&problem.remedy)));
        }
    }
    let shown = SHOWN.min(listed.len()) as u64;
    if total > shown {
        output::line(format!("  and {} more:  ml-connector parked {connection}", output::count(total - shown)));
    }
}
