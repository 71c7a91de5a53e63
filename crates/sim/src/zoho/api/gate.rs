//! How many calls may run at once.
//!
//! Owns: the count of calls in work, latency included, and of heavy ones among them (fact sheet, 6.1).
//! Must not: look into records; it only counts how many a body holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls in work.
#[derive(Debug, Default)]
pub(crate) struct Busy {
    all: AtomicUsize,
    heavy: AtomicUsize,
}

/// A place among the calls in work; given back on drop, also when the caller goes away.
#[derive(Debug)]
pub(crate) struct Ticket {
    busy: Arc<Busy>,
    heavy: bool,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.busy.all.fetch_sub(1, Ordering::AcqRel);
        if self.heavy {
            self.busy.heavy.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Takes a place, or none when too many calls (or heavy calls) are in work.
pub(crate) fn admit(busy: &Arc<Busy>, most: usize, heavy: Option<usize>) -> Option<Ticket> {
    if busy.all.fetch_add(1, Ordering::AcqRel) >= most {
        busy.all.fetch_sub(1, Ordering::AcqRel);
        return None;
    }
    let mut ticket = Ticket { busy: Arc::clone(busy), heavy: false };
    let Some(most_heavy) = heavy else {
        return Some(ticket);
    };
    if busy.heavy.fetch_add(1, Ordering::AcqRel) >= most_heavy {
        busy.heavy.fetch_sub(1, Ordering::AcqRel);
        return None;
    }
    ticket.heavy = true;
    Some(ticket)
}

/// True for calls that count as heavy: COQL, and writes of more than ten records.
pub(crate) fn is_heavy(method: &str, path: &str, body: &[u8]) -> bool {
    match method {
        "POST" if path.ends_with("/coql") => true,
        "POST" | "PUT" if !path.contains("/settings/") => holds_more_than(body, 10),
        _ => false,
    }
}

/// Counts objects two levels deep (the records of `data`) and stops past `most`.
fn holds_more_than(body: &[u8], most: usize) -> bool {
    let (mut depth, mut count, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in body {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => {
                depth += 1;
                if depth == 3 && *byte == b'{' {
                    count += 1;
                    if count > most {
                        return true;
                    }
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn places_are_given_back() {
        let busy = Arc::new(Busy::default());
        let first = admit(&busy, 2, Some(1)).unwrap();
        assert!(admit(&busy, 2, Some(1)).is_none(), "a second heavy call");
        let second = admit(&busy, 2, None).unwrap();
        assert!(admit(&busy, 2, None).is_none(), "a third call");
        drop((first, second));
        assert!(admit(&busy, 2, Some(1)).is_some());
        assert_eq!(busy.all.load(Ordering::Acquire), 0);
        assert_eq!(busy.heavy.load(Ordering::Acquire), 0);
    }

    #[test]
    fn heavy_calls_are_told_by_their_records() {
        let body = |n: usize| format!("{{\"data\":[{}]}}", vec![r#"{"a":"{[","rows":[{"b":1}]}"#; n].join(","));
        assert!(!is_heavy("POST", "/crm/v8/Accounts", body(10).as_bytes()));
        assert!(is_heavy("PUT", "/crm/v8/Accounts", body(11).as_bytes()));
        assert!(is_heavy("POST", "/crm/v8/coql", b"{}"));
        assert!(!is_heavy("GET", "/crm/v8/Accounts", b""));
    }
}
