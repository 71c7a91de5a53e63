//! Credits, calls at once, storage.

use serde_json::json;

use super::*;
use crate::zoho::switches::{Level, RateCode};

#[tokio::test]
async fn credits_are_counted_shown_from_half_and_end_in_429() {
    let world = World::switched(|switches| switches.credits = Some(20));
    let data: Vec<Value> = (0..25).map(|n| json!({"Account_Name": n.to_string()})).collect();
    let got = world.post("/Accounts", json!({"data": data})).await;
    assert!(got.headers.get("x-api-credits-remaining").is_none(), "three credits used");
    for _ in 0..6 {
        world.get("/org").await;
    }
    let got = world.get("/org").await;
    assert_eq!(got.headers["x-api-credits-remaining"], "10");
    assert_eq!(
        world.query("select id from Accounts where id > 0 limit 2000").await.headers["x-api-credits-remaining"],
        "7"
    );
    assert_eq!(world.get("/Accounts/deleted").await.headers["x-api-credits-remaining"], "5");
    assert_eq!(world.get("/Nothing?fields=id").await.headers["x-api-credits-remaining"], "4");
    for _ in 0..4 {
        world.get("/org").await;
    }
    let got = world.get("/org").await;
    assert_eq!((got.status, &got.body["code"]), (429, &json!("TOO_MANY_REQUESTS")));
    assert!(got.headers.get("retry-after").is_none());
    world.state(|state| state.switches.rate_code = RateCode::RateLimitExceeded);
    assert_eq!(world.get("/org").await.body["code"], "RATE_LIMIT_EXCEEDED");
    world.later(86_460);
    let token = world.token_for(0, SCOPES);
    assert_eq!(world.call_as(&token, "GET", "/org", &[], None).await.status, 200);
}

#[tokio::test]
async fn calls_at_once_count_the_time_in_outer_layers() {
    let world = World::switched(|switches| switches.concurrency = Some(1));
    let held = Arc::new(tokio::sync::Notify::new());
    let waiting = held.clone();
    let slow = world.sim.routes().layer(axum::middleware::from_fn(
        move |request: axum::extract::Request, next: axum::middleware::Next| {
            let waiting = waiting.clone();
            async move {
                waiting.notified().await;
                next.run(request).await
            }
        },
    ));
    let router = world.sim.gated(slow);
    let request = || {
        Request::get("/crm/v8/org")
            .header("authorization", format!("Zoho-oauthtoken {}", world.token))
            .body(Body::empty())
            .unwrap()
    };
    let first = tokio::spawn(router.clone().oneshot(request()));
    tokio::task::yield_now().await;
    let second = read(router.clone().oneshot(request()).await.unwrap()).await;
    assert_eq!(second.status, 429);
    held.notify_one();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    held.notify_one();
    assert_eq!(router.oneshot(request()).await.unwrap().status(), 200, "the place was given back");
}

#[tokio::test]
async fn a_full_organisation_takes_updates_only() {
    let world = World::new();
    let id = world.made("Accounts", json!({"Account_Name": "A"})).await;
    world.state(|state| state.org.record_cap = Some(1));
    let more = json!({"data": [{"Account_Name": "B"}]});
    let got = world.post("/Accounts", more.clone()).await;
    assert_eq!((got.status, &got.body["code"]), (400, &json!("MAX_RECORDS_LIMIT_REACHED")));
    assert_eq!(world.put(&format!("/Accounts/{id}"), json!({"data": [{"Phone": "1"}]})).await.status, 200);
    world.delete(&format!("/Accounts/{id}")).await;
    assert_eq!(world.post("/Accounts", more.clone()).await.status, 400, "the bin counts");
    world.state(|state| state.switches.storage_error = Level::Record);
    assert_eq!(world.post("/Accounts", more).await.codes(), ["MAX_RECORDS_LIMIT_REACHED"]);
}

#[tokio::test]
async fn counters_tell_calls_and_writes() {
    let world = World::new();
    world.made("Accounts", json!({"Account_Name": "A"})).await;
    world.get("/org").await;
    let counters = world.state(|state| state.counters.clone());
    assert_eq!((counters.calls["POST insert"], counters.calls["GET org"], counters.writes["Accounts"]), (1, 1, 1));
    assert_eq!((counters.total(), counters.statuses[&201]), (2, 1));
}
