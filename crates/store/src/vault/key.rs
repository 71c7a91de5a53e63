//! The master key, and the randomness that keys and nonces come from.
//!
//! Owns its text form and its id. Must not read files or the environment: the application hands the key over.

use std::fmt;

use zeroize::Zeroizing;

use super::KEY;

/// Unpredictable bytes, fit for keys and nonces.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// 32 bytes that seal every secret of a database. Wiped when dropped; `Debug` shows its id only.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    bytes: Zeroizing<[u8; KEY]>,
}

impl MasterKey {
    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let hash = blake3::derive_key("ml-connector 2026 key id", bytes.as_ref());
        Self { id: hex(&hash[..4]), bytes }
    }

    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; KEY];
        random.fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// Reads the text form: 64 hexadecimal digits, blanks around them ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != KEY * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = Zeroizing::new([0; KEY]);
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self::from_bytes(*bytes))
    }

    /// The text form, for a key file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(self.bytes.as_ref()))
    }

    /// Eight hexadecimal digits that name the key without telling it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_text_form_comes_back() {
        let key = MasterKey::from_bytes([0xa5; 32]);
        let text = format!("  {}\n", key.to_text().as_str());
        let again = MasterKey::parse(&text).unwrap();
        assert_eq!(again.bytes(), key.bytes());
        assert_eq!(again.id(), key.id());
    }

    #[test]
    fn other_text_is_no_key() {
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32), &"+a".repeat(32)] {
            assert!(MasterKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_tells_the_id_only() {
        let key = MasterKey::from_bytes([7; 32]);
        let shown = format!("{key:?}");
        assert!(shown.contains(key.id()));
        assert!(!shown.contains("0707"));
    }
}
