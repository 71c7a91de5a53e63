//! Edits of the CRM's records, as a user other than the connector's.

use jiff::Timestamp;
use serde_json::Value;

use super::{Refused, words};
use crate::data::changes::Change;
use crate::zoho::model::{Cell, Kind, Module, Org};

/// A user of the CRM who is not the connector's.
pub(super) fn person(org: &Org) -> u64 {
    org.users.get(1).or_else(|| org.users.first()).map_or(0, |user| user.id)
}

/// Reads a record id.
pub(super) fn id_of(id: &str) -> Result<u64, Refused> {
    id.parse().map_err(|_| words(format!("{id} is no record id")))
}

/// A module by its API name.
pub(super) fn module_of<'a>(org: &'a mut Org, module: &str) -> Result<&'a mut Module, Refused> {
    org.module_mut(module).ok_or_else(|| words(format!("there is no module {module}")))
}

/// The outcome of an edit that needs a record.
pub(super) fn found(done: bool, module: &str, id: &str) -> Result<Vec<Change>, Refused> {
    if done { Ok(Vec::new()) } else { Err(words(format!("there is no record {id} in {module}"))) }
}

/// Sets one field.
pub(super) fn set(
    org: &mut Org,
    module: &str,
    id: &str,
    field: &str,
    value: &Value,
    now: Timestamp,
) -> Result<Vec<Change>, Refused> {
    let (id, by) = (id_of(id)?, person(org));
    let module_name = module;
    let module = module_of(org, module)?;
    let no = module.field_no(field).ok_or_else(|| words(format!("{module_name} has no field {field}")))?;
    let cell = cell(module.field(no).kind, value)
        .ok_or_else(|| words(format!("{value} is no value of a field of type {}", module.field(no).kind.data_type())))?;
    let mut record = module.take(id).ok_or_else(|| words(format!("there is no record {id} in {module_name}")))?;
    record.cells.set(no, cell);
    record.modified = now.as_second();
    record.modified_by = by;
    module.put(record);
    Ok(Vec::new())
}

/// A JSON value as a cell; `Some(None)` for null.
fn cell(kind: Kind, value: &Value) -> Option<Option<Cell>> {
    if value.is_null() {
        return Some(None);
    }
    let cell = match kind {
        Kind::Text | Kind::TextArea | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist | Kind::Date => {
            Cell::Text(value.as_str()?.into())
        }
        Kind::Integer | Kind::BigInt | Kind::Double | Kind::Currency | Kind::Percent => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Cell::Number(text.parse().ok()?)
        }
        Kind::Boolean => Cell::Bool(value.as_bool()?),
        Kind::Lookup => Cell::Lookup(value.as_str()?.parse().ok()?),
        Kind::UserLookup
        | Kind::OwnerLookup
        | Kind::DateTime
        | Kind::MultiPicklist
        | Kind::Subform
        | Kind::AutoNumber
        | Kind::Formula
        | Kind::MultiTax
        | Kind::LineTax
        | Kind::Discount
        | Kind::Id => return None,
    };
    Some(Some(cell))
}
