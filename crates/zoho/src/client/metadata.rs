//! What an organisation is and has: itself, its modules, fields, layouts, profiles and currencies.
//!
//! Owns reading of metadata answers into our own types. Must not judge whether they suffice: the adapter does. Names and numbers come
//! from what an administrator wrote and are bounded here.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::coql::is_api_name;
use super::errors::quote;
use super::loose::Loose;

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

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its id.
    pub(crate) id: String,
    /// Its API name, checked to be one.
    pub(crate) api_name: String,
    /// Its label.
    pub(crate) label: String,
    /// `text`, `currency`, `picklist` …
    pub(crate) data_type: String,
    /// Made in this organisation.
    pub(crate) custom: bool,
    /// We may write it.
    pub(crate) writable: bool,
    /// No two records may hold the same value.
    pub(crate) unique: bool,
    /// Longest text in characters.
    pub(crate) length: Option<usize>,
    /// Decimal places of a number.
    pub(crate) places: Option<u32>,
    /// Actual values of a picklist.
    pub(crate) values: Option<Vec<String>>,
}

/// A page layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Ids of fields that are on it.
    pub(crate) fields: Vec<String>,
    /// The section that takes our fields: its id and how many fields it has; `None` when no section can take any.
    pub(crate) section: Option<(String, usize)>,
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
    text.whole()
        .map(|places| places.min(MOST_PLACES))
        .and_then(|places| u32::try_from(places).ok())
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
    let id = if raw.zgid.is_empty() {
        raw.id
    } else {
        raw.zgid
    };
    if id.is_empty() {
        return None;
    }
    let edition = raw
        .license_details
        .map(|l| {
            if l.trial_type.is_empty() {
                l.paid_type
            } else {
                l.trial_type
            }
        })
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
        let allowed = [
            &raw.api_supported,
            &raw.creatable,
            &raw.editable,
            &raw.viewable,
        ];
        let hidden = raw
            .visibility
            .whole()
            .is_some_and(|bits| bits & HIDDEN_FROM_API != 0)
            || matches!(
                raw.status.as_str(),
                "system_hidden" | "scheduled_for_deletion"
            );
        ModuleInfo {
            api_name: quote(raw.api_name.as_str()),
            usable: !hidden && allowed.iter().all(|flag| flag.flag() != Some(false)),
        }
    };
    Some(answer.modules.into_iter().map(read).collect())
}

/// Reads `GET /settings/fields`. Fields without a usable id or API name are left out.
pub(crate) fn fields(status: u16, body: &[u8]) -> Option<Vec<Field>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        fields: Vec<RawField<'a>>,
    }
    if status == 204 {
        return Some(Vec::new());
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    Some(answer.fields.iter().filter_map(RawField::read).collect())
}

#[derive(Deserialize)]
struct RawField<'a> {
    #[serde(borrow, default)]
    id: Loose<'a>,
    #[serde(borrow, default)]
    api_name: Loose<'a>,
    #[serde(borrow, default)]
    field_label: Loose<'a>,
    #[serde(borrow, default)]
    data_type: Loose<'a>,
    #[serde(borrow, default)]
    length: Loose<'a>,
    #[serde(borrow, default)]
    decimal_place: Loose<'a>,
    #[serde(borrow, default)]
    custom_field: Loose<'a>,
    #[serde(borrow, default)]
    read_only: Loose<'a>,
    #[serde(borrow, default)]
    field_read_only: Loose<'a>,
    #[serde(borrow, default)]
    visible: Loose<'a>,
    #[serde(borrow, default)]
    virtual_field: Loose<'a>,
    #[serde(borrow, default)]
    operation_type: Option<&'a RawValue>,
    #[serde(borrow, default)]
    formula: Option<&'a RawValue>,
    #[serde(borrow, default)]
    unique: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pick_list_values: Option<Vec<RawPick<'a>>>,
}

#[derive(Deserialize)]
struct RawPick<'a> {
    #[serde(borrow, default)]
    actual_value: Loose<'a>,
    #[serde(borrow, default)]
    display_value: Loose<'a>,
}

#[derive(Default, Deserialize)]
struct RawOperations<'a> {
    #[serde(borrow, default)]
    api_create: Loose<'a>,
    #[serde(borrow, default)]
    api_update: Loose<'a>,
}

#[derive(Default, Deserialize)]
struct RawFormula<'a> {
    #[serde(borrow, default)]
    return_type: Loose<'a>,
}

/// What a raw member says, or nothing when it has another shape.
fn shaped<'a, T: Default + Deserialize<'a>>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

impl RawField<'_> {
    fn read(&self) -> Option<Field> {
        let api_name = self.api_name.as_str();
        if !is_api_name(api_name) {
            return None;
        }
        let operations: RawOperations<'_> = shaped(self.operation_type);
        let formula: RawFormula<'_> = shaped(self.formula);
        let data_type = self.data_type.as_str();
        let computed = !formula.return_type.is_empty()
            || matches!(data_type, "formula" | "autonumber" | "rollup_summary");
        // The currency of a record can be given on creation and never changed.
        let updatable = operations.api_update.flag() != Some(false) || api_name == "Currency";
        let writable = !computed
            && updatable
            && operations.api_create.flag() != Some(false)
            && self.read_only.flag() != Some(true)
            && self.field_read_only.flag() != Some(true)
            && self.virtual_field.flag() != Some(true)
            && self.visible.flag() != Some(false);
        let picklist = matches!(data_type, "picklist" | "multiselectpicklist");
        let values = self
            .pick_list_values
            .as_ref()
            .filter(|_| picklist)
            .map(|values| {
                let actual = |pick: &RawPick<'_>| {
                    let value = if pick.actual_value.is_empty() {
                        &pick.display_value
                    } else {
                        &pick.actual_value
                    };
                    value.as_str().to_owned()
                };
                values
                    .iter()
                    .map(actual)
                    .filter(|value| !value.is_empty() && value != "-None-")
                    .collect()
            });
        Some(Field {
            id: self.id.id()?.to_owned(),
            api_name: api_name.to_owned(),
            label: quote(self.field_label.as_str()),
            data_type: quote(data_type),
            custom: self.custom_field.flag() == Some(true),
            writable,
            unique: self.unique.is_some_and(says_unique),
            length: self
                .length
                .whole()
                .filter(|length| *length > 0)
                .and_then(|length| usize::try_from(length).ok()),
            places: places(&self.decimal_place),
            values,
        })
    }
}

/// `unique` is an object with members (or `true`) when it holds, an empty one (or nothing) when it does not.
fn says_unique(raw: &RawValue) -> bool {
    let plain: String = raw.get().chars().filter(|c| !c.is_whitespace()).collect();
    !matches!(plain.as_str(), "{}" | "null" | "false" | "\"\"" | "[]")
}

/// Reads `GET /settings/layouts`.
pub(crate) fn layouts(status: u16, body: &[u8]) -> Option<Vec<Layout>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        layouts: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        name: Loose<'a>,
        #[serde(borrow, default)]
        status: Loose<'a>,
        #[serde(borrow, default)]
        sections: Option<Vec<Section<'a>>>,
    }
    #[derive(Deserialize)]
    struct Section<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(rename = "type", borrow, default)]
        kind: Loose<'a>,
        #[serde(rename = "isSubformSection", borrow, default)]
        subform: Loose<'a>,
        #[serde(borrow, default)]
        is_parent_section: Loose<'a>,
        #[serde(borrow, default)]
        fields: Option<Vec<Placed<'a>>>,
    }
    #[derive(Deserialize)]
    struct Placed<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    if status == 204 {
        return Some(Vec::new());
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let read = |raw: Raw<'_>| {
        let sections = raw.sections.unwrap_or_default();
        let used = |section: &&Section<'_>| section.kind.as_str() != "unused";
        let fields = |section: &Section<'_>| section.fields.as_ref().map_or(0, Vec::len);
        let ids = |section: &Section<'_>| {
            let placed = section.fields.iter().flatten();
            placed
                .filter_map(|field| field.id.id().map(str::to_owned))
                .collect::<Vec<_>>()
        };
        // The first section that already shows fields of its own: system sections (score, visits) show none.
        let home = sections.iter().filter(used).find(|section| {
            section.subform.flag() != Some(true)
                && section.is_parent_section.flag() != Some(true)
                && fields(section) > 0
                && section.id.id().is_some()
        });
        Some(Layout {
            id: raw.id.id()?.to_owned(),
            name: quote(raw.name.as_str()),
            section: home.and_then(|section| Some((section.id.id()?.to_owned(), fields(section)))),
            fields: sections.iter().filter(used).flat_map(ids).collect(),
        })
        .filter(|_| raw.status.as_str() != "inactive")
    };
    Some(answer.layouts.into_iter().filter_map(read).collect())
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
    Some(
        answer
            .profiles
            .iter()
            .filter_map(|raw| raw.id.id().map(str::to_owned))
            .collect(),
    )
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
    let active = answer
        .currencies
        .into_iter()
        .filter(|raw| raw.is_active.flag() != Some(false) && !raw.iso_code.is_empty());
    let read = |raw: Raw<'_>| {
        let format: Format<'_> = shaped(raw.format);
        CurrencyInfo {
            code: quote(raw.iso_code.as_str()),
            places: places(&format.decimal_places).unwrap_or(2),
        }
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
            (
                read.id.as_str(),
                read.name.as_str(),
                read.currency.as_str(),
                read.edition.as_str()
            ),
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
        let usable: Vec<_> = modules(body)
            .unwrap()
            .into_iter()
            .filter(|m| m.usable)
            .map(|m| m.api_name)
            .collect();
        assert_eq!(usable, ["Accounts"]);
    }

    #[test]
    fn fields_tell_what_may_be_written() {
        let body = br#"{"fields":[
            {"id":"1","api_name":"Account_Name","field_label":"Account Name","data_type":"text","length":100,"read_only":false,"field_read_only":false,"visible":true,"unique":{},"custom_field":false,"operation_type":{"api_create":true,"api_update":true},"formula":{},"decimal_place":null},
            {"id":"2","api_name":"ERP_Key","field_label":"ERP Key","data_type":"text","length":50,"unique":{"case_sensitive":false},"custom_field":true},
            {"id":"3","api_name":"Grand_Total","data_type":"formula","formula":{"return_type":"currency"}},
            {"id":"4","api_name":"Sub_Total","data_type":"currency","formula":{"return_type":"currency"}},
            {"id":"5","api_name":"Status","data_type":"picklist","pick_list_values":[{"display_value":"-None-","actual_value":"-None-"},{"display_value":"Genehmigt","actual_value":"Approved"}]},
            {"id":"6","api_name":"Currency","data_type":"picklist","operation_type":{"api_create":true,"api_update":false},"pick_list_values":null},
            {"id":"7","api_name":"Hidden","data_type":"text","visible":false},
            {"id":"8","api_name":"Locked","data_type":"text","field_read_only":true},
            {"id":"9","api_name":"Unit_Price","data_type":"currency","decimal_place":"3","unique":false,"formula":null},
            {"id":"10","api_name":"evil name') --","data_type":"text"},
            {"id":"x","api_name":"NoId","data_type":"text"}]}"#;
        let all = fields(200, body).unwrap();
        let writable: Vec<_> = all
            .iter()
            .filter(|f| f.writable)
            .map(|f| f.api_name.as_str())
            .collect();
        assert_eq!(
            writable,
            [
                "Account_Name",
                "ERP_Key",
                "Status",
                "Currency",
                "Unit_Price"
            ]
        );
        let named = |name: &str| all.iter().find(|f| f.api_name == name).unwrap();
        assert!(
            named("ERP_Key").unique
                && named("ERP_Key").custom
                && !named("Account_Name").unique
                && !named("Unit_Price").unique
        );
        assert_eq!(named("Account_Name").length, Some(100));
        assert_eq!(named("Unit_Price").places, Some(3));
        assert_eq!(
            named("Status").values.as_deref(),
            Some(&["Approved".to_owned()][..])
        );
        assert_eq!(all.len(), 9);
        assert!(fields(200, b"{\"fields\":[{\"id\":").is_none());
        assert!(fields(204, b"").unwrap().is_empty());
    }

    #[test]
    fn layouts_tell_what_is_on_them_and_where_there_is_room() {
        let body = br#"{"layouts":[{"id":"50","name":"Standard","status":"active","sections":[
            {"id":"60","isSubformSection":false,"fields":[]},
            {"id":"61","isSubformSection":true,"fields":[{"id":"1"}]},
            {"id":"62","type":"used","isSubformSection":false,"fields":[{"id":"2"},{"id":"3"}]},
            {"id":"63","type":"unused","fields":[{"id":"4"}]}]},
            {"id":"51","name":"Old","status":"inactive","sections":[]}]}"#;
        let layouts = layouts(200, body).unwrap();
        assert_eq!(layouts.len(), 1);
        assert_eq!(layouts[0].fields, ["1", "2", "3"]);
        assert_eq!(layouts[0].section, Some(("62".to_owned(), 2)));
    }

    #[test]
    fn currencies_have_the_places_of_their_format() {
        let body = br#"{"currencies":[{"iso_code":"USD","is_active":true,"exchange_rate":"1.000000000","format":{"decimal_separator":"Period","thousand_separator":"Comma","decimal_places":"2"}},
            {"iso_code":"JPY","is_active":true,"format":{"decimal_places":"0"}},{"iso_code":"KWD","is_active":true,"format":{"decimal_places":3}},
            {"iso_code":"GBP","is_active":false,"format":{"decimal_places":"2"}},{"iso_code":"CHF","is_active":true,"format":null}]}"#;
        let read: Vec<_> = currencies(200, body)
            .unwrap()
            .into_iter()
            .map(|c| (c.code, c.places))
            .collect();
        let expected = [("USD", 2), ("JPY", 0), ("KWD", 3), ("CHF", 2)]
            .map(|(code, places)| (code.to_owned(), places));
        assert_eq!(read, expected);
    }

    #[test]
    fn profiles_are_ids() {
        assert_eq!(
            profiles(br#"{"profiles":[{"id":"8","name":"Administrator"},{"id":9},{"id":"x"}]}"#)
                .unwrap(),
            ["8", "9"]
        );
        assert_eq!(profiles(b"{}"), None);
    }
}
