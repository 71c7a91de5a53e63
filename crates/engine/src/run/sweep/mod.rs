//! Sweeps of the source's keys: what no stamp shows (deletions, renames, moves, rows that became visible or changed unseen).
//!
//! Owns when a sweep of a flow runs, how it goes on in a later run, and its stages: list the keys, walk the ledger for what was not
//! listed, ask for missed records by their ids. Must not judge: `sync::detect::sweep` does. Runs after the flows, so that it never
//! holds them up, and stops after a while unless a person asked for it.

mod answers;
mod farewell;
mod judging;
mod listing;
mod walking;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{RecordId, Sweeps};
use sync::detect::sweep;
use sync::settle::State;
use sync::{Entity, Flow, Instant};

use super::RunError;
use super::rows::Rows;
use super::shared::Run;
use crate::report::SweepReport;

/// How long a run goes on with sweeps that nobody asked for, before the next one does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Records asked for by id in a run that nobody asked to sweep.
const ASKED: usize = 200;

/// How far a sweep is. Kept between runs as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    /// Rows of the ledger behind this one are younger than the sweep.
    newest: i64,
    /// Records of the ledger that the list should hold.
    expected: u64,
    /// Rows that were listed.
    listed: u64,
    /// Records that were missed so far.
    missed: u64,
    /// True once the list is read again with archived records.
    archived: bool,
    /// A person has said that what it misses is gone: one miss is enough, however many they are.
    accepted: bool,
    /// A record that was listed: asked for by its id, it must be there, or such answers prove nothing.
    control: Option<(Entity, String)>,
    stage: Stage,
}

/// Where it goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// With the page of an entity behind a cursor.
    Listing { entity: Entity, cursor: Option<String> },
    /// With the stretch of the ledger from this row on.
    Walking { from: i64 },
    /// With the missed records behind this row.
    Judging { after: i64 },
}

/// A sweep under way in this run.
struct Sweep<'r> {
    run: &'r Run<'r>,
    flow: Flow,
    sweeps: Sweeps,
    progress: Progress,
    report: SweepReport,
    /// When the run has spent enough time on it; `None` when a person asked for it.
    until: Option<Instant>,
    /// Records that may still be asked for by id in this run.
    budget: usize,
    /// True once asking by id is known to work.
    tried: bool,
}

/// Sweeps the flows for which it is time, goes on with sweeps that are under way, and carries out what people answered.
pub(super) async fn all(run: &Run<'_>) -> Result<(), RunError> {
    if run.options.dry_run {
        return Ok(());
    }
    let until = run.cx.clock.now().plus(PATIENCE);
    let flows: Vec<Flow> = run.flows().collect();
    for flow in flows {
        if run.ended() {
            return Ok(());
        }
        answers::carry_out(run, flow).await?;
        if !run.ended()
            && let Some(mut sweep) = due(run, flow, until).await?
        {
            let result = sweep.go().await;
            run.swept(flow, sweep.report);
            result?;
        }
    }
    Ok(())
}

/// The sweep of a flow that this run begins or goes on with.
async fn due<'r>(run: &'r Run<'r>, flow: Flow, until: Instant) -> Result<Option<Sweep<'r>>, RunError> {
    let (store, connection, now) = (&run.cx.store, run.connection.id, run.cx.clock.now());
    let asked = run.options.sweep || run.options.full || run.options.accept_restored;
    let interval = run.connection.flows.get(&flow).copied().unwrap_or_default().sweep;
    let kept = store.sweeps(connection, flow).await?;
    let sweeps = match kept {
        Some(sweeps) => sweeps,
        None if is_covered(run, flow).await? => {
            // A load that has just ended has seen every key.
            let sweeps = Sweeps { since: now, swept: None, vanished: None, number: 0, pass: None };
            store.put_sweeps(connection, run.epoch, flow, &sweeps).await?;
            sweeps
        }
        None => return Ok(None),
    };
    let under_way = sweeps.pass.as_deref().and_then(|pass| serde_json::from_str::<Progress>(pass).ok());
    let wanted = asked || (under_way.is_some() && interval.is_some()) || sweep::is_due(sweeps.since, interval, now);
    if !wanted {
        return Ok(None);
    }
    let (sweeps, progress) = match under_way {
        Some(mut progress) => {
            if let Stage::Listing { cursor, .. } = &mut progress.stage {
                *cursor = cursor.take().map(|kept| run.connection.reader.resumed(kept));
            }
            (sweeps, progress)
        }
        None => (Sweeps { number: sweeps.number + 1, pass: None, ..sweeps }, begin(run, flow).await?),
    };
    Ok(Some(Sweep {
        run,
        flow,
        sweeps,
        progress,
        report: SweepReport::default(),
        until: (!asked).then_some(until),
        budget: if asked { usize::MAX } else { ASKED },
        tried: false,
    }))
}

/// True once every entity of the flow was read whole.
async fn is_covered(run: &Run<'_>, flow: Flow) -> Result<bool, RunError> {
    let checkpoints = run.cx.store.checkpoints(run.connection.id).await?;
    let covered = |entity| checkpoints.get(entity).is_some_and(|checkpoint| checkpoint.covered_up_to.is_some());
    Ok(flow.entities().iter().all(covered))
}

async fn begin(run: &Run<'_>, flow: Flow) -> Result<Progress, RunError> {
    let counts = run.cx.store.state_counts(run.connection.id).await?;
    let live = [State::Settled, State::Waiting, State::Undecided, State::Parked, State::LeftAlone];
    let expected = live.iter().filter_map(|state| counts.get(&(flow, *state))).sum();
    Ok(Progress {
        newest: run.cx.store.newest_record().await?.number(),
        expected,
        listed: 0,
        missed: 0,
        archived: false,
        accepted: false,
        control: None,
        stage: Stage::Listing { entity: flow.entities()[0], cursor: None },
    })
}

impl Sweep<'_> {
    /// Goes through the stages until the sweep ends, the run ends or its patience does.
    async fn go(&mut self) -> Result<(), RunError> {
        self.run.cx.progress.stage(&format!("Sweeping the keys of {}", self.flow.name()));
        loop {
            let over = self.until.is_some_and(|until| self.run.cx.clock.now() >= until);
            if over || self.budget == 0 || self.run.ended() {
                return Ok(());
            }
            let done = match self.progress.stage.clone() {
                Stage::Listing { entity, cursor } => self.list(entity, cursor).await?,
                Stage::Walking { from } => self.walk(RecordId::numbered(from)).await?,
                Stage::Judging { after } => self.judge(RecordId::numbered(after)).await?,
            };
            if done {
                return Ok(());
            }
        }
    }

    /// The sweep's row with where it goes on.
    fn kept(&self) -> Sweeps {
        Sweeps { pass: serde_json::to_string(&self.progress).ok(), ..self.sweeps.clone() }
    }

    /// The sweep went through.
    async fn finish(&mut self) -> Result<(), RunError> {
        let now = self.run.cx.clock.now();
        self.sweeps = Sweeps { since: now, swept: Some(now), vanished: None, pass: None, ..self.sweeps.clone() };
        let (store, connection) = (&self.run.cx.store, self.run.connection.id);
        store.put_sweeps(connection, self.run.epoch, self.flow, &self.sweeps).await?;
        self.report.complete = true;
        Ok(())
    }
}

/// Takes records that were fetched through the ordinary pass of their flow.
async fn take(run: &Run<'_>, flow: Flow, records: Vec<sync::Record>) -> Result<(), RunError> {
    if records.is_empty() {
        return Ok(());
    }
    let mut pass = super::flow::Pass::idle(run, flow);
    pass.take(records, None).await?;
    pass.drive().await?;
    run.add_figures(flow, &pass.figures);
    Ok(())
}
