//! What an answer of the contract API means.
//!
//! Owns the sentences for refusals. Must not print a body: of an error only its own message is shown, cut and in one line.
//! Statuses and texts: error table and failure modes of the vendor's guide and of recorded answers.

use std::borrow::Cow;

use bytes::Bytes;
use port::{Fault, Kind, Response, System};
use serde::Deserialize;
use wire::plain;

/// What was asked, for sentences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// "Customer", "the list of endpoints".
    pub what: &'a str,
    /// `Name/Version`.
    pub endpoint: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The body of a good answer.
    Body(Bytes),
    /// The server cannot make a list with these fields: its sentence about them.
    CannotOptimize(String),
    /// No such endpoint, entity or record.
    Missing,
    /// 401, or a redirect to a sign-in page: the token is not taken.
    TokenRefused,
    /// A 500 that may pass by itself, with the fault if it does not.
    Passing(Fault),
    /// Everything else.
    Fault(Fault),
}

/// An error body.
#[derive(Default, Deserialize)]
#[serde(default)]
struct HttpError<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(borrow, rename = "exceptionMessage")]
    exception_message: Cow<'a, str>,
    #[serde(borrow, rename = "exceptionType")]
    exception_type: Cow<'a, str>,
    #[serde(borrow, rename = "innerException")]
    inner: Option<Box<HttpError<'a>>>,
}

impl HttpError<'_> {
    fn any(&self, has: &dyn Fn(&str, &str) -> bool) -> bool {
        has(&self.exception_type, &self.exception_message)
            || has("", &self.message)
            || self.inner.as_ref().is_some_and(|inner| inner.any(has))
    }

    /// The most telling message.
    fn words(&self) -> String {
        let text = if self.exception_message.is_empty() { &self.message } else { &self.exception_message };
        plain(text, 300)
    }
}

/// Texts by which an exhausted licence shows, wherever it comes up.
const SEATS: [&str; 5] =
    ["API Login Limit", "ApiLoginLimitReached", "CheckApiUsersLimits", "concurrent API logins", "Users (SM201010)"];

/// Whether a text speaks of API users that are all in use.
pub(crate) fn speaks_of_seats(text: &str) -> bool {
    SEATS.iter().any(|seat| text.contains(seat))
}

/// The fault of an exhausted licence.
pub(crate) fn seats() -> Fault {
    fault(
        Kind::Throttled,
        "All API users of the licence are in use.",
        "Wait until other integrations have signed out, or close their sessions on Active Users (SM201010); the next run tries again.",
    )
}

pub(crate) fn fault(kind: Kind, message: impl Into<String>, remedy: impl Into<String>) -> Fault {
    Fault::new(System::Acumatica, kind, message, remedy)
}

/// Judges an answer.
pub(crate) fn judge(response: &Response, asked: Asked<'_>) -> Verdict {
    let Asked { what, endpoint } = asked;
    let error: HttpError<'_> = match response.status {
        200..=299 => return Verdict::Body(response.body.clone()),
        300..=399 => return redirect(response),
        _ => serde_json::from_slice(&response.body).unwrap_or_default(),
    };
    if error.any(&|kind, message| speaks_of_seats(kind) || speaks_of_seats(message)) {
        return Verdict::Fault(seats());
    }
    let words = error.words();
    let quoted = if words.is_empty() { String::new() } else { format!(" It says: \"{words}\"") };
    match response.status {
        401 => Verdict::TokenRefused,
        403 => Verdict::Fault(fault(
            Kind::Forbidden,
            format!("The user may not read {what} (403).{quoted}"),
            "Give the user's role access to that form, and check that the feature and the licence cover it.",
        )),
        404 => Verdict::Missing,
        400 => Verdict::Fault(fault(
            Kind::Rejected,
            format!("The request for {what} was refused as malformed (400).{quoted}"),
            "Report this: it is a defect of this program, or of a customised endpoint.",
        )),
        500 => internal(&error, asked, &quoted),
        status => Verdict::Fault(fault(
            Kind::Protocol,
            format!("{what} through {endpoint} was answered with the unexpected status {status}.{quoted}"),
            "Check that the address is that of an Acumatica instance, with its virtual folder.",
        )),
    }
}

fn internal(error: &HttpError<'_>, asked: Asked<'_>, quoted: &str) -> Verdict {
    let Asked { what, .. } = asked;
    let of_type = |name: &str| error.any(&|kind, _| kind.contains(name));
    let saying = |text: &str| error.any(&|_, message| message.contains(text));
    if of_type("CannotOptimizeException") || saying("Optimization cannot be performed") {
        return Verdict::CannotOptimize(error.words());
    }
    if of_type("NoEntitySatisfiesTheConditionException") {
        return Verdict::Missing;
    }
    if of_type("PXSetupNotEnteredException") {
        return Verdict::Fault(fault(
            Kind::Unsupported,
            format!("{what} cannot be read before its module is set up.{quoted}"),
            "Complete the preferences of that module in Acumatica.",
        ));
    }
    if ["Type conversions not supported", "is not a single value", "given key was not present"]
        .iter()
        .any(|text| saying(text))
    {
        return Verdict::Fault(fault(
            Kind::Rejected,
            format!("The condition on {what} was refused.{quoted}"),
            "Report this: it is a defect of this program, or of a customised endpoint.",
        ));
    }
    Verdict::Passing(fault(
        Kind::Unavailable,
        format!("Acumatica failed while it read {what} (500).{quoted}"),
        "The next run tries again. If it stays, look into the instance's own trace; a broken custom endpoint of the tenant fails so for every call.",
    ))
}

fn redirect(response: &Response) -> Verdict {
    let target = response.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = target.to_ascii_lowercase();
    if target.contains("login") || target.contains("/identity/") {
        return Verdict::TokenRefused;
    }
    Verdict::Passing(fault(
        Kind::Unavailable,
        "Acumatica redirected to another page instead of answering.",
        "The next run tries again. If it stays: check the address and its virtual folder; a broken custom endpoint of the tenant redirects every call to the error page.",
    ))
}

/// The fault of a token that was just issued and is refused all the same.
pub(crate) fn fresh_token_refused(endpoint: &str) -> Fault {
    fault(
        Kind::Credentials,
        format!("A new token was issued, and the call through {endpoint} was refused all the same (401)."),
        "Either the user may not use web services, or the tenant after the @ of client_id is not the one meant, or this instance does \
         not know the endpoint version: some answer 401 for every address they do not know. `ping` tells which.",
    )
}

/// The fault of an endpoint or entity that is not there, with what is offered instead.
pub(crate) fn not_offered(asked: Asked<'_>, offered: &[String]) -> Fault {
    let Asked { what, endpoint } = asked;
    if offered.iter().any(|offer| offer.eq_ignore_ascii_case(endpoint)) {
        return fault(
            Kind::Unsupported,
            format!("The endpoint {endpoint} has no {what} (404)."),
            "Use a Default endpoint, or extend the custom one by that entity on Web Service Endpoints (SM207060).",
        );
    }
    let list = if offered.is_empty() {
        "The instance lists none.".to_owned()
    } else {
        format!("It offers {}.", offered.join(", "))
    };
    fault(
        Kind::Unsupported,
        format!("This instance has no endpoint {endpoint}. {list}"),
        "Set endpoint in the connection file to one that it offers, and check that url ends with the virtual folder.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use http::{HeaderMap, HeaderValue};

    use super::*;

    const ASKED: Asked<'static> = Asked { what: "Customer", endpoint: "Default/24.200.001" };

    fn verdict(status: u16, body: &str) -> Verdict {
        judge(&Response { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }, ASKED)
    }

    fn refused(status: u16, body: &str) -> Fault {
        match verdict(status, body) {
            Verdict::Fault(fault) | Verdict::Passing(fault) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn statuses_become_kinds() {
        assert_eq!(refused(403, "").kind, Kind::Forbidden);
        assert_eq!(refused(400, r#"{"message":"The request is invalid."}"#).kind, Kind::Rejected);
        assert_eq!(refused(418, "<html>").kind, Kind::Protocol);
        assert!(matches!(verdict(401, ""), Verdict::TokenRefused));
        assert!(matches!(verdict(404, "<html>"), Verdict::Missing));
    }

    #[test]
    fn exceptions_are_told_apart() {
        let body = |kind: &str, message: &str| {
            format!(
                r#"{{"message":"An error has occurred.","exceptionMessage":"{message}","exceptionType":"{kind}","stackTrace":"   at X"}}"#
            )
        };
        let optimise = body(
            "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException",
            "Optimization cannot be performed.The following fields cause the error:\\r\\nX: View V",
        );
        assert!(matches!(verdict(500, &optimise), Verdict::CannotOptimize(text) if text.ends_with("X: View V")));
        let none =
            body("PX.Api.ContractBased.NoEntitySatisfiesTheConditionException", "No entity satisfies the condition.");
        assert!(matches!(verdict(500, &none), Verdict::Missing));
        assert_eq!(refused(500, &body("PX.Data.PXSetupNotEnteredException", "x")).kind, Kind::Unsupported);
        assert_eq!(refused(500, &body("System.X", "Type conversions not supported")).kind, Kind::Rejected);
        let other = refused(500, &body("PX.Data.PXException", "Deadlock"));
        assert_eq!(other.kind, Kind::Unavailable);
        assert!(other.message.contains("Deadlock") && !other.message.contains("at X"));
    }

    #[test]
    fn an_exhausted_licence_is_seen_at_any_depth_and_status() {
        let body = r#"{"message":"x","innerException":{"message":"y","innerException":{"exceptionMessage":"API Login Limit reached"}}}"#;
        for status in [400, 403, 500] {
            assert_eq!(refused(status, body).kind, Kind::Throttled);
        }
    }

    #[test]
    fn redirects_to_a_sign_in_page_mean_the_token() {
        let to = |place: &'static str| {
            let headers = HeaderMap::from_iter([(http::header::LOCATION, HeaderValue::from_static(place))]);
            judge(&Response { status: 302, headers, body: Bytes::new() }, ASKED)
        };
        assert!(matches!(to("/A/Frames/Login.aspx?x"), Verdict::TokenRefused));
        assert!(matches!(to("/ui/error"), Verdict::Passing(_)));
    }

    #[test]
    fn a_missing_version_names_what_is_offered() {
        let offered = ["Default/20.200.001".to_owned(), "Default/23.200.001".to_owned()];
        let fault = not_offered(ASKED, &offered);
        assert!(fault.message.contains("Default/20.200.001, Default/23.200.001"));
        let entity = not_offered(ASKED, &["default/24.200.001".to_owned()]);
        assert!(entity.message.contains("has no Customer"));
    }
}
