//! The front door of each simulated system, the same for sockets and for callers in process: outside, the log of requests
//! and the `Date` header from the simulation's clock ([`logged`]); inside, waiting and faults ([`faulty`]). A system may
//! stand between the two, as the CRM's cap on calls at once does. Must not look into records.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

use super::cut::truncate;
use super::{Called, Cut, Fault, Faults, Kind, System, answers};

use crate::clock::Clock;
use crate::control::requests::{Entry, Requests};

/// The largest request body that either system takes, in bytes.
const LARGEST_REQUEST: usize = 32 * 1024 * 1024;
/// So many tokens are remembered as seen or dead before the memory starts again.
const MOST_TOKENS: usize = 10_000;

/// What stands before one system.
pub struct Front {
    system: System,
    clock: Arc<dyn Clock>,
    faults: Arc<Faults>,
    requests: Arc<Requests>,
    tokens: Mutex<Tokens>,
}

/// Access tokens by digest, never in clear.
#[derive(Default)]
struct Tokens {
    seen: BTreeSet<[u8; 32]>,
    dead: BTreeSet<[u8; 32]>,
}

impl Front {
    /// A front door for `system`.
    #[must_use]
    pub fn new(system: System, clock: Arc<dyn Clock>, faults: Arc<Faults>, requests: Arc<Requests>) -> Arc<Self> {
        Arc::new(Self { system, clock, faults, requests, tokens: Mutex::default() })
    }

    /// Whether the call's token is, or just became, dead. A token is never refused on its first use: a client that
    /// renews its token gets through.
    fn token_dies(&self, headers: &HeaderMap, now_expires: bool) -> bool {
        let Some(token) = headers.get(header::AUTHORIZATION) else {
            return false;
        };
        let digest = *blake3::hash(token.as_bytes()).as_bytes();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.seen.len() + tokens.dead.len() > MOST_TOKENS {
            *tokens = Tokens::default();
        }
        if now_expires && tokens.seen.contains(&digest) {
            tokens.dead.insert(digest);
        }
        tokens.seen.insert(digest);
        tokens.dead.contains(&digest)
    }
}

/// What a call met, told by the inner layer to the outer one.
#[derive(Clone, Copy)]
struct Met(Kind);

/// Lets calls of `router` wait and fail as the dials say.
pub fn faulty(router: Router, front: Arc<Front>) -> Router {
    router.layer(DefaultBodyLimit::max(LARGEST_REQUEST)).layer(from_fn_with_state(front, fail))
}

/// Logs every call of `router` and dates its answer.
pub fn logged(router: Router, front: Arc<Front>) -> Router {
    router.layer(from_fn_with_state(front, log))
}

async fn log(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let started = front.clock.now();
    let method = request.method().to_string();
    let target = safe_target(request.uri());
    front.requests.enter(front.system);
    let mut response = next.run(request).await;
    let ended = front.clock.now();
    stamp(&mut response, ended);
    let entry = Entry {
        at: started,
        millis: u64::try_from(ended.duration_since(started).as_millis()).unwrap_or(0),
        method,
        target,
        status: Cut::in_response(&response).is_none().then(|| response.status().as_u16()),
        fault: response.extensions().get::<Met>().map(|met| met.0),
    };
    front.requests.leave(front.system, entry);
    response
}

async fn fail(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let (request, body) =
        if front.faults.reads_bodies(front.system) { read(request).await } else { (request, Bytes::new()) };
    let call = Called { method: request.method().as_str(), path: request.uri().path(), body: &body };
    let mut fault = front.faults.decide(front.system, call);
    let expires = fault.kind == Some(Kind::ExpiredToken);
    let dead = front.token_dies(request.headers(), expires);
    if expires && !dead {
        // No token, or one that is used for the first time.
        fault.kind = None;
    } else if dead && fault.kind.is_none() {
        fault.kind = Some(Kind::ExpiredToken);
    }
    if !fault.delay.is_zero() {
        front.clock.sleep(fault.delay).await;
    }
    let mut response = answer(front.system, fault, request, next).await;
    if let Some(kind) = fault.kind {
        response.extensions_mut().insert(Met(kind));
    }
    response
}

/// The request with its body at hand; one that does not come whole is treated as empty, as the system itself would see it.
async fn read(request: Request) -> (Request, Bytes) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_REQUEST).await.unwrap_or_default();
    (Request::from_parts(parts, Body::from(body.clone())), body)
}

async fn answer(system: System, fault: Fault, request: Request, next: Next) -> Response {
    let Some(kind) = fault.kind else {
        return next.run(request).await;
    };
    match kind {
        Kind::ResetBefore => return Cut { done: false }.response(),
        Kind::ResetAfter => {
            next.run(request).await;
            return Cut { done: true }.response();
        }
        Kind::Truncated => {
            let mut response = next.run(request).await;
            let body = std::mem::take(response.body_mut());
            return match to_bytes(body, usize::MAX).await {
                Ok(bytes) if bytes.len() > 1 => {
                    truncate(&mut response, &bytes);
                    response
                }
                // Nothing to cut in an empty answer: the connection breaks instead.
                Ok(_) | Err(_) => Cut { done: true }.response(),
            };
        }
        _ => {}
    }
    match answers::instead_of_work(system, kind) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// The `Date` header, unless the system set one itself.
fn stamp(response: &mut Response, now: Timestamp) {
    if response.headers().contains_key(header::DATE) {
        return;
    }
    let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::DATE, value);
    }
}

/// Path and query for the log. The sign-in servers take secrets in the query, so theirs is left out.
fn safe_target(target: &http::Uri) -> String {
    let path = target.path();
    match target.query() {
        Some(query) if !["/identity/", "/oauth/", "/entity/auth/"].iter().any(|part| path.contains(part)) => {
            format!("{path}?{query}")
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::super::{Dials, SystemDials};
    use super::*;
    use crate::clock::SetClock;
    use crate::rng::Seeds;

    struct World {
        router: Router,
        work: Arc<AtomicU32>,
        clock: Arc<SetClock>,
        requests: Arc<Requests>,
    }

    fn world(dials: SystemDials) -> World {
        let work = Arc::new(AtomicU32::new(0));
        let counter = work.clone();
        let router = Router::new().route(
            "/crm/v8/Accounts",
            get(move || async move {
                counter.fetch_add(1, Ordering::Relaxed);
                "a long enough answer"
            }),
        );
        let clock = Arc::new(SetClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
        let requests = Arc::new(Requests::default());
        let faults = Arc::new(Faults::new(Seeds::new(1), Dials::both(dials)));
        let front = Front::new(System::Zoho, clock.clone(), faults, requests.clone());
        World { router: logged(faulty(router, front.clone()), front), work, clock, requests }
    }

    async fn call(world: &World, token: Option<&str>) -> Response {
        let mut request = http::Request::get("/crm/v8/Accounts?fields=id").body(Body::empty()).unwrap();
        if let Some(token) = token {
            request.headers_mut().insert(header::AUTHORIZATION, token.parse().unwrap());
        }
        world.router.clone().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_cut_says_whether_the_work_was_done() {
        let before = world(SystemDials { reset_before: 1.0, ..SystemDials::default() });
        let response = call(&before, None).await;
        assert_eq!(Cut::in_response(&response), Some(Cut { done: false }));
        assert_eq!(before.work.load(Ordering::Relaxed), 0);

        let after = world(SystemDials { reset_after: 1.0, ..SystemDials::default() });
        let response = call(&after, None).await;
        assert_eq!(Cut::in_response(&response), Some(Cut { done: true }));
        assert_eq!(after.work.load(Ordering::Relaxed), 1);
        assert_eq!(after.requests.page(0, 10).rows[0].status, None);
    }

    #[tokio::test]
    async fn refusals_come_without_work_and_delays_take_the_clocks_time() {
        for (dials, status) in [
            (SystemDials { http_429: 1.0, ..SystemDials::default() }, 429),
            (SystemDials { http_500: 1.0, ..SystemDials::default() }, 500),
            (SystemDials { html_200: 1.0, ..SystemDials::default() }, 200),
            (SystemDials { html_503: 1.0, ..SystemDials::default() }, 503),
            (SystemDials { http_413: 1.0, ..SystemDials::default() }, 413),
        ] {
            let world = world(SystemDials { latency_ms: 250, ..dials });
            let response = call(&world, None).await;
            assert_eq!(response.status(), status);
            assert_eq!(world.work.load(Ordering::Relaxed), 0);
            assert_eq!(world.clock.now(), "2026-03-01T00:00:00.250Z".parse().unwrap());
            assert_eq!(world.requests.page(0, 10).rows[0].millis, 250);
        }
    }

    #[tokio::test]
    async fn a_dead_token_stays_dead_and_a_fresh_one_passes() {
        let world = world(SystemDials { expired_token: 1.0, ..SystemDials::default() });
        assert_eq!(call(&world, None).await.status(), 200, "a call without token has none that could die");
        assert_eq!(call(&world, Some("Zoho-oauthtoken one")).await.status(), 200);
        assert_eq!(call(&world, Some("Zoho-oauthtoken one")).await.status(), 401);
        assert_eq!(call(&world, Some("Zoho-oauthtoken one")).await.status(), 401);
        assert_eq!(call(&world, Some("Zoho-oauthtoken two")).await.status(), 200);
    }

    #[tokio::test]
    async fn a_truncated_answer_breaks_in_the_middle() {
        let world = world(SystemDials { truncated: 1.0, ..SystemDials::default() });
        let response = call(&world, None).await;
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "20");
        assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
    }

    #[tokio::test]
    async fn the_date_header_follows_the_simulation() {
        let world = world(SystemDials::default());
        world.clock.advance(Duration::from_secs(3600));
        assert_eq!(call(&world, None).await.headers()[header::DATE], "Sun, 01 Mar 2026 01:00:00 GMT");
    }

    #[test]
    fn secrets_of_sign_in_calls_stay_out_of_the_log() {
        let of = |text: &str| safe_target(&text.parse().unwrap());
        assert_eq!(of("/oauth/v2/token?client_secret=x"), "/oauth/v2/token");
        assert_eq!(of("/crm/v8/Accounts?fields=id"), "/crm/v8/Accounts?fields=id");
    }
}
