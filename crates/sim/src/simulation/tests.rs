//! Both systems put together: signing in with the planted credentials, reading, failing, editing, comparing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::to_bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::clock::SetClock;
use crate::faults::{Dials, SystemDials};
use crate::options::Size;

fn options() -> Options {
    Options { size: Size { customers: 30, items: 30, invoices: 60, ..Size::default() }, ..Options::default() }
}

fn sim(options: Options) -> Arc<Sim> {
    let clock = Arc::new(SetClock::new("2026-03-01T12:00:00Z".parse().unwrap()));
    Sim::new(options, clock).unwrap()
}

async fn send(router: &Router, request: http::request::Builder, body: &str) -> (StatusCode, Value) {
    let request = request.header("host", "127.0.0.1:1").body(Body::from(body.to_owned())).unwrap();
    let response = call(router, request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn get(router: &Router, path: &str) -> (StatusCode, Value) {
    send(router, Request::get(path), "").await
}

async fn post(router: &Router, path: &str, body: &Value) -> (StatusCode, Value) {
    send(router, Request::post(path), &body.to_string()).await
}

async fn erp_token(sim: &Sim, router: &Router, more: &str) -> String {
    let known = &sim.credentials().acumatica;
    let form =
        format!("client_id={}&client_secret={}&{more}", known.client_id.replace('@', "%40"), known.client_secret);
    let request = Request::post("/AcumaticaERP/identity/connect/token")
        .header("content-type", "application/x-www-form-urlencoded");
    let (status, body) = send(router, request, &form).await;
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

async fn crm_token(sim: &Sim, router: &Router, more: &str) -> String {
    let known = &sim.credentials().zoho;
    let form = format!("client_id={}&client_secret={}&{more}", known.client_id, known.client_secret);
    let request = Request::post("/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded");
    let (status, body) = send(router, request, &form).await;
    assert_eq!((status, body["api_domain"].as_str()), (StatusCode::OK, Some("http://127.0.0.1:1")), "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_planted_credential_of_the_erp_opens_it() {
    let sim = sim(options());
    let router = sim.acumatica_router();
    let known = sim.credentials().acumatica.clone();
    let refresh = format!("grant_type=refresh_token&refresh_token={}", known.refresh_token);
    let password = format!(
        "grant_type=password&username={}&password={}&scope=api%20offline_access",
        known.username, known.password
    );
    for grant in [refresh, password] {
        let token = erp_token(&sim, &router, &grant).await;
        let request = Request::get("/AcumaticaERP/entity/Default/24.200.001/Customer?$top=7")
            .header("authorization", format!("Bearer {token}"));
        let (status, body) = send(&router, request, "").await;
        assert_eq!((status, body.as_array().map(Vec::len)), (StatusCode::OK, Some(7)), "{body}");
    }
    assert_eq!(sim.requests().counters(System::Acumatica).by_route["GET Customer"], 2);
}

#[tokio::test]
async fn every_planted_credential_of_the_crm_opens_it() {
    let sim = sim(options());
    let router = sim.zoho_router();
    let known = sim.credentials().zoho.clone();
    let refresh = format!("grant_type=refresh_token&refresh_token={}", known.refresh_token);
    let code = format!("grant_type=authorization_code&code={}", known.grant_code);
    for grant in [refresh, code] {
        let token = crm_token(&sim, &router, &grant).await;
        let request = Request::get("/crm/v8/Deals?fields=Deal_Name,Stage")
            .header("authorization", format!("Zoho-oauthtoken {token}"));
        let (status, body) = send(&router, request, "").await;
        assert_eq!((status, body["data"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)), "{body}");
    }
}

#[tokio::test]
async fn nothing_agrees_before_the_first_run_and_an_empty_company_does() {
    let report = sim(options()).compare();
    assert!(!report.agree);
    assert_eq!((report.accounts.missing_total, report.products.missing_total), (30, 30));
    assert!(report.invoices.missing_total > 40 && report.invoices.missing_total < 60);
    let empty = Size { customers: 0, items: 0, invoices: 0, ..Size::default() };
    assert!(sim(Options { size: empty, ..Options::default() }).compare().agree);
}

#[tokio::test]
async fn latency_counts_for_the_cap_on_calls_at_once() {
    let mut options = options();
    options.faults = Dials::both(SystemDials { latency_ms: 50, ..SystemDials::default() });
    options.zoho.concurrency = Some(2);
    let sim = sim(options);
    let router = sim.zoho_router();
    let refresh = format!("grant_type=refresh_token&refresh_token={}", sim.credentials().zoho.refresh_token);
    let token = crm_token(&sim, &router, &refresh).await;
    let one = || async {
        let request = Request::get("/crm/v8/org").header("authorization", format!("Zoho-oauthtoken {token}"));
        send(&router, request, "").await.0.as_u16()
    };
    let mut answers: Vec<u16> = futures_util::future::join_all((0..3).map(|_| one())).await;
    answers.sort_unstable();
    assert_eq!(answers, [200, 200, 429]);
    assert_eq!(sim.requests().counters(System::Zoho).most_at_once, 3);
}

#[tokio::test]
async fn lost_answers_come_as_cuts_in_process_and_as_closed_connections_over_a_socket() {
    let mut options = options();
    options.faults = Dials::both(SystemDials { reset_after: 1.0, ..SystemDials::default() });
    let sim = sim(options);
    let request = Request::get("/crm/v8/org").body(Body::empty()).unwrap();
    assert_eq!(call(&sim.zoho_router(), request).await.unwrap_err(), Cut { done: true });

    let running = sim.serve(Ports { acumatica: None, control: None, ..Ports::default() }).await.unwrap();
    assert_eq!((running.acumatica_url(), running.control_url()), (None, None));
    let url = running.zoho_url().unwrap();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(b"GET /crm/v8/org HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    running.stop().await;
    assert_eq!(sim.requests().counters(System::Zoho).cut, 2);
}

#[tokio::test]
async fn urls_name_the_virtual_folder() {
    let sim = sim(options());
    let running = sim.serve(Ports::default()).await.unwrap();
    assert!(running.acumatica_url().unwrap().ends_with("/AcumaticaERP"));
    assert!(running.control_url().unwrap().ends_with("/control"));
    running.stop().await;
    assert_eq!(prefix(&Options { prefix: "erp/".into(), ..Options::default() }), "/erp");
    assert_eq!(prefix(&Options { prefix: "/".into(), ..Options::default() }), "");
}

#[tokio::test]
async fn control_pages_show_and_change_the_simulation() {
    let sim = sim(options());
    let router = sim.control_router();
    let (status, state) = get(&router, "/control/state").await;
    assert_eq!((status, state["acumatica"]["customers"].as_u64()), (StatusCode::OK, Some(30)));
    assert_eq!(state["now"], "2026-03-01T12:00:00Z");

    let (_, page) = get(&router, "/control/acumatica/customers?key=C00001").await;
    assert_eq!(page["total"], 1);
    let (_, page) = get(&router, "/control/zoho/Accounts?top=1").await;
    assert!(page["records"][0]["Account_Name"].is_string(), "{page}");
    assert_eq!(get(&router, "/control/zoho/Nothing").await.0, 404);
    assert_eq!(get(&router, "/control/acumatica/customers?colour=red").await.0, 400);

    let (_, clock) = post(&router, "/control/clock", &json!({"shift_seconds": 3600})).await;
    assert_eq!(clock["now"], "2026-03-01T13:00:00Z");
    let (_, clock) = post(&router, "/control/clock", &json!({"set": "2026-04-01T00:00:00Z"})).await;
    assert_eq!(clock["now"], "2026-04-01T00:00:00Z");
    assert_eq!(post(&router, "/control/clock", &json!({"shift_seconds": i64::MAX})).await.0, 400);

    let (status, made) = post(&router, "/control/change", &json!({"edit": "some", "count": 5})).await;
    assert_eq!((status, made["changes"].as_array().map(Vec::len)), (StatusCode::OK, Some(5)));
    let nobody = json!({"edit": "touch_customer", "key": "NOBODY", "phone": "1"});
    assert_eq!(post(&router, "/control/change", &nobody).await.0, 404);
    assert_eq!(post(&router, "/control/change", &json!({"edit": "explode"})).await.0, 400);

    let (status, _) = post(&router, "/control/faults", &json!({"zoho": {"rate": 2}})).await;
    assert_eq!(status, 400);
    let (_, dials) = post(&router, "/control/faults", &json!({"zoho": {"http_500": 1}})).await;
    assert_eq!(dials["zoho"]["http_500"], 1.0);
    assert_eq!(get(&sim.zoho_router(), "/crm/v8/org").await.0, 500);
    let (_, counters) = get(&router, "/control/counters").await;
    assert_eq!(counters["zoho"]["by_fault"]["http500"], 1);
    let (_, log) = get(&router, "/control/requests?top=1").await;
    assert_eq!((log["total"].as_u64(), log["rows"][0]["target"].as_str()), (Some(1), Some("/crm/v8/org")));
    post(&router, "/control/counters/reset", &Value::Null).await;
    assert_eq!(sim.requests().page(0, 1).total, 0);

    let (_, report) = get(&router, "/control/compare").await;
    assert_eq!((report["agree"].as_bool(), report["accounts"]["expected"].as_u64()), (Some(false), Some(30)));
    let (_, known) = get(&router, "/control/credentials").await;
    assert_eq!(known["zoho"]["client_id"], sim.credentials().zoho.client_id);
}

#[tokio::test]
async fn control_pages_answer_to_loopback_names_only() {
    let router = sim(options()).control_router();
    for (host, status) in
        [("127.0.0.1:9", 200), ("localhost", 200), ("evil.example", 403), ("127.0.0.1.evil.example:80", 403)]
    {
        let request = Request::get("/control/state").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(call(&router, request).await.unwrap().status(), status, "{host}");
    }
}

#[test]
fn impossible_dials_are_refused_at_the_start() {
    let clock = Arc::new(SetClock::new("2026-03-01T12:00:00Z".parse().unwrap()));
    let mut options = options();
    options.faults.zoho.rate = 1.5;
    assert!(matches!(Sim::new(options, clock), Err(SetupError::Faults(_))));
}

#[test]
fn edits_depend_on_the_seed_and_not_on_what_was_called() {
    let (one, two) = (sim(options()), sim(options()));
    assert_eq!(one.change_some(10).unwrap(), two.change_some(10).unwrap());
    assert_ne!(one.change_some(10).unwrap(), sim(Options { seed: 2, ..options() }).change_some(10).unwrap());
}
