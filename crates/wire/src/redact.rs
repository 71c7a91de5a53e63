//! What of a URL or a remote text may be shown.
//!
//! Owns the allow-list of query parameters, and what an answer may repeat. Must never print a value that is not on the list. Used by
//! door, tape and fault sentences.

use std::fmt::Write as _;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use memchr::memmem;
use port::Response;

/// What stands where an answer repeated the token that it was asked with.
const VEIL: &[u8] = b"(token)";

/// Shortest token that is looked for: shorter ones stand in answers by chance.
const SHORTEST: usize = 12;

/// The answer without the access token of its request: some servers repeat what they were sent, and sentences of servers are shown
/// and kept.
pub(crate) fn veiled(headers: &HeaderMap, response: Response) -> Response {
    let credentials = headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes).unwrap_or_default();
    let token = credentials.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    if token.len() < SHORTEST {
        return response;
    }
    let body = &response.body;
    let (mut veiled, mut kept) = (Vec::new(), 0);
    for at in memmem::find_iter(body, token) {
        veiled.extend_from_slice(body.get(kept..at).unwrap_or_default());
        veiled.extend_from_slice(VEIL);
        kept = at + token.len();
    }
    if kept == 0 {
        return response;
    }
    veiled.extend_from_slice(body.get(kept..).unwrap_or_default());
    Response { body: veiled.into(), ..response }
}

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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_that_repeats_the_token_shows_none() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Zoho-oauthtoken 1000.68333f2c.d6b3652b".parse().unwrap());
        let answer = |body: &str| Response { status: 400, headers: HeaderMap::new(), body: body.to_owned().into() };
        let shown = |body: &str| veiled(&headers, answer(body)).body;
        assert_eq!(
            &shown("refused for 1000.68333f2c.d6b3652b, yes 1000.68333f2c.d6b3652b")[..],
            b"refused for (token), yes (token)"
        );
        assert_eq!(&shown("1000.68333f2c.d6b")[..], b"1000.68333f2c.d6b");
        assert_eq!(veiled(&HeaderMap::new(), answer("as it is")).body, "as it is");
    }

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
