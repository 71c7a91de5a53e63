//! Consent, tokens, rotation, revocation.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use http::{Request, StatusCode};
use sha2::{Digest as _, Sha256};

use super::world::{CLIENT, Got, PASSWORD, SECRET, World};

const REDIRECT: &str = "http://127.0.0.1:8765/callback";

fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn refresh(world: &World, token: &str) -> Got {
    world
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
        ])
        .await
}

async fn browser(world: &World, method: &str, pairs: &[(&str, &str)], form: &str) -> Got {
    let request = Request::builder()
        .method(method)
        .uri(format!("/ERP/identity/connect/authorize?{}", encode(pairs)))
        .header("content-length", form.len())
        .body(Body::from(form.to_owned()))
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let world = World::new().await;
    let first = world.sign_in("api offline_access").await;
    assert_eq!((&first["token_type"], &first["expires_in"]), (&"Bearer".into(), &3600.into()));
    let old = first["refresh_token"].as_str().unwrap();
    let second = refresh(&world, old).await.json();
    let again = refresh(&world, old).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (StatusCode::BAD_REQUEST, Some("invalid_grant")));
    let third = refresh(&world, second["refresh_token"].as_str().unwrap()).await;
    assert_eq!(third.status, StatusCode::OK);
    assert!(world.sign_in("api").await.get("refresh_token").is_none());
}

#[tokio::test]
async fn access_ends_after_an_hour_and_the_chain_after_its_days() {
    let world = World::new().await;
    let mut token = world.sign_in("api offline_access").await["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("/ERP/entity").await.status, 200);
    world.pass(Duration::from_secs(3600));
    assert_eq!(world.get("/ERP/entity").await.status, 401);
    for day in 1..30 {
        world.pass(Duration::from_secs(86_400));
        let got = refresh(&world, &token).await;
        assert_eq!(got.status, StatusCode::OK, "day {day}");
        token = got.json()["refresh_token"].as_str().unwrap().to_owned();
    }
    world.pass(Duration::from_secs(86_400));
    assert_eq!(refresh(&world, &token).await.status, StatusCode::BAD_REQUEST, "rotation does not extend the chain");
}

#[tokio::test]
async fn errors_have_their_codes() {
    let world = World::new().await;
    let good = [("client_id", CLIENT), ("client_secret", SECRET)];
    let ask = async |pairs: &[(&str, &str)], client: &[(&str, &str)]| {
        let got = world.token(&[pairs, client].concat()).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{pairs:?}");
        got.json()["error"].as_str().unwrap().to_owned()
    };
    let password =
        |word, scope| [("grant_type", "password"), ("username", "admin"), ("password", word), ("scope", scope)];
    assert_eq!(ask(&[("grant_type", "client_credentials")], &good).await, "unsupported_grant_type");
    assert_eq!(
        ask(&[("grant_type", "client_credentials")], &[("client_id", CLIENT), ("client_secret", "x")]).await,
        "invalid_client"
    );
    assert_eq!(ask(&[("grant_type", "refresh_token")], &good).await, "invalid_request");
    assert_eq!(ask(&password("wrong", "api"), &good).await, "invalid_grant");
    assert_eq!(ask(&password(PASSWORD, "everything"), &good).await, "invalid_scope");
    assert_eq!(ask(&[("grant_type", "authorization_code"), ("code", "x")], &good).await, "unauthorized_client");
    let bare = [("client_id", "bare@Company"), ("client_secret", SECRET)];
    assert_eq!(ask(&password(PASSWORD, "api offline_access"), &bare).await, "invalid_scope");
    assert_eq!(ask(&[], &good).await, "invalid_request");
}

#[tokio::test]
async fn consent_gives_a_code_that_is_bound_to_client_redirect_and_verifier() {
    let world = World::new().await;
    let verifier = "a-verifier-that-is-long-enough-to-be-one-000";
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let query = [
        ("response_type", "code"),
        ("client_id", "code@Company"),
        ("redirect_uri", REDIRECT),
        ("scope", "api offline_access"),
        ("state", "s&1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let page = browser(&world, "GET", &query, "").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("code@Company") && page.text.contains("<form method=\"post\">"));
    let allow = async || {
        let got = browser(&world, "POST", &query, "decision=allow").await;
        assert_eq!(got.status, StatusCode::FOUND);
        let url = url::Url::parse(got.headers["location"].to_str().unwrap()).unwrap();
        assert!(url.as_str().starts_with(REDIRECT));
        let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned()).unwrap();
        assert_eq!((value("state").as_str(), value("scope").as_str()), ("s&1", "api offline_access"));
        value("code")
    };
    let exchange = async |code: &str, redirect: &str, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
            ("client_id", "code@Company"),
            ("client_secret", SECRET),
        ];
        world.token(&form).await.status
    };
    assert_eq!(exchange(&allow().await, "http://127.0.0.1:8765/other", verifier).await, 400);
    assert_eq!(exchange(&allow().await, REDIRECT, "wrong").await, 400);
    let code = allow().await;
    assert_eq!(exchange(&code, REDIRECT, verifier).await, 200);
    assert_eq!(exchange(&code, REDIRECT, verifier).await, 400, "a code works once");
    let code = allow().await;
    world.pass(Duration::from_secs(301));
    assert_eq!(exchange(&code, REDIRECT, verifier).await, 400, "a code gets old");
}

#[tokio::test]
async fn refusals_of_consent_go_where_they_are_safe() {
    let world = World::new().await;
    let base = [("response_type", "code"), ("client_id", "code@Company"), ("redirect_uri", REDIRECT), ("scope", "api")];
    let with = |name: &'static str, value: &'static str| {
        base.iter().map(|(n, v)| (*n, if *n == name { value } else { *v })).collect::<Vec<_>>()
    };
    for (pairs, status) in [
        (with("client_id", "nobody"), 400),
        (with("redirect_uri", "http://127.0.0.1:8765/callback#x"), 400),
        (with("redirect_uri", "http://evil.example/"), 400),
        (with("scope", "everything"), 302),
        (with("response_type", "token"), 302),
    ] {
        let got = browser(&world, "GET", &pairs, "").await;
        assert_eq!(got.status, status, "{pairs:?}");
        assert_eq!(got.headers.contains_key("location"), status == 302);
    }
    let denied = browser(&world, "POST", &base, "decision=deny").await;
    assert!(denied.headers["location"].to_str().unwrap().contains("error=access_denied"));
}

#[tokio::test]
async fn a_sliding_consent_lives_by_its_use_up_to_the_cap() {
    let world = World::new().await;
    world.erp.plant_consent("code@Company", "planted", &["api", "offline_access"]);
    let renew = async |token: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "code@Company"),
            ("client_secret", SECRET),
        ];
        let got = world.token(&form).await;
        (got.status == 200).then(|| got.json()["refresh_token"].as_str().unwrap().to_owned())
    };
    world.pass(Duration::from_secs(14 * 86_400));
    let token = renew("planted").await.unwrap();
    world.pass(Duration::from_secs(5 * 86_400));
    let token = renew(&token).await.unwrap();
    world.pass(Duration::from_secs(86_400));
    assert!(renew(&token).await.is_none(), "20 days from the consent are over");
}

#[tokio::test]
async fn revocation_kills_the_grant_and_discovery_tells_the_addresses() {
    let world = World::new().await;
    let tokens = world.sign_in("api offline_access").await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let body = encode(&[("token", token), ("client_id", CLIENT), ("client_secret", SECRET)]);
    let got = world.send(Request::post("/ERP/identity/connect/revocation").body(Body::from(body)).unwrap()).await;
    assert_eq!(got.status, 200);
    assert_eq!(refresh(&world, token).await.status, 400);
    let request = Request::get("/ERP/identity/.well-known/openid-configuration").header("host", "erp.example:81");
    let document = world.send(request.body(Body::empty()).unwrap()).await.json();
    assert_eq!(document["token_endpoint"], "http://erp.example:81/ERP/identity/connect/token");
    assert_eq!(document["code_challenge_methods_supported"][0], "S256");
    let world = World::switched(|s| {
        s.pkce = false;
        s.revocation = false;
    })
    .await;
    let request = Request::get("/ERP/identity/.well-known/openid-configuration").body(Body::empty()).unwrap();
    let document = world.send(request).await.json();
    assert!(
        document.get("code_challenge_methods_supported").is_none() && document.get("revocation_endpoint").is_none()
    );
}

#[tokio::test]
async fn a_dead_refresh_token_may_be_told_unreadably() {
    let world = World::switched(|s| s.dead_refresh_readable = false).await;
    let got = refresh(&world, "dead").await;
    assert_eq!(got.status, StatusCode::BAD_REQUEST);
    assert!(serde_json::from_str::<serde_json::Value>(&got.text).is_err());
}
