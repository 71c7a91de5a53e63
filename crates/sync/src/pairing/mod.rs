//! Which record of the sink a source record is.
//!
//! Owns the rule that nothing is created beside an unlinked record of the same name or code until a person has decided. Must not
//! pair by name itself: only the ERP key links. The index is filled from the sink's records without an ERP key.

pub mod drift;
mod normalise;

use std::collections::BTreeMap;

pub use normalise::normalised;

use crate::mapping::Schema;
use crate::problem::Code;
use crate::{Draft, Module, Problem, Value};

/// Whether a record may be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// No unlinked record is like it.
    Free,
    /// A person must say whether it is one of those that are there.
    Undecided(Problem),
}

/// An unlinked record as the sink shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    id: String,
    shown: String,
    /// How many more share the value.
    others: usize,
}

/// Unlinked records of one module, by normalised name and code.
#[derive(Clone, Debug, Default)]
pub struct Index {
    names: BTreeMap<String, Candidate>,
    codes: BTreeMap<String, Candidate>,
}

impl Index {
    /// Adds a record of the sink that carries no ERP key. A blank name or code says nothing and is left out.
    pub fn add(&mut self, id: &str, name: &str, code: &str) {
        for (index, text) in [(&mut self.names, name), (&mut self.codes, code)] {
            let key = normalised(text);
            if key.is_empty() {
                continue;
            }
            index.entry(key).and_modify(|candidate| candidate.others += 1).or_insert_with(|| Candidate {
                id: id.to_owned(),
                shown: shortened(text),
                others: 0,
            });
        }
    }

    /// True when there is no candidate at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.codes.is_empty()
    }
}

/// Decides whether `draft`, which has no link, may be created. `index` holds the unlinked records of its module.
#[must_use]
pub fn decide(draft: &Draft, schema: &Schema, index: &Index) -> Pairing {
    if index.is_empty() {
        return Pairing::Free;
    }
    let (name, code) = match draft.module {
        Module::Accounts => ("Account_Name", "ERP Code"),
        Module::Products => ("Product_Name", "Product_Code"),
        Module::Invoices => ("Subject", "ERP Number"),
    };
    // A code is the stronger sign: it is told first.
    for (field, words, candidates) in [(code, "code", &index.codes), (name, "name", &index.names)] {
        let Some(candidate) = text(draft, schema, field).and_then(|text| candidates.get(&normalised(text))) else {
            continue;
        };
        let Candidate { id, shown, others } = candidate;
        let more = match others {
            0 => String::new(),
            1 => " (one more is like it)".to_owned(),
            others => format!(" ({others} more are like it)"),
        };
        let message = format!(
            "The Zoho record {id} without an ERP key has the same {words} \"{shown}\"{more}. This record's ERP key is {}.",
            draft.erp_key
        );
        return Pairing::Undecided(Problem::new(Code::UndecidedName, message).at(field));
    }
    Pairing::Free
}

/// What the draft writes to the field that the mapping calls `label`.
fn text<'d>(draft: &'d Draft, schema: &Schema, label: &str) -> Option<&'d str> {
    let field = schema.modules.get(&draft.module)?.fields.get(label)?;
    draft.fields.get(&field.api_name).and_then(Value::as_text)
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use proptest::prelude::*;

    use super::*;
    use crate::Fields;
    use crate::mapping::{FieldSchema, ModuleSchema};

    fn schema() -> Schema {
        let field = |name: &str| FieldSchema { api_name: name.to_owned(), length: None, places: None, values: None };
        let mut module = ModuleSchema::default();
        module.fields.insert("Account_Name".into(), field("Account_Name"));
        module.fields.insert("ERP Code".into(), field("ERP_Code1"));
        let mut schema = Schema::default();
        schema.modules.insert(Module::Accounts, module);
        schema
    }

    fn draft(name: &str, code: &str) -> Draft {
        let mut fields = Fields::default();
        fields.push("Account_Name".into(), Value::from(name));
        fields.push("ERP_Code1".into(), Value::from(code));
        Draft { module: Module::Accounts, erp_key: "k".into(), fields, on_create: Fields::default(), rows: Vec::new() }
    }

    fn problem(pairing: Pairing) -> Problem {
        match pairing {
            Pairing::Undecided(problem) => problem,
            Pairing::Free => panic!("is free"),
        }
    }

    #[test]
    fn same_name_or_code_is_undecided() {
        let mut index = Index::default();
        index.add("1", "ACME  Ltd.", "");
        index.add("2", "Other", " c001 ");
        let schema = schema();
        let by_name = problem(decide(&draft("acme ltd.", "X"), &schema, &index));
        assert_eq!((by_name.code, by_name.field.as_str()), (Code::UndecidedName, "Account_Name"));
        let told = "The Zoho record 1 without an ERP key has the same name \"ACME  Ltd.\". This record's ERP key is ";
        assert!(by_name.message.starts_with(told), "{}", by_name.message);
        let by_code = problem(decide(&draft("acme ltd.", "C001"), &schema, &index));
        assert_eq!(by_code.field, "ERP Code");
        assert_eq!(decide(&draft("Acme", "C002"), &schema, &index), Pairing::Free);
    }

    #[test]
    fn blank_pairs_with_nothing() {
        let mut index = Index::default();
        index.add("1", "  ", "");
        assert!(index.is_empty());
        index.add("2", "Acme", "");
        assert_eq!(decide(&draft(" ", ""), &schema(), &index), Pairing::Free);
    }

    #[test]
    fn several_are_counted() {
        let mut index = Index::default();
        for id in ["7", "8", "9"] {
            index.add(id, "Acme", "");
        }
        let problem = problem(decide(&draft("Acme", "X"), &schema(), &index));
        assert!(problem.message.contains("record 7"), "{}", problem.message);
        assert!(problem.message.contains("(2 more are like it)."), "{}", problem.message);
    }

    fn some_text() -> impl Strategy<Value = String> {
        prop_oneof!["[aAbB ]{0,4}", "\\PC{0,6}"]
    }

    proptest! {
        #[test]
        fn whoever_is_like_an_unlinked_record_waits_and_nobody_else(
            mine in (some_text(), some_text()),
            theirs in prop::collection::vec((some_text(), some_text()), 0..8),
        ) {
            let like = |a: &str, b: &str| !normalised(a).is_empty() && normalised(a) == normalised(b);
            let expected = theirs.iter().any(|(name, code)| like(name, &mine.0) || like(code, &mine.1));
            let (mut index, mut turned) = (Index::default(), Index::default());
            for (id, (name, code)) in theirs.iter().enumerate() {
                index.add(&id.to_string(), name, code);
            }
            for (id, (name, code)) in theirs.iter().enumerate().rev() {
                turned.add(&id.to_string(), name, code);
            }
            let draft = draft(&mine.0, &mine.1);
            let decided = decide(&draft, &schema(), &index);
            prop_assert_eq!(decided != Pairing::Free, expected);
            prop_assert_eq!(decide(&draft, &schema(), &turned) != Pairing::Free, expected, "order says nothing");
        }
    }
}
