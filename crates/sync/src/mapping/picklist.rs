//! Values of the sink's lists: the listed value that equals a text without regard to case.
//!
//! Owns the comparison. Must not invent a value that is not listed.

use std::collections::BTreeMap;

/// Listed values by their folded form; of two that fold alike the first stays.
pub(super) fn index(values: &[String]) -> BTreeMap<String, String> {
    let mut index = BTreeMap::new();
    for value in values {
        index.entry(fold(value)).or_insert_with(|| value.clone());
    }
    index
}

/// The listed value that folds like `text`.
pub(super) fn find<'v>(values: &'v BTreeMap<String, String>, text: &str) -> Option<&'v str> {
    values.get(&fold(text)).map(String::as_str)
}

fn fold(text: &str) -> String {
    text.trim().chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_outer_blanks_do_not_count() {
        let values = index(&["Germany".into(), "ÖSTERREICH".into(), "germany".into(), " Box ".into()]);
        assert_eq!(find(&values, "GERMANY"), Some("Germany"));
        assert_eq!(find(&values, "österreich "), Some("ÖSTERREICH"));
        assert_eq!(find(&values, "box"), Some(" Box "));
        assert_eq!(find(&values, "DE"), None);
    }
}
