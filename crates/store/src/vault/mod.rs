//! Sealing of secrets: XChaCha20-Poly1305 under the master key, bound to where the value belongs.
//!
//! Owns the sealed form and the key for digests. Must not store anything, nor show a secret in any text that it makes. A sealed value
//! opens only in its own place: connection, field and version are its associated data.

mod key;
mod key_file;

pub use key::{MasterKey, Random};
pub use key_file::{create as create_key_file, read as read_key_file};

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::{Result, StoreError};

/// Bytes of a nonce.
const NONCE: usize = 24;

/// Bytes of a key.
pub(crate) const KEY: usize = 32;

/// Where a sealed value belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat<'a> {
    /// The connection; 0 for what belongs to the whole database.
    pub(crate) connection: i64,
    /// The field.
    pub(crate) field: &'a str,
    /// Its version.
    pub(crate) version: i64,
}

impl Seat<'_> {
    /// Associated data, framed by lengths.
    fn associated(&self, key_id: &str) -> Vec<u8> {
        let mut data = Vec::with_capacity(64);
        for part in [b"ml-connector/1".as_slice(), key_id.as_bytes(), self.field.as_bytes()] {
            data.extend_from_slice(&(part.len() as u64).to_le_bytes());
            data.extend_from_slice(part);
        }
        data.extend_from_slice(&self.connection.to_le_bytes());
        data.extend_from_slice(&self.version.to_le_bytes());
        data
    }
}

/// Seals and opens values.
#[derive(Clone)]
pub(crate) struct Vault {
    key: MasterKey,
    random: Arc<dyn Random>,
}

impl Vault {
    pub(crate) fn new(key: MasterKey, random: Arc<dyn Random>) -> Self {
        Self { key, random }
    }

    /// Id of the key that seals.
    pub(crate) fn key_id(&self) -> &str {
        self.key.id()
    }

    /// A new random key.
    pub(crate) fn fresh_key(&self) -> Zeroizing<[u8; KEY]> {
        let mut key = Zeroizing::new([0; KEY]);
        self.random.fill(key.as_mut());
        key
    }

    /// Nonce and ciphertext of `plain` for `seat`.
    pub(crate) fn seal(&self, seat: Seat<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        self.random.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: &seat.associated(self.key.id()) };
        let sealed = self
            .cipher()?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Other("a secret is too long to be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed for `seat` under the key `key_id`.
    pub(crate) fn open(&self, seat: Seat<'_>, key_id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        if key_id != self.key.id() {
            return Err(StoreError::WrongKey { given: self.key.id().to_owned(), wanted: key_id.to_owned() });
        }
        let broken = || StoreError::Unsealable(seat.field.to_owned());
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: &seat.associated(key_id) };
        self.cipher()?.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| broken())
    }

    /// The same for text.
    pub(crate) fn seal_text(&self, seat: Seat<'_>, plain: &SecretString) -> Result<Vec<u8>> {
        self.seal(seat, plain.expose_secret().as_bytes())
    }

    /// The same for text.
    pub(crate) fn open_text(&self, seat: Seat<'_>, key_id: &str, sealed: &[u8]) -> Result<SecretString> {
        let plain = self.open(seat, key_id, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Unsealable(seat.field.to_owned()))?;
        Ok(SecretString::from(text))
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(self.key.bytes())
            .map_err(|_| StoreError::Other("the master key has a wrong length".to_owned()))
    }
}

/// Keyed digests of the database: of values that were applied, and of the trail. The key is random, made with the database and sealed
/// in it, so that a new master key leaves the digests valid.
#[derive(Clone)]
pub(crate) struct Digests {
    applied: Zeroizing<[u8; KEY]>,
    trail: Zeroizing<[u8; KEY]>,
}

impl Digests {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self {
            applied: Zeroizing::new(blake3::derive_key("ml-connector 2026 applied values", key)),
            trail: Zeroizing::new(blake3::derive_key("ml-connector 2026 trail", key)),
        }
    }

    /// Digest of a secret that a connection file named, to recognise it when it is applied again.
    pub(crate) fn applied(&self, connection: i64, field: &str, secret: &SecretString) -> [u8; KEY] {
        let mut hasher = blake3::Hasher::new_keyed(&self.applied);
        hasher.update(&connection.to_le_bytes());
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
        hasher.update(secret.expose_secret().as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// A hasher for the trail.
    pub(crate) fn trail(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&self.trail)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn vault(seed: u8) -> Vault {
        let random = Arc::new(Counting(std::sync::atomic::AtomicU8::new(seed)));
        Vault::new(MasterKey::generate(random.as_ref()), random)
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_own_place() {
        let vault = vault(0);
        let seat = Seat { connection: 7, field: "zoho.client_secret", version: 3 };
        let sealed = vault.seal_text(seat, &SecretString::from("s3cret")).unwrap();
        let open = |seat| vault.open_text(seat, vault.key_id(), &sealed);
        assert_eq!(open(seat).unwrap().expose_secret(), "s3cret");
        for other in
            [Seat { connection: 8, ..seat }, Seat { field: "zoho.client_secrets", ..seat }, Seat { version: 4, ..seat }]
        {
            assert!(matches!(open(other), Err(StoreError::Unsealable(_))), "{other:?}");
        }
    }

    #[test]
    fn a_changed_value_and_another_key_are_refused() {
        let vault = vault(0);
        let seat = Seat { connection: 7, field: "f", version: 1 };
        let mut sealed = vault.seal(seat, b"value").unwrap();
        let last = sealed.len() - 1;
        sealed[last] ^= 1;
        assert!(matches!(vault.open(seat, vault.key_id(), &sealed), Err(StoreError::Unsealable(_))));
        assert!(matches!(vault.open(seat, vault.key_id(), b"short"), Err(StoreError::Unsealable(_))));
        let other = self::vault(99);
        assert!(matches!(other.open(seat, vault.key_id(), &sealed), Err(StoreError::WrongKey { .. })));
    }

    #[test]
    fn sealing_twice_gives_two_ciphertexts() {
        let vault = vault(0);
        let seat = Seat { connection: 1, field: "f", version: 1 };
        assert_ne!(vault.seal(seat, b"value").unwrap(), vault.seal(seat, b"value").unwrap());
    }

    #[test]
    fn digests_of_applied_values_differ_by_place_and_value() {
        let digests = Digests::new(&[1; 32]);
        let (a, b) = (SecretString::from("a"), SecretString::from("b"));
        assert_eq!(digests.applied(1, "f", &a), digests.applied(1, "f", &a));
        assert_ne!(digests.applied(1, "f", &a), digests.applied(1, "f", &b));
        assert_ne!(digests.applied(1, "f", &a), digests.applied(2, "f", &a));
        assert_ne!(digests.applied(1, "f", &a), digests.applied(1, "fa", &SecretString::from("")));
    }
}
