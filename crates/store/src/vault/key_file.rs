//! The key file in the data folder: made with mode 0600, never overwritten.
//!
//! Owns its making and reading. Must not decide where it lies.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::MasterKey;
use crate::error::{Result, StoreError};

/// More than a key file may hold.
const LIMIT: u64 = 4096;

/// Reads a key file; `None` when there is none.
///
/// # Errors
/// When it cannot be read, or holds no key.
pub fn read(path: &Path) -> Result<Option<MasterKey>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file(path, &error)),
    };
    let mut text = Zeroizing::new(String::new());
    file.take(LIMIT).read_to_string(&mut text).map_err(|error| StoreError::file(path, &error))?;
    let what = "it holds no master key (64 hexadecimal digits)".to_owned();
    MasterKey::parse(&text).map(Some).ok_or_else(|| StoreError::File { path: path.to_owned(), what })
}

/// Writes a new key file, readable by its owner only.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create(path: &Path, key: &MasterKey) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(key.to_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    };
    write().map_err(|error| StoreError::file(path, &error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_file_is_private_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(read(&path).unwrap().is_none());
        let key = MasterKey::from_bytes([3; 32]);
        create(&path, &key).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().id(), key.id());
        assert!(create(&path, &MasterKey::from_bytes([4; 32])).is_err());
        assert_eq!(read(&path).unwrap().unwrap().id(), key.id());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(folder.path().join("bad"), "not a key").unwrap();
        assert!(read(&folder.path().join("bad")).is_err());
    }
}
