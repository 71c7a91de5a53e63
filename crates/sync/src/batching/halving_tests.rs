//! The search for poisonous records, against a sink that answers a part only when it holds none of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// How a search ended.
#[derive(Debug, PartialEq, Eq)]
struct End {
    written: Vec<u32>,
    found: BTreeSet<u32>,
    trouble: bool,
    calls: u32,
}

/// Searches `count` records, of which `poison` are never answered; `dead` says that nothing is.
fn search(count: u32, poison: &BTreeSet<u32>, healthy: bool, draw: u32, dead: bool) -> End {
    let mut search = Halving::new((0..count).collect(), healthy, draw);
    let mut end = End { written: vec![], found: BTreeSet::new(), trouble: false, calls: 0 };
    loop {
        match search.next() {
            Next::Send(part) => {
                end.calls += 1;
                assert!(!part.is_empty());
                assert!(end.calls < 1_000, "the search does not end");
                if dead || part.iter().any(|record| poison.contains(record)) {
                    search.silent(part);
                } else {
                    end.written.extend(part);
                    search.answered(Vec::new());
                }
            }
            Next::Found(records) => {
                end.found.extend(records);
                return end;
            }
            Next::Trouble(records) => {
                end.found.extend(records);
                end.trouble = true;
                return end;
            }
        }
    }
}

#[test]
fn one_record_of_a_hundred_is_found_in_few_calls_wherever_it_is() {
    for healthy in [false, true] {
        let mut most = 0;
        for place in 0..100 {
            let end = search(100, &BTreeSet::from([place]), healthy, 7, false);
            assert_eq!(end.found, BTreeSet::from([place]));
            assert_eq!(end.written.len(), 99);
            most = most.max(end.calls);
        }
        assert!((10..=18).contains(&most), "{most} calls at most, other writes answered: {healthy}");
    }
}

#[test]
fn a_system_in_trouble_is_known_after_three_records() {
    for draw in 0..50 {
        let end = search(100, &BTreeSet::new(), false, draw, true);
        assert!(end.trouble && end.calls == PROBES, "{end:?}");
        assert_eq!(end.found.len(), 100, "all are handed back");
    }
}

#[test]
fn so_few_records_that_they_say_nothing_of_the_system_are_found() {
    for count in 1..=3 {
        let end = search(count, &BTreeSet::new(), false, 1, true);
        assert!(!end.trouble && end.found.len() == count as usize, "{end:?}");
    }
    assert_eq!(search(1, &BTreeSet::from([0]), true, 1, false).calls, 0, "it was sent alone before");
}

#[test]
fn another_draw_begins_with_other_records() {
    let first = |draw| match Halving::new((0..100).collect(), false, draw).next() {
        Next::Send(part) => part,
        other => panic!("{other:?}"),
    };
    assert_ne!(first(1), first(2));
}

#[test]
fn what_has_to_be_sent_again_is_sent_again_and_not_for_ever() {
    let mut search = Halving::new(vec![1, 2], true, 0);
    let mut sent = 0;
    let found = loop {
        match search.next() {
            Next::Send(part) => {
                sent += 1;
                if part.len() > 1 { search.silent(part) } else { search.answered(Vec::new()) }
            }
            Next::Found(found) => break found,
            Next::Trouble(_) => panic!("healthy"),
        }
    };
    assert!(found.is_empty() && sent == 2, "{found:?} after {sent}");
    let mut search = Halving::new(vec![1, 2], true, 0);
    assert!(matches!(search.next(), Next::Send(_)));
    search.answered(vec![9]);
    assert_eq!(search.next(), Next::Send(vec![9]));
    assert_eq!(search.rest(), vec![2]);
}

proptest! {
    #[test]
    fn nothing_is_lost_or_written_twice_and_the_good_ones_go(
        count in 2_u32..=100,
        poison in prop::collection::btree_set(0_u32..100, 0..8),
        healthy: bool,
        draw: u32,
    ) {
        let poison: BTreeSet<u32> = poison.into_iter().filter(|record| *record < count).collect();
        let end = search(count, &poison, healthy, draw, false);
        let written: BTreeSet<u32> = end.written.iter().copied().collect();
        prop_assert_eq!(written.len(), end.written.len(), "written twice");
        prop_assert!(written.is_disjoint(&end.found));
        prop_assert_eq!(written.len() + end.found.len(), count as usize);
        prop_assert!(end.found.is_superset(&poison));
        prop_assert!(end.calls <= CALLS + 8, "{} calls", end.calls);
        if !end.trouble && poison.len() <= 3 {
            prop_assert_eq!(&end.found, &poison);
        }
        if healthy || (poison.len() as u32) < PROBES {
            prop_assert!(!end.trouble);
        }
    }
}
