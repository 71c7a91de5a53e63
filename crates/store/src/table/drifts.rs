//! Records that did not look as agreed when the sink was checked: how often they were written again, and what was seen after a write
//! where the sink gives values another form.
//!
//! Owns the rows. Only records that differed once have one. Must not judge: `sync::settle` does.

use std::collections::BTreeMap;

use sync::Instant;
use sync::settle::{Agreed, Drift};

use super::agreed;
use super::connections::ConnectionId;
use super::ledger::RecordId;
use super::owners::{self, Epoch};
use crate::db::{Arg, Durability, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    GET = "select record, rounds, last, seen from drifts where record in (select value from json_each($1))",
          "select record, rounds, last, seen from drifts where record = any($1)";
    PUT = "insert into drifts (record, rounds, last, seen) values ($1, $2, $3, $4) \
           on conflict (record) do update set rounds = excluded.rounds, last = excluded.last, seen = excluded.seen",
          "insert into drifts (record, rounds, last, seen) \
           select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) \
           on conflict (record) do update set rounds = excluded.rounds, last = excluded.last, seen = excluded.seen";
    DROP = "delete from drifts where record = $1";
}

/// Forgets what is remembered of a record.
pub(crate) async fn drop(tx: &mut Tx, record: i64) -> Result<u64> {
    tx.run(&DROP, &[record.into()]).await
}

impl Store {
    /// What is remembered of these records; those that never differed are left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn drifts(&self, records: &[RecordId]) -> Result<BTreeMap<RecordId, Drift>> {
        if records.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<i64> = records.iter().map(|record| record.0).collect();
        let args = [Arg::Ints(&ids)];
        let rows = self.db.rows(&GET, &args, |row| {
            // What was sent stands where header fields do, what was seen in a row of its own.
            let Agreed { fields: sent, rows } = agreed::unpack(&row.bytes(3)?)?;
            let drift = Drift {
                rounds: u32::try_from(row.int(1)?).unwrap_or(u32::MAX),
                last: Instant::from_micros(row.int(2)?),
                sent,
                seen: rows.into_iter().next().unwrap_or_default(),
            };
            Ok((RecordId(row.int(0)?), drift))
        });
        Ok(rows.await?.into_iter().collect())
    }

    /// Remembers of each of these records.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`] when another worker took over. What the database reports.
    pub async fn put_drifts(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        drifts: &BTreeMap<RecordId, Drift>,
    ) -> Result<()> {
        let pack = |drift: &Drift| Agreed { fields: drift.sent.clone(), rows: vec![drift.seen.clone()] }.pack();
        let packed: Vec<_> = drifts.iter().map(|(record, drift)| (record.0, drift, pack(drift))).collect();
        let rows: Vec<[Arg<'_>; 4]> = packed
            .iter()
            .map(|(record, drift, seen)| {
                [(*record).into(), i64::from(drift.rounds).into(), drift.last.micros().into(), seen.as_slice().into()]
            })
            .collect();
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        tx.many(&PUT, &rows, nothing).await?;
        tx.commit().await
    }
}
