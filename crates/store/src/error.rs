//! What can go wrong in the store, as kinds that callers decide by, each with a sentence for people.
//!
//! Owns the kinds. The engines under `db` translate what their libraries report. Must never carry a bound value or a secret.

use std::path::PathBuf;

/// Why the store could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another transaction held the database longer than the patience given. Trying again makes sense.
    #[error("the database is busy: another process has been writing to it for longer than five seconds")]
    Busy,
    /// Another worker has the role. `owner` says who, as far as it is known.
    #[error("another worker is running on {place}: {owner}. Stop it first, or let it do the work")]
    Held {
        /// The data folder, or the database.
        place: String,
        /// `process 1234`, or a sentence that it is not known.
        owner: String,
    },
    /// The connection was taken over by another worker, or the row was changed by somebody else since it was read.
    #[error("another worker took over in the meantime; nothing of this step was kept")]
    Stale,
    /// The database is damaged.
    #[error("{place} is damaged and was not touched: {what}. Restore it from a backup")]
    Corrupt {
        /// The file, or the database.
        place: String,
        /// What was found.
        what: String,
    },
    /// The file or database belongs to something else.
    #[error("{place} is not a database of ml-connector and was not touched: {what}")]
    Foreign {
        /// The file, or the database.
        place: String,
        /// What was found.
        what: String,
    },
    /// A newer version of ml-connector made the database.
    #[error(
        "{place} was written by a newer version of ml-connector (schema {found}, this one knows {known}) and was not touched. Use that version"
    )]
    Newer {
        /// The file, or the database.
        place: String,
        /// Its schema version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// An older version of ml-connector made the database, and it was opened for reading.
    #[error(
        "{place} was made by an older version of ml-connector (schema {found}, this one uses {known}). The next command that writes, such as sync or apply, brings it up to date"
    )]
    Older {
        /// The file, or the database.
        place: String,
        /// Its schema version.
        found: i64,
        /// The one that this program uses.
        known: i64,
    },
    /// It was opened for reading, and nothing was kept there yet.
    #[error("nothing is kept there yet. Begin with: ml-connector init, then ml-connector apply FILE")]
    NothingYet,
    /// The master key is not the one that the database was made with.
    #[error("the master key (id {given}) does not open this database, whose secrets are sealed with the key {wanted}")]
    WrongKey {
        /// Id of the key that was given.
        given: String,
        /// Id of the key that is wanted.
        wanted: String,
    },
    /// A sealed value cannot be opened: it was moved or changed.
    #[error("the sealed value {0} cannot be opened: it was changed outside of ml-connector. Enter it again")]
    Unsealable(String),
    /// No space is left.
    #[error("the disk of the database is full; nothing of this step was kept")]
    Full,
    /// The database cannot be written to, or was opened for reading.
    #[error("the database can only be read: {0}")]
    ReadOnly(String),
    /// A folder or file cannot be made or opened.
    #[error("{path}: {what}", path = path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What the system says.
        what: String,
    },
    /// The database server cannot be reached or broke the connection.
    #[error("the database server does not answer: {0}")]
    Unavailable(String),
    /// Anything else: our own fault.
    #[error("the store failed: {0}")]
    Other(String),
}

impl StoreError {
    /// A file error with its path.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), what: error.to_string() }
    }

    /// A value in a row that the code has no meaning for.
    pub(crate) fn unreadable(what: &str, value: impl std::fmt::Display) -> Self {
        Self::Corrupt { place: "the database".to_owned(), what: format!("{value} is not a known {what}") }
    }
}

/// Short for results of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
