//! Date-times as Zoho prints them: seconds, numeric offset, e.g. `2026-03-04T10:15:00-07:00`.
//!
//! Owns: printing and reading of stamps and dates. Must not: know the present moment.

/// Prints epoch seconds at an offset of `minutes` from UTC.
#[must_use]
pub fn stamp_at(seconds: i64, minutes: i32) -> String {
    let local = seconds + i64::from(minutes) * 60;
    let days = local.div_euclid(86_400);
    let rest = local.rem_euclid(86_400);
    let (year, month, day) = civil(days);
    let sign = if minutes < 0 { '-' } else { '+' };
    let off = minutes.abs();
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
        off / 60,
        off % 60
    )
}

/// Prints epoch seconds in UTC with the offset `+00:00`.
#[must_use]
pub fn stamp(seconds: i64) -> String {
    stamp_at(seconds, 0)
}

/// Reads an ISO 8601 date-time with offset or `Z`; fractions of a second are dropped.
#[must_use]
pub fn parse_stamp(text: &str) -> Option<i64> {
    if text.len() > 40 || !text.contains('T') {
        return None;
    }
    text.parse::<jiff::Timestamp>().ok().map(|t| t.as_second())
}

/// True for a calendar date `YYYY-MM-DD`.
#[must_use]
pub fn parse_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && text.parse::<jiff::civil::Date>().is_ok()
}

/// Year, month and day of a count of days since 1970-01-01 (proleptic Gregorian calendar).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn printing_and_reading_agree() {
        for seconds in [0, 951_782_399, 951_782_400, 1_772_615_700, 4_102_444_799] {
            for minutes in [0, -420, 330] {
                assert_eq!(parse_stamp(&stamp_at(seconds, minutes)), Some(seconds));
            }
        }
        assert_eq!(stamp_at(1_772_615_700, -420), "2026-03-04T02:15:00-07:00");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        assert!(parse_date("2024-02-29"));
        for bad in ["2023-02-29", "2024-2-9", "2024-02-29T00:00:00Z", "", "20240229"] {
            assert!(!parse_date(bad), "{bad}");
        }
        assert_eq!(parse_stamp("2024-02-29"), None);
    }
}
