//! Which records bear witness, and what is made of their answers.

use super::*;
use crate::digest::Digest;
use crate::{Fields, Flow, Problem};

const MARGIN: Duration = Duration::from_secs(900);

fn at(hours: i64) -> Instant {
    Instant::from_micros(hours * 3_600_000_000)
}

fn entry(id: &str, hours: i64) -> Entry {
    Entry {
        flow: Flow::Customers,
        erp_key: id.to_owned(),
        entity: Entity::Customer,
        code: id.to_uppercase(),
        source_id: id.to_owned(),
        target_id: Some(format!("9{hours}")),
        state: State::Settled,
        fingerprint: Digest([1; 16]),
        header: Digest::default(),
        rows: Digest::default(),
        stamp: Some(at(hours)),
        problem: None,
        attempts: 0,
    }
}

fn record(id: &str, hours: i64) -> Record {
    Record {
        entity: Entity::Customer,
        key: id.to_uppercase(),
        id: id.to_owned(),
        stamp: Some(at(hours)),
        fields: Fields::default(),
        lines: Vec::new(),
    }
}

fn noted(entries: &[Entry]) -> Witnesses {
    let mut witnesses = Witnesses::default();
    entries.iter().for_each(|entry| witnesses.note(entry));
    witnesses
}

fn ids(witnesses: &Witnesses) -> Vec<&str> {
    witnesses.of(Entity::Customer).iter().map(|witness| witness.id.as_str()).collect()
}

#[test]
fn the_newest_bear_witness_each_once() {
    let many: Vec<Entry> = (0..20).map(|n| entry(&format!("k{n:02}"), n)).collect();
    let mut witnesses = noted(&many);
    assert_eq!(ids(&witnesses), ["k19", "k18", "k17", "k16", "k15", "k14", "k13", "k12"]);
    witnesses.note(&entry("k13", 30));
    witnesses.note(&entry("k01", 1));
    assert_eq!(ids(&witnesses), ["k13", "k19", "k18", "k17", "k16", "k15", "k14", "k12"]);
    // One that moved to another entity bears witness there.
    witnesses.note(&Entry { entity: Entity::StockItem, ..entry("k19", 31) });
    assert!(!ids(&witnesses).contains(&"k19") && !witnesses.is_empty(Entity::StockItem));
}

#[test]
fn what_is_gone_on_either_side_is_no_witness() {
    let mut witnesses = noted(&[entry("a", 1), entry("b", 2), entry("c", 3)]);
    witnesses.note(&Entry { state: State::Gone, ..entry("a", 1) });
    let problem = Some(Problem::new(Code::TargetGone, "x"));
    witnesses.note(&Entry { state: State::Parked, problem, ..entry("b", 2) });
    witnesses.note(&Entry { stamp: None, ..entry("d", 4) });
    witnesses.note(&Entry { source_id: String::new(), ..entry("e", 5) });
    assert_eq!(ids(&witnesses), ["c"]);
}

#[test]
fn a_page_with_what_was_changed_last_leaves_no_doubt() {
    let witnesses = noted(&[entry("a", 1), entry("b", 2), entry("c", 3)]);
    let sight = |from, records: &[Record], whole| witnesses.sight(Entity::Customer, from, records, whole, MARGIN);
    let doubt =
        |code: &str| Sight::Doubt(witnesses.of(Entity::Customer).iter().find(|w| w.code == code).unwrap().clone());
    assert_eq!(sight(Some(at(3)), &[record("C", 3)], true), Sight::Known);
    assert_eq!(sight(Some(at(3)), &[record("c", 7)], true), Sight::Known, "changed since");
    assert_eq!(sight(Some(at(4)), &[], true), Sight::Known, "nothing was to come");
    assert_eq!(sight(Some(at(3)), &[], true), doubt("C"), "nothing came");
    assert_eq!(sight(Some(at(2)), &[record("c", 3)], true), doubt("B"), "one did not come");
    assert_eq!(sight(Some(at(2)), &[record("c", 3)], false), Sight::Known, "it may come with another page");
    assert_eq!(sight(None, &[record("x", 9)], false), doubt("C"), "none came so far");
    assert_eq!(sight(None, &[record("a", 1), record("b", 2), record("c", 2)], true), doubt("C"), "as it was before");
    assert_eq!(Witnesses::default().sight(Entity::Customer, None, &[], true, MARGIN), Sight::Known);
}

#[test]
fn clocks_that_differ_a_little_set_nothing_back() {
    let witnesses = noted(&[entry("a", 3)]);
    let witness = &witnesses.of(Entity::Customer)[0];
    let seconds = |before: u64| Record { stamp: Some(at(3).minus(Duration::from_secs(before))), ..record("a", 0) };
    assert_eq!(answer(witness, Some(&seconds(900)), MARGIN), Answer::There);
    assert_eq!(answer(witness, Some(&seconds(901)), MARGIN), Answer::Earlier);
    assert_eq!(answer(witness, Some(&Record { stamp: None, ..record("a", 0) }), MARGIN), Answer::There);
    assert_eq!(answer(witness, None, MARGIN), Answer::Gone);
}

#[test]
fn one_record_proves_nothing_and_several_do() {
    use Answer::{Earlier, Gone, There};
    let answers = |all: &[Answer], linked: bool| {
        let target = linked.then(|| "9".to_owned());
        let witness = Witness { id: "a".into(), code: "A".into(), stamp: at(1), target };
        is_put_back(&all.iter().map(|answer| (witness.clone(), *answer)).collect::<Vec<_>>())
    };
    assert!(!answers(&[Gone, There, There], true));
    assert!(!answers(&[Gone, Gone, There], true), "two were deleted");
    assert!(!answers(&[Earlier, There, There], true));
    assert!(answers(&[Earlier, Earlier, There, There, There, There], true));
    assert!(answers(&[Earlier, Gone, Gone, There], true));
    assert!(answers(&[Gone, Gone, Gone, There, There], true));
    assert!(!answers(&[Gone, Gone, Gone, There, There, There], true), "half of them are there");
    assert!(!answers(&[Gone, Gone, Gone, Gone], false), "what never travelled is deleted more easily");
    assert!(is_emptied(3, 5) && !is_emptied(3, 6) && !is_emptied(2, 2));
}
