//! The instance as an HTTP service: one entry point that sorts requests by address, checks who asks, waits its turn
//! and answers.
//!
//! Owns addresses, headers, statuses. Must not know fields or rows: it hands over to `list`, `write` and `identity`.

mod answer;
mod contract;
mod cookie;
mod door;
mod entry;
mod route;

pub(super) use entry::router;
