//! Records by their lasting id, one call each: the question whether a record that lists leave out is still there.
//!
//! Owns what counts as "not there": the exception that no entity satisfies the condition, or 404, as the build has it. Must not take an
//! answer for another record as one. Reads by id do not pass the list optimiser, so that they also find what a list cannot show; archived
//! records count as there.

use futures_util::stream::{self, StreamExt as _};
use port::{Exchange, Fault, Kind};
use sync::{Entity, Record};

use super::{Acumatica, row};
use crate::client::{Shelf, Verdict, fault, json};

impl Acumatica {
    pub(super) async fn read_ids(
        &self,
        entity: Entity,
        ids: &[String],
        tape: &mut Vec<Exchange>,
    ) -> Result<Vec<Record>, Fault> {
        // Without an id the address would be that of a list.
        let known: Vec<String> =
            ids.iter().map(|id| id.trim().to_ascii_lowercase()).filter(|id| !id.is_empty()).collect();
        let calls = known.into_iter().map(|id| async move {
            let mut tape = Vec::new();
            let result = self.read_id(entity, &id, &mut tape).await;
            (result, tape)
        });
        let mut answers = stream::iter(calls).buffered(self.parallel);
        let mut records = Vec::new();
        while let Some((result, exchanges)) = answers.next().await {
            tape.extend(exchanges);
            records.extend(result?);
        }
        Ok(records)
    }

    async fn read_id(&self, entity: Entity, id: &str, tape: &mut Vec<Exchange>) -> Result<Option<Record>, Fault> {
        let projection = self.projection(entity);
        let url = self.session.instance.record(entity.name(), &[id], &projection.query(None, None, None));
        let body = match self.session.read_shelf(&url, Shelf::Archived, self.asked(entity.name()), tape).await? {
            (Verdict::Body(body), _) => body,
            (_, _) => return Ok(None),
        };
        let read = json::row(&body, &projection.shape).map_err(|error| garbled(entity, &error.to_string()))?;
        let record = row::key(&projection, &read).and_then(|key| row::record(entity, &key, read));
        match record.filter(|record| record.id == id) {
            Some(record) => Ok(Some(record)),
            None => Err(garbled(entity, "another record than the one that was asked for")),
        }
    }
}

fn garbled(entity: Entity, what: &str) -> Fault {
    fault(
        Kind::Protocol,
        format!("The answer for one record of {} is {what}.", entity.name()),
        "A proxy in between may change answers.",
    )
}
