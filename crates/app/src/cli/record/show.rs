//! A record as a person reads it.
//!
//! Owns the layout: what it is, why it is so, what happened, which requests decided. Everything from outside is made safe.

use std::time::Duration;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde_json::Value;
use sync::Instant;
use sync::settle::State;

use super::{Decision, Request, View, live, values};
use crate::cli::{output, tables};

/// Decisions and requests that are shown; `--json` has more.
const SHOWN: usize = 20;

/// Changes that are shown of a decision.
const CHANGES: usize = 12;

pub(super) fn record(view: &View, now: Instant) {
    output::line(format!("{}  ({}, {})", output::safe(&view.key), view.entity, view.connection));
    output::line(facts(view, now));
    if let Some(live) = &view.live {
        live::show(live, &view.connection, now);
    }
    output::line("");
    output::line("Decisions, the newest first");
    output::line(decisions(&view.decisions));
    more(view.decisions.len());
    if !view.requests.is_empty() {
        output::line("");
        output::line("Requests that decided, the newest first");
        output::line(requests(&view.requests));
        more(view.requests.len());
        view.requests.iter().take(SHOWN).for_each(bodies);
    }
}

/// Two columns without lines, whose texts wrap between words.
fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if !output::terminal() {
        table.set_width(120);
    }
    table
}

fn facts(view: &View, now: Instant) -> Table {
    let mut table = plain();
    table.add_row(["state", &state(view, now)]);
    if let Some(problem) = &view.problem {
        let place =
            if problem.field.is_empty() { String::new() } else { format!(" [{}]", output::safe(&problem.field)) };
        table.add_row(["why", &format!("{}{place} ({})", output::safe(&problem.message), problem.code)]);
        table.add_row(["remedy", problem.remedy]);
    }
    table.add_row(["ERP key", &output::safe(&view.erp_key)]);
    if view.source_id != view.erp_key {
        table.add_row(["ERP id", &output::safe(&view.source_id)]);
    }
    table.add_row(["Zoho id", &view.zoho_id.as_deref().map_or_else(|| "none yet".to_owned(), output::safe)]);
    if let Some(at) = view.source_changed {
        table.add_row(["changed", &format!("{} in Acumatica", tables::short(at))]);
    }
    if let Some(at) = view.covered_up_to {
        table.add_row([
            "covered",
            &format!("up to {}: changes in Acumatica before that are taken care of", tables::short(at)),
        ]);
    }
    let last = if view.state == State::Settled.name() { "settled" } else { "decided" };
    table.add_row([last, &format!("{}, {}", tables::short(view.changed), output::ago(now, view.changed))]);
    if view.attempts > 1 {
        table.add_row(["attempts", &format!("open after {} runs in a row", view.attempts)]);
    }
    table
}

fn state(view: &View, now: Instant) -> String {
    let word = view.state.replace('_', " ");
    let asked = if view.asked { "; another try is asked for, the next sync makes it" } else { "" };
    format!("{word} since {} ({}){asked}", tables::short(view.since), output::ago(now, view.since))
}

fn decisions(all: &[Decision]) -> Table {
    let mut table = plain();
    for decision in all.iter().take(SHOWN) {
        let mut lines = vec![decision.what.replace('_', " ")];
        if let Some(problem) = &decision.problem {
            lines.push(format!("{} ({})", output::safe(&problem.message), problem.code));
        }
        if !decision.note.is_empty() {
            lines.push(output::safe(&decision.note));
        }
        for change in decision.changes.iter().take(CHANGES) {
            lines.push(output::cut(&values::sentence(change), 200));
        }
        if decision.changes.len() > CHANGES {
            lines.push(format!("and {} more changes: add --json", decision.changes.len() - CHANGES));
        }
        if decision.erased {
            lines.push("values erased on request".to_owned());
        }
        lines.push(decision.run_id.as_deref().map_or_else(|| "a person".to_owned(), output::safe));
        lines.extend(decision.request.as_ref().map(|id| format!("request {id}")));
        table.add_row([tables::short(decision.at), lines.join("\n")]);
    }
    if let Some(what) = table.column_mut(1) {
        // A run's id stays in one piece; the time breaks between day and hour instead.
        what.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(42)));
    }
    table
}

fn requests(all: &[Request]) -> Table {
    let mut table = plain();
    for request in all.iter().take(SHOWN) {
        let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let took = output::duration(Duration::from_millis(request.milliseconds));
        let attempt = if request.attempt > 1 { format!(", attempt {}", request.attempt) } else { String::new() };
        let mut lines = vec![
            format!("{status} in {took}{attempt}, request {}", request.id),
            format!("{} {}", request.method, output::cut(&request.target, 300)),
        ];
        if !request.failure.is_empty() {
            lines.push(output::safe(&request.failure));
        }
        table.add_row([tables::short(request.started), lines.join("\n")]);
    }
    table
}

/// What was sent and answered, where it was asked for and is kept.
fn bodies(request: &Request) {
    if request.body.is_none() && request.answer.is_none() {
        return;
    }
    let part = request.part.map(|(place, many)| format!(", record {place} of {many} in the batch")).unwrap_or_default();
    output::line("");
    output::line(format!("Request {}{part}", request.id));
    body("sent", request.body.as_ref());
    body("answered", request.answer.as_ref());
}

fn more(all: usize) {
    if all > SHOWN {
        output::line(format!("  and {} more: add --json", all - SHOWN));
    }
}

fn body(word: &str, body: Option<&Value>) {
    let Some(body) = body else { return };
    let text = match body {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    output::line(format!("  {word}:"));
    for line in text.lines() {
        output::line(format!("    {}", output::safe(line)));
    }
}
