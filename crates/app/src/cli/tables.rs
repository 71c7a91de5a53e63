//! Tables that several commands share.
//!
//! Owns how a run's report is drawn for people.

use std::time::Duration;

use engine::report::Listed;
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
    output::line(format!("{} in {time} · {} · {}", ending(report), calls.join(", "), report.run_id));
    for note in &report.notes {
        output::line(format!("Note: {}", output::safe(note)));
    }
    problems(&report.problems, report.problems_total, &report.connection);
}

/// The table of flows.
pub(crate) fn flows(report: &Report) -> comfy_table::Table {
    let headers = [
        "flow",
        "read",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "waiting",
        "undecided",
        "parked",
        "covered up to",
    ];
    let mut table = output::table(&headers, &[1, 2, 3, 4, 5, 6, 7, 8]);
    for (flow, figures) in &report.flows {
        let numbers = [
            figures.read,
            figures.created,
            figures.updated,
            figures.unchanged,
            figures.skipped,
            figures.waiting,
            figures.undecided,
            figures.parked,
        ];
        let mut row = vec![flow.name().to_owned()];
        row.extend(numbers.map(|number| if number == 0 { "·".to_owned() } else { output::count(number) }));
        row.push(figures.covered_up_to.map_or_else(|| "not yet".to_owned(), short));
        table.add_row(row);
    }
    table
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
