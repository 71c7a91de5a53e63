//! The metadata API: organisation, people, currencies, modules, fields, layouts, pipelines.
//!
//! Owns: the shapes of section 10 of the fact sheet and of the 3.1 schemas, every required member included.
//! Must not: write records.

mod create;
mod field;
mod layout;
mod module;
mod org;
mod people;
mod pipeline;
mod sent_field;

pub(super) use create::{create_fields, delete_field};
pub(super) use field::{coql_fields, fields};
pub(super) use layout::{layouts, patch_layout};
pub(super) use module::{modules, related_lists};
pub(super) use org::{currencies, data_sharing, org, taxes};
pub(super) use people::{profiles, users};
pub(super) use pipeline::pipelines;

use super::api::Call;
use super::model::{Field, Org, Pick};
use super::refusal::{Refusal, details};

/// The module named by the `module` parameter; row modules included.
fn module_param(org: &Org, call: &Call<'_>) -> Result<usize, Refusal> {
    let name = call.param("module").ok_or_else(|| Refusal::param_missing("module"))?;
    let found = org.module_no(name).filter(|no| !org.module_at(*no).meta.hidden);
    found.ok_or_else(|| {
        let details = details(|out| {
            out.pair("param_name", "module");
        });
        Refusal::new(400, "INVALID_MODULE", "the module name given seems to be invalid", details)
    })
}

/// Refuses callers whose profile may not customise.
fn may_customise(org: &Org, call: &Call<'_>) -> Result<(), Refusal> {
    if org.profile(call.profile).is_some_and(|profile| profile.customize) {
        return Ok(());
    }
    Err(no_permission("Crm_Implied_Customize_Zoho_CRM"))
}

fn no_permission(permission: &str) -> Refusal {
    let details = details(|out| {
        out.key("permissions").open_array().text(permission).close_array();
    });
    Refusal::new(403, "NO_PERMISSION", "permission denied", details)
}

/// A refused id in the path.
fn unknown_id(index: u64) -> Refusal {
    let details = details(|out| {
        out.key("resource_path_index").integer(index);
    });
    Refusal::new(400, "INVALID_DATA", "the id given seems to be invalid", details)
}

/// Finds something by an id in a path.
fn by_id<T>(items: &[T], text: &str, id_of: impl Fn(&T) -> u64) -> Option<usize> {
    let id: u64 = text.parse().ok()?;
    items.iter().position(|item| id_of(item) == id)
}

/// Writes the values of a picklist; on layouts each carries its (here always empty) dependent values.
fn picks(out: &mut super::json::Out, field: &Field, on_layout: bool) {
    out.key("pick_list_values").open_array();
    for (at, pick) in field.picks.iter().enumerate() {
        pick_value(out, at, pick, on_layout);
    }
    out.close_array();
}

fn pick_value(out: &mut super::json::Out, at: usize, pick: &Pick, on_layout: bool) {
    out.open().pair("display_value", &pick.display).key("sequence_number").integer(at as u64 + 1);
    out.pair("reference_value", &pick.display).pair("actual_value", &pick.actual).key("id").id(pick.id);
    if let (Some(forecast), Some(probability)) = (pick.forecast, pick.probability) {
        out.pair("forecast_type", forecast).key("probability").integer(u64::from(probability));
    }
    if on_layout {
        out.key("maps").raw("[]");
    }
    out.pair("type", "used").close();
}
