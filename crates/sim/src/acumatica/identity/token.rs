//! `/identity/connect/token` and `/identity/connect/revocation`: the three grants, and taking back.
//!
//! Owns who a client proves to be and the refusals of OAuth. Tokens are kept by `store`; forms and headers come from
//! `service`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::store::{Identity, Tokens};
use super::{GrantId, scopes};
use crate::acumatica::options::{Client, Flow, Options, RefreshMode};
use crate::acumatica::switches::Switches;

/// An error code of the token address; answered with 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(pub &'static str);

type Form = [(String, String)];

fn value<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
}

/// The client that the form, or a basic `Authorization` header, proves to be.
fn client<'a>(form: &Form, basic: Option<&str>, options: &'a Options) -> Result<&'a Client, Refused> {
    let refused = Refused("invalid_client");
    let (id, secret) = match basic.and_then(|b| b.strip_prefix("Basic ")) {
        Some(encoded) => {
            let bytes = STANDARD.decode(encoded.trim()).map_err(|_| refused)?;
            let text = String::from_utf8(bytes).map_err(|_| refused)?;
            let (id, secret) = text.split_once(':').ok_or(refused)?;
            let plain = |t: &str| percent_encoding::percent_decode_str(t).decode_utf8_lossy().into_owned();
            (plain(id), plain(secret))
        }
        None => (
            value(form, "client_id").ok_or(refused)?.to_owned(),
            value(form, "client_secret").ok_or(refused)?.to_owned(),
        ),
    };
    options.clients.iter().find(|c| c.id == id && c.secret == secret).ok_or(refused)
}

/// Answers a token request. On success also tells which grant the tokens belong to.
///
/// # Errors
/// [`Refused`], answered with 400.
pub fn token(
    form: &Form,
    basic: Option<&str>,
    identity: &mut Identity,
    options: &Options,
    switches: &Switches,
    now: Timestamp,
) -> Result<Tokens, Refused> {
    let client = client(form, basic, options)?;
    let grant = match value(form, "grant_type") {
        Some("authorization_code") => exchange(form, client, identity, switches, now)?,
        Some("password") => password(form, client, identity, options, now)?,
        Some("refresh_token") => {
            let token = value(form, "refresh_token").ok_or(Refused("invalid_request"))?;
            identity.spend(token, &client.id, now).ok_or(Refused("invalid_grant"))?
        }
        Some(_) => return Err(Refused("unsupported_grant_type")),
        None => return Err(Refused("invalid_request")),
    };
    Ok(identity.issue(grant, client, options, now))
}

fn exchange(
    form: &Form,
    client: &Client,
    identity: &mut Identity,
    switches: &Switches,
    now: Timestamp,
) -> Result<GrantId, Refused> {
    if !client.flows.contains(&Flow::AuthorizationCode) {
        return Err(Refused("unauthorized_client"));
    }
    let refused = Refused("invalid_grant");
    let code = value(form, "code").ok_or(Refused("invalid_request"))?;
    let code = identity.codes.remove(code).ok_or(refused)?;
    if code.client != client.id || code.expires <= now || value(form, "redirect_uri") != Some(&code.redirect) {
        return Err(refused);
    }
    if let Some(challenge) = code.challenge.as_ref().filter(|_| switches.pkce) {
        let verifier = value(form, "code_verifier").ok_or(refused)?;
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) != *challenge {
            return Err(refused);
        }
    }
    Ok(identity.consent(&client.id, &code.user, code.scopes, now))
}

fn password(
    form: &Form,
    client: &Client,
    identity: &mut Identity,
    options: &Options,
    now: Timestamp,
) -> Result<GrantId, Refused> {
    if !client.flows.contains(&Flow::Password) {
        return Err(Refused("unauthorized_client"));
    }
    let name = value(form, "username").ok_or(Refused("invalid_request"))?;
    let word = value(form, "password").unwrap_or_default();
    let scopes = value(form, "scope").and_then(scopes).ok_or(Refused("invalid_scope"))?;
    if client.refresh == RefreshMode::None && scopes.iter().any(|s| s == "offline_access") {
        return Err(Refused("invalid_scope"));
    }
    let user = options.users.iter().find(|u| u.name.eq_ignore_ascii_case(name) && u.password == word);
    let user = user.ok_or(Refused("invalid_grant"))?;
    Ok(identity.consent(&client.id, &user.name, scopes, now))
}

/// Answers a revocation request: any token that a known client sends is dead afterwards.
///
/// # Errors
/// [`Refused`] for an unknown client or a missing token.
pub fn revoke(form: &Form, basic: Option<&str>, identity: &mut Identity, options: &Options) -> Result<(), Refused> {
    client(form, basic, options)?;
    identity.revoke(value(form, "token").ok_or(Refused("invalid_request"))?);
    Ok(())
}
