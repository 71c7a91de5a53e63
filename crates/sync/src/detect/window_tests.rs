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
            Window { from: want.map(at), until: at(now), read_at: None },
            "{covered:?} {newest:?} {now}"
        );
    }
}

#[test]
fn an_unfinished_pass_goes_on() {
    let changes = Pass { from: Some(at(10)), until: at(20), read_at: Some(at(19)), cursor: Some("c".into()) };
    let whole = Pass { from: None, ..changes.clone() };
    let mut kept = checkpoint(Some(15), None);
    kept.pass = Some(changes.clone());
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Changes), changes);
    let fresh = begin(&kept, at(99), OVERLAP, Reach::Everything);
    assert_eq!(fresh, Pass { from: None, until: at(99), read_at: None, cursor: None });
    kept.pass = Some(whole.clone());
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Changes), whole);
    assert_eq!(begin(&kept, at(99), OVERLAP, Reach::Everything), whole);
}

#[test]
fn the_mark_moves_at_the_end_only() {
    let kept = checkpoint(Some(100), Some(90));
    let window = Window { from: Some(at(50)), until: at(200), read_at: Some(at(201)) };
    let page = advance(&kept, window, Some(at(150)), Some("c".into()));
    assert_eq!(page.covered_up_to, Some(at(100)));
    assert_eq!(page.newest_stamp, Some(at(150)));
    assert_eq!(
        page.pass,
        Some(Pass { from: Some(at(50)), until: at(200), read_at: Some(at(201)), cursor: Some("c".into()) })
    );
    let end = advance(&page, window, Some(at(120)), None);
    assert_eq!(end, Checkpoint { read_at: Some(at(201)), ..checkpoint(Some(200), Some(150)) });
}

#[test]
fn a_later_stretch_does_not_cover_the_gap() {
    let window = Window { from: Some(at(150)), until: at(200), read_at: Some(at(1)) };
    assert_eq!(advance(&checkpoint(Some(100), None), window, None, None), checkpoint(Some(100), None));
    assert_eq!(advance(&checkpoint(None, None), window, None, None), checkpoint(None, None));
    let whole = Window { from: None, until: at(200), read_at: None };
    assert_eq!(advance(&checkpoint(None, None), whole, None, None), checkpoint(Some(200), None));
}

#[test]
fn a_clock_that_was_set_back_reopens_the_window() {
    // The mark was set when the source's clock said 10,000 and ours 9,000.
    let kept = Checkpoint { read_at: Some(at(9_000)), ..checkpoint(Some(10_000), Some(9_900)) };
    let window = Window { from: Some(at(9_100)), until: at(11_000), read_at: None };
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
}
