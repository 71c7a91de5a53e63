//! What can go wrong on the way, and the sentences for it.
//!
//! Owns the closed list of failures of the way and their faults. Must not put a query, body or page into a sentence.
//! Made from answers and transport faults by the door.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use port::{Fault, Kind, Response, System, TransportFault};

use crate::ask::Ask;
use crate::redact::plain;

/// `Exchange::failure` of an answer beyond the limit: a client may ask for a smaller page.
pub const TOO_LARGE: &str = "answer too large";
/// `Exchange::failure` of an answer that did not come in time: a client may ask for a smaller page.
pub const TIMED_OUT: &str = "timed out";

/// A failure of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Throttled,
    Status(u16),
    Html { title: String },
    Empty,
    NotSent(String),
    Tls(String),
    Lost(String),
    TimedOut(Duration),
    TooLarge(usize),
}

/// The failure that an answer stands for; `None` when it is an answer.
pub(crate) fn of_answer(ask: &Ask, response: &Response) -> Option<Failure> {
    match response.status {
        429 => Some(Failure::Throttled),
        500 if ask.answer_500.is_some_and(|is_answer| is_answer(&response.body)) => None,
        500..=599 => {
            Some(if looks_like_html(response) { html(&response.body) } else { Failure::Status(response.status) })
        }
        200..=203 if ask.json => {
            if first_byte(&response.body).is_none() {
                Some(Failure::Empty)
            } else {
                looks_like_html(response).then(|| html(&response.body))
            }
        }
        _ => None,
    }
}

/// Whether an answer is an HTML page, by its type or its first character.
pub(crate) fn looks_like_html(response: &Response) -> bool {
    let typed = response
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("text/html"));
    typed || first_byte(&response.body) == Some(b'<')
}

fn first_byte(body: &Bytes) -> Option<u8> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// An HTML failure with the page's title, if one stands in its first part.
fn html(body: &Bytes) -> Failure {
    let head = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]);
    let lower = head.to_ascii_lowercase();
    let title = lower
        .find("<title")
        .and_then(|at| Some(at + lower[at..].find('>')? + 1))
        .and_then(|from| Some(&head[from..from + lower[from..].find("</title")?]))
        .map(|title| plain(title, 80))
        .unwrap_or_default();
    Failure::Html { title }
}

impl Failure {
    pub(crate) fn of_transport(fault: TransportFault) -> Self {
        match fault {
            TransportFault::NotSent(why) => Self::NotSent(why),
            TransportFault::Tls(why) => Self::Tls(why),
            TransportFault::Lost(why) => Self::Lost(why),
            TransportFault::TimedOut(after) => Self::TimedOut(after),
            TransportFault::TooLarge(limit) => Self::TooLarge(limit),
        }
    }

    /// A few words for the exchange.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Throttled => "throttled".to_owned(),
            Self::Status(_) => "server error".to_owned(),
            Self::Html { .. } => "HTML page".to_owned(),
            Self::Empty => "empty answer".to_owned(),
            Self::NotSent(_) => "no connection".to_owned(),
            Self::Tls(_) => "TLS".to_owned(),
            Self::Lost(_) => "connection lost".to_owned(),
            Self::TimedOut(_) => TIMED_OUT.to_owned(),
            Self::TooLarge(_) => TOO_LARGE.to_owned(),
        }
    }

    /// Whether a repeat cannot help.
    pub(crate) const fn is_final(&self) -> bool {
        match self {
            Self::Tls(_) | Self::TooLarge(_) => true,
            Self::Throttled
            | Self::Status(_)
            | Self::Html { .. }
            | Self::Empty
            | Self::NotSent(_)
            | Self::Lost(_)
            | Self::TimedOut(_) => false,
        }
    }

    /// Whether the other side may have done what was asked.
    pub(crate) const fn may_have_been_done(&self) -> bool {
        match self {
            Self::Throttled | Self::NotSent(_) | Self::Tls(_) => false,
            Self::Status(_)
            | Self::Html { .. }
            | Self::Empty
            | Self::Lost(_)
            | Self::TimedOut(_)
            | Self::TooLarge(_) => true,
        }
    }

    /// What happened, without the subject.
    fn happened(&self) -> String {
        match self {
            Self::Throttled => "it asked for fewer calls (429)".to_owned(),
            Self::Status(status) => format!("it answered with status {status}"),
            Self::Html { title } if title.is_empty() => "it answered with an HTML page instead of JSON".to_owned(),
            Self::Html { title } => {
                format!("it answered with an HTML page instead of JSON, titled \"{title}\"")
            }
            Self::Empty => "it answered with nothing".to_owned(),
            Self::NotSent(why) => format!("no connection could be made ({})", plain(why, 200)),
            Self::Tls(why) => format!("no trusted connection could be made ({})", plain(why, 200)),
            Self::Lost(why) => format!("the connection broke before the answer was whole ({})", plain(why, 200)),
            Self::TimedOut(after) => format!("no answer came within {} s", after.as_secs_f32()),
            Self::TooLarge(limit) => format!("the answer was longer than {limit} bytes"),
        }
    }

    /// The fault after the last attempt.
    pub(crate) fn fault(&self, system: System, url: &str, attempts: u32) -> Fault {
        let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
        let host = host.unwrap_or_else(|| "the host".to_owned());
        let tries = if attempts == 1 { String::new() } else { format!(", {attempts} times in a row") };
        let message = format!("{host}: {}{tries}.", self.happened());
        match self {
            Self::Throttled => Fault::new(
                system,
                Kind::Throttled,
                message,
                "The next run goes on. Lower parallel_calls or calls_per_minute if this returns.",
            ),
            Self::NotSent(_) => Fault::new(
                system,
                Kind::Unreachable,
                message,
                "Check the address, name resolution, firewall and proxy from this machine.",
            ),
            Self::Tls(_) => Fault::new(
                system,
                Kind::Tls,
                message,
                "Check the certificate of that host; name its authority in ca_file when it is a private one.",
            ),
            Self::TooLarge(_) => {
                Fault::new(system, Kind::Protocol, message, "Report this: a page should never be that large.")
            }
            Self::Status(_) | Self::Html { .. } | Self::Empty | Self::Lost(_) | Self::TimedOut(_) => {
                Fault::new(system, Kind::Unavailable, message, "Nothing is lost; the next run goes on from here.")
            }
        }
    }

    /// The fault of a write that may have been done.
    pub(crate) fn outcome_unknown(&self, system: System) -> Fault {
        Fault::new(
            system,
            Kind::OutcomeUnknown,
            format!("A write was sent, but {}: whether it was done is not known.", self.happened()),
            "It is looked up before it is sent again.",
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, kind: &str, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        Response { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn final_answers_are_answers() {
        let ask = Ask::get("https://h/");
        for status in [204, 302, 400, 401, 403, 404, 412, 422] {
            assert_eq!(of_answer(&ask, &answer(status, "text/html", "<html>")), None, "{status}");
        }
        assert_eq!(of_answer(&ask, &answer(200, "application/json", "\u{feff} []")), None);
    }

    #[test]
    fn pages_and_silence_are_failures_where_json_is_expected() {
        let mut ask = Ask::get("https://h/");
        let page = answer(200, "text/html; charset=utf-8", "<html><head><TITLE lang='x'>Sign\n In</TITLE>");
        assert_eq!(of_answer(&ask, &page), Some(Failure::Html { title: "Sign In".to_owned() }));
        assert_eq!(
            of_answer(&ask, &answer(200, "application/json", " \n<p>")),
            Some(Failure::Html { title: String::new() })
        );
        assert_eq!(of_answer(&ask, &answer(200, "application/json", " ")), Some(Failure::Empty));
        ask.json = false;
        assert_eq!(of_answer(&ask, &page), None);
        assert_eq!(of_answer(&ask, &answer(200, "application/json", "")), None);
    }

    #[test]
    fn a_500_is_an_answer_only_where_the_client_says_so() {
        let mut ask = Ask::get("https://h/");
        let error = answer(500, "application/json", r#"{"exceptionType":"X"}"#);
        assert_eq!(of_answer(&ask, &error), Some(Failure::Status(500)));
        ask.answer_500 = Some(|body| body.starts_with(b"{"));
        assert_eq!(of_answer(&ask, &error), None);
        assert_eq!(of_answer(&ask, &answer(500, "text/plain", "oops")), Some(Failure::Status(500)));
        assert_eq!(of_answer(&ask, &answer(503, "application/json", "{}")), Some(Failure::Status(503)));
    }

    #[test]
    fn sentences_hold_no_query_and_no_page() {
        let page = answer(503, "text/html", &format!("<title>{}</title><body>secret</body>", "long ".repeat(100)));
        let failure = of_answer(&Ask::get("https://h/"), &page).unwrap();
        let fault = failure.fault(System::Acumatica, "https://erp.example/x?code=hidden", 3);
        assert_eq!(fault.kind, Kind::Unavailable);
        assert!(
            fault.message.starts_with("erp.example: it answered with an HTML page instead of JSON, titled \"long long")
        );
        assert!(fault.message.chars().count() < 200);
        assert!(!fault.message.contains("hidden") && !fault.message.contains("secret"));
        assert!(fault.message.ends_with(", 3 times in a row."));
    }

    #[test]
    fn titles_with_odd_characters_do_not_break_the_cut() {
        let page = answer(200, "text/html", "\u{130}\u{130}<title>\u{130}x</title>");
        assert_eq!(of_answer(&Ask::get("https://h/"), &page), Some(Failure::Html { title: "\u{130}x".to_owned() }));
    }
}
