//! Arguments of every command, as clap reads them.
//!
//! Owns names, help and value checks. Help texts are what a newcomer reads first: one sentence each.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::process::settings::LogForm;

/// Acumatica ERP and Zoho CRM, kept in agreement.
#[derive(Debug, Parser)]
#[command(name = "ml-connector", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "New here? `ml-connector demo` shows it all against simulators, `ml-connector init` begins with your own systems."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Global {
    /// Data folder: database, lock, sealed secrets [env: ML_CONNECTOR_DATA]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A postgres:// address instead of the embedded SQLite file [env: ML_CONNECTOR_DATABASE]
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    pub(crate) database: Option<String>,
    /// File with the master key [env: ML_CONNECTOR_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings", conflicts_with = "key_command")]
    pub(crate) key_file: Option<PathBuf>,
    /// Command that prints the master key [env: ML_CONNECTOR_KEY_COMMAND]
    #[arg(long, global = true, value_name = "COMMAND", help_heading = "Settings")]
    pub(crate) key_command: Option<String>,
    /// Permit simulators on loopback, over plain http [env: ML_CONNECTOR_ALLOW_LOOPBACK=1]
    #[arg(long, global = true, help_heading = "Settings")]
    pub(crate) allow_loopback: bool,
    /// Form of the logs on stderr [env: ML_CONNECTOR_LOG]
    #[arg(long, global = true, value_name = "FORM", help_heading = "Settings")]
    pub(crate) log: Option<LogForm>,
    /// Print data as JSON
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// More logs; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// No progress, no hints
    #[arg(short, long, global = true, help_heading = "Output", conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See it work: both simulators, a first sync, a few changes, a second sync
    Demo(DemoArgs),
    /// Write a commented connection file
    Init(InitArgs),
    /// Create or change connections from files
    Apply(ApplyArgs),
    /// Sign in to one of the two systems with a browser
    Login(LoginArgs),
    /// Check both systems, read-only: reachable, signed in, right version, right modules
    Ping(OneArgs),
    /// Run the flows once, in the foreground
    Sync(SyncArgs),
    /// How far each flow has come, and what is open
    Status(OneArgs),
    /// Why a record is as it is: link, decisions, requests and answers
    Record(RecordArgs),
    /// What failed or waits, grouped by cause
    Parked(ParkedArgs),
    /// Try records again
    Replay(ReplayArgs),
    /// Leave a record alone, with a reason
    Skip(SkipArgs),
    /// Runs so far
    Runs(RunsArgs),
    /// The trail: every decision, filtered, and proof that it is whole
    Audit(AuditArgs),
    /// Take away what is past its time: bodies after 90 days, decisions after 7 years
    Prune(PruneArgs),
    /// Erase a person's values from everything that is kept of a record
    Erase(EraseArgs),
    /// Run the simulators alone, for tries and training
    Sim(SimArgs),
    /// Settings of this process
    Config(ConfigArgs),
    /// Completions for a shell
    Completions(CompletionsArgs),
}

/// One connection.
#[derive(Clone, Debug, Args)]
pub(crate) struct OneArgs {
    /// The connection; may be left out when there is exactly one
    pub(crate) name: Option<String>,
}

/// `parked`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ParkedArgs {
    /// The connection; may be left out when there is exactly one
    pub(crate) name: Option<String>,
    /// Every record that is open with this problem code, one by one
    #[arg(long, value_name = "C")]
    pub(crate) code: Option<String>,
    /// Every record, one by one, as CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

/// `demo`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DemoArgs {
    /// End after the table; exit 0 only if both sides agree
    #[arg(long)]
    pub(crate) once: bool,
    /// Customers in the simulated ERP
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    pub(crate) customers: u32,
    /// Stock and non-stock items
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=500_000))]
    pub(crate) items: u32,
    /// Documents
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(0..=500_000))]
    pub(crate) invoices: u32,
    /// Seed of the simulated data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// `init`.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write; `connection.toml` when left out, `-` for stdout
    pub(crate) file: Option<PathBuf>,
}

/// `apply`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Connection files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Show the difference, change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// A system to sign in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// Acumatica ERP
    Acumatica,
    /// Zoho CRM
    Zoho,
}

/// `login`.
#[derive(Clone, Debug, Args)]
pub(crate) struct LoginArgs {
    /// The connection
    pub(crate) name: String,
    /// The system
    pub(crate) system: Side,
    /// Loopback port of the redirect address
    #[arg(long, default_value_t = 8765)]
    pub(crate) redirect_port: u16,
}

/// `sync`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SyncArgs {
    /// The connection; may be left out when there is exactly one
    pub(crate) name: Option<String>,
    /// Only this flow; may be given several times
    #[arg(long = "flow", value_name = "FLOW")]
    pub(crate) flows: Vec<FlowName>,
    /// Read everything again, whatever the marks say
    #[arg(long, conflicts_with = "since")]
    pub(crate) full: bool,
    /// List all keys of Acumatica now, to find what was deleted, renamed or changed unseen
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) sweep: bool,
    /// With --sweep: what is missing was really deleted, however much it is
    #[arg(long, requires = "sweep")]
    pub(crate) accept_vanished: bool,
    /// A system that was put back to an earlier state, or exchanged, is the right one: read everything anew, and take what is missing for
    /// deleted
    #[arg(long, conflicts_with_all = ["dry_run", "since", "flows"])]
    pub(crate) accept_restored: bool,
    /// Check all links in Zoho CRM now, to find what was deleted, merged or changed there
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) check: bool,
    /// Plan only: nothing is written on either side nor in the ledger
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read what changed since then instead of since the mark (2026-01-31 or 2026-01-31T08:00:00Z)
    #[arg(long, value_name = "T", value_parser = since)]
    pub(crate) since: Option<sync::Instant>,
    /// What makes the exit code 1
    #[arg(long, value_name = "WHICH", default_value = "new")]
    pub(crate) fail_on: FailOn,
}

/// A flow by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FlowName {
    /// Customers to accounts
    Customers,
    /// Stock and non-stock items to products
    Items,
    /// Documents to invoices
    Invoices,
}

impl From<FlowName> for sync::Flow {
    fn from(name: FlowName) -> Self {
        match name {
            FlowName::Customers => Self::Customers,
            FlowName::Items => Self::Items,
            FlowName::Invoices => Self::Invoices,
        }
    }
}

/// Which open records make `sync` exit with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Records that are newly parked
    New,
    /// Any parked, waiting or undecided record
    Any,
    /// None
    None,
}

/// `record`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RecordArgs {
    /// The connection, when there are several; then KEY follows
    #[arg(value_name = "NAME")]
    pub(crate) first: String,
    /// CustomerID, InventoryID, document number, `Type/Number`, ERP key or Zoho id
    #[arg(value_name = "KEY")]
    pub(crate) second: Option<String>,
    /// Show whole bodies of requests and answers
    #[arg(long)]
    pub(crate) bodies: bool,
    /// Ask both systems for it now, and show what differs from what was last agreed
    #[arg(long)]
    pub(crate) live: bool,
}

/// `replay`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The connection (when there are several), then keys
    #[arg(value_name = "NAME|KEY")]
    pub(crate) words: Vec<String>,
    /// Every record that this run left open
    #[arg(long, value_name = "ID", conflicts_with_all = ["parked", "code", "since", "until"])]
    pub(crate) run: Option<String>,
    /// Every open record
    #[arg(long, conflicts_with_all = ["code", "since", "until"])]
    pub(crate) parked: bool,
    /// Every record that became open then or later (2026-01-31 or 2026-01-31T08:00:00Z)
    #[arg(long, value_name = "T", value_parser = since, conflicts_with = "code")]
    pub(crate) since: Option<sync::Instant>,
    /// Every record that became open before then
    #[arg(long, value_name = "T", value_parser = since, conflicts_with = "code")]
    pub(crate) until: Option<sync::Instant>,
    /// Every record that is open with this problem code
    #[arg(long, value_name = "C")]
    pub(crate) code: Option<String>,
    /// Say how many and why they are open, change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `skip`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SkipArgs {
    /// The connection, when there are several; then KEY follows
    #[arg(value_name = "NAME")]
    pub(crate) first: String,
    /// The record
    #[arg(value_name = "KEY")]
    pub(crate) second: Option<String>,
    /// The reason, kept in the trail
    #[arg(long, value_name = "W")]
    pub(crate) why: String,
}

/// `runs`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RunsArgs {
    /// The connection; may be left out when there is exactly one
    pub(crate) name: Option<String>,
    /// How many, newest first
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) most: u32,
    /// Print as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

/// `audit`.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<AuditVerb>,
    /// The connection; may be left out when there is exactly one
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: Option<String>,
    /// Only this run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
    /// Only this flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) flow: Option<FlowName>,
    /// Only this kind of transition: created, updated, parked …
    #[arg(long, value_name = "KIND")]
    pub(crate) what: Option<String>,
    /// How many, newest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) most: u32,
    /// Print as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

/// What `audit` can do besides listing.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Prove that no part of the trail was changed, removed or reordered
    Verify(VerifyArgs),
}

/// `audit verify`.
#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A head that was printed earlier: the chain must lead through it, or an earlier state was put back
    #[arg(long, value_name = "HEX", value_parser = head)]
    pub(crate) head: Option<String>,
}

/// `prune`.
#[derive(Clone, Debug, Args)]
pub(crate) struct PruneArgs {
    /// The connection; may be left out when there is exactly one
    pub(crate) name: Option<String>,
    /// Say how much, change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `erase`.
#[derive(Clone, Debug, Args)]
pub(crate) struct EraseArgs {
    /// The connection, when there are several; then KEY follows
    #[arg(value_name = "NAME")]
    pub(crate) first: String,
    /// The record
    #[arg(value_name = "KEY")]
    pub(crate) second: Option<String>,
    /// The reason, kept in the trail
    #[arg(long, value_name = "W")]
    pub(crate) why: String,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Which simulators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sims {
    /// Acumatica ERP
    Acumatica,
    /// Zoho CRM
    Zoho,
    /// Both
    Both,
}

/// `sim`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SimArgs {
    /// Which
    pub(crate) which: Sims,
    /// Port of the first; the second and the control API follow. 0 takes free ports
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Seed of the data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Fault dials and switches, TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Customers
    #[arg(long, default_value_t = 200)]
    pub(crate) customers: u32,
    /// Stock and non-stock items
    #[arg(long, default_value_t = 500)]
    pub(crate) items: u32,
    /// Documents
    #[arg(long, default_value_t = 600)]
    pub(crate) invoices: u32,
    /// Zoho accounts that exist already without our key
    #[arg(long, default_value_t = 0)]
    pub(crate) existing_accounts: u32,
    /// Milliseconds that every answer takes longer
    #[arg(long, default_value_t = 0)]
    pub(crate) latency: u32,
}

/// `config`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) verb: ConfigVerb,
}

/// What `config` can do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Each setting with its value and where it came from
    Show,
}

/// `completions`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn head(text: &str) -> Result<String, String> {
    let right = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    right
        .then(|| text.to_ascii_lowercase())
        .ok_or_else(|| "is 64 hexadecimal digits, as `audit verify` prints them".to_owned())
}

fn since(text: &str) -> Result<sync::Instant, String> {
    if let Some(instant) = sync::Instant::parse(text) {
        return Ok(instant);
    }
    let day: jiff::civil::Date = text
        .parse()
        .map_err(|_| "is a day such as 2026-01-31 or an instant such as 2026-01-31T08:00:00Z".to_owned())?;
    let zoned = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_err(|e| e.to_string())?;
    Ok(sync::Instant::from_micros(zoned.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
