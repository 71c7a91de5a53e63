//! Signing in and out with cookies, for callers that have no token.
//!
//! Owns both addresses and their cookies. Seats are counted by `session`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::{answer, door};
use crate::acumatica::failure::Failure;
use crate::acumatica::instance::Acumatica;
use crate::acumatica::session::Holder;

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

const LOCALE: &str = "Locale=Culture=en-US&TimeZone=GMTM0800A; path=/";

/// `POST /entity/auth/login`: body `{name,password,…}`, 204 with cookies.
pub(super) fn login(erp: &Acumatica, bytes: &[u8], now: Timestamp) -> Response {
    let Ok(credentials) = serde_json::from_slice::<Credentials>(bytes) else {
        return answer::failure(&Failure::Model("credentials", "The request body cannot be read.".to_owned()));
    };
    let options = erp.options();
    let known = options
        .users
        .iter()
        .any(|u| u.name.eq_ignore_ascii_case(&credentials.name) && u.password == credentials.password);
    if !known {
        return answer::failure(&Failure::erp("Error: Invalid credentials. Please try again."));
    }
    let opened = erp.doors(|doors| {
        let session = doors.stream.hex(24);
        let ticket = doors.stream.hex(96).to_uppercase();
        let holder = Holder::Cookie(session.clone());
        doors.sessions.enter(&holder, None, options.seats, options.session_idle, now)?;
        doors.tickets.retain(|_, h| doors.sessions.is_open(h));
        doors.tickets.insert(ticket.clone(), holder);
        Ok::<_, crate::acumatica::session::Full>((session, ticket))
    });
    let Ok((session, ticket)) = opened else {
        return door::full(erp.switches().login_limit_status);
    };
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    for text in [
        format!(".ASPXAUTH={ticket}; path=/; secure; HttpOnly; SameSite=None"),
        format!("{}={session}; path=/; HttpOnly; SameSite=Lax", door::SESSION),
        format!("CompanyID={}; path=/", options.tenant),
        LOCALE.to_owned(),
        "UserBranch=1; path=/".to_owned(),
    ] {
        answer::cookie(&mut response, &text);
    }
    response
}

/// `POST /entity/auth/logout`: 204, the seat is free at once.
pub(super) fn logout(erp: &Acumatica, headers: &HeaderMap, now: Timestamp) -> Response {
    let Some((holder, ..)) = door::holder(erp, headers, now) else {
        return if door::bearer(headers).is_some() {
            answer::unauthorised()
        } else {
            answer::empty(StatusCode::NO_CONTENT)
        };
    };
    erp.doors(|doors| {
        doors.sessions.close(&holder);
        doors.tickets.retain(|_, h| *h != holder);
    });
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    if door::bearer(headers).is_none() {
        let past = "expires=Tue, 12-Oct-1999 00:00:00 GMT; path=/";
        answer::cookie(&mut response, &format!(".ASPXAUTH=; {past}; HttpOnly"));
        answer::cookie(&mut response, &format!("{}=; {past}", door::SESSION));
    }
    response
}
