//! The reader against a scripted transport: tokens, pages, fallbacks, keys, probe, sign-out.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use port::{Access, Grant, Request, TokenError, TransportFault};
use secrecy::ExposeSecret as _;

use super::*;
use crate::settings::GrantKind;

type Answer = Result<Response, TransportFault>;
type Rule = Box<dyn FnMut(&Request) -> Option<Answer> + Send>;

/// Transport, clock, entropy, quota and token store in one.
struct World {
    rules: Mutex<Vec<Rule>>,
    sent: Mutex<Vec<(String, String)>>,
    now: Mutex<Instant>,
    grant: Mutex<Grant>,
    commits: Mutex<Vec<(u64, bool)>>,
    stale_once: Mutex<bool>,
}

#[async_trait]
impl Transport for World {
    async fn send(&self, request: Request) -> Answer {
        let header = request
            .headers
            .get("authorization")
            .map(|value| value.to_str().unwrap().to_owned());
        let decoded = percent_encoding::percent_decode_str(&request.url)
            .decode_utf8()
            .unwrap()
            .into_owned();
        self.sent
            .lock()
            .unwrap()
            .push((decoded, header.unwrap_or_default()));
        let mut now = self.now.lock().unwrap();
        *now = now.plus(Duration::from_millis(10));
        drop(now);
        for rule in self.rules.lock().unwrap().iter_mut() {
            if let Some(answer) = rule(&request) {
                return answer;
            }
        }
        panic!("nobody answers {}", request.url);
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }
    async fn sleep(&self, duration: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus(duration);
    }
}

impl Entropy for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[async_trait]
impl Quota for World {
    async fn permit(&self, _: System) {}
    fn throttled(&self, _: System, _: Duration) {}
}

#[async_trait]
impl Tokens for World {
    async fn load(&self, _: System) -> Result<Grant, TokenError> {
        Ok(self.grant.lock().unwrap().clone())
    }
    async fn replace(
        &self,
        _: System,
        version: u64,
        access: Option<Access>,
        refresh: Option<SecretString>,
    ) -> Result<u64, TokenError> {
        let mut grant = self.grant.lock().unwrap();
        if std::mem::take(&mut *self.stale_once.lock().unwrap()) {
            grant.version += 1;
            grant.access = Some(good("theirs"));
        }
        if version != grant.version {
            return Err(TokenError::Stale);
        }
        self.commits
            .lock()
            .unwrap()
            .push((version, refresh.is_some()));
        grant.version += 1;
        grant.access = access;
        if refresh.is_some() {
            grant.refresh = refresh;
        }
        Ok(grant.version)
    }
}

fn good(token: &str) -> Access {
    Access {
        token: token.into(),
        expires: Instant::from_micros(i64::MAX),
        api_domain: String::new(),
    }
}

impl World {
    fn new(rules: Vec<Rule>) -> Arc<Self> {
        let grant = Grant {
            access: Some(good("token")),
            refresh: Some("refresh-0".into()),
            version: 3,
        };
        Arc::new(Self {
            rules: Mutex::new(rules),
            sent: Mutex::default(),
            now: Mutex::new(Instant::parse("2026-11-24T06:00:00Z").unwrap()),
            grant: Mutex::new(grant),
            commits: Mutex::default(),
            stale_once: Mutex::default(),
        })
    }

    fn reader(self: &Arc<Self>, grant: GrantKind) -> Acumatica {
        let settings = Settings {
            url: "https://erp.example/A".to_owned(),
            endpoint: "Default/24.200.001".to_owned(),
            grant,
            client_id: "1-2@Company".to_owned(),
            client_secret: "hidden".into(),
            username: Some("sync".to_owned()),
            password: Some("hidden".into()),
            parallel_calls: 2,
            allow_loopback: false,
        };
        Acumatica::new(
            &settings,
            self.clone(),
            self.clone(),
            self.clone(),
            self.clone(),
            self.clone(),
        )
        .unwrap()
    }

    fn urls(&self) -> Vec<String> {
        self.sent
            .lock()
            .unwrap()
            .iter()
            .map(|(url, _)| url.clone())
            .collect()
    }
}

fn reply(status: u16, body: impl Into<Bytes>) -> Answer {
    let headers = HeaderMap::from_iter([
        (
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        ),
        (
            DATE,
            HeaderValue::from_static("Tue, 24 Nov 2026 06:00:00 GMT"),
        ),
    ]);
    Ok(Response {
        status,
        headers,
        body: body.into(),
    })
}

/// A rule for addresses that contain `part`, answering one after the other and the last one for ever.
fn on(part: &'static str, answers: Vec<Answer>) -> Rule {
    let mut answers = VecDeque::from(answers);
    Box::new(move |request| {
        request.url.contains(part).then(|| {
            if answers.len() > 1 {
                answers.pop_front().unwrap()
            } else {
                answers.front().unwrap().clone()
            }
        })
    })
}

fn customers(range: std::ops::Range<u32>) -> Answer {
    let rows: Vec<String> = range
        .map(|n| format!(r#"{{"id":"id-{n}","CustomerID":{{"value":"C{n:06}"}},"LastModifiedDateTime":{{"value":"2026-11-01T00:00:00+00:00"}}}}"#))
        .collect();
    reply(200, format!("[{}]", rows.join(",")))
}

fn asking(entity: Entity, cursor: Option<String>) -> PageRequest {
    PageRequest {
        entity,
        from: None,
        cursor,
    }
}

async fn read_all(reader: &Acumatica, entity: Entity) -> (Vec<Record>, Vec<String>) {
    let (mut records, mut notes, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = reader.page(&asking(entity, cursor)).await.result.unwrap();
        records.extend(page.records);
        notes.extend(page.notes);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return (records, notes),
        }
    }
}

const TOKENS: &str = r#"{"access_token":"fresh","expires_in":3600,"token_type":"Bearer","refresh_token":"refresh-1"}"#;

/// Answers customer lists from 1,203 rows, by key and `$top`.
fn by_key_and_top() -> Rule {
    Box::new(|request| {
        let url = url::Url::parse(&request.url).unwrap();
        let of = |name: &str| {
            url.query_pairs()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.into_owned())
        };
        let top: u32 = of("$top")?.parse().unwrap();
        let from = of("$filter").map_or(0, |filter| {
            filter["CustomerID gt 'C".len()..]
                .trim_end_matches('\'')
                .parse::<u32>()
                .unwrap()
                + 1
        });
        Some(customers(from..(from + top).min(1203)))
    })
}

#[tokio::test]
async fn pages_go_on_behind_the_last_key_and_grow() {
    let world = World::new(vec![by_key_and_top()]);
    let (records, notes) = read_all(
        &world.reader(GrantKind::AuthorizationCode),
        Entity::Customer,
    )
    .await;
    assert_eq!(records.len(), 1203);
    assert_eq!(records.last().unwrap().key, "C001202");
    assert!(notes.is_empty());
    let urls = world.urls();
    assert_eq!(urls.len(), 2, "500, then all the rest: {urls:?}");
    assert!(
        urls[1].contains("$filter=CustomerID gt 'C000499'&$top=5000"),
        "{}",
        urls[1]
    );
}

#[tokio::test]
async fn a_page_cut_at_a_round_number_is_not_taken_for_the_end() {
    let world = World::new(vec![on(
        "/Customer",
        vec![customers(0..200), customers(200..251)],
    )]);
    let (records, _) = read_all(
        &world.reader(GrantKind::AuthorizationCode),
        Entity::Customer,
    )
    .await;
    assert_eq!(records.len(), 251);
}

#[tokio::test]
async fn a_window_asks_by_stamp_and_an_unchanged_pass_is_one_call() {
    let world = World::new(vec![on("/StockItem", vec![reply(200, "[]")])]);
    let from = Instant::parse("2026-11-24T05:00:00Z");
    let page = world
        .reader(GrantKind::AuthorizationCode)
        .page(&PageRequest {
            entity: Entity::StockItem,
            from,
            cursor: None,
        })
        .await;
    assert_eq!(page.exchanges.len(), 1);
    let page = page.result.unwrap();
    assert_eq!(
        (page.next, page.server_time),
        (None, Instant::parse("2026-11-24T06:00:00Z"))
    );
    assert!(
        world.urls()[0].contains(
            "$filter=LastModifiedDateTime ge datetimeoffset'2026-11-24T05:00:00Z'&$top=500"
        )
    );
}

#[tokio::test]
async fn disorder_falls_back_to_offsets_and_says_so() {
    let shuffled = || {
        reply(
            200,
            r#"[{"id":"2","CustomerID":{"value":"C2"}},{"id":"1","CustomerID":{"value":"C1"}}]"#,
        )
    };
    let world = World::new(vec![on("/Customer", vec![shuffled(), shuffled()])]);
    let (records, notes) = read_all(
        &world.reader(GrantKind::AuthorizationCode),
        Entity::Customer,
    )
    .await;
    assert_eq!(records.len(), 2);
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("key order"));
}

#[tokio::test]
async fn offsets_overlap_by_one_row_and_begin_again_when_rows_moved() {
    let cursor = r#"{"skip":{"rows":3,"last":"C000002"}}"#.to_owned();
    let still = World::new(vec![on("$skip=2", vec![customers(2..5)])]);
    let page = still
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, Some(cursor.clone())))
        .await
        .result
        .unwrap();
    assert_eq!(
        page.records
            .iter()
            .map(|record| record.key.as_str())
            .collect::<Vec<_>>(),
        ["C000003", "C000004"]
    );
    assert!(page.notes.is_empty());

    let moved = World::new(vec![
        on("$skip=2", vec![customers(3..5)]),
        on("/Customer", vec![customers(1..5)]),
    ]);
    let page = moved
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, Some(cursor)))
        .await
        .result
        .unwrap();
    assert_eq!(page.records.len(), 4);
    assert!(page.notes[0].contains("rows moved"));
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let world = World::new(vec![
        on("$top=250", vec![Err(TransportFault::TooLarge(9))]),
        on("$top=62", vec![reply(200, "[]")]),
    ]);
    let page = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Invoice, None))
        .await;
    assert!(page.result.is_ok());
    assert_eq!(page.exchanges.len(), 2);
}

#[tokio::test]
async fn form_fields_that_cannot_be_listed_are_given_up_with_a_note() {
    let refusal = r#"{"message":"An error has occurred.","exceptionMessage":"Optimization cannot be performed.","exceptionType":"PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"}"#;
    let world = World::new(vec![
        on("$custom=", vec![reply(500, refusal)]),
        on("/Invoice", vec![reply(200, "[]")]),
    ]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    let custom_fields = [("Invoice".to_owned(), vec!["Document.CuryID".to_owned()])].into();
    reader.adopt(&SourceProfile {
        custom_fields,
        ..SourceProfile::default()
    });
    let page = reader
        .page(&asking(Entity::Invoice, None))
        .await
        .result
        .unwrap();
    assert!(page.notes[0].contains("without form fields"));
    let urls = world.urls();
    assert!(urls[0].contains("$custom=Document.CuryID") && !urls[1].contains("$custom"));
}

#[tokio::test]
async fn a_500_that_passes_is_asked_again_and_one_that_stays_is_told() {
    let error = r#"{"message":"An error has occurred.","exceptionMessage":"Deadlock victim","exceptionType":"PX.Data.PXException"}"#;
    let world = World::new(vec![on(
        "/Customer",
        vec![reply(500, error), customers(0..1)],
    )]);
    let call = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await;
    assert_eq!(call.result.unwrap().records.len(), 1);
    let world = World::new(vec![on("/Customer", vec![reply(500, error)])]);
    let call = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await;
    let fault = call.result.unwrap_err();
    assert_eq!((fault.kind, call.exchanges.len()), (Kind::Unavailable, 3));
    assert!(fault.message.contains("Deadlock victim"));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_committed_before_it_is_used() {
    let world = World::new(vec![
        on("/token", vec![reply(200, TOKENS)]),
        on("/Customer", vec![reply(401, ""), customers(0..1)]),
    ]);
    let call = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await;
    assert_eq!(call.result.unwrap().records.len(), 1);
    assert_eq!(*world.commits.lock().unwrap(), [(3, true)]);
    assert_eq!(
        world
            .grant
            .lock()
            .unwrap()
            .refresh
            .as_ref()
            .unwrap()
            .expose_secret(),
        "refresh-1"
    );
    let sent = world.sent.lock().unwrap();
    let headers: Vec<&str> = sent.iter().map(|(_, header)| header.as_str()).collect();
    assert_eq!(headers, ["Bearer token", "", "Bearer fresh"]);
    assert!(!format!("{:?}", call.exchanges).contains("hidden"));
    assert!(
        call.exchanges
            .iter()
            .all(|exchange| exchange.request_body.is_none() && exchange.response_body.is_none())
    );
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_needs_a_person() {
    let world = World::new(vec![
        on("/token", vec![reply(200, TOKENS)]),
        on("/Customer", vec![reply(401, "")]),
    ]);
    let fault = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await
        .result
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    assert!(fault.remedy.contains("tenant") && fault.remedy.contains("version"));
}

#[tokio::test]
async fn callers_at_once_renew_once() {
    let world = World::new(vec![
        on("/token", vec![reply(200, TOKENS)]),
        on("/", vec![reply(200, "[]")]),
    ]);
    world.grant.lock().unwrap().access = None;
    let reader = world.reader(GrantKind::AuthorizationCode);
    let requests = Entity::ALL.map(|entity| asking(entity, None));
    let calls =
        futures_util::future::join_all(requests.iter().map(|request| reader.page(request))).await;
    assert!(calls.iter().all(|call| call.result.is_ok()));
    assert_eq!(
        world
            .urls()
            .iter()
            .filter(|url| url.contains("/token"))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_lost_renewal_is_tried_once_with_the_old_token() {
    let lost = || Err(TransportFault::Lost("reset".to_owned()));
    let ask = async |answers: Vec<Answer>| {
        let world = World::new(vec![
            on("/token", answers),
            on("/Customer", vec![customers(0..1)]),
        ]);
        world.grant.lock().unwrap().access = None;
        let result = world
            .reader(GrantKind::AuthorizationCode)
            .page(&asking(Entity::Customer, None))
            .await
            .result;
        let asked = world
            .urls()
            .iter()
            .filter(|url| url.contains("/token"))
            .count();
        (result.map(|page| page.records.len()), asked)
    };
    assert_eq!(ask(vec![lost(), reply(200, TOKENS)]).await, (Ok(1), 2));
    let (dead, asked) = ask(vec![lost(), reply(400, r#"{"error":"invalid_grant"}"#)]).await;
    let dead = dead.unwrap_err();
    assert_eq!((dead.kind, asked), (Kind::Credentials, 2));
    assert!(dead.message.contains("lost on the way"));
    let (silent, asked) = ask(vec![lost()]).await;
    assert_eq!((silent.unwrap_err().kind, asked), (Kind::Unavailable, 2));
}

#[tokio::test]
async fn a_renewal_that_another_process_won_uses_its_token() {
    let world = World::new(vec![
        on("/token", vec![reply(200, TOKENS)]),
        on("/Customer", vec![customers(0..1)]),
    ]);
    world.grant.lock().unwrap().access = None;
    *world.stale_once.lock().unwrap() = true;
    let call = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await;
    assert!(call.result.is_ok());
    assert_eq!(
        world.sent.lock().unwrap().last().unwrap().1,
        "Bearer theirs"
    );
}

#[tokio::test]
async fn without_consent_nothing_is_sent() {
    let world = World::new(Vec::new());
    *world.grant.lock().unwrap() = Grant::default();
    let fault = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await
        .result
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    assert!(fault.remedy.contains("login"));
}

#[tokio::test]
async fn a_password_signs_in_and_keeps_the_token() {
    let world = World::new(vec![
        on("/token", vec![reply(200, r#"{"access_token":"fresh"}"#)]),
        on("/Customer", vec![customers(0..1)]),
    ]);
    *world.grant.lock().unwrap() = Grant::default();
    let reader = world.reader(GrantKind::Password);
    assert!(
        reader
            .page(&asking(Entity::Customer, None))
            .await
            .result
            .is_ok()
    );
    assert!(
        reader
            .page(&asking(Entity::Customer, None))
            .await
            .result
            .is_ok()
    );
    assert_eq!(*world.commits.lock().unwrap(), [(0, false)]);
    assert_eq!(world.urls().len(), 3);
}

#[tokio::test]
async fn a_code_is_exchanged_and_committed_over_whatever_stood_there() {
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)])]);
    *world.stale_once.lock().unwrap() = true;
    let reader = world.reader(GrantKind::AuthorizationCode);
    reader
        .accept_code(&"code".into(), "http://127.0.0.1:8765/callback")
        .await
        .result
        .unwrap();
    assert_eq!(*world.commits.lock().unwrap(), [(4, true)]);
    let world = World::new(vec![on(
        "/token",
        vec![reply(200, r#"{"access_token":"fresh"}"#)],
    )]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    assert_eq!(
        reader
            .accept_code(&"code".into(), "http://127.0.0.1:8765/callback")
            .await
            .result
            .unwrap_err()
            .kind,
        Kind::Credentials
    );
}

#[tokio::test]
async fn sign_out_is_sent_only_when_there_is_something_to_sign_out_of() {
    let world = World::new(vec![
        on("/logout", vec![reply(204, "")]),
        on("/Customer", vec![customers(0..1)]),
    ]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    assert!(reader.sign_out().await.exchanges.is_empty());
    reader
        .page(&asking(Entity::Customer, None))
        .await
        .result
        .unwrap();
    let call = reader.sign_out().await;
    assert!(call.result.is_ok());
    assert_eq!(call.exchanges[0].method, "POST");
    assert!(
        reader.sign_out().await.exchanges.is_empty(),
        "once is enough"
    );
}

#[tokio::test]
async fn a_sign_out_that_fails_is_a_debt_and_is_not_repeated() {
    for answer in [
        reply(500, ""),
        reply(411, ""),
        Err(TransportFault::TimedOut(Duration::from_secs(1))),
    ] {
        let world = World::new(vec![
            on("/logout", vec![answer]),
            on("/Customer", vec![customers(0..1)]),
        ]);
        let reader = world.reader(GrantKind::AuthorizationCode);
        reader
            .page(&asking(Entity::Customer, None))
            .await
            .result
            .unwrap();
        let fault = reader.sign_out().await.result.unwrap_err();
        assert_eq!(fault.kind, Kind::Unavailable);
        assert_eq!(world.urls().len(), 2);
    }
}

#[tokio::test]
async fn keys_are_read_in_groups_and_missing_ones_are_missing() {
    let world = World::new(vec![on("/Customer", vec![customers(0..1)])]);
    let keys: Vec<String> = (0..30).map(|n| format!("C{n:06}")).collect();
    let call = world
        .reader(GrantKind::AuthorizationCode)
        .by_keys(Entity::Customer, &keys)
        .await;
    assert!(call.exchanges.len() >= 2);
    assert!(!call.result.unwrap().is_empty());
    assert!(world.urls()[0].contains("$filter=CustomerID eq 'C000000' or CustomerID eq 'C000001'"));
}

const ENDPOINTS: &str = r#"{"version":{"acumaticaBuildVersion":"24.205.0012"},"endpoints":[{"name":"Default","version":"20.200.001","href":"x"},{"name":"Default","version":"24.200.001","href":"x"}]}"#;

#[tokio::test]
async fn a_probe_finds_build_endpoints_and_form_fields() {
    let schema = r#"{"custom":{"Document":{"CuryID":{"type":"CustomStringField","value":null},"Other":{"type":"x"}}}}"#;
    let world = World::new(vec![
        on("adHocSchema", vec![reply(200, schema)]),
        on("/entity/Default", vec![reply(200, "[]")]),
        on("/entity", vec![reply(200, ENDPOINTS)]),
    ]);
    let call = world.reader(GrantKind::AuthorizationCode).probe().await;
    assert_eq!(call.exchanges.len(), 8);
    let profile = call.result.unwrap();
    assert_eq!(
        (profile.build.as_str(), profile.endpoints.len()),
        ("24.205.0012", 2)
    );
    assert_eq!(profile.custom_fields["Invoice"], ["Document.CuryID"]);
    assert_eq!(profile.custom_fields["CashSale"], ["Document.CuryID"]);
}

#[tokio::test]
async fn a_probe_names_what_is_wrong_for_a_consultant() {
    let only_old = r#"{"endpoints":[{"name":"Default","version":"20.200.001","href":"x"}]}"#;
    let world = World::new(vec![on("/entity", vec![reply(200, only_old)])]);
    let fault = world
        .reader(GrantKind::AuthorizationCode)
        .probe()
        .await
        .result
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(fault.message.contains("Default/20.200.001"));

    let world = World::new(vec![
        on("/CashSale", vec![reply(403, "")]),
        on("adHocSchema", vec![reply(404, "")]),
        on("/entity/Default", vec![reply(200, "[]")]),
        on("/entity", vec![reply(200, ENDPOINTS)]),
    ]);
    let fault = world
        .reader(GrantKind::AuthorizationCode)
        .probe()
        .await
        .result
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Forbidden);
    assert!(fault.message.contains("AR304000"));
}

#[tokio::test]
async fn a_missing_endpoint_met_while_reading_lists_what_there_is() {
    let world = World::new(vec![
        on("/Customer", vec![reply(404, "<html>")]),
        on(
            "/entity",
            vec![reply(200, r#"[{"name":"Default","version":"23.200.001"}]"#)],
        ),
    ]);
    let fault = world
        .reader(GrantKind::AuthorizationCode)
        .page(&asking(Entity::Customer, None))
        .await
        .result
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert!(fault.message.contains("Default/23.200.001"));
}

#[test]
fn an_address_beyond_the_rules_is_refused() {
    let world = World::new(Vec::new());
    let mut settings = Settings {
        url: "http://erp.example".to_owned(),
        endpoint: "Default/24.200.001".to_owned(),
        grant: GrantKind::Password,
        client_id: String::new(),
        client_secret: "hidden".into(),
        username: None,
        password: None,
        parallel_calls: 1,
        allow_loopback: true,
    };
    let of = |settings: &Settings| {
        Acumatica::new(
            settings,
            world.clone(),
            world.clone(),
            world.clone(),
            world.clone(),
            world.clone(),
        )
        .err()
    };
    assert_eq!(of(&settings).unwrap().kind, Kind::AddressRefused);
    for fine in [
        "http://127.0.0.1:9801/A",
        "https://10.0.0.5/A",
        "https://erp",
    ] {
        settings.url = fine.to_owned();
        assert!(of(&settings).is_none(), "{fine}");
    }
}
