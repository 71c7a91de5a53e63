//! `status`: how far each flow has come, what is open, and whether both systems can be signed in to.
//!
//! Owns the figures. Reads beside a running worker and calls neither system.
//!
//! `--json` prints `{"connections":[{"connection",`
//! `"flows":{"customers":{"enabled","covered_up_to"?,"lag_seconds"?,"settled","skipped","left_alone","gone","parked","waiting",`
//! `"undecided","sweep"?,"check"?,"balances_as_of"?,"last_run"?}, …},"systems":{"acumatica":{"state","access_valid_until"?,"refresh_token","clock"?},"zoho":{…}},"last_run"?}]}`.
//! A `last_run` is `{"run_id","outcome"?,"started","ended"?,"pid"?,"causes"?}`, without `ended` while it is under way or when its
//! process was killed (`pid` names that process); that of a flow is the newest that ended and had the flow in it. `causes` say why it
//! did not go through: `[{"code","flow"?,"message","remedy"}]`, each a fault of the run or a problem of a whole flow.
//! `balances_as_of` is when the last look at all open documents began. A `sweep` is
//! `{"last"?,"next"?,"under_way","missing","vanished"?}`: when the last sweep of the keys ended, from when on the next run begins one
//! (none when it is switched off), whether one goes on with the next run, how many records it missed that nothing was decided over
//! yet, and how many were missed by one that was not believed. A `check` of Zoho's side is `{"last"?,"next"?,"under_way"}`,
//! likewise. A `clock` is `{"ahead_seconds","off","as_of"}`: how far the system's clock was ahead of this machine's in the newest run
//! in which it answered, and whether that is beyond a minute. `covered_up_to` is on Acumatica's clock, `lag_seconds` allows for both.
//! `state` of a system is
//! `signed_in`, `renews` (the next call gets a new token by itself) or `consent_needed`.

mod show;

use std::collections::BTreeMap;
use std::time::Duration;

use engine::run::check;
use serde::Serialize;
use serde_json::Value;
use store::{Access, ConnectionRow, Reread, RunRow};
use sync::settle::State;
use sync::{Flow, Instant};

use super::args::OneArgs;
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::connection_file::{AcumaticaGrant, Settings};
use crate::process::exit::{Exit, Failure};

/// Runs that are looked through for the last one of each flow.
const LOOKED: usize = 100;

#[derive(Serialize)]
struct Status {
    connection: String,
    flows: BTreeMap<Flow, FlowStatus>,
    systems: BTreeMap<port::System, SystemStatus>,
    last_run: Option<LastRun>,
}

#[derive(Default, Serialize)]
struct FlowStatus {
    enabled: bool,
    covered_up_to: Option<Instant>,
    lag_seconds: Option<u64>,
    settled: u64,
    skipped: u64,
    left_alone: u64,
    gone: u64,
    parked: u64,
    waiting: u64,
    undecided: u64,
    sweep: Option<SweepStatus>,
    /// Invoices: every balance is at least as fresh as this.
    #[serde(skip_serializing_if = "Option::is_none")]
    balances_as_of: Option<Instant>,
    check: Option<CheckStatus>,
    last_run: Option<LastRun>,
}

#[derive(Serialize)]
struct SweepStatus {
    last: Option<Instant>,
    /// The first run from then on begins one.
    next: Option<Instant>,
    under_way: bool,
    missing: u64,
    vanished: Option<u64>,
}

#[derive(Serialize)]
struct CheckStatus {
    last: Option<Instant>,
    next: Option<Instant>,
    under_way: bool,
}

#[derive(Clone, Serialize)]
struct LastRun {
    run_id: String,
    outcome: Option<String>,
    started: Instant,
    ended: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<Cause>,
}

/// Why a run did not go through: what its report says of the run itself or of a whole flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Cause {
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    flow: String,
    message: String,
    remedy: String,
}

/// How a system can be called next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum SignIn {
    /// An access token is valid.
    SignedIn,
    /// None is, but the next call gets one by itself.
    Renews,
    /// A person must consent.
    ConsentNeeded,
}

#[derive(Serialize)]
struct SystemStatus {
    state: SignIn,
    access_valid_until: Option<Instant>,
    refresh_token: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockStatus>,
}

#[derive(Clone, Serialize)]
struct ClockStatus {
    ahead_seconds: f64,
    off: bool,
    as_of: Instant,
}

pub(super) async fn run(cx: &Invocation, args: OneArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, Access::ReadOnly).await?;
    let rows = match &args.name {
        Some(name) => vec![opened.connection(Some(name)).await?],
        None => opened.store.connections().await.map_err(refused)?,
    };
    let now = opened.clock.now();
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        all.push(status(&opened, row, now).await?);
    }
    if cx.json {
        output::json(&serde_json::json!({ "connections": all }))?;
    } else if all.is_empty() {
        output::line("There is no connection yet. Begin with:  ml-connector init");
    } else {
        show::all(&all, now);
    }
    Ok(Exit::Settled)
}

async fn status(opened: &Opened, row: &ConnectionRow, now: Instant) -> Result<Status, Failure> {
    let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| Failure::fault(error.to_string()))?;
    let runs = opened.store.runs(row.id, None, LOOKED).await.map_err(refused)?;
    let mut flows = flows(opened, row, &settings, now).await?;
    for (flow, run) in last_of_each(&runs) {
        flows.entry(flow).or_default().last_run = Some(run);
    }
    let mut last_run = runs.first().map(LastRun::from);
    if let Some(run) = last_run.as_mut().filter(|run| run.ended.is_none()) {
        let owner = opened.store.owner(row.id).await.map_err(refused)?;
        run.pid = owner.filter(|owner| owner.holder == run.run_id).map(|owner| owner.pid);
    }
    let mut systems = systems(opened, row, &settings, now).await?;
    for (system, told) in &mut systems {
        told.clock = newest_clock(&runs, *system);
    }
    Ok(Status { connection: row.name.clone(), flows, systems, last_run })
}

async fn flows(
    opened: &Opened,
    row: &ConnectionRow,
    settings: &Settings,
    now: Instant,
) -> Result<BTreeMap<Flow, FlowStatus>, Failure> {
    let checkpoints = opened.store.checkpoints(row.id).await.map_err(refused)?;
    let counts = opened.store.state_counts(row.id).await.map_err(refused)?;
    let rereads = opened.store.rereads(row.id).await.map_err(refused)?;
    let balances = rereads.get(&Reread::Balances).map(|state| state.done);
    let checks = check::stand(opened.store.profile(row.id, check::PROFILE).await.map_err(refused)?.as_deref());
    let mut flows = BTreeMap::new();
    for flow in Flow::ALL {
        // The least of all entities, with our clock at that moment.
        let covered = flow.entities().iter().map(|entity| {
            let checkpoint = checkpoints.get(entity)?;
            checkpoint.covered_up_to.map(|covered| (covered, checkpoint.read_at.unwrap_or(covered)))
        });
        let least = covered.min().flatten();
        let covered_up_to = least.map(|(covered, _)| covered);
        let count = |state| counts.get(&(flow, state)).copied().unwrap_or(0);
        flows.insert(
            flow,
            FlowStatus {
                enabled: settings.flows.get(&flow).is_some_and(|part| part.enabled),
                covered_up_to,
                lag_seconds: least.map(|(_, read_at)| now.since(read_at).as_secs()),
                settled: count(State::Settled),
                skipped: count(State::Skipped),
                left_alone: count(State::LeftAlone),
                gone: count(State::Gone),
                parked: count(State::Parked),
                waiting: count(State::Waiting),
                undecided: count(State::Undecided),
                sweep: sweep(opened, row, settings, flow).await?,
                balances_as_of: balances.filter(|_| flow == Flow::Invoices),
                check: checks.get(&flow).map(|checks| CheckStatus {
                    last: checks.checked,
                    next: after(checks.since, settings.zoho.check),
                    under_way: checks.pass.is_some(),
                }),
                last_run: None,
            },
        );
    }
    Ok(flows)
}

async fn sweep(
    opened: &Opened,
    row: &ConnectionRow,
    settings: &Settings,
    flow: Flow,
) -> Result<Option<SweepStatus>, Failure> {
    let Some(sweeps) = opened.store.sweeps(row.id, flow).await.map_err(refused)? else { return Ok(None) };
    let missing = opened.store.missing(row.id, flow).await.map_err(refused)?;
    let every = settings.flows.get(&flow).and_then(|part| part.sweep);
    Ok(Some(SweepStatus {
        last: sweeps.swept,
        next: after(sweeps.since, every),
        under_way: sweeps.pass.is_some(),
        missing,
        vanished: sweeps.vanished,
    }))
}

/// When something that happens `every` so many seconds is due; never when it is switched off.
fn after(since: Instant, every: Option<u64>) -> Option<Instant> {
    every.map(|seconds| since.plus(Duration::from_secs(seconds)))
}

async fn systems(
    opened: &Opened,
    row: &ConnectionRow,
    settings: &Settings,
    now: Instant,
) -> Result<BTreeMap<port::System, SystemStatus>, Failure> {
    let sealed = opened.store.sealed_fields(row.id).await.map_err(refused)?;
    let mut systems = BTreeMap::new();
    for system in [port::System::Acumatica, port::System::Zoho] {
        let grant = opened.store.grant(row.id, system.name()).await.map_err(refused)?;
        let alone = match system {
            port::System::Acumatica => settings.acumatica.grant == AcumaticaGrant::Password,
            port::System::Zoho => sealed.iter().any(|field| field == "zoho.grant_code"),
        };
        let access_valid_until = grant.access.as_ref().map(|access| access.expires).filter(|expires| *expires > now);
        let state = sign_in(access_valid_until.is_some(), grant.refresh.is_some() || alone);
        systems.insert(
            system,
            SystemStatus { state, access_valid_until, refresh_token: grant.refresh.is_some(), clock: None },
        );
    }
    Ok(systems)
}

const fn sign_in(valid: bool, renewable: bool) -> SignIn {
    match (valid, renewable) {
        (true, _) => SignIn::SignedIn,
        (false, true) => SignIn::Renews,
        (false, false) => SignIn::ConsentNeeded,
    }
}

impl From<&RunRow> for LastRun {
    fn from(run: &RunRow) -> Self {
        Self {
            run_id: run.run.clone(),
            outcome: run.outcome.clone(),
            started: run.started,
            ended: run.ended,
            pid: None,
            causes: causes(&report(run)),
        }
    }
}

/// The report that a run left; null when it left none.
fn report(run: &RunRow) -> Value {
    run.summary.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// What a report says of the run itself or of a whole flow: those stand first and name no record.
fn causes(report: &Value) -> Vec<Cause> {
    let listed = report["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |problem: &Value, field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    listed
        .iter()
        .take_while(|problem| problem["key"] == "")
        .map(|problem| Cause {
            code: text(problem, "code"),
            flow: text(problem, "flow"),
            message: text(problem, "message"),
            remedy: text(problem, "remedy"),
        })
        .collect()
}

/// What the newest run in which `system` answered found of its clock; `runs` come the newest first.
fn newest_clock(runs: &[RunRow], system: port::System) -> Option<ClockStatus> {
    runs.iter().find_map(|run| {
        let report = report(run);
        let clock = report["clocks"].get(system.name())?;
        let (ahead_seconds, off) = (clock["ahead_seconds"].as_f64()?, clock["off"].as_bool()?);
        Some(ClockStatus { ahead_seconds, off, as_of: run.started })
    })
}

/// The newest ended run of each flow; `runs` come the newest first.
fn last_of_each(runs: &[RunRow]) -> BTreeMap<Flow, LastRun> {
    let mut last = BTreeMap::new();
    for run in runs {
        let report = report(run);
        for flow in Flow::ALL {
            if report["flows"].get(flow.name()).is_some() {
                last.entry(flow).or_insert_with(|| LastRun::from(run));
            }
        }
        if last.len() == Flow::ALL.len() {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn causes_are_what_concerns_the_run_and_no_records() {
        let one = |code: &str, flow: &str, key: &str| json!({"code": code, "flow": flow, "key": key, "message": "m", "remedy": "r"});
        let report = json!({"problems": [one("credentials", "", ""), one("rows_vanished", "items", ""), one("refused", "items", "A")]});
        let told = causes(&report);
        let codes: Vec<(&str, &str)> = told.iter().map(|cause| (cause.code.as_str(), cause.flow.as_str())).collect();
        assert_eq!(codes, [("credentials", ""), ("rows_vanished", "items")]);
        assert_eq!(causes(&Value::Null), Vec::new());
    }

    #[test]
    fn a_token_that_lives_or_renews_needs_nobody() {
        assert_eq!(sign_in(true, false), SignIn::SignedIn);
        assert_eq!(sign_in(false, true), SignIn::Renews);
        assert_eq!(sign_in(false, false), SignIn::ConsentNeeded);
    }
}
