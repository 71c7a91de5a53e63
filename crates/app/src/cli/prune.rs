//! `prune`: take away what is past its time.
//!
//! Owns what is said of it. How long things are kept is a setting of the process; the steps are the store's. Each `sync` prunes a
//! little by itself, so that this is for the impatient and for a look beforehand.
//!
//! `--json` prints `{"dry_run","connections":[{"connection","bodies","reports","settlements","decisions","runs"}]}`: batches whose
//! bodies went, reports of runs, batches whose decisions went, these decisions, runs.

use serde::Serialize;
use store::{Access, Pruned};

use super::args::PruneArgs;
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::process::exit::{Exit, Failure};

/// Steps between two looks at whether there is more.
const STEPS: usize = 100;

#[derive(Serialize)]
struct Told {
    connection: String,
    bodies: u64,
    reports: u64,
    settlements: u64,
    decisions: u64,
    runs: u64,
}

pub(super) async fn run(cx: &Invocation, args: PruneArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, if args.dry_run { Access::ReadOnly } else { Access::Beside }).await?;
    let rows = match &args.name {
        Some(name) => vec![opened.connection(Some(name)).await?],
        None => opened.store.connections().await.map_err(refused)?,
    };
    let (retention, now) = (cx.settings.retention(), opened.clock.now());
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut sum = Pruned::default();
        if args.dry_run {
            sum = opened.store.prunable(row.id, &retention, now).await.map_err(refused)?;
        } else {
            loop {
                let part = opened.store.prune(row.id, &retention, now, STEPS).await.map_err(refused)?;
                sum.bodies += part.bodies;
                sum.reports += part.reports;
                sum.settlements += part.settlements;
                sum.decisions += part.decisions;
                sum.runs += part.runs;
                if !part.more {
                    break;
                }
            }
        }
        let Pruned { bodies, reports, settlements, decisions, runs, more: _ } = sum;
        all.push(Told { connection: row.name, bodies, reports, settlements, decisions, runs });
    }
    if cx.json {
        output::json(&serde_json::json!({ "dry_run": args.dry_run, "connections": all }))?;
        return Ok(Exit::Settled);
    }
    let settings = &cx.settings;
    for told in &all {
        let went = if args.dry_run { "would go" } else { "went" };
        output::line(format!(
            "{}: bodies of {} batches and {} reports {went} (older than {} days), {} decisions in {} batches (older than {} days).",
            output::safe(&told.connection),
            output::count(told.bodies),
            output::count(told.reports),
            settings.keep_bodies_days.value,
            output::count(told.decisions),
            output::count(told.settlements),
            settings.keep_decisions_days.value,
        ));
    }
    if !cx.quiet {
        output::hint(
            "What was last decided over an open record stays while it is open. `audit verify` still proves the rest.",
        );
    }
    Ok(Exit::Settled)
}
