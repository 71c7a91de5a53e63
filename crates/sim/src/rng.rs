//! Named streams of seeded random numbers.
//!
//! One seed, many streams: a stream depends on the seed and its name only, so that adding a draw in one place moves no
//! number anywhere else. Must not be fed from the operating system: equal seeds give equal worlds, byte by byte.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use uuid::Uuid;

/// The seed of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds(u64);

impl Seeds {
    /// Streams for `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The stream called `name`, from its beginning.
    #[must_use]
    pub fn stream(self, name: &str) -> Stream {
        Stream(ChaCha8Rng::from_seed(self.digest(name, 0)))
    }

    /// Draw number `ordinal` of the stream of independent draws called `name`, without making the others.
    #[must_use]
    pub fn draw(self, name: &str, ordinal: u64) -> Stream {
        Stream(ChaCha8Rng::from_seed(self.digest(name, ordinal.wrapping_add(1))))
    }

    fn digest(self, name: &str, ordinal: u64) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0.to_le_bytes());
        hasher.update(&ordinal.to_le_bytes());
        hasher.update(name.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 {
            return 0;
        }
        let wide = u128::from(self.0.next_u64()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// An index in `0..len`; 0 when `len` is 0.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        let width = high.abs_diff(low).saturating_add(1);
        low.wrapping_add_unsigned(self.below(width))
    }

    /// A number in `[0, 1)` with 53 bits.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with the given probability (0..1).
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of `choices`, each as likely as the others; `None` of an empty slice.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.index(choices.len()))
    }

    /// A random GUID (version 4), as record ids of the ERP are.
    pub fn guid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// `digits` lower-case hexadecimal digits, as secrets and tokens are.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.index(16)])).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_only() {
        let bits = |seed: u64, name: &str| Seeds::new(seed).stream(name).bits();
        assert_eq!(bits(7, "data"), bits(7, "data"));
        assert_ne!(bits(7, "data"), bits(8, "data"));
        assert_ne!(bits(7, "data"), bits(7, "faults"));
        let draw = |ordinal| Seeds::new(7).draw("faults", ordinal).bits();
        assert_ne!(draw(0), draw(1));
        assert_ne!(draw(0), bits(7, "faults"));
    }

    #[test]
    fn numbers_stay_inside_their_range_and_reach_its_ends() {
        let mut stream = Seeds::new(1).stream("range");
        let seen: Vec<i64> = (0..1000).map(|_| stream.between(-2, 2)).collect();
        assert_eq!((seen.iter().min(), seen.iter().max()), (Some(&-2), Some(&2)));
        assert_eq!(stream.between(5, 5), 5);
        assert_eq!(stream.below(0), 0);
        assert!(stream.pick::<u8>(&[]).is_none());
        assert!((0..1000).all(|_| (0.0..1.0).contains(&stream.unit())));
        assert_eq!(stream.guid().get_version_num(), 4);
        assert_eq!(stream.hex(32).len(), 32);
    }
}
