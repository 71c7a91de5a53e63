//! The client: tokens, session, addresses, filters and answers of one Acumatica instance.
//!
//! Owns how the API is spoken. Must not know which fields a flow needs: the adapter says so.

mod answer;
pub mod filter;
pub mod instance;
pub mod json;
mod oauth;
mod offer;
mod session;

pub(crate) use answer::{Asked, Verdict, fault, not_offered};
pub use oauth::{App, Issued};
pub(crate) use offer::{Offer, offered_fields};
pub(crate) use session::{Session, Shelf};
