//! How long to wait before an attempt is repeated.
//!
//! Owns the arithmetic and the reading of `Retry-After`. Must not wait itself. Random numbers come in as an argument.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use port::Entropy;
use sync::Instant;

/// A `Retry-After` beyond this is not believed: no system that we speak to blocks a client for longer.
const LONGEST_WISH: Duration = Duration::from_hours(1);

/// Pause after attempt number `attempt` (from 1): the remote wish where there is one, with up to a tenth on top so that callers do
/// not come back together; else `first` doubled per attempt up to `longest`, of which the upper half is random.
pub(crate) fn pause(attempt: u32, first: Duration, longest: Duration, wish: Option<Duration>, random: u32) -> Duration {
    if let Some(wish) = wish {
        return wish.max(first).saturating_add(share(wish / 10, random));
    }
    let doublings = attempt.saturating_sub(1).min(20);
    let whole = first.saturating_mul(1 << doublings).min(longest);
    let half = whole / 2;
    half.saturating_add(share(whole.saturating_sub(half), random))
}

/// `random` / 2^32 of `whole`.
fn share(whole: Duration, random: u32) -> Duration {
    let nanos = whole.as_nanos().min(u128::from(u64::MAX));
    Duration::from_nanos(u64::try_from((nanos * u128::from(random)) >> 32).unwrap_or(u64::MAX))
}

/// Four random bytes as a number.
pub(crate) fn draw(entropy: &dyn Entropy) -> u32 {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    u32::from_le_bytes(bytes)
}

/// `Retry-After` in either form (seconds, HTTP date) when it makes sense.
pub(crate) fn retry_after(headers: &HeaderMap, now: Instant) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wish = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Instant::parse_http_date(text)?.since(now),
    };
    (wish <= LONGEST_WISH).then_some(wish)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(30);

    #[test]
    fn pauses_double_and_stay_within_half_and_whole() {
        assert_eq!(pause(1, FIRST, LONGEST, None, 0), Duration::from_millis(250));
        assert!(pause(1, FIRST, LONGEST, None, u32::MAX) < FIRST);
        assert_eq!(pause(3, FIRST, LONGEST, None, 0), Duration::from_secs(1));
        assert_eq!(pause(40, FIRST, LONGEST, None, 0), LONGEST / 2);
    }

    #[test]
    fn a_wish_is_never_undercut() {
        let wish = Some(Duration::from_secs(10));
        assert_eq!(pause(1, FIRST, LONGEST, wish, 0), Duration::from_secs(10));
        assert!(pause(1, FIRST, LONGEST, wish, u32::MAX) <= Duration::from_secs(11));
        assert_eq!(pause(1, FIRST, LONGEST, Some(Duration::ZERO), 0), FIRST);
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_nonsense_is_dropped() {
        let now = Instant::parse("2026-11-24T06:00:00Z").unwrap();
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("Tue, 24 Nov 2026 06:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(of("Tue, 24 Nov 2026 05:00:30 GMT"), Some(Duration::ZERO));
        assert_eq!(of("999999"), None);
        assert_eq!(of("-3"), None);
        assert_eq!(of("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
