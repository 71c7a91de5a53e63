//! The command line: one file per command.
//!
//! Owns arguments, dispatch and exit codes. Commands own what they print. Must not decide over records.

pub(crate) mod args;
pub(crate) mod output;

mod apply;
mod audit;
mod completions;
mod config;
mod demo;
mod erase;
mod init;
mod interrupt;
mod login;
mod opened;
mod parked;
mod ping;
mod progress;
mod prune;
mod record;
mod replay;
mod runs;
mod sim;
mod skip;
mod status;
mod sync;
mod tables;

pub(crate) use apply::keep_connection;
pub(crate) use args::{Cli, Command, Global};
pub(crate) use opened::Opened;

use crate::process::exit::{Exit, Failure};
use crate::process::settings::Settings;
use crate::process::world::Environment;

/// What every command gets: settings, environment, and how to print.
pub(crate) struct Invocation {
    pub(crate) settings: Settings,
    pub(crate) env: Environment,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
}

/// Runs the command.
///
/// # Errors
/// What is to be printed on stderr, with the exit code.
pub(crate) async fn run(cli: Cli, env: Environment) -> Result<Exit, Failure> {
    let settings = Settings::resolve(&cli.global, &env)?;
    let cx = Invocation { settings, env, json: cli.global.json, quiet: cli.global.quiet };
    match cli.command {
        Command::Demo(args) => demo::run(&cx, args).await,
        Command::Init(args) => init::run(&cx, args),
        Command::Apply(args) => apply::run(&cx, args).await,
        Command::Login(args) => login::run(&cx, args).await,
        Command::Ping(args) => ping::run(&cx, args).await,
        Command::Sync(args) => sync::run(&cx, args).await,
        Command::Status(args) => status::run(&cx, args).await,
        Command::Record(args) => record::run(&cx, args).await,
        Command::Parked(args) => parked::run(&cx, args).await,
        Command::Replay(args) => replay::run(&cx, args).await,
        Command::Skip(args) => skip::run(&cx, args).await,
        Command::Runs(args) => runs::run(&cx, args).await,
        Command::Audit(args) => audit::run(&cx, args).await,
        Command::Prune(args) => prune::run(&cx, args).await,
        Command::Erase(args) => erase::run(&cx, args).await,
        Command::Sim(args) => sim::run(&cx, args).await,
        Command::Config(args) => config::run(&cx, args),
        Command::Completions(args) => completions::run(args),
    }
}
