//! Looks up what Zoho holds: records by ERP key, a document with its rows, records without a key.
//!
//! Owns the queries and what their answers mean. Asks the database and never the search index, which lags behind writes. Must not take
//! an answer for complete that says it is not.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use http::Method;
use port::{Bodies, Call, Fault, Held, HeldRow, Kind, Response, Unlinked, UnlinkedPage};
use serde::Deserialize;
use serde_json::value::RawValue;
use sync::Module;
use wire::Safety;

use super::Zoho;
use super::ours::KEY;
use crate::client::Question;
use crate::client::coql::{self, IN_LIST, MOST_ROWS};
use crate::client::errors::{self, first_error, zoho};
use crate::client::loose::{Loose, is_id};
use crate::client::records::{ROWS, misfit};

impl Zoho {
    pub(super) async fn look_up(&self, module: Module, erp_keys: &[String]) -> Call<Vec<(String, String)>> {
        // Where the key field is not there, no record can carry a key.
        let Some(field) = self.field_of(module, KEY) else {
            return Call::free(Ok(Vec::new()));
        };
        let wanted: BTreeSet<String> = erp_keys.iter().map(|key| key.to_lowercase()).collect();
        let distinct: Vec<&str> = erp_keys.iter().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
        let calls = distinct.chunks(IN_LIST).map(|part| {
            let mut question =
                query(coql::by_values(module.name(), &field, part), 200, format!("Looking up {}", module.name()));
            // It decides what is written next.
            question.bodies = Bodies::Keep;
            self.client.ask(question)
        });
        let mut exchanges = Vec::new();
        let mut found = Vec::new();
        let mut fault = None;
        for call in join_all(calls).await {
            let rows = call.unpack(&mut exchanges).and_then(|response| {
                let rows = read(&response, module)?;
                let pair = |row: &coql::Row<'_>| {
                    let key = row.get(field.as_str())?.as_str();
                    wanted.contains(&key.to_lowercase()).then_some(())?;
                    Some((key.to_owned(), row.get("id")?.id()?.to_owned()))
                };
                Ok(rows.data.iter().filter_map(pair).collect::<Vec<_>>())
            });
            match rows {
                Ok(rows) => found.extend(rows),
                Err(first) => fault = fault.or(Some(first)),
            }
        }
        Call { result: fault.map_or(Ok(found), Err), exchanges }
    }

    pub(super) async fn document(&self, module: Module, id: &str) -> Call<Option<Held>> {
        if !is_id(id) {
            return Call::free(Err(misfit("an id is none of Zoho's")));
        }
        let doing = format!("Reading a record of {}", module.name());
        let mut question =
            Question::get(format!("/crm/v8/{}/{id}", module.name()), super::scope(module), doing.clone());
        question.bodies = Bodies::Keep;
        let call = self.client.ask(question).await;
        let result = call.result.and_then(|response| match response.status {
            204 => Ok(None),
            400 if first_error(&response.body).is_some_and(|item| item.is("INVALID_DATA")) => Ok(None),
            200 => match held(&response.body, id) {
                Some(held) => Ok(Some(held)),
                None => Err(zoho(Kind::Protocol, format!("{doing}: Zoho's answer could not be read."), "")),
            },
            status => Err(errors::fault(status, &response.body, &doing, super::scope(module))),
        });
        Call { result, exchanges: call.exchanges }
    }

    pub(super) async fn without_key(&self, module: Module, cursor: Option<&str>) -> Call<UnlinkedPage> {
        let after = cursor.unwrap_or("0");
        if !is_id(after) {
            return Call::free(Err(misfit("a cursor is no id")));
        }
        let (name, code) = match module {
            Module::Accounts => ("Account_Name", self.field_of(module, "ERP Code")),
            Module::Products => ("Product_Name", self.field_of(module, "Product_Code")),
            Module::Invoices => ("Subject", self.field_of(module, "ERP Number")),
        };
        let columns: Vec<&str> = std::iter::once(name).chain(code.as_deref()).collect();
        // Where the key field is not there yet, every record is without a key.
        let key = self.field_of(module, KEY);
        let body = coql::where_blank(module.name(), &columns, key.as_deref(), after);
        let call = self.client.ask(query(body, MOST_ROWS, format!("Reading {} without {KEY}", module.name()))).await;
        let result = call.result.and_then(|response| {
            let rows = read(&response, module)?;
            let text = |row: &coql::Row<'_>, column: &str| {
                row.get(column).map(|value| value.as_str().to_owned()).unwrap_or_default()
            };
            let records: Vec<_> = rows
                .data
                .iter()
                .filter_map(|row| {
                    let id = row.get("id")?.id()?.to_owned();
                    Some(Unlinked {
                        id,
                        name: text(row, name),
                        code: code.as_deref().map(|code| text(row, code)).unwrap_or_default(),
                    })
                })
                .collect();
            // The cursor must move, or the same page would come for ever.
            let last = records.last().map(|record| record.id.clone()).filter(|last| is_after(last, after));
            if rows.more() && last.is_none() {
                return Err(zoho(
                    Kind::Protocol,
                    format!("Zoho's answer about {} says that there is more and not where.", module.name()),
                    "",
                ));
            }
            Ok(UnlinkedPage { next: last.filter(|_| rows.more()), records })
        });
        Call { result, exchanges: call.exchanges }
    }
}

/// True when one id is greater than another; ids are numbers too long for some number types.
pub(super) fn is_after(id: &str, before: &str) -> bool {
    let (id, before) = (id.trim_start_matches('0'), before.trim_start_matches('0'));
    (id.len(), id) > (before.len(), before)
}

pub(super) fn query(body: bytes::Bytes, rows: usize, doing: String) -> Question {
    Question {
        safety: Safety::Read,
        bodies: Bodies::Drop,
        credits: coql::credits(rows),
        ..Question::send(Method::POST, "/crm/v8/coql", body, coql::SCOPE, doing)
    }
}

pub(super) fn read(response: &Response, module: Module) -> Result<coql::Rows<'_>, Fault> {
    let doing = format!("Looking up {}", module.name());
    match response.status {
        200 | 204 => coql::rows(response.status, &response.body)
            .ok_or_else(|| zoho(Kind::Protocol, format!("{doing}: Zoho's answer could not be read."), "")),
        status => Err(errors::fault(status, &response.body, &doing, coql::SCOPE)),
    }
}

/// Reads a document; `None` when the answer is not the one of `id`.
fn held(body: &[u8], id: &str) -> Option<Held> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        data: Vec<Document<'a>>,
    }
    #[derive(Deserialize)]
    struct Document<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(rename = "Invoiced_Items", borrow, default)]
        rows: Option<Vec<Row<'a>>>,
        #[serde(rename = "$has_more", borrow, default)]
        has_more: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(rename = "Sequence_Number", borrow, default)]
        place: Loose<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let document = answer.data.into_iter().next()?;
    if document.id.id() != Some(id) {
        return None;
    }
    let mut rows = document.rows.unwrap_or_default();
    if rows.iter().all(|row| row.place.whole().is_some()) {
        rows.sort_by_key(|row| row.place.whole());
    }
    let count = rows.len();
    let rows: Vec<_> = rows.iter().filter_map(|row| Some(HeldRow { id: row.id.id()?.to_owned() })).collect();
    let distinct = rows.iter().map(|row| row.id.as_str()).collect::<BTreeSet<_>>().len();
    let whole = rows.len() == count && distinct == count && !leaves_out_rows(document.has_more);
    Some(Held { id: id.to_owned(), rows, whole })
}

/// What `$has_more` says of the rows. What cannot be read counts as yes: rows would be deleted by mistake.
fn leaves_out_rows(raw: Option<&RawValue>) -> bool {
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else {
        return false;
    };
    match serde_json::from_str::<BTreeMap<String, Loose<'_>>>(raw.get()) {
        Ok(parts) => parts.get(ROWS).is_some_and(|more| more.flag() != Some(false)),
        Err(_) => raw.get() != "false",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn rows(document: &str) -> (Vec<String>, bool) {
        let held = held(format!("{{\"data\":[{document}]}}").as_bytes(), "5").unwrap();
        (held.rows.into_iter().map(|row| row.id).collect(), held.whole)
    }

    #[test]
    fn rows_come_in_their_order() {
        let (ids, whole) = rows(
            r#"{"id":"5","Invoiced_Items":[{"id":"72","Sequence_Number":2},{"id":71,"Sequence_Number":"1"}],"$has_more":null}"#,
        );
        assert_eq!((ids, whole), (vec!["71".to_owned(), "72".to_owned()], true));
        assert_eq!(rows(r#"{"id":"5","Invoiced_Items":[]}"#), (vec![], true));
        assert!(rows(r#"{"id":"5","Invoiced_Items":[{"id":"1"}],"$has_more":{"Invoiced_Items":false}}"#).1);
    }

    #[test]
    fn rows_that_are_not_all_there_are_not_whole() {
        for document in [
            r#"{"id":"5","Invoiced_Items":[{"id":"1"}],"$has_more":{"Invoiced_Items":true}}"#,
            r#"{"id":"5","Invoiced_Items":[{"id":"1"}],"$has_more":true}"#,
            r#"{"id":"5","Invoiced_Items":[{"id":"1"},{}]}"#,
            r#"{"id":"5","Invoiced_Items":[{"id":"1"},{"id":"1"}]}"#,
        ] {
            assert!(!rows(document).1, "{document}");
        }
    }

    #[test]
    fn an_answer_about_another_record_is_none() {
        assert!(held(br#"{"data":[{"id":"6"}]}"#, "5").is_none());
        assert!(held(br#"{"data":[]}"#, "5").is_none());
        assert!(held(b"<html>", "5").is_none());
    }

    #[test]
    fn ids_compare_as_numbers() {
        assert!(
            is_after("10", "9")
                && is_after("1", "0")
                && !is_after("9", "10")
                && !is_after("7", "7")
                && !is_after("0", "0")
        );
    }
}
