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

mod keys;
mod pages;
mod probe;
mod tokens;
mod ways;

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
        let header = request.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let decoded = percent_encoding::percent_decode_str(&request.url).decode_utf8().unwrap().into_owned();
        self.sent.lock().unwrap().push((decoded, header.unwrap_or_default()));
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
        self.commits.lock().unwrap().push((version, refresh.is_some()));
        grant.version += 1;
        grant.access = access;
        if refresh.is_some() {
            grant.refresh = refresh;
        }
        Ok(grant.version)
    }
}

fn good(token: &str) -> Access {
    Access { token: token.into(), expires: Instant::from_micros(i64::MAX), api_domain: String::new() }
}

impl World {
    fn new(rules: Vec<Rule>) -> Arc<Self> {
        let grant = Grant { access: Some(good("token")), refresh: Some("refresh-0".into()), version: 3 };
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
        Acumatica::new(&settings, self.clone(), self.clone(), self.clone(), self.clone(), self.clone()).unwrap()
    }

    fn urls(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(url, _)| url.clone()).collect()
    }
}

fn reply(status: u16, body: impl Into<Bytes>) -> Answer {
    let headers = HeaderMap::from_iter([
        (http::header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (DATE, HeaderValue::from_static("Tue, 24 Nov 2026 06:00:00 GMT")),
    ]);
    Ok(Response { status, headers, body: body.into() })
}

/// A rule for addresses that contain `part`, answering one after the other and the last one for ever.
fn on(part: &'static str, answers: Vec<Answer>) -> Rule {
    let mut answers = VecDeque::from(answers);
    Box::new(move |request| {
        request
            .url
            .contains(part)
            .then(|| if answers.len() > 1 { answers.pop_front().unwrap() } else { answers.front().unwrap().clone() })
    })
}

fn customers(range: std::ops::Range<u32>) -> Answer {
    let rows: Vec<String> = range
        .map(|n| format!(r#"{{"id":"id-{n}","CustomerID":{{"value":"C{n:06}"}},"LastModifiedDateTime":{{"value":"2026-11-01T00:00:00+00:00"}}}}"#))
        .collect();
    reply(200, format!("[{}]", rows.join(",")))
}

fn asking(entity: Entity, cursor: Option<String>) -> PageRequest {
    PageRequest { entity, from: None, cursor }
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
