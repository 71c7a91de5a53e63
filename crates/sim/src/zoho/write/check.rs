//! One sent record against its module: which values are written, and what is wrong with the rest.
//!
//! Owns: the draft of a change and the collection of all faults of a record. Must not: change anything.

use std::borrow::Cow;

use super::Context;
use super::value::{Place, convert};
use crate::zoho::json::Json;
use crate::zoho::model::{Cell, Field, FieldNo, Kind, Module, Org, Permission, Source};
use crate::zoho::refusal::Refusal;
use crate::zoho::switches::{Sent, SeveralFaults};

/// Whether a record is made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Mandatory fields must be there.
    Insert,
    /// Absent fields stay as they are.
    Update,
}

/// A row as it was sent.
#[derive(Debug, Default)]
pub(crate) struct RowDraft {
    /// Id of an existing row.
    pub(crate) id: Option<u64>,
    /// Marked with `_delete`.
    pub(crate) delete: bool,
    /// Values; `None` clears.
    pub(crate) cells: Vec<(FieldNo, Option<Cell>)>,
}

/// A checked record that is ready to be applied.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Values; `None` clears.
    pub(crate) cells: Vec<(FieldNo, Option<Cell>)>,
    /// New owner.
    pub(crate) owner: Option<u64>,
    /// Sent subforms with their rows; an empty list clears the subform.
    pub(crate) rows: Vec<(FieldNo, Vec<RowDraft>)>,
    /// Multi-selects to which values are added instead of replacing them.
    pub(crate) append: Vec<FieldNo>,
}

impl Draft {
    /// The value that is written to a field; `Some(None)` clears it.
    #[must_use]
    pub(crate) fn get(&self, no: FieldNo) -> Option<Option<&Cell>> {
        self.cells.iter().rev().find(|(n, _)| *n == no).map(|(_, cell)| cell.as_ref())
    }
}

/// Checks a sent record. `at` is its position in `data`. All faults come back, at least one on refusal.
pub(crate) fn draft(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    object: &[(Cow<'_, str>, Json<'_>)],
    at: usize,
    mode: Mode,
) -> Result<Draft, Vec<Refusal>> {
    let module = org.module_at(module_no);
    let profile = org.user(cx.user).map_or(0, |user| user.profile);
    let place = Place { record: at, row: None };
    let mut draft = Draft { cells: Vec::with_capacity(object.len() + 2), ..Draft::default() };
    let mut faults = Vec::new();
    let mut faulty: Vec<FieldNo> = Vec::new();
    for (key, json) in object {
        if key == "$append_values" {
            draft.append = json
                .object()
                .unwrap_or(&[])
                .iter()
                .filter(|(_, on)| on.boolean() == Some(true))
                .filter_map(|(name, _)| module.field_no(name))
                .collect();
            continue;
        }
        let Some(no) = module.field_no(key) else {
            continue;
        };
        let field = module.field(no);
        if let Some(refused) = not_written(cx, field, profile) {
            if refused {
                faults.push(Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {}));
            }
            continue;
        }
        if field.kind == Kind::Subform {
            match rows(org, cx, field, json, at, mode) {
                Ok(rows) => draft.rows.push((no, rows)),
                Err(mut more) => {
                    faulty.push(no);
                    faults.append(&mut more);
                }
            }
            continue;
        }
        match convert(org, cx.switches, field, json, place) {
            Ok(Some(Cell::Lookup(id))) if field.source == Source::Owner => draft.owner = Some(id),
            Ok(None) if field.source == Source::Owner => {}
            Ok(None) if field.mandatory && mode == Mode::Update => {
                faults.push(Refusal::mandatory(&field.api_name, &place.path(&field.api_name)));
            }
            Ok(cell) => {
                if let Some(refusal) = amount_fault(cx, module, no, field, cell.as_ref(), place) {
                    faulty.push(no);
                    faults.push(refusal);
                } else {
                    draft.cells.push((no, cell));
                }
            }
            Err(refusal) => {
                faulty.push(no);
                faults.push(refusal);
            }
        }
    }
    if mode == Mode::Insert {
        missing(module, &mut draft, place, &faulty, &mut faults);
    }
    if faults.is_empty() {
        return Ok(draft);
    }
    if cx.switches.several_faults == SeveralFaults::First {
        faults.truncate(1);
    }
    Err(faults)
}

/// `Some(true)` refuses a sent value, `Some(false)` leaves it aside, `None` writes it.
fn not_written(cx: Context<'_>, field: &Field, profile: u64) -> Option<bool> {
    if field.read_only {
        let computed = matches!(field.kind, Kind::Formula | Kind::AutoNumber);
        let stamped =
            matches!(field.source, Source::CreatedTime | Source::ModifiedTime | Source::CreatedBy | Source::ModifiedBy);
        let refused = (computed && cx.switches.totals_sent == Sent::Refuse)
            || (stamped && cx.switches.system_fields_sent == Sent::Refuse);
        return Some(refused);
    }
    if !field.permissions.is_empty() && field.permissions.get(&profile).is_some_and(|p| *p != Permission::ReadWrite) {
        return Some(false);
    }
    None
}

fn amount_fault(
    cx: Context<'_>,
    module: &Module,
    no: FieldNo,
    field: &Field,
    cell: Option<&Cell>,
    place: Place<'_>,
) -> Option<Refusal> {
    let number = cell?.number()?;
    let plan = module.lines.as_ref()?;
    (no == plan.adjustment && number.is_sign_negative() && !number.is_zero() && !cx.switches.negative_adjustment)
        .then(|| Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {}))
}

/// Makes a draft that was checked as an update fit for an insert: defaults are filled, mandatory fields that
/// stay empty are reported.
pub(crate) fn complete(
    org: &Org,
    cx: Context<'_>,
    module_no: usize,
    draft: &mut Draft,
    at: usize,
) -> Result<(), Vec<Refusal>> {
    let mut faults = Vec::new();
    missing(org.module_at(module_no), draft, Place { record: at, row: None }, &[], &mut faults);
    if cx.switches.several_faults == SeveralFaults::First {
        faults.truncate(1);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Fills defaults and reports mandatory fields that stay empty.
fn missing(module: &Module, draft: &mut Draft, place: Place<'_>, faulty: &[FieldNo], faults: &mut Vec<Refusal>) {
    let required = module.layouts.first().map_or(&[][..], |layout| &layout.required[..]);
    for (no, field) in module.live_fields() {
        if field.default.is_none() && !field.mandatory && (required.is_empty() || !required.contains(&field.id)) {
            continue;
        }
        let filled = if field.kind == Kind::Subform {
            draft.rows.iter().any(|(n, rows)| *n == no && rows.iter().any(|row| !row.delete))
        } else {
            draft.get(no).flatten().is_some()
        };
        if filled {
            continue;
        }
        if let Some(default) = &field.default {
            draft.cells.push((no, Some(default.clone())));
        } else if !faulty.contains(&no) {
            faults.push(Refusal::mandatory(&field.api_name, &place.path(&field.api_name)));
        }
    }
}

fn rows(
    org: &Org,
    cx: Context<'_>,
    field: &Field,
    json: &Json<'_>,
    record: usize,
    mode: Mode,
) -> Result<Vec<RowDraft>, Vec<Refusal>> {
    let whole = Place { record, row: None };
    let path = |name: &str| whole.path(name);
    let items = match json {
        Json::Null => &[][..],
        Json::Array(items) => items,
        _ => {
            return Err(vec![Refusal::expected(&field.api_name, &path(&field.api_name), "jsonarray")]);
        }
    };
    if items.is_empty() && mode == Mode::Update && field.mandatory && !cx.switches.empty_lines {
        return Err(vec![Refusal::mandatory(&field.api_name, &path(&field.api_name))]);
    }
    if cx.switches.rows_per_record.is_some_and(|most| items.len() > most) {
        let most = cx.switches.rows_per_record.unwrap_or(usize::MAX);
        let details = crate::zoho::refusal::details(|out| {
            out.key("maximum_length").integer(most as u64);
            out.pair("api_name", &field.api_name).pair("json_path", &path(&field.api_name));
        });
        return Err(vec![Refusal::new(400, "LIMIT_EXCEEDED", "maximum number of subform rows exceeded", details)]);
    }
    let Some(module_no) = field.target.as_deref().and_then(|name| org.module_no(name)) else {
        return Ok(Vec::new());
    };
    let module = org.module_at(module_no);
    let mut drafts = Vec::with_capacity(items.len());
    let mut faults = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let place = Place { record, row: Some((&field.api_name, at)) };
        let Some(members) = item.object() else {
            faults.push(Refusal::expected(&field.api_name, &path(&field.api_name), "jsonobject"));
            continue;
        };
        match row(org, cx, module, members, place) {
            Ok(draft) => drafts.push(draft),
            Err(refusal) => faults.push(refusal),
        }
    }
    if faults.is_empty() { Ok(drafts) } else { Err(faults) }
}

fn row(
    org: &Org,
    cx: Context<'_>,
    module: &Module,
    members: &[(Cow<'_, str>, Json<'_>)],
    place: Place<'_>,
) -> Result<RowDraft, Refusal> {
    let mut draft = RowDraft { cells: Vec::with_capacity(members.len() + 6), ..RowDraft::default() };
    for (key, json) in members {
        match key.as_ref() {
            "id" => {
                draft.id = Some(json.id().ok_or_else(|| Refusal::record_id(&place.path("id")))?);
                continue;
            }
            "_delete" => {
                draft.delete = true;
                continue;
            }
            _ => {}
        }
        let Some(no) = module.field_no(key) else {
            continue;
        };
        let field = module.field(no);
        if field.read_only {
            continue;
        }
        let cell = convert(org, cx.switches, field, json, place)?;
        if cell.is_none() && field.mandatory {
            return Err(Refusal::mandatory(&field.api_name, &place.path(&field.api_name)));
        }
        row_value_fault(org, cx, field, cell.as_ref(), place)?;
        draft.cells.push((no, cell));
    }
    if draft.id.is_none() && !draft.delete {
        for (no, field) in module.live_fields() {
            if field.mandatory && !draft.cells.iter().any(|(n, _)| *n == no) {
                return Err(Refusal::mandatory(&field.api_name, &place.path(&field.api_name)));
            }
        }
    }
    Ok(draft)
}

fn row_value_fault(
    org: &Org,
    cx: Context<'_>,
    field: &Field,
    cell: Option<&Cell>,
    place: Place<'_>,
) -> Result<(), Refusal> {
    let refused = match (field.api_name.as_str(), cell) {
        ("Quantity", Some(Cell::Number(number))) => {
            (number.is_zero() && !cx.switches.zero_quantity)
                || (number.is_sign_negative() && !number.is_zero() && !cx.switches.negative_quantity)
        }
        ("List_Price", Some(Cell::Number(number))) => {
            number.is_sign_negative() && !number.is_zero() && !cx.switches.negative_price
        }
        ("Product_Name", Some(Cell::Lookup(id))) if !cx.switches.inactive_product => {
            let products = org.module("Products");
            products.is_some_and(|products| {
                let active = products.field_no("Product_Active");
                let record = products.record(*id);
                matches!(
                    (record, active),
                    (Some(record), Some(no)) if record.cells.get(no) == Some(&Cell::Bool(false))
                )
            })
        }
        _ => false,
    };
    if refused {
        return Err(Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {}));
    }
    Ok(())
}
