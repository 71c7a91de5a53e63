//! `cargo x docs`: the API documentation builds, and what is made from the code says what the code says.
//!
//! Owns the call of rustdoc and the list of generated pages. Dependencies are left out: their pages are not
//! ours to check, and they would double the time.

use crate::run;
use anyhow::{Context as _, Result, bail};

/// Generated pages: where they stand, and the example that prints each.
const PAGES: [(&str, &str, &str); 1] = [("docs/reference/problems.md", "engine", "problems")];

/// Builds the pages of our own crates; a broken link, a bad example or a stale generated page is an error. With
/// `write` the generated pages are made anew instead.
pub(crate) fn run(write: bool) -> Result<()> {
    for (page, package, example) in PAGES {
        let mut print = run::cargo(&["run", "--quiet", "--package", package, "--example", example]);
        let printed = print.output().with_context(|| format!("the example {example} of {package}"))?;
        if !printed.status.success() {
            bail!("the example {example} of {package} failed: {}", String::from_utf8_lossy(&printed.stderr));
        }
        let path = run::root().join(page);
        if write {
            std::fs::write(&path, &printed.stdout).with_context(|| page.to_owned())?;
        } else if std::fs::read(&path).unwrap_or_default() != printed.stdout {
            bail!("{page} is stale: run `cargo x docs --write`");
        }
    }
    let mut command = run::cargo_build(&["doc", "--workspace", "--no-deps"]);
    run::checked(command.env("RUSTDOCFLAGS", "-D warnings"))
}
