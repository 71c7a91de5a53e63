//! `audit verify`: that no part of the trail was changed, removed or reordered.
//!
//! Owns what is said of each chain. The walk is the store's.

use serde::Serialize;
use store::Verified;
use sync::Instant;

use crate::cli::opened::refused;
use crate::cli::{Invocation, Opened, output, tables};
use crate::process::exit::{Exit, Failure};

#[derive(Serialize)]
struct Told {
    connection: String,
    whole: bool,
    settlements: u64,
    rows: u64,
    exchanges: u64,
    /// Hexadecimal, to be kept elsewhere: it also proves that the database was not put back to an earlier state.
    head: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<Place>,
}

#[derive(Serialize)]
struct Place {
    /// `settlement.position`.
    at_row: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Instant>,
    what: String,
}

/// Verifies one connection, or all; with a `head`, one.
pub(super) async fn run(
    cx: &Invocation,
    opened: &Opened,
    name: Option<&str>,
    head: Option<&str>,
) -> Result<Exit, Failure> {
    let rows = match (name, head) {
        (Some(_), _) | (None, Some(_)) => vec![opened.connection(name).await?],
        (None, None) => opened.store.connections().await.map_err(refused)?,
    };
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let verified = opened.store.verify_since(row.id, head).await.map_err(refused)?;
        all.push(Told::new(row.name, verified));
    }
    let whole = all.iter().all(|told| told.whole);
    if cx.json {
        output::json(&serde_json::json!({ "whole": whole, "connections": all }))?;
    } else if all.is_empty() {
        output::line("There is no connection yet, and no trail.");
    } else {
        all.iter().for_each(show);
    }
    Ok(if whole { Exit::Settled } else { Exit::Person })
}

impl Told {
    fn new(connection: String, verified: Verified) -> Self {
        let broken =
            verified.broken.map(|broken| Place { at_row: broken.id.to_string(), at: broken.at, what: broken.what });
        Self {
            connection,
            whole: broken.is_none(),
            settlements: verified.settlements,
            rows: verified.rows,
            exchanges: verified.exchanges,
            head: verified.head,
            broken,
        }
    }
}

fn show(told: &Told) {
    let counts = format!(
        "{} settlements, {} decisions, {} requests",
        output::count(told.settlements),
        output::count(told.rows),
        output::count(told.exchanges)
    );
    match &told.broken {
        None => {
            output::line(format!("{}: the trail is whole ({counts}).", told.connection));
            output::line(format!("  head {}   keep it elsewhere; --head compares the chain with it later", told.head));
        }
        Some(place) => {
            let at = place.at.map(|at| format!(", settled {}", tables::short(at))).unwrap_or_default();
            output::line(format!(
                "{}: the trail is BROKEN at {}{at}. {}",
                told.connection,
                place.at_row,
                output::safe(&place.what)
            ));
            output::line(format!("  Whole before it: {counts}."));
            output::line(
                "  Somebody changed the database outside of ml-connector. Keep a copy as evidence, and restore from a backup.",
            );
        }
    }
}
