//! Zoho CRM v8 with its accounts server, as one HTTP service.
//!
//! Owns: the organisation and its rules, faithful to the fact sheet, warts included, every doubtful point behind
//! a [`Switches`] switch. Must not: share a type with a client, reach the network, hold its lock over an await,
//! or take time from anywhere but the given clock. Requests come through [`ZohoSim::router`], served or in
//! process; seeding, tests and the control API reach the data through [`ZohoSim::with`].

mod accounts;
mod api;
mod coql;
pub mod json;
mod meta;
pub mod model;
mod records;
mod refusal;
mod search;
mod service;
mod switches;
mod world;
mod write;

pub use accounts::{Accounts, Client};
pub use api::{Counters, Ledger, Scopes, State};
pub use refusal::Refusal;
pub use service::{Identity, ZohoOptions, ZohoSim};
pub use switches::{Level, Markup, RateCode, Sent, SeveralFaults, SubTotal, Switches};

#[cfg(test)]
mod tests;
