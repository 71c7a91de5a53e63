//! Consent, tokens, scopes.

use serde_json::json;

use super::*;

async fn token(world: &World, form: &str) -> Got {
    let request = Request::builder()
        .method("POST")
        .uri("/oauth/v2/token")
        .header("host", "zoho.test")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .unwrap();
    world.send(request).await
}

const REFRESH: &str = "grant_type=refresh_token&client_id=1000.TEST&client_secret=secret&refresh_token=1000.refresh";

#[tokio::test]
async fn a_refresh_gives_a_token_that_works_and_names_the_api_domain() {
    let world = World::new();
    let got = token(&world, REFRESH).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.body["api_domain"], "http://zoho.test");
    assert_eq!((&got.body["expires_in"], &got.body["token_type"]), (&json!(3600), &json!("Bearer")));
    assert!(got.body.get("refresh_token").is_none());
    assert!(got.body["scope"].as_str().unwrap().contains("ZohoCRM.modules.ALL ZohoCRM.settings.ALL"));
    let access = got.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.call_as(&access, "GET", "/org", &[], None).await.status, 200);
    world.later(3600);
    let got = world.call_as(&access, "GET", "/org", &[], None).await;
    assert_eq!((got.status, got.body["code"].as_str().unwrap()), (401, "INVALID_TOKEN"));
}

#[tokio::test]
async fn errors_come_with_status_200_and_throttling_with_400() {
    let world = World::new();
    for (form, word) in [
        (REFRESH.replace("1000.TEST", "1000.NONE"), "invalid_client"),
        (REFRESH.replace("=secret", "=wrong"), "invalid_client_secret"),
        (REFRESH.replace("1000.refresh", "1000.gone"), "invalid_code"),
        (format!("{REFRESH}&scope=ZohoCRM.org.READ"), "invalid_scope"),
    ] {
        let got = token(&world, &form).await;
        assert_eq!((got.status, &got.body), (200, &json!({ "error": word })));
    }
    for _ in 0..10 {
        assert!(token(&world, REFRESH).await.body.get("access_token").is_some());
    }
    let got = token(&world, REFRESH).await;
    assert_eq!((got.status, got.body["error"].as_str().unwrap()), (400, "Access Denied"));
    world.later(600);
    assert_eq!(token(&world, REFRESH).await.status, 200);
}

#[tokio::test]
async fn consent_ends_in_a_redirect_whose_code_works_once() {
    let world = World::new();
    let query = "client_id=1000.TEST&response_type=code&access_type=offline&prompt=consent&scope=ZohoCRM.org.READ\
&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&state=s%201";
    let page = Request::get(format!("/oauth/v2/auth?{query}")).body(Body::empty()).unwrap();
    let page = world.sim.router().oneshot(page).await.unwrap();
    assert_eq!(page.status(), 200);
    let html = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&html).contains("ZohoCRM.org.READ"));
    let post = |decision: &str| {
        Request::post("/oauth/v2/auth")
            .header("host", "zoho.test")
            .body(Body::from(format!("{query}&decision={decision}")))
            .unwrap()
    };
    let rejected = world.send(post("reject")).await;
    assert_eq!(rejected.headers["location"], "https://app.example/callback?error=access_denied&state=s+1");
    let accepted = world.send(post("accept")).await;
    assert_eq!(accepted.status, 302);
    let location = url::Url::parse(accepted.headers["location"].to_str().unwrap()).unwrap();
    let pairs: std::collections::BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!((&*pairs["location"], &*pairs["accounts-server"], &*pairs["state"]), ("us", "http://zoho.test", "s 1"));
    let form = format!(
        "grant_type=authorization_code&client_id=1000.TEST&client_secret=secret&code={}&redirect_uri={}",
        pairs["code"], "https://app.example/callback"
    );
    assert!(token(&world, &form).await.body["refresh_token"].is_string());
    assert_eq!(token(&world, &form).await.body, json!({"error": "invalid_code"}));
    let foreign = query.replace("app.example", "evil.example");
    let page = Request::get(format!("/oauth/v2/auth?{foreign}")).body(Body::empty()).unwrap();
    assert_eq!(world.send(page).await.status, 400);
}

#[tokio::test]
async fn header_scope_and_version_are_checked() {
    let world = World::new();
    let plain = |scheme: &str| {
        Request::get("/crm/v8/org")
            .header("authorization", format!("{scheme} {}", world.token))
            .body(Body::empty())
            .unwrap()
    };
    let got = world.send(plain("Bearer")).await;
    assert_eq!((got.status, got.body["code"].as_str().unwrap()), (401, "AUTHENTICATION_FAILURE"));
    assert_eq!(world.send(plain("Zoho-oauthtoken")).await.status, 200);
    world.state(|state| state.switches.accept_bearer = true);
    assert_eq!(world.send(plain("Bearer")).await.status, 200);

    let narrow = world.token_for(0, "ZohoCRM.modules.accounts.READ,ZohoCRM.coql.READ");
    let at = |path: &'static str| world.call_as(&narrow, "GET", path, &[], None);
    assert_eq!(at("/Accounts?fields=id").await.status, 204);
    for path in ["/Deals?fields=id", "/org", "/Accounts/search?word=ab", "/settings/fields?module=Accounts"] {
        let got = at(path).await;
        assert_eq!((got.status, got.body["code"].as_str().unwrap()), (401, "OAUTH_SCOPE_MISMATCH"), "{path}");
    }
    let query = json!({"select_query": "select id from Deals where id is not null"});
    assert_eq!(world.call_as(&narrow, "POST", "/coql", &[], Some(query)).await.status, 401);

    assert_eq!(world.get("/Accounts/1/2/3/4").await.status, 404);
    assert_eq!(world.post("/org", json!({})).await.status, 405);
    let old = Request::get("/crm/v2/Accounts").header("authorization", format!("Zoho-oauthtoken {}", world.token));
    assert_eq!(world.send(old.body(Body::empty()).unwrap()).await.body["code"], "API_NOT_SUPPORTED");
}

#[tokio::test]
async fn revoking_the_refresh_token_kills_its_access_tokens() {
    let world = World::new();
    let access = token(&world, REFRESH).await.body["access_token"].as_str().unwrap().to_owned();
    let revoke = || Request::post("/oauth/v2/token/revoke").body(Body::from("token=1000.refresh")).unwrap();
    assert_eq!(world.send(revoke()).await.body, json!({"status": "success"}));
    assert_eq!(world.call_as(&access, "GET", "/org", &[], None).await.status, 401);
    assert_eq!(world.send(revoke()).await.body, json!({"error": "invalid_token"}));
    let info = world.send(Request::get("/oauth/serverinfo").header("host", "h").body(Body::empty()).unwrap()).await;
    assert_eq!(info.body["locations"]["us"], "http://h");
}
