//! What an organisation is and has: itself, its modules, profiles and currencies; fields and layouts in files of their own.
//!
//! Owns reading of metadata answers into our own types. Must not judge whether they suffice: the adapter does. Names and numbers come
//! from what an administrator wrote and are bounded here.

mod fields;
mod layouts;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::errors::quote;
use super::loose::Loose;

pub(crate) use fields::{Field, fields};
pub(crate) use layouts::{Layout, layouts};

/// The organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Org {
    /// Lasting identity.
    pub(crate) id: String,
    /// Name for people.
    pub(crate) name: String,
    /// ISO code of the home currency.
    pub(crate) currency: String,
    /// True when several currencies are switched on.
    pub(crate) multi_currency: bool,
    /// `Production`, `Sandbox`, `Developer`, `Bigin`; empty when not told.
    pub(crate) kind: String,
    /// The edition as the licence names it; empty when not told.
    pub(crate) edition: String,
}

/// A module that the user can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleInfo {
    /// API name.
    pub(crate) api_name: String,
    /// True when records can be read, created and changed through the API.
    pub(crate) usable: bool,
}

/// A currency of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CurrencyInfo {
    /// ISO code.
    pub(crate) code: String,
    /// Decimal places; 2 when the format tells none.
    pub(crate) places: u32,
}

/// Most decimal places that the field metadata knows.
const MOST_PLACES: u64 = 9;
/// Bit of `visibility` that hides a module from the API.
const HIDDEN_FROM_API: u64 = 8192;

fn places(text: &Loose<'_>) -> Option<u32> {
    text.whole().map(|places| places.min(MOST_PLACES)).and_then(|places| u32::try_from(places).ok())
}

/// What a raw member says, or nothing when it has another shape.
fn shaped<'a, T: Default + Deserialize<'a>>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// Reads `GET /org`.
pub(crate) fn org(body: &[u8]) -> Option<Org> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        org: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        zgid: Loose<'a>,
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        company_name: Loose<'a>,
        #[serde(borrow, default)]
        iso_code: Loose<'a>,
        #[serde(borrow, default)]
        mc_status: Loose<'a>,
        #[serde(rename = "type", borrow, default)]
        kind: Loose<'a>,
        #[serde(borrow, default)]
        license_details: Option<License<'a>>,
    }
    #[derive(Deserialize)]
    struct License<'a> {
        #[serde(borrow, default)]
        paid_type: Loose<'a>,
        #[serde(borrow, default)]
        trial_type: Loose<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let raw = answer.org.into_iter().next()?;
    let id = if raw.zgid.is_empty() { raw.id } else { raw.zgid };
    if id.is_empty() {
        return None;
    }
    let edition = raw
        .license_details
        .map(|l| if l.trial_type.is_empty() { l.paid_type } else { l.trial_type })
        .unwrap_or_default();
    Some(Org {
        id: quote(id.as_str()),
        name: quote(raw.company_name.as_str()),
        currency: quote(raw.iso_code.as_str()),
        multi_currency: raw.mc_status.flag() == Some(true),
        kind: quote(raw.kind.as_str()),
        edition: quote(edition.as_str()),
    })
}

/// Reads `GET /settings/modules`.
pub(crate) fn modules(body: &[u8]) -> Option<Vec<ModuleInfo>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        modules: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        api_name: Loose<'a>,
        #[serde(borrow, default)]
        api_supported: Loose<'a>,
        #[serde(borrow, default)]
        creatable: Loose<'a>,
        #[serde(borrow, default)]
        editable: Loose<'a>,
        #[serde(borrow, default)]
        viewable: Loose<'a>,
        #[serde(borrow, default)]
        status: Loose<'a>,
        #[serde(borrow, default)]
        visibility: Loose<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let read = |raw: Raw<'_>| {
        // An absent flag is no refusal: versions differ in what they list.
        let allowed = [&raw.api_supported, &raw.creatable, &raw.editable, &raw.viewable];
        let hidden = raw.visibility.whole().is_some_and(|bits| bits & HIDDEN_FROM_API != 0)
            || matches!(raw.status.as_str(), "system_hidden" | "scheduled_for_deletion");
        ModuleInfo {
            api_name: quote(raw.api_name.as_str()),
            usable: !hidden && allowed.iter().all(|flag| flag.flag() != Some(false)),
        }
    };
    Some(answer.modules.into_iter().map(read).collect())
}

/// Reads `GET /settings/profiles` into profile ids.
pub(crate) fn profiles(body: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        profiles: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    Some(answer.profiles.iter().filter_map(|raw| raw.id.id().map(str::to_owned)).collect())
}

/// Reads `GET /org/currencies` into those that are active.
pub(crate) fn currencies(status: u16, body: &[u8]) -> Option<Vec<CurrencyInfo>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        currencies: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        iso_code: Loose<'a>,
        #[serde(borrow, default)]
        is_active: Loose<'a>,
        #[serde(borrow, default)]
        format: Option<&'a RawValue>,
    }
    #[derive(Default, Deserialize)]
    struct Format<'a> {
        #[serde(borrow, default)]
        decimal_places: Loose<'a>,
    }
    if status == 204 {
        return Some(Vec::new());
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let active =
        answer.currencies.into_iter().filter(|raw| raw.is_active.flag() != Some(false) && !raw.iso_code.is_empty());
    let read = |raw: Raw<'_>| {
        let format: Format<'_> = shaped(raw.format);
        CurrencyInfo { code: quote(raw.iso_code.as_str()), places: places(&format.decimal_places).unwrap_or(2) }
    };
    Some(active.map(read).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_organisation_is_read_whatever_the_types() {
        let body = br#"{"org":[{"zgid":"7000","id":"36","company_name":"Acme","iso_code":"USD","mc_status":true,"type":"Production","license_details":{"paid":true,"paid_type":"enterprise","trial_type":null}}]}"#;
        let read = org(body).unwrap();
        assert_eq!(
            (read.id.as_str(), read.name.as_str(), read.currency.as_str(), read.edition.as_str()),
            ("7000", "Acme", "USD", "enterprise")
        );
        assert!(read.multi_currency);
        let bare = org(br#"{"org":[{"id":36,"mc_status":null}]}"#).unwrap();
        assert_eq!((bare.id.as_str(), bare.multi_currency), ("36", false));
        assert_eq!(org(br#"{"org":[]}"#), None);
        assert_eq!(org(b"<html>"), None);
    }

    #[test]
    fn hidden_and_unsupported_modules_are_not_usable() {
        let body = br#"{"modules":[{"api_name":"Accounts","api_supported":true,"creatable":true,"editable":true,"viewable":true,"visibility":1,"status":"visible"},
            {"api_name":"Products","api_supported":false},{"api_name":"Invoices","visibility":8193},{"api_name":"Quotes","status":"system_hidden"}]}"#;
        let usable: Vec<_> = modules(body).unwrap().into_iter().filter(|m| m.usable).map(|m| m.api_name).collect();
        assert_eq!(usable, ["Accounts"]);
    }

    #[test]
    fn currencies_have_the_places_of_their_format() {
        let body = br#"{"currencies":[{"iso_code":"USD","is_active":true,"exchange_rate":"1.000000000","format":{"decimal_separator":"Period","thousand_separator":"Comma","decimal_places":"2"}},
            {"iso_code":"JPY","is_active":true,"format":{"decimal_places":"0"}},{"iso_code":"KWD","is_active":true,"format":{"decimal_places":3}},
            {"iso_code":"GBP","is_active":false,"format":{"decimal_places":"2"}},{"iso_code":"CHF","is_active":true,"format":null}]}"#;
        let read: Vec<_> = currencies(200, body).unwrap().into_iter().map(|c| (c.code, c.places)).collect();
        let expected = [("USD", 2), ("JPY", 0), ("KWD", 3), ("CHF", 2)].map(|(code, places)| (code.to_owned(), places));
        assert_eq!(read, expected);
    }

    #[test]
    fn profiles_are_ids() {
        assert_eq!(
            profiles(br#"{"profiles":[{"id":"8","name":"Administrator"},{"id":9},{"id":"x"}]}"#).unwrap(),
            ["8", "9"]
        );
        assert_eq!(profiles(b"{}"), None);
    }
}
