//! Tokens: renewal, consent, password, sign-out.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_committed_before_it_is_used() {
    let world = World::new(vec![
        on("/token", vec![reply(200, TOKENS)]),
        on("/Customer", vec![reply(401, ""), customers(0..1)]),
    ]);
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    assert_eq!(call.result.unwrap().records.len(), 1);
    assert_eq!(*world.commits.lock().unwrap(), [(3, true)]);
    assert_eq!(world.grant.lock().unwrap().refresh.as_ref().unwrap().expose_secret(), "refresh-1");
    let sent = world.sent.lock().unwrap();
    let headers: Vec<&str> = sent.iter().map(|(_, header)| header.as_str()).collect();
    assert_eq!(headers, ["Bearer token", "", "Bearer fresh"]);
    assert!(!format!("{:?}", call.exchanges).contains("hidden"));
    assert!(call.exchanges.iter().all(|exchange| exchange.request_body.is_none() && exchange.response_body.is_none()));
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_needs_a_person() {
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)]), on("/Customer", vec![reply(401, "")])]);
    let fault =
        world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await.result.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials);
    assert!(fault.remedy.contains("tenant") && fault.remedy.contains("version"));
}

#[tokio::test]
async fn callers_at_once_renew_once() {
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)]), on("/", vec![reply(200, "[]")])]);
    world.grant.lock().unwrap().access = None;
    let reader = world.reader(GrantKind::AuthorizationCode);
    let requests = Entity::ALL.map(|entity| asking(entity, None));
    let calls = futures_util::future::join_all(requests.iter().map(|request| reader.page(request))).await;
    assert!(calls.iter().all(|call| call.result.is_ok()));
    assert_eq!(world.urls().iter().filter(|url| url.contains("/token")).count(), 1);
}

#[tokio::test]
async fn a_lost_renewal_is_tried_once_with_the_old_token() {
    let lost = || Err(TransportFault::Lost("reset".to_owned()));
    let ask = async |answers: Vec<Answer>| {
        let world = World::new(vec![on("/token", answers), on("/Customer", vec![customers(0..1)])]);
        world.grant.lock().unwrap().access = None;
        let result = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await.result;
        let asked = world.urls().iter().filter(|url| url.contains("/token")).count();
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
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)]), on("/Customer", vec![customers(0..1)])]);
    world.grant.lock().unwrap().access = None;
    *world.stale_once.lock().unwrap() = true;
    let call = world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await;
    assert!(call.result.is_ok());
    assert_eq!(world.sent.lock().unwrap().last().unwrap().1, "Bearer theirs");
}

#[tokio::test]
async fn without_consent_nothing_is_sent() {
    let world = World::new(Vec::new());
    *world.grant.lock().unwrap() = Grant::default();
    let fault =
        world.reader(GrantKind::AuthorizationCode).page(&asking(Entity::Customer, None)).await.result.unwrap_err();
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
    assert!(reader.page(&asking(Entity::Customer, None)).await.result.is_ok());
    assert!(reader.page(&asking(Entity::Customer, None)).await.result.is_ok());
    assert_eq!(*world.commits.lock().unwrap(), [(0, false)]);
    assert_eq!(world.urls().len(), 3);
}

#[tokio::test]
async fn a_code_is_exchanged_and_committed_over_whatever_stood_there() {
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)]), on("/logout", vec![reply(204, "")])]);
    *world.stale_once.lock().unwrap() = true;
    let reader = world.reader(GrantKind::AuthorizationCode);
    reader.accept_code(&"code".into(), "http://127.0.0.1:8765/callback").await.result.unwrap();
    assert_eq!(*world.commits.lock().unwrap(), [(4, true)]);
    let world = World::new(vec![on("/token", vec![reply(200, r#"{"access_token":"fresh"}"#)])]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    assert_eq!(
        reader.accept_code(&"code".into(), "http://127.0.0.1:8765/callback").await.result.unwrap_err().kind,
        Kind::Credentials
    );
}

#[tokio::test]
async fn a_new_consent_signs_out_of_the_session_of_the_one_before_and_says_when_it_could_not() {
    for (answer, confirmed) in [(reply(204, ""), true), (reply(401, ""), false)] {
        let world = World::new(vec![on("/token", vec![reply(200, TOKENS)]), on("/logout", vec![answer])]);
        let reader = world.reader(GrantKind::AuthorizationCode);
        let left = reader.accept_code(&"code".into(), "http://127.0.0.1:8765/callback").await.result.unwrap();
        assert_eq!(left.is_none(), confirmed, "{left:?}");
        let (url, token) = world.sent.lock().unwrap().last().cloned().unwrap();
        assert!(url.ends_with("/logout") && token == "Bearer token", "with the token of the consent before: {url}");
        assert_eq!(world.grant.lock().unwrap().access.as_ref().unwrap().token.expose_secret(), "fresh");
    }
    // What has ended cannot sign out of anything.
    let world = World::new(vec![on("/token", vec![reply(200, TOKENS)])]);
    world.grant.lock().unwrap().access = None;
    let reader = world.reader(GrantKind::AuthorizationCode);
    assert!(reader.accept_code(&"code".into(), "http://127.0.0.1:8765/callback").await.result.unwrap().is_none());
}

#[tokio::test]
async fn sign_out_is_sent_only_when_there_is_something_to_sign_out_of() {
    let world = World::new(vec![on("/logout", vec![reply(204, "")]), on("/Customer", vec![customers(0..1)])]);
    let reader = world.reader(GrantKind::AuthorizationCode);
    assert!(reader.sign_out().await.exchanges.is_empty());
    reader.page(&asking(Entity::Customer, None)).await.result.unwrap();
    let call = reader.sign_out().await;
    assert!(call.result.is_ok());
    assert_eq!(call.exchanges[0].method, "POST");
    assert!(reader.sign_out().await.exchanges.is_empty(), "once is enough");
}

#[tokio::test]
async fn a_sign_out_that_fails_is_a_debt_and_is_not_repeated() {
    for answer in
        [reply(500, ""), reply(411, ""), reply(401, ""), Err(TransportFault::TimedOut(Duration::from_secs(1)))]
    {
        let world = World::new(vec![on("/logout", vec![answer]), on("/Customer", vec![customers(0..1)])]);
        let reader = world.reader(GrantKind::AuthorizationCode);
        reader.page(&asking(Entity::Customer, None)).await.result.unwrap();
        let fault = reader.sign_out().await.result.unwrap_err();
        assert_eq!(fault.kind, Kind::Unavailable);
        assert_eq!(world.urls().len(), 2);
    }
}
