//! Bodies of insert, update and upsert, and their answers record by record.
//!
//! Owns the shape of a write. Answers are positional: an answer with another number of items than was sent proves nothing, and every
//! record of it is unknown. Must not send more than 100 records, nor rows without their ids where rows exist.

use bytes::Bytes;
use port::{Fault, Held, Kind, Operation};
use sync::Draft;
use sync::seam::{Mutant, mutant};
use sync::settle::Outcome;

use super::errors::{self, Envelope, zoho};
use super::refusals;
use super::{json, json::Object};

/// Records that one call takes.
pub(crate) const MOST: usize = 100;

/// The rows of an invoice.
pub(crate) const ROWS: &str = "Invoiced_Items";

/// Columns of a row that the mapping leaves out when they are blank, with the value that blanks them in a row that exists.
const BLANKED: [(&str, &[u8]); 2] = [("Discount", b"0"), ("Description", b"null")];

/// One record to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// What shall stand there.
    pub(crate) draft: &'a Draft,
    /// The id, where the record is known.
    pub(crate) target: Option<&'a str>,
    /// What the sink holds, for an update with rows.
    pub(crate) held: Option<&'a Held>,
}

impl Entry<'_> {
    /// True when rows are wanted but cannot be written, because the sink did not show all that it holds.
    pub(crate) fn leaves_rows(&self, operation: Operation) -> bool {
        operation == Operation::UpdateWhole && self.held.is_some_and(|held| !held.whole)
    }
}

/// The body for `entries`. `key` is the API name of the unique field that upsert matches by.
pub(crate) fn body(operation: Operation, entries: &[Entry<'_>], key: &str, run_workflows: bool) -> Bytes {
    let rows: usize = entries.iter().map(|entry| entry.draft.rows.len()).sum();
    let mut buffer = Vec::with_capacity(256 + entries.len() * 768 + rows * 192);
    let mut object = Object::open(&mut buffer);
    json::array(object.key("data"), entries, |buffer, entry| record(buffer, operation, entry));
    if operation == Operation::Upsert {
        json::array(object.key("duplicate_check_fields"), [key], json::text);
    }
    if !run_workflows {
        // An absent key runs every workflow; an empty list runs none.
        object.key("trigger").extend_from_slice(b"[]");
    }
    object.close();
    Bytes::from(buffer)
}

fn record(buffer: &mut Vec<u8>, operation: Operation, entry: &Entry<'_>) {
    let draft = entry.draft;
    let mut object = Object::open(buffer);
    if let Some(id) = entry.target {
        object.text("id", id);
    }
    if entry.leaves_rows(operation) {
        // The adjustment makes the total right for the new rows; with the old rows it would make it wrong.
        for (name, value) in draft.fields.0.iter().filter(|(name, _)| &**name != "Adjustment") {
            json::write_value(object.key(name), value);
        }
    } else {
        object.fields(&draft.fields);
    }
    if entry.target.is_none() {
        object.fields(&draft.on_create);
    }
    match operation {
        Operation::Insert | Operation::Upsert
            if !draft.rows.is_empty() && (operation == Operation::Insert || mutant(Mutant::DocumentsUpserted)) =>
        {
            json::array(object.key(ROWS), &draft.rows, |buffer, row| {
                let mut object = Object::open(buffer);
                object.fields(row);
                object.close();
            });
        }
        Operation::UpdateWhole => {
            if let Some(held) = entry.held.filter(|held| held.whole) {
                rows(object.key(ROWS), draft, held);
            }
        }
        Operation::Insert | Operation::Upsert | Operation::UpdateHeader => {}
    }
    object.close();
}

/// Rows by position: a kept row with its id, a further one without, a surplus one deleted. A row without id would be added.
fn rows(buffer: &mut Vec<u8>, draft: &Draft, held: &Held) {
    let kept = draft.rows.len();
    let places = kept.max(held.rows.len());
    json::array(buffer, 0..places, |buffer, place| {
        let mut object = Object::open(buffer);
        let before = held.rows.get(place);
        if let Some(before) = before.filter(|_| !mutant(Mutant::LinesResent)) {
            object.text("id", &before.id);
        }
        match draft.rows.get(place) {
            Some(row) => {
                object.fields(row);
                if before.is_some() {
                    for (name, blank) in BLANKED.iter().filter(|(name, _)| row.get(name).is_none()) {
                        object.key(name).extend_from_slice(blank);
                    }
                }
            }
            None => object.key("_delete").extend_from_slice(b"null"),
        }
        object.close();
    });
}

/// The outcomes that an answer gives for `entries`, in order.
///
/// # Errors
/// When the answer proves that nothing was written: the request as a whole was refused.
pub(crate) fn outcomes(
    status: u16,
    answer: &[u8],
    operation: Operation,
    entries: &[Entry<'_>],
    key: &str,
    doing: &str,
    scope: &str,
) -> Result<Vec<Outcome>, Fault> {
    let count = entries.len();
    match errors::envelope(answer) {
        Some(Envelope::Request(item)) if item.is("MAX_RECORDS_LIMIT_REACHED") || item.is("STORAGE_SPACE_EXCEEDED") => {
            Ok(vec![refusals::outcome(&item, key, false); count])
        }
        Some(Envelope::Request(item)) if !item.succeeded() => Err(errors::item_fault(status, &item, doing, scope)),
        Some(Envelope::Items(items)) if items.len() == count => {
            // Module and permission are the same for all: then it is no matter of single records. Of one record alone it is not known.
            let all = |codes: &[&str]| items.iter().all(|item| codes.iter().any(|code| item.is(code)));
            let for_all = all(&["INVALID_MODULE", "OAUTH_SCOPE_MISMATCH"])
                || (count > 1 && all(&["INVALID_MODULE", "NO_PERMISSION", "AUTHORIZATION_FAILED"]));
            if for_all && let Some(item) = items.first() {
                return Err(errors::item_fault(status, item, doing, scope));
            }
            let created = operation == Operation::Insert;
            Ok(items.iter().map(|item| refusals::outcome(item, key, created)).collect())
        }
        _ if matches!(status, 401 | 403 | 404 | 405 | 413 | 414 | 415) => {
            Err(errors::fault(status, answer, doing, scope))
        }
        _ => Ok(vec![Outcome::Unknown; count]),
    }
}

/// The fault for a batch that this adapter cannot send: our defect.
pub(crate) fn misfit(why: &str) -> Fault {
    zoho(Kind::Rejected, format!("A batch was not sent: {why}."), "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::sync::Arc;

    use port::HeldRow;
    use rust_decimal::Decimal;
    use sync::{Fields, Module, Value};

    use super::*;

    fn fields(pairs: &[(&str, Value)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect())
    }

    fn draft(rows: usize) -> Draft {
        Draft {
            module: Module::Invoices,
            erp_key: "Invoice/1".into(),
            fields: fields(&[("Subject", "INV1".into()), ("Adjustment", Value::Decimal(Decimal::new(-5, 1)))]),
            on_create: fields(&[("Currency", "EUR".into())]),
            rows: (0..rows)
                .map(|n| {
                    fields(&[
                        ("Product_Name", Value::Link("9".into())),
                        ("Quantity", Value::Decimal(Decimal::from(n as u64 + 1))),
                    ])
                })
                .collect(),
        }
    }

    fn held(ids: &[&str], whole: bool) -> Held {
        Held { id: "5".into(), rows: ids.iter().map(|id| HeldRow { id: (*id).into() }).collect(), whole }
    }

    fn written(operation: Operation, entry: Entry<'_>, workflows: bool) -> String {
        String::from_utf8(body(operation, &[entry], "ERP_Key", workflows).to_vec()).unwrap()
    }

    #[test]
    fn an_insert_carries_rows_and_what_goes_on_creation_only() {
        let draft = draft(1);
        let text = written(Operation::Insert, Entry { draft: &draft, target: None, held: None }, false);
        assert_eq!(
            text,
            r#"{"data":[{"Subject":"INV1","Adjustment":-0.5,"Currency":"EUR","Invoiced_Items":[{"Product_Name":{"id":"9"},"Quantity":1}]}],"trigger":[]}"#
        );
    }

    #[test]
    fn an_upsert_names_the_key_and_leaves_rows_alone() {
        let draft = draft(1);
        let text = written(Operation::Upsert, Entry { draft: &draft, target: Some("5"), held: None }, true);
        assert_eq!(
            text,
            r#"{"data":[{"id":"5","Subject":"INV1","Adjustment":-0.5}],"duplicate_check_fields":["ERP_Key"]}"#
        );
    }

    #[test]
    fn a_header_update_has_no_rows() {
        let draft = draft(2);
        let text = written(Operation::UpdateHeader, Entry { draft: &draft, target: Some("5"), held: None }, false);
        assert_eq!(text, r#"{"data":[{"id":"5","Subject":"INV1","Adjustment":-0.5}],"trigger":[]}"#);
    }

    #[test]
    fn rows_are_kept_by_position_blanked_added_and_deleted() {
        let two = draft(2);
        let one_held = held(&["71"], true);
        let text =
            written(Operation::UpdateWhole, Entry { draft: &two, target: Some("5"), held: Some(&one_held) }, false);
        assert!(text.contains(
            r#""Invoiced_Items":[{"id":"71","Product_Name":{"id":"9"},"Quantity":1,"Discount":0,"Description":null},{"Product_Name":{"id":"9"},"Quantity":2}]"#
        ));
        let one = draft(1);
        let three_held = held(&["71", "72", "73"], true);
        let text =
            written(Operation::UpdateWhole, Entry { draft: &one, target: Some("5"), held: Some(&three_held) }, false);
        assert!(text.contains(r#"{"id":"72","_delete":null},{"id":"73","_delete":null}]"#));
    }

    #[test]
    fn rows_that_are_not_all_shown_stay_and_the_adjustment_with_them() {
        let draft = draft(2);
        let part = held(&["71"], false);
        let entry = Entry { draft: &draft, target: Some("5"), held: Some(&part) };
        assert!(entry.leaves_rows(Operation::UpdateWhole));
        assert_eq!(
            written(Operation::UpdateWhole, entry, false),
            r#"{"data":[{"id":"5","Subject":"INV1"}],"trigger":[]}"#
        );
    }

    fn judged(status: u16, answer: &str, count: usize) -> Result<Vec<Outcome>, Kind> {
        let draft = draft(0);
        let entries = vec![Entry { draft: &draft, target: None, held: None }; count];
        outcomes(status, answer.as_bytes(), Operation::Insert, &entries, "ERP_Key", "Writing", "S")
            .map_err(|fault| fault.kind)
    }

    #[test]
    fn mixed_answers_are_taken_record_by_record() {
        let answer = r#"{"data":[{"code":"SUCCESS","details":{"id":"1"},"status":"success"},{"code":"INVALID_DATA","details":{"api_name":"Phone"},"status":"error"},{"code":"DUPLICATE_DATA","details":{"api_name":"ERP_Key","id":"3"}}]}"#;
        let outcomes = judged(207, answer, 3).unwrap();
        assert_eq!(outcomes[0], Outcome::Written { id: "1".into(), created: true });
        assert!(matches!(&outcomes[1], Outcome::Refused(refusal) if refusal.field == "Phone"));
        assert_eq!(outcomes[2], Outcome::Duplicate { field: "ERP_Key".into(), id: Some("3".into()) });
    }

    #[test]
    fn answers_that_prove_nothing_leave_every_record_unknown() {
        let one = r#"{"data":[{"code":"SUCCESS","details":{"id":"1"}}]}"#;
        for (status, answer) in
            [(200, one), (200, "<html>"), (201, "{\"data\":[{\"code\":\"SUC"), (200, ""), (200, "{}"), (400, "garbage")]
        {
            assert_eq!(judged(status, answer, 2), Ok(vec![Outcome::Unknown; 2]), "{status} {answer}");
        }
    }

    #[test]
    fn a_refused_request_is_a_fault_and_a_full_organisation_is_not() {
        assert_eq!(
            judged(400, r#"{"code":"LIMIT_EXCEEDED","details":{"maximum_length":100,"api_name":"data"}}"#, 2),
            Err(Kind::Rejected)
        );
        assert_eq!(judged(403, r#"{"code":"NO_PERMISSION","details":{}}"#, 2), Err(Kind::Forbidden));
        let all = r#"{"data":[{"code":"INVALID_MODULE","details":{}},{"code":"INVALID_MODULE","details":{}}]}"#;
        assert_eq!(judged(400, all, 2), Err(Kind::Unsupported));
        assert_eq!(judged(413, "<html>", 2), Err(Kind::Rejected));
        let full = judged(400, r#"{"code":"MAX_RECORDS_LIMIT_REACHED","details":{"size":21474836480}}"#, 2).unwrap();
        assert!(
            full.iter().all(|o| matches!(o, Outcome::Refused(r) if r.problem.code == sync::problem::Code::StorageFull))
        );
    }
}
