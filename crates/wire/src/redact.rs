//! What of a URL or a remote text may be shown.
//!
//! Owns the allow-list of query parameters. Must never print a value that is not on it. Used by tape and fault sentences.

use std::fmt::Write as _;

/// Parameters whose values say how something was asked, never with what authority.
const SHOWN: [&str; 19] = [
    "$custom",
    "$expand",
    "$filter",
    "$select",
    "$skip",
    "$top",
    "cvid",
    "fields",
    "ids",
    "include",
    "module",
    "page",
    "per_page",
    "scope_only",
    "sort_by",
    "sort_order",
    "status",
    "type",
    "version",
];

/// Longest target that is kept, in characters.
const LONGEST: usize = 4000;

/// Path and query of `url` without host, user, fragment and without values of parameters that are not on the allow-list.
/// What does not parse as a URL gives `(not a URL)`.
#[must_use]
pub fn target(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else {
        return "(not a URL)".to_owned();
    };
    let mut shown = plain(url.path(), LONGEST);
    if let Some(query) = url.query() {
        let mut glue = '?';
        for pair in query.split('&') {
            if shown.len() >= LONGEST {
                let _ = write!(shown, "{glue}…");
                break;
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = name.replace("%24", "$");
            if SHOWN.contains(&decoded.as_str()) {
                let _ = write!(shown, "{glue}{decoded}={}", plain(value, LONGEST));
            } else if value.is_empty() {
                let _ = write!(shown, "{glue}…");
            } else {
                let _ = write!(shown, "{glue}{}=…", plain(&decoded, 40));
            }
            glue = '&';
        }
    }
    shown
}

/// `text` in one line without control characters, white space collapsed, cut to `most` characters.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if count > 0 {
            shown.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= most {
                shown.push('…');
                return shown;
            }
            shown.push(c);
            count += 1;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_user_and_fragment_are_left_out() {
        assert_eq!(
            target("https://u:p@erp.example:8443/A/entity/Default/24.200.001/Customer#x"),
            "/A/entity/Default/24.200.001/Customer"
        );
        assert_eq!(target("nonsense"), "(not a URL)");
    }

    #[test]
    fn only_listed_values_are_shown() {
        assert_eq!(
            target("https://h/a?%24top=5&$filter=CustomerID%20gt%20%27A%27&page_token=secret&code=abc&access_token=x"),
            "/a?$top=5&$filter=CustomerID%20gt%20%27A%27&page_token=…&code=…&access_token=…"
        );
    }

    #[test]
    fn a_bare_parameter_is_hidden_because_it_may_be_a_token() {
        assert_eq!(target("https://h/a?c2VjcmV0&x="), "/a?…&…");
    }

    #[test]
    fn plain_text_is_one_line_and_cut() {
        assert_eq!(plain(" a\r\n\tb\u{7}c ", 80), "a b c");
        assert_eq!(plain("abcdef", 3), "abc…");
    }

    #[test]
    fn a_long_target_is_cut() {
        let url = format!("https://h/a?$filter={}&$top=1", "x".repeat(10_000));
        assert!(target(&url).chars().count() <= LONGEST + 20);
    }
}
