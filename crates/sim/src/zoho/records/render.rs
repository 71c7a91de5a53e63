//! Records as JSON.
//!
//! Owns: how each kind of value is printed and which `$` members come with a read by id.
//! Must not: choose records.

use crate::zoho::json::Out;
use crate::zoho::model::{Cell, Field, FieldNo, Hold, Kind, Module, Org, Record, Row, Source, stamp_at};
use crate::zoho::write::tax_amount;

/// Positions of the fields named by a `fields` parameter; unknown names are left out.
pub(crate) fn fields_of(module: &Module, profile: u64, names: &str) -> Vec<FieldNo> {
    let mut numbers = Vec::new();
    for name in names.split(',') {
        if let Some(no) = module.field_no(name.trim())
            && module.field(no).seen_by(profile)
            && !numbers.contains(&no)
        {
            numbers.push(no);
        }
    }
    numbers
}

/// Writes the fields of a record, then its id unless that was among them.
pub(crate) fn render_record(org: &Org, module_no: usize, record: &Record, fields: &[FieldNo], out: &mut Out) {
    let module = org.module_at(module_no);
    out.open();
    let mut id_written = false;
    for no in fields {
        let field = module.field(*no);
        id_written |= field.source == Source::Id;
        out.key(&field.api_name);
        render_value(org, module_no, record, *no, out);
    }
    if !id_written {
        out.key("id").id(record.id);
    }
    out.close();
}

/// Writes everything about one record, as a read by id answers. `rows_cap` limits the rows of each subform.
pub(crate) fn render_whole(
    org: &Org,
    module_no: usize,
    record: &Record,
    profile: u64,
    fields: Option<&[FieldNo]>,
    rows_cap: Option<usize>,
    out: &mut Out,
) {
    let module = org.module_at(module_no);
    let wanted = |no: FieldNo, field: &Field| match fields {
        Some(listed) => listed.contains(&no) || field.source == Source::Id,
        None => field.seen_by(profile),
    };
    out.open();
    let mut cut: Vec<(&str, bool)> = Vec::new();
    for (no, field) in module.live_fields().filter(|(no, field)| wanted(*no, field)) {
        out.key(&field.api_name);
        if field.kind == Kind::Subform {
            let rows = record.rows(no);
            let shown = rows_cap.map_or(rows.len(), |cap| cap.min(rows.len()));
            render_rows(org, module_no, record, field, &rows[..shown], out);
            cut.push((&field.api_name, shown < rows.len()));
        } else {
            render_value(org, module_no, record, no, out);
        }
    }
    let iso = module.field_no("Currency").and_then(|no| record.cells.get(no)).and_then(Cell::text);
    let symbol = org.currency(iso.unwrap_or(org.home())).map_or("$", |currency| &currency.symbol);
    let approval = record.hold == Some(Hold::Approval);
    out.pair("$currency_symbol", symbol).key("$field_states").null();
    out.key("$review_process").raw(r#"{"approve":false,"reject":false,"resubmit":false}"#);
    out.pair("$sharing_permission", "full_access").key("$review").null();
    out.key("$editable").boolean(true).key("$process_flow").boolean(record.hold == Some(Hold::Blueprint));
    out.pair("$approval_state", if approval { "approval_process_pending" } else { "approved" });
    out.key("$approval").raw(r#"{"delegate":false,"takeover":false,"approve":false,"reject":false,"resubmit":false}"#);
    out.key("$in_merge").boolean(record.hold == Some(Hold::Merging));
    out.key("$locked_for_me").boolean(false).key("$orchestration").boolean(false);
    out.key("$zia_visions").null().key("$is_duplicate").boolean(false);
    if let Some(layout) = module.layouts.first() {
        out.key("$layout_id").open().pair("display_label", &layout.name).pair("name", &layout.name);
        out.key("id").id(layout.id).close();
    }
    out.key("$has_more").open();
    for (name, more) in cut {
        out.key(name).boolean(more);
    }
    out.close().close();
}

/// Writes the value of one field of a record.
pub(crate) fn render_value(org: &Org, module_no: usize, record: &Record, no: FieldNo, out: &mut Out) {
    let field = org.module_at(module_no).field(no);
    match field.source {
        Source::Id => out.id(record.id),
        Source::CreatedTime => out.text(&stamp_at(record.created, org.options.offset_minutes)),
        Source::ModifiedTime => out.text(&stamp_at(record.modified, org.options.offset_minutes)),
        Source::CreatedBy => out.raw(org.who(record.created_by)),
        Source::ModifiedBy => out.raw(org.who(record.modified_by)),
        Source::Owner => out.raw(org.owner(record.owner)),
        Source::Locked => out.boolean(record.hold == Some(Hold::Locked)),
        Source::RecordStatus => out.text("Available"),
        Source::Parent | Source::Sequence => out.null(),
        Source::Stored if field.kind == Kind::Subform => {
            render_rows(org, module_no, record, field, record.rows(no), out);
            out
        }
        Source::Stored => {
            render_cell(org, field, record.cells.get(no), out);
            out
        }
    };
}

/// Writes the value of one field of a line row.
pub(crate) fn render_row_value(
    org: &Org,
    rows_module: usize,
    parent: (usize, &Record),
    row: &Row,
    position: usize,
    no: FieldNo,
    out: &mut Out,
) {
    let field = org.module_at(rows_module).field(no);
    match (field.source, field.kind) {
        (Source::Id, _) => {
            out.id(row.id);
        }
        (Source::CreatedTime, _) => {
            out.text(&stamp_at(row.created, org.options.offset_minutes));
        }
        (Source::ModifiedTime, _) => {
            out.text(&stamp_at(row.modified, org.options.offset_minutes));
        }
        (Source::Sequence, _) => {
            out.integer(position as u64 + 1);
        }
        (Source::Parent, _) => {
            let name = org.module_at(parent.0).display_name(parent.1);
            out.open().pair("name", name).key("id").id(parent.1.id).close();
        }
        (_, Kind::LineTax) => line_tax(org, parent, row, no, out),
        (_, Kind::Lookup) if field.target.as_deref() == Some("Products") => product(org, row.cells.get(no), out),
        _ => render_cell(org, field, row.cells.get(no), out),
    }
}

fn render_rows(org: &Org, module_no: usize, record: &Record, field: &Field, rows: &[Row], out: &mut Out) {
    out.open_array();
    if let Some(rows_module) = field.target.as_deref().and_then(|name| org.module_no(name)) {
        for (position, row) in rows.iter().enumerate() {
            out.open();
            for (no, column) in org.module_at(rows_module).live_fields() {
                out.key(&column.api_name);
                render_row_value(org, rows_module, (module_no, record), row, position, no, out);
            }
            out.close();
        }
    }
    out.close_array();
}

fn product(org: &Org, cell: Option<&Cell>, out: &mut Out) {
    let Some(products) = org.module("Products") else {
        out.null();
        return;
    };
    let record = match cell {
        Some(Cell::Lookup(id)) => products.record(*id),
        _ => None,
    };
    let Some(record) = record else {
        out.null();
        return;
    };
    let code = products.field_no("Product_Code").and_then(|no| record.cells.get(no)).and_then(Cell::text);
    out.open().key("Product_Code");
    match code {
        Some(code) => out.text(code),
        None => out.null(),
    };
    out.pair("name", products.display_name(record)).key("id").id(record.id).close();
}

fn line_tax(org: &Org, parent: (usize, &Record), row: &Row, no: FieldNo, out: &mut Out) {
    out.open_array();
    let plan = org.module_at(parent.0).lines.as_ref();
    if let (Some(Cell::List(names)), Some(plan)) = (row.cells.get(no), plan) {
        let base = row.cells.get(plan.after_discount).and_then(Cell::number).unwrap_or_default();
        let iso = plan.currency.and_then(|no| parent.1.cells.get(no)).and_then(Cell::text);
        for tax in names.iter().filter_map(|name| org.tax(name)) {
            out.open().key("percentage").number(tax.percent).pair("name", &tax.name).key("id").id(tax.id);
            out.key("value").number(tax_amount(base, tax.percent, org.precision(iso))).close();
        }
    }
    out.close_array();
}

fn render_cell(org: &Org, field: &Field, cell: Option<&Cell>, out: &mut Out) {
    match (cell, field.kind) {
        (None, Kind::Boolean) => out.boolean(false),
        (None, Kind::MultiPicklist | Kind::MultiTax | Kind::Subform) => out.raw("[]"),
        (None, _) => out.null(),
        (Some(Cell::Text(text)), _) => out.text(text),
        (Some(Cell::Number(number)), Kind::BigInt) => out.text(&number.normalize().to_string()),
        (Some(Cell::Number(number)), _) => out.number(*number),
        (Some(Cell::Bool(value)), _) => out.boolean(*value),
        (Some(Cell::Time(seconds)), _) => out.text(&stamp_at(*seconds, org.options.offset_minutes)),
        (Some(Cell::Lookup(id)), Kind::UserLookup | Kind::OwnerLookup) => out.raw(org.who(*id)),
        (Some(Cell::Lookup(id)), _) => {
            let target = field.target.as_deref().and_then(|name| org.module_no(name));
            match target.and_then(|module| org.name_of(module, *id)) {
                Some(name) => out.open().pair("name", name).key("id").id(*id).close(),
                None => out.null(),
            }
        }
        (Some(Cell::List(values)), Kind::MultiTax) => {
            out.open_array();
            for tax in values.iter().filter_map(|name| org.tax(name)) {
                out.open()
                    .pair("value", &format!("{} - {} %", tax.name, tax.percent.normalize()))
                    .key("id")
                    .id(tax.id)
                    .close();
            }
            out.close_array()
        }
        (Some(Cell::List(values)), _) => {
            out.open_array();
            for value in values {
                out.text(value);
            }
            out.close_array()
        }
        (Some(Cell::Raw(json)), _) => out.raw(json),
        (Some(Cell::Rows(_)), _) => out.raw("[]"),
    };
}
