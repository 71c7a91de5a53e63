//! Lists for people, a file per noun: closed filters, keyset paging, no counting, no full scans.
//!
//! Owns the greatest page. Must not hold tables (`table` does) nor decide anything. Read by the command line.

pub(crate) mod open;
pub(crate) mod runs;
pub(crate) mod trail;

/// Rows of a page, at most, whatever is asked for.
const MOST: usize = 1_000;

/// A page's size as an argument.
fn limit(asked: usize) -> i64 {
    asked.clamp(1, MOST) as i64
}
