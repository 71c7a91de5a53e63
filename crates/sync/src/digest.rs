//! Fingerprints: 16 bytes of BLAKE3 over canonical values.
//!
//! Owns the framing that keeps neighbouring values apart. Must not be used where an attacker chooses both sides.

use std::fmt;

/// A 128-bit fingerprint, stored as 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub [u8; 16]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Collects canonical bytes.
#[derive(Default)]
pub struct Digester(Vec<u8>);

impl Digester {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(Vec::with_capacity(1024))
    }

    /// One byte that says what follows.
    pub fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    /// Bytes of a fixed length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Text, framed by its length.
    pub fn text(&mut self, text: &str) {
        self.0.extend_from_slice(&(text.len() as u64).to_le_bytes());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// The fingerprint of all that was fed.
    #[must_use]
    pub fn finish(self) -> Digest {
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(&self.0).as_bytes()[..16]);
        Digest(short)
    }
}
