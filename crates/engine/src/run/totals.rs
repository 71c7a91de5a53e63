//! What the sink makes of documents that were just written, compared with what they must come to before anything is settled.
//!
//! Owns one read-back per batch, under the batch's intent: whoever ends in between leaves the intent open, and the next run writes and
//! compares again. A document that comes to something else is written once more with its rows, and is a person's if that does not
//! help. Must not compute: `sync::mapping::total` does. A header that changes neither total nor adjustment (a balance, a status) is not
//! read back.

use std::collections::BTreeMap;

use port::Operation;
use sync::mapping::total::{self, Expected};
use sync::seam::{Mutant, mutant};
use sync::settle::Agreed;
use sync::{Flow, Module};

use super::RunError;
use super::send::{Fate, Sent};
use super::shared::Run;

/// Compares what was written of a batch.
pub(super) async fn compare(run: &Run<'_>, sent: &mut Sent) -> Result<(), RunError> {
    if sent.module != Module::Invoices || mutant(Mutant::TotalUncompared) {
        return Ok(());
    }
    let target = run.target();
    let agreed = agreed(run, sent).await?;
    let mut expected = BTreeMap::new();
    for (item, fate) in &sent.fates {
        let Fate::Written { id, .. } = fate else { continue };
        let stays = sent.operation == Operation::UpdateHeader
            && !total::moves(&item.draft, agreed.get(&item.draft.erp_key), &target.names);
        if let (Some(must), false) = (Expected::of(&item.draft, &target.schema, &target.names), stays) {
            expected.insert(id.clone(), must);
        }
    }
    if expected.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = expected.keys().cloned().collect();
    let shown = match run.connection.writer.totals(&ids).await.unpack(&mut sent.exchanges) {
        Ok(shown) => shown,
        Err(fault) => {
            // What is not compared is not settled.
            for (_, fate) in &mut sent.fates {
                if matches!(fate, Fate::Written { id, .. } if expected.contains_key(id)) {
                    *fate = Fate::Left;
                }
            }
            sent.unsure = true;
            sent.fault.get_or_insert(fault);
            return Ok(());
        }
    };
    if ids.iter().any(|id| !shown.contains_key(id)) {
        let words =
            "Zoho CRM did not tell the Grand_Total of some invoices that were written; these were not compared.";
        run.note(words.to_owned());
    }
    let compared = sent.exchanges.len().checked_sub(1);
    let again = sent.operation != Operation::UpdateWhole;
    for (_, fate) in &mut sent.fates {
        let Fate::Written { id, created, exchange } = fate else { continue };
        let (Some(must), Some(is)) = (expected.get(id), shown.get(id)) else { continue };
        if let Some(problem) = must.against(*is) {
            let (id, created, exchange) = (std::mem::take(id), *created, *exchange);
            *fate = Fate::Differs { id, created, exchange, problem, compared, again };
        }
    }
    Ok(())
}

/// What was agreed before, where only a header was written.
async fn agreed(run: &Run<'_>, sent: &Sent) -> Result<BTreeMap<String, Agreed>, RunError> {
    if sent.operation != Operation::UpdateHeader {
        return Ok(BTreeMap::new());
    }
    let written =
        sent.fates.iter().filter(|(item, fate)| matches!(fate, Fate::Written { .. }) && !item.draft.rows.is_empty());
    let keys: Vec<String> = written.map(|(item, _)| item.draft.erp_key.clone()).collect();
    Ok(run.cx.store.agreed(run.connection.id, Flow::Invoices, &keys).await?)
}
