//! Fields that Acumatica owns and that people changed in the sink: compared with what was agreed, and followed as the flow's policy says.
//!
//! Owns reading of what was changed since the last check, 2,000 records a call with their values, and carrying out what
//! `sync::settle` judged: fields written again by id, rows written again through the flow, questions, words in the trail. Our own writes
//! come back as agreed and cost nothing more. After a write is read what the sink made of it, so that its form of a value is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use port::HeldRecord;
use store::RecordId;
use sync::digest::Digest;
use sync::mapping::Schema;
use sync::settle::{
    Agreed, Difference, Drift, Entry, State, Verdict, What, differences, judge, rounds, same, told, total_difference,
};
use sync::{Draft, Fields, Flow, Instant, Module, Value};

use super::amends::{look_again, wanted};
use super::{Check, RunError};
use crate::report::FlowReport;
use crate::run::item::{Item, Meta};
use crate::run::rows::Rows;
use crate::run::setup;

/// In which the sink tells what a document comes to.
const TOTAL: &str = "Grand_Total";

/// A record that is written again.
struct Again {
    id: RecordId,
    target: String,
    differences: Vec<Difference>,
    drift: Drift,
}

impl Check<'_> {
    /// Looks at one page of changed records; true when it was the last one.
    pub(super) async fn edits(&mut self, since: Instant) -> Result<bool, RunError> {
        let (run, module) = (self.run, self.flow.module());
        let cursor = self.pass.cursor.clone();
        let writer = &run.connection.writer;
        let asked = || async { writer.edited(module, since, cursor.as_deref()).await.result };
        let Some(page) = setup::understood(run, asked).await? else { return Ok(false) };
        self.report.edited += page.records.len() as u64;
        for part in page.records.chunks(EDITS) {
            if run.ended() {
                return Ok(false);
            }
            self.compare(part).await?;
        }
        let whole = page.next.is_none() && !run.ended();
        self.pass.cursor = page.next;
        Ok(whole)
    }

    async fn compare(&mut self, shown: &[HeldRecord]) -> Result<(), RunError> {
        let run = self.run;
        let (store, connection) = (&run.cx.store, run.connection.id);
        let now = run.cx.clock.now();
        let policy = run.connection.flows.get(&self.flow).copied().unwrap_or_default().edited;
        let schema = run.target().schema;
        let names = Names::of(&schema, self.flow.module());
        let ids: Vec<String> = shown.iter().map(|held| held.id.clone()).collect();
        let mut rows = store.linked_to(connection, self.flow, &ids).await?;
        rows.retain(|row| row.entry.state == State::Settled);
        let keys: Vec<String> = rows.iter().map(|row| row.entry.erp_key.clone()).collect();
        let agreed = store.agreed(connection, self.flow, &keys).await?;
        let mut drifts = store.drifts(&rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let shown: BTreeMap<&str, &HeldRecord> = shown.iter().map(|held| (held.id.as_str(), held)).collect();
        let mut found = Vec::new();
        for row in rows {
            let target = row.entry.target_id.clone().unwrap_or_default();
            let (Some(held), Some(agreed)) = (shown.get(target.as_str()), agreed.get(&row.entry.erp_key)) else {
                continue;
            };
            let drift = drifts.remove(&row.id).unwrap_or_default();
            let different = names.differences(agreed, &held.fields, &drift);
            if !different.is_empty() {
                found.push((row.entry, Again { id: row.id, target, differences: different, drift }));
            }
        }
        self.without_dead_links(&mut found).await?;
        let (mut said, mut figures, mut remembered) = (Rows::default(), FlowReport::default(), BTreeMap::new());
        let (mut items, mut again, mut healing) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (entry, change) in found {
            let id = change.id;
            match judge(policy, &change.differences, &change.drift, now) {
                Verdict::Echo => {}
                Verdict::Leave => {
                    let note = format!("left as changed in Zoho CRM: {}", told(&change.differences));
                    said.put(entry, What::Edited, &note, None);
                    remembered.insert(id, change.left(now));
                }
                Verdict::Park(problem) => {
                    self.report.parked += 1;
                    figures.count(State::Parked);
                    run.problem(entry.flow, &entry.code, &problem, true);
                    // A replay writes everything again, and has its rounds anew.
                    let parked = Entry {
                        state: State::Parked,
                        header: Digest::default(),
                        rows: Digest::default(),
                        problem: Some(problem),
                        attempts: 1,
                        ..entry
                    };
                    said.put(parked, What::Parked, "found by the check of Zoho CRM", None);
                    remembered.insert(id, Drift { rounds: 0, last: now, ..change.drift });
                }
                Verdict::Heal => {
                    let note = format!("changed in Zoho CRM, written again: {}", told(&change.differences));
                    let rows_too = change.differences.iter().any(|difference| &*difference.name == TOTAL);
                    if rows_too {
                        wanted(&mut again, &entry);
                        said.put(look_again(entry), What::Edited, &note, None);
                    } else {
                        let draft = change.draft(self.flow.module(), &entry.erp_key);
                        let target = Some(change.target.clone());
                        items.push((Item::new(Meta::known(entry, schema.version), draft, target, None, None), note));
                    }
                    healing.push(change);
                }
            }
        }
        said.settle(run, Vec::new(), None).await?;
        run.add_figures(self.flow, &figures);
        self.write(items, &mut again).await?;
        self.look_at(again).await?;
        remembered.extend(self.remember(healing, now).await?);
        if !remembered.is_empty() {
            store.put_drifts(connection, run.epoch, &remembered).await?;
        }
        Ok(())
    }

    /// Leaves out references to accounts that are gone in the sink: a merge moved them, and writing them again cannot succeed.
    async fn without_dead_links(&self, found: &mut Vec<(Entry, Again)>) -> Result<(), RunError> {
        let links: BTreeSet<String> = found
            .iter()
            .flat_map(|(_, change)| &change.differences)
            .filter_map(|difference| match &difference.agreed {
                Value::Link(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        if links.is_empty() {
            return Ok(());
        }
        let run = self.run;
        let links: Vec<String> = links.into_iter().collect();
        let known = run.cx.store.linked_to(run.connection.id, Flow::Customers, &links).await?;
        let gone = |entry: &Entry| entry.problem.as_ref().is_some_and(|problem| problem.code.breaks_link());
        let living: BTreeSet<String> =
            known.into_iter().filter(|row| !gone(&row.entry)).filter_map(|row| row.entry.target_id).collect();
        for (_, change) in found.iter_mut() {
            change.differences.retain(|difference| match &difference.agreed {
                Value::Link(id) => living.contains(id),
                _ => true,
            });
        }
        found.retain(|(_, change)| !change.differences.is_empty());
        Ok(())
    }

    /// Reads what the sink made of what was written again: where it still shows something else, that is its form of the value. Where it
    /// shows what it did before, it may as well take no value for that field any more, which its fields tell.
    async fn remember(&self, healed: Vec<Again>, now: Instant) -> Result<BTreeMap<RecordId, Drift>, RunError> {
        let run = self.run;
        let ids: Vec<String> = healed.iter().map(|change| change.target.clone()).collect();
        if ids.is_empty() || run.ended() {
            return Ok(BTreeMap::new());
        }
        let held = match run.connection.writer.read(self.flow.module(), &ids, false).await.result {
            Ok(held) => held,
            Err(fault) => {
                run.fail(&fault);
                Vec::new()
            }
        };
        let held: BTreeMap<&str, &HeldRecord> = held.iter().map(|held| (held.id.as_str(), held)).collect();
        let unmoved = |change: &Again| {
            let shown = |name: &str| held.get(change.target.as_str()).and_then(|held| held.fields.get(name));
            let stays = |was: &Difference| shown(&was.name).is_some_and(|shown| same(&was.name, &was.shown, shown));
            change.differences.iter().any(stays)
        };
        if healed.iter().any(unmoved) {
            setup::look_again(run, 0).await?;
        }
        let remember = |change: Again| {
            let mut drift = Drift { rounds: rounds(&change.drift, now) + 1, last: now, ..change.drift };
            let fields = held.get(change.target.as_str()).map(|held| &held.fields);
            for Difference { name, agreed, .. } in &change.differences {
                if let Some(shown) =
                    fields.and_then(|fields| fields.get(name)).filter(|shown| !same(name, agreed, shown))
                {
                    drift.keep(name, agreed, shown);
                }
            }
            (change.id, drift)
        };
        Ok(healed.into_iter().map(remember).collect())
    }
}

/// Changed records that are compared together.
const EDITS: usize = 500;

impl Again {
    /// The fields to write again.
    fn draft(&self, module: Module, erp_key: &str) -> Draft {
        let fields = self.differences.iter().map(|change| (Arc::clone(&change.name), change.agreed.clone())).collect();
        Draft {
            module,
            erp_key: erp_key.to_owned(),
            fields: Fields(fields),
            on_create: Fields::default(),
            rows: Vec::new(),
        }
    }

    /// What is remembered when the change stays: the same values are not told again.
    fn left(&self, now: Instant) -> Drift {
        let mut drift = Drift { rounds: 0, last: now, ..self.drift.clone() };
        for Difference { name, agreed, shown } in &self.differences {
            drift.keep(name, agreed, shown);
        }
        drift
    }
}

/// API names that the comparison needs.
struct Names {
    key: String,
    /// What a document must come to; empty where that cannot be compared.
    total: String,
}

impl Names {
    fn of(schema: &Schema, module: Module) -> Self {
        let name = |label: &str| {
            let field = schema.modules.get(&module).and_then(|module| module.fields.get(label));
            field.map(|field| field.api_name.clone()).unwrap_or_default()
        };
        // Without negative adjustments some documents go with a total of their own.
        let total = if schema.negative_adjustment { name("ERP Total") } else { String::new() };
        Self { key: name("ERP Key"), total }
    }

    fn differences(&self, agreed: &Agreed, shown: &Fields, drift: &Drift) -> Vec<Difference> {
        let mut found = differences(&agreed.fields, shown, drift, &self.key);
        // An adjustment that was changed explains the total.
        if !found.iter().any(|difference| &*difference.name == "Adjustment" || *difference.name == *self.total) {
            found.extend(total_difference(agreed, shown, drift, (&self.total, TOTAL)));
        }
        found
    }
}
