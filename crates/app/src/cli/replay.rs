//! `replay`: try records again.
//!
//! Owns which records are meant. Changes nothing in either system: it marks the records, and the next sync looks at each again,
//! whether or not it changed.
//!
//! `--json` prints `{"connection","dry_run","records","selected":[{"flow","key","erp_key","state"}]}`: how many, and at most 100 of them.

use std::collections::BTreeMap;

use store::{Access, ConnectionRow, Found, Selection};
use sync::Instant;
use sync::problem::Code;

use super::args::ReplayArgs;
use super::opened::refused;
use super::record::{Candidate, one};
use super::{Invocation, Opened, output, skip};
use crate::connection_file::nearest;
use crate::process::exit::{Exit, Failure};

/// Records that are listed with `--json`.
const LISTED: usize = 100;
/// Records that are listed for people.
const SHOWN: usize = 10;

pub(super) async fn run(cx: &Invocation, args: ReplayArgs) -> Result<Exit, Failure> {
    let access = if args.dry_run { Access::ReadOnly } else { Access::Beside };
    let opened = Opened::open(cx, access).await?;
    let (row, keys) = connection(&opened, &args).await?;
    let (selection, selected) = selection(cx, &opened, &row, &args, &keys).await?;
    let records = if args.dry_run || selected.is_empty() {
        selected.len() as u64
    } else {
        let by = skip::person(cx, "");
        opened.store.retry(row.id, &selection, &by, opened.clock.now()).await.map_err(refused)?
    };
    if cx.json {
        let listed: Vec<Candidate<'_>> = selected.iter().take(LISTED).map(Candidate::from).collect();
        output::json(&serde_json::json!({
            "connection": row.name, "dry_run": args.dry_run, "records": records, "selected": listed,
        }))?;
    } else {
        show(&row.name, &selected, records, args.dry_run);
    }
    Ok(Exit::Settled)
}

/// Splits the words: a first word that is a connection's name is meant as such.
async fn connection(opened: &Opened, args: &ReplayArgs) -> Result<(ConnectionRow, Vec<String>), Failure> {
    let known = opened.store.connections().await.map_err(refused)?;
    let (name, keys) = match args.words.split_first() {
        Some((first, rest)) if known.iter().any(|row| row.name == *first) => (Some(first.as_str()), rest),
        _ => (None, args.words.as_slice()),
    };
    Ok((opened.connection(name).await?, keys.to_vec()))
}

async fn selection(
    cx: &Invocation,
    opened: &Opened,
    row: &ConnectionRow,
    args: &ReplayArgs,
    keys: &[String],
) -> Result<(Selection, Vec<Found>), Failure> {
    let range = args.since.is_some() || args.until.is_some();
    let flags = args.run.is_some() || args.parked || args.code.is_some() || range;
    if flags && !keys.is_empty() {
        return Err(Failure::usage(format!(
            "Name records or one of --run, --parked, --code, --since, --until, not both. \"{}\" is not a connection.",
            output::safe(&keys[0])
        )));
    }
    let selection = if let Some(run) = &args.run {
        let kept = opened.store.run(run).await.map_err(refused)?;
        if kept.is_none_or(|kept| kept.connection != row.id) {
            return Err(Failure::usage(format!(
                "{} has no run \"{}\". Known runs: ml-connector runs {0}",
                row.name,
                output::safe(run)
            )));
        }
        Selection::Run(run.clone())
    } else if let Some(code) = &args.code {
        Selection::Code(problem_code(code)?)
    } else if range {
        let (since, until) = (args.since.unwrap_or(Instant::from_micros(0)), args.until);
        Selection::Between { since, until: until.unwrap_or(Instant::from_micros(i64::MAX)) }
    } else if args.parked {
        Selection::Open
    } else if keys.is_empty() {
        return Err(Failure::usage(
            "Which records? Name them, or use --parked, --run ID, --code C or --since T --until T.",
        ));
    } else {
        let mut found = BTreeMap::new();
        for key in keys {
            let one = one(cx, opened, row, key).await?;
            found.insert(one.id, one);
        }
        let found: Vec<Found> = found.into_values().collect();
        return Ok((Selection::Keys(found.iter().map(|found| found.erp_key.clone()).collect()), found));
    };
    let selected = opened.store.selected(row.id, &selection).await.map_err(refused)?;
    Ok((selection, selected))
}

pub(super) fn problem_code(word: &str) -> Result<Code, Failure> {
    Code::named(word).ok_or_else(|| {
        let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        let near = nearest(word, &known).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        Failure::usage(format!(
            "There is no problem code \"{}\".{near} Known: {}.",
            output::safe(word),
            known.join(", ")
        ))
    })
}

fn show(connection: &str, selected: &[Found], records: u64, dry_run: bool) {
    if selected.is_empty() {
        output::line("Nothing to try again: no open record is meant, or each is marked already.");
        return;
    }
    let many = if records == 1 { "1 record".to_owned() } else { format!("{} records", output::count(records)) };
    if dry_run {
        output::line(format!("{many} would be tried again by the next sync; nothing was marked:"));
    } else {
        output::line(format!("{many} marked; the next sync tries again:  ml-connector sync {connection}"));
    }
    for found in selected.iter().take(SHOWN) {
        output::line(format!(
            "  {}  {}, {}",
            found.flow.name(),
            output::safe(&found.code),
            found.state.name().replace('_', " ")
        ));
    }
    if selected.len() > SHOWN {
        output::line(format!("  and {} more", output::count((selected.len() - SHOWN) as u64)));
    }
}
