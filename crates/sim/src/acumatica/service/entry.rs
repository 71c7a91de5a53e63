//! The one entry point: every request of the instance comes in here.
//!
//! Owns the order of checks (address, size, who asks, throttle) and the addresses of the identity server. Must not read
//! or write rows; `contract` does.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use super::route::{Route, route};
use super::{answer, contract, cookie, door};
use crate::acumatica::failure::Failure;
use crate::acumatica::identity;
use crate::acumatica::instance::Acumatica;
use crate::acumatica::session::Holder;
use crate::acumatica::switches::SeatTaken;
use crate::acumatica::version::Version;

/// Greatest body that is taken, in bytes.
const BODY: usize = 8 * 1024 * 1024;

/// The instance's service.
pub(in crate::acumatica) fn router(erp: Arc<Acumatica>) -> Router {
    Router::new().fallback(handle).with_state(erp)
}

async fn handle(State(erp): State<Arc<Acumatica>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY).await else {
        return answer::page(StatusCode::PAYLOAD_TOO_LARGE, "Request entity too large.");
    };
    let route = route(parts.uri.path(), &erp.options().prefix);
    let sized =
        parts.headers.contains_key(header::CONTENT_LENGTH) || parts.headers.contains_key(header::TRANSFER_ENCODING);
    if parts.method == Method::POST && route != Route::Outside && bytes.is_empty() && !sized {
        return answer::length_required();
    }
    let query = parts.uri.query().unwrap_or_default();
    match route {
        Route::Outside => answer::page(
            StatusCode::NOT_FOUND,
            "<!DOCTYPE html><html><body><h2>404 - File or directory not found.</h2></body></html>",
        ),
        Route::Discovery => discovery(&erp, &parts),
        Route::Authorize => authorize(&erp, &parts.method, query, &bytes),
        Route::Token | Route::Revocation if parts.method != Method::POST => {
            answer::empty(StatusCode::METHOD_NOT_ALLOWED)
        }
        Route::Token => token(&erp, &parts.headers, &bytes),
        Route::Revocation => revoke(&erp, &parts.headers, &bytes),
        Route::UserInfo => user_info(&erp, &parts.headers),
        Route::Login | Route::Logout if parts.method != Method::POST => answer::empty(StatusCode::METHOD_NOT_ALLOWED),
        Route::Login => cookie::login(&erp, &bytes, erp.now()),
        Route::Logout => cookie::logout(&erp, &parts.headers, erp.now()),
        Route::Root if erp.switches().entity_root_open => root(&erp),
        route => inside(&erp, &parts, &route, &bytes).await,
    }
}

/// Everything that needs a session: it waits for the licence, then for the session, then is worked on alone.
async fn inside(erp: &Acumatica, parts: &Parts, route: &Route, bytes: &Bytes) -> Response {
    if door::holder(erp, &parts.headers, erp.now()).is_none() {
        return answer::unauthorised();
    }
    let Ok(_permit) = erp.throttle().pass(erp.clock()).await else {
        return answer::declined(erp.switches().retry_after_seconds);
    };
    let visit = match door::enter(erp, &parts.headers, erp.now()) {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let turn = visit.entered.gate.clone().lock_owned().await;
    if !erp.options().work.is_zero() {
        erp.clock().sleep(erp.options().work).await;
    }
    let mut response = match route {
        Route::Contract(endpoint, version, rest) => contract::serve(
            erp,
            &contract::Request {
                method: &parts.method,
                path: parts.uri.path(),
                endpoint,
                version,
                rest,
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                bytes,
                holder: &visit.holder,
                now: erp.now(),
            },
        ),
        Route::Root => root(erp),
        _ => answer::failure(&Failure::not_found("The resource cannot be found.")),
    };
    drop(turn);
    if let (true, true, Holder::Cookie(session)) = (visit.by_cookie, visit.entered.opened, &visit.holder) {
        answer::cookie(&mut response, &format!("{}={session}; path=/; HttpOnly; SameSite=Lax", door::SESSION));
    }
    response
}

fn form(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).take(64).map(|(n, v)| (n.into_owned(), v.into_owned())).collect()
}

fn basic(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

fn authorize(erp: &Acumatica, method: &Method, query: &str, bytes: &[u8]) -> Response {
    let query = form(query.as_bytes());
    let switches = erp.switches();
    answer::consent(match *method {
        Method::GET => identity::authorize(&query, erp.options(), &switches),
        Method::POST => {
            let now = erp.now();
            let decision = form(bytes);
            erp.doors(|d| identity::decide(&query, &decision, &mut d.identity, erp.options(), &switches, now))
        }
        _ => return answer::empty(StatusCode::METHOD_NOT_ALLOWED),
    })
}

fn token(erp: &Acumatica, headers: &HeaderMap, bytes: &[u8]) -> Response {
    let now = erp.now();
    let (options, switches) = (erp.options(), erp.switches());
    let given = erp.doors(|d| {
        let given = identity::token(&form(bytes), basic(headers), &mut d.identity, options, &switches, now)?;
        if switches.seat_taken_at == SeatTaken::Token && !given.scopes.iter().any(|s| s == "api:concurrent_access") {
            let holder = Holder::Grant(given.grant);
            let seat = d.sessions.enter(&holder, None, options.seats, options.session_idle, now);
            return Ok(seat.map(|_| given));
        }
        Ok(Ok(given))
    });
    match given {
        Ok(Ok(tokens)) => answer::tokens(Ok(tokens), options.access_life.as_secs()),
        Ok(Err(_)) => door::full(switches.login_limit_status),
        Err(identity::Refused("invalid_grant")) if !switches.dead_refresh_readable => {
            answer::page(StatusCode::BAD_REQUEST, "Bad Request")
        }
        Err(refused) => answer::tokens(Err(refused), 0),
    }
}

fn revoke(erp: &Acumatica, headers: &HeaderMap, bytes: &[u8]) -> Response {
    if !erp.switches().revocation {
        return answer::failure(&Failure::not_found("The resource cannot be found."));
    }
    match erp.doors(|d| identity::revoke(&form(bytes), basic(headers), &mut d.identity, erp.options())) {
        Ok(()) => answer::empty(StatusCode::OK),
        Err(refused) => answer::tokens(Err(refused), 0),
    }
}

fn user_info(erp: &Acumatica, headers: &HeaderMap) -> Response {
    let now = erp.now();
    let user = erp.doors(|d| {
        let (_, grant, _) = d.identity.check(door::bearer(headers)?, now)?;
        Some(grant.user.clone())
    });
    match user {
        Some(name) => answer::json(serde_json::json!({"sub": name, "name": name}).to_string().into_bytes()),
        None => answer::unauthorised(),
    }
}

fn discovery(erp: &Acumatica, parts: &Parts) -> Response {
    let host = parts.headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|a| a.as_str())).unwrap_or("localhost");
    let scheme = match parts.headers.get("x-forwarded-proto").and_then(|v| v.to_str().ok()) {
        Some("https") => "https",
        _ => "http",
    };
    let root = format!("{scheme}://{host}{}", erp.options().prefix);
    answer::json(identity::discovery(&root, &erp.switches()).to_string().into_bytes())
}

/// `GET /entity`: build and endpoints.
fn root(erp: &Acumatica) -> Response {
    let options = erp.options();
    let endpoints: Vec<_> = Version::ALL
        .iter()
        .map(|v| {
            serde_json::json!({
                "name": "Default",
                "version": v.text(),
                "href": format!("{}/entity/Default/{}/", options.prefix, v.text()),
            })
        })
        .collect();
    let body = serde_json::json!({
        "version": {"acumaticaBuildVersion": options.build, "databaseVersion": options.build},
        "endpoints": endpoints,
    });
    answer::json(body.to_string().into_bytes())
}
