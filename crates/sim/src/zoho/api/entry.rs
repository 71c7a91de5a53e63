//! The way of one API call: token, route, scope, credits, handler, answer.
//!
//! Owns: that order and the headers of answers. Must not: wait; the caller holds the lock only meanwhile.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::route::Route;
use super::{Answer, Call, State};
use crate::zoho::json::Out;
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::RateCode;
use crate::zoho::{coql, meta, records, search};

/// The parts of a request that an answer depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// The refusal of a call that came too often or beside too many others.
pub(crate) fn too_many(code: RateCode) -> Refusal {
    match code {
        RateCode::TooManyRequests => {
            let message = "Too many requests fired in concurrent than the allowed limit.";
            Refusal::bare(429, "TOO_MANY_REQUESTS", message)
        }
        RateCode::RateLimitExceeded => {
            Refusal::bare(429, "RATE_LIMIT_EXCEEDED", "Too many requests. Please try again later.")
        }
    }
}

/// Wraps a body as an HTTP response.
pub(crate) fn response(status: u16, body: Vec<u8>) -> Response<axum::body::Body> {
    let empty = body.is_empty();
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !empty {
        let json = HeaderValue::from_static("application/json;charset=UTF-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    response
}

/// Answers one API call at a moment (epoch seconds).
pub(crate) fn answer(state: &mut State, raw: Raw<'_>, now: i64) -> Response<axum::body::Body> {
    let segments: Vec<String> = raw
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let cap = state.switches.credits.unwrap_or_else(|| state.org.edition().credits(state.org.options.licences));
    let route = Route::find(raw.method, &parts);
    let result = walk(state, raw, &route, now, cap);
    let (status, body, credits) = match result {
        Ok(answer) => (answer.status, answer.body, answer.credits),
        Err(refusal) => {
            let free = refusal.status == 401 || refusal.status == 429 || !state.switches.failures_cost;
            (refusal.status, refused(&route, &refusal), u64::from(!free))
        }
    };
    state.ledger.spend(now, credits);
    let kind = route.as_ref().map_or("unknown", |route| route.kind());
    state.counters.called(raw.method, kind, status);
    state.counters.throttled += u64::from(status == 429);
    let mut response = response(status, body);
    let used = state.ledger.used(now);
    if status != 401
        && used * 2 >= cap
        && let Ok(value) = HeaderValue::from_str(&cap.saturating_sub(used).to_string())
    {
        response.headers_mut().insert("x-api-credits-remaining", value);
    }
    response
}

/// The body of a refused call; unknown modules stand inside `data` where records are written.
fn refused(route: &Result<Route<'_>, Refusal>, refusal: &Refusal) -> Vec<u8> {
    match route {
        Ok(route) if refusal.code == "INVALID_MODULE" && route.answers_in_data() => {
            let mut out = Out::default();
            out.open().key("data").open_array();
            refusal.render(&mut out);
            out.close_array().close();
            out.finish()
        }
        _ => refusal.body(),
    }
}

fn walk(
    state: &mut State,
    raw: Raw<'_>,
    route: &Result<Route<'_>, Refusal>,
    now: i64,
    cap: u64,
) -> Result<Answer, Refusal> {
    let (user, scopes) = state.authorise(raw.headers, now)?;
    let route = match route {
        Ok(route) => *route,
        Err(refusal) => return Err(refusal.clone()),
    };
    if let Some(need) = route.needs().iter().find(|need| !scopes.cover(need)) {
        let message =
            if need.service == "ZohoSearch" { "Unauthorized" } else { "invalid oauth scope to access this URL" };
        return Err(Refusal::bare(401, "OAUTH_SCOPE_MISMATCH", message));
    }
    if state.ledger.used(now) >= cap {
        return Err(too_many(state.switches.rate_code));
    }
    let call = Call {
        query: url::form_urlencoded::parse(raw.query.as_bytes()).into_owned().collect(),
        headers: raw.headers,
        body: raw.body,
        user,
        profile: state.org.user(user).map_or(0, |user| user.profile),
        scopes,
        now,
        page_secret: state.page_secret.clone(),
    };
    let module = match route.module() {
        Some(name) => state.module_for(&call, name, 0)?,
        None => 0,
    };
    run(state, &call, route, module)
}

fn run(state: &mut State, call: &Call<'_>, route: Route<'_>, module: usize) -> Result<Answer, Refusal> {
    use records::Write;
    match route {
        Route::Org => Ok(meta::org(&state.org)),
        Route::Currencies(id) => meta::currencies(&state.org, id),
        Route::Taxes => Ok(meta::taxes(&state.org)),
        Route::Users(id) => meta::users(&state.org, call, id),
        Route::Modules(name) => meta::modules(&state.org, call, name),
        Route::Fields(id) => meta::fields(&state.org, call, id),
        Route::CreateFields => meta::create_fields(state, call),
        Route::DeleteField(id) => meta::delete_field(state, call, id),
        Route::Layouts(id) => meta::layouts(&state.org, call, id),
        Route::PatchLayout(id) => meta::patch_layout(state, call, id),
        Route::Profiles(id) => meta::profiles(&state.org, id),
        Route::DataSharing => meta::data_sharing(&state.org, call),
        Route::Pipelines(id) => meta::pipelines(&state.org, call, id),
        Route::RelatedLists => meta::related_lists(&state.org, call),
        Route::Bin(id) => records::bin(&state.org, call, id),
        Route::BinCount => Ok(records::bin_count(&state.org)),
        Route::BinRestore(Some(id)) => records::restore(state, id),
        Route::BinRestore(None) => records::restore_many(state, call),
        Route::BinPurge(id) => records::purge(state, call, id),
        Route::BinEmpty => Ok(records::empty(state, call)),
        Route::Coql => coql::query(&state.org, &state.switches, call),
        Route::List(_) => records::list(&state.org, &state.switches, call, module),
        Route::Get(_, id) => records::get(&state.org, &state.switches, call, module, id),
        Route::Insert(_) => records::save(state, call, module, Write::Insert),
        Route::Update(_, id) => records::save(state, call, module, Write::Update(id)),
        Route::Upsert(_) => records::save(state, call, module, Write::Upsert),
        Route::Delete(_, Some(id)) => records::delete_one(state, call, module, id),
        Route::Delete(_, None) => records::delete_many(state, call, module),
        Route::Deleted(_) => records::deleted(&state.org, call, module),
        Route::Search(_) => search::answer(&state.org, &state.switches, call, module),
        Route::Count(_) => records::count(&state.org, &state.switches, call, module),
        Route::Locks(_, id) => records::locks(&state.org, module, id),
        Route::Lock(_, id) => records::lock(state, call, module, id),
        Route::Unlock(_, id, lock) => records::unlock(state, module, id, lock),
    }
}

impl State {
    /// The user and scopes of the token in the headers.
    fn authorise(&mut self, headers: &HeaderMap, now: i64) -> Result<(u64, super::Scopes), Refusal> {
        let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
        let token = match text.split_once(' ') {
            Some(("Zoho-oauthtoken", token)) => token.trim(),
            Some((scheme, token)) if self.switches.accept_bearer && scheme.eq_ignore_ascii_case("bearer") => {
                token.trim()
            }
            _ => {
                return Err(Refusal::bare(401, "AUTHENTICATION_FAILURE", "Authentication failed"));
            }
        };
        let (user, scopes) = self
            .accounts
            .verify(token, now)
            .ok_or_else(|| Refusal::bare(401, "INVALID_TOKEN", "invalid oauth token"))?;
        if !self.org.user(user).is_some_and(|user| user.active) {
            return Err(Refusal::bare(401, "INVALID_TOKEN", "invalid oauth token"));
        }
        Ok((user, scopes))
    }

    /// A module that exists, is not hidden and may be seen by the caller's profile.
    pub(crate) fn module_for(&self, call: &Call<'_>, name: &str, index: u64) -> Result<usize, Refusal> {
        let no = self.org.module_no(name).ok_or_else(|| Refusal::module(index))?;
        let module = self.org.module_at(no);
        let subform = module.meta.parent.is_some();
        if module.meta.hidden || subform {
            return Err(Refusal::module(index));
        }
        let profile = self.org.profile(call.profile);
        if profile.is_some_and(|profile| profile.hidden_modules.contains(&module.meta.api_name)) {
            let details = details(|out| {
                out.key("permissions").open_array();
                out.text(&format!("Crm_Implied_View_{}", module.meta.api_name)).close_array();
            });
            return Err(Refusal::new(403, "NO_PERMISSION", "Permission denied", details));
        }
        Ok(no)
    }
}
