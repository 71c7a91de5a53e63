//! Addresses, sessions, seats, sign-out, throttling.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode};

use super::world::{PASSWORD, V24, World, books, options};
use crate::acumatica::{BodyKind, LoginLimit, SeatTaken};

#[tokio::test]
async fn without_a_token_every_address_is_401() {
    let mut world = World::new().await;
    world.token = "nonsense".to_owned();
    for path in
        ["/ERP/entity", "Customer", "/ERP/entity/Default/99.1/Customer", "/ERP/entity/x", "/ERP/entity/swagger.json"]
    {
        assert_eq!(world.get(path).await.status, 401, "{path}");
    }
    assert_eq!(world.get("/ERP/elsewhere").await.status, 404);
    let open = World::switched(|s| s.entity_root_open = true).await;
    let got = open.send(Request::get("/ERP/entity").body(Body::empty()).unwrap()).await;
    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn the_root_lists_build_and_versions() {
    let world = World::new().await;
    let root = world.get("/ERP/entity").await.json();
    assert!(root["version"]["acumaticaBuildVersion"].is_string());
    let versions: Vec<_> =
        root["endpoints"].as_array().unwrap().iter().map(|e| e["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["20.200.001", "22.200.001", "23.200.001", "24.200.001", "25.200.001"]);
    assert_eq!(root["endpoints"][3]["href"], "/ERP/entity/Default/24.200.001/");
}

#[tokio::test]
async fn what_does_not_exist_is_404() {
    let world = World::new().await;
    for path in
        ["/ERP/entity/Default/21.200.001/Customer", "/ERP/entity/Custom/24.200.001/Customer", "Nonsense", "customer"]
    {
        let got = world.get(path).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(got.json()["message"].is_string());
    }
    assert_eq!(world.get("Nonsense").await.json()["message"], "Entity Nonsense not found");
    assert_eq!(world.call(Method::POST, "Customer/Nonsense", &[], "{}").await.status, 404);
    assert_eq!(world.call(Method::POST, "Customer", &[], "{}").await.status, 406);
    assert_eq!(world.call(Method::PATCH, "Customer", &[], "{}").await.status, 405);
    let html = World::switched(|s| s.wrong_version_body = BodyKind::Html).await;
    let got = html.get("/ERP/entity/Default/21.200.001/Customer").await;
    assert_eq!(
        (got.status, got.headers["content-type"].to_str().unwrap()),
        (StatusCode::NOT_FOUND, "text/html; charset=utf-8")
    );
}

async fn logout(world: &World, length: bool) -> StatusCode {
    let mut request =
        Request::post("/ERP/entity/auth/logout").header("authorization", format!("Bearer {}", world.token));
    if length {
        request = request.header("content-length", "0");
    }
    world.send(request.body(Body::empty()).unwrap()).await.status
}

#[tokio::test]
async fn signing_out_needs_a_length_and_frees_the_seat() {
    let world = World::new().await;
    assert_eq!(world.erp.seats_taken(), 0, "the token alone takes no seat");
    world.list("Customer").await;
    world.list("Customer").await;
    assert_eq!(world.erp.seats_taken(), 1);
    assert_eq!(logout(&world, false).await, StatusCode::LENGTH_REQUIRED);
    assert_eq!(world.erp.seats_taken(), 1);
    assert_eq!(logout(&world, true).await, StatusCode::NO_CONTENT);
    assert_eq!(world.erp.seats_taken(), 0);
    world.list("Customer").await;
    assert_eq!(world.erp.seats_taken(), 1, "the token opens a new session");
}

#[tokio::test]
async fn a_full_house_is_told_with_the_known_text() {
    for (limit, at, status) in
        [(LoginLimit::Status429, SeatTaken::FirstRequest, 429), (LoginLimit::Status500, SeatTaken::Token, 500)]
    {
        let mut options = options();
        options.seats = Some(1);
        options.switches.login_limit_status = limit;
        options.switches.seat_taken_at = at;
        let mut world = World::with(options, books()).await;
        world.list("Customer").await;
        let got = if at == SeatTaken::Token {
            let form = [
                ("grant_type", "password"),
                ("username", "admin"),
                ("password", PASSWORD),
                ("scope", "api"),
                ("client_id", super::world::CLIENT),
                ("client_secret", super::world::SECRET),
            ];
            world.token(&form).await
        } else {
            world.token = world.sign_in("api").await["access_token"].as_str().unwrap().to_owned();
            world.get("Customer").await
        };
        assert_eq!(got.status, status);
        assert!(got.text.contains("API Login Limit"), "{}", got.text);
        world.pass(Duration::from_secs(21 * 60));
        world.token = world.sign_in("api").await["access_token"].as_str().unwrap().to_owned();
        assert_eq!(world.get("Customer").await.status, 200, "an idle session gives its seat back");
    }
}

#[tokio::test]
async fn concurrent_access_keeps_sessions_by_cookie() {
    let mut world = World::new().await;
    world.token = world.sign_in("api api:concurrent_access").await["access_token"].as_str().unwrap().to_owned();
    let first = world.get("Customer").await;
    let cookie = first.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("ASP.NET_SessionId="));
    let again = world.call(Method::GET, "Customer", &[("cookie", &cookie)], "").await;
    assert!(!again.headers.contains_key("set-cookie"));
    assert_eq!(world.erp.seats_taken(), 1);
    world.get("Customer").await;
    assert_eq!(world.erp.seats_taken(), 2, "no cookie, another session");
}

#[tokio::test]
async fn cookie_sign_in_answers_as_recorded() {
    let world = World::new().await;
    let sign_in = async |word: &str| {
        let body = format!("{{\"name\":\"admin\",\"password\":\"{word}\"}}");
        let request = Request::post("/ERP/entity/auth/login").header("content-type", "application/json");
        world.send(request.body(Body::from(body)).unwrap()).await
    };
    let got = sign_in("wrong").await;
    assert_eq!(got.exception(), "Error: Invalid credentials. Please try again.");
    assert_eq!(got.json()["exceptionType"], "PX.Data.PXException");
    let got = sign_in(PASSWORD).await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    let cookies: Vec<&str> = got.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(cookies[0].starts_with(".ASPXAUTH=") && cookies[0] == cookies[1], "each is sent twice");
    let jar: String = cookies.iter().map(|c| c.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
    let call = async |cookie: &str| {
        let request = Request::get(format!("{V24}/Customer?$top=1")).header("cookie", cookie);
        world.send(request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(call(&jar).await, 200);
    assert_eq!(call("ASP.NET_SessionId=guessed; .ASPXAUTH=guessed").await, 401);
    let request = Request::post("/ERP/entity/auth/logout").header("cookie", &jar).header("content-length", "0");
    assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.status, 204);
    assert_eq!(call(&jar).await, 401);
}

#[tokio::test]
async fn requests_of_one_session_are_worked_on_one_at_a_time() {
    let mut options = options();
    options.work = Duration::from_secs(1);
    let world = World::with(options, books()).await;
    let other = world.sign_in("api").await["access_token"].as_str().unwrap().to_owned();
    let before = world.now();
    let (a, b) = tokio::join!(world.get("Customer"), world.get("Customer"));
    assert_eq!((a.status, b.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(world.now().duration_since(before).as_secs(), 2);
    // A session that is taken makes its callers wait; others go on.
    let holder = world.erp.doors(|d| {
        let (grant, ..) = d.identity.check(&world.token, before).unwrap();
        crate::acumatica::session::Holder::Grant(grant)
    });
    let gate =
        world.erp.doors(|d| d.sessions.enter(&holder, None, None, Duration::from_secs(60), before).unwrap().gate);
    let held = gate.lock_owned().await;
    let waiting = world.get("Customer");
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());
    let other = World { token: other, erp: world.erp.clone(), clock: world.clock.clone() };
    assert_eq!(other.get("Customer").await.status, 200);
    drop(held);
    assert_eq!(waiting.await.status, 200);
}

#[tokio::test]
async fn slowness_is_the_first_sign_of_the_minute_limit() {
    let mut options = options();
    options.per_minute = Some(10);
    let world = World::with(options, books()).await;
    let before = world.now();
    for _ in 0..5 {
        world.list("Customer").await;
    }
    assert_eq!(world.now(), before);
    world.list("Customer").await;
    assert_eq!(world.now().duration_since(before).as_secs(), 12);
    assert_eq!(logout(&world, true).await, StatusCode::NO_CONTENT);
    assert_eq!(world.now().duration_since(before).as_secs(), 12, "signing out does not queue");
}

#[tokio::test]
async fn the_description_of_an_endpoint_names_its_fields() {
    let world = World::new().await;
    let document = world.get("swagger.json").await.json();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["SalesInvoice"]["properties"]["Currency"]["$ref"], "#/components/schemas/StringValue");
    assert!(schemas["Invoice"]["properties"].get("Currency").is_none());
    assert!(document["paths"]["/Customer"].get("put").is_some());
}
