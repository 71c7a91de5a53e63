//! Fields that many standard modules share: system fields, addresses, money, small makers of fields.
//!
//! Owns: their names, lengths and flags. Must not: know a module.

use crate::zoho::model::{Field, Kind, Org, Source};

/// Countries offered where Country is a picklist.
pub(super) const COUNTRIES: [&str; 24] = [
    "United States",
    "Canada",
    "Mexico",
    "United Kingdom",
    "Ireland",
    "Germany",
    "France",
    "Spain",
    "Italy",
    "Netherlands",
    "Belgium",
    "Austria",
    "Switzerland",
    "Sweden",
    "Norway",
    "Denmark",
    "Poland",
    "Japan",
    "China",
    "India",
    "Australia",
    "New Zealand",
    "Israel",
    "Saudi Arabia",
];

pub(super) fn text(api: &str, label: &str, length: u32) -> Field {
    Field::new(api, label, Kind::Text).length(length)
}

pub(super) fn of(api: &str, label: &str, kind: Kind) -> Field {
    Field::new(api, label, kind)
}

pub(super) fn picks(api: &str, label: &str, values: &[&str]) -> Field {
    Field::new(api, label, Kind::Picklist).picks(values)
}

pub(super) fn lookup(api: &str, label: &str, module: &str) -> Field {
    Field::new(api, label, Kind::Lookup).to(module)
}

/// A computed amount: the official client libraries rely on `formula.return_type`.
pub(super) fn computed(api: &str, label: &str) -> Field {
    Field::new(api, label, Kind::Formula).returns("currency")
}

/// Street, city, state, code and country with a prefix such as `Billing`.
pub(super) fn address(org: &Org, prefix: &str, code: &str) -> Vec<Field> {
    let (api, label) =
        if prefix.is_empty() { (String::new(), String::new()) } else { (format!("{prefix}_"), format!("{prefix} ")) };
    let country = text(&format!("{api}Country"), &format!("{label}Country"), 100);
    let country =
        if org.options.country_picklists { picks(&country.api_name, &country.label, &COUNTRIES) } else { country };
    vec![
        text(&format!("{api}Street"), &format!("{label}Street"), 250),
        text(&format!("{api}City"), &format!("{label}City"), 100),
        text(&format!("{api}State"), &format!("{label}State"), 100),
        text(&format!("{api}{code}"), &format!("{label}{}", code.replace('_', " ")), 30),
        country,
    ]
}

/// `Currency` and `Exchange_Rate`, there only while several currencies are on.
pub(super) fn money(org: &Org) -> Vec<Field> {
    if org.multi_currency != Some(true) {
        return Vec::new();
    }
    let codes: Vec<&str> = org.currencies.iter().map(|currency| currency.iso.as_str()).collect();
    vec![picks("Currency", "Currency", &codes), of("Exchange_Rate", "Exchange Rate", Kind::Double).decimals(9)]
}

/// The owner and the system's own fields, the same everywhere.
pub(super) fn system(owner_label: &str) -> Vec<Field> {
    vec![
        of("Owner", owner_label, Kind::OwnerLookup).source(Source::Owner),
        of("id", "Record Id", Kind::Id).source(Source::Id),
        of("Created_By", "Created By", Kind::OwnerLookup).source(Source::CreatedBy),
        of("Modified_By", "Modified By", Kind::OwnerLookup).source(Source::ModifiedBy),
        of("Created_Time", "Created Time", Kind::DateTime).source(Source::CreatedTime),
        of("Modified_Time", "Modified Time", Kind::DateTime).source(Source::ModifiedTime),
        of("Last_Activity_Time", "Last Activity Time", Kind::DateTime).read_only(),
        of("Tag", "Tag", Kind::MultiPicklist).read_only(),
        of("Locked__s", "Locked", Kind::Boolean).source(Source::Locked),
        picks("Record_Status__s", "Record Status", &["Available", "Trash", "Draft"]).source(Source::RecordStatus),
    ]
}
