//! `cargo x fmt`: one way to lay out code, so that nobody has to argue it.
//!
//! Owns the call of rustfmt. Must not hold layout settings: those stand in
//! rustfmt.toml, where editors find them too.

use crate::run;
use anyhow::{Context as _, Result};

/// Formats every crate, or only compares when `check` is set.
pub(crate) fn run(check: bool) -> Result<()> {
    let mut command = run::cargo(&["fmt", "--all"]);
    if !check {
        return run::checked(&mut command);
    }
    command.args(["--check", "--", "--files-with-diff"]);
    run::checked(&mut command).context("the files above are laid out otherwise; `cargo x fmt`")
}
