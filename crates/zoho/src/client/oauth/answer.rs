//! What the token endpoint answers.
//!
//! Owns reading of token answers. A failure usually comes with HTTP 200 and an `error` member, so success is a 2xx that holds an access
//! token, and nothing else. Must not put a token into a fault.

use std::time::Duration;

use port::{Fault, Kind};
use secrecy::SecretString;
use serde::Deserialize;

use crate::client::errors::{quote, zoho};
use crate::client::loose::Loose;

/// Longest life that an access token has.
const LONGEST_LIFE: u64 = 3600;

/// What was asked of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A grant code was exchanged.
    Code,
    /// A refresh token was used.
    Refresh,
}

/// A successful answer.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) access: SecretString,
    pub(super) refresh: Option<SecretString>,
    pub(super) life: Duration,
    pub(super) api_domain: String,
}

/// Why no token was issued.
#[derive(Debug)]
pub(super) enum Refused {
    /// Too many requests: nothing may be asked for ten minutes.
    Pause,
    /// Anything else.
    Fault(Fault),
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    access_token: Loose<'a>,
    #[serde(borrow, default)]
    refresh_token: Loose<'a>,
    #[serde(borrow, default)]
    api_domain: Loose<'a>,
    #[serde(borrow, default)]
    expires_in: Loose<'a>,
    #[serde(borrow, default)]
    expires_in_sec: Loose<'a>,
    #[serde(borrow, default)]
    error: Loose<'a>,
}

impl Raw<'_> {
    /// Where `expires_in_sec` stands, `expires_in` is in milliseconds. Never longer than an hour, whatever the unit.
    fn life(&self) -> Duration {
        let seconds = self.expires_in_sec.whole().or_else(|| self.expires_in.whole()).unwrap_or(LONGEST_LIFE);
        Duration::from_secs(seconds.clamp(1, LONGEST_LIFE))
    }
}

/// Reads an answer of the token endpoint at `place` (the accounts host, for sentences).
pub(super) fn read(status: u16, body: &[u8], asked: Asked, place: &str) -> Result<Issued, Refused> {
    let Ok(raw) = serde_json::from_slice::<Raw<'_>>(body) else {
        let kind = if status >= 500 { Kind::Unavailable } else { Kind::Protocol };
        return Err(Refused::Fault(zoho(
            kind,
            format!("{place} gave an answer that could not be read (HTTP {status})."),
            "",
        )));
    };
    if (200..300).contains(&status) && !raw.access_token.is_empty() {
        let usable = |token: &Loose<'_>| {
            let text = token.as_str();
            text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !usable(&raw.access_token) || !usable(&raw.refresh_token) {
            return Err(Refused::Fault(zoho(
                Kind::Protocol,
                format!("{place} gave a token with characters that no token has."),
                "",
            )));
        }
        return Ok(Issued {
            access: raw.access_token.as_str().to_owned().into(),
            refresh: (!raw.refresh_token.is_empty()).then(|| raw.refresh_token.as_str().to_owned().into()),
            life: raw.life(),
            api_domain: raw.api_domain.as_str().to_owned(),
        });
    }
    Err(refusal(status, &raw, asked, place))
}

fn refusal(status: u16, raw: &Raw<'_>, asked: Asked, place: &str) -> Refused {
    let word = quote(raw.error.as_str());
    let credentials = |message: String, remedy: &str| Refused::Fault(zoho(Kind::Credentials, message, remedy));
    match word.as_str() {
        "Access Denied" if status == 400 => Refused::Pause,
        "invalid_code" | "invalid_token" if asked == Asked::Refresh => credentials(
            format!(
                "{place} does not accept the refresh token ({word}): the consent was withdrawn, replaced by newer ones, or given in another data center."
            ),
            "Check `datacenter`, then consent again with `login`. A user keeps at most 20 consents; each further one ends the oldest.",
        ),
        "invalid_code" | "invalid_token" => credentials(
            format!(
                "{place} does not accept the grant code ({word}): it was used before, is older than its few minutes, or belongs to another data center."
            ),
            "Check `datacenter`, make a new grant code and use it at once.",
        ),
        "invalid_client" => credentials(
            format!("{place} does not know the client id ({word})."),
            "Check `client_id` and `datacenter`: a client works in its own data center unless the API console enables it for others.",
        ),
        "invalid_client_secret" => credentials(
            format!("{place} refuses the client secret ({word})."),
            "Check `client_secret`: it can differ per data center.",
        ),
        "invalid_redirect_uri" => credentials(
            format!("{place} refuses the redirect address ({word})."),
            "Register exactly the redirect address that `login` prints in the API console.",
        ),
        "invalid_scope" => credentials(
            format!("{place} refuses the scopes of the request ({word})."),
            "Make the grant code with exactly the scopes that `ping` lists.",
        ),
        "access_denied" => credentials(
            format!("{place} denies access ({word})."),
            "Consent with a user who may use the API, and accept the consent page.",
        ),
        "general_error" => {
            Refused::Fault(zoho(Kind::Unavailable, format!("{place} failed ({word})."), "Try again later."))
        }
        "" => {
            let kind = if status >= 500 { Kind::Unavailable } else { Kind::Protocol };
            Refused::Fault(zoho(
                kind,
                format!("{place} answered without a token and without a reason (HTTP {status})."),
                "",
            ))
        }
        _ if status >= 500 => Refused::Fault(zoho(Kind::Unavailable, format!("{place} failed ({word})."), "")),
        _ => credentials(
            format!("{place} gave no token ({word})."),
            "Check the credentials of the connection, then sign in again with `login`.",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use secrecy::ExposeSecret;

    use super::*;

    fn fault(status: u16, body: &str, asked: Asked) -> Fault {
        match read(status, body.as_bytes(), asked, "accounts.zoho.eu") {
            Err(Refused::Fault(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_read_whole() {
        let body = br#"{"access_token":"1000.8cb9.aa","refresh_token":"1000.85.bb","scope":"ZohoCRM.modules.ALL","api_domain":"https://www.zohoapis.com","token_type":"Bearer","expires_in":3600}"#;
        let issued = read(200, body, Asked::Code, "x").unwrap();
        assert_eq!(issued.access.expose_secret(), "1000.8cb9.aa");
        assert_eq!(issued.refresh.unwrap().expose_secret(), "1000.85.bb");
        assert_eq!((issued.life.as_secs(), issued.api_domain.as_str()), (3600, "https://www.zohoapis.com"));
    }

    #[test]
    fn lives_are_seconds_and_an_hour_at_most() {
        let life = |members: &str| {
            read(200, format!("{{\"access_token\":\"t\"{members}}}").as_bytes(), Asked::Refresh, "x")
                .unwrap()
                .life
                .as_secs()
        };
        assert_eq!(life(r#","expires_in":1800"#), 1800);
        assert_eq!(life(r#","expires_in":"1800""#), 1800);
        assert_eq!(life(r#","expires_in":3600000"#), 3600);
        assert_eq!(life(r#","expires_in":1200000,"expires_in_sec":1200"#), 1200);
        assert_eq!(life(""), 3600);
        assert_eq!(life(r#","expires_in":-4"#), 3600);
    }

    #[test]
    fn refusals_come_with_http_200() {
        let dead = fault(200, r#"{"error":"invalid_code"}"#, Asked::Refresh);
        assert_eq!(dead.kind, Kind::Credentials);
        assert!(dead.message.contains("refresh token") && dead.remedy.contains("login"));
        assert!(fault(200, r#"{"error":"invalid_code"}"#, Asked::Code).message.contains("grant code"));
        assert!(fault(200, r#"{"error":"invalid_client"}"#, Asked::Refresh).remedy.contains("datacenter"));
        assert_eq!(fault(200, r#"{"error":"general_error"}"#, Asked::Refresh).kind, Kind::Unavailable);
        assert_eq!(fault(200, "{}", Asked::Refresh).kind, Kind::Protocol);
        assert_eq!(fault(200, "<html>", Asked::Refresh).kind, Kind::Protocol);
        assert_eq!(fault(401, r#"{"error":"new_word"}"#, Asked::Refresh).kind, Kind::Credentials);
    }

    #[test]
    fn too_many_requests_ask_for_a_pause() {
        let body = br#"{"error":"Access Denied","error_description":"You have made too many requests continuously. Please try again after some time.","status":"failure"}"#;
        assert!(matches!(read(400, body, Asked::Refresh, "x"), Err(Refused::Pause)));
    }

    #[test]
    fn tokens_with_line_breaks_are_refused() {
        assert_eq!(fault(200, "{\"access_token\":\"a\\r\\nX: y\"}", Asked::Refresh).kind, Kind::Protocol);
    }
}
