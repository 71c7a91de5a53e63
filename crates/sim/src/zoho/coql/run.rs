//! Running a bound query.
//!
//! Owns: the way through the records (by index where a condition allows it, else a scan), order, window and
//! aggregates. Must not: refuse anything; binding did.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::held::{Held, compare_held, matches_pattern, order, value};
use super::parse::Query;
use super::plan::{Bound, Literal, Path, Plan, Test};
use crate::zoho::api::Call;
use crate::zoho::json::Out;
use crate::zoho::model::{Cell, FieldNo, Module, Org, Record, Row, Source};
use crate::zoho::records::{render_row_value, render_value};

/// A record, or a row with its record and position.
#[derive(Clone, Copy)]
struct Item<'a> {
    record: &'a Record,
    row: Option<(&'a Row, usize)>,
}

impl Item<'_> {
    fn id(&self) -> u64 {
        self.row.map_or(self.record.id, |(row, _)| row.id)
    }
}

/// Writes the rows of the answer; returns their count and whether more follow.
pub(super) fn run(org: &Org, call: &Call<'_>, plan: &Plan, query: &Query, out: &mut Out) -> (usize, bool) {
    let grouped = !plan.group.is_empty() || plan.columns.iter().any(|column| column.aggregate.is_some());
    let wanted = query.offset + query.limit + 1;
    let by_id = plan.order.is_empty() || ordered_by_id(org, plan);
    let stop = if by_id && !grouped { wanted } else { usize::MAX };
    let mut items = select(org, call, plan, stop);
    if grouped {
        return aggregate(org, plan, query, &items, out);
    }
    if !by_id {
        items.sort_by(|a, b| compare_items(org, plan, a, b));
    }
    let from = query.offset.min(items.len());
    let to = (from + query.limit).min(items.len());
    for item in &items[from..to] {
        out.open();
        let mut id_written = false;
        for column in &plan.columns {
            id_written |= column.name == "id";
            out.key(&column.name);
            render(org, plan, *item, column.path, out);
        }
        if !id_written {
            out.key("id").id(item.id());
        }
        out.close();
    }
    (to - from, to < items.len())
}

fn ordered_by_id(org: &Org, plan: &Plan) -> bool {
    match plan.order.as_slice() {
        [(Path::Own(no), false)] => org.module_at(plan.module).field(*no).source == Source::Id,
        _ => false,
    }
}

/// Items that hold the condition, by id, at most `stop` of them.
fn select<'a>(org: &'a Org, call: &Call<'_>, plan: &Plan, stop: usize) -> Vec<Item<'a>> {
    let mut found = Vec::new();
    let (home, rows) = plan.parent.map_or((plan.module, None), |(module, field)| (module, Some(field)));
    let module = org.module_at(home);
    let mut visit = |record: &'a Record| -> bool {
        if !org.may_see(&module.meta.api_name, record, call.user) {
            return true;
        }
        match rows {
            None => {
                let item = Item { record, row: None };
                if holds(org, plan, item, &plan.test) {
                    found.push(item);
                }
            }
            Some(field) => {
                for (position, row) in record.rows(field).iter().enumerate() {
                    let item = Item { record, row: Some((row, position)) };
                    if holds(org, plan, item, &plan.test) {
                        found.push(item);
                    }
                }
            }
        }
        found.len() < stop
    };
    match candidates(org, plan, module) {
        Way::Ids(mut ids) => {
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().filter_map(|id| module.record(id)).all(&mut visit);
        }
        Way::After(id) => {
            module.records_from(id).all(&mut visit);
        }
    }
    if rows.is_some() {
        found.sort_by_key(Item::id);
    }
    found
}

/// How to walk the records.
enum Way {
    /// Only these can match.
    Ids(Vec<u64>),
    /// All from this id on.
    After(u64),
}

fn candidates(org: &Org, plan: &Plan, module: &Module) -> Way {
    let mut lowest = 0;
    let mut best: Option<Vec<u64>> = None;
    let mut pending = vec![&plan.test];
    while let Some(test) = pending.pop() {
        match test {
            Test::And(a, b) => pending.extend([a.as_ref(), b.as_ref()]),
            Test::Compare { path: Path::Own(no), op, values } => {
                let source = org.module_at(plan.module).field(*no).source;
                let ids = match (plan.parent.is_some(), source, *op) {
                    (false, Source::Id, "=" | "in") | (true, Source::Parent, "=" | "in") => Some(ids_of(values)),
                    (false, Source::Id, ">" | ">=") => {
                        lowest = lowest.max(ids_of(values).first().copied().unwrap_or(0));
                        None
                    }
                    (false, Source::ModifiedTime, "=" | ">" | ">=") => match values.first() {
                        Some(Literal::Time(since)) => Some(module.modified_since(*since).map(|(_, id)| id).collect()),
                        _ => None,
                    },
                    (false, Source::Stored, "=" | "in") => by_index(module, *no, values),
                    _ => None,
                };
                if let Some(ids) = ids
                    && best.as_ref().is_none_or(|held| ids.len() < held.len())
                {
                    best = Some(ids);
                }
            }
            Test::Or(..) | Test::Compare { .. } => {}
        }
    }
    best.map_or(Way::After(lowest), Way::Ids)
}

fn ids_of(values: &[Literal]) -> Vec<u64> {
    values
        .iter()
        .filter_map(|value| match value {
            Literal::Id(id) => Some(*id),
            _ => None,
        })
        .collect()
}

fn by_index(module: &Module, no: FieldNo, values: &[Literal]) -> Option<Vec<u64>> {
    let index = module.index_of(no).filter(|index| !index.tells_cases_apart())?;
    let mut ids = Vec::new();
    for value in values {
        let key = match value {
            Literal::Text(text) => text.clone(),
            Literal::Number(number) => number.normalize().to_string(),
            Literal::Id(id) => id.to_string(),
            _ => return None,
        };
        ids.extend_from_slice(index.holders(&key));
    }
    Some(ids)
}

fn held<'a>(org: &'a Org, plan: &Plan, item: Item<'a>, path: Path) -> Held<'a> {
    match path {
        Path::Any => Held::Bool(true),
        Path::Via { lookup, module, field } => {
            let cells = item.row.map_or(&item.record.cells, |(row, _)| &row.cells);
            let target = match (org.module_at(plan.module).field(lookup).source, cells.get(lookup)) {
                (Source::Parent, _) => Some(item.record.id),
                (_, Some(Cell::Lookup(id))) => Some(*id),
                _ => None,
            };
            match target.and_then(|id| org.module_at(module).record(id)) {
                Some(record) => value(org.module_at(module), record, None, field),
                None => Held::Null,
            }
        }
        Path::Own(field) => value(org.module_at(plan.module), item.record, item.row, field),
    }
}

fn holds(org: &Org, plan: &Plan, item: Item<'_>, test: &Test) -> bool {
    match test {
        Test::And(a, b) => holds(org, plan, item, a) && holds(org, plan, item, b),
        Test::Or(a, b) => holds(org, plan, item, a) || holds(org, plan, item, b),
        Test::Compare { path, op, values } => {
            let held = held(org, plan, item, *path);
            if matches!(held, Held::Null) {
                return matches!(*op, "is null" | "!=" | "not in" | "not like");
            }
            let with = |at: usize| values.get(at).and_then(|value| order(&held, value));
            let among = || values.iter().any(|value| order(&held, value) == Some(Ordering::Equal));
            let between = || with(0).is_some_and(Ordering::is_ge) && with(1).is_some_and(Ordering::is_le);
            match *op {
                "=" => with(0) == Some(Ordering::Equal),
                "!=" => with(0) != Some(Ordering::Equal),
                "<" => with(0).is_some_and(Ordering::is_lt),
                "<=" => with(0).is_some_and(Ordering::is_le),
                ">" => with(0).is_some_and(Ordering::is_gt),
                ">=" => with(0).is_some_and(Ordering::is_ge),
                "in" => among(),
                "not in" => !among(),
                "between" => between(),
                "not between" => !between(),
                "like" => like(org, plan, item, *path, &held, values),
                "not like" => !like(org, plan, item, *path, &held, values),
                "is not null" => true,
                _ => false,
            }
        }
    }
}

/// Compares a text, or the name of the record that a lookup points to, with a pattern.
fn like(org: &Org, plan: &Plan, item: Item<'_>, path: Path, held: &Held<'_>, values: &[Literal]) -> bool {
    let Some(Literal::Text(pattern)) = values.first() else {
        return false;
    };
    let text = match held {
        Held::Text(text) => text.to_lowercase(),
        Held::Number(number) => number.normalize().to_string(),
        Held::Id(id) => {
            let target = match path {
                Path::Own(no) => org.module_at(plan.module).field(no).target.as_deref(),
                _ => None,
            };
            let name = target.and_then(|name| org.module_no(name)).and_then(|module| org.name_of(module, *id));
            name.map_or_else(|| item.id().to_string(), str::to_lowercase)
        }
        _ => return false,
    };
    matches_pattern(&text, pattern)
}

fn compare_items(org: &Org, plan: &Plan, a: &Item<'_>, b: &Item<'_>) -> Ordering {
    for (path, descending) in &plan.order {
        let order = compare_held(&held(org, plan, *a, *path), &held(org, plan, *b, *path));
        let order = if *descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.id().cmp(&b.id())
}

fn render(org: &Org, plan: &Plan, item: Item<'_>, path: Path, out: &mut Out) {
    match (path, item.row, plan.parent) {
        (Path::Own(no), Some((row, position)), Some((parent, _))) => {
            render_row_value(org, plan.module, (parent, item.record), row, position, no, out);
        }
        (Path::Own(no), _, _) => render_value(org, plan.module, item.record, no, out),
        (Path::Via { lookup, module, field }, _, _) => {
            let target = match held(org, plan, item, Path::Own(lookup)) {
                Held::Id(id) => org.module_at(module).record(id),
                _ => None,
            };
            match target {
                Some(record) => render_value(org, module, record, field, out),
                None => {
                    out.null();
                }
            }
        }
        (Path::Any, _, _) => {
            out.null();
        }
    }
}

fn aggregate(org: &Org, plan: &Plan, query: &Query, items: &[Item<'_>], out: &mut Out) -> (usize, bool) {
    let mut groups: BTreeMap<Vec<u8>, Vec<Item<'_>>> = BTreeMap::new();
    for item in items {
        let mut key = Out::default();
        key.open_array();
        for column in &plan.group {
            render(org, plan, *item, column.path, &mut key);
        }
        groups.entry(key.finish()).or_default().push(*item);
    }
    let total = groups.len();
    let shown = groups.values().skip(query.offset).take(query.limit);
    let mut count = 0;
    for group in shown {
        count += 1;
        out.open();
        for column in &plan.columns {
            out.key(&column.name);
            match (&column.aggregate, group.first()) {
                (Some(word), _) => total_of(org, plan, column, word, group, out),
                (None, Some(first)) => render(org, plan, *first, column.path, out),
                (None, None) => {
                    out.null();
                }
            }
        }
        out.close();
    }
    (count, query.offset + count < total)
}

fn total_of(org: &Org, plan: &Plan, column: &Bound, word: &str, group: &[Item<'_>], out: &mut Out) {
    let filled: Vec<Item<'_>> =
        group.iter().copied().filter(|item| !matches!(held(org, plan, *item, column.path), Held::Null)).collect();
    if word == "count" {
        out.integer(filled.len() as u64);
        return;
    }
    let numbers: Vec<Decimal> = filled
        .iter()
        .filter_map(|item| match held(org, plan, *item, column.path) {
            Held::Number(number) => Some(number),
            _ => None,
        })
        .collect();
    let by = |a: &&Item<'_>, b: &&Item<'_>| {
        compare_held(&held(org, plan, **a, column.path), &held(org, plan, **b, column.path))
    };
    match word {
        "sum" => {
            out.number(numbers.iter().sum());
        }
        "avg" if !numbers.is_empty() => {
            out.number(numbers.iter().sum::<Decimal>() / Decimal::from(numbers.len()));
        }
        "min" | "max" => match if word == "min" { filled.iter().min_by(by) } else { filled.iter().max_by(by) } {
            Some(item) => render(org, plan, *item, column.path, out),
            None => {
                out.null();
            }
        },
        _ => {
            out.null();
        }
    }
}
