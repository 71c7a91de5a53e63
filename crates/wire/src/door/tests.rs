//! Tests of the door with a scripted transport and a clock that jumps.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method};
use port::{Bodies, Kind, System, TransportFault};
use sync::Instant;

use super::*;

type Answer = Result<Response, TransportFault>;

#[derive(Default)]
struct World {
    answers: Mutex<VecDeque<Answer>>,
    sent: Mutex<Vec<Request>>,
    now: Mutex<Instant>,
    slept: Mutex<Vec<Duration>>,
    slowed: Mutex<Vec<Duration>>,
    permits: Mutex<u32>,
    slow: Mutex<Duration>,
}

#[async_trait]
impl Transport for World {
    async fn send(&self, request: Request) -> Answer {
        self.sent.lock().unwrap().push(request);
        let mut now = self.now.lock().unwrap();
        *now = now.plus(Duration::from_millis(20)).plus(*self.slow.lock().unwrap());
        self.answers.lock().unwrap().pop_front().unwrap()
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }
    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
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
    async fn permit(&self, system: System) {
        assert_eq!(system, System::Acumatica);
        *self.permits.lock().unwrap() += 1;
    }
    fn throttled(&self, _: System, pause: Duration) {
        self.slowed.lock().unwrap().push(pause);
    }
}

fn door(answers: Vec<Answer>) -> (Arc<World>, Door) {
    let world = Arc::new(World { answers: Mutex::new(answers.into()), ..World::default() });
    let manners = Manners { attempts: 3, ..Manners::new(System::Acumatica, 2, true) };
    let door = Door::new(world.clone(), world.clone(), world.clone(), world.clone(), manners);
    (world, door)
}

fn answer(status: u16, body: &'static str) -> Answer {
    let mut headers = HeaderMap::new();
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(Response { status, headers, body: Bytes::from_static(body.as_bytes()) })
}

fn wait(status: u16, seconds: &'static str) -> Answer {
    answer(status, "").map(|mut response| {
        response.headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        response
    })
}

fn read() -> Ask {
    Ask::get("https://h.example/a?$top=1&code=hidden")
}

fn write(safety: Safety) -> Ask {
    Ask::with_body(Method::PUT, "https://h.example/a", Bytes::from_static(b"{}"), safety)
}

#[tokio::test]
async fn an_answer_comes_back_with_its_exchange() {
    let (world, door) = door(vec![answer(404, "{}")]);
    let call = door.call(read().header(AUTHORIZATION, HeaderValue::from_static("Bearer hidden"))).await;
    assert_eq!(call.result.unwrap().status, 404);
    let exchange = &call.exchanges[0];
    assert_eq!((exchange.status, exchange.attempt, exchange.response_bytes), (Some(404), 1, 2));
    assert_eq!(exchange.target, "/a?$top=1&code=…");
    assert_eq!(exchange.took, Duration::from_millis(20));
    assert_eq!((exchange.request_body.as_ref(), exchange.response_body.as_ref()), (None, None));
    assert!(!format!("{exchange:?}").contains("hidden"));
    assert_eq!(*world.permits.lock().unwrap(), 1);
}

#[tokio::test]
async fn reads_and_repeatable_writes_are_repeated_over_every_failure_of_the_way() {
    for ask in [read(), write(Safety::Repeatable)] {
        for failure in [
            answer(503, ""),
            answer(500, "{}"),
            answer(200, "<html>"),
            answer(200, ""),
            Err(TransportFault::Lost("x".to_owned())),
            Err(TransportFault::TimedOut(Duration::from_secs(1))),
            Err(TransportFault::NotSent("x".to_owned())),
        ] {
            let (world, door) = door(vec![failure, answer(200, "[]")]);
            let call = door.call(ask.clone()).await;
            assert_eq!(call.result.unwrap().status, 200);
            assert_eq!(call.exchanges.len(), 2);
            assert_ne!(call.exchanges[0].failure, "");
            assert_eq!(call.exchanges[1].attempt, 2);
            assert_eq!(*world.slept.lock().unwrap(), [Duration::from_millis(250)]);
            assert_eq!(door.tally(), Tally { made: 2, retried: 1, ..Tally::default() });
        }
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_done_is_never_sent_again() {
    for failure in [
        answer(502, ""),
        answer(200, "<html>"),
        answer(200, ""),
        Err(TransportFault::Lost("x".to_owned())),
        Err(TransportFault::TimedOut(Duration::from_secs(1))),
        Err(TransportFault::TooLarge(1)),
    ] {
        let (world, door) = door(vec![failure, answer(200, "[]")]);
        let call = door.call(write(Safety::Write)).await;
        assert_eq!(call.result.unwrap_err().kind, Kind::OutcomeUnknown);
        assert_eq!(world.sent.lock().unwrap().len(), 1);
        assert_eq!(call.exchanges.len(), 1);
    }
}

#[tokio::test]
async fn a_write_that_was_not_taken_is_sent_again() {
    for failure in [answer(429, ""), Err(TransportFault::NotSent("refused".to_owned()))] {
        let (_, door) = door(vec![failure, answer(200, "[]")]);
        assert!(door.call(write(Safety::Write)).await.result.is_ok());
    }
}

#[tokio::test]
async fn a_429_slows_everybody_for_as_long_as_the_server_says() {
    let (world, door) = door(vec![wait(429, "7"), answer(200, "[]")]);
    let call = door.call(read()).await;
    assert!(call.result.is_ok());
    assert_eq!(call.exchanges[0].failure, "throttled");
    assert_eq!(*world.slept.lock().unwrap(), [Duration::from_secs(7)]);
    assert_eq!(*world.slowed.lock().unwrap(), [Duration::from_secs(7)]);
    assert_eq!(door.tally().throttled, 1);
}

#[tokio::test]
async fn a_pause_beyond_patience_ends_the_call() {
    let (world, door) = door(vec![wait(429, "1800")]);
    assert_eq!(door.call(read()).await.result.unwrap_err().kind, Kind::Throttled);
    assert!(world.slept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn attempts_end_and_the_kind_follows_the_last_failure() {
    let lost = || Err(TransportFault::Lost("x".to_owned()));
    let refused = || Err(TransportFault::NotSent("refused".to_owned()));
    for (answers, kind) in [
        (vec![lost(), lost(), lost()], Kind::Unavailable),
        (vec![refused(), refused(), refused()], Kind::Unreachable),
        (vec![wait(429, "1"), wait(429, "1"), wait(429, "1")], Kind::Throttled),
    ] {
        let (_, door) = door(answers);
        let call = door.call(read()).await;
        let fault = call.result.unwrap_err();
        assert_eq!(fault.kind, kind);
        assert!(!fault.remedy.is_empty());
        assert!(fault.message.contains("3 times"), "{}", fault.message);
        assert_eq!(call.exchanges.len(), 3);
    }
}

#[tokio::test]
async fn a_host_that_takes_no_connection_is_tried_three_times_within_seconds() {
    let patient = |answers: Vec<Answer>| {
        let (world, mut door) = door(answers);
        door.manners = Manners::new(System::Acumatica, 2, true);
        (world, door)
    };
    let refused = || Err(TransportFault::NotSent("refused".to_owned()));
    let (world, door) = patient((0..9).map(|_| refused()).collect());
    assert_eq!(door.call(read()).await.result.unwrap_err().kind, Kind::Unreachable);
    assert_eq!(world.sent.lock().unwrap().len(), 3);
    let slept: Duration = world.slept.lock().unwrap().iter().sum();
    assert!(slept <= NO_CONNECTION_PATIENCE, "{slept:?}");

    // One that was slow to say so is not asked a second time.
    let (world, door) = patient((0..9).map(|_| refused()).collect());
    *world.slow.lock().unwrap() = Duration::from_secs(10);
    assert_eq!(door.call(read()).await.result.unwrap_err().kind, Kind::Unreachable);
    assert_eq!(world.sent.lock().unwrap().len(), 1);

    // What went before counts neither as a repeat nor as time.
    let (_, door) = patient(vec![answer(503, ""), answer(503, ""), answer(503, ""), refused(), answer(200, "[]")]);
    assert_eq!(door.call(read()).await.result.unwrap().status, 200);
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_asked_for_again() {
    let (_, door) = door(vec![Err(TransportFault::TooLarge(9))]);
    let call = door.call(read()).await;
    assert_eq!(call.result.unwrap_err().kind, Kind::Protocol);
    assert_eq!(call.exchanges[0].failure, failure::TOO_LARGE);
}

#[tokio::test]
async fn tls_trouble_is_told_at_once() {
    let (world, door) = door(vec![Err(TransportFault::Tls("invalid peer certificate: UnknownIssuer".to_owned()))]);
    let fault = door.call(read()).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Tls);
    assert!(fault.remedy.contains("ca_file"));
    assert_eq!(world.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn bodies_are_kept_on_demand_and_pages_never() {
    let (_, door) = door(vec![answer(503, "<p>token</p>"), answer(200, r#"{"a":1}"#)]);
    let ask = Ask { bodies: Bodies::Keep, ..write(Safety::Repeatable) };
    let call = door.call(ask).await;
    assert_eq!(call.exchanges[0].request_body.as_deref(), Some(&b"{}"[..]));
    assert_eq!(call.exchanges[0].response_body, None);
    assert_eq!(call.exchanges[1].response_body.as_deref(), Some(&br#"{"a":1}"#[..]));
}

#[tokio::test]
async fn the_other_clock_is_known_within_what_answers_can_tell() {
    let dated = |date: &'static str| {
        answer(200, "[]").map(|mut response| {
            response.headers.insert(DATE, HeaderValue::from_static(date));
            response
        })
    };
    let noon = Instant::parse("2026-11-24T12:00:00Z").unwrap();
    let (world, door) = door(vec![
        dated("Tue, 24 Nov 2026 12:05:00 GMT"),
        dated("Tue, 24 Nov 2026 12:05:01 GMT"),
        dated("Tue, 24 Nov 2026 11:00:00 GMT"),
    ]);
    *world.now.lock().unwrap() = noon;
    assert_eq!(door.tally().clock, None);
    assert!(door.call(read()).await.result.is_ok());
    // Sent at 12:00:00.000 and answered at .020: the header tells 12:05:00 to 12:05:01.
    assert_eq!(door.tally().clock, Some(Skew { least: 299_980_000, most: 301_000_000 }));
    *world.now.lock().unwrap() = noon.plus(Duration::from_millis(500));
    assert!(door.call(read()).await.result.is_ok());
    assert_eq!(door.tally().clock, Some(Skew { least: 300_480_000, most: 301_000_000 }));
    // Their clock was set back.
    assert!(door.call(read()).await.result.is_ok());
    assert!(door.tally().clock.unwrap().seconds() < -3_599.0);
}
