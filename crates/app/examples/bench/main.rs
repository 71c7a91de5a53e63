//! Figures of whole runs: the release binary against the simulators in a process of their own, on the same machine.
//!
//! Owns the scenario of `docs/benchmarks.md` and its printing. Each command is started by a copy of this program that
//! does nothing but wait for it, so that processor time and peak memory are the operating system's account of that one process.
//! Run with `cargo x bench`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a measuring program"
)]

mod figures;
mod measure;
mod simulators;

use std::path::{Path, PathBuf};

use clap::Parser;

use figures::{Pass, Row};
use simulators::Simulators;

/// What to measure.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    measure: Option<Verb>,
    /// Customers
    #[arg(long, default_value_t = 2_000)]
    customers: u32,
    /// Items
    #[arg(long, default_value_t = 5_000)]
    items: u32,
    /// Documents
    #[arg(long, default_value_t = 5_000)]
    invoices: u32,
    /// Repetitions; medians are printed
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Milliseconds of latency, several times
    #[arg(long = "latency", default_values_t = [0, 50])]
    latencies: Vec<u32>,
    /// The binary
    #[arg(long, default_value = "target/release/ml-connector")]
    binary: PathBuf,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Runs one command and prints what it took (used by this program itself)
    Measure {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

fn main() {
    let args = Args::parse();
    if let Some(Verb::Measure { command }) = args.measure {
        measure::child(&command);
        return;
    }
    println!(
        "{} customers, {} items, {} documents; medians of {}; simulators in a process of their own on the same machine",
        args.customers, args.items, args.invoices, args.runs
    );
    figures::header();
    for latency in &args.latencies {
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..args.runs {
            rows.extend(scenario(&args, *latency));
        }
        figures::print(*latency, &rows);
    }
}

fn scenario(args: &Args, latency: u32) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let sims = Simulators::start(&args.binary, args.customers, args.items, args.invoices, latency);
    let file = sims.connection_file(folder.path());
    run(&args.binary, folder.path(), &["apply", file.to_str().unwrap(), "--yes"]);
    let first = sync(&args.binary, folder.path(), Pass::First);
    sims.check(&first.report);
    sims.change(50);
    let changes = sync(&args.binary, folder.path(), Pass::Changes);
    let unchanged = sync(&args.binary, folder.path(), Pass::Nothing);
    let agree = sims.agree();
    assert!(agree, "the two sides do not agree after the passes");
    vec![first, changes, unchanged]
}

fn sync(binary: &Path, folder: &Path, pass: Pass) -> Row {
    let took = run(binary, folder, &["sync", "bench", "--json", "--quiet"]);
    let report: serde_json::Value = serde_json::from_str(&took.stdout).expect("sync prints one object");
    Row { pass, took, report }
}

fn run(binary: &Path, folder: &Path, words: &[&str]) -> measure::Took {
    let data = folder.join("data");
    let mut command = vec![binary.to_str().unwrap().to_owned(), "--allow-loopback".to_owned(), "--data-dir".to_owned()];
    command.push(data.to_str().unwrap().to_owned());
    command.extend(words.iter().map(|word| (*word).to_owned()));
    let took = measure::command(&command);
    assert!(took.code == 0 || took.code == 1, "{words:?} ended with {}: {}", took.code, took.stdout);
    took
}
