//! What a sweep shows, case by case and by properties.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::Problem;
use crate::digest::Digest;

const STAMP: Instant = Instant::from_micros(1_000_000);

fn entry(state: State, target: Option<&str>, problem: Option<Code>) -> Entry {
    Entry {
        flow: Flow::Items,
        erp_key: "a1".into(),
        entity: Entity::StockItem,
        code: "WIDGET".into(),
        source_id: "a1".into(),
        target_id: target.map(str::to_owned),
        state,
        fingerprint: Digest([1; 16]),
        header: Digest([2; 16]),
        rows: Digest::default(),
        stamp: Some(STAMP),
        problem: problem.map(|code| Problem::new(code, "x")),
        attempts: 0,
    }
}

fn row() -> Listed<'static> {
    Listed { entity: Entity::StockItem, key: "WIDGET", id: "A1", stamp: Some(STAMP) }
}

#[test]
fn a_row_that_is_as_it_was_is_not_fetched_and_every_difference_is() {
    let known = entry(State::Settled, Some("9"), None);
    assert_eq!(sight(row(), Some(&known)), None);
    assert_eq!(sight(row(), None), Some(Why::Unknown));
    let renamed = Listed { key: "GADGET", ..row() };
    assert_eq!(sight(renamed, Some(&known)), Some(Why::Renamed { from: "WIDGET".into() }));
    let moved = Listed { entity: Entity::NonStockItem, ..row() };
    assert_eq!(sight(moved, Some(&known)), Some(Why::Moved { from: Entity::StockItem }));
    for stamp in [None, Some(Instant::from_micros(999_999)), Some(Instant::from_micros(1_000_001))] {
        assert_eq!(sight(Listed { stamp, ..row() }, Some(&known)), Some(Why::Changed), "{stamp:?}");
    }
    assert_eq!(sight(Listed { id: "b2", ..row() }, Some(&known)), Some(Why::OtherId));
    let told = entry(State::Parked, Some("9"), Some(Code::NumberReused));
    assert_eq!(sight(Listed { id: "b2", ..row() }, Some(&told)), None, "a reused number is told once");
    for back in [
        entry(State::Gone, Some("9"), None),
        entry(State::Parked, Some("9"), Some(Code::SourceGone)),
        entry(State::LeftAlone, Some("9"), Some(Code::SourceGone)),
    ] {
        assert_eq!(sight(row(), Some(&back)), Some(Why::Back));
    }
}

#[test]
fn what_has_no_counterpart_and_wants_none_is_not_missed() {
    let cases = [
        (State::Settled, Some("9"), None, true),
        (State::Skipped, Some("9"), None, true),
        (State::LeftAlone, Some("9"), Some(Code::ValueRefused), true),
        (State::Parked, None, Some(Code::ValueRefused), true),
        (State::Waiting, None, Some(Code::WaitingForAccount), true),
        (State::Undecided, None, Some(Code::UndecidedName), true),
        (State::Skipped, None, None, false),
        (State::LeftAlone, None, Some(Code::ValueRefused), false),
        (State::Gone, Some("9"), None, false),
        (State::Parked, Some("9"), Some(Code::SourceGone), false),
        (State::LeftAlone, Some("9"), Some(Code::SourceGone), false),
    ];
    for (state, target, problem, want) in cases {
        assert_eq!(may_be_missed(&entry(state, target, problem)), want, "{state:?} {target:?} {problem:?}");
    }
    let placeholder = Entry { source_id: String::new(), ..entry(State::Settled, Some("9"), None) };
    assert!(!may_be_missed(&placeholder), "it has no record in the source");
}

#[test]
fn too_many_at_once_are_not_believed() {
    assert!(is_plausible(1000, 0, 1000));
    assert!(is_plausible(1000, 200, 800) && !is_plausible(1000, 201, 799));
    assert!(is_plausible(12, 9, 3), "nine may be half of a small flow");
    assert!(!is_plausible(12, 10, 2));
    assert!(!is_plausible(1, 1, 0), "an empty answer proves nothing");
    assert!(is_plausible(0, 0, 0));
}

#[test]
fn a_sweep_is_due_one_interval_after_the_last() {
    let day = Some(Duration::from_secs(86_400));
    assert!(!is_due(STAMP, day, STAMP.plus(Duration::from_secs(86_399))));
    assert!(is_due(STAMP, day, STAMP.plus(Duration::from_secs(86_400))));
    assert!(!is_due(STAMP, None, STAMP.plus(Duration::from_secs(1_000_000))));
}

#[test]
fn policies_have_words_and_consequences() {
    for policy in Policy::ALL {
        assert_eq!(Policy::named(policy.name()), Some(policy));
    }
    let item = entry(State::Settled, Some("9"), None);
    let customer = Entry { flow: Flow::Customers, entity: Entity::Customer, ..item.clone() };
    assert_eq!(follow(Policy::Mark, &item, false), Step::Mark { inactive: false });
    assert_eq!(follow(Policy::Deactivate, &item, false), Step::Mark { inactive: true });
    assert_eq!(follow(Policy::Deactivate, &customer, false), Step::Mark { inactive: false });
    assert_eq!(follow(Policy::Unlink, &item, false), Step::Unlink);
    assert_eq!(follow(Policy::Ask, &item, false), Step::Ask);
    assert_eq!(follow(Policy::Ask, &item, true), Step::Mark { inactive: false });
    for policy in Policy::ALL {
        assert_eq!(follow(policy, &entry(State::Parked, None, None), false), Step::Forget, "{policy:?}");
    }
}

proptest! {
    #[test]
    fn more_missed_never_becomes_plausible_and_more_expected_never_doubtful(
        expected in 0_u64..100_000, missed in 0_u64..100_000, listed in 0_u64..100_000, more in 1_u64..1000,
    ) {
        if !is_plausible(expected, missed, listed) {
            prop_assert!(!is_plausible(expected, missed + more, listed));
        } else {
            prop_assert!(is_plausible(expected + more, missed, listed));
        }
    }

    #[test]
    fn nothing_is_gone_in_silence(code in "[A-Z]{1,4}", id in "[a-f0-9]{2}", micros in 0_i64..3, state in 0_usize..7) {
        // Whatever the ledger holds: a listed row is either as it was, or the sweep says why it is fetched.
        let known = Entry { code: code.clone(), stamp: Some(Instant::from_micros(micros)), ..entry(State::ALL[state], Some("9"), None) };
        let listed = Listed { entity: Entity::StockItem, key: "WIDGET", id: &id, stamp: Some(Instant::from_micros(1)) };
        let same = code == "WIDGET" && id == "a1" && micros == 1 && known.state != State::Gone;
        prop_assert_eq!(sight(listed, Some(&known)).is_none(), same);
    }
}
