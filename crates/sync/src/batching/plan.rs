//! Which write a draft needs, if any.
//!
//! Owns the comparison with what was last written. A draft that equals it is not written again, so an unchanged source costs no
//! write; rows are written only when they differ, because rows without their ids would be added once more.

use crate::problem::Code;
use crate::seam::{Mutant, mutant};
use crate::settle::Entry;
use crate::{Draft, Module};

/// What has to be done with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The sink was last told exactly this.
    Nothing,
    /// Create or update an account or product.
    Upsert,
    /// Create a document.
    Insert,
    /// Change the header of a document.
    UpdateHeader,
    /// Change header and rows of a document.
    UpdateWhole,
}

/// The step for `draft`, whose record is `entry` in the ledger.
#[must_use]
pub fn plan(draft: &Draft, entry: Option<&Entry>) -> Step {
    let linked = entry.filter(|entry| entry.target_id.is_some());
    match (draft.module, linked) {
        (Module::Invoices, None) => Step::Insert,
        (Module::Invoices, Some(entry)) if entry.rows != draft.rows_digest() => Step::UpdateWhole,
        (Module::Invoices, Some(_)) if mutant(Mutant::HeaderNotSent) => Step::Nothing,
        (Module::Invoices, Some(entry)) if entry.header != draft.header_digest() => Step::UpdateHeader,
        (Module::Accounts | Module::Products, Some(entry)) if entry.header == draft.header_digest() => Step::Nothing,
        (Module::Accounts | Module::Products, _) => Step::Upsert,
        (Module::Invoices, Some(_)) => Step::Nothing,
    }
}

/// True for a record that kept a batch from being answered: it is not tried in one batch with others again.
#[must_use]
pub fn travels_alone(entry: Option<&Entry>) -> bool {
    entry.and_then(|entry| entry.problem.as_ref()).is_some_and(|problem| problem.code == Code::WriteUnanswered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::settle::State;
    use crate::{Entity, Fields, Flow, Value};

    fn draft(module: Module, name: &str, row: &str) -> Draft {
        let mut fields = Fields::default();
        fields.push("Name".into(), Value::from(name));
        let mut cells = Fields::default();
        cells.push("Description".into(), Value::from(row));
        let rows = if module == Module::Invoices { vec![cells] } else { Vec::new() };
        Draft { module, erp_key: "k".into(), fields, on_create: Fields::default(), rows }
    }

    fn entry(draft: &Draft, target: Option<&str>) -> Entry {
        Entry {
            flow: Flow::Invoices,
            erp_key: "k".into(),
            entity: Entity::Invoice,
            code: "k".into(),
            source_id: String::new(),
            target_id: target.map(str::to_owned),
            state: State::Settled,
            fingerprint: Digest([1; 16]),
            header: draft.header_digest(),
            rows: draft.rows_digest(),
            stamp: None,
            problem: None,
            attempts: 0,
        }
    }

    #[test]
    fn steps_of_accounts_and_products() {
        for module in [Module::Accounts, Module::Products] {
            let draft = draft(module, "a", "");
            let same = entry(&draft, Some("1"));
            let other = Entry { header: Digest::default(), ..same.clone() };
            assert_eq!(plan(&draft, None), Step::Upsert);
            assert_eq!(plan(&draft, Some(&entry(&draft, None))), Step::Upsert);
            assert_eq!(plan(&draft, Some(&other)), Step::Upsert);
            assert_eq!(plan(&draft, Some(&same)), Step::Nothing);
        }
    }

    #[test]
    fn steps_of_documents() {
        let before = draft(Module::Invoices, "a", "r");
        let kept = entry(&before, Some("1"));
        assert_eq!(plan(&before, None), Step::Insert);
        assert_eq!(plan(&before, Some(&entry(&before, None))), Step::Insert);
        assert_eq!(plan(&before, Some(&kept)), Step::Nothing);
        assert_eq!(plan(&draft(Module::Invoices, "b", "r"), Some(&kept)), Step::UpdateHeader);
        assert_eq!(plan(&draft(Module::Invoices, "a", "s"), Some(&kept)), Step::UpdateWhole);
        assert_eq!(plan(&draft(Module::Invoices, "b", "s"), Some(&kept)), Step::UpdateWhole);
        let adopted = Entry { header: Digest::default(), rows: Digest::default(), ..kept };
        assert_eq!(plan(&before, Some(&adopted)), Step::UpdateWhole, "linked, but nothing was written yet");
    }

    #[test]
    fn only_a_record_that_was_not_answered_travels_alone() {
        let draft = draft(Module::Accounts, "a", "");
        let with = |code| Entry { problem: Some(crate::Problem::new(code, "x")), ..entry(&draft, None) };
        assert!(travels_alone(Some(&with(Code::WriteUnanswered))));
        assert!(!travels_alone(Some(&with(Code::OutcomeUnknown))));
        assert!(!travels_alone(Some(&entry(&draft, None))) && !travels_alone(None));
    }
}
