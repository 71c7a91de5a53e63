//! Witnesses: the records of each entity that were changed last, as far as the ledger knows, by which a source is known again.
//!
//! Owns which records these are and what their answers mean. A source that was put back to an earlier state, or another one under the
//! same address, lacks what was changed last or shows it as it was before. One record proves nothing, because records are deleted. Must
//! not read: the engine asks, and keeps the witnesses between runs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::problem::Code;
use crate::seam::{Mutant, mutant};
use crate::settle::{Entry, State};
use crate::{Entity, Instant, Record};

/// Witnesses of one entity at most.
pub const KEPT: usize = 8;

/// Linked records that must be gone before that says anything; and more than half of those that were asked for.
const GONE: usize = 3;

/// Records that must stand at an earlier state.
const EARLIER: usize = 2;

/// A record that was there, as it was seen last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The source's lasting id.
    pub id: String,
    /// The code that a person knows.
    pub code: String,
    /// When the source said that it was changed.
    pub stamp: Instant,
    /// Its record in the sink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// The witnesses by entity, newest first. Kept between runs as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnesses(BTreeMap<Entity, Vec<Witness>>);

/// What the first page of a read says of the witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing against the source.
    Known,
    /// Some should have come and did not, or came as they were before: the newest of these has to be asked for by its id.
    Doubt(Witness),
}

/// What the source says of one witness when asked for it by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is there as it was, or changed since.
    There,
    /// It is not there.
    Gone,
    /// It is there with a stamp that lies before the known one.
    Earlier,
}

impl Witnesses {
    /// True when there is none at all for that entity.
    #[must_use]
    pub fn is_empty(&self, entity: Entity) -> bool {
        self.0.get(&entity).is_none_or(Vec::is_empty)
    }

    /// The witnesses of an entity, newest first.
    #[must_use]
    pub fn of(&self, entity: Entity) -> &[Witness] {
        self.0.get(&entity).map(Vec::as_slice).unwrap_or_default()
    }

    /// Takes note of an entry that was settled. What is gone on either side is no witness.
    pub fn note(&mut self, entry: &Entry) {
        let lost = |code: Code| code.breaks_link() || matches!(code, Code::NumberReused | Code::SourceGone);
        let lost = entry.state == State::Gone || entry.problem.as_ref().is_some_and(|problem| lost(problem.code));
        if lost {
            return self.forget(&entry.source_id);
        }
        let Some(stamp) = entry.stamp.filter(|_| !entry.source_id.is_empty()) else { return };
        let held = self.0.entry(entry.entity).or_default();
        let old = held.len() == KEPT && held.last().is_some_and(|last| stamp < last.stamp);
        if old && held.iter().all(|witness| witness.id != entry.source_id) {
            return;
        }
        self.forget(&entry.source_id);
        let witness =
            Witness { id: entry.source_id.clone(), code: entry.code.clone(), stamp, target: entry.target_id.clone() };
        let held = self.0.entry(entry.entity).or_default();
        let place = held.partition_point(|other| (other.stamp, &other.id) > (stamp, &witness.id));
        held.insert(place, witness);
        held.truncate(KEPT);
    }

    /// Forgets a record, in whichever entity.
    pub fn forget(&mut self, id: &str) {
        for held in self.0.values_mut() {
            held.retain(|witness| witness.id != id);
        }
    }

    /// Looks for the witnesses of `entity` on the first page of a read that began at `from`; `whole` when the read has no other page.
    #[must_use]
    pub fn sight(
        &self,
        entity: Entity,
        from: Option<Instant>,
        records: &[Record],
        whole: bool,
        margin: Duration,
    ) -> Sight {
        let expected = self.of(entity).iter().filter(|witness| from.is_none_or(|from| witness.stamp >= from));
        let mut unseen = Vec::new();
        let mut seen = false;
        for witness in expected {
            let there = records.iter().find(|record| record.id.eq_ignore_ascii_case(&witness.id));
            match there.map(|record| answer(witness, Some(record), margin)) {
                Some(Answer::There) => seen = true,
                Some(Answer::Earlier | Answer::Gone) | None => unseen.push(witness),
            }
        }
        // Of a longer read one that came is enough: the others may come with its next pages.
        match unseen.first() {
            Some(newest) if whole || !seen => Sight::Doubt((*newest).clone()),
            _ => Sight::Known,
        }
    }
}

/// What a record that was asked for by the witness's id says.
#[must_use]
pub fn answer(witness: &Witness, record: Option<&Record>, margin: Duration) -> Answer {
    match record {
        None => Answer::Gone,
        // Without a stamp there is nothing to compare.
        Some(record) if record.stamp.is_some_and(|stamp| stamp < witness.stamp.minus(margin)) => Answer::Earlier,
        Some(_) => Answer::There,
    }
}

/// True when the answers say that the source was put back to an earlier state, or is another one.
#[must_use]
pub fn is_put_back(answers: &[(Witness, Answer)]) -> bool {
    let earlier = answers.iter().filter(|(_, answer)| *answer == Answer::Earlier).count();
    let gone = answers.iter().filter(|(witness, answer)| *answer == Answer::Gone && witness.target.is_some()).count();
    let put_back = earlier >= EARLIER || (earlier + gone >= GONE && 2 * (earlier + gone) > answers.len());
    put_back && !mutant(Mutant::AnySystem)
}

/// True when the sink lacks so many of `asked` records that were written to it that it is not the same any more, or hides them.
#[must_use]
pub const fn is_emptied(missing: usize, asked: usize) -> bool {
    missing >= GONE && 2 * missing > asked
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
