//! The routes of the accounts server.
//!
//! Owns: `/oauth/v2/auth`, `/oauth/v2/token`, `/oauth/v2/token/revoke`, `/oauth/serverinfo`.
//! Must not: keep tokens (the parent does).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::form::Params;
use super::token::Consent;
use super::{ACCESS_LIFE, Denied, Issued, consent};
use crate::zoho::Identity;
use crate::zoho::api::{Scopes, State};
use crate::zoho::json::Out;

const THROTTLED: &str = r#"{"error":"Access Denied","error_description":"You have made too many requests continuously. Please try again after some time.","status":"failure"}"#;

/// The parts of a request that an answer depends on.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
}

/// Answers a request at a moment (epoch seconds).
pub(crate) fn answer(state: &mut State, identity: &Identity, request: &Request<'_>, now: i64) -> Response {
    let params = Params::read(request.query, request.content_type, request.body);
    match (request.method, request.path) {
        ("GET", "/oauth/v2/auth") => ask(state, &params),
        ("POST", "/oauth/v2/auth") => decide(state, identity, &params, now),
        ("POST", "/oauth/v2/token") => token(state, identity, &params, now),
        ("POST", "/oauth/v2/token/revoke") => {
            let done = state.accounts.revoke(params.text("token"));
            json(200, if done { r#"{"status":"success"}"# } else { r#"{"error":"invalid_token"}"# })
        }
        ("GET", "/oauth/serverinfo" | "/oauth/serverInfo") => serverinfo(identity),
        _ => html(404, &consent::error(request.path, "There is nothing at this address")),
    }
}

fn json(status: u16, body: &str) -> Response {
    with_type(status, body, "application/json;charset=UTF-8")
}

fn html(status: u16, body: &str) -> Response {
    let mut response = with_type(status, body, "text/html;charset=UTF-8");
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn with_type(status: u16, body: &str, content_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Client, scopes and redirect URI of a consent request, or the page that says what is wrong.
fn checked<'a>(state: &State, params: &'a Params) -> Result<(&'a str, Scopes, &'a str), Box<Response>> {
    let fail = |word: &str, sentence: &str| Err(Box::new(html(400, &consent::error(word, sentence))));
    let (client, redirect) = (params.text("client_id"), params.text("redirect_uri"));
    if !state.accounts.knows(client) {
        return fail("invalid_client", "This client is not registered here");
    }
    if !state.accounts.redirect_allowed(client, redirect) {
        return fail("invalid_redirect_uri", "The redirect address does not match the registered one");
    }
    if params.text("response_type") != "code" {
        return fail("invalid_response_type", "The response type must be code");
    }
    let scopes = Scopes::parse(params.text("scope"));
    if !scopes.well_formed() {
        return fail("invalid_scope", "A scope of the request does not exist");
    }
    Ok((client, scopes, redirect))
}

const KEPT: [&str; 7] = ["client_id", "redirect_uri", "response_type", "scope", "state", "access_type", "prompt"];

fn ask(state: &State, params: &Params) -> Response {
    match checked(state, params) {
        Ok((client, _, _)) => {
            let hidden: Vec<(&str, &str)> = KEPT.iter().map(|name| (*name, params.text(name))).collect();
            html(200, &consent::ask(&state.org, client, params.text("scope"), &hidden))
        }
        Err(response) => *response,
    }
}

fn decide(state: &mut State, identity: &Identity, params: &Params, now: i64) -> Response {
    let (client, scopes, redirect) = match checked(state, params) {
        Ok(checked) => checked,
        Err(response) => return *response,
    };
    let Ok(mut target) = url::Url::parse(redirect) else {
        return html(400, &consent::error("invalid_redirect_uri", "The redirect address is not a URL"));
    };
    if params.text("decision") == "reject" {
        target.query_pairs_mut().append_pair("error", "access_denied");
    } else {
        let chosen = params.get("user").and_then(|id| id.parse().ok()).and_then(|id| state.org.user(id));
        let user = chosen.or(state.org.users.first()).filter(|user| user.active).map_or(0, |user| user.id);
        let offline = params.text("access_type") == "offline";
        let prompted = params.text("prompt") == "consent";
        let code = state.accounts.grant(Consent { client, user, scopes, redirect, offline, prompted }, now);
        target
            .query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("location", &identity.location)
            .append_pair("accounts-server", &identity.accounts_server);
    }
    if let Some(kept) = params.get("state") {
        target.query_pairs_mut().append_pair("state", kept);
    }
    let mut response = with_type(302, "", "text/html;charset=UTF-8");
    if let Ok(location) = HeaderValue::from_str(target.as_str()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn token(state: &mut State, identity: &Identity, params: &Params, now: i64) -> Response {
    let (id, secret) = (params.text("client_id"), params.text("client_secret"));
    let result = match params.text("grant_type") {
        "authorization_code" => {
            state.accounts.exchange(id, secret, params.text("code"), params.get("redirect_uri"), now)
        }
        // Sending scopes on a refresh is refused, as some clients found.
        "refresh_token" if params.get("scope").is_some() => Err(Denied::Word("invalid_scope")),
        "refresh_token" => state.accounts.renew(id, secret, params.text("refresh_token"), now),
        _ => Err(Denied::Word("unsupported_grant_type")),
    };
    match result {
        Ok(issued) => {
            state.counters.tokens += 1;
            json(200, &success(&issued, identity))
        }
        Err(Denied::Word(word)) => json(200, &format!(r#"{{"error":"{word}"}}"#)),
        Err(Denied::Throttled) => json(400, THROTTLED),
    }
}

fn success(issued: &Issued, identity: &Identity) -> String {
    let mut out = Out::default();
    out.open().pair("access_token", &issued.access);
    if let Some(refresh) = &issued.refresh {
        out.pair("refresh_token", refresh);
    }
    out.pair("scope", &issued.scopes.joined()).pair("api_domain", &identity.api_domain);
    out.pair("token_type", "Bearer").key("expires_in").integer(ACCESS_LIFE.unsigned_abs()).close();
    String::from_utf8(out.finish()).unwrap_or_default()
}

fn serverinfo(identity: &Identity) -> Response {
    let mut out = Out::default();
    out.open().pair("result", "success").key("locations").open();
    for (location, server) in &identity.locations {
        out.pair(location, server);
    }
    out.close().close();
    json(200, &String::from_utf8(out.finish()).unwrap_or_default())
}
