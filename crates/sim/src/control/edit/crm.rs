//! Edits of the CRM's records, as a user other than the connector's, through the CRM's own rules.
//!
//! Owns the choice of that user and the shape of an edit. Values are checked by the CRM's write rules, not here.

use serde_json::{Map, Value, json};

use super::{Refused, words};
use crate::data::changes::{Change, Entity};
use crate::zoho::State;

/// Reads a record id.
pub(super) fn id_of(id: &str) -> Result<u64, Refused> {
    id.parse().map_err(|_| words(format!("{id} is no record id")))
}

/// A user who is not the connector's.
pub(super) fn person(state: &State) -> Option<u64> {
    state.org.users.get(1).map(|user| user.id)
}

/// Sets one field.
pub(super) fn set(
    state: &mut State,
    module: &str,
    id: &str,
    (field, value): (&str, &Value),
    now: i64,
) -> Result<Change, Refused> {
    if state.org.module(module).is_some_and(|module| module.field_no(field).is_none()) {
        return Err(words(format!("{module} has no field {field}")));
    }
    let values = Value::Object(Map::from_iter([(field.to_owned(), value.clone())]));
    let by = person(state);
    state.edit_record(module, id_of(id)?, &values, by, now).map_err(words)?;
    Ok(change(module, id, &format!("{field} is now {value}")))
}

/// Creates a record.
pub(super) fn insert(state: &mut State, module: &str, values: &Value, now: i64) -> Result<Change, Refused> {
    let by = person(state);
    let id = state.insert_record(module, values, by, now).map_err(words)?;
    Ok(Change { created: true, ..change(module, &id.to_string(), "created") })
}

/// A won deal with its account, as a salesperson closes it.
pub(super) fn win_deal(state: &mut State, name: &str, amount: &Value, now: i64) -> Result<Vec<Change>, Refused> {
    let account = insert(state, "Accounts", &json!({"Account_Name": name}), now)?;
    let id = account.key.rsplit('/').next().unwrap_or_default().to_owned();
    let day = jiff::Timestamp::from_second(now).map_err(|error| words(error.to_string()))?;
    let values = json!({
        "Deal_Name": format!("{name}: order"),
        "Stage": "Closed Won",
        "Amount": amount,
        "Closing_Date": day.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string(),
        "Account_Name": {"id": id},
    });
    Ok(vec![account, insert(state, "Deals", &values, now)?])
}

/// What an edit of a record did.
pub(super) fn change(module: &str, id: &str, what: &str) -> Change {
    Change { entity: Entity::CrmRecord, key: format!("{module}/{id}"), what: what.to_owned(), created: false }
}
