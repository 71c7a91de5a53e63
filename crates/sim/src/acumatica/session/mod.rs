//! Server sessions: who holds one, who waits for it, and the licence's limits.
//!
//! Owns seats, gates (one request of a session at a time), long operations, and the throttle. Must not know tokens
//! beyond the number of their grant, nor books.

mod store;
mod throttle;

pub use store::{Entered, Full, Holder, Operation, Sessions};
pub use throttle::{Declined, Permit, Throttle};
