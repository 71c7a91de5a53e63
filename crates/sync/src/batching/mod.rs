//! How a draft is written, and which drafts go into one call.
//!
//! Owns the choice of the step and the bounds of a batch. Must not know the ports: the engine turns a step into an operation and
//! a batch into a call.

mod batcher;
mod plan;
mod weight;

pub use batcher::{Batcher, MOST_BYTES, MOST_ITEMS};
pub use plan::{Step, plan};
pub use weight::weight;
