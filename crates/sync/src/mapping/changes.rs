//! What became of the sink's fields between two looks, as far as the rules write them.
//!
//! Owns the comparison and its sentences. Must not look: the schemas come from the sink's adapter, by way of the engine.

use super::names::{labels, row_labels};
use super::schema::{FieldSchema, Schema};
use crate::Module;

/// Changes that drafts depend on, as sentences in a fixed order; empty when drafts come out the same.
#[must_use]
pub fn changes(old: &Schema, new: &Schema) -> Vec<String> {
    let mut said = Vec::new();
    for module in Module::ALL {
        let (Some(before), Some(after)) = (old.modules.get(&module), new.modules.get(&module)) else { continue };
        for label in labels(module) {
            compare(&label, module.name(), before.fields.get(&label), after.fields.get(&label), &mut said);
        }
        if module == Module::Invoices {
            for label in row_labels() {
                compare(label, "invoice lines", before.rows.get(*label), after.rows.get(*label), &mut said);
            }
        }
    }
    for (code, _) in old.currencies.iter().filter(|(code, _)| !new.currencies.contains_key(*code)) {
        said.push(format!("The currency {code} is not active in Zoho CRM any more: its documents are parked."));
    }
    for (code, _) in new.currencies.iter().filter(|(code, _)| !old.currencies.contains_key(*code)) {
        said.push(format!("The currency {code} is active in Zoho CRM now."));
    }
    said
}

/// Modules that have lost the field by which records are known.
#[must_use]
pub fn without_key(schema: &Schema) -> Vec<Module> {
    let lacks =
        |module: &Module| !schema.modules.get(module).is_some_and(|module| module.fields.contains_key("ERP Key"));
    Module::ALL.into_iter().filter(lacks).collect()
}

fn compare(label: &str, of: &str, old: Option<&FieldSchema>, new: Option<&FieldSchema>, said: &mut Vec<String>) {
    match (old, new) {
        (Some(_), None) => said.push(format!(
            "{label} of {of} is gone in Zoho CRM, or may not be written any more: it is left out from now on."
        )),
        (None, Some(_)) => said.push(format!("{label} of {of} is there in Zoho CRM now, and is written.")),
        (Some(old), Some(new)) if old != new => said.push(format!("{label} of {of} {}", difference(old, new))),
        _ => {}
    }
}

/// The end of a sentence about a field that is there and differs.
fn difference(old: &FieldSchema, new: &FieldSchema) -> String {
    if old.length != new.length {
        return match new.length {
            Some(length) => format!("takes {length} characters in Zoho CRM now: longer texts are cut."),
            None => "has no length in Zoho CRM any more.".to_owned(),
        };
    }
    if old.values != new.values {
        let listed = |values: &Option<Vec<String>>, other: &Option<Vec<String>>| {
            let other = other.as_deref().unwrap_or_default();
            let only = values.iter().flatten().filter(|value| !other.contains(value));
            only.take(5).cloned().collect::<Vec<_>>().join(", ")
        };
        let (lost, won) = (listed(&old.values, &new.values), listed(&new.values, &old.values));
        return match (lost.is_empty(), won.is_empty()) {
            (false, true) => format!("does not list {lost} in Zoho CRM any more: it is left blank instead."),
            (true, false) => format!("lists {won} in Zoho CRM now."),
            _ => "lists other values in Zoho CRM now.".to_owned(),
        };
    }
    "is another field in Zoho CRM now.".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{Currency, ModuleSchema};

    fn field(length: Option<usize>, values: Option<&[&str]>) -> FieldSchema {
        let values = values.map(|values| values.iter().map(|value| (*value).to_owned()).collect());
        FieldSchema { api_name: "F".into(), length, places: None, values }
    }

    fn schema(module: Module, label: &str, of: Option<FieldSchema>) -> Schema {
        let mut schema = Schema::default();
        for each in Module::ALL {
            let mut fields = ModuleSchema::default();
            fields.fields.insert("ERP Key".into(), field(Some(50), None));
            if each == module
                && let Some(of) = &of
            {
                fields.fields.insert(label.to_owned(), of.clone());
            }
            schema.modules.insert(each, fields);
        }
        schema
    }

    #[test]
    fn every_change_that_drafts_depend_on_is_told_in_a_sentence() {
        let cases = [
            (
                Some(field(None, None)),
                None,
                "Website of Accounts is gone in Zoho CRM, or may not be written any more: it is left out from now on.",
            ),
            (None, Some(field(None, None)), "Website of Accounts is there in Zoho CRM now, and is written."),
            (
                Some(field(Some(80), None)),
                Some(field(Some(6), None)),
                "Website of Accounts takes 6 characters in Zoho CRM now: longer texts are cut.",
            ),
            (
                Some(field(None, Some(&["A", "B"]))),
                Some(field(None, Some(&["A"]))),
                "Website of Accounts does not list B in Zoho CRM any more: it is left blank instead.",
            ),
            (
                Some(field(None, Some(&["A"]))),
                Some(field(None, Some(&["A", "C"]))),
                "Website of Accounts lists C in Zoho CRM now.",
            ),
        ];
        for (old, new, sentence) in cases {
            let (old, new) = (schema(Module::Accounts, "Website", old), schema(Module::Accounts, "Website", new));
            assert_eq!(changes(&old, &new), [sentence]);
            assert!(changes(&new, &new).is_empty());
        }
        let old = schema(Module::Accounts, "Website", None);
        let mut new = old.clone();
        new.currencies.insert("CHF".into(), Currency { places: 2 });
        assert_eq!(changes(&old, &new), ["The currency CHF is active in Zoho CRM now."]);
        assert_eq!(changes(&new, &old).len(), 1);
    }

    #[test]
    fn fields_that_no_rule_writes_change_nothing() {
        let old = schema(Module::Accounts, "Industry", Some(field(Some(10), None)));
        assert!(changes(&old, &schema(Module::Accounts, "Industry", None)).is_empty());
    }

    #[test]
    fn a_lost_key_is_named() {
        let mut schema = schema(Module::Accounts, "Website", None);
        assert!(without_key(&schema).is_empty());
        schema.modules.insert(Module::Products, ModuleSchema::default());
        assert_eq!(without_key(&schema), [Module::Products]);
    }
}
