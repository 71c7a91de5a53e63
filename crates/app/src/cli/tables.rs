//! Tables that several commands share.
//!
//! Owns how a run's report is drawn for people.

use std::time::Duration;

use engine::report::{FlowReport, Listed};
use engine::{CheckReport, Outcome, Report, SweepReport};

use super::output;

/// Problems that are shown below the table.
const SHOWN: usize = 10;

/// A run's report.
pub(crate) fn report(report: &Report) {
    if !report.flows.is_empty() {
        output::line(flows(report));
    }
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
    output::line(format!("{} after {time}, {}{}", ending(report), covered(report), goes_on(report)));
    output::line(format!("{} · {}", calls.join(", "), report.run_id));
    for (flow, sweep) in &report.sweeps {
        output::line(format!("Sweep of {}: {}", flow.name(), swept(sweep)));
    }
    if let Some(looked) = &report.rereads {
        let goes_on = if looked.complete { "" } else { "; the next run goes on with it" };
        output::line(format!(
            "Balances: {} open documents looked at, {} read again, {} calls{goes_on}",
            output::count(looked.listed),
            output::count(looked.fetched),
            output::count(looked.calls)
        ));
    }
    for (flow, check) in &report.checks {
        output::line(format!("Check of {} in Zoho CRM: {}", flow.name(), checked(check)));
    }
    for note in &report.notes {
        output::sentence("Note: ", &output::safe(note));
    }
    problems(&report.problems, report.problems_total, &report.connection);
}

/// What a sweep did, in words.
fn swept(sweep: &SweepReport) -> String {
    let mut words = format!("{} keys listed", output::count(sweep.listed));
    for (number, word) in [(sweep.found, "found"), (sweep.missed, "missing"), (sweep.gone, "deleted")] {
        if number > 0 {
            words.push_str(&format!(", {} {word}", output::count(number)));
        }
    }
    if !sweep.complete && !sweep.vanished {
        words.push_str("; the next run goes on with it");
    }
    words
}

/// What a check of Zoho's side did, in words.
fn checked(check: &CheckReport) -> String {
    let mut words = format!("{} links", output::count(check.links));
    let figures = [
        (check.edited, "records changed"),
        (check.healed, "put right"),
        (check.relinked, "followed to another record"),
        (check.parked, "parked"),
    ];
    for (number, word) in figures.into_iter().filter(|(number, _)| *number > 0) {
        words.push_str(&format!(", {} {word}", output::count(number)));
    }
    if !check.complete {
        words.push_str("; the next run goes on with it");
    }
    words
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
        (Outcome::NeedsPerson, _)
            if report.flows.values().all(|flow| flow.complete)
                && report.sweeps.values().any(|sweep| sweep.vanished) =>
        {
            "Done, but much is missing in Acumatica: a person must look,"
        }
        (Outcome::NeedsPerson, _) => "Stopped: a person must act",
        (Outcome::Unavailable, _) => "Stopped: a system did not answer,",
        (Outcome::Interrupted, _) => "Interrupted",
    }
}

/// What becomes of a run that did not reach its end.
fn goes_on(report: &Report) -> &'static str {
    match report.outcome {
        Outcome::Unavailable | Outcome::Interrupted => ". Nothing is lost: run sync again to go on",
        _ => "",
    }
}

/// A remedy with the whole command in place of a bare `login`.
pub(crate) fn with_name(remedy: &str, message: &str, connection: &str) -> String {
    let system = if message.starts_with("Acumatica") { "acumatica" } else { "zoho" };
    remedy.replace("`login`", &format!("`ml-connector login {connection} {system}`"))
}

fn problems(listed: &[Listed], total: u64, connection: &str) {
    // What ended the run is always shown: it stands first and has no key.
    let faults = listed.iter().take_while(|problem| problem.key.is_empty()).count();
    let shown = (faults + SHOWN).min(listed.len());
    for problem in listed.iter().take(shown) {
        let place = if problem.key.is_empty() {
            String::new()
        } else {
            format!("{} {}: ", problem.flow, output::safe(&problem.key))
        };
        output::sentence("  ", &format!("{place}{}", output::safe(&problem.message)));
        if !problem.remedy.is_empty() {
            output::sentence("    -> ", &output::safe(&with_name(&problem.remedy, &problem.message, connection)));
        }
    }
    let shown = shown as u64;
    if total > shown {
        output::line(format!("  and {} more:  ml-connector parked {connection}", output::count(total - shown)));
    }
}
