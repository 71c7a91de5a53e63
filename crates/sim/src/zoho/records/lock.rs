//! Record locks: `/{module}/{id}/Locking_Information__s`.
//!
//! Owns: locking and unlocking one record by hand. Must not: refuse writes (`write` does).

use super::read::path_id;
use crate::zoho::api::{Answer, Call, State};
use crate::zoho::json::{Json, Out};
use crate::zoho::model::{Hold, Org, stamp_at};
use crate::zoho::refusal::{Refusal, details};

/// Lock ids follow from the record, so that a lock needs no store of its own.
const LOCK_OFFSET: u64 = 500_000_000;

fn related(index: u64) -> Refusal {
    let details = details(|out| {
        out.key("resource_path_index").integer(index);
    });
    Refusal::new(400, "INVALID_DATA", "the related id given seems to be invalid", details)
}

/// Answers the lock of a record; 204 without one.
pub(crate) fn locks(org: &Org, module_no: usize, id: &str) -> Result<Answer, Refusal> {
    let module = org.module_at(module_no);
    let record = module.record(path_id(id, 1)?).ok_or_else(|| related(1))?;
    if record.hold != Some(Hold::Locked) {
        return Ok(Answer::empty(204));
    }
    let mut out = Out::default();
    out.open().key("data").open_array().open();
    let user = org.user(record.modified_by);
    out.key("Locked_By__s").open().pair("name", &user.map(|u| u.name()).unwrap_or_default());
    out.key("id").id(record.modified_by).pair("module", "users").close();
    out.key("Locked_For__s").open().key("module").open().pair("api_name", &module.meta.api_name);
    out.key("id").id(module.meta.id).close().pair("name", module.display_name(record)).key("id").id(record.id).close();
    out.pair("Locked_Reason__s", "").pair("Lock_Source__s", "Manual");
    out.pair("Locked_Time__s", &stamp_at(record.modified, org.options.offset_minutes));
    out.key("Record_Locking_Rule_Id__s").null().pair("Feature_Type__s", "record_locking");
    out.key("id").id(record.id + LOCK_OFFSET).close().close_array();
    out.key("info").raw(r#"{"per_page":200,"count":1,"page":1,"more_records":false}"#).close();
    Ok(Answer::json(200, out))
}

/// Locks a record.
pub(crate) fn lock(state: &mut State, call: &Call<'_>, module_no: usize, id: &str) -> Result<Answer, Refusal> {
    let body = super::save::body(call.body)?;
    let items = body.get("data").and_then(Json::array).ok_or_else(|| Refusal::mandatory("data", "$.data"))?;
    if items.len() != 1 {
        return Err(Refusal::too_many("data", 1));
    }
    set(state, module_no, id, Some(Hold::Locked), 201, "record locked successfully")
}

/// Unlocks a record.
pub(crate) fn unlock(state: &mut State, module_no: usize, id: &str, lock: &str) -> Result<Answer, Refusal> {
    if path_id(lock, 3)? != path_id(id, 1)? + LOCK_OFFSET {
        return Err(related(3));
    }
    set(state, module_no, id, None, 200, "record unlocked successfully")
}

fn set(
    state: &mut State,
    module_no: usize,
    id: &str,
    hold: Option<Hold>,
    status: u16,
    message: &str,
) -> Result<Answer, Refusal> {
    let id = path_id(id, 1)?;
    let module = state.org.module_at_mut(module_no);
    let mut record = module.take(id).ok_or_else(|| related(1))?;
    record.hold = hold;
    module.put(record);
    let mut out = Out::default();
    out.open().key("data").open_array().open().pair("status", "success").pair("code", "SUCCESS");
    out.pair("message", message).key("details").open().key("id").id(id + LOCK_OFFSET).close().close();
    out.close_array().close();
    Ok(Answer::json(status, out))
}
