//! Tokens over a scripted wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use port::{Access, Grant, Kind, TransportFault, Writer};
use secrecy::ExposeSecret;
use sync::Module;

use super::Redirect;
use crate::script::{Script, TOKEN, answer, settings};
use crate::{Datacenter, Environment, SCOPES, Settings};

const DOCUMENT: &str = r#"{"data":[{"id":"5","Invoiced_Items":[]}]}"#;
const INVALID: &str = r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#;

async fn call(zoho: &crate::Zoho) -> Result<(), port::Fault> {
    zoho.held(Module::Invoices, "5").await.result.map(drop)
}

fn token(access: &str) -> String {
    TOKEN.replace("1000.aa.bb", access)
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept_for_all_later_calls() {
    let script = Script::new();
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    let zoho = script.zoho();
    let calls = (0..10).map(|_| call(&zoho));
    for result in futures_util::future::join_all(calls).await {
        result.unwrap();
    }
    let tokens: Vec<_> = script.seen().into_iter().filter(|seen| seen.target.starts_with("/oauth")).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].host, "accounts.zoho.eu");
    assert_eq!(
        tokens[0].body,
        "grant_type=refresh_token&client_id=1000.CLIENT&client_secret=client-secret&refresh_token=1000.refresh"
    );
    let api = script.seen().into_iter().rfind(|seen| seen.target.starts_with("/crm")).unwrap();
    assert_eq!((api.host.as_str(), api.authorization.as_str()), ("www.zohoapis.eu", "Zoho-oauthtoken 1000.aa.bb"));
    // Another process, or the next run, starts with it and asks for none.
    script.forget();
    call(&script.zoho()).await.unwrap();
    assert_eq!(script.targets(), ["GET /crm/v8/Invoices/5"]);
}

#[tokio::test]
async fn a_token_is_replaced_five_minutes_before_its_end() {
    let script = Script::signed_in();
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    let zoho = script.zoho();
    script.pass(Duration::from_mins(54));
    call(&zoho).await.unwrap();
    script.pass(Duration::from_mins(2));
    call(&zoho).await.unwrap();
    let auth: Vec<_> = script.seen().into_iter().map(|seen| seen.authorization).collect();
    assert_eq!(auth, ["Zoho-oauthtoken 1000.kept", "", "Zoho-oauthtoken 1000.aa.bb"]);
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_call_repeated_a_few_times() {
    let script = Script::signed_in();
    script.next(answer(401, INVALID)).next(answer(200, token("1000.new"))).next(answer(200, DOCUMENT));
    call(&script.zoho()).await.unwrap();
    assert_eq!(script.targets(), ["GET /crm/v8/Invoices/5", "POST /oauth/v2/token", "GET /crm/v8/Invoices/5"]);

    let script = Script::signed_in();
    script.next(answer(401, INVALID));
    for nth in 0..2 {
        script.next(answer(200, token(&format!("1000.new{nth}")))).next(answer(401, INVALID));
    }
    let fault = call(&script.zoho()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    assert!(fault.remedy.contains("datacenter"));
    assert_eq!(script.seen().len(), 5, "two newer tokens were tried, and no more");
}

#[tokio::test]
async fn a_token_that_another_process_renewed_is_taken_over() {
    let script = Script::signed_in();
    let zoho = script.zoho();
    script.always("/crm/v8/Invoices", 200, DOCUMENT);
    call(&zoho).await.unwrap();
    script.keep_access("1000.theirs", Duration::from_hours(1), "https://www.zohoapis.eu");
    script.forget();
    script.next(answer(401, INVALID));
    call(&zoho).await.unwrap();
    let auth: Vec<_> = script.seen().into_iter().map(|seen| seen.authorization).collect();
    assert_eq!(auth, ["Zoho-oauthtoken 1000.kept", "Zoho-oauthtoken 1000.theirs"]);
}

#[tokio::test]
async fn a_token_kept_by_another_process_meanwhile_counts() {
    let script = Script::new();
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    let access = Access {
        token: "1000.theirs".into(),
        expires: sync::Instant::parse("2026-03-04T11:00:00Z").unwrap(),
        api_domain: "https://www.zohoapis.eu".into(),
    };
    script.meanwhile(Grant { access: Some(access), refresh: Some("1000.newer".into()), version: 9 });
    call(&script.zoho()).await.unwrap();
    assert_eq!(script.seen().last().unwrap().authorization, "Zoho-oauthtoken 1000.theirs");
    assert_eq!(script.grant().version, 9);
}

#[tokio::test]
async fn too_many_requests_silence_the_client_for_ten_minutes() {
    let denied = r#"{"error":"Access Denied","error_description":"You have made too many requests continuously. Please try again after some time.","status":"failure"}"#;
    let script = Script::new();
    script.next(answer(400, denied));
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    let zoho = script.zoho();
    for _ in 0..3 {
        assert_eq!(call(&zoho).await.unwrap_err().kind, Kind::Throttled);
    }
    assert_eq!(script.seen().len(), 1);
    script.pass(Duration::from_mins(10) + Duration::from_secs(1));
    call(&zoho).await.unwrap();
}

#[tokio::test]
async fn an_old_token_serves_while_the_accounts_server_cannot() {
    let script = Script::new();
    script.keep_access("1000.old", Duration::from_mins(3), "https://www.zohoapis.eu");
    script.next(answer(200, r#"{"error":"general_error"}"#)).next(answer(200, DOCUMENT));
    call(&script.zoho()).await.unwrap();
    assert_eq!(script.seen().last().unwrap().authorization, "Zoho-oauthtoken 1000.old");
}

#[tokio::test]
async fn hosts_that_are_not_zohos_never_get_a_token() {
    for (domain, kind) in [
        ("https://evil.example", Kind::AddressRefused),
        ("https://www.zohoapis.eu.evil.example", Kind::AddressRefused),
        ("http://127.0.0.1:8080", Kind::AddressRefused),
        ("", Kind::AddressRefused),
        ("https://www.zohoapis.com", Kind::WrongSystem),
    ] {
        let script = Script::new();
        script.next(answer(200, TOKEN.replace("https://www.zohoapis.eu", domain)));
        let fault = call(&script.zoho()).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{domain}");
        assert_eq!(script.seen().len(), 1);
        assert!(script.grant().access.is_none(), "{domain}");
    }
    // Also not one that somebody wrote into the store.
    let script = Script::new();
    script.keep_access("1000.kept", Duration::from_hours(1), "https://evil.example");
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    call(&script.zoho()).await.unwrap();
    assert!(script.seen().iter().all(|seen| seen.host.ends_with("zoho.eu") || seen.host == "www.zohoapis.eu"));
}

#[tokio::test]
async fn no_consent_and_a_dead_one_ask_for_a_person() {
    let script = Script::default();
    let fault = call(&script.zoho()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    assert!(fault.remedy.contains("login") && script.seen().is_empty());
    let script = Script::new();
    script.next(answer(200, r#"{"error":"invalid_code"}"#));
    assert_eq!(call(&script.zoho()).await.unwrap_err().kind, Kind::Credentials);
}

fn redirect(location: &str, server: &str) -> Redirect {
    Redirect {
        redirect_uri: "http://127.0.0.1:8765/callback".into(),
        location: Some(location.into()),
        accounts_server: Some(server.into()),
    }
}

#[tokio::test]
async fn a_consent_is_exchanged_where_the_connection_says_and_kept() {
    let script = Script::default();
    let issued = TOKEN.replace("\"api_domain\"", "\"refresh_token\":\"1000.fresh\",\"api_domain\"");
    script.next(answer(200, issued.clone()));
    let zoho = script.zoho();
    zoho.sign_in(&"1000.code".into(), Some(&redirect("eu", "https://accounts.zoho.eu"))).await.result.unwrap();
    let seen = script.seen().remove(0);
    assert_eq!(seen.host, "accounts.zoho.eu");
    assert!(seen.body.starts_with("grant_type=authorization_code&") && !seen.body.contains("scope"));
    assert!(seen.body.ends_with("&code=1000.code&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback"));
    let grant = script.grant();
    assert_eq!(grant.refresh.unwrap().expose_secret(), "1000.fresh");
    assert_eq!(grant.access.unwrap().token.expose_secret(), "1000.aa.bb");
    // A self client's code has no redirect address.
    script.next(answer(200, issued));
    zoho.sign_in(&"1000.code".into(), None).await.result.unwrap();
    assert!(script.seen().last().unwrap().body.ends_with("&code=1000.code"));
}

#[tokio::test]
async fn redirects_from_elsewhere_are_refused_before_anything_is_sent() {
    let script = Script::default();
    let zoho = script.zoho();
    for (location, server, kind) in [
        ("us", "https://accounts.zoho.com", Kind::WrongSystem),
        ("eu", "https://accounts.zoho.com", Kind::WrongSystem),
        ("us", "https://accounts.zoho.eu", Kind::WrongSystem),
        ("eu", "https://accounts.evil.example", Kind::AddressRefused),
        ("eu", "http://127.0.0.1:1", Kind::AddressRefused),
        ("../eu", "https://accounts.zoho.eu", Kind::AddressRefused),
    ] {
        let fault = zoho.sign_in(&"1000.code".into(), Some(&redirect(location, server))).await.result.unwrap_err();
        assert_eq!(fault.kind, kind, "{location} {server}");
    }
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn a_code_is_never_sent_twice_and_must_bring_a_refresh_token() {
    let script = Script::default();
    script.next(Err(TransportFault::Lost("reset".into())));
    let fault = script.zoho().sign_in(&"1000.code".into(), None).await.result.unwrap_err();
    assert_eq!((fault.kind, script.seen().len()), (Kind::OutcomeUnknown, 1));
    let script = Script::default();
    script.next(answer(200, TOKEN));
    let fault = script.zoho().sign_in(&"1000.code".into(), None).await.result.unwrap_err();
    assert!(fault.kind == Kind::Credentials && script.grant().access.is_none());
}

#[tokio::test]
async fn simulators_are_reached_on_loopback_when_permitted() {
    let local =
        |allow_loopback| Settings { accounts_url: Some("http://127.0.0.1:9802".into()), allow_loopback, ..settings() };
    let script = Script::new();
    script.always(
        "/oauth/v2/token",
        200,
        r#"{"access_token":"t","api_domain":"http://127.0.0.1:9803","expires_in":3600}"#,
    );
    script.always("/crm/v8/Invoices", 200, DOCUMENT);
    call(&script.zoho_with(local(true))).await.unwrap();
    assert!(script.seen().iter().all(|seen| seen.host == "127.0.0.1"));
    let shut = Script::new();
    assert_eq!(call(&shut.zoho_with(local(false))).await.unwrap_err().kind, Kind::AddressRefused);
    assert!(shut.seen().is_empty());
    // A simulator cannot lead a token to the outside.
    let script = Script::new();
    script.always("/oauth/v2/token", 200, TOKEN);
    assert_eq!(call(&script.zoho_with(local(true))).await.unwrap_err().kind, Kind::AddressRefused);
}

#[tokio::test]
async fn a_sandbox_token_goes_to_the_sandbox() {
    let script = Script::new();
    script.always("/oauth/v2/token", 200, TOKEN).always("/crm/v8/Invoices", 200, DOCUMENT);
    call(&script.zoho_with(Settings { environment: Environment::Sandbox, ..settings() })).await.unwrap();
    assert_eq!(script.seen().last().unwrap().host, "sandbox.zohoapis.eu");
}

#[test]
fn the_consent_page_is_asked_for_offline_access_every_time() {
    let zoho = Script::default().zoho_with(Settings { datacenter: Datacenter::Ca, ..settings() });
    let url = url::Url::parse(&zoho.authorize_url("http://127.0.0.1:8765/callback", "st&te").unwrap()).unwrap();
    assert_eq!((url.host_str(), url.path()), (Some("accounts.zohocloud.ca"), "/oauth/v2/auth"));
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let value = |name: &str| query[name].as_str();
    assert_eq!((value("access_type"), value("prompt"), value("response_type")), ("offline", "consent", "code"));
    assert_eq!((value("state"), value("client_id")), ("st&te", "1000.CLIENT"));
    assert_eq!(value("scope"), SCOPES.join(","));
}
