//! Manners towards a remote API: deadlines, limits, repeats, redaction, and the tape of exchanges.
//!
//! Owns the one door through which both clients speak HTTP, and the reqwest transport behind it. Must not know a vendor's entity,
//! token or error body. Requests come from `acumatica` and `zoho`; answers and redacted exchanges go back to them.

pub mod address;
mod ask;
mod backoff;
mod door;
pub mod failure;
mod limit;
mod redact;
mod reqwest_transport;
mod tape;

pub use address::{AddressProblem, AddressRules, Guard};
pub use ask::{Ask, Manners, Safety};
pub use door::Door;
pub use redact::{plain, target};
pub use reqwest_transport::{ReqwestTransport, SetupProblem, TransportOptions};
