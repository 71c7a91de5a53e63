//! Whether a connection still reads the Acumatica that its ledger was made from.
//!
//! Owns what makes two settings name the same system: host and folder of the address, and the tenant. Scheme, client and user may
//! change. Must not change anything; `apply` and `sync` ask it before they do.

use store::{Binding, ConnectionRow};

use crate::connection_file::Settings;

/// The Acumatica that settings name. Host names and folders of that server do not tell upper from lower case; tenants are compared so
/// too, because sign-in takes them so.
pub(crate) fn named(settings: &Settings) -> Binding {
    let part = &settings.acumatica;
    let place = part.url.split_once("://").map_or(part.url.as_str(), |(_, place)| place);
    let tenant = part.client_id.rsplit_once('@').map_or("", |(_, tenant)| tenant);
    Binding {
        sink_org: None,
        source_host: Some(place.trim_end_matches('/').to_lowercase()),
        source_tenant: Some(tenant.to_lowercase()),
    }
}

/// Why `wanted` does not fit a connection that has read already; `None` when it does. A connection that was never bound belongs to
/// what its kept settings name.
pub(crate) fn objection(row: &ConnectionRow, wanted: &Settings) -> Option<String> {
    let kept = serde_json::from_str::<Settings>(&row.settings).ok().map(|settings| named(&settings));
    let of = |bound: &Option<String>, field: fn(&Binding) -> &Option<String>| {
        bound.clone().or_else(|| kept.as_ref().and_then(|kept| field(kept).clone()))
    };
    let host = of(&row.binding.source_host, |binding| &binding.source_host);
    let tenant = of(&row.binding.source_tenant, |binding| &binding.source_tenant);
    let wanted = named(wanted);
    let differs = |before: &Option<String>, after: &Option<String>| before.is_some() && before != after;
    if !differs(&host, &wanted.source_host) && !differs(&tenant, &wanted.source_tenant) {
        return None;
    }
    let place = |host: &Option<String>, tenant: &Option<String>| {
        format!("{} (tenant {})", host.as_deref().unwrap_or("?"), tenant.as_deref().unwrap_or("?"))
    };
    Some(format!(
        "{name}: this connection belongs to {}, and its file names {}. Its links and positions would be taken for those of another \
         system. Make a connection of its own: give the file another name than {name}.",
        place(&host, &tenant),
        place(&wanted.source_host, &wanted.source_tenant),
        name = row.name,
    ))
}
