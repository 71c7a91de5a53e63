//! Tests over the whole service, in process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fields;
mod filters;
mod identity;
mod lists;
mod protocol;
mod scale;
mod visibility;
mod world;
mod writes;
