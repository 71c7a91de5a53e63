//! Requests below an endpoint: lists, records, writes, actions.
//!
//! Owns which method on which path is what. Must not know how rows are read or written: `list` and `write` do. Sessions
//! were checked by `door` before.

use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};

use super::answer;
use crate::acumatica::entity::{self, Cx, Entity};
use crate::acumatica::failure::Failure;
use crate::acumatica::instance::Acumatica;
use crate::acumatica::list::{self, Ask, Query};
use crate::acumatica::openapi;
use crate::acumatica::session::{Holder, Operation};
use crate::acumatica::switches::{ActionAnswer, Switches};
use crate::acumatica::version::Version;
use crate::acumatica::write;

/// A request below an endpoint.
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) endpoint: &'a str,
    pub(super) version: &'a str,
    pub(super) rest: &'a [String],
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) bytes: &'a [u8],
    pub(super) holder: &'a Holder,
    pub(super) now: Timestamp,
}

/// Answers it. Runs to its end without waiting.
pub(super) fn serve(erp: &Acumatica, request: &Request<'_>) -> Response {
    answer(erp, request).unwrap_or_else(|failure| answer::failure(&failure))
}

fn answer(erp: &Acumatica, request: &Request<'_>) -> Result<Response, Failure> {
    let switches = erp.switches();
    let version = Version::parse(request.version).filter(|_| request.endpoint.eq_ignore_ascii_case("Default"));
    let Some(version) = version else {
        return Err(erp.read(request.now, |books| {
            list::wrong_version(&Cx { books, switches: &switches, now: request.now }, request.path)
        }));
    };
    let Some((name, rest)) = request.rest.split_first() else {
        return Err(Failure::not_found("No entity is named."));
    };
    if name == "swagger.json" && *request.method == Method::GET {
        return Ok(answer::json(openapi::document(version, &switches, &erp.options().prefix)));
    }
    let entity = entity::find(name, version).ok_or_else(|| Failure::not_found(format!("Entity {name} not found")))?;
    if erp.read(request.now, |books| books.closed.contains(entity.name)) {
        return Err(write::no_rights());
    }
    let running = erp.doors(|d| d.sessions.operation(request.holder).cloned()).filter(|o| o.until > request.now);
    if let [_, status, id] = rest
        && status == "status"
        && *request.method == Method::GET
    {
        return poll(erp, request, id, running.as_ref());
    }
    if running.is_some() {
        return Err(Failure::erp("The previous operation has not been completed yet."));
    }
    let query = Query::parse(request.query)
        .map_err(|bad| Failure::Model(bad.0, "The value is not a whole number.".to_owned()))?;
    let archived = request.headers.get("px-apiarchive").is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"show"));
    let ask = Ask { entity, version, query: &query, archived, base: &erp.options().prefix };
    match (request.method, rest) {
        (&Method::GET, []) => read(erp, request, &switches, |cx| list::list(&ask, cx)),
        (&Method::GET, [schema]) if schema == "$adHocSchema" => {
            read(erp, request, &switches, |cx| Ok(list::ad_hoc_schema(entity, version, cx)))
        }
        (&Method::GET, keys) => {
            let keys = split_keys(keys);
            read(erp, request, &switches, |cx| list::one(&ask, cx, &keys))
        }
        (&Method::PUT, keys) => save(erp, request, &ask, &switches, write::Method::Put, keys),
        (&Method::PATCH, keys) if version >= Version::V25 => {
            save(erp, request, &ask, &switches, write::Method::Patch, keys)
        }
        (&Method::DELETE, keys) if !keys.is_empty() => {
            let keys = split_keys(keys);
            erp.write(request.now, |books, _| write::remove(&ask, &keys, books, &switches, request.now))?;
            Ok(answer::empty(StatusCode::NO_CONTENT))
        }
        (&Method::POST, [action]) => act(erp, request, entity, version, action, &switches),
        (&Method::POST, _) => Err(Failure::Status(
            StatusCode::NOT_ACCEPTABLE,
            "The requested resource does not support http method 'POST'.".to_owned(),
        )),
        (method, _) => Err(Failure::Status(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("The requested resource does not support http method '{method}'."),
        )),
    }
}

/// Keys may be joined by `|` instead of `/`.
fn split_keys(parts: &[String]) -> Vec<String> {
    match parts {
        [one] if one.contains('|') => one.split('|').map(str::to_owned).collect(),
        parts => parts.to_vec(),
    }
}

fn read(
    erp: &Acumatica,
    request: &Request<'_>,
    switches: &Switches,
    work: impl FnOnce(&Cx<'_>) -> Result<Vec<u8>, Failure>,
) -> Result<Response, Failure> {
    erp.read(request.now, |books| work(&Cx { books, switches, now: request.now })).map(answer::json)
}

fn save(
    erp: &Acumatica,
    request: &Request<'_>,
    ask: &Ask<'_>,
    switches: &Switches,
    method: write::Method,
    keys: &[String],
) -> Result<Response, Failure> {
    let star = |name| request.headers.get(name).is_some_and(|v: &http::HeaderValue| v.as_bytes() == b"*");
    let condition = write::Condition { insert_only: star(header::IF_NONE_MATCH), update_only: star(header::IF_MATCH) };
    let keys = split_keys(keys);
    erp.write(request.now, |books, stream| {
        write::put(ask, method, condition, &keys, request.bytes, books, switches, stream, request.now)
    })
    .map(answer::json)
}

fn act(
    erp: &Acumatica,
    request: &Request<'_>,
    entity: &Entity,
    version: Version,
    action: &str,
    switches: &Switches,
) -> Result<Response, Failure> {
    let id = erp.write(request.now, |books, stream| {
        write::act(entity, action, request.bytes, books, stream, request.now).map(|_| stream.guid())
    })?;
    if switches.convert_answer == ActionAnswer::NoContent {
        return Ok(answer::empty(StatusCode::NO_CONTENT));
    }
    let length = SignedDuration::try_from(erp.options().operation).unwrap_or_default();
    let until = request.now.saturating_add(length).unwrap_or(request.now);
    erp.doors(|d| d.sessions.start(request.holder, Operation { id, until }));
    let mut response = answer::empty(StatusCode::ACCEPTED);
    let prefix = &erp.options().prefix;
    let place = format!("{prefix}/entity/Default/{}/{}/{action}/status/{id}", version.text(), entity.name);
    answer::set(&mut response, header::LOCATION, &place);
    Ok(response)
}

fn poll(erp: &Acumatica, request: &Request<'_>, id: &str, running: Option<&Operation>) -> Result<Response, Failure> {
    let known = erp.doors(|d| d.sessions.operation(request.holder).map(|o| o.id));
    if known.is_none_or(|k| id.parse() != Ok(k)) {
        return Err(Failure::not_found("The operation is not known."));
    }
    Ok(answer::empty(if running.is_some() { StatusCode::ACCEPTED } else { StatusCode::NO_CONTENT }))
}
