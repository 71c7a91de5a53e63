//! Checks of single values, and the sentences with which forms refuse them.
//!
//! Owns the lists of labels and the wording. Must not touch rows; used by the forms beside it.

/// Statuses that a customer may be given.
pub(super) const STATUSES: [&str; 5] = ["Active", "On Hold", "Credit Hold", "Inactive", "One-Time"];
/// Credit checks.
pub(super) const CREDIT_RULES: [&str; 4] = ["Disabled", "Credit Limit", "Days Past Due", "Limit and Days Past Due"];

/// The label of a list, found without case.
pub(super) fn label<'a>(labels: &[&'a str], text: &str) -> Option<&'a str> {
    labels.iter().copied().find(|l| l.eq_ignore_ascii_case(text))
}

/// Whether a country is a two-letter code.
pub(super) fn country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// The sentence for a value that no record has.
pub(super) fn unknown(field: &str) -> String {
    format!("'{field}' cannot be found in the system.")
}

/// The sentence for a value that must not be blank.
pub(super) fn blank(field: &str) -> String {
    format!("'{field}' cannot be empty.")
}

/// The sentence for text beyond its column's length.
pub(super) fn long(field: &str, length: usize) -> String {
    format!("The value of '{field}' is longer than {length} characters.")
}
