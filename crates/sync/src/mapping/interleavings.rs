//! Reads, writes, lost answers and edits of the source in any order: afterwards two quiet passes bring and prove agreement.
//!
//! Owns tests only: a source, a sink and a ledger in a few lines, around the real decisions. A read may be old when it is acted on, an
//! answer may be lost before or after the sink did the work, and a lost insert is looked up by its key, as the engine does.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::sample::*;
use super::*;
use crate::batching::{Step, plan};
use crate::detect::{Detected, compare, versions};
use crate::digest::Digest;
use crate::settle::{Entry, State};
use crate::{Fields, Value};

const RECORDS: usize = 3;

#[derive(Clone, Debug)]
enum Event {
    /// The ERP changes a record: its amount and, maybe, its lines.
    Edit(usize, i64, Option<Vec<i64>>),
    /// A record is read; what was read is acted on later, or never.
    Read(usize),
    /// The n-th read that is not acted on yet is.
    Act(prop::sample::Index, Fate),
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    LostBefore,
    LostAfter,
    Refused,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let lines = prop::option::of(prop::collection::vec(1_i64..500, 0..4));
    let fate = prop_oneof![
        5 => Just(Fate::Answered), 1 => Just(Fate::LostBefore), 2 => Just(Fate::LostAfter), 1 => Just(Fate::Refused)
    ];
    let event = prop_oneof![
        2 => (0..RECORDS, 0_i64..10_000, lines).prop_map(|(at, amount, lines)| Event::Edit(at, amount, lines)),
        3 => (0..RECORDS).prop_map(Event::Read),
        3 => (any::<prop::sample::Index>(), fate).prop_map(|(nth, fate)| Event::Act(nth, fate)),
    ];
    prop::collection::vec(event, 0..60)
}

/// What the sink holds of one document.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    fields: Fields,
    rows: Vec<Fields>,
}

#[derive(Default)]
struct House {
    sink: Vec<Held>,
    ledger: BTreeMap<String, Entry>,
    /// ERP keys of records whose last write has no known outcome.
    unknown: BTreeSet<String>,
}

impl House {
    fn carrier(&self, key: &str) -> Option<usize> {
        self.sink.iter().position(|held| held.fields.text("ERP_Key1") == Some(key))
    }

    fn act(&mut self, record: &Record, schema: &Schema, fate: Fate) -> Step {
        let key = record.erp_key().to_owned();
        self.look_up(&key);
        let versions = versions(schema.version, RULES_VERSION);
        let before = self.ledger.get(&key);
        if compare(record, before, versions) == Detected::Same {
            return Step::Nothing;
        }
        let (draft, _) = draft(record, schema);
        let step = plan(&draft, before);
        let at = before.and_then(|entry| entry.target_id.clone()).map(|id| id.parse::<usize>().unwrap());
        let fingerprint = record.fingerprint(versions);
        match fate {
            Fate::Refused if step != Step::Nothing => return step,
            Fate::LostBefore if step != Step::Nothing => {
                self.unknown.insert(key);
                return step;
            }
            _ => {}
        }
        let at = self.write(step, at, &draft);
        if matches!(fate, Fate::LostAfter) && step != Step::Nothing {
            self.unknown.insert(key);
        } else {
            self.settle(record, at, draft.header_digest(), draft.rows_digest(), fingerprint);
        }
        step
    }

    fn write(&mut self, step: Step, at: Option<usize>, draft: &Draft) -> usize {
        if step == Step::Insert {
            self.sink.push(Held { fields: draft.fields.clone(), rows: draft.rows.clone() });
            return self.sink.len() - 1;
        }
        let held = &mut self.sink[at.unwrap()];
        if matches!(step, Step::UpdateHeader | Step::UpdateWhole) {
            held.fields = draft.fields.clone();
        }
        if step == Step::UpdateWhole {
            held.rows = draft.rows.clone();
        }
        at.unwrap()
    }

    /// What has no known outcome is looked up by its key; what it holds now counts as not known.
    fn look_up(&mut self, key: &str) {
        if !self.unknown.remove(key) {
            return;
        }
        if let Some(at) = self.carrier(key) {
            let mut record = invoice("0");
            key.clone_into(&mut record.key);
            self.settle(&record, at, Digest::default(), Digest::default(), Digest::default());
        }
    }

    fn settle(&mut self, record: &Record, at: usize, header: Digest, rows: Digest, fingerprint: Digest) {
        let entry = Entry {
            flow: record.entity.flow(),
            erp_key: record.erp_key().to_owned(),
            entity: record.entity,
            code: record.key.clone(),
            source_id: record.id.clone(),
            target_id: Some(at.to_string()),
            state: State::Settled,
            fingerprint,
            header,
            rows,
            stamp: record.stamp,
            problem: None,
            attempts: 0,
        };
        self.ledger.insert(record.erp_key().to_owned(), entry);
    }
}

proptest! {
    #[test]
    fn any_interleaving_converges(events in events()) {
        let schema = schema();
        let mut source: Vec<Record> = (0..RECORDS)
            .map(|at| {
                let mut record = invoice("100");
                record.key = format!("Invoice/{at:06}");
                record
            })
            .collect();
        let mut house = House::default();
        let mut reads: Vec<Record> = Vec::new();
        for event in events {
            match event {
                Event::Edit(at, amount, lines) => {
                    set(&mut source[at], "Amount", Value::Decimal(amount.into()));
                    if let Some(lines) = lines {
                        source[at].lines = (1..).zip(lines).map(|(nbr, price)| line(nbr, "A", "1", &price.to_string(), &price.to_string())).collect();
                    }
                }
                Event::Read(at) => reads.push(source[at].clone()),
                Event::Act(nth, fate) if !reads.is_empty() => {
                    let record = reads.remove(nth.index(reads.len()));
                    house.act(&record, &schema, fate);
                }
                Event::Act(..) => {}
            }
            let keys: Vec<_> = house.sink.iter().map(|held| held.fields.text("ERP_Key1").unwrap()).collect();
            let distinct: BTreeSet<_> = keys.iter().collect();
            prop_assert_eq!(distinct.len(), keys.len(), "one document stands twice in the sink");
        }
        for record in &source {
            house.act(record, &schema, Fate::Answered);
        }
        for record in &source {
            let (draft, _) = draft(record, &schema);
            let at = house.carrier(record.erp_key()).unwrap();
            prop_assert_eq!(&house.sink[at], &Held { fields: draft.fields.clone(), rows: draft.rows.clone() });
            prop_assert_eq!(house.act(record, &schema, Fate::Answered), Step::Nothing);
        }
    }
}
