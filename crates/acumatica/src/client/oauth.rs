//! Tokens from the identity server inside the instance: consent, exchange, refresh, password.
//!
//! Owns the requests and the reading of their answers. Must not log or keep an error body: it can echo the form, secrets included.
//! Any 4xx but 429 means that a person must act; the body's code only picks the sentence. The session commits what comes out.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use port::{Bodies, Call, Fault, Kind, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use wire::{Ask, Door, Safety};

use super::answer::{fault, seats, speaks_of_seats};
use super::instance::Instance;
use crate::settings::{GrantKind, Settings};

/// The registered application, as it presents itself.
#[derive(Clone, Debug)]
pub struct App {
    instance: Instance,
    client_id: String,
    client_secret: SecretString,
    grant: GrantKind,
}

/// Tokens as issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Access token, opaque.
    pub access: SecretString,
    /// How long it lives.
    pub lifetime: Duration,
    /// The new refresh token; the one that was used is dead by now.
    pub refresh: Option<SecretString>,
}

impl App {
    /// The application of a connection.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            instance: Instance::new(&settings.url, &settings.endpoint),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            grant: settings.grant,
        }
    }

    /// Where a person consents. `redirect` must be registered byte by byte; `state` comes back unchanged.
    #[must_use]
    pub fn consent_url(&self, redirect: &str, state: &str) -> String {
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", "api offline_access")
            .append_pair("state", state)
            .finish();
        format!("{}?{query}", self.instance.authorize())
    }

    /// Whether an identity server answers at the instance's address; needs no credentials and changes nothing.
    pub async fn reach(&self, door: &Door) -> Call<()> {
        let ask = Ask { json: false, body_limit: 64 * 1024, ..Ask::get(self.instance.discovery()) };
        let call = door.call(ask).await;
        Call { result: call.result.and_then(|response| identity_server(&response)), exchanges: call.exchanges }
    }

    /// Exchanges the code that came back from the consent page. A code works once.
    pub async fn exchange(&self, door: &Door, code: &SecretString, redirect: &str) -> Call<Issued> {
        let form = [("grant_type", "authorization_code"), ("code", code.expose_secret()), ("redirect_uri", redirect)];
        self.ask(door, &form, Safety::Write).await
    }

    /// Renews with a refresh token, which dies by it: `OutcomeUnknown` when the answer was lost.
    pub async fn refresh(&self, door: &Door, token: &SecretString) -> Call<Issued> {
        self.ask(door, &[("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())], Safety::Write)
            .await
    }

    /// Signs in as a service user. No refresh token is asked for: the password is at hand.
    pub async fn password(&self, door: &Door, username: &str, password: &SecretString) -> Call<Issued> {
        let form = [
            ("grant_type", "password"),
            ("username", username),
            ("password", password.expose_secret()),
            ("scope", "api"),
        ];
        self.ask(door, &form, Safety::Repeatable).await
    }

    async fn ask(&self, door: &Door, form: &[(&str, &str)], safety: Safety) -> Call<Issued> {
        let body = Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose_secret())
            .finish();
        let ask = Ask {
            bodies: Bodies::Drop,
            body_limit: 64 * 1024,
            answer_500: Some(is_seat_text),
            ..Ask::with_body(Method::POST, self.instance.token(), Bytes::from(body), safety)
        };
        let ask = ask
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        let call = door.call(ask).await;
        Call { result: call.result.and_then(|response| self.read(&response)), exchanges: call.exchanges }
    }

    fn read(&self, response: &Response) -> Result<Issued, Fault> {
        #[derive(Deserialize)]
        struct Tokens {
            access_token: String,
            expires_in: Option<u64>,
            refresh_token: Option<String>,
        }
        if response.status != 200 {
            return Err(self.refusal(response));
        }
        let tokens: Tokens = serde_json::from_slice(&response.body).map_err(|_| not_tokens())?;
        if tokens.access_token.is_empty() {
            return Err(not_tokens());
        }
        Ok(Issued {
            access: SecretString::from(tokens.access_token),
            lifetime: Duration::from_secs(tokens.expires_in.unwrap_or(3600).min(24 * 3600)),
            refresh: tokens.refresh_token.filter(|token| !token.is_empty()).map(SecretString::from),
        })
    }

    /// The sentence for a refusal. Only known codes are looked for; nothing of the body is repeated.
    fn refusal(&self, response: &Response) -> Fault {
        #[derive(Deserialize)]
        struct Code {
            error: String,
        }
        if is_seat_text(&response.body) {
            return seats();
        }
        let code = serde_json::from_slice::<Code>(&response.body).map(|code| code.error).unwrap_or_default();
        let again = match self.grant {
            GrantKind::AuthorizationCode => "Sign in again with `login`.",
            GrantKind::Password => "Correct username and password in the connection file and apply it.",
        };
        match (response.status, code.as_str()) {
            (300..=399 | 404 | 405, _) => fault(
                Kind::Unsupported,
                "There is no identity server at this address.",
                "Check that url is that of the instance, with its virtual folder.",
            ),
            (400..=499, "invalid_client") => fault(
                Kind::Credentials,
                "Acumatica does not know the client id, or its secret is wrong or has expired.",
                "Compare client_id (with the tenant after the @) and client_secret with Connected Applications (SM303010).",
            ),
            (400..=499, "unauthorized_client" | "unsupported_grant_type") => fault(
                Kind::Credentials,
                "The connected application is registered for another way of signing in.",
                "Choose the flow on Connected Applications (SM303010) that grant names in the connection file.",
            ),
            (400..=499, "invalid_scope") => fault(
                Kind::Credentials,
                "The connected application may not hand out what is asked for.",
                "On Connected Applications (SM303010), choose a mode with refresh tokens.",
            ),
            (400..=499, _) => match self.grant {
                GrantKind::AuthorizationCode => fault(
                    Kind::Credentials,
                    "The consent is no longer valid: it has expired, was revoked, or its token was used elsewhere.",
                    format!(
                        "{again} On Connected Applications (SM303010), sliding and infinite refresh tokens keep a consent alive."
                    ),
                ),
                GrantKind::Password => fault(Kind::Credentials, "Acumatica refused user name or password.", again),
            },
            (status, _) => fault(
                Kind::Unavailable,
                format!("The identity server answered with status {status}."),
                "The next run tries again.",
            ),
        }
    }
}

fn is_seat_text(body: &[u8]) -> bool {
    speaks_of_seats(&String::from_utf8_lossy(body))
}

/// Whether this is what an identity server of Acumatica says of itself.
fn identity_server(response: &Response) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Discovery {
        token_endpoint: String,
    }
    let told = (response.status == 200).then(|| serde_json::from_slice::<Discovery>(&response.body).ok()).flatten();
    match told.filter(|told| told.token_endpoint.ends_with("/identity/connect/token")) {
        Some(_) => Ok(()),
        None => Err(fault(
            Kind::Unsupported,
            format!("A server answers at this address ({}), and it is no instance of Acumatica.", response.status),
            "Correct url in the connection file: the address at which people open Acumatica, with its virtual folder if it has one.",
        )),
    }
}

fn not_tokens() -> Fault {
    fault(
        Kind::Protocol,
        "The identity server's answer holds no token.",
        "Check that url is that of an Acumatica instance, with its virtual folder.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::HeaderMap;

    use super::*;

    fn app(grant: GrantKind) -> App {
        App {
            instance: Instance::new("https://h.example/A", "Default/24.200.001"),
            client_id: "1-2@Company".to_owned(),
            client_secret: "hidden".into(),
            grant,
        }
    }

    fn read(grant: GrantKind, status: u16, body: &str) -> Result<Issued, Fault> {
        app(grant).read(&Response { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) })
    }

    #[test]
    fn the_consent_address_carries_all_that_it_must() {
        assert_eq!(
            app(GrantKind::AuthorizationCode).consent_url("http://127.0.0.1:8765/callback", "a b"),
            "https://h.example/A/identity/connect/authorize?response_type=code&client_id=1-2%40Company\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&scope=api+offline_access&state=a+b"
        );
    }

    #[test]
    fn tokens_are_read_and_bounded() {
        let issued =
            read(GrantKind::Password, 200, r#"{"access_token":"a","expires_in":99999999,"token_type":"Bearer"}"#)
                .unwrap();
        assert_eq!(issued.lifetime, Duration::from_secs(86400));
        assert!(issued.refresh.is_none());
        assert!(!format!("{issued:?}").contains("\"a\""));
        let issued = read(GrantKind::AuthorizationCode, 200, r#"{"access_token":"a","refresh_token":"r"}"#).unwrap();
        assert_eq!(issued.refresh.unwrap().expose_secret(), "r");
        assert_eq!(read(GrantKind::Password, 200, "{}").unwrap_err().kind, Kind::Protocol);
        assert_eq!(read(GrantKind::Password, 200, r#"{"access_token":""}"#).unwrap_err().kind, Kind::Protocol);
    }

    #[test]
    fn every_4xx_needs_a_person_and_repeats_nothing_of_the_body() {
        for body in [
            "",
            "<html>",
            r#"{"error":"invalid_client","client_secret":"hidden"}"#,
            r#"{"error":"hidden"}"#,
            r#"{"error":"invalid_scope"}"#,
        ] {
            for grant in [GrantKind::AuthorizationCode, GrantKind::Password] {
                let fault = read(grant, 400, body).unwrap_err();
                assert_eq!(fault.kind, Kind::Credentials);
                assert!(!fault.to_string().contains("hidden"));
                assert!(!fault.remedy.is_empty());
            }
        }
        assert_eq!(read(GrantKind::Password, 404, "").unwrap_err().kind, Kind::Unsupported);
        assert_eq!(read(GrantKind::Password, 400, "x API Login Limit y").unwrap_err().kind, Kind::Throttled);
    }
}
