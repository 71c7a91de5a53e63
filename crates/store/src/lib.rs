//! The only SQL: what is true and what is due, on an SQLite file or a PostgreSQL server, behind one door.
//!
//! Owns tables, migrations, transactions, the trail's hash chain, and the vault for secrets.
//! Must not decide over records, call a remote system, read a clock, or draw randomness: time is an argument, random bytes come
//! through [`Random`]. Data comes from the engine and the application as plain values of `sync` and leaves the same way.

mod chain;
mod code;
mod db;
mod decide;
mod erase;
mod error;
mod find;
mod list;
mod lock;
mod open;
mod prune;
mod record;
pub mod seam;
mod select;
mod settle;
mod table;
mod vault;
mod verify;

#[cfg(test)]
mod tests;

pub use decide::By;
pub use erase::{Erased, Erasure};
pub use error::{Result, StoreError};
pub use find::Found;
pub use list::open::{Cause, OpenFilter, OpenRecord};
pub use list::runs::{RunCursor, RunRow};
pub use list::trail::{TrailFilter, TrailId, TrailOf, TrailRow};
pub use lock::LOCK_FILE;
pub use open::{Access, FILE, Options, Place, Store, make_folder};
pub use prune::{Pruned, Retention};
pub use record::RecordView;
pub use select::{Selection, Share};
pub use settle::Settlement;
pub use table::connections::{Binding, ConnectionId, ConnectionRow, NewConnection};
pub use table::credentials::Applied;
pub use table::due::Due;
pub use table::exchanges::KeptExchange;
pub use table::grants::{Grant, GrantAccess};
pub use table::intents::{Intent, IntentId, NewIntent};
pub use table::ledger::{LedgerRow, RecordId};
pub use table::moved_links::Naming;
pub use table::open_documents::Watched;
pub use table::owners::{Epoch, Owner};
pub use table::rereads::{Reread, RereadState};
pub use table::sweeps::{Sweeps, Unseen};
pub use vault::{MasterKey, Random, create_key_file, read_key_file};
pub use verify::{Broken, Verified};
