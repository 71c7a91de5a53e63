//! Whether what the sink shows of a record is what was agreed, and what follows when it is not.
//!
//! Owns the comparison, the forms in which a sink gives values back, and the rounds after which a record that alternates is stopped.
//! Decided by values alone, never by who wrote or when: our own writes come back equal. Must not write; the engine's check does.

use std::fmt::Write as _;
use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Agreed;
use crate::problem::Code;
use crate::{Fields, Instant, Name, Problem, Value};

/// Rounds of writing a record again, each after another change, before a person is asked.
pub const ROUNDS: u32 = 3;

/// Rounds further apart than this have nothing to do with each other.
const APART: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a flow does when a field that the source owns was changed in the sink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditPolicy {
    /// Write the agreed values again.
    #[default]
    Heal,
    /// Park the record: replay writes the agreed values again, skip leaves the change.
    Ask,
    /// Keep the change until the source changes, and say so in the trail.
    Leave,
}

impl EditPolicy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Heal, Self::Ask, Self::Leave];

    /// The word in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Heal => "heal",
            Self::Ask => "ask",
            Self::Leave => "leave",
        }
    }

    /// The policy of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// What is remembered of a record that did not look as agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// How often it was written again.
    pub rounds: u32,
    /// When last.
    pub last: Instant,
    /// Values that the sink shows otherwise than they were sent, right after a write: as they were *sent* …
    pub sent: Fields,
    /// … and as they were *seen*. Holds as long as the same is sent.
    pub seen: Fields,
}

impl Drift {
    /// Remembers that the sink shows `shown` for `sent`.
    pub fn keep(&mut self, name: &Name, sent: &Value, shown: &Value) {
        for (fields, value) in [(&mut self.sent, sent), (&mut self.seen, shown)] {
            fields.0.retain(|(known, _)| known != name);
            fields.push(Name::clone(name), value.clone());
        }
    }

    /// True when `shown` is what the sink is known to make of `sent`.
    fn knows(&self, name: &str, sent: &Value, shown: &Value) -> bool {
        self.sent.get(name) == Some(sent) && self.seen.get(name).is_some_and(|seen| same(name, seen, shown))
    }
}

/// A field that is not as agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its API name.
    pub name: Name,
    /// What was agreed.
    pub agreed: Value,
    /// What the sink shows.
    pub shown: Value,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it is as agreed.
    Echo,
    /// Write again.
    Heal,
    /// Say so in the trail and leave it.
    Leave,
    /// A person has to look.
    Park(Problem),
}

/// Header fields of which the sink shows something else than was agreed, or than what it makes of that (`drift`). Fields that it does not
/// show are not compared, and neither is `key`, which has a check of its own.
#[must_use]
pub fn differences(agreed: &Fields, shown: &Fields, drift: &Drift, key: &str) -> Vec<Difference> {
    let differs = |(name, agreed): &(Name, Value)| {
        let shown = shown.get(name).filter(|_| **name != *key)?;
        (!drift.knows(name, agreed, shown) && !same(name, agreed, shown)).then(|| Difference {
            name: Name::clone(name),
            agreed: agreed.clone(),
            shown: shown.clone(),
        })
    };
    agreed.0.iter().filter_map(differs).collect()
}

/// The difference of a document's total, which shows that its rows were changed: `total` names the field that holds what it must be,
/// `shown_total` the one in which the sink tells what it is. Only where an adjustment makes both equal.
#[must_use]
pub fn total_difference(
    agreed: &Agreed,
    shown: &Fields,
    drift: &Drift,
    (total, shown_total): (&str, &str),
) -> Option<Difference> {
    agreed.fields.get("Adjustment")?;
    let (must, is) = (agreed.fields.get(total)?.as_decimal()?, shown.get(shown_total)?.as_decimal()?);
    let known = drift.knows(shown_total, &Value::Decimal(must), &Value::Decimal(is));
    (!known && (must - is).abs() >= Decimal::new(1, 2)).then(|| Difference {
        name: Name::from(shown_total),
        agreed: Value::Decimal(must),
        shown: Value::Decimal(is),
    })
}

/// Decides over a record with these differences.
#[must_use]
pub fn judge(policy: EditPolicy, differences: &[Difference], drift: &Drift, now: Instant) -> Verdict {
    if differences.is_empty() {
        return Verdict::Echo;
    }
    match policy {
        EditPolicy::Leave => Verdict::Leave,
        EditPolicy::Ask => {
            let message = format!("Changed in Zoho CRM: {}.", told(differences));
            Verdict::Park(Problem::new(Code::EditedInCrm, message).at(&*differences[0].name))
        }
        EditPolicy::Heal if rounds(drift, now) >= ROUNDS => {
            let message =
                format!("Written again {ROUNDS} times, and changed in Zoho CRM each time: {}.", told(differences));
            Verdict::Park(Problem::new(Code::Alternating, message).at(&*differences[0].name))
        }
        EditPolicy::Heal => Verdict::Heal,
    }
}

/// Rounds that still count.
#[must_use]
pub fn rounds(drift: &Drift, now: Instant) -> u32 {
    if now.since(drift.last) > APART { 0 } else { drift.rounds }
}

/// Differences in words, a few of them, values cut.
#[must_use]
pub fn told(differences: &[Difference]) -> String {
    let mut words = String::new();
    for (place, difference) in differences.iter().take(5).enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        let (shown, agreed) = (word(&difference.shown), word(&difference.agreed));
        // Writing into a text has no way to fail.
        let _ = write!(words, "{comma}{} to {shown} (from {agreed})", difference.name);
    }
    if differences.len() > 5 {
        let _ = write!(words, " and {} more", differences.len() - 5);
    }
    words
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "blank".to_owned(),
        Value::Text(text) => format!("\"{}\"", text.chars().take(60).collect::<String>()),
        Value::Decimal(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Instant(instant) => instant.to_string(),
        Value::Link(id) => format!("record {id}"),
    }
}

/// True when the sink shows what was agreed, whatever form it gave it: blanks at the ends, line ends, digits of a telephone number,
/// zeros behind the point, a date as text.
#[must_use]
pub fn same(name: &str, agreed: &Value, shown: &Value) -> bool {
    if agreed.is_blank() && shown.is_blank() {
        return true;
    }
    match (agreed, shown) {
        (Value::Text(agreed), Value::Text(shown)) => {
            plain(agreed) == plain(shown) || (name == "Phone" && dialled(agreed) == dialled(shown))
        }
        (Value::Date(date), Value::Text(text)) | (Value::Text(text), Value::Date(date)) => {
            text.trim() == date.to_string()
        }
        (Value::Decimal(number), Value::Text(text)) | (Value::Text(text), Value::Decimal(number)) => {
            text.trim().parse() == Ok(*number)
        }
        (agreed, shown) => agreed == shown,
    }
}

fn plain(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

fn dialled(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | 'x')).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fields(pairs: &[(&str, Value)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| (Name::from(*name), value.clone())).collect())
    }

    fn number(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    fn names(found: &[Difference]) -> Vec<&str> {
        found.iter().map(|difference| &*difference.name).collect()
    }

    #[test]
    fn forms_that_a_sink_gives_values_are_no_differences() {
        let agreed = fields(&[
            ("Account_Name", "Acme".into()),
            ("Phone", "+41 44 111-11-11".into()),
            ("Unit_Price", number("12.50")),
            ("Due_Date", Value::Date("2026-03-04".parse().unwrap())),
            ("Description", "a\nb".into()),
            ("Parent_Account", Value::Link("7".into())),
            ("ERP_Key", "k1".into()),
            ("Hidden", "x".into()),
        ]);
        let shown = fields(&[
            ("Account_Name", " Acme ".into()),
            ("Phone", "+41 (44) 1111111".into()),
            ("Unit_Price", number("12.5")),
            ("Due_Date", "2026-03-04".into()),
            ("Description", "a\r\nb".into()),
            ("Parent_Account", Value::Link("7".into())),
            ("ERP_Key", Value::Null),
            ("Of_A_Rep", "x".into()),
        ]);
        assert_eq!(differences(&agreed, &shown, &Drift::default(), "ERP_Key"), []);
        let edited = fields(&[
            ("Account_Name", "acme".into()),
            ("Phone", "+41 44 111 11 12".into()),
            ("Unit_Price", number("12.51")),
            ("Due_Date", Value::Null),
            ("Parent_Account", Value::Link("8".into())),
        ]);
        let found = differences(&agreed, &edited, &Drift::default(), "ERP_Key");
        assert_eq!(names(&found), ["Account_Name", "Phone", "Unit_Price", "Due_Date", "Parent_Account"]);
        assert!(told(&found).starts_with("Account_Name to \"acme\" (from \"Acme\"), Phone to"), "{}", told(&found));
    }

    #[test]
    fn what_was_seen_after_a_write_is_known() {
        let agreed = fields(&[("Website", "acme.example".into())]);
        let shown = fields(&[("Website", "https://acme.example".into())]);
        let mut drift = Drift::default();
        assert_eq!(differences(&agreed, &shown, &drift, "K").len(), 1);
        drift.keep(&Name::from("Website"), &"acme.example".into(), &"https://acme.example".into());
        assert_eq!(differences(&agreed, &shown, &drift, "K"), []);
        let edited = fields(&[("Website", "other.example".into())]);
        assert_eq!(names(&differences(&agreed, &edited, &drift, "K")), ["Website"]);
        let anew = fields(&[("Website", "new.example".into())]);
        assert_eq!(names(&differences(&anew, &shown, &drift, "K")), ["Website"], "it holds for what was sent then");
    }

    #[test]
    fn a_changed_total_shows_that_rows_were_changed() {
        let agreed = Agreed {
            fields: fields(&[("ERP_Total", number("100.00")), ("Adjustment", number("0"))]),
            rows: Vec::new(),
        };
        let total = |is: &str, drift: &Drift| {
            let shown = fields(&[("Grand_Total", number(is))]);
            total_difference(&agreed, &shown, drift, ("ERP_Total", "Grand_Total")).is_some()
        };
        let mut drift = Drift::default();
        assert!(!total("100", &drift));
        assert!(total("110", &drift));
        drift.keep(&Name::from("Grand_Total"), &number("100"), &number("110.00"));
        assert!(!total("110", &drift));
    }

    #[test]
    fn a_record_that_alternates_is_stopped_and_old_rounds_are_forgotten() {
        let found =
            differences(&fields(&[("Phone", "1".into())]), &fields(&[("Phone", "2".into())]), &Drift::default(), "K");
        let now = Instant::parse("2026-03-04T10:00:00Z").unwrap();
        let drift = |rounds, last| Drift { rounds, last, ..Drift::default() };
        assert_eq!(judge(EditPolicy::Heal, &[], &drift(9, now), now), Verdict::Echo);
        assert_eq!(judge(EditPolicy::Heal, &found, &drift(ROUNDS - 1, now), now), Verdict::Heal);
        let code = |verdict| match verdict {
            Verdict::Park(problem) => Some(problem.code),
            _ => None,
        };
        assert_eq!(code(judge(EditPolicy::Heal, &found, &drift(ROUNDS, now), now)), Some(Code::Alternating));
        let later = now.plus(APART).plus(Duration::from_secs(1));
        assert_eq!(judge(EditPolicy::Heal, &found, &drift(ROUNDS, now), later), Verdict::Heal);
        assert_eq!(code(judge(EditPolicy::Ask, &found, &Drift::default(), now)), Some(Code::EditedInCrm));
        assert_eq!(judge(EditPolicy::Leave, &found, &drift(9, now), now), Verdict::Leave);
    }
}
