//! Every problem code is truly raised by an end-to-end test, and every kind of fault by some test.
//!
//! Owns the list of which test raises which code: a new code does not compile until it is named here, and a test that is renamed, or that
//! does not name its code any more, fails. Reads the tests of this tree as text; that they pass is their own affair.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use port::Kind;
use sync::problem::Code;

/// The file and the test that raises `code` in both simulators.
const fn raised_by(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::ValueRefused => ("problems", "a_value_that_the_crm_does_not_take"),
        Code::MandatoryMissing => ("problems", "a_field_that_the_crm_wants_and_nobody_fills"),
        Code::DuplicateValue => ("problems", "a_value_that_must_be_unique_and_is_another_records"),
        Code::RecordLocked => ("problems", "a_record_that_is_locked"),
        Code::Refused => ("problems", "a_record_that_is_refused_for_another_reason"),
        Code::StorageFull => ("problems", "an_organisation_that_takes_no_more_records"),
        Code::OutcomeUnknown => ("problems", "a_write_whose_outcome_is_not_known_yet"),
        Code::WriteUnanswered => ("waiting", "what_is_never_answered_for_two_days_is_a_persons"),
        Code::StaysLocked => ("waiting", "what_stays_locked_for_two_days_is_a_persons"),
        Code::NeverAnswered => ("waiting", "what_is_never_answered_for_two_days_is_a_persons"),
        Code::UndecidedName => ("commands", "an_open_record_is_grouped_replayed_and_left_alone"),
        Code::WaitingForAccount => ("problems", "a_document_whose_customer_is_not_there"),
        Code::WaitingForProduct => ("problems", "a_document_whose_item_is_not_there"),
        Code::TotalDiffers => ("totals", "a_total_that_differs_is_written_again_once_and_then_a_persons"),
        Code::CurrencyNotActive => ("problems", "a_currency_that_is_not_active"),
        Code::UnknownStatus => ("problems", "a_status_that_nobody_documented"),
        Code::SourceUnreadable => ("problems", "a_document_that_cannot_be_read"),
        Code::NumberReused => ("problems", "a_number_that_was_used_again"),
        Code::SourceGone => ("sweep", "policies_say_what_becomes_of_a_deleted_item"),
        Code::RowsVanished => {
            ("sweep", "much_that_vanishes_at_once_is_not_believed_and_told_once_until_a_person_confirms")
        }
        Code::KeyTooLong => ("problems", "a_key_that_is_longer_than_its_field"),
        Code::EditedInCrm => ("drift", "a_flow_that_asks_parks_and_one_that_leaves_says_so_once"),
        Code::Alternating => {
            ("drift", "a_record_that_alternates_is_stopped_after_three_rounds_and_goes_on_after_a_replay")
        }
        Code::NotPermitted => ("rights", "one_record_that_may_not_be_written_is_parked_and_tried_again"),
        Code::KeyInBin => {
            ("drift", "a_binned_record_that_keeps_its_key_is_told_and_goes_on_when_it_is_restored_or_gone_for_good")
        }
        Code::TargetGone => {
            ("drift", "a_deleted_account_is_told_with_who_and_when_never_made_anew_and_heals_when_restored")
        }
    }
}

#[test]
fn every_code_is_raised_end_to_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let (file, test) = raised_by(*code);
        let text = std::fs::read_to_string(folder.join(format!("{file}.rs"))).unwrap();
        let body = text.split_once(&format!("fn {test}(")).map(|(_, rest)| rest.split("\n}\n").next().unwrap());
        let names =
            |body: &str| body.contains(&format!("Code::{code:?}")) || body.contains(&format!("\"{}\"", code.name()));
        if !body.is_some_and(names) {
            wrong.push(format!("{}: {file} {test}", code.name()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "no such test, or it does not name the code");
}

/// The text of every test: files of tests whole, others from their test module on.
fn tests() -> String {
    let mut all = String::new();
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "catalogue.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let whole = path.components().any(|part| part.as_os_str() == "tests") || name.ends_with("tests.rs");
                let from = if whole { Some(0) } else { text.find("#[cfg(test)]") };
                all.push_str(from.map_or("", |from| &text[from..]));
            }
        }
    }
    all
}

#[test]
fn every_kind_of_fault_is_met_by_a_test() {
    let tests = tests();
    let said =
        |kind: &Kind| tests.contains(&format!("Kind::{kind:?}")) || tests.contains(&format!("\"{}\"", kind.name()));
    let unmet: Vec<&str> = Kind::ALL.iter().filter(|kind| !said(kind)).map(|kind| kind.name()).collect();
    assert_eq!(unmet, Vec::<&str>::new(), "no test names these");
}
