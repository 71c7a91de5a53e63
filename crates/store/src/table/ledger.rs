//! The ledger: one row per source record, its link and what was last agreed.
//!
//! Owns reading and writing of entries. The link is a column of it and not a table of its own: both are written by the same
//! transaction for the same key, and every look-up of a link would join them again. A link names at most one record of a flow.

use std::collections::{BTreeMap, BTreeSet};

use sync::digest::Digest;
use sync::settle::{Entry, State};
use sync::{Flow, Instant, Problem, problem};

use super::connections::ConnectionId;
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Arg, Db, Durability, Row, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

macro_rules! columns {
    () => {
        "id, flow, erp_key, entity, code, source_id, target_id, state, fingerprint, header, rows, stamp, \
         problem_code, problem_message, problem_field, attempts, asked, since, changed"
    };
}
pub(crate) use columns;

/// What happens when the record is known already. A record that a person left alone stays so until its source changes, also when a run
/// that read it before that decision settles it afterwards. `since` tells from when on it stands so for that reason; a reason that grew
/// out of another one by age keeps its time.
macro_rules! known {
    () => {
        "on conflict (connection, flow, erp_key) do update set previous = ledger.state, entity = excluded.entity, \
         code = excluded.code, source_id = excluded.source_id, target_id = excluded.target_id, \
         state = case when ledger.state = 6 and ledger.asked = 0 and excluded.state in (3, 4, 5) and excluded.fingerprint = ledger.fingerprint \
         then 6 else excluded.state end, \
         fingerprint = excluded.fingerprint, header = excluded.header, rows = excluded.rows, stamp = excluded.stamp, \
         problem_code = excluded.problem_code, problem_message = excluded.problem_message, problem_field = excluded.problem_field, \
         attempts = excluded.attempts, asked = 0, \
         since = case when (ledger.state = excluded.state or (ledger.state in (3, 4, 5) and excluded.state in (3, 4, 5))) \
         and (coalesce(ledger.problem_code, '') = coalesce(excluded.problem_code, '') \
         or excluded.problem_code in ('stays_locked', 'never_answered')) \
         then ledger.since else excluded.since end, changed = excluded.changed \
         returning id, flow, erp_key, previous, state"
    };
}

statements! {
    ENTRIES = concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 \
                       and erp_key in (select value from json_each($3))"),
              concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 and erp_key = any($3)");
    BY_IDS = concat!("select ", columns!(), " from ledger where id in (select value from json_each($1)) order by id"),
             concat!("select ", columns!(), " from ledger where id = any($1) order by id");
    BY_CODE = concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 and code = $3 \
                      order by (state = 7 or coalesce(problem_code, '') = 'source_gone'), changed desc");
    // Named indexes: "has a link" looks like a range of the index of links to SQLite, and that range is the whole flow.
    TARGETS = "select code, target_id from ledger indexed by ledger_code where connection = $1 and flow = $2 and code in (select value from json_each($3)) \
               and target_id is not null and coalesce(problem_code, '') not in ('target_gone', 'key_in_bin', 'undecided_name') \
               order by (state = 7 or coalesce(problem_code, '') = 'source_gone') desc, changed",
              "select code, target_id from ledger where connection = $1 and flow = $2 and code = any($3) \
               and target_id is not null and coalesce(problem_code, '') not in ('target_gone', 'key_in_bin', 'undecided_name') \
               order by (state = 7 or coalesce(problem_code, '') = 'source_gone') desc, changed";
    DOCUMENT_TARGETS = "select erp_key, target_id from ledger indexed by ledger_key where connection = $1 and flow = $2 \
                        and erp_key in (select value from json_each($3)) and target_id is not null",
                       "select erp_key, target_id from ledger where connection = $1 and flow = $2 \
                        and erp_key = any($3) and target_id is not null";
    KNOWN_CODES = "select distinct code from ledger where connection = $1 and flow = $2 \
                   and code in (select value from json_each($3))",
                  "select distinct code from ledger where connection = $1 and flow = $2 and code = any($3)";
    KNOWN_DOCUMENTS = "select erp_key from ledger where connection = $1 and flow = $2 \
                       and erp_key in (select value from json_each($3))",
                      "select erp_key from ledger where connection = $1 and flow = $2 and erp_key = any($3)";
    LINKED = concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 and target_id > $3 and target_id <= $4 \
                      and target_id is not null and length(target_id) = cast($5 as bigint) order by target_id limit $6");
    HOLDERS = concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 \
                       and target_id in (select value from json_each($3)) and target_id is not null"),
              concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 \
                       and target_id = any($3) and target_id is not null");
    UNLINK = "update ledger set target_id = null where id in (select value from json_each($1))",
             "update ledger set target_id = null where id = any($1)";
    IDS = "select id, flow, erp_key, state from ledger where connection = $1 and flow = $2 \
           and erp_key in (select value from json_each($3))",
          "select id, flow, erp_key, state from ledger where connection = $1 and flow = $2 and erp_key = any($3)";
    FORGET_HEADERS = "update ledger set fingerprint = $1, header = $1 where connection = $2 and flow = $3";
    PUT = concat!("insert into ledger (connection, flow, erp_key, entity, code, source_id, target_id, state, fingerprint, header, rows, \
                   stamp, problem_code, problem_message, problem_field, attempts, asked, since, changed) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $17) ", known!()),
          concat!("insert into ledger (connection, flow, erp_key, entity, code, source_id, target_id, state, fingerprint, header, rows, \
                   stamp, problem_code, problem_message, problem_field, attempts, asked, since, changed) \
                   select c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, 0, c17, c17 \
                   from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], \
                   $8::bigint[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bigint[], $13::text[], $14::text[], $15::text[], \
                   $16::bigint[], $17::bigint[]) \
                   as t(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17) ", known!());
}

/// Digits of the longest id of the sink.
const LONGEST_ID: usize = 20;

/// A ledger row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub(crate) i64);

impl RecordId {
    /// Its number, for what is kept as text.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The row of that number.
    #[must_use]
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }
}

/// An entry with what the ledger knows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its row.
    pub id: RecordId,
    /// The entry. Its fingerprint reads as zero while another try was asked for.
    pub entry: Entry,
    /// True when a person asked for another try that has not happened yet.
    pub asked: bool,
    /// When it came into its state.
    pub since: Instant,
    /// When it was last settled or decided over.
    pub changed: Instant,
}

pub(crate) fn read(row: &Row<'_>) -> Result<LedgerRow> {
    let flow = code::flow(row.int(1)?)?;
    let erp_key = row.text(2)?;
    let asked = row.int(16)? != 0;
    Ok(LedgerRow {
        id: RecordId(row.int(0)?),
        entry: Entry {
            flow,
            entity: code::entity(row.int(3)?)?,
            code: shown_code(flow, &erp_key, row.text(4)?),
            source_id: row.opt_text(5)?.unwrap_or_else(|| erp_key.clone()),
            target_id: row.opt_text(6)?,
            state: code::state(row.int(7)?)?,
            fingerprint: if asked { Digest::default() } else { code::digest(&row.bytes(8)?)? },
            header: code::digest(&row.bytes(9)?)?,
            rows: code::digest(&row.bytes(10)?)?,
            stamp: row.opt_int(11)?.map(Instant::from_micros),
            problem: code::problem(row.opt_text(12)?, row.opt_text(13)?, row.opt_text(14)?),
            attempts: u32::try_from(row.int(15)?).unwrap_or(u32::MAX),
            erp_key,
        },
        asked,
        since: Instant::from_micros(row.int(17)?),
        changed: Instant::from_micros(row.int(18)?),
    })
}

/// The code in the table: a document's reference number, so that people find it; otherwise the code.
fn kept_code(entry: &Entry) -> &str {
    match entry.flow {
        Flow::Invoices => entry.erp_key.split_once('/').map_or(entry.erp_key.as_str(), |(_, number)| number),
        Flow::Customers | Flow::Items => &entry.code,
    }
}

/// The code outside: a document's is its key.
pub(crate) fn shown_code(flow: Flow, erp_key: &str, kept: String) -> String {
    if flow == Flow::Invoices { erp_key.to_owned() } else { kept }
}

/// What an upsert says of one record.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    pub(crate) id: i64,
    pub(crate) flow: i64,
    pub(crate) erp_key: String,
    pub(crate) previous: Option<i64>,
    pub(crate) state: i64,
}

/// Rows by their ids, in that order.
pub(crate) async fn by_ids(db: &Db, ids: &[i64]) -> Result<Vec<LedgerRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    db.rows(&BY_IDS, &[Arg::Ints(ids)], read).await
}

/// Writes entries, no key twice.
pub(crate) async fn put(tx: &mut Tx, connection: ConnectionId, entries: &[Entry], at: Instant) -> Result<Vec<Put>> {
    let rows: Vec<[Arg<'_>; 17]> = entries.iter().map(|entry| arguments(connection, entry, at)).collect();
    tx.many(&PUT, &rows, |row| {
        Ok(Put {
            id: row.int(0)?,
            flow: row.int(1)?,
            erp_key: row.text(2)?,
            previous: row.opt_int(3)?,
            state: row.int(4)?,
        })
    })
    .await
}

fn arguments(connection: ConnectionId, entry: &Entry, at: Instant) -> [Arg<'_>; 17] {
    let problem = entry.problem.as_ref();
    [
        connection.0.into(),
        code::of_flow(entry.flow).into(),
        entry.erp_key.as_str().into(),
        code::of_entity(entry.entity).into(),
        kept_code(entry).into(),
        Some(entry.source_id.as_str()).filter(|id| *id != entry.erp_key).into(),
        entry.target_id.as_deref().into(),
        code::of_state(entry.state).into(),
        entry.fingerprint.0.as_slice().into(),
        entry.header.0.as_slice().into(),
        entry.rows.0.as_slice().into(),
        entry.stamp.map(Instant::micros).into(),
        problem.map(|problem| problem.code.name()).into(),
        problem.map(|problem| problem.message.as_str()).into(),
        problem.map(|problem| problem.field.as_str()).filter(|field| !field.is_empty()).into(),
        i64::from(entry.attempts).into(),
        at.micros().into(),
    ]
}

/// Rows that hold one of these links.
pub(crate) async fn holders(
    tx: &mut Tx,
    connection: ConnectionId,
    flow: Flow,
    targets: &[String],
) -> Result<Vec<LedgerRow>> {
    tx.rows(&HOLDERS, &[connection.0.into(), code::of_flow(flow).into(), Arg::Texts(targets)], read).await
}

/// Takes links away, before they are given to others.
pub(crate) async fn unlink(tx: &mut Tx, rows: &[i64]) -> Result<()> {
    tx.rows(&UNLINK, &[Arg::Ints(rows)], nothing).await?;
    Ok(())
}

/// Rows of records by key, as an upsert would name them.
pub(crate) async fn ids(tx: &mut Tx, connection: ConnectionId, flow: Flow, keys: &[String]) -> Result<Vec<Put>> {
    tx.rows(&IDS, &[connection.0.into(), code::of_flow(flow).into(), Arg::Texts(keys)], |row| {
        let state = row.int(3)?;
        Ok(Put { id: row.int(0)?, flow: row.int(1)?, erp_key: row.text(2)?, previous: Some(state), state })
    })
    .await
}

impl Store {
    /// Entries of these records, by key; what the ledger does not know is left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn entries(
        &self,
        connection: ConnectionId,
        flow: Flow,
        erp_keys: &[String],
    ) -> Result<BTreeMap<String, Entry>> {
        let rows = self.ledger_rows(connection, flow, erp_keys).await?;
        Ok(rows.into_iter().map(|(key, row)| (key, row.entry)).collect())
    }

    /// The same with what the ledger knows beside them.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn ledger_rows(
        &self,
        connection: ConnectionId,
        flow: Flow,
        erp_keys: &[String],
    ) -> Result<BTreeMap<String, LedgerRow>> {
        if erp_keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(erp_keys)];
        let rows = self.db.rows(&ENTRIES, &args, read).await?;
        Ok(rows.into_iter().map(|row| (row.entry.erp_key.clone(), row)).collect())
    }

    /// Forgets what the headers of a flow's records were when they were written, because the sink does not hold all of them any more: each
    /// is drafted and written again when it is read next.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`] when another worker took over. What the database reports.
    pub async fn forget_headers(&self, connection: ConnectionId, epoch: Epoch, flow: Flow) -> Result<()> {
        let none = Digest::default();
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let args = [none.0.as_slice().into(), connection.0.into(), code::of_flow(flow).into()];
        tx.run(&FORGET_HEADERS, &args).await?;
        tx.commit().await
    }

    /// Rows that are linked to these records of the sink.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn linked_to(&self, connection: ConnectionId, flow: Flow, targets: &[String]) -> Result<Vec<LedgerRow>> {
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(targets)];
        self.db.rows(&HOLDERS, &args, read).await
    }

    /// Entries whose links lie behind `after` and at or before `until` (ids of the sink: digits, ordered as numbers), in that order, at
    /// most `limit`; without `until` all behind `after`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn linked(
        &self,
        connection: ConnectionId,
        flow: Flow,
        after: &str,
        until: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let mut found = Vec::new();
        // Numbers of one length are ordered as texts.
        for length in after.len()..=until.map_or(LONGEST_ID, str::len) {
            let from = if length == after.len() { after } else { "" };
            let nines = "9".repeat(length);
            let to = until.filter(|until| until.len() == length).unwrap_or(&nines);
            let (length, rest) = (i64::try_from(length).unwrap_or(i64::MAX), limit - found.len());
            let args = [
                connection.0.into(),
                code::of_flow(flow).into(),
                from.into(),
                to.into(),
                length.into(),
                i64::try_from(rest).unwrap_or(i64::MAX).into(),
            ];
            found.extend(self.db.rows(&LINKED, &args, read).await?.into_iter().map(|row| row.entry));
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// Links of the records that have these codes; codes without a link are left out, and so are links to records that are known to be
    /// gone. Where a code was given to another record, one
    /// that the source still has counts, and of those the one that was settled last.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn targets_by_code(
        &self,
        connection: ConnectionId,
        flow: Flow,
        codes: &[String],
    ) -> Result<BTreeMap<String, String>> {
        if codes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = if flow == Flow::Invoices { &DOCUMENT_TARGETS } else { &TARGETS };
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(codes)];
        Ok(self.db.rows(sql, &args, |row| Ok((row.text(0)?, row.text(1)?))).await?.into_iter().collect())
    }

    /// Those of these codes that the ledger knows, in whatever state.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn known_codes(
        &self,
        connection: ConnectionId,
        flow: Flow,
        codes: &[String],
    ) -> Result<BTreeSet<String>> {
        if codes.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = if flow == Flow::Invoices { &KNOWN_DOCUMENTS } else { &KNOWN_CODES };
        let args = [connection.0.into(), code::of_flow(flow).into(), Arg::Texts(codes)];
        Ok(self.db.rows(sql, &args, |row| row.text(0)).await?.into_iter().collect())
    }

    /// The entry with this code (for documents the reference number): one that the source still has first, then the one that was settled
    /// last.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn entry_by_code(&self, connection: ConnectionId, flow: Flow, code: &str) -> Result<Option<Entry>> {
        let args = [connection.0.into(), code::of_flow(flow).into(), code.into()];
        Ok(self.db.row(&BY_CODE, &args, read).await?.map(|row| row.entry))
    }
}

/// The entry of a record that lost its link to another one.
pub(crate) fn displaced(mut entry: Entry, target: &str, by: &str) -> Entry {
    let message = format!("The record {target} of the sink now carries the key {by}, so the link went there.");
    entry.target_id = None;
    entry.state = State::Parked;
    entry.fingerprint = Digest::default();
    entry.header = Digest::default();
    entry.rows = Digest::default();
    entry.attempts = 0;
    entry.problem = Some(Problem::new(problem::Code::DuplicateValue, message));
    entry
}
