//! Windows and checkpoints: by table, and against a source that commits late.

use proptest::prelude::*;

use super::*;
use crate::Entity;

const SECOND: i64 = 1_000_000;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * SECOND)
}

fn checkpoint(covered: Option<i64>, newest: Option<i64>) -> Checkpoint {
    Checkpoint {
        entity: Entity::Customer,
        covered_up_to: covered.map(at),
        read_at: None,
        newest_stamp: newest.map(at),
        stamp_floor: newest.map(at),
        pass: None,
    }
}

#[test]
fn a_window_begins_before_the_mark_and_at_a_known_record() {
    let overlap = Duration::from_secs(900);
    // covered, newest, now -> from
    let cases = [
        (None, None, 5_000, None),
        (None, Some(4_000), 5_000, None),
        (Some(5_000), None, 6_000, Some(4_100)),
        (Some(5_000), Some(4_900), 6_000, Some(4_100)),
        (Some(5_000), Some(1_000), 6_000, Some(1_000)),
        (Some(5_000), Some(9_000), 6_000, Some(4_100)),
        (Some(5_000), Some(4_900), 3_000, Some(2_100)),
    ];
    for (covered, newest, now, want) in cases {
        let window = Window::open(&checkpoint(covered, newest), at(now), overlap);
        assert_eq!(
            window,
            Window { from: want.map(at), until: at(now), read_at: None, floor: newest.map(at) },
            "{covered:?} {newest:?} {now}"
        );
    }
}

#[test]
fn an_unfinished_pass_goes_on() {
    let changes =
        Pass { from: Some(at(10)), until: at(20), read_at: Some(at(19)), floor: Some(at(9)), cursor: Some("c".into()) };
    let whole = Pass { from: None, ..changes.clone() };
    let mut kept = checkpoint(Some(15), None);
    kept.pass = Some(changes.clone());
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Changes), changes);
    let fresh = begin(&kept, at(99), OVERLAP, Reach::Everything);
    assert_eq!(fresh, Pass { from: None, until: at(99), read_at: None, floor: None, cursor: None });
    kept.pass = Some(whole.clone());
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Changes), whole);
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Everything), whole);
}

#[test]
fn the_mark_moves_at_the_end_only() {
    let kept = checkpoint(Some(100), Some(90));
    let window = Window { from: Some(at(50)), until: at(200), read_at: Some(at(201)), floor: Some(at(140)) };
    let page = advance(&kept, window, Some(at(150)), Some("c".into()));
    assert_eq!(page.covered_up_to, Some(at(100)));
    assert_eq!(page.newest_stamp, Some(at(150)));
    assert_eq!(
        page.pass,
        Some(Pass {
            from: Some(at(50)),
            until: at(200),
            read_at: Some(at(201)),
            floor: Some(at(140)),
            cursor: Some("c".into())
        })
    );
    assert_eq!(page.stamp_floor, Some(at(90)));
    let end = advance(&page, window, Some(at(120)), None);
    let want = Checkpoint { read_at: Some(at(201)), stamp_floor: Some(at(140)), ..checkpoint(Some(200), Some(150)) };
    assert_eq!(end, want);
}

#[test]
fn a_later_stretch_does_not_cover_the_gap() {
    let window = Window { from: Some(at(150)), until: at(200), read_at: Some(at(1)), floor: Some(at(160)) };
    assert_eq!(advance(&checkpoint(Some(100), None), window, None, None), checkpoint(Some(100), None));
    assert_eq!(advance(&checkpoint(None, None), window, None, None), checkpoint(None, None));
    let whole = Window { from: None, until: at(200), read_at: None, floor: None };
    assert_eq!(advance(&checkpoint(None, None), whole, None, None), checkpoint(Some(200), None));
}

#[test]
fn a_clock_that_was_set_back_reopens_the_window() {
    // The mark was set when the source's clock said 10,000 and ours 9,000.
    let kept = Checkpoint { read_at: Some(at(9_000)), ..checkpoint(Some(10_000), Some(9_900)) };
    let window = Window { from: Some(at(9_100)), until: at(11_000), read_at: None, floor: Some(at(9_900)) };
    let told = |source, ours| Told { source: at(source), ours: at(ours) };
    let of = |source, ours| reopened(&kept, window, told(source, ours), OVERLAP);
    // Both went on alike, but for the seconds that answers do not tell.
    assert_eq!(of(11_000, 10_000), None);
    assert_eq!(of(10_971, 10_000), None);
    // Theirs was set forward: stamps are later than ever, and nothing lies before the window.
    assert_eq!(of(14_600, 10_000), None);
    // Back by an hour, any time in the last 1,000 s: a change can be stamped from 6,400 on.
    assert_eq!(of(7_400, 10_000), Some(at(10_000 - 3_600 - 900)));
    // A little: as far as it was, and the overlap.
    assert_eq!(of(10_900, 10_000), Some(at(10_000 - 100 - 900)));
    // What an older version kept does not tell our clock: theirs alone must be behind the mark.
    let old = checkpoint(Some(10_000), None);
    assert_eq!(reopened(&old, window, told(10_500, 1), OVERLAP), None);
    assert_eq!(reopened(&old, window, told(9_000, 1), OVERLAP), Some(at(9_000 - 900)));
    // A pass over everything, or one that reaches as far already, stays as it is.
    assert_eq!(reopened(&kept, Window { from: None, ..window }, told(7_400, 10_000), OVERLAP), None);
    assert_eq!(reopened(&kept, Window { from: Some(at(100)), ..window }, told(7_400, 10_000), OVERLAP), None);
}

#[test]
fn a_late_page_raises_the_floor_by_what_it_proves_only() {
    let mut window = Window { from: None, until: at(10_000), read_at: None, floor: None };
    // Stamps lag by 1,500 s. The first page comes 2 s after it was asked for.
    window.saw(at(8_400), at(10_002));
    assert_eq!(window.floor, Some(at(8_397)));
    // An hour later a page shows what was changed just now: a change at 10,000 had the stamp 8,500 all the same.
    window.saw(at(12_099), at(13_600));
    assert_eq!(window.floor, Some(at(8_498)));
    // An old page takes nothing back, and neither does an old record.
    window.saw(at(100), at(13_700));
    assert_eq!(window.floor, Some(at(8_498)));
}

#[test]
fn our_own_clock_does_not_matter() {
    for ours in [-100_000, 0, 100_000] {
        let kept = Checkpoint { read_at: Some(at(5_000 + ours)), ..checkpoint(Some(5_000), Some(4_950)) };
        let pass = begin(&kept, at(5_300 + ours), OVERLAP, Reach::Changes);
        assert_eq!((pass.from, pass.until), (Some(at(4_100)), at(5_300)), "{ours}");
    }
}

proptest! {
    /// Each change is stamped at `stamp` and can be read from `stamp + delay` on, where `delay` is below the overlap. Whatever the
    /// times of the passes and wherever they were interrupted, everything that could be read before a finished pass was read.
    #[test]
    fn nothing_is_missed(
        changes in prop::collection::vec((0_i64..20_000, 0_i64..899), 0..60),
        steps in prop::collection::vec((1_i64..4_000, 1_usize..8, any::<bool>()), 1..20),
    ) {
        let mut kept = checkpoint(None, None);
        let mut seen = vec![false; changes.len()];
        let mut now = 0;
        for (wait, page, stops) in steps {
            now += wait;
            let pass = begin(&kept, at(now), OVERLAP, Reach::Changes);
            let window = Window::from(&pass);
            let start: usize = pass.cursor.as_deref().map_or(0, |cursor| cursor.parse().unwrap_or(0));
            let readable: Vec<usize> = (start..changes.len())
                .filter(|index| {
                    let (stamp, delay) = changes[*index];
                    stamp + delay <= now && window.from.is_none_or(|from| at(stamp) >= from)
                })
                .collect();
            let mut pages = readable.chunks(page).peekable();
            let mut finished = pages.peek().is_none();
            while let Some(chunk) = pages.next() {
                let newest = chunk.iter().map(|index| at(changes[*index].0)).max();
                for index in chunk {
                    seen[*index] = true;
                }
                let last = pages.peek().is_none();
                let cursor = chunk.last().map(|index| (index + 1).to_string());
                kept = advance(&kept, window, newest, if last { None } else { cursor });
                finished = last;
                if stops && !last {
                    break;
                }
            }
            if readable.is_empty() {
                kept = advance(&kept, window, None, None);
            }
            prop_assert!(kept.covered_up_to.is_none_or(|covered| covered <= at(now)));
            if finished {
                prop_assert!(kept.covered_up_to <= Some(window.until));
                prop_assert_eq!(&kept.pass, &None);
                for (index, (stamp, delay)) in changes.iter().enumerate() {
                    let due = at(stamp + delay) <= window.until;
                    prop_assert!(!due || seen[index], "change {} at {}+{} was missed", index, stamp, delay);
                }
            }
        }
    }

    /// Records are read in key order, page by page, while others are changed between the pages. Stamps lag behind the clock by
    /// whatever; passes are stopped and gone on with. What had been changed when a finished pass began has been read.
    #[test]
    fn a_lag_hides_nothing_that_changes_between_pages(
        lag in 0_i64..7_200,
        whole in any::<bool>(),
        runs in prop::collection::vec(
            (1_i64..5_000, any::<bool>(), prop::collection::vec((0_i64..600, 0_usize..12, any::<bool>()), 1..8)),
            2..12,
        ),
    ) {
        const PAGE: usize = 3;
        // Of each of twelve records: when it was changed and its stamp, and the stamp that was read.
        let mut records = [(at(0), at(-lag)); 12];
        let mut read = [None; 12];
        let (mut kept, mut now) = (Checkpoint::none(Entity::Customer), 0);
        for (pause, stops, pages) in runs {
            now += pause;
            let reach = if whole && pause < 1_000 { Reach::Everything } else { Reach::Changes };
            let pass = begin(&kept, at(now), OVERLAP, reach);
            let mut window = Window::from(&pass);
            let (mut cursor, mut pages) = (pass.cursor, pages.into_iter());
            loop {
                let behind = cursor.as_deref().and_then(|cursor| cursor.parse::<usize>().ok()).map_or(0, |key| key + 1);
                let mut page: Vec<usize> = (behind..records.len())
                    .filter(|key| window.from.is_none_or(|from| records[*key].1 >= from))
                    .take(PAGE + 1)
                    .collect();
                let more = page.len() > PAGE;
                page.truncate(PAGE);
                for key in &page {
                    read[*key] = Some(records[*key].1);
                }
                let newest = page.iter().map(|key| records[*key].1).max();
                if let Some(newest) = newest {
                    window.saw(newest, at(now));
                }
                cursor = page.last().filter(|_| more).map(usize::to_string);
                kept = advance(&kept, window, newest, cursor.clone());
                let (wait, key, changes) = pages.next().unwrap_or((0, 0, false));
                now += wait;
                if changes {
                    records[key] = (at(now), at(now - lag));
                }
                if cursor.is_none() || (stops && wait > 300) {
                    break;
                }
            }
            if cursor.is_none() {
                for (key, (changed, stamp)) in records.iter().enumerate() {
                    let missed = *changed < window.until && read[key] != Some(*stamp);
                    prop_assert!(!missed, "record {} changed at {:?}, stamped {:?}, read {:?}", key, changed, stamp, read[key]);
                }
            }
        }
    }
}
