//! What people and tests ask and tell a running simulation: counts and records of both sides, whether they agree, the
//! clock, the faults, edits, and the log of requests. Loopback only, no sign-in. Must not be used by the connector.

pub mod compare;
pub mod dump;
pub mod edit;
pub mod requests;
pub mod router;
