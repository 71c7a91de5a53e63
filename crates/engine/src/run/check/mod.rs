//! The check of the sink's side: whether every link still holds, and what people did to it.
//!
//! Owns when a check of a flow is due, how it goes on in a later run, and the walk over carriers of ERP keys and links side by side,
//! both in id order, so that memory stays flat. Must not judge: `sync::pairing::drift` does; `amends` carries out. Runs after the
//! flows, so that it never holds them up.

mod amends;
mod edits;
mod suspects;

use std::collections::BTreeMap;
use std::time::Duration;

pub(super) use suspects::removals;

use port::{Carrier, Removed, System};
use serde::{Deserialize, Serialize};
use sync::pairing::drift;
use sync::settle::Entry;
use sync::{Flow, Instant};

use super::shared::Run;
use super::{RunError, clocks, setup};
use crate::report::CheckReport;

/// Name of the kept progress.
pub const PROFILE: &str = "sink_check";

/// How long a run goes on with checks that nobody asked for, before the next one does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How far changes are looked at before the check that saw the last ones: clocks differ, and stamps have whole seconds.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// Links that are looked at together.
const AT_ONCE: usize = 2_000;

/// Where the checks of a flow stand. Kept between runs as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// When the last check that went through began, or when the first load was complete: on our clock or on the sink's, whichever is
    /// earlier.
    pub since: Instant,
    /// When a check last went through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Instant>,
    /// A check under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
}

/// A check under way: everything at or before the cursor is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When it began.
    pub began: Instant,
    /// The id of the sink behind which it goes on; `None` at the beginning.
    pub cursor: Option<String>,
    /// True once the links are through, and what people edited is looked at.
    #[serde(default)]
    pub edits: bool,
}

/// Where the checks of every flow stand, from the kept text.
#[must_use]
pub fn stand(kept: Option<&str>) -> BTreeMap<Flow, Checks> {
    kept.and_then(|kept| serde_json::from_str(kept).ok()).unwrap_or_default()
}

/// A check under way in this run.
struct Check<'r> {
    run: &'r Run<'r>,
    flow: Flow,
    pass: Pass,
    report: CheckReport,
    /// The sink's list of removed records, once somebody asked for it.
    removed: Option<BTreeMap<String, Removed>>,
    /// Made while a flow is under way: links are judged and settled, and nothing is written or read again beside the flow.
    beside: bool,
}

/// Notes when the connection began to write, before its first write: people may change what a first load wrote long before that load is
/// through.
pub(super) async fn begin(run: &Run<'_>) -> Result<(), RunError> {
    if run.options.dry_run {
        return Ok(());
    }
    let kept = run.cx.store.profile(run.connection.id, PROFILE).await?;
    let mut stands = stand(kept.as_deref());
    let before = stands.len();
    let since = clocks::earlier(run, System::Zoho, run.cx.clock.now());
    for flow in run.flows() {
        stands.entry(flow).or_insert(Checks { since, checked: None, pass: None });
    }
    if stands.len() > before { keep(run, &stands).await } else { Ok(()) }
}

/// Checks the flows for which it is time, and goes on with checks that are under way.
pub(super) async fn all(run: &Run<'_>) -> Result<(), RunError> {
    if run.options.dry_run {
        return Ok(());
    }
    let mut stands = stand(run.cx.store.profile(run.connection.id, PROFILE).await?.as_deref());
    let asked = run.options.full || run.options.check || run.options.accept_restored;
    let until = (!asked).then(|| run.cx.clock.now().plus(PATIENCE));
    let flows: Vec<Flow> = run.flows().collect();
    for flow in flows {
        if run.ended() {
            return Ok(());
        }
        let now = run.cx.clock.now();
        let Some(mut checks) = stands.get(&flow).cloned() else { continue };
        let due = run.connection.check.is_some_and(|often| checks.pass.is_some() || now.since(checks.since) >= often);
        if (!asked && !due) || !is_covered(run, flow).await? {
            continue;
        }
        let pass = checks.pass.take().unwrap_or(Pass { began: now, cursor: None, edits: false });
        let mut check = Check { run, flow, pass, report: CheckReport::default(), removed: None, beside: false };
        run.cx.progress.stage(&format!("Checking {} in Zoho CRM", flow.name()));
        loop {
            let whole = check.step(checks.since.minus(OVERLAP)).await?;
            if !run.ended() {
                checks = if whole {
                    let since = clocks::earlier(run, System::Zoho, check.pass.began);
                    Checks { since, checked: Some(run.cx.clock.now()), pass: None }
                } else {
                    Checks { pass: Some(check.pass.clone()), ..checks }
                };
                stands.insert(flow, checks.clone());
                keep(run, &stands).await?;
            }
            check.report.complete = whole;
            if whole || run.ended() || until.is_some_and(|until| run.cx.clock.now() >= until) {
                break;
            }
        }
        run.checked(flow, check.report);
    }
    Ok(())
}

/// Checks the links to these records of the sink at once, because it refused a record that names one. What follows beyond the link
/// itself is left to the flows and the next check.
pub(super) async fn now(run: &Run<'_>, flow: Flow, ids: &[String]) -> Result<(), RunError> {
    let rows = run.cx.store.linked_to(run.connection.id, flow, ids).await?;
    let links: Vec<Entry> = rows.into_iter().map(|row| row.entry).collect();
    let (count, pass) = (links.len(), Pass { began: run.cx.clock.now(), cursor: None, edits: false });
    Check { run, flow, pass, report: CheckReport::default(), removed: None, beside: true }
        .look_closer(links, count)
        .await
}

async fn keep(run: &Run<'_>, stands: &BTreeMap<Flow, Checks>) -> Result<(), RunError> {
    let text = serde_json::to_string(stands).unwrap_or_default();
    Ok(run.cx.store.put_profile(run.connection.id, PROFILE, &text).await?)
}

/// True once every entity of the flow was read whole.
async fn is_covered(run: &Run<'_>, flow: Flow) -> Result<bool, RunError> {
    let checkpoints = run.cx.store.checkpoints(run.connection.id).await?;
    let covered = |entity| checkpoints.get(entity).is_some_and(|checkpoint| checkpoint.covered_up_to.is_some());
    Ok(flow.entities().iter().all(covered))
}

impl Check<'_> {
    /// One page of links, or of changes since that moment once the links are through; true when nothing is left.
    async fn step(&mut self, since: Instant) -> Result<bool, RunError> {
        if self.pass.edits {
            return self.edits(since).await;
        }
        if self.page().await? {
            self.pass = Pass { cursor: None, edits: true, ..self.pass.clone() };
        }
        Ok(false)
    }

    /// Looks at one page of carriers and at the links of the same stretch; true when it was the last one.
    async fn page(&mut self) -> Result<bool, RunError> {
        let run = self.run;
        let after = self.pass.cursor.clone();
        let (writer, module) = (&run.connection.writer, self.flow.module());
        let asked = || async { writer.carriers(module, after.as_deref()).await.result };
        let Some(page) = setup::understood(run, asked).await? else { return Ok(false) };
        let carried: BTreeMap<&str, &str> =
            page.records.iter().map(|Carrier { id, erp_key }| (id.as_str(), erp_key.as_str())).collect();
        let mut from = after.unwrap_or_else(|| "0".to_owned());
        loop {
            let store = &run.cx.store;
            let links = store.linked(run.connection.id, self.flow, &from, page.next.as_deref(), AT_ONCE).await?;
            self.report.links += links.len() as u64;
            let last = links.last().and_then(|entry| entry.target_id.clone());
            let count = links.len();
            let suspect = |entry: &Entry| {
                let carried = entry.target_id.as_deref().and_then(|id| carried.get(id).copied());
                drift::is_suspect(entry, carried)
            };
            let suspects: Vec<Entry> = links.into_iter().filter(suspect).collect();
            if !suspects.is_empty() {
                self.look_closer(suspects, count).await?;
            }
            match last {
                Some(last) if count == AT_ONCE && !run.ended() => from = last,
                _ => break,
            }
        }
        let whole = page.next.is_none() && !run.ended();
        self.pass.cursor = page.next;
        Ok(whole)
    }
}
