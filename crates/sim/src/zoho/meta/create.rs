//! `POST /settings/fields` and `DELETE /settings/fields/{id}`.
//!
//! Owns: the rules for custom fields (fact sheet, section 10.1). Must not: place fields on layouts, unless
//! the switch says that creation does.

use super::sent_field::{Place, read};
use super::{may_customise, module_param, unknown_id};
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::{Json, Out, parse};
use crate::zoho::model::{Field, Org, Permission};
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::Switches;

/// Creates the fields of the body.
pub(crate) fn create_fields(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let at = module_param(&state.org, call)?;
    may_customise(&state.org, call)?;
    let body = match parse(call.body) {
        Ok(json) => json,
        Err(_) => {
            return Err(Refusal::new(400, "INVALID_DATA", "body", r#"{"expected_data_type":"jsonobject"}"#.to_owned()));
        }
    };
    let items = body.get("fields").ok_or_else(|| Refusal::mandatory("fields", "$.fields"))?;
    let items = items.array().ok_or_else(|| Refusal::expected("fields", "$.fields", "jsonarray"))?;
    if items.is_empty() {
        return Err(Refusal::mandatory("fields", "$.fields"));
    }
    if items.len() > state.switches.fields_per_call {
        return Err(Refusal::too_many("fields", state.switches.fields_per_call));
    }
    let mut out = Out::default();
    out.open().key("fields").open_array();
    let mut done = 0;
    for (position, item) in items.iter().enumerate() {
        match create(state, at, item, position, call.now) {
            Ok(id) => {
                done += 1;
                out.open().pair("code", "SUCCESS").key("details").open().key("id").id(id).close();
                out.pair("message", "field created").pair("status", "success").close();
            }
            Err(refusal) => refusal.render(&mut out),
        }
    }
    out.close_array().close();
    Ok(Answer::json(
        if done == items.len() {
            201
        } else if done == 0 {
            400
        } else {
            207
        },
        out,
    ))
}

fn create(state: &mut State, at: usize, item: &Json<'_>, position: usize, now: i64) -> Result<u64, Refusal> {
    let place = Place(position);
    let State { org, switches, .. } = state;
    let mut field = read(org, org.module_at(at), item, &place)?;
    capped(org, switches, at, &field, &place)?;
    if switches.field_hidden_unless_listed {
        for profile in &org.profiles {
            field.permissions.entry(profile.id).or_insert(Permission::Hidden);
        }
    }
    field.id = org.meta_id();
    for pick in &mut field.picks {
        pick.id = org.meta_id();
    }
    field.created = Some(now);
    let id = field.id;
    let module = org.module_at_mut(at);
    module.add_field(field);
    if switches.field_on_layout {
        for section in module.layouts.iter_mut().filter_map(|layout| layout.sections.first_mut()) {
            section.fields.push(id);
        }
    }
    Ok(id)
}

fn capped(org: &Org, switches: &Switches, at: usize, field: &Field, place: &Place) -> Result<(), Refusal> {
    let module = org.module_at(at);
    if module.meta.parent.is_some() && !switches.subform_fields {
        return Err(Refusal::bare(400, "FEATURE_NOT_SUPPORTED", "this module does not support custom fields"));
    }
    let count = |test: &dyn Fn(&Field) -> bool| module.live_fields().filter(|(_, field)| test(field)).count();
    let exceeded = |limit: usize, name: &str| {
        let details = details(|out| {
            out.key("limit").integer(limit as u64).key("limit_due_to").open_array();
            out.open().pair("api_name", name).pair("json_path", &place.path(name)).close().close_array();
        });
        Refusal::new(400, "FIELD_LIMIT_EXCEEDED", "field limit exceeded", details)
    };
    let most = switches.custom_fields_cap.unwrap_or(org.edition().custom_fields());
    if count(&|field| field.custom) >= most {
        return Err(exceeded(most, "data_type"));
    }
    if let Some(most) = switches.unique_fields_cap.filter(|_| field.unique.is_some())
        && count(&|field| field.custom && field.unique.is_some()) >= most
    {
        return Err(exceeded(most, "unique"));
    }
    Ok(())
}

/// Deletes one custom field.
pub(crate) fn delete_field(state: &mut State, call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let at = module_param(&state.org, call)?;
    may_customise(&state.org, call)?;
    let id: u64 = id.parse().map_err(|_| unknown_id(2))?;
    let module = state.org.module_at_mut(at);
    let found = module.live_fields().find(|(_, field)| field.id == id).map(|(no, field)| (no, field.custom));
    let Some((no, custom)) = found else {
        return Err(unknown_id(2));
    };
    if !custom {
        return Err(Refusal::bare(400, "NOT_ALLOWED", "system fields cannot be deleted"));
    }
    module.remove_field(no);
    let mut out = Out::default();
    out.open().key("fields").open_array().open().pair("code", "SUCCESS").key("details").open().key("id").id(id).close();
    out.pair("message", "field deleted").pair("status", "success").close().close_array().close();
    Ok(Answer::json(200, out))
}
