//! Text as the sink's fields take it: trimmed, without control characters, cut by characters; phone numbers and web addresses.
//!
//! Owns the forms. Must not know which field a text goes to.

use std::borrow::Cow;

/// Trimmed, control characters turned into blanks; line breaks and tabs stay where `lines` is set. `None` when nothing is left.
pub(super) fn tidy(text: &str, lines: bool) -> Option<Cow<'_, str>> {
    let unwanted = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
    let trimmed = text.trim();
    // Control characters are single bytes, or begin with 0xC2.
    let suspect = trimmed.bytes().any(|byte| byte < b' ' || byte == 0x7f || byte == 0xc2);
    let tidied = if suspect && trimmed.chars().any(unwanted) {
        let blanked: String = trimmed.chars().map(|c| if unwanted(c) { ' ' } else { c }).collect();
        Cow::Owned(blanked.trim().to_owned())
    } else {
        Cow::Borrowed(trimmed)
    };
    (!tidied.is_empty()).then_some(tidied)
}

/// The first `limit` characters (Unicode scalar values), without blanks at the end.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    match text.char_indices().nth(limit) {
        Some((end, _)) => text[..end].trim_end(),
        None => text,
    }
}

/// True when `text` has more than `limit` characters.
pub(super) fn is_longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().nth(limit).is_some()
}

/// A phone number as Zoho takes it: from the first digit, `+` or `(` on, ASCII digits, `( ) - .`, `x` and single blanks (a slash
/// counts as one), `+` only at the beginning; `None` when no digit remains.
pub(super) fn phone(text: &str, limit: Option<usize>) -> Option<String> {
    let begin = text.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))?;
    let mut kept = String::with_capacity(text.len() - begin);
    for c in text[begin..].chars() {
        match c {
            '+' if kept.is_empty() => kept.push(c),
            '0'..='9' | '(' | ')' | '-' | '.' | 'x' => kept.push(c),
            ' ' | '/' if !kept.ends_with(' ') => kept.push(' '),
            _ => {}
        }
    }
    let kept = kept.trim();
    let kept = limit.map_or(kept, |limit| cut(kept, limit));
    kept.contains(|c: char| c.is_ascii_digit()).then(|| kept.to_owned())
}

/// True when `text` can stand in a web address field: one word, with a dot inside.
pub(super) fn is_website(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control()) && text.trim_matches('.').contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_blanks_control_characters() {
        let cases: &[(&str, bool, Option<&str>)] = &[
            ("  Acme  ", false, Some("Acme")),
            ("", false, None),
            (" \t\n ", false, None),
            ("\u{0}", false, None),
            ("Acme\tLtd", false, Some("Acme Ltd")),
            ("one\ntwo", false, Some("one two")),
            ("one\r\ntwo", true, Some("one\r\ntwo")),
            ("one\u{1}two", true, Some("one two")),
            ("株式会社 アクメ", false, Some("株式会社 アクメ")),
            ("a\u{85}b\u{9f}c", false, Some("a b c")),
            ("a\u{7f}b", false, Some("a b")),
            ("a\u{a3}b", false, Some("a£b")),
            ("\u{a0}Acme\u{a0}", false, Some("Acme")),
        ];
        for (text, lines, want) in cases {
            assert_eq!(tidy(text, *lines).as_deref(), *want, "{text:?}");
        }
    }

    #[test]
    fn cuts_by_characters() {
        let cases: &[(&str, usize, &str)] = &[
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("äöüß", 4, "äöüß"),
            ("äöüß", 3, "äöü"),
            ("日本語", 1, "日"),
            ("ab cd", 3, "ab"),
            ("abc", 0, ""),
            ("😀😀", 1, "😀"),
        ];
        for (text, limit, want) in cases {
            assert_eq!(cut(text, *limit), *want, "{text:?} {limit}");
            assert_eq!(is_longer(text, *limit), text.chars().count() > *limit, "{text:?} {limit}");
        }
    }

    #[test]
    fn phones_keep_what_zoho_takes() {
        let cases: &[(&str, Option<usize>, Option<&str>)] = &[
            ("+1 (425) 555-0100", None, Some("+1 (425) 555-0100")),
            ("tel: 555 0100 x12", None, Some("555 0100 x12")),
            ("555‑0100", None, Some("5550100")),
            ("0041/44.555", None, Some("0041 44.555")),
            ("Tel.: +49 (30) 1 / 2", None, Some("+49 (30) 1 2")),
            ("(+1) 555", None, Some("(1) 555")),
            ("n/a", None, None),
            ("٣٤٥", None, None),
            ("123456", Some(3), Some("123")),
            ("+() 5", Some(3), None),
            ("12 34", Some(3), Some("12")),
        ];
        for (text, limit, want) in cases {
            assert_eq!(phone(text, *limit).as_deref(), *want, "{text:?}");
        }
    }

    #[test]
    fn websites_are_one_word_with_a_dot() {
        for good in ["acme.example", "https://acme.example/a?b=c", "www.münchen.example"] {
            assert!(is_website(good), "{good}");
        }
        for bad in ["acme", "see acme.example", "acme.", ".", "...", "a.\u{a0}b", "", "localhost"] {
            assert!(!is_website(bad), "{bad}");
        }
    }
}
