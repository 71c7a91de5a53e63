//! Who asks, and whether there is a seat: tokens, cookies, sessions.
//!
//! Owns the 401 of every address without a token, and the answer when all seats are taken. Tokens are judged by
//! `identity`, seats by `session`.

use http::{HeaderMap, header};
use jiff::Timestamp;

use super::answer;
use crate::acumatica::failure::Failure;
use crate::acumatica::instance::Acumatica;
use crate::acumatica::session::{Entered, Holder};
use crate::acumatica::switches::LoginLimit;
use axum::response::Response;
use http::StatusCode;

/// Name of the session cookie.
pub(super) const SESSION: &str = "ASP.NET_SessionId";

/// A request that was let in.
pub(super) struct Visit {
    /// The session's holder.
    pub(super) holder: Holder,
    /// The session.
    pub(super) entered: Entered,
    /// Whether sessions are kept by cookies.
    pub(super) by_cookie: bool,
}

/// A cookie of the request.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|h| h.to_str().ok());
    all.flat_map(|h| h.split(';')).find_map(|pair| {
        let (n, value) = pair.trim().split_once('=')?;
        (n == name && !value.is_empty()).then_some(value)
    })
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The answer when all seats are taken.
pub(super) fn full(limit: LoginLimit) -> Response {
    let message = "API Login Limit: the maximum number of concurrent API logins is reached. Check the limits of the license and of the Users (SM201010) form.";
    match limit {
        LoginLimit::Status429 => answer::failure(&Failure::Status(StatusCode::TOO_MANY_REQUESTS, message.to_owned())),
        LoginLimit::Status500 => {
            answer::failure(&Failure::Exception("PX.Data.PXException", format!("Error: {message}")))
        }
    }
}

/// The holder of the session that the request belongs to, and when it ends at the latest; `None` when nobody known
/// asks. A concurrent session that has no cookie yet gets one.
pub(super) fn holder(
    erp: &Acumatica,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<(Holder, Option<Timestamp>, bool)> {
    erp.doors(|doors| {
        if let Some(token) = bearer(headers) {
            let (id, grant, expires) = doors.identity.check(token, now)?;
            let ends = (!grant.has("offline_access")).then_some(expires);
            if !grant.has("api") && !grant.has("api:concurrent_access") {
                return None;
            }
            if !grant.has("api:concurrent_access") {
                return Some((Holder::Grant(id), ends, false));
            }
            let known = cookie(headers, SESSION).map(|c| Holder::Cookie(c.to_owned()));
            let known = known.filter(|holder| doors.sessions.is_open(holder));
            let holder = known.unwrap_or_else(|| Holder::Cookie(doors.stream.hex(24)));
            return Some((holder, ends, true));
        }
        let holder = Holder::Cookie(cookie(headers, SESSION)?.to_owned());
        let signed_in = cookie(headers, ".ASPXAUTH").is_some_and(|ticket| doors.tickets.get(ticket) == Some(&holder));
        (signed_in && doors.sessions.is_open(&holder)).then_some((holder, None, true))
    })
}

/// Lets a request in, or says why not.
pub(super) fn enter(erp: &Acumatica, headers: &HeaderMap, now: Timestamp) -> Result<Visit, Box<Response>> {
    let Some((holder, ends, by_cookie)) = holder(erp, headers, now) else {
        return Err(Box::new(answer::unauthorised()));
    };
    let options = erp.options();
    let entered = erp.doors(|doors| doors.sessions.enter(&holder, ends, options.seats, options.session_idle, now));
    match entered {
        Ok(entered) => Ok(Visit { holder, entered, by_cookie }),
        Err(_) => Err(Box::new(full(erp.switches().login_limit_status))),
    }
}
