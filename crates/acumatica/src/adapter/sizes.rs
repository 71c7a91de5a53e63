//! How many records the next page asks for.
//!
//! Owns the rule: about 3 MB and at most about ten seconds per answer, learned from the answers of this server, per entity. Must not
//! know what a record is.

use std::collections::BTreeMap;
use std::time::Duration;

use sync::Entity;

/// Bytes that an answer should have.
const AIM_BYTES: u64 = 3 * 1024 * 1024;
/// Time that an answer should take at most.
const AIM_TIME: Duration = Duration::from_secs(10);
/// Most records of a page.
const MOST: usize = 5000;
/// Fewest that measuring alone leads to.
const FEWEST: usize = 50;
/// Fewer records than this say little about the next ones.
const SAMPLE: usize = 20;

/// Page sizes, by entity.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    known: BTreeMap<Entity, usize>,
    /// What a first page asks for; `None` leaves it to the entity.
    first: Option<usize>,
}

impl Sizes {
    /// Sizes that begin with the largest page: for rows that are small whatever the entity.
    pub(crate) fn large() -> Self {
        Self { known: BTreeMap::new(), first: Some(MOST) }
    }

    /// The size for the next page.
    pub(crate) fn top(&self, entity: Entity) -> usize {
        let first = self.first.unwrap_or(match entity {
            Entity::Customer | Entity::StockItem | Entity::NonStockItem => 500,
            Entity::Invoice | Entity::CashSale => 250,
        });
        self.known.get(&entity).copied().unwrap_or(first)
    }

    /// Begins with pages of `rows`, for a server that is known to bear no more.
    pub(crate) fn begin_with(&mut self, rows: usize) {
        self.known = Entity::ALL.into_iter().map(|entity| (entity, rows.max(1))).collect();
    }

    /// Learns from an answer.
    pub(crate) fn learn(&mut self, entity: Entity, records: usize, bytes: u64, took: Duration) {
        if records < SAMPLE {
            return;
        }
        let count = records as u64;
        let by_bytes = AIM_BYTES.saturating_mul(count) / bytes.max(1);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let aim = u64::try_from(AIM_TIME.as_micros()).unwrap_or(u64::MAX);
        // A slow answer is often throttling, which smaller pages would only prolong: halve at most.
        let by_time = (aim.saturating_mul(count) / micros).max(self.top(entity) as u64 / 2);
        let top = usize::try_from(by_bytes.min(by_time)).unwrap_or(MOST);
        self.known.insert(entity, top.clamp(FEWEST, MOST));
    }

    /// A page was too large or too slow to arrive; false when it cannot be made smaller.
    pub(crate) fn shrink(&mut self, entity: Entity) -> bool {
        let top = self.top(entity);
        self.known.insert(entity, (top / 4).max(1));
        top > 1
    }
}

/// Whether a page that is shorter than asked for may be cut by a limit of the server's instead of by the end of the rows. No limit is
/// documented, so every page of some length is doubted; one more read settles it. A handful of rows is believed: no server hands out
/// so few, and a source that did not change must not cost a second read.
pub(crate) fn looks_capped(records: usize) -> bool {
    records >= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(records: usize, bytes: u64, millis: u64) -> usize {
        let mut sizes = Sizes::default();
        sizes.learn(Entity::Invoice, records, bytes, Duration::from_millis(millis));
        sizes.top(Entity::Invoice)
    }

    #[test]
    fn pages_grow_to_the_aim_in_bytes() {
        assert_eq!(after(250, 250 * 4096, 20), 768);
        assert_eq!(after(250, 250 * 300, 20), MOST);
        assert_eq!(after(250, 250 * 1_000_000, 20), FEWEST);
    }

    #[test]
    fn slow_answers_make_smaller_pages_but_halve_at_most() {
        assert_eq!(after(250, 250 * 300, 15_000), 166);
        assert_eq!(after(250, 250 * 300, 100_000), 125);
    }

    #[test]
    fn a_handful_of_records_teaches_nothing() {
        assert_eq!(after(3, 900_000, 20), 250);
    }

    #[test]
    fn a_page_can_always_be_made_smaller_down_to_one() {
        let mut sizes = Sizes::default();
        let mut tops = Vec::new();
        while sizes.shrink(Entity::Customer) {
            tops.push(sizes.top(Entity::Customer));
        }
        assert_eq!(tops, [125, 31, 7, 1]);
    }

    #[test]
    fn pages_of_some_length_are_doubted() {
        assert!(looks_capped(20) && looks_capped(751) && looks_capped(1000));
        assert!(!looks_capped(0) && !looks_capped(19));
    }
}
