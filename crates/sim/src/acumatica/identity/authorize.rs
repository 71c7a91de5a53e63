//! `/identity/connect/authorize`: checks a request for consent, shows the page, and sends the answer back.
//!
//! Owns the rules by which a request is refused on the page or sent back with an error. Codes are kept by `store`,
//! pages drawn by `page`; forms and queries come from `service`.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::store::{Code, Identity};
use super::{page, scopes};
use crate::acumatica::options::{Client, Flow, Options, RefreshMode};
use crate::acumatica::switches::Switches;

/// How long a code can be exchanged.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What the browser gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A page, with 200.
    Page(String),
    /// A page, with 400.
    Wrong(String),
    /// A redirection to this address.
    Redirect(String),
}

struct Asked<'a> {
    client: &'a Client,
    redirect: Url,
    state: Option<&'a str>,
    scopes: Vec<String>,
    challenge: Option<String>,
}

type Form = [(String, String)];

fn value<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
}

fn back(redirect: &Url, state: Option<&str>, pairs: &[(&str, &str)]) -> Answer {
    let mut url = redirect.clone();
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
    }
    Answer::Redirect(url.into())
}

fn permitted(client: &Client, redirect: &str) -> Option<Url> {
    let url = Url::parse(redirect).ok()?;
    if url.fragment().is_some() {
        return None;
    }
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let registered = client.redirects.iter().any(|r| r == redirect) || (client.redirects.is_empty() && loopback);
    registered.then_some(url)
}

fn check<'a>(query: &'a Form, options: &'a Options, switches: &Switches) -> Result<Asked<'a>, Answer> {
    let wrong = |code: &str, why: &str| Answer::Wrong(page::error(code, why));
    let id = value(query, "client_id").unwrap_or_default();
    let client = options
        .clients
        .iter()
        .find(|c| c.id == id)
        .ok_or_else(|| wrong("unauthorized_client", "The client application is not known or is not authorized."))?;
    let redirect = value(query, "redirect_uri")
        .and_then(|r| permitted(client, r))
        .ok_or_else(|| wrong("invalid_request", "The redirect address is not registered for the client."))?;
    let state = value(query, "state");
    let error = |code: &str| back(&redirect, state, &[("error", code)]);
    if value(query, "response_type") != Some("code") {
        return Err(error("unsupported_response_type"));
    }
    if !client.flows.contains(&Flow::AuthorizationCode) {
        return Err(error("unauthorized_client"));
    }
    let scopes = value(query, "scope").and_then(scopes).ok_or_else(|| error("invalid_scope"))?;
    if client.refresh == RefreshMode::None && scopes.iter().any(|s| s == "offline_access") {
        return Err(error("invalid_scope"));
    }
    let challenge = match (value(query, "code_challenge"), value(query, "code_challenge_method")) {
        _ if !switches.pkce => None,
        (None, _) => None,
        (Some(challenge), Some("S256")) => Some(challenge.to_owned()),
        _ => return Err(error("invalid_request")),
    };
    Ok(Asked { client, redirect, state, scopes, challenge })
}

/// Answers the first call of the browser.
#[must_use]
pub fn authorize(query: &Form, options: &Options, switches: &Switches) -> Answer {
    match check(query, options, switches) {
        Err(answer) => answer,
        Ok(asked) => {
            let user = options.users.first().map_or("admin", |u| &u.name);
            Answer::Page(page::consent(&asked.client.id, &options.tenant, user, &asked.scopes, asked.redirect.as_str()))
        }
    }
}

/// Answers the posted page. `form` holds the decision.
#[must_use]
pub fn decide(
    query: &Form,
    form: &Form,
    identity: &mut Identity,
    options: &Options,
    switches: &Switches,
    now: Timestamp,
) -> Answer {
    let asked = match check(query, options, switches) {
        Err(answer) => return answer,
        Ok(asked) => asked,
    };
    if value(form, "decision") != Some("allow") {
        return back(&asked.redirect, asked.state, &[("error", "access_denied")]);
    }
    let code = identity.opaque();
    identity.codes.retain(|_, c| c.expires > now);
    identity.codes.insert(
        code.clone(),
        Code {
            client: asked.client.id.clone(),
            user: options.users.first().map_or_else(|| "admin".to_owned(), |u| u.name.clone()),
            redirect: value(query, "redirect_uri").unwrap_or_default().to_owned(),
            scopes: asked.scopes.clone(),
            challenge: asked.challenge,
            expires: now.saturating_add(CODE_LIFE).unwrap_or(Timestamp::MAX),
        },
    );
    back(&asked.redirect, asked.state, &[("code", &code), ("scope", &asked.scopes.join(" "))])
}
