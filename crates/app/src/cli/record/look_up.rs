//! The one record that a person means.
//!
//! Owns what is said when a key names none or several. Looks in the ledger only.

use serde::Serialize;
use store::{ConnectionRow, Found};

use crate::cli::opened::refused;
use crate::cli::{Invocation, Opened, output};
use crate::process::exit::Failure;

/// A record as it is listed.
#[derive(Serialize)]
pub(in crate::cli) struct Candidate<'a> {
    flow: &'static str,
    key: &'a str,
    erp_key: &'a str,
    state: &'static str,
}

impl<'a> From<&'a Found> for Candidate<'a> {
    fn from(found: &'a Found) -> Self {
        Self { flow: found.flow.name(), key: &found.code, erp_key: &found.erp_key, state: found.state.name() }
    }
}

/// The record that `key` names. Several are listed, on stdout with `--json`; exit 2 then.
pub(in crate::cli) async fn one(
    cx: &Invocation,
    opened: &Opened,
    row: &ConnectionRow,
    key: &str,
) -> Result<Found, Failure> {
    let mut found = opened.store.find(row.id, key.trim()).await.map_err(refused)?;
    match found.len() {
        1 => found.pop().ok_or_else(|| Failure::fault("The record is gone.")),
        0 => Err(unknown(opened, row, key.trim()).await?),
        _ => {
            if cx.json {
                let candidates: Vec<Candidate<'_>> = found.iter().map(Candidate::from).collect();
                output::json(&serde_json::json!({ "connection": row.name, "key": key, "candidates": candidates }))?;
            }
            Err(Failure::usage(format!(
                "\"{}\" names {} records. Name one of them:\n{}",
                output::safe(key),
                found.len(),
                listed(&found)
            )))
        }
    }
}

/// Lines that name each record without doubt.
fn listed(found: &[Found]) -> String {
    let line = |found: &Found| {
        let code =
            if found.code == found.erp_key { String::new() } else { format!("  ({})", output::safe(&found.code)) };
        format!("  {}  {}{code}, {}", found.flow.name(), output::safe(&found.erp_key), found.state.name())
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What helps when nothing has this name.
async fn unknown(opened: &Opened, row: &ConnectionRow, key: &str) -> Result<Failure, Failure> {
    let shown = output::safe(key);
    for near in spellings(key) {
        let found = opened.store.find(row.id, &near).await.map_err(refused)?;
        if !found.is_empty() {
            return Ok(Failure::usage(format!(
                "{} knows no record \"{shown}\". Did you mean:\n{}",
                row.name,
                listed(&found)
            )));
        }
    }
    Ok(Failure::usage(format!(
        "{} knows no record \"{shown}\". Name it by CustomerID, InventoryID, document number, Type/Number, ERP key or Zoho id. \
         A record is known once a sync has read it.",
        row.name
    )))
}

/// Other ways to write a key: in capitals, without blanks, and a document's number without its type.
fn spellings(key: &str) -> Vec<String> {
    let bare: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    let mut ways = vec![key.to_uppercase(), key.to_lowercase(), bare.to_uppercase()];
    if let Some((_, number)) = key.rsplit_once('/') {
        ways.push(number.trim().to_owned());
        ways.push(number.trim().to_uppercase());
    }
    let mut seen = Vec::new();
    for way in ways {
        if way != key && !way.is_empty() && !seen.contains(&way) {
            seen.push(way);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_spellings_are_tried_once_each() {
        assert_eq!(spellings("c00 1"), ["C00 1", "C001"]);
        assert_eq!(spellings("Inv/inv0001"), ["INV/INV0001", "inv/inv0001", "inv0001", "INV0001"]);
        assert!(spellings("123").is_empty());
    }
}
