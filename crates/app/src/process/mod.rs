//! The process around the product: its settings, its clock and randomness, its exit codes.
//!
//! Owns the only places where the environment, the machine's clock and its randomness are touched.

pub(crate) mod exit;
pub(crate) mod logs;
pub(crate) mod settings;
pub(crate) mod world;
