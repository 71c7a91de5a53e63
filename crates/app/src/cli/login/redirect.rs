//! What a redirect of a consent page says.
//!
//! Owns its reading. All of it comes from outside: bounded, compared in constant time, and never printed back whole.

use secrecy::SecretString;
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

/// Longest query that is read, in bytes.
pub(super) const LONGEST: usize = 8 * 1024;

/// Consent was given.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) code: SecretString,
    /// `location` of Zoho.
    pub(super) location: Option<String>,
    /// `accounts-server` of Zoho.
    pub(super) accounts_server: Option<String>,
}

/// It was not, or this is no redirect of ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The state is not the one that was sent out.
    WrongState,
    /// The person said no.
    Denied,
    /// Another error word.
    Error(String),
    /// Neither a code nor an error.
    NoCode,
}

/// Reads a redirect's query against the state that was sent out. A refusal may come without a state: it gives nothing away and
/// changes nothing.
pub(super) fn read(query: &str, state: &str) -> Result<Granted, Refused> {
    let (mut code, mut error, mut told, mut location, mut accounts_server) = (None, None, None, None, None);
    for (name, value) in form_urlencoded::parse(&query.as_bytes()[..query.len().min(LONGEST)]).take(32) {
        let place = match name.as_ref() {
            "code" => &mut code,
            "error" => &mut error,
            "state" => &mut told,
            "location" => &mut location,
            "accounts-server" => &mut accounts_server,
            _ => continue,
        };
        place.get_or_insert_with(|| value.into_owned());
    }
    let code = code.filter(|code| !code.is_empty());
    if code.is_none() && error.is_none() {
        return Err(Refused::NoCode);
    }
    match told {
        Some(told) if bool::from(told.as_bytes().ct_eq(state.as_bytes())) => {}
        None if error.is_some() => {}
        _ => return Err(Refused::WrongState),
    }
    match (error, code) {
        (Some(word), _) if word == "access_denied" => Err(Refused::Denied),
        (Some(word), _) => Err(Refused::Error(word)),
        (None, Some(code)) => Ok(Granted { code: SecretString::from(code), location, accounts_server }),
        (None, None) => Err(Refused::NoCode),
    }
}

/// The query of a pasted address.
pub(super) fn query_of(line: &str) -> Option<String> {
    let line = line.trim().trim_matches(['"', '\'', '<', '>']);
    if line.len() > LONGEST {
        return None;
    }
    let url = Url::parse(line).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.query().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_code_counts_with_the_right_state_only() {
        let granted =
            read("code=1000.a%2Bb&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu&state=s1", "s1").unwrap();
        assert_eq!(granted.code.expose_secret(), "1000.a+b");
        assert_eq!(granted.location.as_deref(), Some("eu"));
        assert_eq!(granted.accounts_server.as_deref(), Some("https://accounts.zoho.eu"));
        for query in ["code=x&state=s2", "code=x", "code=x&state=", "code=x&state=s1x", "code=x&state=s2&state=s1"] {
            assert_eq!(read(query, "s1").unwrap_err(), Refused::WrongState, "{query}");
        }
    }

    #[test]
    fn a_refusal_is_told_with_or_without_a_state_but_not_with_a_wrong_one() {
        assert_eq!(read("error=access_denied&state=s1", "s1").unwrap_err(), Refused::Denied);
        assert_eq!(read("error=access_denied", "s1").unwrap_err(), Refused::Denied);
        assert_eq!(read("error=invalid_scope&state=s1", "s1").unwrap_err(), Refused::Error("invalid_scope".into()));
        assert_eq!(read("error=access_denied&state=x", "s1").unwrap_err(), Refused::WrongState);
        assert_eq!(read("code=x&error=access_denied", "s1").unwrap_err(), Refused::Denied);
    }

    #[test]
    fn what_is_no_redirect_is_ignored() {
        assert_eq!(read("", "s1").unwrap_err(), Refused::NoCode);
        assert_eq!(read("state=s1&code=", "s1").unwrap_err(), Refused::NoCode);
    }

    #[test]
    fn a_pasted_address_may_be_quoted_and_must_be_one() {
        assert_eq!(
            query_of(" \"http://127.0.0.1:8765/callback?code=a&state=b\" \n").as_deref(),
            Some("code=a&state=b")
        );
        assert_eq!(query_of("code=a&state=b"), None);
        assert_eq!(query_of("javascript:alert(1)?code=a"), None);
        assert_eq!(query_of(&format!("http://127.0.0.1/?code={}", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn a_code_is_not_printed_by_mistake() {
        assert!(!format!("{:?}", read("code=hushhush&state=s1", "s1")).contains("hushhush"));
    }
}
