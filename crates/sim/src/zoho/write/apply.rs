//! Carrying out a checked draft: new records, changed records, rows.
//!
//! Owns: the change of the stored record with its rows, stamps and computed values. Must not: validate
//! single values (done before) or word answers.

use super::check::{Draft, RowDraft};
use super::value::Place;
use super::{Context, totals};
use crate::zoho::model::{Cell, Cells, FieldNo, Hold, Org, Record, Row};
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::Sent;

/// What a write left behind, as answers tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Record id.
    pub(crate) id: u64,
    /// `Created_Time`
    pub(crate) created: i64,
    /// `Modified_Time`
    pub(crate) modified: i64,
    /// `Created_By`
    pub(crate) created_by: u64,
    /// `Modified_By`
    pub(crate) modified_by: u64,
}

impl From<&Record> for Applied {
    fn from(record: &Record) -> Self {
        Self {
            id: record.id,
            created: record.created,
            modified: record.modified,
            created_by: record.created_by,
            modified_by: record.modified_by,
        }
    }
}

/// Recomputes the derived values of a record taken out of its module.
pub(crate) fn recompute(org: &Org, cx: Context<'_>, module_no: usize, record: &mut Record) {
    totals::compute(org, cx.switches, module_no, record);
}

/// Makes a record from a checked draft.
pub(crate) fn insert(org: &mut Org, cx: Context<'_>, module_no: usize, draft: Draft) -> Applied {
    let id = org.record_id();
    let mut cells: Vec<(FieldNo, Cell)> =
        draft.cells.into_iter().filter_map(|(no, cell)| cell.map(|cell| (no, cell))).collect();
    for (no, rows) in draft.rows {
        let made: Vec<Row> =
            rows.into_iter().filter(|row| !row.delete).map(|row| new_row(org, cx, module_no, row)).collect();
        if !made.is_empty() {
            cells.push((no, Cell::Rows(made)));
        }
    }
    let mut record = Record {
        id,
        created: cx.now,
        modified: cx.now,
        owner: draft.owner.unwrap_or(cx.user),
        created_by: cx.user,
        modified_by: cx.user,
        cells: Cells::from_unsorted(cells),
        hold: None,
    };
    let probability = org.module_at(module_no).field_no("Probability");
    let sent = probability.is_some_and(|no| record.cells.get(no).is_some());
    given(org, module_no, &mut record, !sent);
    totals::compute(org, cx.switches, module_no, &mut record);
    let applied = Applied::from(&record);
    org.module_at_mut(module_no).put(record);
    applied
}

/// Changes a live record by a checked draft. `append` says that rows without id are added to those there are;
/// else the sent rows replace them. `at` is the record's position in the request.
pub(crate) fn change(
    org: &mut Org,
    cx: Context<'_>,
    module_no: usize,
    id: u64,
    mut draft: Draft,
    append: bool,
    at: usize,
) -> Result<Applied, Refusal> {
    let place = Place { record: at, row: None };
    let Some(record) = org.module_at(module_no).record(id) else {
        return Err(Refusal::record_id(&place.path("id")));
    };
    allowed(org, cx, module_no, record, &mut draft, place)?;
    for (no, rows) in &draft.rows {
        rows_fit(org, cx, module_no, record, *no, rows, append, at)?;
    }
    let Some(mut record) = org.module_at_mut(module_no).take(id) else {
        return Err(Refusal::record_id(&place.path("id")));
    };
    let stage_before = stage_of(org, module_no, &record);
    let probability = org.module_at(module_no).field_no("Probability");
    let probability_sent = probability.is_some_and(|no| draft.get(no).is_some());
    for (no, cell) in draft.cells {
        let cell = match cell {
            Some(Cell::List(more)) if draft.append.contains(&no) => Some(appended(record.cells.get(no), &more)),
            other => other,
        };
        record.cells.set(no, cell);
    }
    if let Some(owner) = draft.owner {
        record.owner = owner;
    }
    for (no, rows) in draft.rows {
        merge_rows(org, cx, module_no, &mut record, no, rows, append);
    }
    record.modified = cx.now;
    record.modified_by = cx.user;
    let stage_moved = !probability_sent && stage_before != stage_of(org, module_no, &record);
    given(org, module_no, &mut record, stage_moved);
    totals::compute(org, cx.switches, module_no, &mut record);
    let applied = Applied::from(&record);
    org.module_at_mut(module_no).put(record);
    Ok(applied)
}

/// Refuses what the record's state or its currency forbids.
fn allowed(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    record: &Record,
    draft: &mut Draft,
    place: Place<'_>,
) -> Result<(), Refusal> {
    let module = org.module_at(module_no);
    if let Some(hold) = record.hold {
        if hold == Hold::Blueprint {
            let bound = ["Stage", "Status"].into_iter().filter_map(|name| module.field_no(name));
            for no in bound {
                if draft.get(no).is_some() {
                    let name = &module.field(no).api_name;
                    let details = details(|out| {
                        out.pair("api_name", name).pair("json_path", &place.path(name));
                    });
                    return Err(Refusal::new(400, "RECORD_IN_BLUEPRINT", "The record is in blue print", details));
                }
            }
        } else {
            return Err(held(hold, record.id, place));
        }
    }
    if let Some(no) = module.field_no("Currency")
        && let Some(sent) = draft.get(no)
    {
        let before = record.cells.get(no);
        if sent != before && before.is_some() {
            if cx.switches.currency_change == Sent::Refuse {
                return Err(Refusal::field("Currency", &place.path("Currency"), |_| {}));
            }
            draft.cells.retain(|(n, _)| *n != no);
        }
    }
    Ok(())
}

/// The refusal of a write to a record in a state that forbids it.
pub(crate) fn held(hold: Hold, id: u64, place: Place<'_>) -> Refusal {
    let by_path = |action: &str| {
        details(|out| {
            out.pair("api_name", "id").pair("json_path", &place.path("id")).pair("action", action);
        })
    };
    let by_id = |action: Option<&str>| {
        details(|out| {
            out.key("id").id(id);
            if let Some(action) = action {
                out.pair("action", action);
            }
        })
    };
    let (code, message, details) = match hold {
        Hold::Merging => ("RECORD_LOCKED", "Record under merge is locked", by_path("record_merge")),
        Hold::Vision => ("RECORD_LOCKED", "record is being processed", by_id(Some("zia_vision_processing"))),
        Hold::Approval => ("NOT_APPROVED", "record is not approved", by_id(None)),
        Hold::Review => ("NOT_REVIEWED", "record is not reviewed", by_id(None)),
        Hold::Locked | Hold::Blueprint => ("RECORD_LOCKED", "record is locked", by_path("record_locking")),
    };
    Refusal::new(400, code, message, details)
}

#[allow(clippy::too_many_arguments, reason = "one check, called from one place")]
fn rows_fit(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    record: &Record,
    no: FieldNo,
    rows: &[RowDraft],
    append: bool,
    at: usize,
) -> Result<(), Refusal> {
    let field = org.module_at(module_no).field(no);
    let there = record.rows(no);
    for (position, row) in rows.iter().enumerate() {
        if let Some(id) = row.id
            && !there.iter().any(|held| held.id == id)
        {
            let place = Place { record: at, row: Some((&field.api_name, position)) };
            return Err(Refusal::record_id(&place.path("id")));
        }
    }
    if let Some(most) = cx.switches.rows_per_record {
        let new = rows.iter().filter(|row| row.id.is_none() && !row.delete).count();
        let gone = rows.iter().filter(|row| row.delete).count();
        let kept = if append && !rows.is_empty() { there.len() - gone.min(there.len()) } else { 0 };
        if kept + new > most {
            let details = details(|out| {
                out.key("maximum_length").integer(most as u64).pair("api_name", &field.api_name);
                out.pair("json_path", &Place { record: at, row: None }.path(&field.api_name));
            });
            return Err(Refusal::new(400, "LIMIT_EXCEEDED", "maximum number of subform rows exceeded", details));
        }
    }
    Ok(())
}

fn merge_rows(
    org: &mut Org,
    cx: Context<'_>,
    module_no: usize,
    record: &mut Record,
    no: FieldNo,
    rows: Vec<RowDraft>,
    append: bool,
) {
    let mut kept = match record.cells.set(no, None) {
        Some(Cell::Rows(rows)) => rows,
        _ => Vec::new(),
    };
    if rows.is_empty() {
        return;
    }
    if !append {
        kept.retain(|held| rows.iter().any(|row| row.id == Some(held.id)));
    }
    for row in rows {
        let Some(id) = row.id else {
            if !row.delete {
                kept.push(new_row(org, cx, module_no, row));
            }
            continue;
        };
        if row.delete {
            kept.retain(|held| held.id != id);
        } else if let Some(held) = kept.iter_mut().find(|held| held.id == id) {
            for (no, cell) in row.cells {
                held.cells.set(no, cell);
            }
            held.modified = cx.now;
        }
    }
    record.cells.set(no, (!kept.is_empty()).then_some(Cell::Rows(kept)));
}

/// A row with its defaults: quantity 1, the product's price where none was sent.
fn new_row(org: &mut Org, cx: Context<'_>, module_no: usize, draft: RowDraft) -> Row {
    let id = org.record_id();
    let mut cells =
        Cells::from_unsorted(draft.cells.into_iter().filter_map(|(no, cell)| cell.map(|cell| (no, cell))).collect());
    if let Some(plan) = &org.module_at(module_no).lines {
        if cells.get(plan.quantity).is_none() {
            cells.set(plan.quantity, Some(Cell::Number(1.into())));
        }
        if cells.get(plan.list_price).is_none()
            && let Some(Cell::Lookup(product)) = cells.get(plan.product)
            && let Some(products) = org.module("Products")
        {
            let price = products
                .field_no("Unit_Price")
                .and_then(|no| products.record(*product).and_then(|record| record.cells.get(no).cloned()));
            let price = price.unwrap_or(Cell::Number(0.into()));
            cells.set(plan.list_price, Some(price));
        }
    }
    Row { id, created: cx.now, modified: cx.now, cells }
}

fn appended(before: Option<&Cell>, more: &[Box<str>]) -> Cell {
    let mut all: Vec<Box<str>> = match before {
        Some(Cell::List(values)) => values.to_vec(),
        _ => Vec::new(),
    };
    for value in more {
        if !all.contains(value) {
            all.push(value.clone());
        }
    }
    Cell::List(all.into())
}

fn stage_of(org: &Org, module_no: usize, record: &Record) -> Option<String> {
    let module = org.module_at(module_no);
    module.field_no("Stage").and_then(|no| record.cells.get(no)).and_then(Cell::text).map(str::to_owned)
}

/// Values that the system gives: document number, home currency with its rate, a deal's probability.
fn given(org: &mut Org, module_no: usize, record: &mut Record, stage_moved: bool) {
    let module = org.module_at(module_no);
    if let Some(currency) = module.field_no("Currency") {
        if record.cells.get(currency).is_none() {
            record.cells.set(currency, Some(Cell::Text(org.home().into())));
        }
        if let Some(rate) = module.field_no("Exchange_Rate")
            && record.cells.get(rate).is_none()
        {
            let iso = record.cells.get(currency).and_then(Cell::text).unwrap_or_default();
            let value = org.currency(iso).and_then(|held| held.rate.parse().ok()).unwrap_or(rust_decimal::Decimal::ONE);
            record.cells.set(rate, Some(Cell::Number(value)));
        }
    }
    if stage_moved && module.meta.api_name == "Deals" {
        let stage = module.field_no("Stage").and_then(|no| {
            let text = record.cells.get(no).and_then(Cell::text)?;
            module.field(no).picks.iter().find(|pick| pick.actual == text)
        });
        if let (Some(no), Some(percent)) = (module.field_no("Probability"), stage.and_then(|pick| pick.probability)) {
            record.cells.set(no, Some(Cell::Number(percent.into())));
        }
    }
    let number = module.lines.as_ref().and_then(|plan| plan.number);
    if let Some(no) = number
        && record.cells.get(no).is_none()
    {
        let module = org.module_at_mut(module_no);
        module.serial += 1;
        let serial = module.serial;
        record.cells.set(no, Some(Cell::Text(serial.to_string().into())));
    }
}
