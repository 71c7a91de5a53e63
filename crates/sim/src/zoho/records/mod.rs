//! The records API: list, read, insert, update, upsert, delete, recycle bin, count, locks.
//!
//! Owns: statuses, positional results and the shape of answers (fact sheet, section 4).
//! Must not: validate values (`write` does), look at tokens or credits (`api` does).

mod delete;
mod list;
mod lock;
mod page;
mod read;
mod recycle;
mod render;
mod save;

pub(super) use delete::{delete_many, delete_one, deleted};
pub(super) use list::list;
pub(super) use lock::{lock, locks, unlock};
pub(super) use page::PageParams;
pub(super) use read::{count, get};
pub(super) use recycle::{bin, bin_count, empty, purge, restore, restore_many};
pub(super) use render::{fields_of, render_record, render_row_value, render_value};
pub(super) use save::{Write, save};
