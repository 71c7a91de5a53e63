//! Zoho's two error envelopes, and what they mean for a whole request.
//!
//! Owns reading `{"code",…}` (nothing was processed) and `{"data":[{"code",…}]}` (one item per record), and the sentences for people.
//! Classifies on code and status only: message texts vary in case and wording. Must not decide about single records:
//! [`super::refusals`] does.

use port::{Fault, Kind, System};
use serde::Deserialize;

use super::loose::Loose;

/// Longest text of an answer that goes into a sentence, in characters.
const LONGEST_QUOTE: usize = 160;

/// One answer item: a whole request's error, or one record's success or error.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Item<'a> {
    /// `SUCCESS` or an error's code.
    #[serde(borrow, default)]
    pub(crate) code: Loose<'a>,
    /// Text for people.
    #[serde(borrow, default)]
    pub(crate) message: Loose<'a>,
    /// `insert` or `update`, in answers of upsert.
    #[serde(borrow, default)]
    pub(crate) action: Loose<'a>,
    /// What the code is about.
    #[serde(borrow, default)]
    details: Option<Details<'a>>,
}

/// What an item is about. Every key is optional.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Details<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) api_name: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) param_name: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) expected_data_type: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) maximum_length: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) limit: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) resource_path_index: Loose<'a>,
    #[serde(borrow, default)]
    pub(crate) supported_values: Option<Vec<Loose<'a>>>,
    #[serde(borrow, default)]
    pub(crate) permissions: Option<Vec<Loose<'a>>>,
    #[serde(borrow, default)]
    pub(crate) expected_fields: Option<Vec<Named<'a>>>,
    #[serde(borrow, default)]
    pub(crate) duplicate_record: Option<Holder<'a>>,
    #[serde(borrow, default)]
    pub(crate) errors: Option<Vec<Item<'a>>>,
}

/// The record that holds a unique value.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Holder<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Loose<'a>,
}

/// A field that an item names.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Named<'a> {
    #[serde(borrow, default)]
    pub(crate) api_name: Loose<'a>,
}

static NO_DETAILS: Details<'static> = Details::NONE;

impl Details<'_> {
    const NONE: Details<'static> = Details {
        id: Loose::NONE,
        api_name: Loose::NONE,
        param_name: Loose::NONE,
        expected_data_type: Loose::NONE,
        maximum_length: Loose::NONE,
        limit: Loose::NONE,
        resource_path_index: Loose::NONE,
        supported_values: None,
        permissions: None,
        expected_fields: None,
        duplicate_record: None,
        errors: None,
    };
}

impl<'a> Item<'a> {
    /// What it is about; nothing named when the answer gave no details.
    pub(crate) fn details(&self) -> &Details<'a> {
        self.details.as_ref().unwrap_or(&NO_DETAILS)
    }

    /// True when the code says so.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_str() == code
    }

    /// True for a success.
    pub(crate) fn succeeded(&self) -> bool {
        self.is("SUCCESS")
    }

    /// The errors inside, when it says that there are several; else itself.
    pub(crate) fn each(&self) -> Vec<&Self> {
        match &self.details().errors {
            Some(errors) if self.is("MULTIPLE_OR_MULTI_ERRORS") && !errors.is_empty() => errors.iter().collect(),
            _ => vec![self],
        }
    }

    /// The code and what Zoho says of it, for sentences.
    pub(crate) fn said(&self) -> String {
        let (code, message) = (quote(self.code.as_str()), quote(self.message.as_str()));
        if message.is_empty() { code } else { format!("{code}: {message}") }
    }
}

#[derive(Deserialize)]
struct Top<'a> {
    #[serde(borrow, default)]
    code: Loose<'a>,
    #[serde(borrow, default)]
    message: Loose<'a>,
    #[serde(borrow, default)]
    details: Option<Details<'a>>,
    #[serde(borrow, default)]
    data: Option<Vec<Item<'a>>>,
    #[serde(borrow, default)]
    fields: Option<Vec<Item<'a>>>,
    #[serde(borrow, default)]
    layouts: Option<Vec<Item<'a>>>,
}

/// An answer's envelope.
#[derive(Debug)]
pub(crate) enum Envelope<'a> {
    /// About the request as a whole: nothing was processed.
    Request(Box<Item<'a>>),
    /// One item per record, field or layout that was sent, in order.
    Items(Vec<Item<'a>>),
}

/// Reads an envelope; `None` when it is neither of the two.
pub(crate) fn envelope(body: &[u8]) -> Option<Envelope<'_>> {
    let top: Top<'_> = serde_json::from_slice(body).ok()?;
    if !top.code.is_empty() {
        return Some(Envelope::Request(Box::new(Item {
            code: top.code,
            message: top.message,
            action: Loose::default(),
            details: top.details,
        })));
    }
    top.data.or(top.fields).or(top.layouts).map(Envelope::Items)
}

/// The error that an answer reports first, whatever its envelope.
pub(crate) fn first_error(body: &[u8]) -> Option<Item<'_>> {
    match envelope(body)? {
        Envelope::Request(item) => Some(*item),
        Envelope::Items(items) => items.into_iter().find(|item| !item.succeeded()),
    }
}

/// The fault for an answer that is no success, when `doing` ("reading the organisation") needed `scope`.
pub(crate) fn fault(status: u16, body: &[u8], doing: &str, scope: &str) -> Fault {
    match first_error(body) {
        Some(item) => item_fault(status, &item, doing, scope),
        None => {
            let (kind, what) = match status {
                401 => (Kind::Credentials, "refused the token"),
                403 => (Kind::Forbidden, "refused access"),
                413..=415 => (Kind::Rejected, "refused the size or type of the request"),
                429 => (Kind::Throttled, "asked us to slow down"),
                500.. => (Kind::Unavailable, "failed"),
                _ => (Kind::Protocol, "gave an answer that could not be read"),
            };
            zoho(kind, format!("{doing}: Zoho {what} (HTTP {status})."), "")
        }
    }
}

/// The fault for one reported error.
pub(crate) fn item_fault(status: u16, item: &Item<'_>, doing: &str, scope: &str) -> Fault {
    let said = item.said();
    match item.code.as_str() {
        "OAUTH_SCOPE_MISMATCH" => zoho(
            Kind::Forbidden,
            format!("{doing}: the consent lacks the scope {scope}."),
            "Consent again with `login`, or make a new grant code with all scopes that `ping` lists: a consent cannot be widened.",
        ),
        "INVALID_TOKEN" | "AUTHENTICATION_FAILURE" => zoho(
            Kind::Credentials,
            format!("{doing}: Zoho does not accept the token ({said})."),
            "Check that `datacenter` and `environment` are those of the organisation, then sign in again with `login`.",
        ),
        "NO_PERMISSION" | "AUTHORIZATION_FAILED" => {
            let permissions = permissions(item);
            zoho(
                Kind::Forbidden,
                format!("{doing}: the Zoho user lacks a permission{permissions}."),
                "Give the user's profile that permission in Zoho CRM (Setup, Security Control, Profiles), or sign in as another user.",
            )
        }
        "INVALID_MODULE" => zoho(
            Kind::Unsupported,
            format!("{doing}: the module is not available to this user or in this edition ({said})."),
            "Accounts, Products and Invoices are needed: inventory modules come with the Professional edition and above, and the user's profile must see them.",
        ),
        "FEATURE_NOT_SUPPORTED"
        | "FEATURE_NOT_ENABLED"
        | "NOT_ALLOWED"
        | "CURRENCIES_NOT_ENABLED"
        | "FIELD_LIMIT_EXCEEDED" => zoho(
            Kind::Unsupported,
            format!("{doing}: not in this edition, or switched off ({said})."),
            "Switch the feature on in Zoho CRM, or choose an edition that has it.",
        ),
        "TOO_MANY_REQUESTS" | "RATE_LIMIT_EXCEEDED" => {
            zoho(Kind::Throttled, format!("{doing}: Zoho asked us to slow down."), "")
        }
        "INTERNAL_ERROR"
        | "INTERNAL_SERVER_ERROR"
        | "SERVICE_UNAVAILABLE"
        | "DEPENDENT_SERVICE_ERROR"
        | "CANNOT_PROCESS" => {
            zoho(Kind::Unavailable, format!("{doing}: Zoho could not process the request ({said})."), "")
        }
        "MAX_RECORDS_LIMIT_REACHED" | "STORAGE_SPACE_EXCEEDED" => zoho(
            Kind::Unsupported,
            format!("{doing}: the organisation takes no more records ({said})."),
            "Free storage in Zoho CRM (the recycle bin counts) or buy more.",
        ),
        _ if status == 401 => {
            zoho(Kind::Credentials, format!("{doing}: Zoho refused the token ({said})."), "Sign in again with `login`.")
        }
        _ if status == 403 => zoho(Kind::Forbidden, format!("{doing}: Zoho refused access ({said})."), ""),
        _ if status >= 500 => zoho(Kind::Unavailable, format!("{doing}: Zoho failed ({said})."), ""),
        _ => {
            let details = item.details();
            let about = [&details.api_name, &details.param_name, &details.limit, &details.maximum_length]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| quote(text.as_str()))
                .collect::<Vec<_>>()
                .join(", ");
            let about = if about.is_empty() { about } else { format!(" at {about}") };
            zoho(Kind::Rejected, format!("{doing}: Zoho refused the request ({said}{about})."), "")
        }
    }
}

/// ` (names)` of the permissions that an item names, or nothing.
pub(crate) fn permissions(item: &Item<'_>) -> String {
    let names: Vec<_> = item.details().permissions.iter().flatten().take(5).map(|name| quote(name.as_str())).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

/// A fault of this system.
pub(crate) fn zoho(kind: Kind, message: impl Into<String>, remedy: impl Into<String>) -> Fault {
    Fault::new(System::Zoho, kind, message, remedy)
}

/// Text from outside, fit for a sentence: one line, bounded.
pub(crate) fn quote(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .map(|c| {
            if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            {
                ' '
            } else {
                c
            }
        })
        .take(LONGEST_QUOTE + 1)
        .collect();
    if clean.chars().count() > LONGEST_QUOTE {
        clean = clean.chars().take(LONGEST_QUOTE).collect();
        clean.push('…');
    }
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn both_envelopes_are_told_apart() {
        let request = br#"{"code":"INVALID_MODULE","details":{"resource_path_index":0},"message":"the module name given seems to be invalid","status":"error"}"#;
        assert!(matches!(envelope(request), Some(Envelope::Request(item)) if item.is("INVALID_MODULE")));
        let items = br#"{"data":[{"code":"INVALID_MODULE","details":{},"message":"x","status":"error"}]}"#;
        assert!(matches!(envelope(items), Some(Envelope::Items(items)) if items.len() == 1));
        let layouts = br#"{"layouts":[{"code":"NOT_ALLOWED","details":null,"message":"x","status":"error"}]}"#;
        assert!(matches!(envelope(layouts), Some(Envelope::Items(items)) if items[0].is("NOT_ALLOWED")));
        for hostile in [&b"<html>"[..], b"", b"[]", b"{}", b"{\"data\":{}}", b"{\"data\":[", b"{\"data\":[null]}"] {
            assert!(envelope(hostile).is_none(), "{}", String::from_utf8_lossy(hostile));
        }
    }

    #[test]
    fn codes_and_statuses_become_kinds() {
        let cases = [
            (
                401,
                r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"x","status":"error"}"#,
                Kind::Forbidden,
                "ZohoCRM.org.READ",
            ),
            (401, r#"{"code":"AUTHENTICATION_FAILURE","details":{}}"#, Kind::Credentials, "AUTHENTICATION_FAILURE"),
            (
                403,
                r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_View_Leads"]}}"#,
                Kind::Forbidden,
                "Crm_Implied_View_Leads",
            ),
            (400, r#"{"code":"AUTHORIZATION_FAILED","details":{}}"#, Kind::Forbidden, "permission"),
            (400, r#"{"data":[{"code":"INVALID_MODULE","details":{}}]}"#, Kind::Unsupported, "module"),
            (403, r#"{"code":"CURRENCIES_NOT_ENABLED"}"#, Kind::Unsupported, "edition"),
            (400, r#"{"code":"DEPENDENT_SERVICE_ERROR","details":{}}"#, Kind::Unavailable, "process"),
            (
                400,
                r#"{"code":"LIMIT_EXCEEDED","details":{"maximum_length":100,"api_name":"data"}}"#,
                Kind::Rejected,
                "data, 100",
            ),
            (404, r#"{"code":"INVALID_URL_PATTERN","details":{}}"#, Kind::Rejected, "INVALID_URL_PATTERN"),
            (429, r#"{"code":"TOO_MANY_REQUESTS","details":{}}"#, Kind::Throttled, "slow down"),
            (500, r#"{"code":"INTERNAL_ERROR"}"#, Kind::Unavailable, "INTERNAL_ERROR"),
            (503, "<html>", Kind::Unavailable, "503"),
            (413, "", Kind::Rejected, "413"),
            (200, "<html>", Kind::Protocol, "200"),
        ];
        for (status, body, kind, word) in cases {
            let fault = fault(status, body.as_bytes(), "Reading the organisation", "ZohoCRM.org.READ");
            assert_eq!(fault.kind, kind, "{status} {body}");
            assert!(fault.message.contains(word), "{} lacks {word}", fault.message);
        }
    }

    #[test]
    fn quotes_are_bounded_and_of_one_line() {
        let quoted = quote(&format!("a\nb\u{202e}{}", "x".repeat(5_000)));
        assert!(quoted.starts_with("a b "));
        assert_eq!(quoted.chars().count(), LONGEST_QUOTE + 1);
    }

    #[test]
    fn several_errors_are_looked_into() {
        let body = br#"{"code":"MULTIPLE_OR_MULTI_ERRORS","details":{"errors":[{"code":"A"},{"code":"B"}]}}"#;
        let item = first_error(body).unwrap();
        assert_eq!(item.each().iter().map(|e| e.code.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    }
}
