//! `cargo x docs`: the API documentation builds, and its links lead somewhere.
//!
//! Owns the call of rustdoc. Dependencies are left out: their pages are not
//! ours to check, and they would double the time.

use crate::run;
use anyhow::Result;

/// Builds the pages of our own crates; a broken link or a bad example is an error.
pub(crate) fn run() -> Result<()> {
    let mut command = run::cargo_build(&["doc", "--workspace", "--no-deps"]);
    run::checked(command.env("RUSTDOCFLAGS", "-D warnings"))
}
