//! The data of both systems, as found in life, from a seed.
//!
//! Owns: what a simulated company's books and its CRM organisation hold at the start, and the mix of edits of a working
//! day ([`changes`]). Must not: know HTTP, or the rules by which records travel. Equal seeds, sizes and instants give
//! equal data, byte by byte; each kind of record has a stream of its own, so that more items do not change customers.

pub mod changes;
mod customers;
mod deals;
mod documents;
mod items;
mod lines;
mod plan;
mod stamps;
mod words;

use jiff::Timestamp;

pub use self::deals::{org, org_options};
use crate::acumatica::model::{Books, EditError};
use crate::options::Size;
use crate::rng::Seeds;

/// The books of a company of this size.
///
/// # Errors
/// When an edit of the books is refused, which is a mistake of the generator.
pub fn books(seeds: Seeds, size: &Size, now: Timestamp) -> Result<Books, EditError> {
    let mut books = Books::default();
    customers::fill(&mut books, seeds, size.customers, now);
    items::fill(&mut books, seeds, size.items, now);
    documents::fill(&mut books, seeds, size.invoices, now)?;
    Ok(books)
}

#[cfg(test)]
mod tests;
