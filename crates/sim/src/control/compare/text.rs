//! The mapping's rules for single values: trimming, cutting, phones, web sites, listed values, rounding, signs.
//!
//! Owns these rules a second time, written from the mapping's text: sharing them with the connector would hide a
//! misreading.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::zoho::model::{Field, Kind};

/// Trimmed, control characters as single blanks; a blank value is no value.
pub(super) fn filled(value: Option<&str>) -> Option<String> {
    tidy(value, |_| false)
}

fn tidy(value: Option<&str>, stays: impl Fn(char) -> bool) -> Option<String> {
    let blanked = |letter: char| {
        if letter.is_control() && !stays(letter) { ' ' } else { letter }
    };
    let text: String = value?.trim().chars().map(blanked).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The first characters that the field takes, without blanks at the new end.
fn shorten(text: &str, field: &Field) -> String {
    let kept: String = text.chars().take(field.length as usize).collect();
    kept.trim_end().to_owned()
}

/// Tidied and cut to the field's length, in characters.
pub(super) fn cut(value: Option<&str>, field: &Field) -> Option<String> {
    filled(value).map(|text| shorten(&text, field))
}

/// As [`cut`], with line breaks and tabs left as they are.
pub(super) fn cut_lines(value: Option<&str>, field: &Field) -> Option<String> {
    tidy(value, |letter| matches!(letter, '\n' | '\r' | '\t')).map(|text| shorten(&text, field))
}

/// As [`cut`], and in a picklist the listed value that is equal without regard to case, else nothing.
pub(super) fn listed(value: Option<&str>, field: &Field) -> Option<String> {
    if field.kind != Kind::Picklist {
        return cut(value, field);
    }
    let value = filled(value)?.to_lowercase();
    field.picks.iter().find(|pick| pick.actual.to_lowercase() == value).map(|pick| pick.actual.clone())
}

/// The characters of a phone number that travel, from the first digit, plus or bracket on; nothing without a digit.
pub(super) fn phone(value: Option<&str>, field: &Field) -> Option<String> {
    let begins = |letter: &char| letter.is_ascii_digit() || "+(".contains(*letter);
    let spread: String = value?
        .chars()
        .skip_while(|letter| !begins(letter))
        .enumerate()
        .filter(|(place, letter)| {
            letter.is_ascii_digit() || "()-./ x".contains(*letter) || (*letter == '+' && *place == 0)
        })
        .map(|(_, letter)| if letter == '/' { ' ' } else { letter })
        .collect();
    let kept = spread.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let number = cut(Some(&kept), field)?;
    number.contains(|letter: char| letter.is_ascii_digit()).then_some(number)
}

/// A web site is one word with a dot inside that fits; else nothing.
pub(super) fn website(value: Option<&str>, field: &Field) -> Option<String> {
    let site = filled(value)?;
    let fits = site.chars().count() <= field.length as usize;
    let dotted = site.trim_matches('.').contains('.');
    (fits && dotted && !site.contains(char::is_whitespace)).then_some(site)
}

/// Rounded half away from zero.
pub(super) fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// Both lines of a street.
pub(super) fn street(line1: Option<&str>, line2: Option<&str>) -> Option<String> {
    match (filled(line1), filled(line2)) {
        (Some(one), Some(two)) => Some(format!("{one}, {two}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn field(kind: Kind, length: u32) -> Field {
        Field::new("F", "F", kind).length(length)
    }

    #[test]
    fn texts_are_trimmed_and_cut_in_characters() {
        let field = field(Kind::Text, 3);
        assert_eq!(cut(Some("  東京精密 "), &field).as_deref(), Some("東京精"));
        assert_eq!(cut(Some("   "), &field), None);
        assert_eq!(cut(None, &field), None);
    }

    #[test]
    fn control_characters_become_blanks_except_line_breaks_in_descriptions() {
        let field = field(Kind::TextArea, 20);
        assert_eq!(cut(Some("a\tb\nc"), &field).as_deref(), Some("a b c"));
        assert_eq!(cut_lines(Some("a\tb\nc\u{1}"), &field).as_deref(), Some("a\tb\nc"));
        assert_eq!(
            cut(Some("12345 789 1234567890 x"), &Field::new("F", "F", Kind::Text).length(6)).as_deref(),
            Some("12345")
        );
    }

    #[test]
    fn phones_keep_their_characters_and_need_a_digit() {
        let field = field(Kind::Phone, 30);
        assert_eq!(phone(Some("Tel +49 (30) 1-2"), &field).as_deref(), Some("+49 (30) 1-2"));
        assert_eq!(phone(Some("by e-mail only"), &field), None);
    }

    #[test]
    fn websites_are_one_word_with_a_dot_or_nothing() {
        let field = field(Kind::Website, 12);
        assert_eq!(website(Some(" www.a.b "), &field).as_deref(), Some("www.a.b"));
        for bad in ["see our site", "localhost", ".com.", "www.much-too-long.example"] {
            assert_eq!(website(Some(bad), &field), None, "{bad}");
        }
    }

    #[test]
    fn picklists_take_the_listed_value_or_nothing() {
        let field = field(Kind::Picklist, 100).picks(&["United States", "Germany"]);
        assert_eq!(listed(Some("germany "), &field).as_deref(), Some("Germany"));
        assert_eq!(listed(Some("DE"), &field), None);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(round(Decimal::new(-25, 1), 0), Decimal::from(-3));
        assert_eq!(round(Decimal::new(1_005, 3), 2), Decimal::new(101, 2));
    }

    #[test]
    fn streets_join_with_a_comma() {
        assert_eq!(street(Some(" 1 Road "), Some(" ")).as_deref(), Some("1 Road"));
        assert_eq!(street(Some("1 Road"), Some("B")).as_deref(), Some("1 Road, B"));
        assert_eq!(street(None, None), None);
    }
}
