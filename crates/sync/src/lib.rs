//! Pure decisions of a sync: what changed, what it belongs to, what to write, and what an answer means.
//!
//! Owns the words that every other crate speaks (value, record, draft, problem, ledger entry) and the decisions between them.
//! Must not: wait, read a clock, draw randomness, speak HTTP or SQL. Data comes in as arguments and leaves as plans that the
//! engine carries out.

pub mod batching;
pub mod detect;
pub mod digest;
pub mod flow;
pub mod instant;
pub mod mapping;
pub mod pairing;
pub mod problem;
pub mod record;
pub mod seam;
pub mod settle;
pub mod value;

pub use flow::{Entity, Flow, Module};
pub use instant::Instant;
pub use problem::{Class, Problem};
pub use record::{Draft, Fields, Name, Record};
pub use value::Value;
