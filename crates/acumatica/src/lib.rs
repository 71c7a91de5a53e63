//! Acumatica ERP: a client for its contract-based REST API, and the adapter that reads records for the engine.
//!
//! Owns everything that is particular to that system. Must not decide what changed, know the sink, or write a financial document.
//! Facts are those of the vendor's integration guide and of recorded answers; each module names what it leans on.

pub mod adapter;
pub mod client;
mod settings;

pub use adapter::Acumatica;
pub use settings::{EndpointVersion, GrantKind, Settings};
