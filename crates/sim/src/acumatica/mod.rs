//! A simulated Acumatica ERP instance: identity server, contract-based REST interface and the company's books.
//!
//! Owns everything that a caller of one instance can see. Written from vendor documentation and recorded traffic; it
//! shares no type with the clients. Faults, latency, the `Date` header and the log of requests are put before it by
//! `crate::faults`; data comes from `crate::data`. [`Acumatica`] is the handle, [`model`] the stored rows.

pub mod entity;
pub mod failure;
pub mod filter;
pub mod identity;
mod instance;
pub mod json;
pub mod list;
pub mod model;
mod openapi;
pub mod options;
mod service;
pub mod session;
mod switches;
#[cfg(test)]
mod tests;
pub mod value;
pub mod version;
pub mod write;

pub use instance::Acumatica;
pub use options::{Client, Flow, Options, RefreshMode, User};
pub use switches::*;
