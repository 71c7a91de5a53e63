//! Instants and days before "now", as a database of the ERP's kind stores them (steps of about 3.33 ms).
//!
//! Owns the grid of stored instants and the span of days that data covers. "Now" is passed in.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::rng::Stream;

/// How far back data goes, in days.
pub(super) const DAYS: i64 = 730;

/// A random instant from `oldest` to `newest` days before `now`, never within the last minute.
pub(super) fn ago(draw: &mut Stream, now: Timestamp, oldest: i64, newest: i64) -> Timestamp {
    let seconds = draw.between(newest * 86_400 + 60, (oldest * 86_400).max(newest * 86_400 + 61));
    let millis = draw.between(0, 999);
    sql(now, SignedDuration::from_millis(-(seconds * 1000 + millis)))
}

/// `from` plus `by`, on the grid of a SQL `datetime`: milliseconds end in 0, 3 or 7.
pub(super) fn sql(from: Timestamp, by: SignedDuration) -> Timestamp {
    let millis = from.saturating_add(by).unwrap_or(from).as_millisecond();
    let last = millis.rem_euclid(10);
    let step = match last {
        0..=1 => 0,
        2..=4 => 3,
        5..=8 => 7,
        _ => 10,
    };
    Timestamp::from_millisecond(millis - last + step).unwrap_or(from)
}

/// The day of an instant in UTC.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// `date` plus some days.
pub(super) fn later(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// Eighteen o'clock on the day of `at`, or `at` where that is still to come: when a day's batch is released. All
/// documents of the batch share the stamp.
pub(super) fn evening(at: Timestamp, now: Timestamp) -> Timestamp {
    let second = at.as_second();
    let evening = second - second.rem_euclid(86_400) + 18 * 3600;
    match Timestamp::from_millisecond(evening * 1000 + 213) {
        Ok(evening) if evening < now && evening >= at => evening,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::rng::Seeds;

    #[test]
    fn instants_lie_before_now_on_the_grid() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let mut draw = Seeds::new(1).stream("stamps");
        for _ in 0..1000 {
            let at = ago(&mut draw, now, DAYS, 0);
            assert!(at < now && now.duration_since(at).as_hours() <= DAYS * 24);
            assert!([0, 3, 7].contains(&at.as_millisecond().rem_euclid(10)), "{at}");
            assert!(evening(at, now) >= at && evening(at, now) < now);
        }
    }
}
