//! ml-connector: Acumatica ERP and Zoho CRM, kept in agreement.
//!
//! Owns the start of the process. Everything else is in the modules below.

mod connection_file;

fn main() {}
