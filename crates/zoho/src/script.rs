//! A Zoho that answers from a script, in process: transport, clock, entropy, quota and tokens for tests.
//!
//! Owns what tests see of the wire. Written from the fact sheet's bodies; keeps no records of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use port::{
    Access, Clock, Entropy, Grant, Quota, Request, Response, System, TokenError, Tokens, Transport, TransportFault,
};
use secrecy::SecretString;
use sync::Instant;

use crate::{Datacenter, Environment, Settings, Zoho};

/// What the script is asked.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Host and port.
    pub(crate) host: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

pub(crate) type Answer = Result<Response, TransportFault>;
type Rule = Box<dyn Fn(&Seen) -> Option<Answer> + Send + Sync>;

/// An answer of that status and body.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Ok(Response { status, headers: HeaderMap::new(), body: Bytes::from(body.into()) })
}

#[derive(Default)]
struct World {
    /// Asked first, in order, each used up by its call.
    queue: Mutex<VecDeque<Answer>>,
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<Seen>>,
    now: Mutex<Instant>,
    grant: Mutex<Grant>,
    /// Answered to the next `replace` before it changes anything.
    stale: Mutex<Option<Grant>>,
}

/// The script, shared with the connection under test.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<World>);

pub(crate) const TOKEN: &str =
    r#"{"access_token":"1000.aa.bb","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#;

impl Script {
    /// A script with a refresh token and no access token.
    pub(crate) fn new() -> Self {
        let script = Self::default();
        script.0.grant.lock().unwrap().refresh = Some("1000.refresh".into());
        script.sleep_until("2026-03-04T10:00:00Z");
        script
    }

    /// A script with an access token that lives for an hour.
    pub(crate) fn signed_in() -> Self {
        let script = Self::new();
        script.keep_access("1000.kept", Duration::from_hours(1), "https://www.zohoapis.eu");
        script
    }

    pub(crate) fn keep_access(&self, token: &str, life: Duration, api_domain: &str) {
        let expires = self.now().plus(life);
        self.0.grant.lock().unwrap().access =
            Some(Access { token: token.into(), expires, api_domain: api_domain.to_owned() });
    }

    /// The next call gets this answer.
    pub(crate) fn next(&self, answer: Answer) -> &Self {
        self.0.queue.lock().unwrap().push_back(answer);
        self
    }

    /// Calls whose target contains `part` get what `rule` gives, unless it gives nothing.
    pub(crate) fn on(
        &self,
        part: &'static str,
        rule: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static,
    ) -> &Self {
        self.0
            .rules
            .lock()
            .unwrap()
            .push(Box::new(move |seen| seen.target.contains(part).then(|| rule(seen)).flatten()));
        self
    }

    /// Calls whose target contains `part` get this answer; later ones go before earlier ones.
    pub(crate) fn always(&self, part: &'static str, status: u16, body: &'static str) -> &Self {
        self.on(part, move |_| Some(answer(status, body)))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    pub(crate) fn forget(&self) {
        self.0.seen.lock().unwrap().clear();
    }

    pub(crate) fn pass(&self, time: Duration) {
        let mut now = self.0.now.lock().unwrap();
        *now = now.plus(time);
    }

    pub(crate) fn sleep_until(&self, instant: &str) {
        *self.0.now.lock().unwrap() = Instant::parse(instant).unwrap();
    }

    pub(crate) fn grant(&self) -> Grant {
        self.0.grant.lock().unwrap().clone()
    }

    /// Another process keeps this grant just before ours is kept.
    pub(crate) fn meanwhile(&self, grant: Grant) {
        *self.0.stale.lock().unwrap() = Some(grant);
    }

    pub(crate) fn zoho(&self) -> Zoho {
        self.zoho_with(settings())
    }

    pub(crate) fn zoho_with(&self, settings: Settings) -> Zoho {
        let this = Arc::new(self.clone());
        Zoho::new(
            settings,
            Arc::clone(&this) as _,
            Arc::clone(&this) as _,
            Arc::clone(&this) as _,
            Arc::clone(&this) as _,
            this,
        )
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        datacenter: Datacenter::Eu,
        environment: Environment::Production,
        accounts_url: None,
        client_id: "1000.CLIENT".into(),
        client_secret: "client-secret".into(),
        run_workflows: false,
        parallel_calls: 10,
        allow_loopback: false,
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Answer {
        let url = url::Url::parse(&request.url).unwrap();
        let seen = Seen {
            method: request.method.to_string(),
            host: url.host_str().unwrap().to_owned(),
            target: request.url[url[..url::Position::BeforePath].len()..].to_owned(),
            authorization: request
                .headers
                .get("authorization")
                .map(|v| v.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            body: request.body.map(|body| String::from_utf8(body.to_vec()).unwrap()).unwrap_or_default(),
        };
        self.0.seen.lock().unwrap().push(seen.clone());
        let queued = self.0.queue.lock().unwrap().pop_front();
        if let Some(answer) = queued {
            return answer;
        }
        let rules = self.0.rules.lock().unwrap();
        let answer = rules.iter().rev().find_map(|rule| rule(&seen));
        answer.unwrap_or_else(|| panic!("the script has no answer to {} {}", seen.method, seen.target))
    }
}

#[async_trait]
impl Clock for Script {
    fn now(&self) -> Instant {
        *self.0.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

impl Entropy for Script {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

#[async_trait]
impl Quota for Script {
    async fn permit(&self, _: System) {}
    fn throttled(&self, _: System, _: Duration) {}
}

#[async_trait]
impl Tokens for Script {
    async fn load(&self, _: System) -> Result<Grant, TokenError> {
        Ok(self.grant())
    }

    async fn replace(
        &self,
        _: System,
        version: u64,
        access: Option<Access>,
        refresh: Option<SecretString>,
    ) -> Result<u64, TokenError> {
        let mut grant = self.0.grant.lock().unwrap();
        if let Some(theirs) = self.0.stale.lock().unwrap().take() {
            *grant = theirs;
        }
        if grant.version != version {
            return Err(TokenError::Stale);
        }
        grant.version += 1;
        grant.access = access;
        if refresh.is_some() {
            grant.refresh = refresh;
        }
        Ok(grant.version)
    }
}
