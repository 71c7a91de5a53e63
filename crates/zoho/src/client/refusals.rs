//! What an item says of one record: written, held by another, or refused with a problem to park it with.
//!
//! Owns the table from Zoho's record-level codes to problems. Must not stop anything: what goes wrong with one record is data.

use sync::Problem;
use sync::problem::Code;
use sync::settle::{Outcome, Refusal};

use super::errors::{Item, permissions, quote};

/// Which of the fields that we write a blueprint moves, where the refusal does not name it: it governs a module's stage or status.
const GOVERNED: &str = "Status";

/// What becomes of a record that was sent, by its item. `key` is the API name of the module's ERP key; `created` says what a success
/// means when the answer itself does not (insert: true, update: false).
pub(crate) fn outcome(item: &Item<'_>, key: &str, created: bool) -> Outcome {
    if item.succeeded() {
        // Without a usable id nobody knows what was written: looked up by its key.
        return match item.details().id.id() {
            Some(id) => Outcome::Written {
                id: id.to_owned(),
                created: match item.action.as_str() {
                    "insert" => true,
                    "update" => false,
                    _ => created,
                },
            },
            None => Outcome::Unknown,
        };
    }
    if item.code.is_empty() {
        return Outcome::Unknown;
    }
    let errors = item.each();
    // The key's holder is our own record, which counts more than what else is wrong; another unique value counts when nothing else is.
    let duplicate = errors.iter().filter(|error| error.is("DUPLICATE_DATA"));
    if let Some(error) = duplicate.clone().find(|error| error.details().api_name.as_str() == key) {
        return held_by_another(error);
    }
    match errors.iter().find(|error| !error.is("DUPLICATE_DATA")) {
        Some(error) => Outcome::Refused(refusal(error, &errors)),
        None => held_by_another(errors[0]),
    }
}

fn held_by_another(item: &Item<'_>) -> Outcome {
    let details = item.details();
    let holder = details.duplicate_record.as_ref();
    let id = details.id.id().or_else(|| holder.and_then(|holder| holder.id.id()));
    Outcome::Duplicate { field: quote(details.api_name.as_str()), id: id.map(str::to_owned) }
}

/// The refusal for `error`; its message tells of all errors of the record.
fn refusal(error: &Item<'_>, all: &[&Item<'_>]) -> Refusal {
    let details = error.details();
    let mut field = quote(details.api_name.as_str());
    if field.is_empty() {
        field = details
            .expected_fields
            .iter()
            .flatten()
            .next()
            .map(|named| quote(named.api_name.as_str()))
            .unwrap_or_default();
    }
    let governed = error.is("RECORD_IN_BLUEPRINT");
    if governed && field.is_empty() {
        field = GOVERNED.to_owned();
    }
    let code = classify(error);
    let mut message = sentence(error, &field);
    for other in all.iter().filter(|other| !std::ptr::eq(**other, error)) {
        message.push(' ');
        message.push_str(&sentence(other, &quote(other.details().api_name.as_str())));
    }
    // The id names the record as a whole, and no place in it.
    let place = if field == "id" { String::new() } else { field.clone() };
    Refusal { code: quote(error.code.as_str()), field, governed, problem: Problem::new(code, message).at(place) }
}

/// The problem's code, by Zoho's code and what it names.
fn classify(item: &Item<'_>) -> Code {
    let details = item.details();
    let field = details.api_name.as_str();
    match item.code.as_str() {
        "INVALID_DATA" if field == "id" || names_the_record(item) => Code::TargetGone,
        "INVALID_DATA" if field == "Currency" => Code::CurrencyNotActive,
        "INVALID_DATA" | "PATTERN_NOT_MATCHED" | "DEPENDENT_MISMATCH" | "MAPPING_MISMATCH" | "LIMIT_EXCEEDED" => {
            Code::ValueRefused
        }
        "MANDATORY_NOT_FOUND" | "EXPECTED_FIELD_MISSING" | "DEPENDENT_FIELD_MISSING" => Code::MandatoryMissing,
        "RECORD_LOCKED" | "NOT_APPROVED" | "NOT_REVIEWED" | "ALREADY_MODIFIED" | "DEPENDENT_SERVICE_ERROR" => {
            Code::RecordLocked
        }
        "MAX_RECORDS_LIMIT_REACHED" | "STORAGE_SPACE_EXCEEDED" => Code::StorageFull,
        "NO_PERMISSION" | "AUTHORIZATION_FAILED" => Code::NotPermitted,
        _ => Code::Refused,
    }
}

/// True when the details give nothing but the id of the record itself.
fn names_the_record(item: &Item<'_>) -> bool {
    let details = item.details();
    let other = [&details.api_name, &details.param_name, &details.expected_data_type, &details.maximum_length];
    other.into_iter().all(super::loose::Loose::is_empty)
        && details.supported_values.is_none()
        && (!details.id.is_empty() || !details.resource_path_index.is_empty())
}

fn sentence(item: &Item<'_>, field: &str) -> String {
    let details = item.details();
    let at = if field.is_empty() { "a value".to_owned() } else { format!("the value of {field}") };
    match classify(item) {
        Code::TargetGone => "Zoho CRM does not know the record under its id any more.".to_owned(),
        Code::CurrencyNotActive => "Zoho CRM refuses the currency.".to_owned(),
        Code::MandatoryMissing if field.is_empty() => "Zoho CRM wants a field that is not filled.".to_owned(),
        Code::MandatoryMissing => format!("Zoho CRM wants the field {field}, which is not filled."),
        Code::RecordLocked => match item.code.as_str() {
            "NOT_APPROVED" => "The record waits for an approval in Zoho CRM.".to_owned(),
            "NOT_REVIEWED" => "The record waits for a review in Zoho CRM.".to_owned(),
            "ALREADY_MODIFIED" => "The record was changed in Zoho CRM in the meantime.".to_owned(),
            "DEPENDENT_SERVICE_ERROR" => "A part of Zoho CRM did not answer; the record is tried again.".to_owned(),
            _ => "The record is locked in Zoho CRM.".to_owned(),
        },
        Code::NotPermitted => format!("The Zoho user may not write the record{}.", permissions(item)),
        Code::StorageFull => "The organisation in Zoho CRM takes no more records.".to_owned(),
        Code::ValueRefused if !details.maximum_length.is_empty() => {
            format!("Zoho CRM refuses {at}: it is longer than {} characters.", quote(details.maximum_length.as_str()))
        }
        Code::ValueRefused if details.supported_values.is_some() => {
            let values: Vec<_> =
                details.supported_values.iter().flatten().take(10).map(|value| quote(value.as_str())).collect();
            format!("Zoho CRM refuses {at}: it takes only {}.", values.join(", "))
        }
        Code::ValueRefused if !details.expected_data_type.is_empty() => {
            format!("Zoho CRM refuses {at}: it expects {}.", quote(details.expected_data_type.as_str()))
        }
        Code::ValueRefused => format!("Zoho CRM refuses {at} ({}).", item.said()),
        _ => match item.code.as_str() {
            "RECORD_IN_BLUEPRINT" => {
                format!("A blueprint in Zoho CRM governs the record and refuses {at}.")
            }
            "DUPLICATE_DATA" => format!("Another record holds {at}, which must be unique."),
            _ => format!("Zoho CRM refuses the record ({}).", item.said()),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn of(json: &str) -> Outcome {
        let item: Item<'_> = serde_json::from_str(json).unwrap();
        outcome(&item, "ERP_Key", false)
    }

    fn refused(json: &str) -> Refusal {
        match of(json) {
            Outcome::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn successes_carry_the_id_of_their_details() {
        let inserted = r#"{"code":"SUCCESS","duplicate_field":"ERP_Key","action":"insert","details":{"Modified_Time":"2026-03-04T10:15:00+01:00","Created_By":{"name":"Sync User","id":"1"},"id":"3652397000009851001","$approval_state":"approved"},"message":"record added","status":"success"}"#;
        assert_eq!(of(inserted), Outcome::Written { id: "3652397000009851001".into(), created: true });
        let updated = r#"{"code":"SUCCESS","action":"update","details":{"id":3652397000009851001},"status":"success"}"#;
        assert_eq!(of(updated), Outcome::Written { id: "3652397000009851001".into(), created: false });
        assert_eq!(of(r#"{"code":"SUCCESS","id":"5","details":{}}"#), Outcome::Unknown);
        assert_eq!(of(r#"{"code":"SUCCESS","details":{"id":"../1"}}"#), Outcome::Unknown);
        assert_eq!(of("{}"), Outcome::Unknown);
    }

    #[test]
    fn duplicates_name_field_and_holder_where_told() {
        let with_id = r#"{"code":"DUPLICATE_DATA","details":{"api_name":"ERP_Key","json_path":"$.data[0].ERP_Key","id":"2008662000006256222","duplicate_record":{"id":"2008662000006256222","Owner":{"name":"..","id":"..","zuid":".."}},"more_records":false},"message":"duplicate data","status":"error"}"#;
        assert_eq!(of(with_id), Outcome::Duplicate { field: "ERP_Key".into(), id: Some("2008662000006256222".into()) });
        let holder_only = r#"{"code":"DUPLICATE_DATA","details":{"api_name":"F","duplicate_record":{"id":"7"}}}"#;
        assert_eq!(of(holder_only), Outcome::Duplicate { field: "F".into(), id: Some("7".into()) });
        let nobody = r#"{"code":"DUPLICATE_DATA","details":{"api_name":"F"}}"#;
        assert_eq!(of(nobody), Outcome::Duplicate { field: "F".into(), id: None });
    }

    #[test]
    fn several_errors_put_the_key_first_then_what_is_no_duplicate() {
        let key = r#"{"code":"MULTIPLE_OR_MULTI_ERRORS","details":{"errors":[{"code":"INVALID_DATA","details":{"api_name":"Phone"}},{"code":"DUPLICATE_DATA","details":{"api_name":"ERP_Key","duplicate_record":{"id":"9"}}}]}}"#;
        assert_eq!(of(key), Outcome::Duplicate { field: "ERP_Key".into(), id: Some("9".into()) });
        let other = r#"{"code":"MULTIPLE_OR_MULTI_ERRORS","details":{"errors":[{"code":"DUPLICATE_DATA","details":{"api_name":"F"}},{"code":"INVALID_DATA","details":{"api_name":"Phone","expected_data_type":"phone"}}]}}"#;
        let refusal = refused(other);
        assert_eq!((refusal.code.as_str(), refusal.field.as_str()), ("INVALID_DATA", "Phone"));
        assert!(refusal.problem.message.contains("expects phone"));
        assert!(refusal.problem.message.contains("the value of F"));
    }

    #[test]
    fn codes_become_problems() {
        let cases = [
            (
                r#"{"code":"INVALID_DATA","details":{"expected_data_type":"text","api_name":"Phone","json_path":"$.data[0].Phone"}}"#,
                Code::ValueRefused,
                "Phone",
            ),
            (
                r#"{"code":"INVALID_DATA","details":{"maximum_length":255,"api_name":"Subject"}}"#,
                Code::ValueRefused,
                "255",
            ),
            (
                r#"{"code":"INVALID_DATA","details":{"supported_values":["A","B"],"api_name":"Status"}}"#,
                Code::ValueRefused,
                "A, B",
            ),
            (
                r#"{"code":"INVALID_DATA","details":{"id":"55"},"message":"the id given seems to be invalid"}"#,
                Code::TargetGone,
                "id",
            ),
            (
                r#"{"code":"INVALID_DATA","details":{"api_name":"id","json_path":"$.data[0].id"}}"#,
                Code::TargetGone,
                "id",
            ),
            (r#"{"code":"INVALID_DATA","details":{"api_name":"Currency"}}"#, Code::CurrencyNotActive, "currency"),
            (
                r#"{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"Account_Name"}}"#,
                Code::MandatoryMissing,
                "Account_Name",
            ),
            (
                r#"{"code":"RECORD_LOCKED","details":{"api_name":"id","action":"record_locking"}}"#,
                Code::RecordLocked,
                "locked",
            ),
            (r#"{"code":"NOT_APPROVED","details":{"id":"1"}}"#, Code::RecordLocked, "approval"),
            (r#"{"code":"RECORD_IN_BLUEPRINT","details":{"api_name":"Status"}}"#, Code::Refused, "blueprint"),
            (
                r#"{"code":"MAX_RECORDS_LIMIT_REACHED","details":{"max_no_of_records":100000}}"#,
                Code::StorageFull,
                "no more records",
            ),
            (r#"{"code":"NO_PERMISSION","details":{"permissions":["Edit"]}}"#, Code::NotPermitted, "(Edit)"),
            (
                r#"{"code":"EXPECTED_FIELD_MISSING","details":{"expected_fields":[{"api_name":"Layout"}]}}"#,
                Code::MandatoryMissing,
                "Layout",
            ),
            (r#"{"code":"SOMETHING_NEW","details":{},"message":"hm"}"#, Code::Refused, "SOMETHING_NEW: hm"),
        ];
        for (json, code, word) in cases {
            let refusal = refused(json);
            assert_eq!(refusal.problem.code, code, "{json}");
            assert!(refusal.problem.message.contains(word), "{} lacks {word}", refusal.problem.message);
        }
    }

    #[test]
    fn a_blueprint_owns_the_status_whether_or_not_it_is_named() {
        for json in [
            r#"{"code":"RECORD_IN_BLUEPRINT","details":{"api_name":"Status"}}"#,
            r#"{"code":"RECORD_IN_BLUEPRINT","details":{},"message":"The record is in blue print"}"#,
        ] {
            let refusal = refused(json);
            assert_eq!((refusal.governed, refusal.field.as_str()), (true, "Status"), "{json}");
        }
        assert!(!refused(r#"{"code":"INVALID_DATA","details":{"api_name":"Status"}}"#).governed);
    }

    #[test]
    fn the_place_of_a_problem_is_a_field_and_never_the_id() {
        let at = |json| refused(json).problem.field;
        assert_eq!(at(r#"{"code":"RECORD_LOCKED","details":{"api_name":"id","action":"record_locking"}}"#), "");
        assert_eq!(at(r#"{"code":"RECORD_IN_BLUEPRINT","details":{"api_name":"Status"}}"#), "Status");
    }
}
