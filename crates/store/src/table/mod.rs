//! One file per table: its statements and the calls that need nothing but it.
//!
//! Must not span tables: what does stands in `settle`, `decide`, `record` and `verify`.

pub(crate) mod agreed;
pub(crate) mod chains;
pub(crate) mod checkpoints;
pub(crate) mod connections;
pub(crate) mod counts;
pub(crate) mod credentials;
pub(crate) mod drifts;
pub(crate) mod due;
pub(crate) mod exchanges;
pub(crate) mod grants;
pub(crate) mod intents;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod moved_links;
pub(crate) mod open_documents;
pub(crate) mod owners;
pub(crate) mod profiles;
pub(crate) mod rereads;
pub(crate) mod runs;
pub(crate) mod settlements;
pub(crate) mod sweeps;
pub(crate) mod trail;
