//! Writes through the interface: customers are created and changed, prospects converted; everything else is refused,
//! because the interface's user has no more rights than that.
//!
//! Owns the rules of those forms: defaults, numbering, checks, the echo of errors. The rows themselves are changed in
//! `model`.

mod action;
mod body;
mod check;
mod customer;
mod errors;
mod party;
mod put;

pub use action::{Done, act};
pub use put::{Condition, Method, put, remove};

use super::failure::Failure;
use http::StatusCode;

/// The answer where the user may look but not touch.
#[must_use]
pub fn no_rights() -> Failure {
    Failure::Status(StatusCode::FORBIDDEN, "You have insufficient rights to access the object.".to_owned())
}
