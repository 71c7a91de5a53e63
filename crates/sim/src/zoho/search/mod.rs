//! `GET /{module}/search`: criteria, e-mail, phone and word.
//!
//! Owns: which records a search finds, the lag of the index, its caps. Must not: be used by COQL, which reads
//! the database.

mod criteria;

use self::criteria::{Criteria, Op};
use super::api::{Answer, Call};
use super::json::Out;
use super::model::{Cell, Field, Kind, Module, Org, Record, Source, fold, parse_stamp};
use super::records::{PageParams, fields_of, render_record};
use super::refusal::{Refusal, details};
use super::switches::Switches;

/// The parameters that select records, in the order in which they win.
pub(crate) const PARAMS: [&str; 4] = ["criteria", "email", "phone", "word"];

/// Answers a page of what the search finds.
pub(crate) fn answer(org: &Org, switches: &Switches, call: &Call<'_>, module_no: usize) -> Result<Answer, Refusal> {
    let page = PageParams::simple(call)?;
    if page.skip + page.per_page > 2000 {
        let details = details(|out| {
            out.pair("limit", "2000");
        });
        return Err(Refusal::new(400, "LIMIT_REACHED", "only 2000 records can be fetched", details));
    }
    let found = matches(org, switches, call, module_no)?;
    let (shown, more) = page.cut(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let module = org.module_at(module_no);
    let fields = match call.param("fields") {
        Some(names) => fields_of(module, call.profile, names),
        None => module
            .live_fields()
            .filter(|(_, field)| field.kind != Kind::Subform && field.seen_by(call.profile))
            .map(|(no, _)| no)
            .collect(),
    };
    let mut out = Out::with_capacity(shown.len() * 512);
    out.open().key("data").open_array();
    for record in shown {
        render_record(org, module_no, record, &fields, &mut out);
    }
    out.close_array();
    page.info(shown.len(), more, &mut out);
    out.close();
    Ok(Answer::json(200, out))
}

/// Every record that the search finds, the last changed first.
pub(crate) fn matches<'a>(
    org: &'a Org,
    switches: &Switches,
    call: &Call<'_>,
    module_no: usize,
) -> Result<Vec<&'a Record>, Refusal> {
    let module = org.module_at(module_no);
    let given = PARAMS.iter().find_map(|name| call.param(name).map(|value| (*name, value)));
    let Some((name, value)) = given else {
        let details = details(|out| {
            out.key("param_names").open_array();
            for name in PARAMS {
                out.text(name);
            }
            out.close_array();
        });
        return Err(Refusal::new(400, "EXPECTED_PARAM_MISSING", "Expected parameters are missing", details));
    };
    let test: Box<dyn Fn(&Record) -> bool + '_> = match name {
        "criteria" => {
            let criteria = criteria::parse(value, module, switches.search_conditions)?;
            Box::new(move |record| holds(org, switches, module, record, &criteria))
        }
        "email" => by_kind(module, Kind::Email, value),
        "phone" => by_kind(module, Kind::Phone, value),
        _ if value.chars().count() < 2 => return Err(Refusal::param("word")),
        _ => {
            let word = fold(value, false);
            Box::new(move |record| {
                record.cells.iter().any(|(_, cell)| cell.text().is_some_and(|text| fold(text, false).contains(&word)))
            })
        }
    };
    let indexed = call.now - i64::from(switches.search_delay_seconds);
    let mut found: Vec<&Record> = module
        .records()
        .filter(|record| record.modified <= indexed)
        .filter(|record| test(record) && org.may_see(&module.meta.api_name, record, call.user))
        .collect();
    found.sort_by_key(|record| (std::cmp::Reverse(record.modified), std::cmp::Reverse(record.id)));
    Ok(found)
}

fn by_kind<'a>(module: &'a Module, kind: Kind, value: &str) -> Box<dyn Fn(&Record) -> bool + 'a> {
    let wanted = fold(value, false);
    Box::new(move |record| {
        record.cells.iter().any(|(no, cell)| {
            module.field(no).kind == kind && cell.text().is_some_and(|text| fold(text, false) == wanted)
        })
    })
}

fn holds(org: &Org, switches: &Switches, module: &Module, record: &Record, criteria: &Criteria) -> bool {
    match criteria {
        Criteria::All(parts) => parts.iter().all(|part| holds(org, switches, module, record, part)),
        Criteria::Any(parts) => parts.iter().any(|part| holds(org, switches, module, record, part)),
        Criteria::Test { field, op, values } => {
            let field_of = module.field(*field);
            let text = match field_of.source {
                Source::Id => Some(record.id.to_string()),
                Source::Owner => Some(record.owner.to_string()),
                Source::CreatedTime => Some(record.created.to_string()),
                Source::ModifiedTime => Some(record.modified.to_string()),
                _ => record.cells.get(*field).and_then(|cell| as_text(org, field_of, cell, *op)),
            };
            compare(switches, field_of, text.as_deref(), *op, values)
        }
    }
}

/// A cell as the text that criteria compare with.
fn as_text(org: &Org, field: &Field, cell: &Cell, op: Op) -> Option<String> {
    Some(match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Bool(value) => value.to_string(),
        Cell::Time(seconds) => seconds.to_string(),
        Cell::Lookup(id) if op == Op::StartsWith => {
            let module = field.target.as_deref().and_then(|name| org.module_no(name))?;
            org.name_of(module, *id)?.to_owned()
        }
        Cell::Lookup(id) => id.to_string(),
        _ => return None,
    })
}

fn compare(switches: &Switches, field: &Field, held: Option<&str>, op: Op, values: &[String]) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let Some(held) = held else {
        return op == Op::NotEqual;
    };
    let order = |value: &str| -> Option<std::cmp::Ordering> {
        if field.kind.is_number() {
            let pair: (rust_decimal::Decimal, rust_decimal::Decimal) = (held.parse().ok()?, value.parse().ok()?);
            return Some(pair.0.cmp(&pair.1));
        }
        if field.kind == Kind::DateTime {
            return Some(held.parse::<i64>().ok()?.cmp(&parse_stamp(value)?));
        }
        Some(fold(held, false).cmp(&fold(value, false)))
    };
    let contains = switches.search_equals_contains && matches!(field.kind, Kind::Text | Kind::TextArea);
    let equal = |value: &String| {
        order(value) == Some(Equal)
            || (contains && !value.is_empty() && fold(held, false).contains(&fold(value, false)))
    };
    let first = values.first().map(String::as_str).unwrap_or_default();
    match op {
        Op::Equals => values.first().is_some_and(equal),
        Op::NotEqual => order(first) != Some(Equal),
        Op::In => values.iter().any(equal),
        Op::StartsWith => fold(held, false).starts_with(&fold(first, false)),
        Op::GreaterEqual => matches!(order(first), Some(Greater | Equal)),
        Op::GreaterThan => order(first) == Some(Greater),
        Op::LessEqual => matches!(order(first), Some(Less | Equal)),
        Op::LessThan => order(first) == Some(Less),
        Op::Between => {
            let last = values.get(1).map(String::as_str).unwrap_or_default();
            matches!(order(first), Some(Greater | Equal)) && matches!(order(last), Some(Less | Equal))
        }
    }
}
