//! `record --live`: the record as both systems have it now, beside what was last agreed.
//!
//! Owns how the two sides are told, and the exit code when one could not be asked. The look itself is the engine's; it reads only.
//!
//! In the object of `record --json`: `"live":{"acumatica":{"state","message"?,"remedy"?,"changed"?,"fields"?,"rows"?},`
//! `"zoho":{"state","message"?,"remedy"?,"changed"?,"fields"?,"rows"?},`
//! `"differences":[{"row"?,"field","acumatica"?,"agreed"?,"zoho"?}]}`. `state` is `there`, `missing` (the system says that it does not
//! have it, or does not show it), `unlinked` (there is nothing to ask for yet) or `away`. Fields of Acumatica are told as they would be
//! written; a value is left out of a difference where that side is not known or does not have the field.

use engine::policy::{Verdict, verdict};
use engine::run::live::{self, Differing, InSource, Live, Side};
use port::{Fault, HeldRecord, System};
use serde::Serialize;
use serde_json::Value;
use store::{ConnectionRow, RecordView};
use sync::{Fields, Instant};

use super::values;
use crate::cli::opened::refused;
use crate::cli::{Invocation, Opened, output, tables};
use crate::process::exit::{Exit, Failure};
use crate::wiring;

/// What is told of a record that was looked at.
#[derive(Serialize)]
pub(super) struct Told {
    acumatica: ToldSide,
    zoho: ToldSide,
    differences: Vec<Difference>,
    #[serde(skip)]
    exit: Exit,
}

#[derive(Serialize)]
struct ToldSide {
    state: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    remedy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Value>,
}

#[derive(Serialize)]
struct Difference {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    acumatica: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoho: Option<Value>,
}

/// Asks both systems for the record.
pub(super) async fn look(
    cx: &Invocation,
    opened: &Opened,
    row: &ConnectionRow,
    record: &RecordView,
) -> Result<Told, Failure> {
    let wired = wiring::wire(&opened.store, row, &opened.parts(cx)).await.map_err(Failure::person)?;
    let looked = live::look(&opened.store, &wired.connection, &record.row, record.agreed.as_ref()).await;
    let looked = looked.map_err(|engine::RunError::Store(error)| refused(error))?;
    Ok(Told::from(looked))
}

impl Told {
    /// How the command ends: it did what it could, and says so when that was not all.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<Live> for Told {
    fn from(live: Live) -> Self {
        let exits = [away(&live.source), away(&live.sink)];
        Self {
            acumatica: source(live.source),
            zoho: sink(live.sink),
            differences: live.differing.into_iter().map(Difference::from).collect(),
            exit: exits.into_iter().flatten().min_by_key(|exit| *exit as u8).unwrap_or(Exit::Settled),
        }
    }
}

/// The exit code for a side that could not be asked.
fn away<T>(side: &Side<T>) -> Option<Exit> {
    match side {
        Side::Away(fault) => Some(match verdict(fault.kind) {
            Verdict::Later => Exit::Unavailable,
            Verdict::Person | Verdict::Isolate => Exit::Person,
        }),
        Side::There(_) | Side::Missing | Side::Unlinked => None,
    }
}

impl ToldSide {
    fn absent(state: &'static str, message: impl Into<String>) -> Self {
        Self { state, message: message.into(), remedy: String::new(), changed: None, fields: None, rows: Vec::new() }
    }

    fn away(fault: Fault) -> Self {
        Self { remedy: fault.remedy, ..Self::absent("away", fault.message) }
    }

    fn there(changed: Option<Instant>, shown: Option<(&Fields, &[Fields])>, message: String) -> Self {
        Self {
            changed,
            fields: shown.map(|(fields, _)| values::fields(fields)),
            rows: shown.map(|(_, rows)| rows.iter().map(values::fields).collect()).unwrap_or_default(),
            ..Self::absent("there", message)
        }
    }
}

fn source(side: Side<InSource>) -> ToldSide {
    match side {
        Side::There(InSource { changed, draft, said }) => {
            ToldSide::there(changed, draft.as_ref().map(|draft| (&draft.fields, draft.rows.as_slice())), said)
        }
        Side::Missing => ToldSide::absent("missing", "Acumatica does not have it, or does not show it to this user."),
        Side::Unlinked => ToldSide::absent("unlinked", "It is not a record of Acumatica."),
        Side::Away(fault) => ToldSide::away(fault),
    }
}

fn sink(side: Side<HeldRecord>) -> ToldSide {
    match side {
        Side::There(held) => ToldSide::there(held.modified, Some((&held.fields, &held.rows)), String::new()),
        Side::Missing => ToldSide::absent("missing", "Zoho CRM does not have it, or does not show it to this user."),
        Side::Unlinked => ToldSide::absent("unlinked", "It is not linked to a record of Zoho CRM yet."),
        Side::Away(fault) => ToldSide::away(fault),
    }
}

impl From<Differing> for Difference {
    fn from(one: Differing) -> Self {
        let json = |value: &Option<sync::Value>| value.as_ref().map(values::json);
        Self {
            row: one.row,
            field: one.field.to_string(),
            acumatica: json(&one.source),
            agreed: json(&one.agreed),
            zoho: json(&one.sink),
        }
    }
}

/// Longest value that is shown of a difference.
const LONGEST: usize = 60;

/// The live part, for people.
pub(super) fn show(told: &Told, connection: &str, now: Instant) {
    output::line("");
    output::line("Now, on both sides");
    for (system, side) in [(System::Acumatica, &told.acumatica), (System::Zoho, &told.zoho)] {
        output::line(format!("  {:<10} {}", system.title(), side_words(side, now)));
        if !side.remedy.is_empty() {
            let remedy = tables::with_name(&side.remedy, system.title(), connection);
            output::line(format!("  {:<10} -> {}", "", output::safe(&remedy)));
        }
    }
    if told.differences.is_empty() {
        output::line(agreement(told));
        return;
    }
    let mut table = output::table(&["differs", "Acumatica", "last agreed", "Zoho CRM"], &[]);
    for difference in &told.differences {
        let line = difference.row.map(|row| format!("line {row} ")).unwrap_or_default();
        let word = |value: &Option<Value>| output::cut(&values::word(value, "·"), LONGEST);
        table.add_row([
            format!("{line}{}", output::safe(&difference.field)),
            word(&difference.acumatica),
            word(&difference.agreed),
            word(&difference.zoho),
        ]);
    }
    output::line(table);
}

fn side_words(side: &ToldSide, now: Instant) -> String {
    let state = match (side.state, side.changed) {
        ("there", Some(at)) => format!("there, changed {} ({})", tables::short(at), output::ago(now, at)),
        ("there", None) => "there".to_owned(),
        (state, _) => state.to_owned(),
    };
    if side.message.is_empty() { state } else { format!("{state}: {}", output::safe(&side.message)) }
}

fn agreement(told: &Told) -> &'static str {
    match (told.acumatica.fields.is_some(), told.zoho.fields.is_some()) {
        (true, true) => "  Both sides agree.",
        (true, false) | (false, true) => "  The side that answered holds what was last agreed.",
        (false, false) => "  There is nothing to compare.",
    }
}
