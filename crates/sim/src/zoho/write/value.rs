//! One sent value against one field: type, length, format, listed values, references.
//!
//! Owns: the conversion of JSON to a cell. Must not: look at other fields of the record.

use std::str::FromStr as _;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::zoho::json::Json;
use crate::zoho::model::{Cell, Field, Kind, Org, parse_date, parse_stamp};
use crate::zoho::refusal::Refusal;
use crate::zoho::switches::{Markup, Switches};

/// Where a value stands in the request, for `json_path`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Position of the record in `data`.
    pub(crate) record: usize,
    /// Subform and position of the row, for values of rows.
    pub(crate) row: Option<(&'a str, usize)>,
}

impl Place<'_> {
    /// The path of a field at this place.
    #[must_use]
    pub(crate) fn path(&self, api_name: &str) -> String {
        match self.row {
            Some((subform, row)) => format!("$.data[{}].{subform}[{row}].{api_name}", self.record),
            None => format!("$.data[{}].{api_name}", self.record),
        }
    }
}

/// Converts a sent value. `None` clears the field.
pub(crate) fn convert(
    org: &Org,
    switches: &Switches,
    field: &Field,
    json: &Json<'_>,
    place: Place<'_>,
) -> Result<Option<Cell>, Refusal> {
    if matches!(json, Json::Null) {
        return Ok(None);
    }
    let wrong = |data_type: &str| Refusal::expected(&field.api_name, &place.path(&field.api_name), data_type);
    match field.kind {
        Kind::Text | Kind::TextArea | Kind::AutoNumber => {
            let text = json.text().ok_or_else(|| wrong(field.kind.data_type()))?;
            self::text(switches, field, text, place)
        }
        Kind::Email | Kind::Phone | Kind::Website => {
            let text = json.text().ok_or_else(|| wrong(field.kind.data_type()))?;
            let fits = match field.kind {
                Kind::Email => is_email(text),
                Kind::Phone => is_phone(text, switches.phone_slash),
                _ => is_website(text),
            };
            if !text.is_empty() && !fits {
                return Err(wrong(field.kind.data_type()));
            }
            self::text(switches, field, text, place)
        }
        Kind::Integer | Kind::BigInt | Kind::Id => number(field, json, place, true).map(Some),
        Kind::Double | Kind::Currency | Kind::Percent | Kind::Formula => number(field, json, place, false).map(Some),
        Kind::Discount => match json {
            Json::Text(text) => match text.strip_suffix('%').map(|n| Decimal::from_str(n.trim())) {
                Some(Ok(_)) => Ok(Some(Cell::Text(text.as_ref().into()))),
                _ => Err(wrong("double")),
            },
            _ => number(field, json, place, false).map(Some),
        },
        Kind::Boolean => json.boolean().map(|b| Some(Cell::Bool(b))).ok_or_else(|| wrong("boolean")),
        Kind::Date => match json.text() {
            Some(date) if parse_date(date) => Ok(Some(Cell::Text(date.into()))),
            _ => Err(wrong("date")),
        },
        Kind::DateTime => {
            json.text().and_then(parse_stamp).map(|t| Some(Cell::Time(t))).ok_or_else(|| wrong("datetime"))
        }
        Kind::Picklist => {
            let text = json.text().ok_or_else(|| wrong("text"))?;
            picked(org, switches, field, text, place).map(Some)
        }
        Kind::MultiPicklist => {
            let items = json.array().ok_or_else(|| wrong("jsonarray"))?;
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                let text = item.text().ok_or_else(|| wrong("text"))?;
                if let Cell::Text(value) = picked(org, switches, field, text, place)? {
                    values.push(value);
                }
            }
            Ok((!values.is_empty()).then(|| Cell::List(values.into())))
        }
        Kind::Lookup => lookup(org, switches, field, json, place).map(Some),
        Kind::UserLookup | Kind::OwnerLookup => {
            let id = reference(json, switches).ok_or_else(|| wrong("jsonobject"))?;
            match org.user(id) {
                Some(user) if user.active => Ok(Some(Cell::Lookup(id))),
                _ => Err(Refusal::record_id(&place.path(&field.api_name)).on(&field.api_name, place)),
            }
        }
        Kind::MultiTax | Kind::LineTax => taxes(org, field, json, place),
        Kind::Subform => Err(wrong("jsonarray")),
    }
}

impl Refusal {
    /// The same refusal told about another field.
    fn on(mut self, api_name: &str, place: Place<'_>) -> Self {
        self.details = crate::zoho::refusal::details(|out| {
            out.pair("api_name", api_name).pair("json_path", &place.path(api_name));
        });
        self
    }
}

fn too_long(field: &Field, place: Place<'_>) -> Refusal {
    Refusal::field(&field.api_name, &place.path(&field.api_name), |out| {
        out.key("maximum_length").integer(u64::from(field.length));
    })
}

fn text(switches: &Switches, field: &Field, text: &str, place: Place<'_>) -> Result<Option<Cell>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let most = usize::try_from(field.length).unwrap_or(usize::MAX);
    if text.len() > most && text.chars().count() > most {
        return Err(too_long(field, place));
    }
    if switches.markup != Markup::Keep && text.contains(['<', '>']) {
        if switches.markup == Markup::Refuse {
            return Err(Refusal::expected(&field.api_name, &place.path(&field.api_name), field.kind.data_type()));
        }
        return Ok(Some(Cell::Text(text.replace(['<', '>'], "").into())));
    }
    Ok(Some(Cell::Text(text.into())))
}

fn number(field: &Field, json: &Json<'_>, place: Place<'_>, whole: bool) -> Result<Cell, Refusal> {
    let wrong = || Refusal::expected(&field.api_name, &place.path(&field.api_name), field.kind.data_type());
    let text = match json {
        Json::Number(text) => *text,
        // Long whole numbers travel as strings both ways.
        Json::Text(text) if matches!(field.kind, Kind::BigInt) => text.as_ref(),
        _ => return Err(wrong()),
    };
    let mut value = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map_err(|_| wrong())?;
    if whole && !value.fract().is_zero() {
        return Err(wrong());
    }
    let digits = value.trunc().abs().to_string().len();
    if digits > usize::try_from(field.length).unwrap_or(usize::MAX) {
        return Err(too_long(field, place));
    }
    if let Some(decimals) = field.decimals {
        value = value.round_dp_with_strategy(u32::from(decimals), RoundingStrategy::MidpointAwayFromZero);
    }
    Ok(Cell::Number(value))
}

fn picked(org: &Org, switches: &Switches, field: &Field, text: &str, place: Place<'_>) -> Result<Cell, Refusal> {
    if field.api_name == "Currency" && org.currency(text).is_some_and(|currency| !currency.active) {
        return Err(Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {}));
    }
    if let Some(pick) = field.picks.iter().find(|pick| pick.actual == text || pick.display == text) {
        return Ok(Cell::Text(pick.actual.as_str().into()));
    }
    if !switches.strict_picklists && field.api_name != "Currency" {
        return Ok(Cell::Text(text.into()));
    }
    let mut refusal = Refusal::field(&field.api_name, &place.path(&field.api_name), |out| {
        out.key("supported_values").open_array();
        for pick in &field.picks {
            out.text(&pick.actual);
        }
        out.close_array();
    });
    refusal.message = format!("The field value given for {} is invalid", field.api_name).into();
    Err(refusal)
}

fn reference(json: &Json<'_>, switches: &Switches) -> Option<u64> {
    match json {
        Json::Object(_) => json.get("id").and_then(Json::id),
        Json::Text(_) if switches.bare_lookup_id => json.id(),
        _ => None,
    }
}

fn lookup(org: &Org, switches: &Switches, field: &Field, json: &Json<'_>, place: Place<'_>) -> Result<Cell, Refusal> {
    let wrong_type = || Refusal::expected(&field.api_name, &place.path(&field.api_name), "jsonobject");
    let bare = switches.bare_lookup_id && matches!(json, Json::Text(_));
    if !bare && !matches!(json, Json::Object(_)) {
        return Err(wrong_type());
    }
    let id = reference(json, switches);
    let target = field.target.as_deref().and_then(|name| org.module(name));
    match (id, target) {
        (Some(id), Some(module)) if module.record(id).is_some() => Ok(Cell::Lookup(id)),
        _ => {
            let mut refusal = Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {});
            refusal.message = "the id given seems to be invalid".into();
            Err(refusal)
        }
    }
}

/// Taxes come by id, by `name`, or by the label `Name - 5.0 %`; each must be a tax of the organisation.
fn taxes(org: &Org, field: &Field, json: &Json<'_>, place: Place<'_>) -> Result<Option<Cell>, Refusal> {
    let items =
        json.array().ok_or_else(|| Refusal::expected(&field.api_name, &place.path(&field.api_name), "jsonarray"))?;
    let mut names: Vec<Box<str>> = Vec::new();
    for item in items {
        let word = |key: &str| item.get(key).and_then(Json::text);
        let by_id = item.get("id").and_then(Json::id).and_then(|id| org.taxes.iter().find(|tax| tax.id == id));
        let label = word("name").or_else(|| word("value").map(|v| v.rsplit_once(" - ").map_or(v, |(name, _)| name)));
        match by_id.or_else(|| label.and_then(|name| org.tax(name))) {
            Some(tax) => names.push(tax.name.as_str().into()),
            None => {
                return Err(Refusal::field(&field.api_name, &place.path(&field.api_name), |_| {}));
            }
        }
    }
    Ok((!names.is_empty()).then(|| Cell::List(names.into())))
}

/// One part before and a dotted part after a single `@`, without blanks.
fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !user.is_empty()
        && user.chars().all(plain)
        && !host.contains("..")
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
        && host.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
}

/// An optional plus, then letters, digits, brackets, dots, hyphens and blanks.
fn is_phone(text: &str, slash: bool) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || " ().-".contains(c) || (slash && c == '/'))
}

/// An optional scheme, then a dotted host without blanks.
fn is_website(text: &str) -> bool {
    let rest = ["http://", "https://", "ftp://"].iter().find_map(|s| text.strip_prefix(s)).unwrap_or(text);
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.split_once(':').map_or(host, |(name, _)| name);
    !text.chars().any(char::is_whitespace)
        && host.split('.').count() > 1
        && host
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn formats() {
        assert!(is_email("a.b+c@x-y.example"));
        for bad in ["a", "a@b", "a@b..c", "a b@c.de", "@c.de", "a@@c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_phone("+1 (555) 010-22.33 ext 4", false));
        assert!(!is_phone("555/0102", false) && is_phone("555/0102", true));
        assert!(!is_phone("1 + 2", false) && !is_phone("+", false));
        assert!(is_website("https://www.example.com:8080/a?b") && is_website("example.co.uk"));
        assert!(!is_website("example") && !is_website("www. example.com") && !is_website("http://.com"));
    }
}
