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

/// Searches `count` records, of which `poison` are never answered; after `dies` calls nothing is.
fn search(count: u32, poison: &BTreeSet<u32>, draw: u32, dies: u32) -> End {
    let mut search = Halving::new((0..count).collect(), draw);
    let mut end = End { written: vec![], found: BTreeSet::new(), trouble: false, calls: 0 };
    loop {
        match search.proceed() {
            Next::Send(part) => {
                end.calls += 1;
                assert!(!part.is_empty());
                assert!(end.calls < 1_000, "the search does not end");
                if end.calls > dies || part.iter().any(|record| poison.contains(record)) {
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
    let mut most = 0;
    for place in 0..100 {
        let end = search(100, &BTreeSet::from([place]), 7, u32::MAX);
        assert_eq!(end.found, BTreeSet::from([place]));
        assert_eq!(end.written.len(), 99);
        most = most.max(end.calls);
    }
    assert!((10..=18).contains(&most), "{most} calls at most");
}

#[test]
fn a_system_in_trouble_is_known_after_three_records() {
    for draw in 0..50 {
        let end = search(100, &BTreeSet::new(), draw, 0);
        assert!(end.trouble && end.calls == PROBES, "{end:?}");
        assert_eq!(end.found.len(), 100, "all are handed back");
    }
}

#[test]
fn a_system_that_goes_down_during_the_search_is_known_too() {
    for dies in 1..20 {
        let end = search(100, &BTreeSet::from([60]), 7, dies);
        let handed_back = end.trouble && end.found.len() + end.written.len() == 100;
        assert!(handed_back || end.found == BTreeSet::from([60]), "{dies}: {end:?}");
        assert!(end.calls <= dies + STREAK + PROBES + 1, "{dies}: {end:?}");
    }
}

#[test]
fn so_few_records_that_they_say_nothing_of_the_system_are_found() {
    for count in 1..=3 {
        let end = search(count, &BTreeSet::new(), 1, 0);
        assert!(!end.trouble && end.found.len() == count as usize, "{end:?}");
    }
    assert_eq!(search(1, &BTreeSet::from([0]), 1, u32::MAX).calls, 0, "it was sent alone before");
}

#[test]
fn another_draw_begins_with_other_records() {
    let first = |draw| match Halving::new((0..100).collect(), draw).proceed() {
        Next::Send(part) => part,
        other => panic!("{other:?}"),
    };
    assert_ne!(first(1), first(2));
}

#[test]
fn what_has_to_be_sent_again_is_sent_again_and_not_for_ever() {
    let mut search = Halving::new(vec![1, 2], 0);
    let Next::Send(probe) = search.proceed() else { panic!("two records are searched") };
    search.answered(probe.clone());
    assert_eq!(search.proceed(), Next::Send(probe), "asked for again");
    search.answered(Vec::new());
    assert_eq!(search.rest().len(), 1, "the other one is left");
    let mut search = Halving::new(vec![1, 2], 0);
    let mut calls = 0;
    while let Next::Send(part) = search.proceed() {
        calls += 1;
        assert!(calls < 1_000);
        search.answered(part);
    }
    assert!(calls <= CALLS + 1, "{calls}");
}

proptest! {
    #[test]
    fn nothing_is_lost_or_written_twice_and_the_good_ones_go(
        count in 2_u32..=100,
        poison in prop::collection::btree_set(0_u32..100, 0..8),
        draw: u32,
    ) {
        let poison: BTreeSet<u32> = poison.into_iter().filter(|record| *record < count).collect();
        let end = search(count, &poison, draw, u32::MAX);
        let written: BTreeSet<u32> = end.written.iter().copied().collect();
        prop_assert_eq!(written.len(), end.written.len(), "written twice");
        prop_assert!(written.is_disjoint(&end.found));
        prop_assert_eq!(written.len() + end.found.len(), count as usize);
        prop_assert!(end.found.is_superset(&poison));
        prop_assert!(end.calls <= CALLS + 8, "{} calls", end.calls);
        if !end.trouble && poison.len() <= 3 {
            prop_assert_eq!(&end.found, &poison);
        }
        if (poison.len() as u32) < PROBES {
            prop_assert!(!end.trouble);
        }
    }
}
