//! One field of `POST /settings/fields` as it was sent.
//!
//! Owns: reading and checking its label, type, size, constraint, profiles and values.
//! Must not: add the field to a module or know caps.

use std::collections::BTreeMap;

use crate::zoho::json::Json;
use crate::zoho::model::{External, Field, Kind, Module, Org, Permission, Pick, Unique};
use crate::zoho::refusal::{Refusal, details};

const DATA_TYPES: [&str; 15] = [
    "text",
    "textarea",
    "email",
    "phone",
    "picklist",
    "multiselectpicklist",
    "date",
    "datetime",
    "integer",
    "bigint",
    "currency",
    "double",
    "percent",
    "boolean",
    "website",
];
/// Names that no field may take.
const RESERVED: [&str; 4] = ["id", "data", "info", "layout"];
const LABEL: usize = 25;

/// Position of a field in the call, for `json_path`.
pub(super) struct Place(pub(super) usize);

impl Place {
    pub(super) fn path(&self, name: &str) -> String {
        format!("$.fields[{}].{name}", self.0)
    }

    fn wrong(&self, name: &str) -> Refusal {
        Refusal::field(name, &self.path(name), |_| {})
    }

    fn too_long(&self, name: &str, most: usize) -> Refusal {
        Refusal::field(name, &self.path(name), |out| {
            out.key("maximum_length").integer(most as u64);
        })
    }

    fn about(&self, code: &'static str, name: &str, message: &'static str) -> Refusal {
        let details = details(|out| {
            out.pair("api_name", name).pair("json_path", &self.path(name));
        });
        Refusal::new(400, code, message, details)
    }
}

/// Reads and checks a sent field; ids are still to be given.
pub(super) fn read(org: &Org, module: &Module, item: &Json<'_>, place: &Place) -> Result<Field, Refusal> {
    let text = |name: &str| item.get(name).and_then(Json::text).map(str::trim).filter(|text| !text.is_empty());
    let label = text("field_label").ok_or_else(|| Refusal::mandatory("field_label", &place.path("field_label")))?;
    if label.chars().count() > LABEL {
        return Err(place.too_long("field_label", LABEL));
    }
    let data_type = text("data_type").ok_or_else(|| Refusal::mandatory("data_type", &place.path("data_type")))?;
    let Some(kind) = Kind::creatable(data_type) else {
        return Err(Refusal::field("data_type", &place.path("data_type"), |out| {
            out.key("supported_values").open_array();
            for name in DATA_TYPES {
                out.text(name);
            }
            out.close_array();
        }));
    };
    if module.live_fields().any(|(_, field)| field.label.eq_ignore_ascii_case(label)) {
        return Err(place.about("DUPLICATE_DATA", "field_label", "duplicate data"));
    }
    if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(label)) {
        return Err(place.about("RESERVED_KEYWORD_NOT_ALLOWED", "field_label", "reserved keyword is not allowed"));
    }
    let mut field = Field::new(&api_name(module, label), label, kind);
    field.custom = true;
    size(&mut field, item, place)?;
    if let Some(unique) = unique(item, place)? {
        if !kind.may_be_unique() {
            return Err(place.wrong("unique"));
        }
        field.unique = Some(unique);
    }
    field.external = external(item, kind, place)?;
    field.tooltip = tooltip(item, place)?;
    field.permissions = permissions(org, item, place)?;
    if matches!(kind, Kind::Picklist | Kind::MultiPicklist) {
        field.picks = pick_values(item, place)?;
    }
    Ok(field)
}

/// The name that the server makes from a label: other characters become underscores, a number is added when taken.
fn api_name(module: &Module, label: &str) -> String {
    let mut name = String::new();
    for c in label.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => name.push(c),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let mut name = name.trim_matches('_').to_owned();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name = format!("field{name}");
    }
    if module.field_no(&name).is_none() {
        return name;
    }
    (1..).map(|n| format!("{name}{n}")).find(|name| module.field_no(name).is_none()).unwrap_or(name)
}

fn size(field: &mut Field, item: &Json<'_>, place: &Place) -> Result<(), Refusal> {
    let most: u32 = match field.kind {
        Kind::Text => 255,
        Kind::TextArea => 50_000,
        Kind::Email => 100,
        Kind::Phone => 30,
        Kind::Website => 450,
        Kind::Integer => 9,
        Kind::BigInt => 18,
        Kind::Currency | Kind::Double => 16,
        Kind::Percent => 5,
        _ => return Ok(()),
    };
    let number = |json: &Json<'_>| match json {
        Json::Number(text) => text.parse::<u32>().ok(),
        _ => None,
    };
    if let Some(json) = item.get("length") {
        let length = number(json).ok_or_else(|| Refusal::expected("length", &place.path("length"), "integer"))?;
        if length == 0 || length > most {
            return Err(place.too_long("length", most as usize));
        }
        field.length = length;
    } else if field.kind == Kind::TextArea {
        field.length = 2000;
    }
    let places = item.get("decimal_place").or_else(|| item.get("currency").and_then(|held| held.get("precision")));
    if let (Some(json), Some(_)) = (places, field.decimals) {
        let decimals = number(json).and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= 9);
        field.decimals = Some(decimals.ok_or_else(|| place.wrong("decimal_place"))?);
    }
    Ok(())
}

fn unique(item: &Json<'_>, place: &Place) -> Result<Option<Unique>, Refusal> {
    let sensitive = |json: &Json<'_>| match json.get("case_sensitive").or_else(|| json.get("casesensitive")) {
        Some(Json::Bool(value)) => Some(*value),
        Some(Json::Text(text)) => Some(text == "true"),
        Some(_) => None,
        None => Some(false),
    };
    match item.get("unique") {
        None | Some(Json::Null | Json::Bool(false)) => Ok(None),
        Some(Json::Bool(true)) => Ok(Some(Unique { case_sensitive: false })),
        Some(json @ Json::Object(_)) => {
            let case_sensitive = sensitive(json).ok_or_else(|| place.wrong("unique"))?;
            Ok(Some(Unique { case_sensitive }))
        }
        Some(_) => Err(Refusal::expected("unique", &place.path("unique"), "jsonobject")),
    }
}

fn external(item: &Json<'_>, kind: Kind, place: &Place) -> Result<Option<External>, Refusal> {
    let Some(json) = item.get("external").filter(|json| !matches!(json, Json::Null)) else {
        return Ok(None);
    };
    let word = json.get("type").and_then(Json::text).filter(|word| ["user", "org", "external_lookup"].contains(word));
    match (word, json.get("show").and_then(Json::boolean)) {
        (Some(word), Some(show)) if kind == Kind::Text => Ok(Some(External { kind: word.to_owned(), show })),
        (_, None) => Err(Refusal::mandatory("show", &place.path("external.show"))),
        _ => Err(place.wrong("external")),
    }
}

fn tooltip(item: &Json<'_>, place: &Place) -> Result<Option<(String, String)>, Refusal> {
    let Some(json) = item.get("tooltip").filter(|json| !matches!(json, Json::Null)) else {
        return Ok(None);
    };
    let (name, value) = (json.get("name").and_then(Json::text), json.get("value").and_then(Json::text));
    let most = match name {
        Some("static_text") => 35,
        Some("info_icon") => 255,
        _ => return Err(place.wrong("tooltip")),
    };
    match (name, value) {
        (Some(_), Some(value)) if value.chars().count() > most => Err(place.too_long("tooltip", most)),
        (Some(name), Some(value)) => Ok(Some((name.to_owned(), value.to_owned()))),
        _ => Err(place.wrong("tooltip")),
    }
}

fn permissions(org: &Org, item: &Json<'_>, place: &Place) -> Result<BTreeMap<u64, Permission>, Refusal> {
    let mut permissions = BTreeMap::new();
    let Some(json) = item.get("profiles").filter(|json| !matches!(json, Json::Null)) else {
        return Ok(permissions);
    };
    let listed = json.array().ok_or_else(|| Refusal::expected("profiles", &place.path("profiles"), "jsonarray"))?;
    for (at, profile) in listed.iter().enumerate() {
        let id = profile.get("id").and_then(Json::id).filter(|id| org.profile(*id).is_some());
        let word = profile.get("permission_type").and_then(Json::text).and_then(Permission::from_word);
        match (id, word) {
            (Some(id), Some(word)) => {
                permissions.insert(id, word);
            }
            (None, _) => {
                return Err(Refusal::field("id", &place.path(&format!("profiles[{at}].id")), |_| {}));
            }
            (_, None) => {
                let path = place.path(&format!("profiles[{at}].permission_type"));
                return Err(Refusal::field("permission_type", &path, |_| {}));
            }
        }
    }
    Ok(permissions)
}

fn pick_values(item: &Json<'_>, place: &Place) -> Result<Vec<Pick>, Refusal> {
    let values = item.get("pick_list_values").and_then(Json::array).filter(|values| !values.is_empty());
    let name = "pick_list_values";
    let values = values.ok_or_else(|| Refusal::mandatory(name, &place.path(name)))?;
    let mut picks: Vec<Pick> = Vec::with_capacity(values.len());
    for value in values {
        let display = value.get("display_value").and_then(Json::text).ok_or_else(|| place.wrong(name))?;
        let actual = value.get("actual_value").and_then(Json::text).unwrap_or(display);
        if display.chars().count() > 120 {
            return Err(place.too_long(name, 120));
        }
        if picks.iter().any(|pick| pick.actual == actual) {
            return Err(place.about("DUPLICATE_DATA", name, "duplicate data"));
        }
        let (display, actual) = (display.to_owned(), actual.to_owned());
        picks.push(Pick { id: 0, display, actual, forecast: None, probability: None });
    }
    Ok(picks)
}
