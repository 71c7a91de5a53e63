//! `skip`: leave a record alone, with a reason.
//!
//! Owns what may be left alone: open records only. The decision is a person's and stands in the trail with their name.

use store::{Access, By};
use sync::settle::State;

use super::args::SkipArgs;
use super::opened::refused;
use super::{Invocation, Opened, output, record};
use crate::process::exit::{Exit, Failure};

/// Longest reason, in characters.
const LONGEST: usize = 500;

pub(super) async fn run(cx: &Invocation, args: SkipArgs) -> Result<Exit, Failure> {
    let why = args.why.trim();
    if why.is_empty() || why.chars().count() > LONGEST {
        return Err(Failure::usage(format!(
            "--why needs a reason of 1 to {LONGEST} characters: it stands in the trail for whoever asks later."
        )));
    }
    let opened = Opened::open(cx, Access::Beside).await?;
    let (row, key) = opened.connection_and_key(args.first, args.second).await?;
    let found = record::one(cx, &opened, &row, &key).await?;
    let code = output::safe(&found.code);
    let left = match found.state {
        State::Settled | State::Skipped => {
            return Err(Failure::usage(format!("{code} is {}: there is nothing to leave alone.", found.state.name())));
        }
        State::Gone => {
            return Err(Failure::usage(format!(
                "{code} is no longer in Acumatica, and that was seen to: there is nothing to leave alone."
            )));
        }
        State::LeftAlone => false,
        State::Waiting | State::Undecided | State::Parked => {
            let by = person(cx, why);
            opened.store.leave_alone(row.id, found.id, &by, opened.clock.now()).await.map_err(refused)?
        }
    };
    if cx.json {
        output::json(&serde_json::json!({
            "connection": row.name, "flow": found.flow, "key": found.code, "erp_key": found.erp_key,
            "state": State::LeftAlone, "changed": left, "why": why,
        }))?;
    } else if left {
        output::line(format!(
            "{code} is left alone until it changes in Acumatica. To try it anyway:  ml-connector replay {} {code}",
            row.name
        ));
    } else {
        output::line(format!("{code} is left alone already."));
    }
    Ok(Exit::Settled)
}

/// Who sits at this terminal, with the reason given.
pub(super) fn person(cx: &Invocation, why: &str) -> By {
    let name = cx.env.get("USER").or_else(|| cx.env.get("LOGNAME"));
    let who = name.map_or_else(|| "an unnamed user of the command line".to_owned(), |name| output::cut(&name, 64));
    By { who, why: output::safe(why) }
}
