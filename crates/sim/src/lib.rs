//! Both remote systems, Acumatica ERP and Zoho CRM, as HTTP services with data, rules and faults.
//!
//! Part of the product: the demo, `ml-connector sim`, training and every end-to-end test run against them. Written from
//! the vendors' documentation and recorded traffic, sharing no type with the clients, so that a shared misreading cannot
//! pass a test. Everything is deterministic from a seed and an injected [`Clock`].
//!
//! [`Sim::new`] makes data and credentials; [`Sim::serve`] listens on loopback, [`call`] reaches the routers in process;
//! [`Sim::change`] edits either side as a person would; [`Sim::compare`] tells whether both sides agree.

pub mod acumatica;
pub mod clock;
pub mod control;
pub mod credentials;
pub mod data;
pub mod faults;
pub mod options;
pub mod rng;
pub mod server;
pub mod simulation;
pub mod zoho;

pub use clock::{Clock, SetClock, WallClock};
pub use options::{Options, Size};
pub use simulation::{Ports, Running, SetupError, Sim, call};
