//! What follows when the sink's side of a link has moved: deleted, merged, restored, its ERP key cleared or copied.
//!
//! Owns the decision for one linked record. Must not create anything: what a person removed comes back by a person's hand only. What
//! the sink shows comes from the engine's check; the plan goes back to it.

use crate::mapping::Schema;
use crate::problem::Code;
use crate::settle::{Entry, State};
use crate::{Draft, Fields, Instant, Module, Name, Problem, Value};

/// What the sink's list of removed records says of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal<'a> {
    /// Who; empty when not told.
    pub by: &'a str,
    /// When.
    pub at: Option<Instant>,
    /// True when it cannot be restored.
    pub for_good: bool,
}

/// What the sink shows around a linked record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The ERP key that the linked record carries, blank or not; `None` when the sink does not show the record.
    pub carried: Option<&'a str>,
    /// Another record that carries our key.
    pub holder: Option<&'a str>,
    /// What is known of its removal.
    pub removal: Option<Removal<'a>>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Nothing.
    Nothing,
    /// The obstacle is gone: the record is looked at again.
    Again,
    /// Our key is in this record now, and the linked one is gone: the link moves.
    Relink(String),
    /// Our key is written again into the linked record.
    WriteKey,
    /// A person has to look.
    Park(Problem),
}

/// True when the check has to look closer at a linked record, of which the list of carriers shows this key (`None`: nothing).
#[must_use]
pub fn is_suspect(entry: &Entry, carried: Option<&str>) -> bool {
    watched(entry)
        && match carried {
            Some(key) if key.eq_ignore_ascii_case(&entry.erp_key) => is_obstacle(entry),
            _ => true,
        }
}

/// Decides over a linked record.
#[must_use]
pub fn follow(entry: &Entry, shown: &Shown<'_>) -> Follow {
    let Some(target) = entry.target_id.as_deref().filter(|_| watched(entry)) else { return Follow::Nothing };
    match (shown.carried, shown.holder) {
        (Some(key), _) if key.eq_ignore_ascii_case(&entry.erp_key) => {
            if is_obstacle(entry) {
                Follow::Again
            } else {
                Follow::Nothing
            }
        }
        (Some(key), None) if key.trim().is_empty() => Follow::WriteKey,
        (Some(key), holder) => told(entry, elsewhere(target, key, holder)),
        (None, Some(holder)) => Follow::Relink(holder.to_owned()),
        (None, None) => {
            let code = entry.problem.as_ref().map(|problem| problem.code);
            let known = matches!(code, Some(Code::TargetGone | Code::UndecidedName)) && shown.removal.is_none();
            if known || code == Some(Code::KeyInBin) {
                return Follow::Nothing;
            }
            told(entry, Problem::new(Code::TargetGone, gone(target, shown.removal)))
        }
    }
}

/// A draft of the ERP key alone; `None` when the sink has no such field.
#[must_use]
pub fn key_alone(schema: &Schema, module: Module, erp_key: &str) -> Option<Draft> {
    let field = schema.modules.get(&module)?.fields.get("ERP Key")?;
    let mut fields = Fields::default();
    fields.push(Name::from(field.api_name.as_str()), Value::from(erp_key));
    Some(Draft { module, erp_key: erp_key.to_owned(), fields, on_create: Fields::default(), rows: Vec::new() })
}

/// Records whose link counts. What a filter, a person or the source has put aside is left in peace.
fn watched(entry: &Entry) -> bool {
    entry.target_id.is_some()
        && matches!(entry.state, State::Settled | State::Waiting | State::Undecided | State::Parked)
}

/// True when the record is open only because of where its link or key was.
fn is_obstacle(entry: &Entry) -> bool {
    entry.problem.as_ref().is_some_and(|problem| match problem.code {
        code if code.breaks_link() => true,
        Code::DuplicateValue => problem.field == "ERP Key",
        _ => false,
    })
}

/// Parks, unless that was said already.
fn told(entry: &Entry, problem: Problem) -> Follow {
    if entry.problem.as_ref() == Some(&problem) { Follow::Nothing } else { Follow::Park(problem) }
}

fn elsewhere(target: &str, carried: &str, holder: Option<&str>) -> Problem {
    let here = if carried.trim().is_empty() {
        format!("The ERP key of the linked Zoho record {target} was cleared")
    } else {
        format!("The linked Zoho record {target} carries the ERP key {carried} of another record")
    };
    let there = holder.map(|holder| format!(", and the record {holder} carries this one")).unwrap_or_default();
    Problem::new(Code::DuplicateValue, format!("{here}{there}.")).at("ERP Key")
}

fn gone(target: &str, removal: Option<Removal<'_>>) -> String {
    let Some(Removal { by, at, for_good }) = removal else {
        return format!(
            "The linked record {target} is not in Zoho CRM any more, or hidden from the Zoho user: it is not listed as deleted."
        );
    };
    let when = at.map(|at| format!(" at {at}")).unwrap_or_default();
    let who = if by.is_empty() { String::new() } else { format!(" by {by}") };
    let rest = if for_good { "it cannot be restored" } else { "it can be restored from the recycle bin" };
    format!("The linked record {target} was deleted or merged into another one{who}{when} in Zoho CRM; {rest}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::{Entity, Flow};

    fn entry(state: State, problem: Option<Problem>) -> Entry {
        Entry {
            flow: Flow::Customers,
            erp_key: "k1".into(),
            entity: Entity::Customer,
            code: "C1".into(),
            source_id: "k1".into(),
            target_id: Some("11".into()),
            state,
            fingerprint: Digest([1; 16]),
            header: Digest([1; 16]),
            rows: Digest::default(),
            stamp: None,
            problem,
            attempts: 0,
        }
    }

    fn shown<'a>(carried: Option<&'a str>, holder: Option<&'a str>) -> Shown<'a> {
        Shown { carried, holder, removal: None }
    }

    fn parked(follow: &Follow) -> Option<(Code, &str)> {
        match follow {
            Follow::Park(problem) => Some((problem.code, problem.message.as_str())),
            _ => None,
        }
    }

    #[test]
    fn a_link_that_holds_is_left_alone() {
        let settled = entry(State::Settled, None);
        assert_eq!(follow(&settled, &shown(Some("K1"), None)), Follow::Nothing);
        assert!(!is_suspect(&settled, Some("K1")));
        assert!(is_suspect(&settled, None) && is_suspect(&settled, Some("k2")));
        for state in [State::Skipped, State::LeftAlone] {
            let aside = entry(state, None);
            assert_eq!(follow(&aside, &shown(None, None)), Follow::Nothing);
            assert!(!is_suspect(&aside, None));
        }
    }

    #[test]
    fn a_cleared_key_is_written_again_unless_it_is_elsewhere() {
        let settled = entry(State::Settled, None);
        assert_eq!(follow(&settled, &shown(Some(" "), None)), Follow::WriteKey);
        let copied = follow(&settled, &shown(Some(""), Some("12")));
        assert_eq!(
            parked(&copied),
            Some((
                Code::DuplicateValue,
                "The ERP key of the linked Zoho record 11 was cleared, and the record 12 carries this one."
            ))
        );
        let Follow::Park(problem) = copied else { return };
        let told = entry(State::Parked, Some(problem));
        assert_eq!(follow(&told, &shown(Some(""), Some("12"))), Follow::Nothing, "it is said once");
        assert_eq!(follow(&told, &shown(Some(""), None)), Follow::WriteKey, "the copy was cleared");
        assert_eq!(follow(&told, &shown(Some("k1"), None)), Follow::Again, "a person put it right");
        let other = follow(&settled, &shown(Some("k2"), None));
        assert!(
            parked(&other).is_some_and(|(code, text)| code == Code::DuplicateValue && text.contains("k2 of another"))
        );
    }

    #[test]
    fn a_removed_record_is_parked_with_who_and_when_and_comes_back_by_itself_when_restored() {
        let settled = entry(State::Settled, None);
        let at = Instant::parse("2026-03-04T10:15:00Z");
        let removal = Some(Removal { by: "Rita Rep", at, for_good: false });
        let removed = follow(&settled, &Shown { removal, ..Shown::default() });
        assert_eq!(
            parked(&removed),
            Some((
                Code::TargetGone,
                "The linked record 11 was deleted or merged into another one by Rita Rep at 2026-03-04T10:15:00Z in Zoho CRM; it can be restored from the recycle bin."
            ))
        );
        let hidden = follow(&settled, &Shown::default());
        assert!(parked(&hidden).is_some_and(|(_, text)| text.contains("hidden from the Zoho user")));
        let gone = entry(State::Parked, Some(Problem::new(Code::TargetGone, "gone")));
        assert_eq!(follow(&gone, &Shown::default()), Follow::Nothing, "nothing new is known");
        assert!(parked(&follow(&gone, &Shown { removal, ..Shown::default() })).is_some(), "who and when are new");
        assert_eq!(follow(&gone, &shown(Some("k1"), None)), Follow::Again);
        assert!(is_suspect(&gone, Some("k1")));
    }

    #[test]
    fn a_key_that_moved_to_the_winner_of_a_merge_takes_the_link_along() {
        let settled = entry(State::Settled, None);
        assert_eq!(follow(&settled, &shown(None, Some("12"))), Follow::Relink("12".into()));
    }
}
