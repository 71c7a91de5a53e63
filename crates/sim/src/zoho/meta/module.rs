//! `GET /settings/modules` and `GET /settings/related_lists`.
//!
//! Owns: their shapes. Must not: change anything.

use super::module_param;
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Kind, Module, Org};
use crate::zoho::refusal::Refusal;

/// Bit of `visibility` that hides a module from the API.
const HIDDEN_BIT: u64 = 8192;

/// The modules, or one by API name or id.
pub(crate) fn modules(org: &Org, call: &Call<'_>, name: Option<&str>) -> Result<Answer, Refusal> {
    let wanted_status = call.param("status");
    let shown: Vec<&Module> = match name {
        None => org
            .modules()
            .filter(|module| wanted_status.is_none_or(|list| list.split(',').any(|word| word == status(module))))
            .collect(),
        Some(name) => {
            let by_name = org.module(name);
            let found = by_name.or_else(|| org.modules().find(|module| name.parse() == Ok(module.meta.id)));
            vec![found.ok_or_else(|| Refusal::module(2))?]
        }
    };
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut out = Out::with_capacity(shown.len() * 1500);
    out.open().key("modules").open_array();
    for module in shown {
        render(org, call, module, &mut out);
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}

fn status(module: &Module) -> &'static str {
    if module.meta.hidden { "system_hidden" } else { "visible" }
}

fn render(org: &Org, call: &Call<'_>, module: &Module, out: &mut Out) {
    let meta = &module.meta;
    let tab = meta.parent.is_none();
    let usable = !meta.hidden;
    let seen = org.profile(call.profile).is_none_or(|profile| !profile.hidden_modules.contains(&meta.api_name));
    let profiles = || org.profiles.iter().filter(|profile| !profile.hidden_modules.contains(&meta.api_name));
    out.open();
    for (name, value) in [
        ("has_more_profiles", false),
        ("global_search_supported", tab),
        ("public_fields_configured", false),
        ("recycle_bin_on_delete", tab),
        ("sub_menu_available", tab),
        ("lookupable", tab),
        ("cc_enabled", false),
        ("deletable", tab),
        ("creatable", tab && seen),
        ("inventory_template_supported", module.lines.is_some()),
        ("presence_sub_menu", tab),
        ("triggers_supported", tab),
        ("isBlueprintSupported", tab),
        ("convertable", false),
        ("editable", tab && seen),
        ("emailTemplate_support", tab),
        ("email_parser_supported", tab),
        ("filter_supported", tab),
        ("show_as_tab", tab),
        ("viewable", seen),
        ("api_supported", usable),
        ("quick_create", tab),
        ("feeds_required", false),
        ("scoring_supported", tab),
        ("webform_supported", tab),
        ("track_current_data", false),
    ] {
        out.key(name).boolean(value);
    }
    out.key("profile_count").integer(profiles().count() as u64).key("description").null().key("modified_time").null();
    out.key("id").id(meta.id).pair("api_name", &meta.api_name).pair("module_name", &meta.module_name);
    out.pair("plural_label", &meta.plural).pair("actual_plural_label", &meta.plural);
    out.pair("singular_label", &meta.singular).pair("actual_singular_label", &meta.singular);
    out.key("visibility").integer(if meta.hidden { HIDDEN_BIT } else { 1 });
    out.key("web_link").null().pair("generated_type", meta.generated).key("arguments").raw("[]");
    out.key("business_card_field_limit").integer(if tab { 5 } else { 0 }).pair("access_type", "org_based");
    out.key("modified_by").null().key("profiles").open_array();
    for profile in profiles() {
        out.open().pair("name", &profile.name).key("id").id(profile.id).close();
    }
    out.close_array();
    if let Some(parent) = meta.parent.as_ref().and_then(|(name, _)| org.module(name)) {
        out.key("parent_module").open().pair("api_name", &parent.meta.api_name).key("id").id(parent.meta.id).close();
    }
    out.pair("status", status(module)).key("sequence_number").integer(u64::from(meta.sequence)).close();
}

/// The related lists of a module: the modules that refer to it.
pub(crate) fn related_lists(org: &Org, call: &Call<'_>) -> Result<Answer, Refusal> {
    let at = module_param(org, call)?;
    let module = org.module_at(at);
    let mut out = Out::default();
    out.open().key("related_lists").open_array();
    let mut number = 0_u64;
    for other in org.modules().filter(|other| other.meta.parent.is_none()) {
        let refers = other
            .live_fields()
            .find(|(_, field)| field.kind == Kind::Lookup && field.target.as_deref() == Some(&*module.meta.api_name));
        let Some((_, field)) = refers else { continue };
        number += 1;
        out.open().key("id").id(field.id + 1).pair("sequence_number", &number.to_string());
        out.pair("display_label", &other.meta.plural).pair("api_name", &other.meta.api_name);
        out.key("module").open().pair("api_name", &other.meta.api_name).key("id").id(other.meta.id);
        out.pair("plural_label", &other.meta.plural).close().pair("name", &other.meta.plural).key("action").null();
        let href = format!("{}/{{ENTITYID}}/{}", module.meta.api_name, other.meta.api_name);
        out.pair("href", &href).pair("type", "default");
        for name in ["customize_sort", "customize_fields", "customize_display_label"] {
            out.key(name).boolean(true);
        }
        out.pair("status", "visible").key("connectedmodule").null().key("linkingmodule").null().close();
    }
    out.close_array().close();
    Ok(if number == 0 { Answer::empty(204) } else { Answer::json(200, out) })
}
