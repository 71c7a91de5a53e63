//! The oracle reads the trail: each silence, vagueness and double that is planted in plain rows is seen, and an honest trail is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use trial::oracle::{Letter, Open, Oracle, Row, Violation};

fn row(place: i64, what: &'static str) -> Row {
    let says = |these: &[&str]| these.contains(&what);
    Row {
        place: (place, 0),
        at: place * 10,
        run: Some("run_1".to_owned()),
        flow: "invoices",
        key: "invoice/7".to_owned(),
        what,
        problem: says(&["parked", "waiting"]).then(|| ("record_locked".to_owned(), "It is locked.".to_owned())),
        note: if says(&["skipped", "linked"]) { "not released".to_owned() } else { String::new() },
        target: says(&["created", "updated"]).then(|| "9".to_owned()),
        exchange: says(&["created", "updated"]).then_some((place, 0)),
    }
}

fn letter(at: i64, written: bool) -> Letter {
    let says = if written { "SUCCESS" } else { "RECORD_LOCKED" };
    Letter { at, flow: "invoices", key: Some("invoice/7".to_owned()), id: None, written, says: says.to_owned() }
}

fn open(problem: &str, since: i64) -> Open {
    Open { flow: "invoices", key: "invoice/7".to_owned(), problem: problem.to_owned(), since }
}

fn names(found: &[Violation]) -> Vec<&'static str> {
    found.iter().map(|violation| violation.name).collect()
}

fn read(rows: &[Row], open: &[Open]) -> Vec<&'static str> {
    names(&Oracle::default().read_trail(rows, open))
}

fn answered(rows: &[Row], letters: &[Letter]) -> Vec<&'static str> {
    names(&Oracle::default().answered("run_1", rows, letters))
}

#[test]
fn a_row_says_why_and_where() {
    for what in ["created", "updated", "parked", "waiting", "skipped", "linked", "nothing_to_write"] {
        assert_eq!(read(&[row(1, what)], &[]), [] as [&str; 0], "{what}");
    }
    for vague in [
        Row { problem: None, ..row(1, "parked") },
        Row { problem: Some(("record_locked".to_owned(), String::new())), ..row(1, "waiting") },
        Row { note: String::new(), ..row(1, "skipped") },
        Row { note: String::new(), ..row(1, "linked") },
        Row { target: None, ..row(1, "created") },
        Row { exchange: None, ..row(1, "updated") },
        Row { run: None, ..row(1, "nothing_to_write") },
    ] {
        assert_eq!(read(std::slice::from_ref(&vague), &[]), ["trail_vague"], "{vague:?}");
    }
}

#[test]
fn rows_of_a_record_stand_in_the_order_in_which_they_happened() {
    assert_eq!(read(&[row(1, "created"), row(2, "updated")], &[]), [] as [&str; 0]);
    assert_eq!(read(&[row(2, "created"), row(1, "updated")], &[]), ["trail_vague"]);
    assert_eq!(read(&[row(1, "created"), Row { at: 5, ..row(2, "updated") }], &[]), ["trail_vague"]);
}

#[test]
fn what_is_open_is_explained_by_its_last_row() {
    assert_eq!(read(&[row(1, "parked")], &[open("record_locked", 10)]), [] as [&str; 0]);
    let asked = Row { note: "by a person".to_owned(), run: None, ..row(2, "replayed") };
    assert_eq!(read(&[row(1, "parked"), asked], &[open("record_locked", 10)]), [] as [&str; 0]);
    assert_eq!(read(&[], &[open("record_locked", 10)]), ["trail_silent"]);
    assert_eq!(read(&[row(1, "parked")], &[open("value_refused", 10)]), ["trail_silent"]);
    assert_eq!(read(&[row(1, "parked"), row(2, "updated")], &[open("record_locked", 10)]), ["trail_silent"]);
    assert_eq!(read(&[row(1, "parked")], &[open("record_locked", 11)]), ["trail_vague"]);
    assert_eq!(read(&[row(1, "parked")], &[open("record_locked", 0)]), ["trail_vague"]);
}

#[test]
fn an_answer_is_followed_by_a_row() {
    assert_eq!(answered(&[row(1, "parked")], &[letter(9, false)]), [] as [&str; 0]);
    assert_eq!(answered(&[row(1, "created")], &[letter(9, true)]), [] as [&str; 0]);
    assert_eq!(answered(&[], &[letter(9, false)]), ["trail_silent"]);
    assert_eq!(
        answered(&[row(1, "parked")], &[letter(11, false)]),
        ["trail_silent"],
        "what was told before is no answer"
    );
    let others = Row { run: Some("run_2".to_owned()), ..row(1, "parked") };
    assert_eq!(answered(&[others], &[letter(9, false)]), ["trail_silent"], "another run does not answer for it");
}

#[test]
fn one_write_is_told_once() {
    assert_eq!(
        answered(&[row(1, "created"), row(2, "updated")], &[letter(9, true), letter(19, true)]),
        [] as [&str; 0]
    );
    assert_eq!(answered(&[row(1, "created"), row(2, "updated")], &[letter(9, true)]), ["trail_doubled"]);
    assert_eq!(answered(&[row(1, "created")], &[letter(9, false)]), ["trail_doubled"], "a refusal is no write");
    let again = Row { exchange: Some((1, 0)), ..row(2, "updated") };
    assert_eq!(answered(&[row(1, "created"), again], &[letter(9, true), letter(19, true)]), ["trail_doubled"]);
}
