//! Speaks Zoho CRM's API v8: tokens, hosts, bodies, answers and error words.
//!
//! Owns how a call is made: with a living token, to the token's own host, once more after a refused token, its credits counted. Must
//! not know source records or the ledger. Drafts come from the adapter; outcomes and metadata go back to it.

pub(crate) mod coql;
pub(crate) mod datacenters;
pub(crate) mod errors;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod loose;
pub(crate) mod metadata;
pub(crate) mod oauth;
pub(crate) mod records;
pub(crate) mod refusals;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use port::{Bodies, Call, Clock, Exchange, Fault, Kind, Response, Tally, Tokens};
use wire::{Ask, Door, Safety};

use crate::Settings;
use errors::Envelope;
use oauth::{OAuth, Session};

/// How often a call is made again with a newer token: one that was fresh can be dead at its next use, when another process of this
/// connection asked for tokens of its own and ours was the oldest.
const RENEWALS: u32 = 2;

/// Told only when half of the day's credits are gone.
const CREDITS_LEFT: &str = "x-api-credits-remaining";
/// Longest answer that is read.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// One call to the API.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The method.
    pub(crate) method: Method,
    /// Path and query after the API's host.
    pub(crate) path: String,
    /// The body.
    pub(crate) body: Option<Bytes>,
    /// Whether it may be repeated.
    pub(crate) safety: Safety,
    /// Whether its bodies are kept.
    pub(crate) bodies: Bodies,
    /// What one attempt costs by the published price list. Whether failed calls cost is not published; they are counted.
    pub(crate) credits: u64,
    /// The scope that it needs, for sentences.
    pub(crate) scope: &'static str,
    /// What it does, for sentences: "Reading the organisation".
    pub(crate) doing: String,
    /// Only what changed since: the value of `If-Modified-Since`.
    pub(crate) since: Option<String>,
}

impl Question {
    /// A read of one credit whose bodies are not kept.
    pub(crate) fn get(path: impl Into<String>, scope: &'static str, doing: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: None,
            safety: Safety::Read,
            bodies: Bodies::Drop,
            credits: 1,
            scope,
            doing: doing.into(),
            since: None,
        }
    }

    /// A call with a body of one credit, kept for the trail.
    pub(crate) fn send(
        method: Method,
        path: impl Into<String>,
        body: Bytes,
        scope: &'static str,
        doing: impl Into<String>,
    ) -> Self {
        let get = Self::get(path, scope, doing);
        Self { method, body: Some(body), safety: Safety::Write, bodies: Bodies::Keep, ..get }
    }
}

/// The client of one connection.
pub(crate) struct Client {
    pub(crate) oauth: OAuth,
    door: Arc<Door>,
    credits: AtomicU64,
    /// As last told; `u64::MAX` before it was ever told.
    credits_left: AtomicU64,
}

impl Client {
    pub(crate) fn new(settings: Settings, door: Arc<Door>, tokens: Arc<dyn Tokens>, clock: Arc<dyn Clock>) -> Self {
        Self {
            oauth: OAuth::new(settings, Arc::clone(&door), tokens, clock),
            door,
            credits: AtomicU64::new(0),
            credits_left: AtomicU64::new(u64::MAX),
        }
    }

    /// Calls so far, with the credits that they cost.
    pub(crate) fn tally(&self) -> Tally {
        Tally { credits: self.credits.load(Ordering::Relaxed), ..self.door.tally() }
    }

    /// Makes a call. `Ok` is every final answer but a refused token or scope, which no caller could make anything of.
    pub(crate) async fn ask(&self, question: Question) -> Call<Response> {
        let mut exchanges = Vec::new();
        let result = self.answer(&question, &mut exchanges).await;
        Call { result, exchanges }
    }

    async fn answer(&self, question: &Question, tape: &mut Vec<Exchange>) -> Result<Response, Fault> {
        let mut session = self.oauth.session(tape).await?;
        let mut renewals = 0;
        loop {
            let response = self.send(question, &session, tape).await?;
            if !refused_token(&response) || renewals == RENEWALS {
                return self.authorised(question, response);
            }
            // Nothing was done: a write can go again.
            session = self.oauth.renew(&session, tape).await?;
            renewals += 1;
        }
    }

    async fn send(&self, question: &Question, session: &Session, tape: &mut Vec<Exchange>) -> Result<Response, Fault> {
        let url = format!("{}{}", session.api, question.path);
        let mut ask = Ask {
            method: question.method.clone(),
            body: question.body.clone(),
            safety: question.safety,
            ..Ask::get(url)
        }
        .header(header::AUTHORIZATION, session.authorization.clone());
        if let Some(since) = question.since.as_deref().and_then(|since| HeaderValue::from_str(since).ok()) {
            ask = ask.header(header::IF_MODIFIED_SINCE, since);
        }
        if ask.body.is_some() {
            ask = ask.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        ask.bodies = question.bodies;
        ask.timeout = Duration::from_mins(2);
        ask.body_limit = LONGEST_ANSWER;
        let call = self.door.call(ask).await;
        self.credits.fetch_add(question.credits * call.exchanges.len() as u64, Ordering::Relaxed);
        let response = call.unpack(tape).map_err(|fault| self.out_of_credits(fault))?;
        let left = response
            .headers
            .get(CREDITS_LEFT)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().parse().ok());
        if let Some(left) = left {
            self.credits_left.store(left, Ordering::Relaxed);
        }
        Ok(response)
    }

    /// A 429 means too many calls at once, or that the day's credits are gone; what was last told of them tells which.
    fn out_of_credits(&self, fault: Fault) -> Fault {
        let left = self.credits_left.load(Ordering::Relaxed);
        if fault.kind != Kind::Throttled || left > 100 {
            return fault;
        }
        errors::zoho(
            Kind::Throttled,
            format!("The organisation's API credits of the last 24 hours are used up ({left} left when last told)."),
            "The next run goes on as credits come back. Give ml-connector a smaller share, or buy more credits.",
        )
    }

    fn authorised(&self, question: &Question, response: Response) -> Result<Response, Fault> {
        if response.status == 401 {
            return Err(errors::fault(response.status, &response.body, &question.doing, question.scope));
        }
        Ok(response)
    }
}

/// True for the one 401 that another token cures.
fn refused_token(response: &Response) -> bool {
    response.status == 401
        && matches!(errors::envelope(&response.body), Some(Envelope::Request(item)) if item.is("INVALID_TOKEN"))
}

/// Reads an answer with `read`, or says what is wrong with it.
pub(crate) fn understood<T>(
    response: &Response,
    question: (&str, &str),
    read: impl FnOnce(u16, &[u8]) -> Option<T>,
) -> Result<T, Fault> {
    let (doing, scope) = question;
    if matches!(response.status, 200 | 204) {
        return read(response.status, &response.body)
            .ok_or_else(|| errors::zoho(Kind::Protocol, format!("{doing}: Zoho's answer could not be read."), ""));
    }
    Err(errors::fault(response.status, &response.body, doing, scope))
}
