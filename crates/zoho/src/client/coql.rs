//! Queries in Zoho's query language, which reads the database and not the search index.
//!
//! Owns building and escaping of queries and reading of rows. Must not put a name into a query that is no API name, nor a value
//! without quotes and escapes. At most 50 values stand in one `in` list, the smaller of the two documented limits.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use sync::Instant;

use super::json::Object;
use super::loose::Loose;

/// Values that one `in` list takes.
pub(crate) const IN_LIST: usize = 50;
/// Rows that one call gives at most.
pub(crate) const MOST_ROWS: usize = 2000;
/// The scope that queries need, beside the module's own.
pub(crate) const SCOPE: &str = "ZohoCRM.coql.READ";

/// Credits that a query for up to `rows` rows costs.
pub(crate) const fn credits(rows: usize) -> u64 {
    match rows {
        0..=200 => 1,
        201..=1000 => 2,
        _ => 3,
    }
}

/// True for what can be an API name: letters, digits and underscores. Names come from metadata, which an administrator writes.
pub(crate) fn is_api_name(name: &str) -> bool {
    (1..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A text literal: in single quotes, with quotes and backslashes escaped by a backslash.
fn literal(text: &str, into: &mut String) {
    into.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\\') {
            into.push('\\');
        }
        into.push(c);
    }
    into.push('\'');
}

/// Ids of `module` whose `field` is one of `values`, with the field itself.
pub(crate) fn by_values(module: &str, field: &str, values: &[&str]) -> Bytes {
    let mut query = format!("select id, {field} from {module} where {field} in (");
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            query.push_str(", ");
        }
        literal(value, &mut query);
    }
    query.push_str(") limit 200");
    wrap(&query)
}

/// `columns` of the records of `module` in id order, beyond `after` (digits), whose `blank` field is empty.
pub(crate) fn where_blank(module: &str, columns: &[&str], blank: Option<&str>, after: &str) -> Bytes {
    let columns = columns.join(", ");
    let condition = match blank {
        Some(field) => format!("({field} is null and id > {after})"),
        None => format!("id > {after}"),
    };
    wrap(&format!("select id, {columns} from {module} where {condition} order by id asc limit {MOST_ROWS}"))
}

/// `columns` of the records of `module` with one of these ids (digits, at most twice [`IN_LIST`], which makes two lists).
pub(crate) fn by_ids(module: &str, columns: &[&str], ids: &[&str]) -> Bytes {
    let lists: Vec<String> = ids.chunks(IN_LIST).map(|list| format!("id in ({})", list.join(", "))).collect();
    let condition = if lists.len() > 1 { format!("({})", lists.join(" or ")) } else { lists.concat() };
    wrap(&format!("select id, {} from {module} where {condition} limit 200", columns.join(", ")))
}

/// `field` of the records of `module` in id order, beyond `after` (digits), where it is filled.
pub(crate) fn where_filled(module: &str, field: &str, after: &str) -> Bytes {
    let condition = format!("({field} is not null and id > {after})");
    wrap(&format!("select id, {field} from {module} where {condition} order by id asc limit {MOST_ROWS}"))
}

/// `columns` of the records of `module` in id order, beyond `after` (digits), that were changed at or after `since`.
pub(crate) fn where_changed(module: &str, columns: &[&str], since: Instant, after: &str) -> Bytes {
    let mut moment = String::new();
    literal(&offset(since), &mut moment);
    let condition = format!("(Modified_Time >= {moment} and id > {after})");
    let columns = columns.join(", ");
    wrap(&format!("select id, {columns} from {module} where {condition} order by id asc limit {MOST_ROWS}"))
}

/// A moment to the second with an explicit offset, cut downwards.
pub(crate) fn offset(moment: Instant) -> String {
    let second = Instant::from_micros(moment.micros().div_euclid(1_000_000) * 1_000_000);
    second.to_string().replace('Z', "+00:00")
}

fn wrap(query: &str) -> Bytes {
    let mut buffer = Vec::with_capacity(query.len() + 32);
    let mut object = Object::open(&mut buffer);
    object.text("select_query", query);
    object.close();
    Bytes::from(buffer)
}

/// One row: column → value.
pub(crate) type Row<'a> = BTreeMap<Cow<'a, str>, Loose<'a>>;

/// The rows of an answer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Rows<'a> {
    /// Rows in the query's order.
    #[serde(borrow)]
    pub(crate) data: Vec<Row<'a>>,
    #[serde(borrow, default)]
    info: Option<Info<'a>>,
}

#[derive(Debug, Default, Deserialize)]
struct Info<'a> {
    #[serde(borrow, default)]
    more_records: Loose<'a>,
}

impl Rows<'_> {
    /// True when the answer says that there are more.
    pub(crate) fn more(&self) -> bool {
        self.info.as_ref().is_some_and(|info| info.more_records.flag() == Some(true))
    }
}

/// Reads an answer's rows; 204 is none. `None` when it cannot be read.
pub(crate) fn rows(status: u16, body: &[u8]) -> Option<Rows<'_>> {
    match status {
        204 => Some(Rows::default()),
        200 => serde_json::from_slice(body).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn query(body: &Bytes) -> String {
        let body: BTreeMap<String, String> = serde_json::from_slice(body).unwrap();
        body["select_query"].clone()
    }

    #[test]
    fn values_are_quoted_and_escaped() {
        let body = by_values("Invoices", "ERP_Key", &["Invoice/1", "O'Neil\\", "x') or (id > 0"]);
        assert_eq!(
            query(&body),
            r"select id, ERP_Key from Invoices where ERP_Key in ('Invoice/1', 'O\'Neil\\', 'x\') or (id > 0') limit 200"
        );
    }

    #[test]
    fn unlinked_records_are_paged_by_id() {
        let body = where_blank("Accounts", &["Account_Name", "ERP_Code"], Some("ERP_Key"), "365");
        assert_eq!(
            query(&body),
            "select id, Account_Name, ERP_Code from Accounts where (ERP_Key is null and id > 365) order by id asc limit 2000"
        );
        assert!(query(&where_blank("Accounts", &["Account_Name"], None, "0")).contains("where id > 0 order"));
    }

    #[test]
    fn records_are_named_by_id_by_filled_key_and_by_change() {
        assert_eq!(
            query(&by_ids("Accounts", &["A", "B"], &["1", "22"])),
            "select id, A, B from Accounts where id in (1, 22) limit 200"
        );
        let fifty = vec!["7"; IN_LIST];
        let all: Vec<&str> = fifty.iter().copied().chain(["8"]).collect();
        assert_eq!(
            query(&by_ids("Invoices", &["T"], &all)),
            format!("select id, T from Invoices where (id in ({}) or id in (8)) limit 200", fifty.join(", "))
        );
        assert_eq!(
            query(&where_filled("Accounts", "K", "7")),
            "select id, K from Accounts where (K is not null and id > 7) order by id asc limit 2000"
        );
        let since = Instant::parse("2026-03-04T10:15:00.9+01:00").unwrap();
        assert_eq!(
            query(&where_changed("Accounts", &["A"], since, "0")),
            "select id, A from Accounts where (Modified_Time >= '2026-03-04T09:15:00+00:00' and id > 0) order by id asc limit 2000"
        );
    }

    #[test]
    fn names_from_metadata_are_checked() {
        assert!(is_api_name("ERP_Key1"));
        for hostile in ["", "ERP Key", "a,b", "a'b", "a.b", "$x", "x\u{e9}", &"x".repeat(101)] {
            assert!(!is_api_name(hostile), "{hostile}");
        }
    }

    #[test]
    fn rows_are_read_with_ids_as_text_or_number() {
        let body = br#"{"data":[{"ERP_Key":"A\"1","id":"11"},{"ERP_Key":null,"id":12}],"info":{"count":2,"more_records":true}}"#;
        let rows = rows(200, body).unwrap();
        assert!(rows.more());
        assert_eq!(rows.data[0]["ERP_Key"].as_str(), "A\"1");
        assert_eq!(rows.data[1]["id"].id(), Some("12"));
        assert!(super::rows(204, b"").unwrap().data.is_empty());
        assert!(super::rows(200, b"<html>").is_none());
        assert!(super::rows(200, b"{\"data\":[").is_none());
    }

    #[test]
    fn the_price_follows_the_rows_asked_for() {
        assert_eq!([credits(200), credits(201), credits(1000), credits(2000)], [1, 2, 2, 3]);
    }
}
