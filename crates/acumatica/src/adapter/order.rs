//! Whether rows came in key order, without which a read behind a key would lose some.
//!
//! Owns the comparison. The server's collation is not known, so two common ones are tried, and order counts as broken only where both
//! say so; keys beyond ASCII are not judged. Must not reorder anything.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::cursor::{Cursor, Key};

/// Whether `keys`, read behind `before`, ascend within each type. Types may come in any order, and one may come back: of a type that
/// was met before, everything behind its last record is still asked for.
pub(crate) fn holds(before: Option<&Cursor>, keys: &[Key]) -> bool {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    if let Some(Cursor::After(behind)) = before {
        last.extend(behind.places.iter().map(|place| (place.kind.as_str(), place.key.as_str())));
    }
    let (mut by_code, mut by_word) = (true, true);
    for key in keys {
        if let Some(number) = last.insert(&key.kind, &key.number) {
            by_code &= code_order(number, &key.number) == Ordering::Less;
            by_word &= word_order(number, &key.number) == Ordering::Less;
            if !by_code && !by_word {
                return false;
            }
        }
    }
    true
}

/// Character by character, case folded.
fn code_order(a: &str, b: &str) -> Ordering {
    if !a.is_ascii() || !b.is_ascii() {
        return Ordering::Less;
    }
    a.bytes().map(|c| c.to_ascii_uppercase()).cmp(b.bytes().map(|c| c.to_ascii_uppercase()))
}

/// As Windows collations sort words: hyphen and apostrophe weigh nothing at first, then signs, digits, letters.
fn word_order(a: &str, b: &str) -> Ordering {
    if !a.is_ascii() || !b.is_ascii() {
        return Ordering::Less;
    }
    let weights = |text: &str| -> Vec<(u8, u8)> {
        text.bytes()
            .filter(|c| !matches!(c, b'-' | b'\''))
            .map(|c| {
                let class = if c.is_ascii_digit() {
                    1
                } else if c.is_ascii_alphabetic() {
                    2
                } else {
                    0
                };
                (class, c.to_ascii_uppercase())
            })
            .collect()
    };
    // Among signs no order is known: only their class counts.
    let known = |(class, c): (u8, u8)| (class, if class == 0 { 0 } else { c });
    let order = weights(a).into_iter().map(known).cmp(weights(b).into_iter().map(known));
    // Equal but for what weighs nothing: any order is fine.
    if order == Ordering::Equal && a != b { Ordering::Less } else { order }
}

#[cfg(test)]
mod tests {
    use sync::Instant;

    use super::*;
    use crate::adapter::cursor::Behind;

    fn keys(list: &[(&str, &str)]) -> Vec<Key> {
        list.iter().map(|(kind, number)| Key { kind: (*kind).to_owned(), number: (*number).to_owned() }).collect()
    }

    fn one(list: &[&str]) -> bool {
        holds(None, &keys(&list.iter().map(|number| ("", *number)).collect::<Vec<_>>()))
    }

    #[test]
    fn ascending_keys_hold_in_either_collation() {
        assert!(one(&["#12", "01-7", "A", "a1", "B"]));
        assert!(one(&["CO-OP", "COOP", "CO-ORD"]), "hyphens weigh nothing");
        assert!(one(&["A_1", "A1", "AA"]), "signs before digits before letters");
        assert!(one(&["Z", "Ä"]), "beyond ASCII nothing is claimed");
    }

    #[test]
    fn disorder_and_repetition_break_it() {
        assert!(!one(&["A", "C", "B"]));
        assert!(!one(&["A", "A"]));
        assert!(!one(&["10", "9", "1"]));
    }

    #[test]
    fn types_may_come_in_any_order_and_come_back() {
        assert!(holds(None, &keys(&[("Invoice", "2"), ("Credit Memo", "1"), ("Debit Memo", "1")])));
        assert!(holds(None, &keys(&[("Invoice", "2"), ("Credit Memo", "1"), ("Invoice", "3")])));
        assert!(!holds(None, &keys(&[("Invoice", "2"), ("Credit Memo", "1"), ("Invoice", "1")])));
    }

    #[test]
    fn a_page_must_lie_behind_the_one_before() {
        let before = keys(&[("Credit Memo", "9"), ("Invoice", "5")]);
        let mut behind = Behind::new(Instant::from_micros(0));
        before.iter().for_each(|key| behind.pass(key, None));
        let after = Cursor::After(behind);
        assert!(holds(Some(&after), &keys(&[("Invoice", "6"), ("Overdue Charge", "1")])));
        assert!(!holds(Some(&after), &keys(&[("Invoice", "5")])));
        assert!(!holds(Some(&after), &keys(&[("Credit Memo", "9")])));
        assert!(holds(Some(&after), &[]));
    }
}
