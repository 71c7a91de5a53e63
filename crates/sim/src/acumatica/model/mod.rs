//! What the simulated ERP stores: customers, prospects, contacts, items, documents and payments, each row with
//! its lasting id and stamps, in tables ordered by upper-cased key.
//!
//! Owns the rows and the edits that a person or a business process makes to them. It must not know HTTP, JSON,
//! endpoint versions or the clock: every edit is handed the current instant. Rows come from the data generator,
//! from the control interface and from `PUT` requests; they leave through the field tables of `entity`.

mod books;
mod contact;
mod customer;
mod document;
mod edit;
mod item;
mod line;
mod meta;
mod party;
mod payment;
mod setup;

pub use books::{Books, Staged};
pub use contact::Contact;
pub use customer::{Customer, SalespersonLine};
pub use document::{DocKey, DocType, Document, Origin, released_status};
pub use edit::{EditError, StampRule};
pub use item::{CrossReference, Item, WarehouseLine};
pub use line::{DiscountLine, FreightLine, Line, TaxLine};
pub use meta::{Meta, fold};
pub use party::{Address, Party};
pub use payment::{Application, PayKey, PayType, Payment};
pub use setup::{CustomerClass, ItemClass, Prospect, Setup};
