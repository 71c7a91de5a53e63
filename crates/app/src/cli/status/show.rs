//! The state of connections as a person reads it.
//!
//! Owns the layout: a table where it fits, lines where the terminal is narrow.

use std::time::Duration;

use comfy_table::Table;
use port::System;
use sync::{Flow, Instant};

use super::{FlowStatus, LastRun, SignIn, Status, SystemStatus};
use crate::cli::{output, tables};

/// Columns that the table needs.
const WIDE: u16 = 92;

pub(super) fn all(all: &[Status], now: Instant) {
    for (index, status) in all.iter().enumerate() {
        if index > 0 {
            output::line("");
        }
        one(status, now);
    }
}

fn one(status: &Status, now: Instant) {
    output::line(&status.connection);
    let table = output::table(
        &["flow", "covered up to", "lag", "settled", "parked", "waiting", "undecided", "left alone"],
        &[2, 3, 4, 5, 6, 7],
    );
    if table.width().is_some_and(|width| width < WIDE) {
        lines(status);
    } else {
        output::line(filled(table, status));
    }
    sweeps(status, now);
    if let Some(looked) = status.flows.get(&Flow::Invoices).and_then(|flow| flow.balances_as_of) {
        output::line(format!("  balances   all looked at {}", output::ago(now, looked)));
    }
    runs(status, now);
    for (system, told) in &status.systems {
        output::line(format!("  {:<10} {}", system.title(), sign_in(&status.connection, *system, told, now)));
        if let Some(clock) = told.clock.as_ref().filter(|clock| clock.off) {
            let side = if clock.ahead_seconds > 0.0 { "ahead of" } else { "behind" };
            let apart = output::duration(Duration::from_secs(clock.ahead_seconds.abs() as u64));
            output::line(format!("             its clock is {apart} {side} this machine's: set the one that is wrong"));
        }
    }
    let open: u64 = status.flows.values().map(|flow| flow.parked + flow.waiting + flow.undecided).sum();
    if open > 0 {
        output::line(format!("  {} open:  ml-connector parked {}", output::count(open), status.connection));
    }
}

fn number(number: u64) -> String {
    if number == 0 { "·".to_owned() } else { output::count(number) }
}

fn covered(flow: &FlowStatus) -> String {
    match flow.covered_up_to {
        Some(at) => tables::short(at),
        None if flow.enabled => "not yet".to_owned(),
        None => "switched off".to_owned(),
    }
}

/// How far behind, in the coarsest unit that says it.
fn lag(flow: &FlowStatus) -> String {
    match flow.lag_seconds {
        None => String::new(),
        Some(seconds @ 0..=119) => format!("{seconds} s"),
        Some(seconds @ 120..=7_199) => format!("{} min", seconds / 60),
        Some(seconds @ 7_200..=172_799) => format!("{} h", seconds / 3_600),
        Some(seconds) => format!("{} days", seconds / 86_400),
    }
}

fn filled(mut table: Table, status: &Status) -> Table {
    for (flow, told) in &status.flows {
        table.add_row([
            flow.name().to_owned(),
            covered(told),
            lag(told),
            number(told.settled),
            number(told.parked),
            number(told.waiting),
            number(told.undecided),
            number(told.left_alone),
        ]);
    }
    table
}

fn lines(status: &Status) {
    for (flow, told) in &status.flows {
        let lag = lag(told);
        let behind = if lag.is_empty() { lag } else { format!(" ({lag} ago)") };
        output::line(format!("  {:<10} {}{behind}", flow.name(), covered(told)));
        let parts = [
            (told.settled, "settled"),
            (told.parked, "parked"),
            (told.waiting, "waiting"),
            (told.undecided, "undecided"),
            (told.left_alone, "left alone"),
        ];
        let words: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", output::count(*count)))
            .collect();
        if !words.is_empty() {
            output::line(format!("             {}", words.join(", ")));
        }
    }
}

/// What the sweeps of the keys say, where they say anything.
fn sweeps(status: &Status, now: Instant) {
    for (flow, told) in &status.flows {
        let mut words = Vec::new();
        let sweep = told.sweep.as_ref();
        if let Some(missed) = sweep.and_then(|sweep| sweep.vanished) {
            words.push(format!(
                "{} missing in Acumatica and not believed to be deleted: if they are,  ml-connector sync {} --sweep --accept-vanished",
                output::count(missed),
                status.connection
            ));
        }
        if let Some(missing) = sweep.map(|sweep| sweep.missing).filter(|missing| *missing > 0) {
            words.push(format!("{} missing in Acumatica; the next sweep decides", output::count(missing)));
        }
        if told.gone > 0 {
            words.push(format!("{} deleted in Acumatica", output::count(told.gone)));
        }
        if let Some(last) = sweep.and_then(|sweep| sweep.last).filter(|_| !words.is_empty()) {
            words.push(format!("last swept {}", output::ago(now, last)));
        }
        match &told.check {
            Some(check) if check.under_way => words.push("the check of Zoho CRM goes on with the next run".to_owned()),
            Some(check) => words.extend(check.last.map(|last| format!("Zoho CRM checked {}", output::ago(now, last)))),
            None => {}
        }
        if !words.is_empty() {
            output::line(format!("  {:<10} {}", flow.name(), words.join("; ")));
        }
    }
}

/// The last run, and those of flows whose last run was another one.
fn runs(status: &Status, now: Instant) {
    let Some(last) = &status.last_run else {
        output::line(format!("  last run   none yet:  ml-connector sync {}", status.connection));
        return;
    };
    output::line(format!("  last run   {}", run(last, now)));
    output::line(format!("             {}", output::safe(&last.run_id)));
    for cause in &last.causes {
        output::sentence("             ", &output::safe(&cause.message));
        if !cause.remedy.is_empty() {
            let remedy = tables::with_name(&cause.remedy, &cause.message, &status.connection);
            output::sentence("             -> ", &output::safe(&remedy));
        }
    }
    let others: Vec<(&Flow, &LastRun)> = status
        .flows
        .iter()
        .filter_map(|(flow, told)| Some((flow, told.last_run.as_ref()?)))
        .filter(|(_, run)| run.run_id != last.run_id)
        .collect();
    for (flow, other) in others {
        output::line(format!("  {:<10} {} in its last run that ended", flow.name(), run(other, now)));
    }
}

fn run(run: &LastRun, now: Instant) -> String {
    match (run.ended, &run.outcome) {
        (Some(ended), outcome) => {
            let took = output::duration(ended.since(run.started));
            let outcome = outcome.as_deref().unwrap_or("ended").replace('_', " ");
            format!("{outcome}, {}, in {took}", output::ago(now, ended))
        }
        (None, _) => {
            let pid = run.pid.map(|pid| format!(" by process {pid}")).unwrap_or_default();
            let since = output::duration(Duration::from_secs(now.since(run.started).as_secs()));
            format!("begun {since} ago{pid}, not ended: under way, or killed")
        }
    }
}

fn sign_in(connection: &str, system: System, told: &SystemStatus, now: Instant) -> String {
    let renews = if told.refresh_token { "renews itself" } else { "no refresh token" };
    match (told.state, told.access_valid_until) {
        (SignIn::SignedIn, Some(until)) => {
            format!(
                "signed in for {} more, {renews}",
                output::duration(Duration::from_secs(until.since(now).as_secs()))
            )
        }
        (SignIn::SignedIn | SignIn::Renews, _) => "no valid token now; the next call gets one by itself".to_owned(),
        (SignIn::ConsentNeeded, _) => format!("consent is needed:  ml-connector login {connection} {}", system.name()),
    }
}
