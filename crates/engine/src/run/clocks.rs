//! The clocks of both systems against this machine's.
//!
//! Owns the bound from which people are told, and what follows for moments that are compared with a system's own times. Windows need none
//! of it: they are on the source's clock (`sync::detect`). Measured by the clients from what answers tell.

use std::collections::BTreeMap;
use std::time::Duration;

use port::{Skew, System};
use sync::{Entity, Instant};

use super::shared::Run;
use super::tally;
use crate::report::ClockReport;

/// Clocks that are further apart than this are told to people: windows bear it, but signs that somebody reads side by side (the trail, a
/// log, a stamp on screen) do not agree any more, and tokens seem to end early or late.
pub const BOUND: Duration = Duration::from_secs(60);

/// What is wrong with a clock that is off, as a sentence; `None` within the bound.
#[must_use]
pub fn warning(system: System, skew: Skew) -> Option<String> {
    skew.beyond(BOUND).then(|| {
        let seconds = skew.seconds();
        let side = if seconds > 0.0 { "ahead of" } else { "behind" };
        format!(
            "The clock of {} is {} {side} this machine's. Reading allows for it and loses nothing; set the one that is wrong, because times \
             in the trail and in both systems do not agree.",
            system.title(),
            apart(Duration::try_from_secs_f64(seconds.abs()).unwrap_or_default())
        )
    })
}

/// A difference as precisely as it is known and matters.
fn apart(time: Duration) -> String {
    let seconds = (time + Duration::from_millis(500)).as_secs();
    let minutes = if seconds < 3_600 { seconds / 60 } else { (seconds + 30) / 60 };
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// What is wrong when a stamp lies beyond the clock of the source that set it, as a sentence. The fact sheet's self-test: a server that
/// keeps local time for universal, or two servers of one instance that do not agree. Windows reach back to the newest stamp or the clock,
/// whichever is earlier, so that nothing is missed.
pub(super) fn ahead_of_its_clock(entity: Entity, newest: Instant, now: Instant) -> Option<String> {
    let ahead = newest.since(now);
    (ahead > BOUND).then(|| {
        format!(
            "A stamp of {} lies {} ahead of the clock of Acumatica that told it. Nothing is missed; records are read more than once until \
             its clock is past it. If this stays, check the zone and the clocks of the servers of that instance.",
            entity.name(),
            apart(ahead)
        )
    })
}

/// Notes the clocks that are off.
pub(super) fn warn(run: &Run<'_>) {
    let skews = [System::Acumatica, System::Zoho].map(|system| (system, tally(run.connection, system).clock));
    for (system, skew) in skews {
        run.maybe_note(skew.and_then(|skew| warning(system, skew)));
    }
}

/// What was measured in this run.
pub(super) fn measured(run: &Run<'_>) -> BTreeMap<System, ClockReport> {
    [System::Acumatica, System::Zoho]
        .into_iter()
        .filter_map(|system| {
            let skew = tally(run.connection, system).clock?;
            Some((system, ClockReport { ahead_seconds: skew.seconds(), off: skew.beyond(BOUND) }))
        })
        .collect()
}

/// A moment of ours on the clock of `system` or on ours, whichever is earlier: what is asked for from there on is not missed, whichever
/// clock the system's times are from.
pub(super) fn earlier(run: &Run<'_>, system: System, ours: Instant) -> Instant {
    let behind = tally(run.connection, system).clock.map_or(0, |skew| skew.least.min(0));
    ours.minus(Duration::from_micros(behind.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn skew(seconds: i64) -> Skew {
        Skew { least: seconds * 1_000_000 - 400_000, most: seconds * 1_000_000 + 600_000 }
    }

    #[test]
    fn clocks_within_the_bound_are_not_spoken_of() {
        for seconds in [0, 59, -59] {
            assert_eq!(warning(System::Zoho, skew(seconds)), None, "{seconds}");
        }
    }

    #[test]
    fn a_stamp_in_the_future_is_told_beyond_the_bound() {
        let now = Instant::from_micros(0);
        assert_eq!(ahead_of_its_clock(Entity::Customer, now.plus(BOUND), now), None);
        let told = ahead_of_its_clock(Entity::Customer, now.plus(Duration::from_secs(7_200)), now).unwrap();
        assert!(told.starts_with("A stamp of Customer lies 2 h 0 min ahead"), "{told}");
    }

    #[test]
    fn a_warning_says_which_clock_and_how_far() {
        let ahead = warning(System::Acumatica, skew(125)).unwrap();
        assert!(ahead.starts_with("The clock of Acumatica is 2 min 5 s ahead of this machine's."), "{ahead}");
        let behind = warning(System::Zoho, skew(-3_900)).unwrap();
        assert!(behind.starts_with("The clock of Zoho CRM is 1 h 5 min behind this machine's."), "{behind}");
    }
}
