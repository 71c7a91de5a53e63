//! The first stage: the source's keys, page by page, held against the ledger.
//!
//! Owns marking what was seen and fetching what no stamp had shown. A page counts as seen only after that, so that an interrupted run
//! begins with the same page again.

use std::collections::BTreeMap;

use port::{KeyRow, KeysRequest};
use store::{LedgerRow, RecordId};
use sync::detect::sweep::{Listed, Why, sight};
use sync::settle::{Transition, What};
use sync::{Entity, Flow};

use super::{Rows, RunError, Stage, Sweep, take};

/// Records that one fetch asks for.
const FETCH: usize = 100;

impl Sweep<'_> {
    /// Lists one page; true when the sweep cannot go on in this run.
    pub(super) async fn list(&mut self, entity: Entity, cursor: Option<String>) -> Result<bool, RunError> {
        let run = self.run;
        let page = match run
            .connection
            .reader
            .keys(&KeysRequest { entity, archived: self.progress.archived, cursor })
            .await
            .result
        {
            Ok(page) => page,
            Err(fault) => {
                run.fail(&fault);
                return Ok(true);
            }
        };
        for note in page.notes {
            run.note(note);
        }
        let keys: Vec<String> = page.rows.iter().map(|row| erp_key(entity, row).to_owned()).collect();
        let known = run.cx.store.ledger_rows(run.connection.id, self.flow, &keys).await?;
        // The list with archived records is there to see what is known; what is archived and not known stays behind.
        let found = if self.progress.archived { Vec::new() } else { found(entity, &page.rows, &known) };
        self.report.found += found.len() as u64;
        if !self.fetch(entity, found, &known).await? {
            return Ok(true);
        }
        self.progress.listed += page.rows.len() as u64;
        self.report.listed += page.rows.len() as u64;
        if let Some(row) = page.rows.last() {
            self.progress.control = Some((entity, row.id.clone()));
        }
        let following = self.flow.entities().iter().copied().skip_while(|listed| *listed != entity).nth(1);
        self.progress.stage = match (page.next, following) {
            (Some(cursor), _) => Stage::Listing { entity, cursor: Some(cursor) },
            (None, Some(entity)) => Stage::Listing { entity, cursor: None },
            (None, None) => Stage::Walking { from: 0 },
        };
        let seen: Vec<RecordId> = known.values().map(|row| row.id).collect();
        run.cx.store.sweep_saw(run.connection.id, run.epoch, self.flow, &seen, &self.kept()).await?;
        Ok(false)
    }

    /// Takes what no stamp had shown through the ordinary pass; false when the run has to end.
    async fn fetch(
        &self,
        entity: Entity,
        found: Vec<(String, String, Why)>,
        known: &BTreeMap<String, LedgerRow>,
    ) -> Result<bool, RunError> {
        let run = self.run;
        for part in found.chunks(FETCH) {
            let said = |(_, key, why): &(String, String, Why)| said(self.flow, key, why);
            let (old, new): (Vec<_>, Vec<_>) = part.iter().partition(|(_, key, _)| known.contains_key(key));
            let old = Rows { transitions: old.into_iter().map(said).collect(), ..Rows::default() };
            old.settle(run, Vec::new(), None).await?;
            let codes: Vec<String> = part.iter().map(|(code, ..)| code.clone()).collect();
            match run.connection.reader.by_keys(entity, &codes).await.result {
                Ok(records) => take(run, self.flow, records).await?,
                Err(fault) => run.fail(&fault),
            }
            if run.ended() {
                return Ok(false);
            }
            // Of what was not known the ledger can tell only now.
            let keys: Vec<String> = new.iter().map(|(_, key, _)| key.clone()).collect();
            let arrived = run.cx.store.entries(run.connection.id, self.flow, &keys).await?;
            let arrived = new.into_iter().filter(|(_, key, _)| arrived.contains_key(key)).map(said).collect();
            Rows { transitions: arrived, ..Rows::default() }.settle(run, Vec::new(), None).await?;
        }
        Ok(true)
    }
}

/// Identity of a listed row in ledger and sink.
fn erp_key(entity: Entity, row: &KeyRow) -> &str {
    match entity {
        Entity::Customer | Entity::StockItem | Entity::NonStockItem => &row.id,
        Entity::Invoice | Entity::CashSale => &row.key,
    }
}

/// Rows that have to be fetched: code, ERP key and why.
fn found(entity: Entity, rows: &[KeyRow], known: &BTreeMap<String, LedgerRow>) -> Vec<(String, String, Why)> {
    let look = |row: &KeyRow| {
        let key = erp_key(entity, row);
        let listed = Listed { entity, key: &row.key, id: &row.id, stamp: row.stamp };
        let why = sight(listed, known.get(key).map(|known| &known.entry))?;
        Some((row.key.clone(), key.to_owned(), why))
    };
    rows.iter().filter_map(look).collect()
}

fn said(flow: Flow, erp_key: &str, why: &Why) -> Transition {
    Transition {
        flow,
        erp_key: erp_key.to_owned(),
        what: What::Found,
        target_id: None,
        problem: None,
        note: why.note(),
        exchange: None,
    }
}
