//! What was last agreed of each record: the values that the sink took, packed by `sync`, beside the ledger and read on request only.
//!
//! Owns the rows. Each carries a seal that binds its bytes to its record, so that a changed or exchanged one is noticed. Must not be
//! read while changes are looked for: fingerprints serve for that.

use std::collections::BTreeMap;

use sync::Flow;
use sync::settle::Agreed;

use super::connections::ConnectionId;
use crate::chain;
use crate::code;
use crate::db::{Arg, Tx, nothing, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::vault::Digests;

statements! {
    PUT = "insert into agreed (record, packed, seal) values ($1, $2, $3) \
           on conflict (record) do update set packed = excluded.packed, seal = excluded.seal",
          "insert into agreed (record, packed, seal) select * from unnest($1::bigint[], $2::bytea[], $3::bytea[]) \
           on conflict (record) do update set packed = excluded.packed, seal = excluded.seal";
    OF_RECORDS = "select record, packed from agreed where record in (select value from json_each($1))",
                 "select record, packed from agreed where record = any($1)";
    OF_KEYS = "select l.erp_key, a.packed from ledger l join agreed a on a.record = l.id where l.connection = $1 and l.flow = $2 \
               and l.erp_key in (select value from json_each($3))",
              "select l.erp_key, a.packed from ledger l join agreed a on a.record = l.id where l.connection = $1 and l.flow = $2 \
               and l.erp_key = any($3)";
    DROP = "delete from agreed where record = $1";
}

/// Keeps packed values by row of the ledger.
pub(crate) async fn put(tx: &mut Tx, digests: &Digests, rows: &BTreeMap<i64, Vec<u8>>) -> Result<()> {
    let seals: Vec<_> = rows.iter().map(|(record, packed)| chain::agreed(digests, *record, packed)).collect();
    let rows: Vec<[Arg<'_>; 3]> = rows
        .iter()
        .zip(&seals)
        .map(|((record, packed), seal)| [(*record).into(), packed.as_slice().into(), seal.as_slice().into()])
        .collect();
    tx.many(&PUT, &rows, nothing).await?;
    Ok(())
}

/// What was agreed of these rows of the ledger.
pub(crate) async fn of_records(tx: &mut Tx, records: &[i64]) -> Result<BTreeMap<i64, Agreed>> {
    if records.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = tx.rows(&OF_RECORDS, &[Arg::Ints(records)], |row| Ok((row.int(0)?, unpack(&row.bytes(1)?)?))).await?;
    Ok(rows.into_iter().collect())
}

/// Forgets what was agreed of a record; the number of rows that were there.
pub(crate) async fn drop(tx: &mut Tx, record: i64) -> Result<u64> {
    tx.run(&DROP, &[record.into()]).await
}

pub(crate) fn unpack(packed: &[u8]) -> Result<Agreed> {
    Agreed::unpack(packed)
        .ok_or_else(|| StoreError::unreadable("form of agreed values", format!("{} bytes", packed.len())))
}

impl Store {
    /// What the sink was last told and took of these records, by ERP key; those that were never written, or whose values were erased,
    /// are left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn agreed(
        &self,
        connection: ConnectionId,
        flow: Flow,
        erp_keys: &[String],
    ) -> Result<BTreeMap<String, Agreed>> {
        if erp_keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(erp_keys)];
        let rows = self.db.rows(&OF_KEYS, &args, |row| Ok((row.text(0)?, unpack(&row.bytes(1)?)?))).await?;
        Ok(rows.into_iter().collect())
    }
}
