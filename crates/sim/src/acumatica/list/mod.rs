//! Answers reads: which rows, in which order, with which fields, as bytes.
//!
//! Owns the way from a parsed query to bytes: parameters (`query`), fields (`plan`), rows (`rows`), order and paging
//! (`page`), writing (`render`). Must not change the books.

mod optimiser;
mod page;
mod plan;
mod query;
mod render;
mod rows;
mod schema;

pub use page::{Ask, list, missing, one, record, wrong_version};
pub use plan::{Mode, Plan, Wanted};
pub use query::{BadParameter, Query};
pub use rows::{Flow, each};
pub use schema::ad_hoc_schema;
