//! Names and codes as people mean them: one form for the same characters, without regard to case and to how blanks are set.
//!
//! Owns that form. Must not leave letters out: what looks alike but is written otherwise stays different.

use unicode_normalization::UnicodeNormalization;

/// NFKC, case folded (by way of upper case, so that `ß` equals `SS` and every sigma is one), white space collapsed to single
/// blanks and trimmed.
#[must_use]
pub fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        collapse(text.chars().map(|c| c.to_ascii_lowercase()), &mut out);
    } else {
        let folded: String = text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
        collapse(folded.nfkc(), &mut out);
    }
    out
}

fn collapse(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut blank = false;
    for c in chars {
        if c.is_whitespace() {
            blank = !out.is_empty();
        } else {
            if blank {
                out.push(' ');
                blank = false;
            }
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_mean_the_same() {
        let same = [
            ("Acme Ltd", "  ACME \t ltd "),
            ("Müller", "Mu\u{308}LLER"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("Ａｃｍｅ", "acme"),
            ("ﬁne", "FINE"),
            ("a\u{a0}b", "a b"),
            ("株式会社　アクメ", "株式会社 ｱｸﾒ"),
        ];
        for (a, b) in same {
            assert_eq!(normalised(a), normalised(b), "{a} {b}");
        }
        for (a, b) in [("Acme", "Acmé"), ("AB", "A B"), ("C-1", "C1")] {
            assert_ne!(normalised(a), normalised(b), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = normalised(&text);
            prop_assert_eq!(normalised(&once), once);
        }

        #[test]
        fn ascii_takes_no_other_way(text in "[ -~\t\n]{0,40}") {
            let long = normalised(&format!("{text}é"));
            let short = normalised(&format!("{text}e"));
            prop_assert_eq!(long.strip_suffix('é'), short.strip_suffix('e'));
        }
    }
}
