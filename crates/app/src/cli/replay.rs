//! `replay`: try records again.
//!
//! Owns which records are meant, and the question. Changes nothing in either system: it marks the records, and the next sync looks at
//! each again, whether or not it changed; it is written to the record that it is linked to.
//!
//! How many it is, by cause, is said first. On a terminal a selection is asked about, unless `--yes`; records that were named one by
//! one are not. Without a terminal there is nobody to ask: a script that names a selection means it.
//!
//! `--json` prints `{"connection","dry_run","records","causes":[{"flow","state","code"?,"records"}],`
//! `"selected":[{"flow","key","erp_key","state"}]}`: how many, for which causes, and at most 100 of them.

use std::collections::BTreeMap;

use serde::Serialize;
use store::{Access, ConnectionRow, Found, Selection, Share};
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

/// How many records there are for one cause.
#[derive(Serialize)]
struct Cause {
    flow: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    records: u64,
}

impl From<&Share> for Cause {
    fn from(share: &Share) -> Self {
        Self {
            flow: share.flow.name(),
            state: share.state.name(),
            code: share.code.map(Code::name),
            records: share.records,
        }
    }
}

/// A selection as it is shown: how many records, why, and the first of them.
struct Size {
    records: u64,
    causes: Vec<Cause>,
    first: Vec<Found>,
}

pub(super) async fn run(cx: &Invocation, args: ReplayArgs) -> Result<Exit, Failure> {
    let access = if args.dry_run { Access::ReadOnly } else { Access::Beside };
    let opened = Opened::open(cx, access).await?;
    let (row, keys) = connection(&opened, &args).await?;
    let selection = selection(cx, &opened, &row, &args, &keys).await?;
    let size = size(&opened, &row, &selection).await?;
    let idle = args.dry_run || size.records == 0;
    if !cx.json {
        show(&size, args.dry_run);
        let asks = !args.yes && keys.is_empty() && output::can_ask();
        if !idle && asks && !output::ask("Try them again?") {
            return Err(Failure::usage("Nothing was marked."));
        }
    }
    let records = if idle {
        size.records
    } else {
        let by = skip::person(cx, "");
        opened.store.retry(row.id, &selection, &by, opened.clock.now()).await.map_err(refused)?
    };
    if cx.json {
        let listed: Vec<Candidate<'_>> = size.first.iter().map(Candidate::from).collect();
        output::json(&serde_json::json!({
            "connection": row.name, "dry_run": args.dry_run, "records": records, "causes": size.causes, "selected": listed,
        }))?;
    } else if !idle {
        let many = many(records);
        output::line(format!("{many} marked; the next sync tries again:  ml-connector sync {}", row.name));
    }
    Ok(Exit::Settled)
}

async fn size(opened: &Opened, row: &ConnectionRow, selection: &Selection) -> Result<Size, Failure> {
    let shares = opened.store.selection_size(row.id, selection).await.map_err(refused)?;
    let mut first = opened.store.selected(row.id, selection, LISTED).await.map_err(refused)?;
    first.truncate(LISTED);
    Ok(Size {
        records: shares.iter().map(|share| share.records).sum(),
        causes: shares.iter().map(Cause::from).collect(),
        first,
    })
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
) -> Result<Selection, Failure> {
    let range = args.since.is_some() || args.until.is_some();
    let flags = args.run.is_some() || args.parked || args.code.is_some() || range;
    if flags && !keys.is_empty() {
        return Err(Failure::usage(format!(
            "Name records or one of --run, --parked, --code, --since, --until, not both. \"{}\" is not a connection.",
            output::safe(&keys[0])
        )));
    }
    Ok(if let Some(run) = &args.run {
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
        Selection::Keys(found.into_values().map(|found| found.erp_key).collect())
    })
}

/// The code of a problem that records can have.
pub(super) fn problem_code(word: &str) -> Result<Code, Failure> {
    let known: Vec<&str> = Code::ALL.iter().filter(|code| !code.of_flow()).map(|code| code.name()).collect();
    match Code::named(word) {
        Some(code) if code.of_flow() => Err(Failure::usage(format!(
            "{} concerns a whole flow, and no record is open for it. {}",
            code.name(),
            code.remedy()
        ))),
        Some(code) => Ok(code),
        None => {
            let near = nearest(word, &known).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
            let word = output::safe(word);
            Err(Failure::usage(format!("There is no problem code \"{word}\".{near} Known: {}.", known.join(", "))))
        }
    }
}

fn many(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{} records", output::count(records)) }
}

fn show(size: &Size, dry_run: bool) {
    if size.records == 0 {
        output::line("Nothing to try again: no open record is meant, or each is marked already.");
        return;
    }
    let would =
        if dry_run { "would be tried again by the next sync; nothing was marked:" } else { "to be tried again:" };
    output::line(format!("{} {would}", many(size.records)));
    let widest = size.causes.iter().map(|cause| output::count(cause.records).chars().count()).max().unwrap_or(0);
    for cause in &size.causes {
        let (number, state) = (output::count(cause.records), cause.state.replace('_', " "));
        let code = cause.code.map(|code| format!(": {code}")).unwrap_or_default();
        output::line(format!("  {number:>widest$}  {}, {state}{code}", cause.flow));
    }
    let shown: Vec<String> = size.first.iter().take(SHOWN).map(|found| output::cut(&found.code, 60)).collect();
    let rest = size.records.saturating_sub(shown.len() as u64);
    let more = if rest > 0 { format!(" and {} more", output::count(rest)) } else { String::new() };
    output::line(format!("  records: {}{more}", shown.join(", ")));
}
