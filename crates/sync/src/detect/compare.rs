//! Whether a record that was read has to be looked at.
//!
//! Owns the comparison of fingerprints and of identities. Must not map: it only says that something may have changed.

use crate::Record;
use crate::digest::Digest;
use crate::seam::{Mutant, mutant};
use crate::settle::{Entry, State, patience};

/// What a record is to the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detected {
    /// The ledger does not know it.
    New,
    /// It differs, or it is open and worth another try.
    Changed,
    /// Nothing to do.
    Same,
    /// A document number under which another record was known.
    Reused {
        /// The GUID that the number had.
        old: String,
    },
}

/// Both versions as one number, for fingerprints: a new schema or new rules make every record differ.
#[must_use]
pub const fn versions(schema: u32, rules: u32) -> u64 {
    ((schema as u64) << 32) | rules as u64
}

/// Compares `record` with its entry, whose fingerprint was made under `versions` or another number.
#[must_use]
pub fn compare(record: &Record, entry: Option<&Entry>, versions: u64) -> Detected {
    entry.map_or(Detected::New, |entry| against(record, entry, || record.fingerprint(versions)))
}

/// The same with the record's fingerprint at hand.
#[must_use]
pub fn compare_with(record: &Record, entry: Option<&Entry>, fingerprint: Digest) -> Detected {
    entry.map_or(Detected::New, |entry| against(record, entry, || fingerprint))
}

fn against(record: &Record, entry: &Entry, fingerprint: impl FnOnce() -> Digest) -> Detected {
    // Customers and items are known by their GUID; only a document's number can come back with another one.
    let known = !entry.source_id.is_empty() && !record.id.is_empty();
    if known && !entry.source_id.eq_ignore_ascii_case(&record.id) {
        return Detected::Reused { old: entry.source_id.clone() };
    }
    // A fingerprint of zero ("look again") equals none.
    if is_worth_another_try(entry) || entry.fingerprint != fingerprint() {
        return Detected::Changed;
    }
    Detected::Same
}

fn is_worth_another_try(entry: &Entry) -> bool {
    match entry.state {
        // Undecided ones wait for a person: looking again and again would cost a look at the sink each time.
        State::Settled | State::Skipped | State::LeftAlone | State::Undecided => false,
        State::Gone => true,
        State::Waiting => !mutant(Mutant::WaitingForever),
        // When its pause is over it is asked for.
        State::Parked if patience::rests(entry) => false,
        State::Parked => entry.problem.as_ref().is_none_or(|problem| problem.code.class().by_itself()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::problem::Code;
    use crate::{Entity, Fields, Flow, Problem, Value};

    fn record() -> Record {
        let mut fields = Fields::default();
        fields.push("Status".into(), Value::from("Open"));
        let mut line = Fields::default();
        line.push("Qty".into(), Value::Decimal("1".parse().unwrap()));
        Record {
            entity: Entity::Invoice,
            key: "Invoice/000001".into(),
            id: "a1".into(),
            stamp: None,
            fields,
            lines: vec![line],
        }
    }

    fn entry(record: &Record, state: State, problem: Option<Code>) -> Entry {
        Entry {
            flow: Flow::Invoices,
            erp_key: record.erp_key().to_owned(),
            entity: record.entity,
            code: record.key.clone(),
            source_id: record.id.clone(),
            target_id: None,
            state,
            fingerprint: record.fingerprint(7),
            header: Digest::default(),
            rows: Digest::default(),
            stamp: None,
            problem: problem.map(|code| Problem::new(code, "x")),
            attempts: 0,
        }
    }

    #[test]
    fn state_decides_whether_the_same_record_is_taken_again() {
        let record = record();
        let cases: &[(State, Option<Code>, Detected)] = &[
            (State::Settled, None, Detected::Same),
            (State::Skipped, None, Detected::Same),
            (State::LeftAlone, Some(Code::ValueRefused), Detected::Same),
            (State::Gone, None, Detected::Changed),
            (State::Parked, Some(Code::ValueRefused), Detected::Same),
            (State::Parked, Some(Code::OutcomeUnknown), Detected::Changed),
            (State::Parked, Some(Code::RecordLocked), Detected::Same),
            (State::Parked, Some(Code::StorageFull), Detected::Same),
            (State::Parked, None, Detected::Changed),
            (State::Waiting, Some(Code::WaitingForAccount), Detected::Changed),
            (State::Undecided, Some(Code::UndecidedName), Detected::Same),
        ];
        for (state, problem, want) in cases {
            let entry = entry(&record, *state, *problem);
            assert_eq!(compare(&record, Some(&entry), 7), *want, "{state:?} {problem:?}");
            assert_eq!(compare_with(&record, Some(&entry), record.fingerprint(7)), *want, "{state:?} {problem:?}");
        }
    }

    #[test]
    fn any_difference_is_a_change() {
        let record = record();
        let entry = entry(&record, State::Settled, None);
        assert_eq!(compare(&record, None, 7), Detected::New);
        assert_eq!(compare(&record, Some(&entry), 8), Detected::Changed, "other versions");
        let mut other = record.clone();
        other.fields.0[0].1 = Value::from("Closed");
        assert_eq!(compare(&other, Some(&entry), 7), Detected::Changed, "a field");
        let mut other = record.clone();
        other.lines.push(Fields::default());
        assert_eq!(compare(&other, Some(&entry), 7), Detected::Changed, "a line more");
        let mut other = record.clone();
        other.stamp = Some(crate::Instant::from_micros(5));
        assert_eq!(compare(&other, Some(&entry), 7), Detected::Same, "a moved stamp alone");
        let asked = Entry { fingerprint: Digest::default(), ..entry };
        assert_eq!(compare(&record, Some(&asked), 7), Detected::Changed, "asked for again");
    }

    #[test]
    fn a_number_with_another_id_is_reused() {
        let record = record();
        let entry = Entry { source_id: "b2".into(), ..entry(&record, State::Settled, None) };
        assert_eq!(compare(&record, Some(&entry), 7), Detected::Reused { old: "b2".into() });
        let unknown = Entry { source_id: String::new(), ..entry.clone() };
        assert_eq!(compare(&record, Some(&unknown), 7), Detected::Same);
        let upper = Entry { source_id: "A1".into(), ..entry };
        assert_eq!(compare(&record, Some(&upper), 7), Detected::Same);
    }

    #[test]
    fn versions_do_not_collide() {
        assert_ne!(versions(1, 2), versions(2, 1));
        assert_ne!(versions(0, 1), versions(1, 0));
    }
}
