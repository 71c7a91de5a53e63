//! A record as a person reads it.
//!
//! Owns the layout: what it is, why it is so, what happened, which requests decided. Everything from outside is made safe.

use std::time::Duration;

use serde_json::Value;
use sync::Instant;

use super::{Decision, Request, View};
use crate::cli::{output, tables};

/// Decisions and requests that are shown; `--json` has more.
const SHOWN: usize = 20;

pub(super) fn record(view: &View, now: Instant) {
    output::line(format!("{}  ({}, {})", output::safe(&view.key), view.entity, view.connection));
    fact("state", &state(view, now));
    if let Some(problem) = &view.problem {
        let place = if problem.field.is_empty() { String::new() } else { format!(" [{}]", output::safe(&problem.field)) };
        fact("why", &format!("{}{place}  ({})", output::safe(&problem.message), problem.code));
        fact("remedy", problem.remedy);
    }
    fact("ERP key", &output::safe(&view.erp_key));
    if view.source_id != view.erp_key {
        fact("ERP id", &output::safe(&view.source_id));
    }
    fact("Zoho id", &view.zoho_id.as_deref().map_or_else(|| "none yet".to_owned(), output::safe));
    if let Some(at) = view.source_changed {
        fact("changed", &format!("{} in Acumatica", tables::short(at)));
    }
    fact("settled", &format!("{}, {}", tables::short(view.changed), output::ago(now, view.changed)));
    if view.attempts > 1 {
        fact("attempts", &format!("open after {} runs in a row", view.attempts));
    }
    decisions(&view.decisions);
    requests(&view.requests);
}

fn fact(name: &str, value: &str) {
    output::line(format!("  {name:<9} {value}"));
}

fn state(view: &View, now: Instant) -> String {
    let word = view.state.replace('_', " ");
    let asked = if view.asked { "; another try is asked for, the next sync makes it" } else { "" };
    format!("{word} since {} ({}){asked}", tables::short(view.since), output::ago(now, view.since))
}

fn decisions(all: &[Decision]) {
    output::line("");
    output::line("Decisions, the newest first");
    for decision in all.iter().take(SHOWN) {
        let run = decision.run_id.as_deref().map_or_else(|| "a person".to_owned(), output::safe);
        let request = decision.request.as_ref().map(|id| format!("  request {id}")).unwrap_or_default();
        output::line(format!("  {}  {}{request}", tables::short(decision.at), decision.what.replace('_', " ")));
        if let Some(problem) = &decision.problem {
            output::line(format!("      {} ({})", output::safe(&problem.message), problem.code));
        }
        if !decision.note.is_empty() {
            output::line(format!("      {}", output::safe(&decision.note)));
        }
        output::line(format!("      {run}"));
    }
    more(all.len());
}

fn requests(all: &[Request]) {
    if all.is_empty() {
        return;
    }
    output::line("");
    output::line("Requests that decided, the newest first");
    for request in all.iter().take(SHOWN) {
        let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let took = output::duration(Duration::from_millis(request.milliseconds));
        let attempt = if request.attempt > 1 { format!(", attempt {}", request.attempt) } else { String::new() };
        output::line(format!("  {}  {status} in {took}{attempt}  request {}", tables::short(request.started), request.id));
        output::line(format!("      {} {}", request.method, output::cut(&request.target, 300)));
        if !request.failure.is_empty() {
            output::line(format!("      {}", output::safe(&request.failure)));
        }
        if let Some((place, many)) = request.part {
            output::line(format!("      record {place} of {many} in the batch"));
        }
        body("sent", request.body.as_ref());
        body("answered", request.answer.as_ref());
    }
    more(all.len());
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
    output::line(format!("      {word}:"));
    for line in text.lines() {
        output::line(format!("        {}", output::safe(line)));
    }
}
