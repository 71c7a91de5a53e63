//! The third stage: records that were missed often enough are asked for by their ids.
//!
//! Owns the calls and who is taken for gone: only a record of which the source says, by its id and in every entity of its flow, that it
//! does not have it, while a record that was just listed answers to the same question. What follows is `farewell`'s.

use std::collections::BTreeMap;

use store::RecordId;
use sync::detect::sweep;
use sync::settle::Entry;
use sync::{Entity, Flow, Record};

use super::{RunError, Stage, Sweep, farewell, take};
use crate::run::shared::Run;

/// Records that are asked for at once.
const AT_ONCE: usize = 50;

impl Sweep<'_> {
    /// Asks for some missed records; true when the sweep is over or cannot go on in this run.
    pub(super) async fn judge(&mut self, after: RecordId) -> Result<bool, RunError> {
        let (run, flow) = (self.run, self.flow);
        let (store, connection) = (&run.cx.store, run.connection.id);
        let times = if self.progress.accepted { 1 } else { sweep::MISSES };
        let missed = store.missed(connection, flow, times, Some(after), AT_ONCE.min(self.budget)).await?;
        let Some(last) = missed.last().map(|(id, _)| *id) else {
            self.finish().await?;
            return Ok(true);
        };
        if !self.is_answered_truly().await? {
            if !run.ended() {
                self.finish().await?;
            }
            return Ok(true);
        }
        self.budget -= missed.len();
        let Some(there) = there(run, flow, missed.iter().map(|(_, entry)| entry)).await? else { return Ok(true) };
        let (back, gone): (Vec<_>, Vec<_>) =
            missed.into_iter().partition(|(_, entry)| there.contains_key(&entry.source_id.to_ascii_lowercase()));
        take(run, flow, there.into_values().collect()).await?;
        let policy = run.connection.flows.get(&flow).copied().unwrap_or_default().deleted;
        let done = farewell::bid(run, flow, policy, gone, false).await?;
        self.report.gone += done.len() as u64;
        // Those that could not be written stay missed: the next sweep asks for them again.
        let decided: Vec<RecordId> = back.into_iter().map(|(id, _)| id).chain(done).collect();
        store.forget_misses(connection, run.epoch, flow, &decided).await?;
        if run.ended() {
            return Ok(true);
        }
        self.progress.stage = Stage::Judging { after: last.number() };
        store.put_sweeps(connection, run.epoch, flow, &self.kept()).await?;
        Ok(false)
    }

    /// Whether "not there" says something: a record that was just listed must be there when asked for by its id. Asked once a run.
    async fn is_answered_truly(&mut self) -> Result<bool, RunError> {
        let run = self.run;
        if self.tried {
            return Ok(true);
        }
        let Some((entity, id)) = &self.progress.control else { return Ok(self.progress.accepted) };
        match run.connection.reader.by_ids(*entity, std::slice::from_ref(id)).await.result {
            Ok(records) => {
                self.tried = !records.is_empty();
                if !self.tried {
                    run.note(format!(
                        "Acumatica does not find a record of {} by its id that it has just listed, so that nothing was taken for \
                         deleted.",
                        entity.name()
                    ));
                }
            }
            Err(fault) => run.fail(&fault),
        }
        Ok(self.tried)
    }
}

/// Those of the records that the source has when asked for them by id, by id: each in the entity that it was known in, then in the
/// others of its flow. `None` when a call failed, which ends the run.
pub(super) async fn there<'e>(
    run: &Run<'_>,
    flow: Flow,
    entries: impl Iterator<Item = &'e Entry>,
) -> Result<Option<BTreeMap<String, Record>>, RunError> {
    let wanted: Vec<(Entity, String)> =
        entries.map(|entry| (entry.entity, entry.source_id.to_ascii_lowercase())).collect();
    let mut found: BTreeMap<String, Record> = BTreeMap::new();
    for known in [true, false] {
        for entity in flow.entities() {
            let asked = |(of, id): &&(Entity, String)| (of == entity) == known && !found.contains_key(id);
            let ids: Vec<String> = wanted.iter().filter(asked).map(|(_, id)| id.clone()).collect();
            if ids.is_empty() {
                continue;
            }
            match run.connection.reader.by_ids(*entity, &ids).await.result {
                Ok(records) => found.extend(records.into_iter().map(|record| (record.id.clone(), record))),
                Err(fault) => {
                    run.fail(&fault);
                    return Ok(None);
                }
            }
        }
    }
    Ok(Some(found))
}
