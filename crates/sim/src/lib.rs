//! Both remote systems, Acumatica ERP and Zoho CRM, as HTTP services with data, rules and faults.
//!
//! Part of the product: the demo, `ml-connector sim`, training and every end-to-end test run against them. Written from
//! the vendors' documentation and recorded traffic, sharing no type with the clients, so that a shared misreading cannot
//! pass a test. Everything is deterministic from a seed and an injected [`clock::Clock`].

pub mod acumatica;
pub mod clock;
pub mod control;
pub mod faults;
pub mod rng;
pub mod server;
pub mod zoho;
