//! Open documents, whose balance can move without their stamp.
//!
//! Owns what is remembered of one, and which of those that a light list shows have to be read whole. Must not read or keep anything:
//! rows come from a list, what is known from the store.

use std::collections::BTreeMap;

use crate::digest::{Digest, Digester};
use crate::settle::State;
use crate::{Entity, Record};

/// The status of a document that is released and not paid in full.
pub const OPEN: &str = "Open";

/// What is remembered of an open document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDocument {
    /// Code of its customer: payments name no document in lists, but their customer.
    pub customer: String,
    /// Digest of its status and balance, as last read.
    pub seen: Digest,
}

impl OpenDocument {
    /// Of a document, whole or as a light list shows it; `None` when it is not open. Needs `Status`, `Balance` and `Customer`.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        if record.entity != Entity::Invoice || record.fields.text("Status").map(str::trim) != Some(OPEN) {
            return None;
        }
        let mut digester = Digester::new();
        let balance = record.fields.get("Balance");
        match balance.and_then(crate::Value::as_decimal) {
            Some(amount) => digester.text(&amount.normalize().to_string()),
            // What is no amount is taken as it stands: the mapping judges it.
            None => balance.into_iter().for_each(|value| value.digest(&mut digester)),
        }
        let customer = record.fields.text("Customer").unwrap_or_default().trim().to_owned();
        Some(Self { customer, seen: digester.finish() })
    }
}

/// What the ledger knows of a document that a list showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownDocument {
    /// Where it stands.
    pub state: State,
    /// What was last read of it when it was open; `None` when it was not, or was never watched.
    pub seen: Option<Digest>,
}

/// Keys of the listed documents that have to be read whole: unknown ones, those with another balance, and those that the ledger takes
/// for paid. What a filter left behind stays there until its stamp moves.
#[must_use]
pub fn differing(listed: &[Record], known: &BTreeMap<String, KnownDocument>) -> Vec<String> {
    let differs = |record: &Record| {
        let Some(now) = OpenDocument::of(record) else { return true };
        match known.get(record.erp_key()) {
            None => true,
            Some(known) => known.state != State::Skipped && known.seen != Some(now.seen),
        }
    };
    listed.iter().filter(|record| differs(record)).map(|record| record.erp_key().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Fields, Value};

    fn document(key: &str, status: &str, balance: &str) -> Record {
        let mut fields = Fields::default();
        fields.push("Status".into(), Value::from(status));
        fields.push("Balance".into(), Value::Decimal(balance.parse().unwrap()));
        fields.push("Customer".into(), Value::from("C1 "));
        Record { entity: Entity::Invoice, key: key.into(), id: "a".into(), stamp: None, fields, lines: Vec::new() }
    }

    #[test]
    fn only_open_documents_are_remembered_and_scale_is_no_difference() {
        assert_eq!(OpenDocument::of(&document("Invoice/1", "Closed", "0")), None);
        let one = OpenDocument::of(&document("Invoice/1", "Open", "30.0000")).unwrap();
        assert_eq!(one.customer, "C1");
        assert_eq!(one, OpenDocument::of(&document("Invoice/1", "Open", "30")).unwrap());
        assert_ne!(one, OpenDocument::of(&document("Invoice/1", "Open", "29.99")).unwrap());
        let mut sale = document("Cash Sale/1", "Open", "1");
        sale.entity = Entity::CashSale;
        assert_eq!(OpenDocument::of(&sale), None);
    }

    #[test]
    fn what_is_unknown_or_differs_is_read_whole() {
        let seen = |amount| Some(OpenDocument::of(&document("x", "Open", amount)).unwrap().seen);
        let known = [
            ("Invoice/1", KnownDocument { state: State::Settled, seen: seen("10") }),
            ("Invoice/2", KnownDocument { state: State::Settled, seen: seen("10") }),
            ("Invoice/3", KnownDocument { state: State::Settled, seen: None }),
            ("Invoice/4", KnownDocument { state: State::Skipped, seen: None }),
            ("Invoice/6", KnownDocument { state: State::Parked, seen: seen("10") }),
        ];
        let known = known.into_iter().map(|(key, known)| (key.to_owned(), known)).collect();
        let listed =
            ["Invoice/1", "Invoice/3", "Invoice/4", "Invoice/5", "Invoice/6"].map(|key| document(key, "Open", "10"));
        let mut listed = listed.to_vec();
        listed.push(document("Invoice/2", "Open", "9"));
        assert_eq!(differing(&listed, &known), ["Invoice/3", "Invoice/5", "Invoice/2"]);
    }
}
