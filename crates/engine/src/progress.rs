//! How a run tells what it is doing, for bars and lines.
//!
//! Owns the trait. The command line draws; the engine only reports.

use sync::Flow;

use crate::report::FlowReport;

/// Told as a run goes on. Must return at once.
pub trait Progress: Send + Sync {
    /// The run does something that is no flow (set-up, recovery), in a few words.
    fn stage(&self, words: &str);
    /// A flow reads everything, about so many records as far as its last whole read tells. Not called where nothing tells, as in a first
    /// load: the source does not count its records.
    fn expect(&self, flow: Flow, records: u64);
    /// New figures of a flow.
    fn flow(&self, flow: Flow, figures: &FlowReport);
    /// A flow ended.
    fn done(&self, flow: Flow, figures: &FlowReport);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _words: &str) {}
    fn expect(&self, _flow: Flow, _records: u64) {}
    fn flow(&self, _flow: Flow, _figures: &FlowReport) {}
    fn done(&self, _flow: Flow, _figures: &FlowReport) {}
}
