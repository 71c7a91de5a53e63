//! Records of the sink that stood behind a link before it moved: what was written while it led there still names them.
//!
//! Owns the rows. A settlement that moves a link of a customer or an item keeps one for each flow whose records may name it; it goes
//! when these were looked through. Must not judge what follows: the engine has them written again.

use std::collections::{BTreeMap, BTreeSet};

use sync::settle::{Entry, State};
use sync::{Flow, problem};

use super::agreed;
use super::connections::ConnectionId;
use super::ledger::{self, RecordId};
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Arg, Durability, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    LINKS = "select id, erp_key, target_id from ledger indexed by ledger_key where connection = $1 and flow = $2 \
             and erp_key in (select value from json_each($3)) and target_id is not null",
            "select id, erp_key, target_id from ledger where connection = $1 and flow = $2 \
             and erp_key = any($3) and target_id is not null";
    PUT = "insert into moved_links (connection, flow, target_id, record) values ($1, $2, $3, $4) \
           on conflict (connection, flow, target_id) do update set record = excluded.record",
          "insert into moved_links (connection, flow, target_id, record) \
           select c1, c2, c3, c4 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) as t(c1, c2, c3, c4) \
           on conflict (connection, flow, target_id) do update set record = excluded.record";
    ARRIVED = "select m.target_id from moved_links m join ledger l on l.id = m.record where m.connection = $1 and m.flow = $2 \
               and l.target_id is not null and l.target_id <> m.target_id and coalesce(l.problem_code, '') not in ($3, $4, $5) \
               order by m.target_id limit $6";
    DROP = "delete from moved_links where connection = $1 and flow = $2 and target_id in (select value from json_each($3))",
           "delete from moved_links where connection = $1 and flow = $2 and target_id = any($3)";
    /// A stretch of the ledger by row id alone: its other indexes would read the whole flow for each.
    STRETCH = "select l.id, a.packed from ledger l join agreed a on a.record = l.id \
               where l.id > $1 and l.id <= $2 and +l.connection = $3 and +l.flow = $4 and +l.state = $5 order by l.id";
}

/// Flows whose records name records of `flow`.
const fn naming(flow: Flow) -> &'static [Flow] {
    match flow {
        Flow::Customers => &[Flow::Customers, Flow::Invoices],
        Flow::Items => &[Flow::Invoices],
        Flow::Invoices => &[],
    }
}

/// A settled record that names a record of the sink behind which no link stands any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The record.
    pub entry: Entry,
    /// True when a row of it names one; else its header alone.
    pub in_rows: bool,
}

/// Keeps where links lead to that `entries` are about to move.
pub(crate) async fn keep(tx: &mut Tx, connection: ConnectionId, entries: &[Entry]) -> Result<()> {
    for flow in [Flow::Customers, Flow::Items] {
        let next: BTreeMap<&str, Option<&str>> = entries
            .iter()
            .filter(|entry| entry.flow == flow)
            .map(|entry| (entry.erp_key.as_str(), entry.target_id.as_deref()))
            .collect();
        if next.is_empty() {
            continue;
        }
        let keys: Vec<String> = next.keys().map(|key| (*key).to_owned()).collect();
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(&keys)];
        let links = tx.rows(&LINKS, &args, |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?))).await?;
        let moved: Vec<(i64, String)> = links
            .into_iter()
            .filter(|(_, key, target)| next.get(key.as_str()).is_some_and(|next| *next != Some(target.as_str())))
            .map(|(record, _, target)| (record, target))
            .collect();
        put(tx, connection, flow, &moved).await?;
    }
    Ok(())
}

/// Keeps that these rows of a flow led to these records of the sink.
pub(crate) async fn put(tx: &mut Tx, connection: ConnectionId, flow: Flow, moved: &[(i64, String)]) -> Result<()> {
    let rows: Vec<[Arg<'_>; 4]> = naming(flow)
        .iter()
        .flat_map(|naming| {
            moved.iter().map(|(record, target)| {
                [connection.0.into(), code::of_flow(*naming).into(), target.as_str().into(), (*record).into()]
            })
        })
        .collect();
    if !rows.is_empty() {
        tx.many(&PUT, &rows, nothing).await?;
    }
    Ok(())
}

impl Store {
    /// Ids of the sink that records of `flow` may still name although the links behind them lead to other records by now, at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn moved_links(&self, connection: ConnectionId, flow: Flow, limit: usize) -> Result<BTreeSet<String>> {
        let broken = problem::Code::BREAK_LINKS.map(problem::Code::name);
        let args = [
            connection.0.into(),
            code::of_flow(flow).into(),
            broken[0].into(),
            broken[1].into(),
            broken[2].into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        Ok(self.db.rows(&ARRIVED, &args, |row| row.text(0)).await?.into_iter().collect())
    }

    /// Settled records of `flow` in the rows behind `after`, up to and with `until`, whose agreed values name one of `targets`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn naming_targets(
        &self,
        connection: ConnectionId,
        flow: Flow,
        targets: &BTreeSet<String>,
        after: RecordId,
        until: RecordId,
    ) -> Result<Vec<Naming>> {
        let settled = code::of_state(State::Settled);
        let args = [after.0.into(), until.0.into(), connection.0.into(), code::of_flow(flow).into(), settled.into()];
        let found = self.db.rows(&STRETCH, &args, |row| {
            let agreed = agreed::unpack(&row.bytes(1)?)?;
            let (in_header, in_rows) = agreed.names(targets);
            Ok((in_header || in_rows).then_some((row.int(0)?, in_rows)))
        });
        let found: BTreeMap<i64, bool> = found.await?.into_iter().flatten().collect();
        let ids: Vec<i64> = found.keys().copied().collect();
        let rows = ledger::by_ids(&self.db, &ids).await?;
        let naming = |row: ledger::LedgerRow| Naming { in_rows: found.get(&row.id.0) == Some(&true), entry: row.entry };
        Ok(rows.into_iter().map(naming).collect())
    }

    /// Forgets that links led to these records of the sink, as far as records of `flow` are concerned.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`] when another worker took over. What the database reports.
    pub async fn forget_moved_links(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        targets: &BTreeSet<String>,
    ) -> Result<()> {
        let targets: Vec<String> = targets.iter().cloned().collect();
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(&targets)];
        tx.rows(&DROP, &args, nothing).await?;
        tx.commit().await
    }
}
