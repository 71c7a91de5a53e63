//! Zoho CRM as a sink: the client of its API, and the adapter that fills [`port::Writer`] with it.
//!
//! Owns all knowledge of Zoho's hosts, words and limits. Must not know Acumatica, the store or the ledger. Drafts come in from the
//! engine; outcomes, each with the exchanges that led to it, go back.

mod adapter;
mod client;
#[cfg(test)]
mod script;
mod settings;

pub use adapter::Zoho;
pub use client::datacenters::{Datacenter, Environment};
pub use client::oauth::{Redirect, SCOPES};
pub use settings::Settings;
