//! API credits: a rolling day in minutes.
//!
//! Owns: the ledger of what was used when. Must not: know what a call costs (its handler does).

use std::collections::VecDeque;

const DAY_MINUTES: i64 = 24 * 60;

/// Credits used in the last 24 hours.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    minutes: VecDeque<(i64, u64)>,
    used: u64,
}

impl Ledger {
    /// Credits used in the day before `now` (epoch seconds).
    pub fn used(&mut self, now: i64) -> u64 {
        let oldest = now.div_euclid(60) - DAY_MINUTES;
        while let Some((_, credits)) = self.minutes.front().copied().filter(|(minute, _)| *minute <= oldest) {
            self.used -= credits;
            self.minutes.pop_front();
        }
        self.used
    }

    /// Notes used credits.
    pub fn spend(&mut self, now: i64, credits: u64) {
        let minute = now.div_euclid(60);
        match self.minutes.back_mut() {
            Some((last, held)) if *last >= minute => *held += credits,
            _ => self.minutes.push_back((minute, credits)),
        }
        self.used += credits;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn credits_come_back_after_a_day() {
        let mut ledger = Ledger::default();
        ledger.spend(0, 10);
        ledger.spend(3600, 5);
        assert_eq!(ledger.used(86_399), 15);
        assert_eq!(ledger.used(86_400), 5);
        assert_eq!(ledger.used(86_400 + 3600), 0);
    }
}
