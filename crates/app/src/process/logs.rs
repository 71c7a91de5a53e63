//! Logs on stderr.
//!
//! Owns their form and level. Must not see a secret: nothing that holds one is ever logged.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use super::settings::LogForm;
use crate::cli::Global;

/// Starts logging for the process.
pub(crate) fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!(
        "warn,app={level},engine={level},wire={level},acumatica={level},zoho={level},store={level},sim={level}"
    ));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests) leaves the first in place.
    let _ = if global.log == Some(LogForm::Json) {
        tracing::subscriber::set_global_default(builder.json().finish())
    } else {
        tracing::subscriber::set_global_default(builder.with_target(false).finish())
    };
}
