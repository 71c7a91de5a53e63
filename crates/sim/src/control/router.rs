//! The control pages over HTTP: `/control/…`, JSON in and out, answers only to callers that name a loopback host.
//!
//! Owns addresses, bounds and statuses of the control pages. Must not work anything out: `compare`, `dump` and `edit`
//! do.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::edit::Edit;
use super::{dump, edit};
use crate::faults::{Dials, System};
use crate::simulation::Sim;

/// The furthest that one request may move the clock.
const MOST_SHIFT_SECONDS: i64 = 100 * 365 * 86_400;

/// All control pages of `sim`.
pub fn router(sim: Arc<Sim>) -> Router {
    Router::new()
        .route("/control", get(index))
        .route("/control/state", get(state))
        .route("/control/acumatica/{kind}", get(acumatica))
        .route("/control/zoho/{module}", get(zoho))
        .route("/control/compare", get(compare))
        .route("/control/credentials", get(credentials))
        .route("/control/clock", get(clock).post(set_clock))
        .route("/control/faults", get(faults).post(set_faults))
        .route("/control/change", post(change))
        .route("/control/requests", get(requests))
        .route("/control/counters", get(counters))
        .route("/control/counters/reset", post(reset))
        .with_state(sim)
        .layer(from_fn(loopback_only))
}

type Shared = State<Arc<Sim>>;

/// A web page elsewhere may make a browser call a loopback port; it cannot make it name a loopback host.
async fn loopback_only(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or(""));
    let named = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    match named {
        None | Some("127.0.0.1" | "localhost") => next.run(request).await,
        Some(_) => refused(StatusCode::FORBIDDEN, "the control pages answer to 127.0.0.1 and localhost only"),
    }
}

fn answer(value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    let mut response = answer(&json!({"error": why}));
    *response.status_mut() = status;
    response
}

#[allow(clippy::result_large_err, reason = "the error is the answer")]
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    serde_json::from_slice(body).map_err(|error| refused(StatusCode::BAD_REQUEST, &error.to_string()))
}

async fn index() -> Response {
    answer(&json!({
        "GET": [
            "/control/state", "/control/acumatica/{customers|items|documents|payments}?key&skip&top",
            "/control/zoho/{module}?id&skip&top", "/control/compare", "/control/credentials", "/control/clock",
            "/control/faults", "/control/requests?skip&top", "/control/counters",
        ],
        "POST": ["/control/clock", "/control/faults", "/control/change", "/control/counters/reset"],
    }))
}

async fn state(State(sim): Shared) -> Response {
    let mut counts = sim.with(dump::counts);
    if let Value::Object(counts) = &mut counts {
        counts.insert("now".to_owned(), json!(sim.clock().now().to_string()));
    }
    answer(&counts)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paging {
    key: Option<String>,
    id: Option<u64>,
    #[serde(default)]
    skip: usize,
    #[serde(default = "hundred")]
    top: usize,
}

fn hundred() -> usize {
    100
}

async fn acumatica(State(sim): Shared, Path(kind): Path<String>, Query(paging): Query<Paging>) -> Response {
    match sim.with(|books, _| dump::acumatica(books, &kind, paging.key.as_deref(), paging.skip, paging.top)) {
        Some(page) => answer(&page),
        None => refused(StatusCode::NOT_FOUND, "the kinds are customers, items, documents and payments"),
    }
}

async fn zoho(State(sim): Shared, Path(module): Path<String>, Query(paging): Query<Paging>) -> Response {
    match sim.with(|_, org| dump::zoho(org, &module, paging.id, paging.skip, paging.top)) {
        Some(page) => answer(&page),
        None => refused(StatusCode::NOT_FOUND, "the CRM's edition has no module of this name"),
    }
}

async fn compare(State(sim): Shared) -> Response {
    answer(&sim.compare())
}

async fn credentials(State(sim): Shared) -> Response {
    let known = sim.credentials();
    answer(&json!({
        "acumatica": {
            "client_id": known.acumatica.client_id,
            "client_secret": known.acumatica.client_secret,
            "username": known.acumatica.username,
            "password": known.acumatica.password,
            "refresh_token": known.acumatica.refresh_token,
        },
        "zoho": {
            "client_id": known.zoho.client_id,
            "client_secret": known.zoho.client_secret,
            "refresh_token": known.zoho.refresh_token,
            "grant_code": known.zoho.grant_code,
        },
    }))
}

async fn clock(State(sim): Shared) -> Response {
    answer(&json!({"now": sim.clock().now().to_string()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockChange {
    /// An instant to go on from.
    Set(String),
    /// Seconds forwards or backwards.
    ShiftSeconds(i64),
}

async fn set_clock(State(sim): Shared, body: Bytes) -> Response {
    match read(&body) {
        Ok(ClockChange::Set(to)) => match to.parse::<Timestamp>() {
            Ok(to) => sim.clock().set(to),
            Err(error) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        Ok(ClockChange::ShiftSeconds(by)) if by.abs() <= MOST_SHIFT_SECONDS => {
            sim.clock().shift(SignedDuration::from_secs(by));
        }
        Ok(ClockChange::ShiftSeconds(_)) => {
            return refused(StatusCode::BAD_REQUEST, "the clock moves by at most a hundred years");
        }
        Err(response) => return response,
    }
    clock(State(sim)).await
}

async fn faults(State(sim): Shared) -> Response {
    answer(&sim.faults().dials())
}

async fn set_faults(State(sim): Shared, body: Bytes) -> Response {
    let dials: Dials = match read(&body) {
        Ok(dials) => dials,
        Err(response) => return response,
    };
    if let Err(why) = dials.check() {
        return refused(StatusCode::BAD_REQUEST, &why);
    }
    sim.faults().set(dials);
    faults(State(sim)).await
}

async fn change(State(sim): Shared, body: Bytes) -> Response {
    let wanted: Edit = match read(&body) {
        Ok(edit) => edit,
        Err(response) => return response,
    };
    match sim.change(&wanted) {
        Ok(changes) => answer(&json!({"changes": changes})),
        Err(edit::Refused::Books(error @ crate::acumatica::model::EditError::NotFound)) => {
            refused(StatusCode::NOT_FOUND, &error.to_string())
        }
        Err(error) => refused(StatusCode::CONFLICT, &error.to_string()),
    }
}

async fn requests(State(sim): Shared, Query(paging): Query<Paging>) -> Response {
    answer(&sim.requests().page(paging.skip, paging.top))
}

async fn counters(State(sim): Shared) -> Response {
    let of = |system| sim.requests().counters(system);
    answer(&json!({"acumatica": of(System::Acumatica), "zoho": of(System::Zoho)}))
}

async fn reset(State(sim): Shared) -> Response {
    sim.requests().reset();
    counters(State(sim)).await
}
