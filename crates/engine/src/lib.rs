//! The engine: the only place that owns time. Carries out what `sync` decides, over the ports, into the store.
//!
//! Owns runs of flows, their order, concurrency, retries within a run, pacing and token keeping.
//! Must not know JSON of either system, SQL, or how results are drawn. Data comes from readers, leaves through writers, and every
//! outcome is settled in the store.

pub mod connection;
pub mod ids;
pub mod policy;
pub mod progress;
pub mod quota;
pub mod report;
pub mod run;
pub mod tokens;

pub use connection::{Connection, Context, FlowSettings, Start};
pub use progress::{Progress, Silent};
pub use report::{CheckReport, Outcome, Report, SweepReport};
pub use run::{Options, RunError, sync};
