//! ml-connector: Acumatica ERP and Zoho CRM, kept in agreement. This crate is what people meet: the command line and its wiring.
//!
//! Owns the process, arguments, the connection file, wiring of clients to the engine, and what is printed.
//! Must not decide over records. [`wiring`] is open to end-to-end tests and benchmarks.

mod cli;
mod connection_file;
mod process;
mod same_system;
pub mod wiring;

use clap::Parser;

use process::world::Environment;

/// Runs the process: arguments in, exit code out.
#[must_use]
pub fn main() -> std::process::ExitCode {
    let cli = cli::Cli::parse();
    process::logs::start(&cli.global);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            cli::output::hint(format!("The process cannot start: {error}."));
            return std::process::ExitCode::from(5);
        }
    };
    let exit = runtime.block_on(cli::run(cli, Environment::of_process())).unwrap_or_else(|failure| {
        cli::output::hint(&failure.message);
        failure.exit
    });
    std::process::ExitCode::from(exit as u8)
}
