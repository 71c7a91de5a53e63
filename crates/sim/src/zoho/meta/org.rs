//! `GET /org`, `/org/currencies`, `/org/taxes`, `/settings/data_sharing`.
//!
//! Owns: their shapes. Must not: change anything.

use super::{by_id, no_permission};
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Currency, Org, stamp_at};
use crate::zoho::refusal::Refusal;

/// The organisation.
pub(crate) fn org(org: &Org) -> Answer {
    let options = &org.options;
    let base = org.currency(org.home());
    let mut out = Out::default();
    out.open().key("org").open_array().open();
    for name in ["country", "photo_id", "city", "description"] {
        out.key(name).null();
    }
    out.pair("type", "production").pair("created_time", &stamp_at(options.created, options.offset_minutes));
    out.key("mc_status");
    match org.multi_currency {
        Some(on) => out.boolean(on),
        None => out.null(),
    };
    out.key("gapps_enabled").boolean(false).key("translation_enabled").boolean(false).key("street").null();
    out.pair("domain_name", &format!("org{}", org.zgid)).key("alias").null();
    out.pair("currency", base.map_or("", |currency| &currency.name)).key("id").id(org.id);
    for name in ["employee_count", "state", "fax", "zip", "website"] {
        out.key(name).null();
    }
    out.pair("currency_symbol", base.map_or("", |currency| &currency.symbol)).key("mobile").null();
    out.pair("currency_locale", &format!("en_{}", options.country_code));
    out.key("primary_zuid").id(org.users.first().map_or(0, |user| user.zuid)).key("zia_portal_id").null();
    out.pair("time_zone", &options.time_zone).key("zgid").id(org.zgid).pair("country_code", &options.country_code);
    out.key("deletable_org_account").boolean(true).key("license_details").open();
    out.key("paid_expiry").null().key("users_license_purchased").integer(options.licences);
    out.key("trial_type").null().key("trial_expiry").null();
    out.key("paid").boolean(options.edition != crate::zoho::model::Edition::Free);
    out.pair("paid_type", options.edition.paid_type()).key("portal_users_license_purchased").integer(0).close();
    out.key("hierarchy_preferences").open().pair("type", "Role_Hierarchy").key("strictly_reporting").null().close();
    out.key("phone").null().pair("company_name", &options.company).key("privacy_settings").boolean(false);
    out.pair("primary_email", org.users.first().map_or("", |user| &user.email)).pair("iso_code", org.home());
    out.key("hipaa_compliance_enabled").boolean(false).key("lite_users_enabled").boolean(false);
    out.close().close_array().close();
    Answer::json(200, out)
}

/// The currencies, or one of them.
pub(crate) fn currencies(org: &Org, id: Option<&str>) -> Result<Answer, Refusal> {
    if org.multi_currency != Some(true) {
        return Err(Refusal::bare(403, "CURRENCIES_NOT_ENABLED", "currencies feature is not enabled"));
    }
    let shown: Vec<&Currency> = match id {
        None => org.currencies.iter().collect(),
        Some(id) => {
            by_id(&org.currencies, id, |currency| currency.id).map(|at| &org.currencies[at]).into_iter().collect()
        }
    };
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let made = stamp_at(org.options.created, org.options.offset_minutes);
    let admin = org.who(org.users.first().map_or(0, |user| user.id));
    let mut out = Out::default();
    out.open().key("currencies").open_array();
    for currency in shown {
        out.open()
            .pair("symbol", &currency.symbol)
            .pair("created_time", &made)
            .key("is_active")
            .boolean(currency.active);
        out.pair("exchange_rate", &currency.rate).key("format").open().pair("decimal_separator", "Period");
        out.pair("thousand_separator", "Comma").pair("decimal_places", &currency.decimals.to_string());
        out.pair("numeral_system", "International").close().key("created_by").raw(admin);
        out.key("prefix_symbol").boolean(true).key("is_base").boolean(currency.base).pair("modified_time", &made);
        out.pair("name", &currency.name).key("modified_by").raw(admin).key("id").id(currency.id);
        out.pair("iso_code", &currency.iso).close();
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}

/// The taxes.
pub(crate) fn taxes(org: &Org) -> Answer {
    let mut out = Out::default();
    out.open().key("org_taxes").open().key("taxes").open_array();
    for (at, tax) in org.taxes.iter().enumerate() {
        out.open().pair("display_label", &tax.name).pair("name", &tax.name).key("id").id(tax.id);
        out.key("value").number(tax.percent).key("sequence_number").integer(at as u64 + 1).close();
    }
    out.close_array().key("preference").raw(r#"{"auto_populate_tax":false,"modify_tax_rates":false}"#);
    out.key("id").id(org.id + 1).close().close();
    Answer::json(200, out)
}

/// The sharing defaults.
pub(crate) fn data_sharing(org: &Org, call: &Call<'_>) -> Result<Answer, Refusal> {
    if !org.profile(call.profile).is_some_and(|profile| profile.customize) {
        return Err(no_permission("Crm_Implied_Manage_Data_Sharing"));
    }
    let mut out = Out::default();
    out.open().key("data_sharing").open_array();
    for (name, share) in &org.shares {
        let Some(module) = org.module(name) else {
            continue;
        };
        out.open().pair("share_type", share.word()).key("public_in_portals").boolean(false);
        out.key("module").open().pair("api_name", name).key("id").id(module.meta.id).close();
        out.key("rule_computation_running").boolean(false).close();
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}
