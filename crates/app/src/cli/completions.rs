//! `completions`: prints a shell's completion script.
//!
//! Owns nothing but the call.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::output;
use crate::process::exit::{Exit, Failure};

pub(super) fn run(args: CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ml-connector", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end());
    Ok(Exit::Settled)
}
