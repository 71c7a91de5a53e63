//! The breaking machine: the engine against both simulators under one seed, where everything that can happen next is
//! chosen by that seed, and an oracle that knows the truth looks on. Never shipped.
//!
//! Owns the executor, the house (both systems, a store, a connection), the schedule of a seed and the report. Must not
//! decide anything for the product: it runs `engine::sync` as the command line does.

pub mod executor;
pub mod house;
pub mod oracle;
pub mod schedule;
pub mod world;
