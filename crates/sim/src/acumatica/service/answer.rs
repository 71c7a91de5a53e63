//! Makes the responses of the instance: statuses, content types, cookies, the web server's own words.
//!
//! Owns headers and the bodies that no other module words. Must not decide what is answered; `entry`, `contract` and
//! `cookie` do.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::acumatica::failure::{Failure, HTML, JSON};
use crate::acumatica::identity::{Answer, Refused, Tokens};

/// A response with a body.
pub(super) fn body(status: StatusCode, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// 200 with JSON.
pub(super) fn json(bytes: Vec<u8>) -> Response {
    let mut response = body(StatusCode::OK, JSON, bytes);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// A status without body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A page.
pub(super) fn page(status: StatusCode, text: &str) -> Response {
    body(status, HTML, text.as_bytes().to_vec())
}

/// A refusal.
pub(super) fn failure(failure: &Failure) -> Response {
    let (status, kind, bytes) = failure.render();
    body(status, kind, bytes)
}

/// 401: no token, or one that is dead.
pub(super) fn unauthorised() -> Response {
    let mut response = failure(&Failure::Status(
        StatusCode::UNAUTHORIZED,
        "Authorization has been denied for this request.".to_owned(),
    ));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// 429 as the web server's error module words it.
pub(super) fn declined(retry_after: Option<u32>) -> Response {
    let mut response = body(
        StatusCode::TOO_MANY_REQUESTS,
        "text/plain",
        b"The custom error module does not recognize this error.".to_vec(),
    );
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// 411 as the kernel driver of the web server words it.
pub(super) fn length_required() -> Response {
    page(
        StatusCode::LENGTH_REQUIRED,
        "<!DOCTYPE HTML><HTML><HEAD><TITLE>Length Required</TITLE></HEAD><BODY><h2>Length Required</h2><hr><p>HTTP Error 411. The request must be chunked or have a content length.</p></BODY></HTML>",
    )
}

/// An answer of the authorize address.
pub(super) fn consent(answer: Answer) -> Response {
    match answer {
        Answer::Page(text) => page(StatusCode::OK, &text),
        Answer::Wrong(text) => page(StatusCode::BAD_REQUEST, &text),
        Answer::Redirect(to) => {
            let mut response = empty(StatusCode::FOUND);
            set(&mut response, header::LOCATION, &to);
            response
        }
    }
}

/// Tokens, or why there are none.
pub(super) fn tokens(result: Result<Tokens, Refused>, life: u64) -> Response {
    let mut response = match result {
        Ok(tokens) => {
            let mut answer = serde_json::json!({
                "access_token": tokens.access,
                "expires_in": life,
                "token_type": "Bearer",
                "scope": tokens.scopes.join(" "),
            });
            if let Some(refresh) = tokens.refresh {
                answer["refresh_token"] = refresh.into();
            }
            body(StatusCode::OK, JSON, answer.to_string().into_bytes())
        }
        Err(Refused(code)) => {
            let answer = serde_json::json!({ "error": code });
            body(StatusCode::BAD_REQUEST, JSON, answer.to_string().into_bytes())
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sets a header whose text may come from outside; text that no header can hold is left out.
pub(super) fn set(response: &mut Response, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(name, value);
    }
}

/// Adds a cookie. The server sends each one twice.
pub(super) fn cookie(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(header::SET_COOKIE, value.clone());
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
