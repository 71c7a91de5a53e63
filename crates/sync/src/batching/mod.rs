//! How a draft is written, and which drafts go into one call.
//!
//! Owns the choice of the step, the bounds of a batch and the search through one that is not answered. Must not know the ports: the
//! engine turns a step into an operation and a batch into a call.

mod batcher;
mod halving;
mod plan;
mod weight;

pub use batcher::{Batcher, MOST_BYTES, MOST_ITEMS};
pub use halving::{CALLS, Halving, Next, PROBES};
pub use plan::{Step, plan, travels_alone};
pub use weight::weight;
