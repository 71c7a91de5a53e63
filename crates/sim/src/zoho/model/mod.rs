//! The stored data of one simulated CRM organisation.
//!
//! Owns: the organisation with its edition, users, currencies, taxes and modules; each module's fields,
//! layouts, records, recycle bin and indexes. Must not: know HTTP, credits, tokens or the rules of a write
//! (those are in `write`); take the time or randomness from the air (callers pass both).
//! Data comes from `write` (API calls and world edits) and goes to the readers (`records`, `coql`, `search`,
//! `meta`) and to the comparison of the control API.

mod edition;
mod field;
mod index;
mod layout;
mod module;
mod org;
mod people;
mod record;
mod stamp;
mod standard;

pub use edition::Edition;
pub use field::{External, Field, Kind, Permission, Pick, Source, Unique};
pub use index::{UniqueIndex, fold};
pub use layout::{Layout, Section};
pub use module::{Binned, Gone, Module, ModuleMeta};
pub use org::{Org, OrgOptions};
pub use people::{Currency, Pipeline, Profile, Role, Share, Stage, Tax, User};
pub use record::{Cell, Cells, FieldNo, Hold, Record, Row};
pub use stamp::{parse_date, parse_stamp, stamp, stamp_at};
pub use standard::LinePlan;
