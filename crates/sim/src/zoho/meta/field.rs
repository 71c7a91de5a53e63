//! `GET /settings/fields`: the fields of a module.
//!
//! Owns: the description of a field with every member that the 3.1 schema requires.
//! Must not: create fields.

use super::{module_param, picks, unknown_id};
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Field, FieldNo, Kind, Module, Org, Permission, Source, stamp_at};
use crate::zoho::refusal::Refusal;

/// The fields of a module, or one by id.
pub(crate) fn fields(org: &Org, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let at = module_param(org, call)?;
    let module = org.module_at(at);
    let wanted: Option<u64> = match id {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| unknown_id(2))?),
    };
    let used = |field: &Field| module.layouts.iter().any(|layout| layout.holds(field.id));
    let shown: Vec<&Field> = module
        .live_fields()
        .map(|(_, field)| field)
        .filter(|field| wanted.is_none_or(|id| id == field.id) && field.seen_by(call.profile))
        .filter(|field| call.param("type") != Some("unused") || !used(field))
        .collect();
    if shown.is_empty() {
        return if wanted.is_some() { Err(unknown_id(2)) } else { Ok(Answer::empty(204)) };
    }
    let mut out = Out::with_capacity(shown.len() * 2200);
    out.open().key("fields").open_array();
    for field in shown {
        render(org, module, field, &mut out);
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}

/// `fields` of a COQL answer that asked for them: the description of each selected column.
pub(crate) fn coql_fields(org: &Org, columns: &[(String, usize, FieldNo)], out: &mut Out) {
    out.key("fields").open();
    for (name, module, no) in columns {
        let field = org.module_at(*module).field(*no);
        out.key(name).open().pair("api_name", &field.api_name).pair("field_label", &field.label);
        out.pair("data_type", field.kind.data_type()).pair("json_type", field.kind.json_type());
        out.key("id").id(field.id).close();
    }
    out.close();
}

fn flags(out: &mut Out, pairs: &[(&str, bool)]) {
    for (name, value) in pairs {
        out.key(name).boolean(*value);
    }
}

fn render(org: &Org, module: &Module, field: &Field, out: &mut Out) {
    let writable = !field.read_only;
    let used = module.layouts.iter().any(|layout| layout.holds(field.id));
    out.open().key("associated_module").null();
    flags(out, &[("webhook", true), ("colour_code_enabled_by_system", false)]);
    out.key("operation_type").open();
    flags(
        out,
        &[("web_update", writable), ("api_create", writable), ("web_create", writable), ("api_update", writable)],
    );
    out.close().pair("field_label", &field.label).key("tooltip");
    match &field.tooltip {
        Some((name, value)) => out.open().pair("name", name).pair("value", value).close(),
        None => out.null(),
    };
    out.pair("type", if used { "used" } else { "unused" }).key("field_read_only").boolean(field.read_only);
    out.key("customizable_properties").raw("[]").pair("display_label", &field.label);
    out.key("read_only").boolean(field.read_only).key("association_details").null();
    flags(out, &[("businesscard_supported", field.kind != Kind::Subform)]);
    out.key("multi_module_lookup").null().key("id").id(field.id).key("created_time");
    stamp(org, field.created, out);
    flags(out, &[("filterable", field.kind != Kind::Subform), ("visible", field.visible)]);
    profiles(org, field, out);
    out.key("view_type").open();
    flags(out, &[("view", true), ("edit", writable), ("quick_create", field.mandatory), ("create", writable)]);
    out.close();
    flags(
        out,
        &[
            ("separator", field.kind.is_number()),
            ("searchable", field.kind != Kind::Subform),
            ("history_tracking_enabled", false),
        ],
    );
    out.key("external");
    match &field.external {
        Some(external) => out.open().key("show").boolean(external.show).pair("type", &external.kind).close(),
        None => out.null(),
    };
    out.pair("api_name", &field.api_name).key("parent_field").null().key("unique").open();
    if let Some(unique) = field.unique {
        out.key("case_sensitive").boolean(unique.case_sensitive);
    }
    out.close().key("enable_colour_code").boolean(false).key("child_fields").null();
    picks(out, field, false);
    flags(out, &[("system_mandatory", field.mandatory), ("virtual_field", field.source == Source::Parent)]);
    out.key("private").null().pair("json_type", field.kind.json_type()).key("crypt").null().key("range").null();
    out.pair("created_source", if field.custom { "crm" } else { "default" });
    out.key("display_type").integer(if field.read_only { 3 } else { 1 }).key("ui_type").integer(ui_type(field.kind));
    out.key("modified_time");
    stamp(org, field.created, out);
    out.key("public").boolean(false).key("email_parser");
    out.raw(r#"{"fields_update_supported":true,"record_operations_supported":true}"#).key("currency");
    if field.kind == Kind::Currency || field.returns == Some("currency") {
        out.open()
            .pair("rounding_option", "round_off")
            .key("precision")
            .integer(u64::from(field.decimals.unwrap_or(2)))
            .close();
    } else {
        out.null();
    }
    out.key("custom_field").boolean(field.custom).key("lookup");
    lookup(org, module, field, out);
    out.key("hipaa_compliance").null().key("convert_mapping").raw(r#"{"Contacts":null,"Deals":null,"Accounts":null}"#);
    out.key("rollup_summary").null().key("length").integer(u64::from(field.length));
    let shown = module.field_no(&field.api_name) == Some(module.meta.display);
    out.key("display_field").boolean(shown).key("pick_list_values_sorted_lexically").boolean(false);
    flags(out, &[("sortable", !matches!(field.kind, Kind::Subform | Kind::TextArea))]);
    out.key("global_picklist").null().key("history_tracking").null().pair("data_type", field.kind.data_type());
    out.key("formula");
    match field.returns {
        Some(returns) => out.open().pair("return_type", returns).close(),
        None => out.null(),
    };
    out.key("hipaa_compliance_enabled").boolean(false).key("decimal_place");
    match field.decimals {
        Some(decimals) => out.integer(u64::from(decimals)),
        None => out.null(),
    };
    flags(out, &[("mass_update", writable && field.kind != Kind::Subform)]);
    out.key("multiselectlookup").null().key("auto_number");
    if field.kind == Kind::AutoNumber {
        out.raw(r#"{"prefix":"","start_number":1,"suffix":""}"#);
    } else {
        out.null();
    }
    out.key("blueprint_supported").boolean(writable);
    if field.kind == Kind::TextArea {
        out.key("textarea").open().pair("type", "small").close();
    }
    out.close();
}

fn stamp(org: &Org, seconds: Option<i64>, out: &mut Out) {
    match seconds {
        Some(seconds) => out.text(&stamp_at(seconds, org.options.offset_minutes)),
        None => out.null(),
    };
}

fn profiles(org: &Org, field: &Field, out: &mut Out) {
    out.key("profiles").open_array();
    for profile in &org.profiles {
        let fallback = if field.read_only { Permission::ReadOnly } else { Permission::ReadWrite };
        let permission = field.permissions.get(&profile.id).copied().unwrap_or(fallback);
        out.open()
            .pair("permission_type", permission.word())
            .pair("name", &profile.name)
            .key("id")
            .id(profile.id)
            .close();
    }
    out.close_array();
}

fn lookup(org: &Org, module: &Module, field: &Field, out: &mut Out) {
    let target = field.target.as_deref().and_then(|name| org.module(name));
    let Some(target) = target.filter(|_| field.kind == Kind::Lookup) else {
        out.null();
        return;
    };
    out.open().pair("display_label", &module.meta.plural).key("revalidate_filter_during_edit").boolean(false);
    out.pair("api_name", &module.meta.api_name).key("module").open().pair("api_name", &target.meta.api_name);
    out.key("crypt").boolean(false).key("id").id(target.meta.id).close().key("id").id(field.id + 1).close();
}

/// A number that tells user interfaces how to show a field.
fn ui_type(kind: Kind) -> u64 {
    match kind {
        Kind::Text | Kind::Discount => 1,
        Kind::Picklist => 2,
        Kind::TextArea => 3,
        Kind::Lookup | Kind::UserLookup => 4,
        Kind::OwnerLookup => 8,
        Kind::Date => 24,
        Kind::Email => 25,
        Kind::Website => 26,
        Kind::Integer | Kind::BigInt | Kind::Id => 32,
        Kind::Phone => 33,
        Kind::Currency => 36,
        Kind::Percent | Kind::Double => 38,
        Kind::MultiPicklist | Kind::MultiTax | Kind::LineTax => 100,
        Kind::AutoNumber => 114,
        Kind::Formula => 115,
        Kind::DateTime => 200,
        Kind::Boolean => 301,
        Kind::Subform => 501,
    }
}
