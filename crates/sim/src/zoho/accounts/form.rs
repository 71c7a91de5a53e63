//! Parameters of a request to the accounts server.
//!
//! Owns: reading them from the query, a form body or `multipart/form-data` (the official Node library sends
//! that). Must not: interpret them.

/// Parameters in order; the body's come first.
#[derive(Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads query and body.
    pub(super) fn read(query: &str, content_type: &str, body: &[u8]) -> Self {
        let mut pairs = Vec::new();
        if let Some(boundary) = boundary(content_type) {
            multipart(body, boundary, &mut pairs);
        } else {
            pairs.extend(url::form_urlencoded::parse(body).into_owned());
        }
        pairs.extend(url::form_urlencoded::parse(query.as_bytes()).into_owned());
        Self(pairs)
    }

    /// A parameter; empty ones count as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A parameter, or the empty string.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(value.trim_matches('"')).filter(|text| !text.is_empty())
}

fn multipart(body: &[u8], boundary: &str, pairs: &mut Vec<(String, String)>) {
    let text = String::from_utf8_lossy(body);
    for part in text.split(&format!("--{boundary}")).skip(1).take(64) {
        let Some((head, value)) = part.trim_start_matches("\r\n").split_once("\r\n\r\n") else {
            continue;
        };
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next());
        if let Some(name) = name {
            pairs.push((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn all_three_ways_are_read() {
        let params = Params::read("a=1&b=x%20y", "application/x-www-form-urlencoded", b"c=3&a=9");
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("9"), Some("x y"), Some("3")));
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nrefresh_token\r\n--XX--\r\n";
        let params = Params::read("", "multipart/form-data; boundary=XX", body);
        assert_eq!(params.get("grant_type"), Some("refresh_token"));
    }
}
