//! `erase`: a person's values go, on request.
//!
//! Owns the question, the refusals and what is said. What goes and what stays is the store's. Nothing is changed in either system.
//!
//! `--json` prints `{"connection","flow","key","erp_key","agreed","decisions","bodies","reports"}`: whether agreed values went, and
//! from how many decisions, kept requests and reports of runs.

use store::{Access, Erased, Erasure};

use super::args::EraseArgs;
use super::opened::refused;
use super::{Invocation, Opened, output, record, skip};
use crate::process::exit::{Exit, Failure};

/// Longest reason, in characters.
const LONGEST: usize = 500;

pub(super) async fn run(cx: &Invocation, args: EraseArgs) -> Result<Exit, Failure> {
    let why = args.why.trim();
    if why.is_empty() || why.chars().count() > LONGEST {
        return Err(Failure::usage(format!(
            "--why needs a reason of 1 to {LONGEST} characters, without the person's name: it stays in the trail."
        )));
    }
    let opened = Opened::open(cx, Access::Beside).await?;
    let (row, key) = opened.connection_and_key(args.first, args.second).await?;
    let found = record::one(cx, &opened, &row, &key).await?;
    let code = output::safe(&found.code);
    if !args.yes {
        let question = format!("Erase what is kept of {code} for good? Neither Acumatica nor Zoho CRM is changed.");
        if !output::can_ask() {
            return Err(Failure::usage("Erasing cannot be undone: add --yes."));
        }
        if !output::ask(&question) {
            return Err(Failure::usage("Nothing was erased."));
        }
    }
    let by = skip::person(cx, why);
    let erased = match opened.store.erase(row.id, found.id, &by, opened.clock.now()).await.map_err(refused)? {
        Erasure::Done(erased) => erased,
        Erasure::Open(state) => {
            return Err(Failure::usage(format!(
                "{code} is {}: its values are needed until that is settled. Correct or skip it first:  ml-connector skip {} {code} --why …",
                state.name(),
                row.name
            )));
        }
        Erasure::Asked => {
            return Err(Failure::usage(format!(
                "Another try of {code} is asked for. Let it happen first:  ml-connector sync {}",
                row.name
            )));
        }
        Erasure::Unknown => return Err(Failure::usage(format!("{code} is gone since it was looked up."))),
    };
    let Erased { agreed, decisions, bodies, reports } = erased;
    if cx.json {
        output::json(&serde_json::json!({
            "connection": row.name, "flow": found.flow, "key": found.code, "erp_key": found.erp_key,
            "agreed": agreed, "decisions": decisions, "bodies": bodies, "reports": reports,
        }))?;
        return Ok(Exit::Settled);
    }
    output::line(format!(
        "{code}: values of {decisions} decisions, {bodies} requests and {reports} reports are erased{}.",
        if agreed { ", and what was last agreed" } else { "" }
    ));
    output::line("Its link stays, so that it is not doubled, and so does the fact that each decision was made.");
    output::line("A change of the record in Acumatica brings values again: erase it there and in Zoho CRM first.");
    if cx.settings.database.value.is_some() {
        output::line("PostgreSQL overwrites erased rows when it vacuums. Backups made before still hold them.");
    } else {
        output::line("Backups made before still hold them.");
    }
    Ok(Exit::Settled)
}
