//! The entities of the contract as tables of fields: name, since which endpoint version, type, where the value
//! comes from, and the form's view and column behind it (for `$custom` and `cf.` filters).
//!
//! Owns the mapping from stored rows to fields, version by version, as the endpoint definitions state it. It must
//! not filter, page or write JSON: `filter` and `list` do, over these tables.

mod account;
mod attribute;
mod cash_sale;
mod class;
mod contact;
mod credit;
mod customer;
mod document;
mod field;
mod invoice;
mod invoice_line;
mod non_stock_item;
mod payment;
mod rec;
mod registry;
mod sales_invoice;
mod sales_line;
mod stock_item;

pub use field::{Feature, Field, Get, Node, Shape, Step, Visit};
pub use rec::{Cx, PayRow, Rec, derived};
pub use registry::{CustomColumn, Entity, Found, Source, custom_value, entities, find, lookup, type_code};
