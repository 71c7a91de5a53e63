//! Exact amounts: reading, rounding, multiplying; nothing here can overflow or lose a digit without saying so.
//!
//! Owns the bounds of what counts as a readable number. Must not know which document a number belongs to.

use rust_decimal::Decimal;

use crate::problem::Code;
use crate::value::plain;
use crate::{Fields, Problem, Value};

/// Numbers at or beyond 10^15 are no amount, quantity or price of a business.
const LIMIT: i128 = 1_000_000_000_000_000;

/// More decimal places than any column of the source has.
const MOST_PLACES: u32 = 10;

/// The number in field `name`; `None` when blank or absent. `place` says where it is, for the problem.
pub(super) fn read(fields: &Fields, name: &str, place: impl Fn() -> String) -> Result<Option<Decimal>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Decimal(number)) => match sane(*number) {
            Some(number) => Ok(Some(number)),
            None => Err(unreadable(format!("{} is out of any reasonable range.", place())).at(place())),
        },
        Some(value) if value.is_blank() => Ok(None),
        Some(_) => Err(unreadable(format!("{} is not a number.", place())).at(place())),
    }
}

/// The number without zeros at its end, when it is within bounds.
pub(super) fn sane(number: Decimal) -> Option<Decimal> {
    let (mantissa, scale) = plain(number);
    if scale > MOST_PLACES || mantissa.unsigned_abs() >= (LIMIT * power(scale)?).unsigned_abs() {
        return None;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// Rounded half away from zero to at most `places`.
pub(super) fn rounded(number: Decimal, places: u32) -> Decimal {
    if number.scale() <= places {
        return number;
    }
    let mantissa = scaled(number.mantissa(), number.scale(), places);
    mantissa.and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, places).ok()).unwrap_or(number)
}

/// `a` times `b`, rounded once, half away from zero; `None` when the result is out of bounds.
pub(super) fn product(a: Decimal, b: Decimal, places: u32) -> Option<Decimal> {
    let ((a, a_scale), (b, b_scale)) = (plain(a), plain(b));
    let mantissa = scaled(a.checked_mul(b)?, a_scale + b_scale, places)?;
    sane(Decimal::try_from_i128_with_scale(mantissa, places).ok()?)
}

/// `mantissa` of `scale` decimal places as one of `places`, rounded half away from zero.
fn scaled(mantissa: i128, scale: u32, places: u32) -> Option<i128> {
    if scale <= places {
        return mantissa.checked_mul(power(places - scale)?);
    }
    let step = power(scale - places)?;
    if let (Ok(small), Ok(step)) = (i64::try_from(mantissa), i64::try_from(step)) {
        let (whole, rest) = (small / step, small % step);
        let up = rest.unsigned_abs() >= step.unsigned_abs() / 2;
        return Some(i128::from(whole) + if up { i128::from(small.signum()) } else { 0 });
    }
    let (whole, rest) = (mantissa / step, mantissa % step);
    let up = rest.unsigned_abs() >= step.unsigned_abs() / 2;
    Some(whole + if up { mantissa.signum() } else { 0 })
}

/// Ten to the power of `exponent`; `None` beyond what an `i128` holds.
fn power(exponent: u32) -> Option<i128> {
    const SMALL: [i64; 13] = [
        1,
        10,
        100,
        1_000,
        10_000,
        100_000,
        1_000_000,
        10_000_000,
        100_000_000,
        1_000_000_000,
        10_000_000_000,
        100_000_000_000,
        1_000_000_000_000,
    ];
    match SMALL.get(exponent as usize) {
        Some(small) => Some(i128::from(*small)),
        None => 10_i128.checked_pow(exponent),
    }
}

/// The problem of a source value that cannot be used.
pub(super) fn unreadable(message: impl Into<String>) -> Problem {
    Problem::new(Code::SourceUnreadable, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn products_round_once_half_away_from_zero() {
        let cases: &[(&str, &str, u32, &str)] = &[
            ("3", "1.005", 2, "3.02"),
            ("1", "0.005", 2, "0.01"),
            ("1", "0.0049999", 2, "0.00"),
            ("-1", "0.005", 2, "-0.01"),
            ("10000", "0.0042", 2, "42"),
            ("2.5", "1", 0, "3"),
            ("0.333333", "3", 3, "1.000"),
            ("1000000", "1000000", 2, "1000000000000"),
        ];
        for (a, b, places, want) in cases {
            assert_eq!(product(number(a), number(b), *places), Some(number(want)), "{a} x {b}");
        }
    }

    #[test]
    fn absurd_numbers_are_refused() {
        assert_eq!(product(number("999999999999999"), number("999999999999999"), 2), None);
        assert_eq!(product(Decimal::MAX, Decimal::MAX, 6), None);
        assert_eq!(sane(number("1000000000000000")), None);
        assert_eq!(sane(number("-1000000000000000")), None);
        assert_eq!(sane(number("0.00000000001")), None);
        assert!(sane(number("999999999999999.9999")).is_some());
        assert!(sane(number("1.0000000000000000000000000000")).is_some(), "zeros at the end are no precision");
    }

    #[test]
    fn reading_tells_blank_from_broken() {
        let mut fields = Fields::default();
        fields.push("a".into(), Value::Decimal(number("30.0000")));
        fields.push("b".into(), Value::Null);
        fields.push("c".into(), Value::from("12"));
        fields.push("d".into(), Value::Decimal(Decimal::MAX));
        let read = |name: &str| read(&fields, name, || name.to_owned());
        assert_eq!(read("a"), Ok(Some(number("30"))));
        assert_eq!(read("b"), Ok(None));
        assert_eq!(read("missing"), Ok(None));
        assert_eq!(read("c").unwrap_err().field, "c");
        assert_eq!(read("d").unwrap_err().code, Code::SourceUnreadable);
    }

    #[test]
    fn rounding_is_that_of_the_library() {
        use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        let texts = ["0.5", "1.005", "-1.005", "2.4999", "-0.5", "-0.49", "12345678901234567890.12345", "7", "9.995"];
        for text in texts {
            for places in 0..5 {
                let number = number(text);
                let want = number.round_dp_with_strategy(places, MidpointAwayFromZero);
                assert_eq!(rounded(number, places), want, "{text} {places}");
            }
        }
    }
}
