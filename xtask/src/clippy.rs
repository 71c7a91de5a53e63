//! `cargo x clippy`: every target of every crate, warnings refused.
//!
//! Owns the call of clippy. The lints stand in the workspace manifest, what is
//! forbidden by name in clippy.toml; nothing is switched here.

use crate::run;
use anyhow::Result;

/// Lints libraries, binaries, tests and examples.
pub(crate) fn run() -> Result<()> {
    let mut command = run::cargo_build(&["clippy", "--workspace", "--all-targets"]);
    run::checked(command.args(["--", "-D", "warnings"]))
}
