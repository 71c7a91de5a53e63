//! Sweeps of the source's keys: how far one is, which ledger rows it has seen, and which records were missed.
//!
//! Owns the rows. What was seen is one bit per ledger row, in chunks of [`CHUNK`] rows, so that a million records are 123 kB; bits
//! belong to a flow and not to an entity, because an item can move between two. Misses are written while the ledger is walked and
//! count only once the whole sweep is believed. Must not judge: `sync::detect::sweep` does.

use std::collections::{BTreeMap, BTreeSet};

use sync::settle::Entry;
use sync::{Flow, Instant};

use super::connections::ConnectionId;
use super::ledger::{self, RecordId};
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Arg, Durability, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

/// Ledger rows of one chunk of bits.
const CHUNK: i64 = 8_192;

statements! {
    GET = "select since, swept, vanished, number, pass from sweeps where connection = $1 and flow = $2";
    PUT = "insert into sweeps (connection, flow, since, swept, vanished, number, pass) values ($1, $2, $3, $4, $5, $6, $7) \
           on conflict (connection, flow) do update set since = excluded.since, swept = excluded.swept, vanished = excluded.vanished, \
           number = excluded.number, pass = excluded.pass";
    NEWEST = "select max(id) from ledger";
    BITS = "select chunk, bits from sweep_bits where connection = $1 and flow = $2 and chunk in (select value from json_each($3))",
           "select chunk, bits from sweep_bits where connection = $1 and flow = $2 and chunk = any($3)";
    PUT_BITS = "insert into sweep_bits (connection, flow, chunk, bits) values ($1, $2, $3, $4) \
                on conflict (connection, flow, chunk) do update set bits = excluded.bits";
    DROP_BITS = "delete from sweep_bits where connection = $1 and flow = $2";
    /// A chunk of the ledger by row id alone: its other indexes would read the whole flow for each.
    ROWS = "select id from ledger where id >= $1 and id < $2 and +connection = $3 and +flow = $4 order by id";
    MISS = "insert into misses (connection, flow, record, times, sweep) values ($1, $2, $3, 0, $4) \
            on conflict (connection, flow, record) do update set sweep = excluded.sweep",
           "insert into misses (connection, flow, record, times, sweep) select c1, c2, c3, 0, c4 \
            from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as t(c1, c2, c3, c4) \
            on conflict (connection, flow, record) do update set sweep = excluded.sweep";
    SEEN = "delete from misses where connection = $1 and flow = $2 and record in (select value from json_each($3))",
           "delete from misses where connection = $1 and flow = $2 and record = any($3)";
    COUNT_MISSES = "update misses set times = times + 1 where connection = $1 and flow = $2 and sweep = $3";
    DROP_UNCOUNTED = "delete from misses where connection = $1 and flow = $2 and times = 0";
    MISSED = "select record from misses where connection = $1 and flow = $2 and times >= $3 and record > $4 order by record limit $5";
    MISSING = "select count(*) from misses where connection = $1 and flow = $2";
}

/// Where the sweeps of a flow stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweeps {
    /// The interval to the next one counts from here: the end of the last one, or the first complete load.
    pub since: Instant,
    /// When the last one ended that was believed.
    pub swept: Option<Instant>,
    /// How many records were missed by one that was not believed and that nobody has confirmed yet.
    pub vanished: Option<u64>,
    /// How many were begun.
    pub number: u64,
    /// The one under way, as the engine wrote it.
    pub pass: Option<String>,
}

/// A stretch of the ledger that was walked.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// Rows of the flow that the sweep has not seen.
    pub rows: Vec<(RecordId, Entry)>,
    /// Where to go on; `None` at the end.
    pub next: Option<RecordId>,
}

fn chunk(row: i64) -> i64 {
    row.div_euclid(CHUNK)
}

/// The place of a row's bit in its chunk.
fn place(row: i64) -> (usize, u8) {
    let within = row.rem_euclid(CHUNK);
    (usize::try_from(within / 8).unwrap_or_default(), 1 << (within % 8))
}

fn is_set(bits: Option<&Vec<u8>>, row: i64) -> bool {
    let (byte, mask) = place(row);
    bits.and_then(|bits| bits.get(byte)).is_some_and(|byte| byte & mask != 0)
}

fn owned(bits: Vec<u8>) -> Vec<u8> {
    let mut bits = bits;
    bits.resize(usize::try_from(CHUNK / 8).unwrap_or_default(), 0);
    bits
}

async fn put(tx: &mut Tx, connection: ConnectionId, flow: Flow, sweeps: &Sweeps) -> Result<()> {
    let args = [
        connection.0.into(),
        code::of_flow(flow).into(),
        sweeps.since.micros().into(),
        sweeps.swept.map(Instant::micros).into(),
        sweeps.vanished.map(|count| i64::try_from(count).unwrap_or(i64::MAX)).into(),
        i64::try_from(sweeps.number).unwrap_or(i64::MAX).into(),
        sweeps.pass.as_deref().into(),
    ];
    tx.rows(&PUT, &args, nothing).await?;
    Ok(())
}

impl Store {
    /// Where the sweeps of a flow stand; `None` before its first complete load.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn sweeps(&self, connection: ConnectionId, flow: Flow) -> Result<Option<Sweeps>> {
        self.db
            .row(&GET, &[connection.0.into(), code::of_flow(flow).into()], |row| {
                let whole = |number: i64| u64::try_from(number).unwrap_or(0);
                Ok(Sweeps {
                    since: Instant::from_micros(row.int(0)?),
                    swept: row.opt_int(1)?.map(Instant::from_micros),
                    vanished: row.opt_int(2)?.map(whole),
                    number: whole(row.int(3)?),
                    pass: row.opt_text(4)?,
                })
            })
            .await
    }

    /// Keeps where the sweeps of a flow stand.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn put_sweeps(&self, connection: ConnectionId, epoch: Epoch, flow: Flow, sweeps: &Sweeps) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        put(&mut tx, connection, flow, sweeps).await?;
        tx.commit().await
    }

    /// The newest row of the ledger: a sweep that begins now misses nothing behind it.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn newest_record(&self) -> Result<RecordId> {
        Ok(RecordId(self.db.row(&NEWEST, &[], |row| row.opt_int(0)).await?.flatten().unwrap_or(0)))
    }

    /// Marks rows as seen and forgets that they were missed, together with how far the sweep is.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn sweep_saw(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        rows: &[RecordId],
        sweeps: &Sweeps,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let of_flow = code::of_flow(flow);
        let chunks: Vec<i64> = rows.iter().map(|row| chunk(row.0)).collect::<BTreeSet<_>>().into_iter().collect();
        let args = [connection.0.into(), of_flow.into(), Arg::Ints(&chunks)];
        let kept = tx.rows(&BITS, &args, |row| Ok((row.int(0)?, row.bytes(1)?))).await?;
        let mut all: BTreeMap<i64, Vec<u8>> = kept.into_iter().map(|(chunk, bits)| (chunk, owned(bits))).collect();
        for row in rows {
            let bits = all.entry(chunk(row.0)).or_insert_with(|| owned(Vec::new()));
            let (byte, mask) = place(row.0);
            if let Some(byte) = bits.get_mut(byte) {
                *byte |= mask;
            }
        }
        for (chunk, bits) in &all {
            let args = [connection.0.into(), of_flow.into(), (*chunk).into(), bits.as_slice().into()];
            tx.rows(&PUT_BITS, &args, nothing).await?;
        }
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        tx.rows(&SEEN, &[connection.0.into(), of_flow.into(), Arg::Ints(&ids)], nothing).await?;
        put(&mut tx, connection, flow, sweeps).await?;
        tx.commit().await
    }

    /// The next stretch of the ledger from `from` on, up to and with `newest`: rows of the flow that the sweep has not seen.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn unseen(
        &self,
        connection: ConnectionId,
        flow: Flow,
        from: RecordId,
        newest: RecordId,
    ) -> Result<Unseen> {
        let of_flow = code::of_flow(flow);
        let chunk = chunk(from.0);
        let behind = ((chunk + 1) * CHUNK).min(newest.0 + 1);
        let kept =
            self.db.row(&BITS, &[connection.0.into(), of_flow.into(), Arg::Ints(&[chunk])], |row| row.bytes(1)).await?;
        let args = [from.0.into(), behind.into(), connection.0.into(), of_flow.into()];
        let mut ids = self.db.rows(&ROWS, &args, |row| row.int(0)).await?;
        ids.retain(|id| !is_set(kept.as_ref(), *id));
        let rows = ledger::by_ids(&self.db, &ids).await?;
        Ok(Unseen {
            rows: rows.into_iter().map(|row| (row.id, row.entry)).collect(),
            next: (behind <= newest.0).then_some(RecordId(behind)),
        })
    }

    /// Keeps rows as missed by the sweep under way, together with how far it is. They count once [`Store::count_misses`] says so.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn sweep_missed(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        rows: &[RecordId],
        sweeps: &Sweeps,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let number = i64::try_from(sweeps.number).unwrap_or(i64::MAX);
        let rows: Vec<Vec<Arg<'_>>> = rows
            .iter()
            .map(|row| vec![connection.0.into(), code::of_flow(flow).into(), row.0.into(), number.into()])
            .collect();
        tx.many(&MISS, &rows, nothing).await?;
        put(&mut tx, connection, flow, sweeps).await?;
        tx.commit().await
    }

    /// Counts the misses of the sweep under way and drops what it has seen, together with how far it is.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn count_misses(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        sweeps: &Sweeps,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let number = i64::try_from(sweeps.number).unwrap_or(i64::MAX);
        let args = [connection.0.into(), code::of_flow(flow).into()];
        tx.run(&COUNT_MISSES, &[args[0], args[1], number.into()]).await?;
        tx.run(&DROP_BITS, &args).await?;
        put(&mut tx, connection, flow, sweeps).await?;
        tx.commit().await
    }

    /// Drops what the sweep under way has seen and missed, together with how far it is: it ended without being believed.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn give_up_sweep(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        sweeps: &Sweeps,
    ) -> Result<()> {
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let args = [connection.0.into(), code::of_flow(flow).into()];
        tx.run(&DROP_BITS, &args).await?;
        tx.run(&DROP_UNCOUNTED, &args).await?;
        put(&mut tx, connection, flow, sweeps).await?;
        tx.commit().await
    }

    /// Records that at least `times` sweeps in a row have missed, behind `after`, in row order.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn missed(
        &self,
        connection: ConnectionId,
        flow: Flow,
        times: u32,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<(RecordId, Entry)>> {
        let args = [
            connection.0.into(),
            code::of_flow(flow).into(),
            i64::from(times).into(),
            after.map_or(0, |after| after.0).into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        let ids = self.db.rows(&MISSED, &args, |row| row.int(0)).await?;
        let rows = ledger::by_ids(&self.db, &ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.entry)).collect())
    }

    /// Forgets that these were missed.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn forget_misses(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        flow: Flow,
        rows: &[RecordId],
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        tx.rows(&SEEN, &[connection.0.into(), code::of_flow(flow).into(), Arg::Ints(&ids)], nothing).await?;
        tx.commit().await
    }

    /// How many records the last sweeps have missed and nothing has decided over yet.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn missing(&self, connection: ConnectionId, flow: Flow) -> Result<u64> {
        let args = [connection.0.into(), code::of_flow(flow).into()];
        Ok(self.db.row(&MISSING, &args, |row| row.int(0)).await?.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
    }
}
