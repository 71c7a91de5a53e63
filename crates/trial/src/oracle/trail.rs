//! The trail tells everything: what was written and refused, why what is open is open, which filter left what behind.
//!
//! Owns what rows of the trail must say, beside the letters that the network saw and the rows of the ERP. It is told the trail in
//! plain values, as people see it, and takes nothing in it for the truth about either system.

use std::collections::BTreeMap;

use super::Violation;

/// A row of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place: rows of one record in this order happened in this order.
    pub place: (i64, i64),
    /// When it was settled, in microseconds since 1970.
    pub at: i64,
    /// The run; `None` for people's decisions.
    pub run: Option<String>,
    /// The flow.
    pub flow: &'static str,
    /// The record's ERP key, in lower case.
    pub key: String,
    /// What happened.
    pub what: &'static str,
    /// Code and words of the problem.
    pub problem: Option<(String, String)>,
    /// A note in words.
    pub note: String,
    /// Its record in the CRM.
    pub target: Option<String>,
    /// The request and answer that it names.
    pub exchange: Option<(i64, i64)>,
}

/// A record that the product lists as open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The flow.
    pub flow: &'static str,
    /// The record's ERP key, in lower case.
    pub key: String,
    /// Code of the problem.
    pub problem: String,
    /// Since when, in microseconds since 1970.
    pub since: i64,
}

/// What the network saw of one record in one write whose answer reached the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// When the answer arrived, in microseconds since 1970.
    pub at: i64,
    /// The flow.
    pub flow: &'static str,
    /// The ERP key that was written, in lower case; none where a key was not part of the write.
    pub key: Option<String>,
    /// The id that was written to.
    pub id: Option<u64>,
    /// Whether the CRM says that it did it.
    pub written: bool,
    /// What it says.
    pub says: String,
}

/// The flow that writes a module.
#[must_use]
pub fn flow_of(module: &str) -> Option<&'static str> {
    super::agreement::FLOWS.iter().find(|(_, of)| *of == module).map(|(flow, _)| *flow)
}

/// What was read of the trail so far.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The last row that tells where a record stands.
    stands: BTreeMap<(&'static str, String), Row>,
}

/// What is asked for or noticed, and leaves the record where it stands.
const ASIDE: [&str; 4] = ["replayed", "left_alone", "found", "erased"];

impl Memory {
    /// Takes note of new rows, the oldest first, each of which has to say enough.
    pub(super) fn read(&mut self, rows: &[Row]) -> Vec<Violation> {
        let mut found = Vec::new();
        for row in rows {
            if let Some(what) = vague(row) {
                found.push(Violation { name: "trail_vague", what: format!("{}: {what}", named(row)) });
            }
            if ASIDE.contains(&row.what) {
                continue;
            }
            let key = (row.flow, row.key.clone());
            let earlier = self.stands.get(&key).filter(|before| before.place >= row.place || before.at > row.at);
            if earlier.is_some() {
                found.push(Violation { name: "trail_vague", what: format!("{} out of order", named(row)) });
            }
            self.stands.insert(key, row.clone());
        }
        found
    }

    /// Whether anything was ever told of a record.
    pub(super) fn knows(&self, flow: &'static str, key: &str) -> bool {
        self.stands.contains_key(&(flow, key.to_lowercase()))
    }

    /// The trail says of each open record why it is open, and since when it may be is known.
    pub(super) fn explains(&self, open: &[Open]) -> Vec<Violation> {
        let mut found = Vec::new();
        for Open { flow, key, problem, since } in open {
            let last = self.stands.get(&(*flow, key.clone()));
            let said = last.and_then(|row| row.problem.as_ref()).map(|(code, _)| code.as_str());
            let told = last.map_or("nothing".to_owned(), |row| format!("{} {}", row.what, said.unwrap_or_default()));
            if said != Some(problem.as_str()) {
                let what = format!("{flow} {key} is open for {problem}, and its last row says {told}");
                found.push(Violation { name: "trail_silent", what });
            } else if last.is_some_and(|row| *since > row.at) || *since <= 0 {
                let what = format!("{flow} {key} is open since a time after its last row");
                found.push(Violation { name: "trail_vague", what });
            }
        }
        found
    }
}

/// A run that went through told of each answer that reached it, and told no write more often than it was answered. `key` names the
/// record of an id.
pub(super) fn answered(
    run: &str,
    rows: &[Row],
    letters: &[Letter],
    key: impl Fn(&'static str, u64) -> Option<String>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let of_run: Vec<&Row> = rows.iter().filter(|row| row.run.as_deref() == Some(run)).collect();
    let mut heard: BTreeMap<(&str, String), Vec<&Letter>> = BTreeMap::new();
    for letter in letters {
        let key = letter.key.clone().or_else(|| letter.id.and_then(|id| key(letter.flow, id)));
        if let Some(key) = key {
            heard.entry((letter.flow, key.to_lowercase())).or_default().push(letter);
        }
    }
    for ((flow, key), letters) in &heard {
        let told = |at: i64| of_run.iter().any(|row| row.flow == *flow && row.key == *key && row.at >= at);
        if let Some(untold) = letters.iter().find(|letter| !told(letter.at)) {
            let what = format!("{flow} {key} was answered with {}, and no row follows", untold.says);
            found.push(Violation { name: "trail_silent", what });
        }
    }
    let mut counted: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in of_run.iter().filter(|row| is_write(row)) {
        counted.entry((row.flow, &row.key)).or_default().push(row);
    }
    for ((flow, key), rows) in counted {
        let written: Vec<&Letter> = heard.get(&(flow, key.to_owned())).into_iter().flatten().copied().collect();
        let written: Vec<&Letter> = written.into_iter().filter(|letter| letter.written).collect();
        let early = |(nth, row): (usize, &&Row)| written.get(nth).is_none_or(|letter| letter.at > row.at);
        if rows.iter().enumerate().any(early) {
            let what = format!("{flow} {key}: {} rows tell of {} writes", rows.len(), written.len());
            found.push(Violation { name: "trail_doubled", what });
        }
        let mut exchanges: Vec<_> = rows.iter().filter_map(|row| row.exchange).collect();
        let all = exchanges.len();
        exchanges.dedup();
        if exchanges.len() < all {
            let what = format!("{flow} {key}: two rows tell of one request");
            found.push(Violation { name: "trail_doubled", what });
        }
    }
    found
}

fn is_write(row: &Row) -> bool {
    matches!(row.what, "created" | "updated")
}

/// What a row leaves unsaid.
fn vague(row: &Row) -> Option<&'static str> {
    let problem = row.problem.as_ref().is_some_and(|(code, words)| !code.is_empty() && !words.is_empty());
    let is_open = matches!(row.what, "parked" | "waiting" | "undecided");
    let says = !row.note.is_empty();
    match row.what {
        _ if is_open && !problem => Some("why is not said"),
        "skipped" if !says => Some("no filter is named"),
        "gone" | "found" | "edited" | "linked" | "replayed" | "left_alone" if !says => Some("nothing is said of it"),
        "created" | "updated" if row.target.is_none() => Some("no record is named"),
        "created" | "updated" if row.exchange.is_none() => Some("no request is named"),
        _ if row.run.is_none() && !matches!(row.what, "replayed" | "left_alone" | "erased") => Some("no run is named"),
        _ => None,
    }
}

fn named(row: &Row) -> String {
    format!("{} {} {}", row.flow, row.key, row.what)
}
