//! What changed: the window that a pass reads, whether a record differs from what the ledger holds, what a sweep of keys shows,
//! and whether the source is still the one that was read.
//!
//! Owns both decisions and the way the checkpoint moves. Must not read or keep anything: checkpoints and entries come from the
//! store, records from a page, instants from the source's clock; the engine carries the answers out.

mod balance;
mod compare;
pub mod sweep;
mod window;
pub mod witness;

pub use balance::{KnownDocument, OPEN, OpenDocument, differing};
pub use compare::{Detected, compare, compare_with, versions};
pub use window::{OVERLAP, Reach, STEADY, Told, Window, advance, begin, from, reopened, sources_clock};
