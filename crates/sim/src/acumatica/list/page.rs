//! Lists and single records: which rows an answer shows, from where on, in which order.
//!
//! Owns `$top` and `$skip`, the order without an order clause, and the answer for a record that is missing. Rows come
//! from `rows`, are written by `render`; refusals are [`Failure`].

use http::StatusCode;

use super::plan::{Mode, Plan, Wanted};
use super::query::Query;
use super::rows::{each, is_seen};
use crate::acumatica::entity::{Cx, Entity, Rec, Source, lookup};
use crate::acumatica::failure::{Failure, HTML};
use crate::acumatica::filter::{self, Filter, Operand};
use crate::acumatica::json::Style;
use crate::acumatica::switches::{ListOrder, MissingRecord, OrderBy, TypeOrder};
use crate::acumatica::version::Version;

/// What is asked of an entity.
#[derive(Clone, Copy)]
pub struct Ask<'q> {
    /// The entity.
    pub entity: &'static Entity,
    /// Endpoint version.
    pub version: Version,
    /// Parameters.
    pub query: &'q Query,
    /// Whether archived documents are shown.
    pub archived: bool,
    /// Virtual folder of the instance.
    pub base: &'q str,
}

impl Ask<'_> {
    fn plan(&self, mode: Mode, filter: Option<&Filter>, cx: &Cx<'_>) -> Result<Plan, Failure> {
        Plan::new(
            &Wanted {
                entity: self.entity,
                version: self.version,
                mode,
                select: self.query.select.as_deref(),
                expand: &self.query.expand,
                custom: &self.query.custom,
                filtered: filter.map_or(&[], |f| &f.fields),
                base: self.base,
            },
            cx,
        )
    }

    fn style<'c>(&self, cx: &Cx<'c>) -> Style<'c> {
        Style { zone: &cx.books.setup.zone, date_only: cx.switches.date_only_values && self.version >= Version::V25 }
    }

    /// Reads the filter of the request.
    ///
    /// # Errors
    /// The filter's 500.
    pub fn filter(&self, cx: &Cx<'_>) -> Result<Option<Filter>, Failure> {
        let text = self.query.filter.as_deref();
        Ok(text.map(|t| filter::compile(t, self.entity, self.version, cx)).transpose()?)
    }
}

/// A list.
///
/// # Errors
/// What the server answers instead.
pub fn list(ask: &Ask<'_>, cx: &Cx<'_>) -> Result<Vec<u8>, Failure> {
    if ask.entity.source == Source::Inquiry {
        return Err(Failure::optimiser(ask.entity.name, "Results"));
    }
    let filter = ask.filter(cx)?;
    let plan = ask.plan(Mode::List, filter.as_ref(), cx)?;
    let style = ask.style(cx);
    let pred = filter.as_ref().map(|f| &f.pred);
    let by_stamp = filter.as_ref().is_some_and(|f| f.fields.iter().any(|field| field.starts_with("LastModified")));
    if by_stamp && cx.switches.blind_stamps.iter().any(|entity| entity == ask.entity.name) {
        return Ok(b"[]".to_vec());
    }
    let top = ask.query.top.unwrap_or(usize::MAX).min(cx.switches.max_top.unwrap_or(usize::MAX));
    let mut out = Vec::with_capacity(64 * 1024);
    out.push(b'[');
    let mut written = 0_usize;
    let mut skip = ask.query.skip;
    let mut write = |rec: Rec<'_>, out: &mut Vec<u8>| {
        if written >= top {
            return std::ops::ControlFlow::Break(());
        }
        if skip > 0 {
            skip -= 1;
            return std::ops::ControlFlow::Continue(());
        }
        if written > 0 {
            out.push(b',');
        }
        written += 1;
        plan.write(out, cx, rec, i64::try_from(written).unwrap_or(i64::MAX), style);
        if written >= top { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    match order(ask, cx)? {
        None => each(ask.entity, cx, pred, ask.archived, &mut |rec| write(rec, &mut out)),
        Some(order) => {
            let mut rows = Vec::new();
            each(ask.entity, cx, pred, ask.archived, &mut |rec| {
                rows.push(rec);
                std::ops::ControlFlow::Continue(())
            });
            rows.sort_by(|a, b| order.compare(*a, *b, cx));
            for rec in rows {
                if write(rec, &mut out).is_break() {
                    break;
                }
            }
        }
    }
    out.push(b']');
    if cx.switches.max_answer_bytes.is_some_and(|limit| out.len() > limit) {
        return Err(Failure::Exception("System.Web.HttpException", "Request timed out.".to_owned()));
    }
    Ok(out)
}

enum Order {
    Created,
    Columns(Vec<(filter::Column, bool)>),
}

impl Order {
    fn compare<'a>(&self, a: Rec<'a>, b: Rec<'a>, cx: &Cx<'a>) -> std::cmp::Ordering {
        match self {
            Self::Created => a.meta().map(|m| (m.created, m.id)).cmp(&b.meta().map(|m| (m.created, m.id))),
            Self::Columns(columns) => {
                let by_label = cx.switches.type_order == TypeOrder::Label;
                for (column, descending) in columns {
                    let order = column.read(cx, a).order(&column.read(cx, b), &cx.books.setup.zone, by_label);
                    if order.is_ne() {
                        return if *descending { order.reverse() } else { order };
                    }
                }
                std::cmp::Ordering::Equal
            }
        }
    }
}

fn order(ask: &Ask<'_>, cx: &Cx<'_>) -> Result<Option<Order>, Failure> {
    let default = match cx.switches.list_order {
        ListOrder::Key => None,
        ListOrder::Created => Some(Order::Created),
    };
    let Some(text) = ask.query.orderby.as_deref().filter(|t| !t.trim().is_empty()) else {
        return Ok(default);
    };
    match cx.switches.orderby {
        OrderBy::Ignored => Ok(default),
        OrderBy::Fails => {
            Err(Failure::Exception("System.NotSupportedException", "$orderby is not supported".to_owned()))
        }
        OrderBy::Honoured => {
            let mut columns = Vec::new();
            for part in text.split(',') {
                let mut words = part.split_whitespace();
                let path = words.next().unwrap_or_default().to_owned();
                let descending = words.next().is_some_and(|w| w.eq_ignore_ascii_case("desc"));
                let test = filter::Expr::Compare(Operand::Path(path), filter::Op::Eq, Operand::Lit(filter::Lit::Null));
                if let filter::Pred::Test(column, _) =
                    filter::bind(&test, ask.entity, ask.version, cx, &mut Vec::new())?
                {
                    columns.push((column, descending));
                }
            }
            Ok(Some(Order::Columns(columns)))
        }
    }
}

/// A record by its keys or id.
///
/// # Errors
/// What the server answers instead; a missing record by the switch.
pub fn one(ask: &Ask<'_>, cx: &Cx<'_>, keys: &[String]) -> Result<Vec<u8>, Failure> {
    if ask.entity.source == Source::Inquiry {
        return Err(Failure::optimiser(ask.entity.name, "Results"));
    }
    let filter = ask.filter(cx)?;
    let rec = lookup(ask.entity, cx, keys)
        .filter(|rec| is_seen(cx, *rec, ask.archived))
        .filter(|rec| filter.as_ref().is_none_or(|f| f.pred.holds(cx, *rec)))
        .ok_or_else(|| missing(cx))?;
    record(ask, cx, rec)
}

/// A record that is at hand.
///
/// # Errors
/// The filter's 500.
pub fn record(ask: &Ask<'_>, cx: &Cx<'_>, rec: Rec<'_>) -> Result<Vec<u8>, Failure> {
    let filter = ask.filter(cx)?;
    let plan = ask.plan(Mode::Single, filter.as_ref(), cx)?;
    let mut out = Vec::with_capacity(4096);
    plan.write(&mut out, cx, rec, 1, ask.style(cx));
    Ok(out)
}

/// The answer to a record that is not there.
#[must_use]
pub fn missing(cx: &Cx<'_>) -> Failure {
    match cx.switches.missing_record {
        MissingRecord::Error500 => Failure::Exception(
            "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException",
            "No entity satisfies the condition.".to_owned(),
        ),
        MissingRecord::NotFound404 => Failure::not_found("No entity satisfies the condition."),
    }
}

/// The answer to an endpoint version that is not there.
#[must_use]
pub fn wrong_version(cx: &Cx<'_>, path: &str) -> Failure {
    match cx.switches.wrong_version_body {
        crate::acumatica::switches::BodyKind::Json => {
            Failure::not_found(format!("No HTTP resource was found that matches the request URI '{path}'."))
        }
        crate::acumatica::switches::BodyKind::Html => Failure::Ready(
            StatusCode::NOT_FOUND,
            HTML,
            "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body><h2>404 - File or directory not found.</h2></body></html>".to_owned(),
        ),
    }
}
