//! Opening a store: data folder or server, worker's role, schema, keys.
//!
//! Owns [`Store`], the handle that everything else hangs on. Must not know where the master key comes from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::db::check::{self, Found};
use crate::db::{Db, Postgres, Sqlite, migrate};
use crate::error::{Result, StoreError};
use crate::lock::{Role, take_folder, take_server};
use crate::settle::Packer;
use crate::table::keys;
use crate::vault::{Digests, MasterKey, Random, Vault};

/// Name of the database in a data folder.
pub const FILE: &str = "ml-connector.db";

/// Where the data lives.
#[derive(Clone)]
pub enum Place {
    /// A data folder with an SQLite file; made with mode 0700 when it is not there.
    Folder(PathBuf),
    /// `postgres://user@host/database`; may hold a password.
    Postgres(String),
    /// An SQLite database that lives as long as the store: for trials.
    Memory,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "Folder({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
            Self::Memory => f.write_str("Memory"),
        }
    }
}

/// What the opener is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Carry out runs. One worker at a time: a second one is refused with [`StoreError::Held`].
    Worker,
    /// Read, and write small rows (connections, credentials, decisions) beside a worker.
    Beside,
    /// Read only. Nothing is created or migrated.
    ReadOnly,
}

/// How to open a store.
pub struct Options {
    /// Where.
    pub place: Place,
    /// The master key.
    pub key: MasterKey,
    /// Randomness for keys and nonces.
    pub random: Arc<dyn Random>,
    /// What for.
    pub access: Access,
}

/// The store. Cheap to clone; clones share one connection (SQLite) or pool (PostgreSQL).
///
/// On SQLite every call runs to its end on the calling task's thread without yielding.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) digests: Digests,
    pub(crate) packer: Arc<Packer>,
    /// Held until the last clone is gone.
    _role: Option<Arc<Role>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.db.place())
    }
}

impl Store {
    /// Opens the store; makes and migrates it first where `access` allows.
    ///
    /// # Errors
    /// [`StoreError::Held`] for a second worker; `Foreign`, `Corrupt` and `Newer` before anything was touched; `WrongKey`;
    /// for reading also `NothingYet` and `Older`; otherwise what the system reports.
    pub async fn open(options: Options) -> Result<Self> {
        let Options { place, key, random, access } = options;
        let (db, role) = match &place {
            Place::Folder(folder) => folder_db(folder, access).await?,
            Place::Postgres(url) => server_db(url, access).await?,
            Place::Memory => memory_db().await?,
        };
        let vault = Vault::new(key, random);
        let digests = keys::digests(&db, &vault, access != Access::ReadOnly).await?;
        Ok(Self { db, vault, digests, packer: Arc::new(Packer::new()?), _role: role.map(Arc::new) })
    }
}

async fn folder_db(folder: &Path, access: Access) -> Result<(Db, Option<Role>)> {
    let path = folder.join(FILE);
    let found = check::header(&path)?;
    if access == Access::ReadOnly {
        if found == Found::Nothing {
            return Err(StoreError::NothingYet);
        }
        let db = Sqlite::open(&path, false)?;
        migrate::readable(db.place(), check::content(&db).await?)?;
        return Ok((Db::Sqlite(db), None));
    }
    if found == Found::Nothing {
        make_folder(folder)?;
    }
    let role = if access == Access::Worker { Some(Role::Folder(take_folder(folder)?)) } else { None };
    let db = Sqlite::open(&path, true)?;
    if found == Found::Nothing {
        private(&path)?;
        migrate::mark(&db).await?;
    } else {
        check::content(&db).await?;
    }
    db.accept().await?;
    migrate::sqlite(&db).await?;
    Ok((Db::Sqlite(db), role))
}

async fn memory_db() -> Result<(Db, Option<Role>)> {
    let db = Sqlite::open(Path::new(":memory:"), true)?;
    migrate::mark(&db).await?;
    migrate::sqlite(&db).await?;
    Ok((Db::Sqlite(db), None))
}

async fn server_db(url: &str, access: Access) -> Result<(Db, Option<Role>)> {
    let write = access != Access::ReadOnly;
    let name = format!("ml-connector {:?} process {}", access, std::process::id());
    let db = Postgres::open(url, &name, write).await?;
    let role = if access == Access::Worker { Some(Role::Server(Box::new(take_server(&db).await?))) } else { None };
    migrate::postgres(&db, write).await?;
    Ok((Db::Postgres(db), role))
}

/// Makes a data folder with mode 0700, parents too; one that is there is left as it is.
///
/// # Errors
/// What the system reports.
pub fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| StoreError::file(folder, &error))
}

/// A new database file is for its owner only; SQLite gives its log the same mode.
fn private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(|error| StoreError::file(path, &error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
