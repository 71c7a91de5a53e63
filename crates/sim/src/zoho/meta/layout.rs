//! `GET /settings/layouts` and `PATCH /settings/layouts/{id}`.
//!
//! Owns: the shape of layouts and the placing of fields on them. Must not: create fields.

use super::{by_id, may_customise, module_param, picks, unknown_id};
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::{Json, Out, parse};
use crate::zoho::model::{Field, Kind, Layout, Module, Org, Permission, Section, stamp_at};
use crate::zoho::refusal::Refusal;

const MOST_SECTIONS: usize = 5;
const MOST_FIELDS: usize = 5;

/// The layouts of a module, or one by id.
pub(crate) fn layouts(org: &Org, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let at = module_param(org, call)?;
    let module = org.module_at(at);
    let shown: Vec<&Layout> = match id {
        None => module.layouts.iter().collect(),
        Some(id) => match by_id(&module.layouts, id, |layout| layout.id) {
            Some(at) => vec![&module.layouts[at]],
            None => return Ok(Answer::empty(204)),
        },
    };
    let mut out = Out::with_capacity(32 * 1024);
    out.open().key("layouts").open_array();
    for layout in shown {
        render(org, call, module, layout, &mut out);
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}

fn render(org: &Org, call: &Call<'_>, module: &Module, layout: &Layout, out: &mut Out) {
    let customize = org.profile(call.profile).is_some_and(|profile| profile.customize);
    out.open().key("has_more_profiles").boolean(false).pair("display_label", &layout.name).key("created_time").null();
    out.key("convert_mapping").null().key("visible").boolean(true).key("created_for").null().key("profiles");
    if customize {
        out.open_array();
        for profile in &org.profiles {
            out.open().key("default").boolean(true).pair("name", &profile.name).key("id").id(profile.id);
            for view in ["_default_view", "_default_assignment_view"] {
                out.key(view)
                    .open()
                    .pair("name", "Standard View")
                    .key("id")
                    .id(layout.id + 1)
                    .pair("type", "layout")
                    .close();
            }
            out.close();
        }
        out.close_array();
    } else {
        out.null();
    }
    out.pair("source", "crm").key("created_by").null().key("sections").open_array();
    for (at, section) in layout.sections.iter().enumerate() {
        render_section(org, module, layout, section, at, out);
    }
    out.close_array().key("show_business_card").boolean(true).key("actions_allowed");
    out.raw(&format!(r#"{{"edit":{customize},"rename":{customize},"clone":{customize},"downgrade":false,"delete":false,"deactivate":false,"set_layout_permissions":{customize}}}"#));
    out.key("modified_time");
    match layout.modified {
        Some(seconds) => out.text(&stamp_at(seconds, org.options.offset_minutes)),
        None => out.null(),
    };
    out.pair("api_name", &layout.name).pair("name", &layout.name).key("modified_by").null();
    out.pair("generated_type", "system").key("id").id(layout.id).pair("status", "active").close();
}

fn render_section(org: &Org, module: &Module, layout: &Layout, section: &Section, at: usize, out: &mut Out) {
    out.open().pair("display_label", &section.label).pair("mode", "all").key("sequence_number").integer(at as u64 + 1);
    out.pair("type", "used").key("isSubformSection").boolean(section.subform).key("parent_section").null();
    out.key("actions_allowed").raw(
        r#"{"add_field":true,"rename":true,"change_tab_traversal":true,"reorder":true,"delete":true,"remove_field":true,"change_column_count":true}"#,
    );
    out.pair("tab_traversal", &section.traversal).pair("api_name", &section.api_name);
    out.key("column_count").integer(u64::from(section.columns)).key("is_parent_section").boolean(false);
    out.pair("name", &section.label).pair("generated_type", if section.custom { "custom" } else { "default" });
    out.key("id").id(section.id).key("fields").open_array();
    for (position, id) in section.fields.iter().enumerate() {
        if let Some((_, field)) = module.live_fields().find(|(_, field)| field.id == *id) {
            render_field(org, module, layout, field, position, out);
        }
    }
    out.close_array().key("properties").null().close();
}

fn render_field(org: &Org, module: &Module, layout: &Layout, field: &Field, position: usize, out: &mut Out) {
    let required = field.mandatory || layout.required.contains(&field.id);
    let writable = !field.read_only;
    out.open().pair("field_label", &field.label).pair("display_label", &field.label).pair("api_name", &field.api_name);
    out.key("id").id(field.id).pair("type", "used").key("required").boolean(required);
    for (name, value) in [
        ("webhook", true),
        ("field_read_only", field.read_only),
        ("read_only", field.read_only),
        ("system_mandatory", field.mandatory),
        ("custom_field", field.custom),
        ("visible", field.visible),
        ("virtual_field", false),
        ("display_field", module.field_no(&field.api_name) == Some(module.meta.display)),
    ] {
        out.key(name).boolean(value);
    }
    out.pair("data_type", field.kind.data_type()).pair("json_type", field.kind.json_type());
    out.key("length").integer(u64::from(field.length)).key("decimal_place");
    match field.decimals {
        Some(decimals) => out.integer(u64::from(decimals)),
        None => out.null(),
    };
    out.key("sequence_number").integer(position as u64 + 1).key("operation_type").open();
    for name in ["web_update", "api_create", "web_create", "api_update"] {
        out.key(name).boolean(writable);
    }
    out.close().key("view_type").open().key("view").boolean(true).key("edit").boolean(writable);
    out.key("quick_create").boolean(required).key("create").boolean(writable).close();
    out.key("unique").open();
    if let Some(unique) = field.unique {
        out.key("case_sensitive").boolean(unique.case_sensitive);
    }
    out.close();
    picks(out, field, true);
    out.key("profiles").open_array();
    for profile in &org.profiles {
        let permission = field.permissions.get(&profile.id).copied().unwrap_or(Permission::ReadWrite);
        out.open()
            .pair("permission_type", permission.word())
            .pair("name", &profile.name)
            .key("id")
            .id(profile.id)
            .close();
    }
    out.close_array();
    if field.kind == Kind::Subform
        && let Some(rows) = field.target.as_deref().and_then(|name| org.module(name))
    {
        out.key("subform").open().pair("module", &rows.meta.api_name).key("id").id(rows.meta.id).close();
    }
    out.close();
}

/// Places fields on a layout.
pub(crate) fn patch_layout(state: &mut State, call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let at = module_param(&state.org, call)?;
    may_customise(&state.org, call)?;
    let layout = by_id(&state.org.module_at(at).layouts, id, |layout| layout.id).ok_or_else(|| unknown_id(2))?;
    let body = match parse(call.body) {
        Ok(json) => json,
        Err(_) => {
            return Err(Refusal::new(400, "INVALID_DATA", "body", r#"{"expected_data_type":"jsonobject"}"#.to_owned()));
        }
    };
    let sections = sections(&body)?;
    match place(state, at, layout, sections, call.now) {
        Ok(()) => {
            let mut out = Out::default();
            out.open().key("layouts").open_array().open().pair("code", "SUCCESS").key("details").open();
            out.key("id").id(state.org.module_at(at).layouts[layout].id).close();
            out.pair("message", "Layout updated successfully").pair("status", "success").close().close_array().close();
            Ok(Answer::json(200, out))
        }
        Err(refusal) => {
            let mut out = Out::default();
            out.open().key("layouts").open_array();
            refusal.render(&mut out);
            out.close_array().close();
            Ok(Answer::json(400, out))
        }
    }
}

fn sections<'a, 'b>(body: &'a Json<'b>) -> Result<&'a [Json<'b>], Refusal> {
    let layouts =
        body.get("layouts").and_then(Json::array).ok_or_else(|| Refusal::mandatory("layouts", "$.layouts"))?;
    let [layout] = layouts else {
        return Err(Refusal::too_many("layouts", 1));
    };
    let path = "$.layouts[0].sections";
    let sections = layout.get("sections").and_then(Json::array).ok_or_else(|| Refusal::mandatory("sections", path))?;
    if sections.len() > MOST_SECTIONS {
        return Err(Refusal::too_many("sections", MOST_SECTIONS));
    }
    let fields: usize =
        sections.iter().map(|section| section.get("fields").and_then(Json::array).map_or(0, <[_]>::len)).sum();
    if fields > MOST_FIELDS { Err(Refusal::too_many("fields", MOST_FIELDS)) } else { Ok(sections) }
}

/// One checked step of a patch.
enum Step {
    Section(Section),
    Put { section: usize, field: u64, position: Option<usize>, required: Option<bool> },
    Remove(u64),
}

fn place(state: &mut State, at: usize, layout_at: usize, sections: &[Json<'_>], now: i64) -> Result<(), Refusal> {
    let mut steps = Vec::new();
    let mut count = state.org.module_at(at).layouts[layout_at].sections.len();
    for (number, json) in sections.iter().enumerate() {
        let path = format!("$.layouts[0].sections[{number}]");
        let target = match json.get("id") {
            Some(id) => {
                let held = &state.org.module_at(at).layouts[layout_at].sections;
                let found = id.id().and_then(|id| held.iter().position(|section| section.id == id));
                found.ok_or_else(|| Refusal::field("id", &format!("{path}.id"), |_| {}))?
            }
            None => {
                let id = state.org.meta_id();
                steps.push(Step::Section(new_section(json, &path, id)?));
                count += 1;
                count - 1
            }
        };
        for (position, json) in json.get("fields").and_then(Json::array).unwrap_or(&[]).iter().enumerate() {
            let path = format!("{path}.fields[{position}].id");
            let module = state.org.module_at(at);
            let field = json.get("id").and_then(Json::id).and_then(|id| module.live_fields().find(|(_, f)| f.id == id));
            let Some((_, field)) = field else {
                return Err(Refusal::field("id", &path, |_| {}));
            };
            if json.get("_delete").is_some() {
                if field.mandatory {
                    let details = crate::zoho::refusal::details(|out| {
                        out.pair("api_name", "id").pair("json_path", &path);
                    });
                    return Err(Refusal::new(400, "NOT_ALLOWED", "mandatory fields cannot be removed", details));
                }
                steps.push(Step::Remove(field.id));
                continue;
            }
            let position = match json.get("sequence_number") {
                Some(Json::Number(text)) => text.parse::<usize>().ok().map(|n| n.saturating_sub(1)),
                _ => None,
            };
            let required = json.get("required").and_then(Json::boolean);
            steps.push(Step::Put { section: target, field: field.id, position, required });
        }
    }
    let layout = &mut state.org.module_at_mut(at).layouts[layout_at];
    for step in steps {
        match step {
            Step::Section(section) => layout.sections.push(section),
            Step::Remove(field) => {
                layout.sections.iter_mut().for_each(|section| section.fields.retain(|f| *f != field))
            }
            Step::Put { section, field, position, required } => {
                layout.sections.iter_mut().for_each(|section| section.fields.retain(|f| *f != field));
                let fields = &mut layout.sections[section].fields;
                let at = position.unwrap_or(fields.len()).min(fields.len());
                fields.insert(at, field);
                match required {
                    Some(true) if !layout.required.contains(&field) => layout.required.push(field),
                    Some(false) => layout.required.retain(|f| *f != field),
                    _ => {}
                }
            }
        }
    }
    layout.modified = Some(now);
    Ok(())
}

fn new_section(json: &Json<'_>, path: &str, id: u64) -> Result<Section, Refusal> {
    let text = |name: &str| {
        json.get(name).and_then(Json::text).ok_or_else(|| Refusal::mandatory(name, &format!("{path}.{name}")))
    };
    let wrong = |name: &str| Refusal::field(name, &format!("{path}.{name}"), |_| {});
    let (name, label, traversal) = (text("name")?, text("display_label")?, text("tab_traversal")?);
    if json.get("sequence_number").is_none() {
        return Err(Refusal::mandatory("sequence_number", &format!("{path}.sequence_number")));
    }
    if !["left_to_right", "top_to_bottom"].contains(&traversal) {
        return Err(wrong("tab_traversal"));
    }
    let columns = match json.get("column_count") {
        Some(Json::Number("1")) => 1,
        Some(Json::Number("2")) => 2,
        Some(_) => return Err(wrong("column_count")),
        None => {
            return Err(Refusal::mandatory("column_count", &format!("{path}.column_count")));
        }
    };
    Ok(Section {
        id,
        api_name: name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        label: label.to_owned(),
        columns,
        traversal: traversal.to_owned(),
        subform: false,
        custom: true,
        fields: Vec::new(),
    })
}
