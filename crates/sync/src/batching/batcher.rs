//! Collects items of one step into batches.
//!
//! Owns the bounds of a batch: items, bytes, distinct keys. Must not reorder: items leave in the order they came.

use std::collections::BTreeSet;

/// Most items in a batch: what the sink takes in one write.
pub const MOST_ITEMS: usize = 100;

/// Most bytes in a batch, by estimate; a single item may exceed it and then travels alone.
pub const MOST_BYTES: usize = 2_000_000;

/// A batch in the making. Keep one per module and step.
#[derive(Debug)]
pub struct Batcher<T> {
    items: Vec<T>,
    keys: BTreeSet<Box<str>>,
    bytes: usize,
}

impl<T> Default for Batcher<T> {
    fn default() -> Self {
        Self { items: Vec::new(), keys: BTreeSet::new(), bytes: 0 }
    }
}

impl<T> Batcher<T> {
    /// Takes `item` of about `bytes` bytes; returns a batch that has become full, or that had to end before the item: keys of a
    /// batch are distinct, and a key that comes again starts the next one.
    pub fn push(&mut self, key: &str, bytes: usize, item: T) -> Option<Vec<T>> {
        let ends = self.keys.contains(key) || (!self.items.is_empty() && self.bytes.saturating_add(bytes) > MOST_BYTES);
        let before = if ends { self.flush() } else { None };
        self.keys.insert(key.into());
        self.bytes = self.bytes.saturating_add(bytes);
        self.items.push(item);
        if self.items.len() >= MOST_ITEMS { self.flush() } else { before }
    }

    /// Hands out what is there; `None` when empty.
    pub fn flush(&mut self) -> Option<Vec<T>> {
        self.keys.clear();
        self.bytes = 0;
        (!self.items.is_empty()).then(|| std::mem::take(&mut self.items))
    }

    /// True when nothing waits here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_repeated_key_starts_the_next_batch() {
        let mut batcher = Batcher::default();
        assert_eq!(batcher.push("a", 1, 1), None);
        assert_eq!(batcher.push("b", 1, 2), None);
        assert_eq!(batcher.push("a", 1, 3), Some(vec![1, 2]));
        assert_eq!(batcher.flush(), Some(vec![3]));
        assert_eq!(batcher.flush(), None);
        assert!(batcher.is_empty());
    }

    #[test]
    fn the_hundredth_item_fills_it() {
        let mut batcher = Batcher::default();
        for item in 0..99 {
            assert_eq!(batcher.push(&item.to_string(), 1, item), None);
        }
        assert_eq!(batcher.push("last", 1, 99), Some((0..100).collect()));
        assert!(batcher.is_empty());
    }

    #[test]
    fn bytes_are_bounded_and_a_giant_travels_alone() {
        let mut batcher = Batcher::default();
        assert_eq!(batcher.push("a", MOST_BYTES - 10, 1), None);
        assert_eq!(batcher.push("b", 10, 2), None, "exactly full");
        assert_eq!(batcher.push("c", usize::MAX, 3), Some(vec![1, 2]));
        assert_eq!(batcher.push("d", 1, 4), Some(vec![3]));
    }

    #[test]
    fn a_new_batch_knows_nothing_of_the_last() {
        let mut batcher = Batcher::default();
        assert_eq!(batcher.push("a", MOST_BYTES, 1), None);
        assert_eq!(batcher.flush(), Some(vec![1]));
        assert_eq!(batcher.push("b", MOST_BYTES - 1, 2), None);
        assert_eq!(batcher.push("a", 1, 3), None);
        assert_eq!(batcher.flush(), Some(vec![2, 3]));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_doubled_reordered_or_too_big(
            pushed in prop::collection::vec((0_u16..400, prop_oneof![9 => 1_usize..30_000, 1 => 1_usize..3_000_000]), 0..700),
        ) {
            let mut batcher = Batcher::default();
            let mut batches = Vec::new();
            for (place, (key, bytes)) in pushed.iter().enumerate() {
                batches.extend(batcher.push(&key.to_string(), *bytes, (place, *key, *bytes)));
            }
            batches.extend(batcher.flush());
            for batch in &batches {
                prop_assert!(!batch.is_empty() && batch.len() <= MOST_ITEMS);
                let bytes: usize = batch.iter().map(|item| item.2).sum();
                prop_assert!(bytes <= MOST_BYTES || batch.len() == 1);
                let keys: BTreeSet<u16> = batch.iter().map(|item| item.1).collect();
                prop_assert_eq!(keys.len(), batch.len());
            }
            let places: Vec<usize> = batches.iter().flatten().map(|item| item.0).collect();
            prop_assert_eq!(places, (0..pushed.len()).collect::<Vec<_>>());
        }
    }
}
