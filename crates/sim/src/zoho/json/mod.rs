//! JSON in and out for the Zoho simulator.
//!
//! Owns: a borrowing reader that keeps numbers as the text that arrived (so decimals stay exact) and a
//! writer that appends straight to a byte buffer. Must not: know anything about Zoho's rules.
//! Data comes from request bodies and goes to `write`, `coql`, `accounts`; answers are built with `write`.

mod read;
mod write;

pub use read::{Json, ReadError, parse};
pub use write::{Out, escape_into};
