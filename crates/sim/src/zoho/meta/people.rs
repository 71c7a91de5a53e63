//! `GET /users` and `GET /settings/profiles`.
//!
//! Owns: their shapes. Must not: change anything.

use super::{by_id, unknown_id};
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Org, Profile, User, stamp_at};
use crate::zoho::records::PageParams;
use crate::zoho::refusal::Refusal;

/// Users by `type`, or one by id.
pub(crate) fn users(org: &Org, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let page = PageParams::simple(call)?;
    let admin = |user: &User| org.profile(user.profile).is_some_and(|profile| profile.customize);
    let wanted = |user: &User| match call.param("type") {
        None | Some("AllUsers") => Ok(true),
        Some("ActiveUsers" | "ConfirmedUsers" | "ActiveConfirmedUsers") => Ok(user.active),
        Some("DeactiveUsers") => Ok(!user.active),
        Some("AdminUsers" | "ActiveConfirmedAdmins") => Ok(admin(user)),
        Some("CurrentUser") => Ok(user.id == call.user),
        Some("NotConfirmedUsers" | "DeletedUsers") => Ok(false),
        Some(_) => Err(Refusal::param("type")),
    };
    let mut found: Vec<&User> = Vec::new();
    match id {
        Some(id) => found.extend(by_id(&org.users, id, |user| user.id).map(|at| &org.users[at])),
        None => {
            for user in &org.users {
                if wanted(user)? {
                    found.push(user);
                }
            }
        }
    }
    let (shown, more) = page.cut(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut out = Out::default();
    out.open().key("users").open_array();
    for user in shown {
        render(org, user, &mut out);
    }
    out.close_array();
    page.info(shown.len(), more, &mut out);
    out.close();
    Ok(Answer::json(200, out))
}

fn render(org: &Org, user: &User, out: &mut Out) {
    let made = stamp_at(user.created, org.options.offset_minutes);
    let admin = org.who(org.users.first().map_or(0, |user| user.id));
    out.open().pair("country_locale", &format!("en_{}", org.options.country_code));
    out.key("microsoft").boolean(false).pair("date_format", "MM/dd/yyyy").pair("time_format", "hh:mm a");
    for name in
        ["website", "phone", "mobile", "fax", "street", "city", "state", "zip", "country", "dob", "alias", "signature"]
    {
        out.key(name).null();
    }
    let role = org.roles.iter().find(|role| role.id == user.role).map_or("", |role| &role.name);
    out.key("role").open().pair("name", role).key("id").id(user.role).close();
    let profile = org.profile(user.profile).map_or("", |profile| &profile.name);
    out.key("profile").open().pair("name", profile).key("id").id(user.profile).close();
    out.pair("language", "en_US").pair("locale", "en_US").pair("time_zone", &org.options.time_zone);
    out.pair("decimal_separator", "Period").pair("number_separator", "Comma");
    out.pair("name_format__s", "Salutation,First Name,Last Name")
        .pair("sort_order_preference__s", "First Name,Last Name");
    out.pair("first_name", &user.first_name).pair("last_name", &user.last_name).pair("full_name", &user.name());
    out.pair("email", &user.email).key("zuid").id(user.zuid).key("id").id(user.id);
    out.key("confirm").boolean(true).key("personal_account").boolean(false).key("sandboxDeveloper").boolean(false);
    out.pair("status", if user.active { "active" } else { "disabled" });
    out.key("status_reason__s");
    if user.active {
        out.null();
    } else {
        out.text("disabled manually");
    }
    out.pair("type__s", "Regular User").pair("created_time", &made).key("created_by").raw(admin);
    out.pair("Modified_Time", &made).key("Modified_By").raw(admin).key("Reporting_To").null();
    out.key("$current_shift").null().key("$next_shift").null().key("$shift_effective_from").null();
    out.key("Current_Shift__s").null().pair("default_tab_group", "0").close();
}

/// Profiles, or one by id.
pub(crate) fn profiles(org: &Org, id: Option<&str>) -> Result<Answer, Refusal> {
    let shown: Vec<&Profile> = match id {
        None => org.profiles.iter().collect(),
        Some(id) => {
            let at = by_id(&org.profiles, id, |profile| profile.id).ok_or_else(|| unknown_id(2))?;
            vec![&org.profiles[at]]
        }
    };
    let mut out = Out::default();
    out.open().key("profiles").open_array();
    for profile in shown {
        out.open().pair("display_label", &profile.name).key("created_time").null().key("modified_time").null();
        out.pair("name", &profile.name).key("permissions_details");
        permissions(org, profile, &mut out);
        out.key("custom").boolean(profile.custom).key("modified_by").null();
        out.pair("description", &profile.description).key("category").boolean(profile.custom);
        out.pair("type", "normal_profile").key("id").id(profile.id).key("created_by").null();
        out.key("sections").raw("[]").close();
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}

/// The permissions that this simulation enforces: seeing modules and customising.
fn permissions(org: &Org, profile: &Profile, out: &mut Out) {
    out.open_array();
    let mut permission = |name: &str, label: &str, module: Option<&str>, id: u64, enabled: bool| {
        out.open().pair("display_label", label).key("customizable").boolean(true);
        out.key("parent_permissions").raw("[]").key("enabled").boolean(enabled).pair("name", name).key("module");
        match module {
            Some(module) => out.text(module),
            None => out.null(),
        };
        out.key("id").id(id).close();
    };
    for (at, module) in org.modules().filter(|module| module.meta.parent.is_none()).enumerate() {
        let name = &module.meta.api_name;
        let seen = !profile.hidden_modules.contains(name);
        permission(&format!("Crm_Implied_View_{name}"), "View", Some(name), profile.id + 10_001 + at as u64, seen);
    }
    permission("Crm_Implied_Customize_Zoho_CRM", "Customize Zoho CRM", None, profile.id + 10_000, profile.customize);
    out.close_array();
}
