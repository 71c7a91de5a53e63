//! What Zoho holds of our records: values of the fields that the mapping writes, who carries an ERP key, what was changed.
//!
//! Owns the queries, how a value of an answer becomes a [`Value`], and pages in id order that move. Must not compare: `sync` does.
//! Reads the database and never the search index. Values come 2,000 records a call where a query can name them, 50 where ids do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr as _;

use futures_util::future::join_all;
use port::{Call, Carrier, CarrierPage, Fault, HeldPage, HeldRecord, Kind, Response};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use sync::mapping::{columns, row_columns};
use sync::seam::{Mutant, mutant};
use sync::{Fields, Instant, Module, Name, Value};

use super::Zoho;
use super::find::{is_after, query, read as read_rows};
use super::ours::KEY;
use super::totals::TOTAL;
use crate::client::Question;
use crate::client::coql::{self, IN_LIST, MOST_ROWS, is_api_name};
use crate::client::errors::{self, first_error, zoho};
use crate::client::loose::{Loose, is_id};
use crate::client::records::{ROWS, misfit};

/// When a record was last changed.
const MODIFIED: &str = "Modified_Time";
/// Our fields that are dates: Zoho tells them as text.
const DATES: [&str; 2] = ["Invoice_Date", "Due_Date"];

/// The columns of one module that are asked for.
struct Wanted {
    key: Option<String>,
    fields: Vec<Name>,
    rows: Vec<Name>,
}

impl Wanted {
    /// Names for a query: what we write, and what tells about it.
    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|name| &**name).chain([MODIFIED]).collect()
    }
}

type Raw<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Records of an answer with their values untouched.
#[derive(Debug, Default, Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Raw<'a>>,
    #[serde(borrow, default)]
    info: Option<Info<'a>>,
}

#[derive(Debug, Default, Deserialize)]
struct Info<'a> {
    #[serde(borrow, default)]
    more_records: Loose<'a>,
}

impl Answer<'_> {
    fn more(&self) -> bool {
        self.info.as_ref().is_some_and(|info| info.more_records.flag() == Some(true))
    }
}

impl Zoho {
    fn wanted(&self, module: Module) -> Wanted {
        let schema = self.schema();
        let mut fields = columns(&schema, module);
        if module == Module::Invoices {
            fields.push(Name::from(TOTAL));
        }
        fields.retain(|name| is_api_name(name));
        Wanted { key: self.field_of(module, KEY), fields, rows: row_columns(&schema) }
    }

    pub(super) async fn hold(&self, module: Module, ids: &[String], rows: bool) -> Call<Vec<HeldRecord>> {
        if ids.iter().any(|id| !is_id(id)) {
            return Call::free(Err(misfit("an id is none of Zoho's")));
        }
        let wanted = self.wanted(module);
        let doing = format!("Reading {}", module.name());
        let calls: Vec<_> = if rows {
            let one = |id: &String| {
                let path = format!("/crm/v8/{}/{id}", module.name());
                self.client.ask(Question::get(path, super::scope(module), doing.clone()))
            };
            ids.iter().map(one).collect()
        } else {
            let columns = wanted.names();
            let part = |part: &[String]| {
                let part: Vec<&str> = part.iter().map(String::as_str).collect();
                self.client.ask(query(coql::by_ids(module.name(), &columns, &part), 200, doing.clone()))
            };
            ids.chunks(IN_LIST).map(part).collect()
        };
        let mut exchanges = Vec::new();
        let mut held: BTreeMap<String, HeldRecord> = BTreeMap::new();
        let mut fault = None;
        for call in join_all(calls).await {
            match call.unpack(&mut exchanges).and_then(|response| shown(&response, &wanted, module, &doing)) {
                Ok((records, _)) => held.extend(records.into_iter().map(|record| (record.id.clone(), record))),
                Err(first) => fault = fault.or(Some(first)),
            }
        }
        let in_order = ids.iter().filter_map(|id| held.remove(id)).collect();
        Call { result: fault.map_or(Ok(in_order), Err), exchanges }
    }

    pub(super) async fn with_key(&self, module: Module, cursor: Option<&str>) -> Call<CarrierPage> {
        let after = cursor.unwrap_or("0");
        if !is_id(after) {
            return Call::free(Err(misfit("a cursor is no id")));
        }
        // Where the key field is not there, no record can carry a key.
        let Some(key) = self.field_of(module, KEY) else {
            return Call::free(Ok(CarrierPage::default()));
        };
        let body = coql::where_filled(module.name(), &key, after);
        let doing = format!("Reading {} with {KEY}", module.name());
        let call = self.client.ask(query(body, MOST_ROWS, doing)).await;
        let result = call.result.and_then(|response| {
            let rows = read_rows(&response, module)?;
            let carrier = |row: &coql::Row<'_>| {
                let id = row.get("id")?.id()?.to_owned();
                Some(Carrier { id, erp_key: row.get(key.as_str())?.as_str().to_owned() })
            };
            let records: Vec<_> = rows.data.iter().filter_map(carrier).collect();
            let next = onward(rows.more(), records.last().map(|record| record.id.as_str()), after, module)?;
            Ok(CarrierPage { next, records })
        });
        Call { result, exchanges: call.exchanges }
    }

    pub(super) async fn changed(&self, module: Module, since: Instant, cursor: Option<&str>) -> Call<HeldPage> {
        let after = cursor.unwrap_or("0");
        if !is_id(after) {
            return Call::free(Err(misfit("a cursor is no id")));
        }
        let wanted = self.wanted(module);
        let doing = format!("Reading changed {}", module.name());
        let mut names = wanted.names();
        if mutant(Mutant::EchoByUser) {
            names.extend(["Created_By", "Modified_By"]);
        }
        let body = coql::where_changed(module.name(), &names, since, after);
        let call = self.client.ask(query(body, MOST_ROWS, doing.clone())).await;
        let result = call.result.and_then(|response| {
            let (records, more) = shown(&response, &wanted, module, &doing)?;
            let next = onward(more, records.last().map(|record| record.id.as_str()), after, module)?;
            Ok(HeldPage { next, records })
        });
        Call { result, exchanges: call.exchanges }
    }
}

/// The cursor of the next page. It must move, or the same page would come for ever.
fn onward(more: bool, last: Option<&str>, after: &str, module: Module) -> Result<Option<String>, Fault> {
    if !more {
        return Ok(None);
    }
    match last.filter(|last| is_after(last, after)) {
        Some(last) => Ok(Some(last.to_owned())),
        None => Err(zoho(
            Kind::Protocol,
            format!("Zoho's answer about {} says that there is more and not where.", module.name()),
            "",
        )),
    }
}

/// The records of an answer, and whether it says that there are more.
fn shown(response: &Response, wanted: &Wanted, module: Module, doing: &str) -> Result<(Vec<HeldRecord>, bool), Fault> {
    match response.status {
        204 => Ok((Vec::new(), false)),
        400 if first_error(&response.body).is_some_and(|item| item.is("INVALID_DATA")) => Ok((Vec::new(), false)),
        200 => {
            let answer: Answer<'_> = serde_json::from_slice(&response.body)
                .map_err(|_| zoho(Kind::Protocol, format!("{doing}: Zoho's answer could not be read."), ""))?;
            let ours = |raw: &&Raw<'_>| !(mutant(Mutant::EchoByUser) && is_by_its_creator(raw));
            Ok((answer.data.iter().filter(ours).filter_map(|raw| record(raw, wanted)).collect(), answer.more()))
        }
        status => Err(errors::fault(status, &response.body, doing, super::scope(module))),
    }
}

/// Whether whoever changed a record last is whoever created it: what a broken variant takes for our own writing.
fn is_by_its_creator(raw: &Raw<'_>) -> bool {
    let who = |name: &str| raw.get(name).map(|raw| raw.get());
    who("Modified_By").is_some() && who("Modified_By") == who("Created_By")
}

fn record(raw: &Raw<'_>, wanted: &Wanted) -> Option<HeldRecord> {
    let text = |name: &str| raw.get(name).and_then(|raw| serde_json::from_str::<Loose<'_>>(raw.get()).ok());
    let id = text("id")?.id()?.to_owned();
    let erp_key = wanted.key.as_deref().and_then(text).map(|key| key.as_str().to_owned()).unwrap_or_default();
    let modified = text(MODIFIED).and_then(|moment| Instant::parse(moment.as_str()));
    let rows: Vec<Raw<'_>> = raw.get(ROWS).and_then(|rows| serde_json::from_str(rows.get()).ok()).unwrap_or_default();
    let rows = rows.iter().map(|row| values(row, &wanted.rows)).collect();
    Some(HeldRecord { id, erp_key, modified, fields: values(raw, &wanted.fields), rows })
}

fn values(raw: &Raw<'_>, names: &[Name]) -> Fields {
    let held = |name: &Name| Some((Name::clone(name), value(name, raw.get(&**name)?.get())));
    Fields(names.iter().filter_map(held).collect())
}

/// A value of an answer. What is none of ours (lists) reads as blank.
fn value(name: &str, json: &str) -> Value {
    match json.bytes().next() {
        Some(b'"') => match serde_json::from_str::<String>(json) {
            Ok(text) if DATES.contains(&name) => text.parse().map_or(Value::Text(text), Value::Date),
            Ok(text) => Value::Text(text),
            Err(_) => Value::Null,
        },
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'{') => {
            #[derive(Deserialize)]
            struct Lookup<'a> {
                #[serde(borrow, default)]
                id: Loose<'a>,
            }
            let id = serde_json::from_str::<Lookup<'_>>(json).ok().and_then(|found| found.id.id().map(str::to_owned));
            id.map_or(Value::Null, Value::Link)
        }
        Some(b'-' | b'0'..=b'9') => {
            let number = Decimal::from_str(json).or_else(|_| Decimal::from_scientific(json));
            number.map_or(Value::Null, Value::Decimal)
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_read_as_the_mapping_writes_them() {
        assert_eq!(value("Phone", "null"), Value::Null);
        assert_eq!(value("Phone", r#""+41 \u0031""#), Value::Text("+41 1".into()));
        assert_eq!(value("Due_Date", r#""2026-03-04""#), Value::Date("2026-03-04".parse().unwrap()));
        assert_eq!(value("Due_Date", r#""soon""#), Value::Text("soon".into()));
        assert_eq!(
            value("Account_Name", r#"{"name":"Acme","id":"3652397000009851001"}"#),
            Value::Link("3652397000009851001".into())
        );
        assert_eq!(value("Account_Name", r#"{"name":"Acme"}"#), Value::Null);
        assert_eq!(value("Product_Active", "true"), Value::Bool(true));
        for number in ["0", "-12.50", "123456789012345678.99", "1.5e3"] {
            assert!(matches!(value("Unit_Price", number), Value::Decimal(_)), "{number}");
        }
        assert_eq!(value("Tag", r#"[{"id":"1"}]"#), Value::Null);
    }
}
