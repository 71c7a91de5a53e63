//! Addresses of one instance and endpoint.
//!
//! Owns how URLs are put together and percent-encoded. Must not send anything. Used by session and adapter.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is encoded in a query value: all but letters, digits and what no server or proxy takes amiss there.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',')
    .remove(b'/')
    .remove(b'(')
    .remove(b')');
/// What is encoded in a key within the path.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Longest query that is sent: IIS refuses more than 2,048 bytes unless told otherwise.
pub const LONGEST_QUERY: usize = 2000;

/// Addresses below one base and one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    base: String,
    endpoint: String,
}

/// Parameters of a list. Empty texts and `None` are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery<'a> {
    /// Field names, joined by commas.
    pub select: &'a str,
    /// Linked entities and details, each level named.
    pub expand: &'a str,
    /// Form fields beyond the contract, `View.Field`.
    pub custom: &'a str,
    /// OData v3 condition.
    pub filter: String,
    /// Page size.
    pub top: Option<usize>,
    /// Rows to leave out.
    pub skip: Option<u64>,
}

impl Instance {
    /// Addresses below `base` (no slash at the end) for `endpoint` (`Name/Version`).
    #[must_use]
    pub fn new(base: &str, endpoint: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), endpoint: endpoint.trim_matches('/').to_owned() }
    }

    /// `Name/Version`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The list of endpoints.
    #[must_use]
    pub fn endpoints(&self) -> String {
        format!("{}/entity", self.base)
    }

    /// A list of records.
    #[must_use]
    pub fn list(&self, entity: &str, query: &ListQuery<'_>) -> String {
        let query = query.encode();
        format!("{}/entity/{}/{entity}{}{query}", self.base, self.endpoint, if query.is_empty() { "" } else { "?" })
    }

    /// One record by its key fields, or by its id. A key with a slash in it cannot be reached so; use a list and a filter.
    #[must_use]
    pub fn record(&self, entity: &str, keys: &[&str], query: &ListQuery<'_>) -> String {
        let mut url = format!("{}/entity/{}/{entity}", self.base, self.endpoint);
        for key in keys {
            let _ = write!(url, "/{}", utf8_percent_encode(key, KEY));
        }
        let query = query.encode();
        if !query.is_empty() {
            let _ = write!(url, "?{query}");
        }
        url
    }

    /// The form fields that `$custom` offers.
    #[must_use]
    pub fn ad_hoc_schema(&self, entity: &str) -> String {
        format!("{}/entity/{}/{entity}/$adHocSchema", self.base, self.endpoint)
    }

    /// Sign-out.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}/entity/auth/logout", self.base)
    }

    /// Token endpoint.
    #[must_use]
    pub fn token(&self) -> String {
        format!("{}/identity/connect/token", self.base)
    }

    /// What the identity server tells about itself, without a sign-in.
    #[must_use]
    pub fn discovery(&self) -> String {
        format!("{}/identity/.well-known/openid-configuration", self.base)
    }

    /// Consent page.
    #[must_use]
    pub fn authorize(&self) -> String {
        format!("{}/identity/connect/authorize", self.base)
    }
}

impl ListQuery<'_> {
    /// The query without its question mark.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                let glue = if out.is_empty() { "" } else { "&" };
                let _ = write!(out, "{glue}${name}={}", utf8_percent_encode(value, QUERY));
            }
        };
        put("select", self.select);
        put("expand", self.expand);
        put("custom", self.custom);
        put("filter", &self.filter);
        put("top", &self.top.map(|top| top.to_string()).unwrap_or_default());
        put("skip", &self.skip.map(|skip| skip.to_string()).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_what_they_want() {
        let instance = Instance::new("https://h.example/A/", "Default/24.200.001");
        let query = ListQuery {
            select: "CustomerID,MainContact/Phone1",
            expand: "MainContact",
            filter: "CustomerID gt 'O''X&+ü'".to_owned(),
            top: Some(5),
            ..ListQuery::default()
        };
        assert_eq!(
            instance.list("Customer", &query),
            "https://h.example/A/entity/Default/24.200.001/Customer?$select=CustomerID,MainContact/Phone1&$expand=MainContact\
             &$filter=CustomerID%20gt%20%27O%27%27X%26%2B%C3%BC%27&$top=5"
        );
        assert_eq!(
            instance.list("Customer", &ListQuery::default()),
            "https://h.example/A/entity/Default/24.200.001/Customer"
        );
    }

    #[test]
    fn colon_and_plus_of_an_instant_are_encoded() {
        let query =
            ListQuery { filter: "S ge datetimeoffset'2024-07-15T10:31:28+03:00'".to_owned(), ..ListQuery::default() };
        assert!(query.encode().ends_with("T10%3A31%3A28%2B03%3A00%27"));
    }

    #[test]
    fn keys_are_encoded_within_the_path() {
        let instance = Instance::new("https://h.example", "Default/24.200.001");
        assert_eq!(
            instance.record("StockItem", &["#12 a/b?"], &ListQuery::default()),
            "https://h.example/entity/Default/24.200.001/StockItem/%2312%20a%2Fb%3F"
        );
        let query = ListQuery { select: "Type", ..ListQuery::default() };
        let memo = instance.record("Invoice", &["Credit Memo", "000001"], &query);
        assert!(memo.ends_with("/Invoice/Credit%20Memo/000001?$select=Type"), "{memo}");
    }
}
