//! How long an open record is tried again by itself, how often, and when it becomes a person's problem.
//!
//! Owns the three spans (docs/waiting.md states them) and what is said when the last one is over. Must not look at a clock: `since` and
//! `now` come in. A record is never given up: what waits for another one is still released by its arrival, and a change at the source
//! starts anew.

use std::time::Duration;

use super::{Entry, State};
use crate::problem::Code;
use crate::{Instant, Problem};

/// Shortest pause between two tries of a record whose cause takes its time. In between, a pause is half of the age that the record had
/// at its last try.
pub const LEAST_PAUSE: Duration = Duration::from_mins(5);

/// Longest pause between two tries of such a record.
pub const MOST_PAUSE: Duration = Duration::from_hours(4);

/// After so long a record that is tried again or waits becomes a person's problem.
pub const PATIENCE: Duration = Duration::from_hours(48);

/// Codes whose cause takes minutes to hours: the next run alone is no reason for another try.
pub const RESTS: [Code; 4] = [Code::RecordLocked, Code::WriteUnanswered, Code::StorageFull, Code::NotPermitted];

/// Codes that become a person's problem after [`PATIENCE`].
pub const ENDS: [Code; 5] =
    [Code::RecordLocked, Code::WriteUnanswered, Code::OutcomeUnknown, Code::WaitingForAccount, Code::WaitingForProduct];

/// True for a record that is tried again when its pause is over, and not because it was read.
#[must_use]
pub fn rests(entry: &Entry) -> bool {
    entry.state == State::Parked && entry.problem.as_ref().is_some_and(|problem| RESTS.contains(&problem.code))
}

/// How the record stands that others wait for, as a sentence; `None` when it has arrived. `code` is what people call it.
#[must_use]
pub fn awaited(code: &str, entry: Option<&Entry>) -> Option<String> {
    let Some(entry) = entry else { return Some(format!("Acumatica has not shown {code} so far.")) };
    let gone = entry.problem.as_ref().is_some_and(|problem| problem.code.breaks_link());
    if entry.target_id.is_some() && !gone {
        return None;
    }
    let why = entry.problem.as_ref().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
    let stands = match entry.state {
        State::Parked => "is parked",
        State::Undecided => "is undecided",
        State::Waiting => "waits itself",
        State::Skipped => "stays behind by a filter",
        State::LeftAlone => "was left alone by a person",
        State::Gone => "is gone in Acumatica",
        State::Settled => "has no record in Zoho CRM",
    };
    let end = if why.ends_with('.') { "" } else { "." };
    Some(format!("{code} {stands}{why}{end}"))
}

/// What a record of [`ENDS`] that is open since `since` becomes at `now`. `awaited` says how the record stands that it waits for; empty
/// when it waits for none. `None` while there is patience, or when it was said already.
#[must_use]
pub fn overdue(entry: &Entry, since: Instant, now: Instant, awaited: &str) -> Option<Problem> {
    let problem = entry.problem.as_ref()?;
    let waits = matches!(problem.code, Code::WaitingForAccount | Code::WaitingForProduct);
    let said = waits && entry.state == State::Parked;
    if !entry.state.is_open() || said || !ENDS.contains(&problem.code) || now.since(since) < PATIENCE {
        return None;
    }
    let hours = now.since(since).as_secs() / 3600;
    let (code, message) = match problem.code {
        Code::RecordLocked => (Code::StaysLocked, format!("{} It was tried again for {hours} hours.", problem.message)),
        // The code stays: the arrival of what it waits for still releases it.
        code if waits => (code, format!("{} It has waited for {hours} hours. {awaited}", problem.message)),
        _ => (Code::NeverAnswered, format!("{} That has been so for {hours} hours.", problem.message)),
    };
    Some(Problem { code, message: message.trim_end().to_owned(), field: problem.field.clone() })
}

/// How a record stands that is found to wait again for what it waited for before: one that became a person's problem stays that.
#[must_use]
pub fn still(before: Option<&Entry>, problem: Problem) -> (State, Problem) {
    let parked = before.filter(|before| before.state == State::Parked).and_then(|before| before.problem.as_ref());
    match parked.filter(|old| old.code == problem.code && old.field == problem.field) {
        Some(old) => (State::Parked, old.clone()),
        None => (State::Waiting, problem),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::digest::Digest;
    use crate::{Class, Entity, Flow};

    fn at(hours: i64) -> Instant {
        Instant::from_micros(hours * 3_600_000_000)
    }

    fn entry(state: State, code: Code) -> Entry {
        Entry {
            flow: Flow::Invoices,
            erp_key: "Invoice/1".into(),
            entity: Entity::Invoice,
            code: "Invoice/1".into(),
            source_id: "a".into(),
            target_id: None,
            state,
            fingerprint: Digest([1; 16]),
            header: Digest::default(),
            rows: Digest::default(),
            stamp: None,
            problem: Some(Problem::new(code, "It is so.").at("C1")),
            attempts: 3,
        }
    }

    #[test]
    fn after_its_time_a_record_is_a_persons() {
        for (code, then) in [
            (Code::RecordLocked, Code::StaysLocked),
            (Code::WriteUnanswered, Code::NeverAnswered),
            (Code::OutcomeUnknown, Code::NeverAnswered),
            (Code::WaitingForAccount, Code::WaitingForAccount),
            (Code::WaitingForProduct, Code::WaitingForProduct),
        ] {
            let state = if then == code { State::Waiting } else { State::Parked };
            let before = entry(state, code);
            assert_eq!(overdue(&before, at(0), at(47), ""), None, "{code:?}");
            let problem = overdue(&before, at(0), at(49), "C1 is undecided.").unwrap();
            assert_eq!((problem.code, problem.field.as_str()), (then, "C1"));
            assert!(problem.message.starts_with("It is so. ") && problem.message.contains("49 hours"), "{problem:?}");
            assert_eq!(problem.message.ends_with("C1 is undecided."), then == code);
            let after = Entry { state: State::Parked, problem: Some(problem), ..before };
            assert_eq!(overdue(&after, at(0), at(99), ""), None, "said once");
        }
        assert_eq!(overdue(&entry(State::Parked, Code::ValueRefused), at(0), at(99), ""), None);
        assert_eq!(overdue(&entry(State::LeftAlone, Code::RecordLocked), at(0), at(99), ""), None);
    }

    #[test]
    fn every_code_that_is_tried_again_has_an_end() {
        for code in Code::ALL.iter().filter(|code| code.class() == Class::Again) {
            assert!(ENDS.contains(code), "{code:?} would be tried for ever");
        }
        for code in Code::ALL.iter().filter(|code| code.class() == Class::AfterQuota) {
            assert!(
                RESTS.contains(code) && !ENDS.contains(code),
                "{code:?} is told from the beginning, and never given up"
            );
        }
        assert!(RESTS.iter().all(|code| code.class().by_itself()));
    }

    #[test]
    fn what_is_awaited_is_told_as_it_stands() {
        let linked = Entry { target_id: Some("9".into()), problem: None, ..entry(State::Settled, Code::Refused) };
        assert_eq!(awaited("C1", Some(&linked)), None, "it has arrived");
        assert!(awaited("C1", None).unwrap().contains("not shown C1"));
        let undecided = entry(State::Undecided, Code::UndecidedName);
        assert_eq!(awaited("C1", Some(&undecided)).unwrap(), "C1 is undecided: It is so.");
        let gone = Entry { target_id: Some("9".into()), ..entry(State::Parked, Code::TargetGone) };
        assert_eq!(awaited("C1", Some(&gone)).unwrap(), "C1 is parked: It is so.");
        let skipped = Entry { problem: None, ..entry(State::Skipped, Code::Refused) };
        assert_eq!(awaited("C1", Some(&skipped)).unwrap(), "C1 stays behind by a filter.");
    }

    #[test]
    fn a_persons_problem_stays_one_while_nothing_changes() {
        let waits = Problem::new(Code::WaitingForAccount, "waits").at("C1");
        let parked = entry(State::Parked, Code::WaitingForAccount);
        assert_eq!(still(Some(&parked), waits.clone()).0, State::Parked);
        assert_eq!(still(Some(&entry(State::Waiting, Code::WaitingForAccount)), waits.clone()).0, State::Waiting);
        assert_eq!(still(Some(&parked), waits.clone().at("C2")).0, State::Waiting, "it waits for another one now");
        assert_eq!(still(None, waits).0, State::Waiting);
    }
}
