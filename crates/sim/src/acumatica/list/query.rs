//! The parameters of a read, from the address as it came.
//!
//! Owns their decoding and bounds. Must not know entities: names are checked by `plan` and `filter`.

use percent_encoding::percent_decode_str;

/// Query parameters of a request, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// `$filter`
    pub filter: Option<String>,
    /// `$select`; `None` when absent.
    pub select: Option<Vec<String>>,
    /// `$expand`
    pub expand: Vec<String>,
    /// `$custom`
    pub custom: Vec<String>,
    /// `$top`
    pub top: Option<usize>,
    /// `$skip`
    pub skip: usize,
    /// `$orderby`
    pub orderby: Option<String>,
}

/// A parameter that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadParameter(pub &'static str);

impl Query {
    /// Reads the part of an address after the `?`. A `+` is a blank, as in forms. Unknown parameters are ignored.
    ///
    /// # Errors
    /// [`BadParameter`] when `$top` or `$skip` is not a whole number.
    pub fn parse(text: &str) -> Result<Self, BadParameter> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match decode(name).to_ascii_lowercase().as_str() {
                "$filter" if !value.trim().is_empty() => query.filter = Some(value),
                "$select" if !value.trim().is_empty() => query.select = Some(names(&value)),
                "$expand" => query.expand = names(&value),
                "$custom" => query.custom = names(&value),
                "$top" => query.top = Some(whole(&value, "$top")?),
                "$skip" => query.skip = whole(&value, "$skip")?,
                "$orderby" => query.orderby = Some(value),
                _ => {}
            }
        }
        Ok(query)
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
}

fn whole(text: &str, name: &'static str) -> Result<usize, BadParameter> {
    text.trim().parse().map_err(|_| BadParameter(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn parameters_are_decoded_once() {
        let query = Query::parse("%24filter=A%20eq%20'x%26y'&$top=5&$skip=10&$expand=A,A/B&$select=+C+,D").unwrap();
        assert_eq!(query.filter.as_deref(), Some("A eq 'x&y'"));
        assert_eq!((query.top, query.skip), (Some(5), 10));
        assert_eq!(query.expand, ["A", "A/B"]);
        assert_eq!(query.select.unwrap(), ["C", "D"]);
        assert_eq!(Query::parse("$filter=a%2Bb+c").unwrap().filter.as_deref(), Some("a+b c"));
        assert_eq!(Query::parse("$top=x"), Err(BadParameter("$top")));
        assert_eq!(Query::parse("$skip=-1"), Err(BadParameter("$skip")));
        assert_eq!(Query::parse("").unwrap(), Query::default());
    }
}
