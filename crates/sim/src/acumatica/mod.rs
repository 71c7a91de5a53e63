//! A simulated Acumatica ERP instance: identity server, contract-based REST interface and the company's books.

pub mod model;
