//! A simulated Acumatica ERP instance: identity server, contract-based REST interface and the company's books.

pub mod entity;
pub mod failure;
pub mod filter;
pub mod json;
pub mod list;
pub mod model;
pub mod switches;
pub mod value;
pub mod version;
