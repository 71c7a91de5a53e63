//! Ports: what the engine asks of the world, as traits, and the words of the answers.
//!
//! Owns signatures and contracts only. Must not hold an implementation, know a vendor or a database. Every port call returns its
//! result *and* its exchanges, also on error.

mod ambient;
mod exchange;
mod fault;
mod reader;
mod tokens;
mod transport;
mod writer;

pub use ambient::{Clock, Entropy, Quota};
pub use exchange::{Bodies, Call, Exchange, Skew, Tally};
pub use fault::{Fault, Kind, System};
pub use reader::{KeyRow, KeysPage, KeysRequest, OpenRequest, Page, PageRequest, Paid, Reader, SourceProfile};
pub use tokens::{Access, Grant, TokenError, Tokens};
pub use transport::{Request, Response, Transport, TransportFault};
pub use writer::{
    Batch, Carrier, CarrierPage, Held, HeldPage, HeldRecord, HeldRow, Operation, Removed, RemovedPage, Unlinked,
    UnlinkedPage, Writer,
};
