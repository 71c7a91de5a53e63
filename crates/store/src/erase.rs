//! Erasing a person's values on request, without breaking the proof that the trail is whole.
//!
//! Owns what goes: agreed values, before and after of each write, messages and reasons in the trail, every kept body that names the
//! record, and its sentences in the reports of runs. What stays: identity and link, so that the record is not doubled, and that each
//! decision was made, under a seal. The erasure is a decision in the trail itself.

use std::collections::BTreeMap;

use serde_json::Value;
use sync::Instant;
use sync::settle::{State, What};

use crate::chain::{self, Position, Said};
use crate::code;
use crate::db::{Arg, Durability, Tx, nothing, statements};
use crate::decide::By;
use crate::error::Result;
use crate::open::Store;
use crate::record::unpack;
use crate::table::connections::ConnectionId;
use crate::table::ledger::RecordId;
use crate::table::{agreed, chains, drifts};

statements! {
    RECORD = "select flow, erp_key, code, state, asked, source_id from ledger where connection = $1 and id = $2";
    TRAIL = "select t.settlement, t.position, t.what, t.target_id, t.problem_code, t.exchange, t.digest, s.number \
             from trail t join settlements s on s.id = t.settlement where t.record = $1 and t.erased is null \
             and (t.problem_message is not null or t.problem_field is not null or t.changes is not null \
             or (t.note is not null and t.what not in ($2, $3))) order by t.settlement, t.position";
    ERASE = "update trail set problem_message = null, problem_field = null, note = null, changes = null, erased = $1 \
             where settlement = $2 and position = $3",
            "update trail set problem_message = null, problem_field = null, note = null, changes = null, erased = u.seal \
             from unnest($1::bytea[], $2::bigint[], $3::bigint[]) as u(seal, of_settlement, at_position) \
             where trail.settlement = u.of_settlement and trail.position = u.at_position";
    FORGET = "update ledger set problem_message = null, problem_field = null where id = $1";
    BODIES = "select b.id, b.request, b.response from bodies b join settlements s on s.id = b.settlement \
              where s.connection = $1 and b.id > $2 order by b.id limit 20";
    LAST_BODY = "select coalesce(max(id), 0) from bodies";
    DROP_BODIES = "delete from bodies where id in (select value from json_each($1))", "delete from bodies where id = any($1)";
    REPORTS = "select distinct r.id, r.summary from trail t join settlements s on s.id = t.settlement join runs r on r.id = s.run \
               where t.record = $1 and r.summary is not null order by 1";
    REPORT = "update runs set summary = $1 where id = $2",
             "update runs set summary = u.summary from unnest($1::text[], $2::bigint[]) as u(summary, id) where runs.id = u.id";
}

/// What takes the place of a sentence in a report.
const GONE: &str = "Erased on request.";

/// What an erasure took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// True when agreed values were there.
    pub agreed: bool,
    /// Decisions whose values went.
    pub decisions: u64,
    /// Kept requests and answers that named the record; those of a batch go whole.
    pub bodies: u64,
    /// Reports of runs that told of it.
    pub reports: u64,
}

/// What became of the wish to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// It is done.
    Done(Erased),
    /// The record is open: its values are needed to bring it to an end.
    Open(State),
    /// A person asked for another try that has not happened yet.
    Asked,
    /// There is no such record.
    Unknown,
}

struct Subject {
    flow: i64,
    erp_key: String,
    code: String,
    state: State,
    asked: bool,
    source_id: Option<String>,
}

impl Store {
    /// Erases the values of a record, in one transaction. Doing it again takes away what has come since.
    ///
    /// # Errors
    /// What the database reports; nothing is erased then.
    pub async fn erase(&self, connection: ConnectionId, record: RecordId, by: &By, at: Instant) -> Result<Erasure> {
        let Some(subject) = self.subject(connection, record).await? else {
            return Ok(Erasure::Unknown);
        };
        // Looked through before the transaction, which would otherwise hold up a worker for as long as that takes; what came since
        // is looked through within it.
        let (mut bodies, upto) = self.naming(connection, &subject, 0).await?;
        let mut tx = self.db.begin(Durability::Erasure).await?;
        chains::take(&mut tx, connection.0).await?;
        let Some(subject) = tx.row(&RECORD, &[connection.0.into(), record.0.into()], read_subject).await? else {
            return Ok(Erasure::Unknown);
        };
        if subject.state.is_open() {
            return Ok(Erasure::Open(subject.state));
        }
        if subject.asked {
            return Ok(Erasure::Asked);
        }
        let mut after = upto;
        loop {
            let page = tx.rows(&BODIES, &[connection.0.into(), after.into()], |row| read_body(row, &subject)).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            bodies.extend(page.into_iter().filter(|(_, named)| *named).map(|(id, _)| id));
        }
        let mut erased = Erased { agreed: agreed::drop(&mut tx, record.0).await? > 0, ..Erased::default() };
        chains::count_agreed(&mut tx, connection.0, -i64::from(erased.agreed)).await?;
        drifts::drop(&mut tx, record.0).await?;
        erased.bodies = tx.run(&DROP_BODIES, &[Arg::Ints(&bodies)]).await?;
        erased.decisions = self.empty_decisions(&mut tx, connection, record, &subject).await?;
        erased.reports = reports(&mut tx, record, &subject).await?;
        tx.run(&FORGET, &[record.0.into()]).await?;
        self.decided(&mut tx, connection, vec![(record.0, subject.flow, subject.erp_key)], What::Erased, by, at)
            .await?;
        tx.commit().await?;
        Ok(Erasure::Done(erased))
    }

    async fn subject(&self, connection: ConnectionId, record: RecordId) -> Result<Option<Subject>> {
        self.db.row(&RECORD, &[connection.0.into(), record.0.into()], read_subject).await
    }

    /// Bodies that name the record, and the last one that was looked at.
    async fn naming(&self, connection: ConnectionId, subject: &Subject, from: i64) -> Result<(Vec<i64>, i64)> {
        let newest = self.db.row(&LAST_BODY, &[], |row| row.int(0)).await?.unwrap_or(0);
        let (mut found, mut after) = (Vec::new(), from);
        while after < newest {
            let args = [connection.0.into(), after.into()];
            let page = self.db.rows(&BODIES, &args, |row| read_body(row, subject)).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            found.extend(page.into_iter().filter(|(_, named)| *named).map(|(id, _)| id));
        }
        Ok((found, after))
    }

    /// Empties the decisions over the record and seals what is left of each.
    async fn empty_decisions(
        &self,
        tx: &mut Tx,
        connection: ConnectionId,
        record: RecordId,
        subject: &Subject,
    ) -> Result<u64> {
        let args = [record.0.into(), code::of_what(What::Skipped).into(), code::of_what(What::Erased).into()];
        let seals = tx
            .rows(&TRAIL, &args, |row| {
                let (settlement, position) = (row.int(0)?, row.int(1)?);
                let (target, problem) = (row.opt_text(3)?, row.opt_text(4)?);
                let place = Position {
                    connection: connection.0,
                    number: row.int(7)?,
                    position: usize::try_from(position).unwrap_or(usize::MAX),
                };
                let left = Said {
                    flow: subject.flow,
                    erp_key: &subject.erp_key,
                    what: code::what(row.int(2)?)?,
                    target_id: target.as_deref(),
                    problem: [problem.as_deref(), None, None],
                    note: "",
                    exchange: row.opt_int(5)?,
                    changes: None,
                };
                Ok((chain::erased(&self.digests, place, &row.bytes(6)?, &left), settlement, position))
            })
            .await?;
        let rows: Vec<[Arg<'_>; 3]> = seals
            .iter()
            .map(|(seal, settlement, position)| [seal.as_slice().into(), (*settlement).into(), (*position).into()])
            .collect();
        tx.many(&ERASE, &rows, nothing).await?;
        Ok(rows.len() as u64)
    }
}

fn read_subject(row: &crate::db::Row<'_>) -> Result<Subject> {
    Ok(Subject {
        flow: row.int(0)?,
        erp_key: row.text(1)?,
        code: row.text(2)?,
        state: code::state(row.int(3)?)?,
        asked: row.int(4)? != 0,
        source_id: row.opt_text(5)?,
    })
}

/// The body's row, and whether it names the record.
fn read_body(row: &crate::db::Row<'_>, subject: &Subject) -> Result<(i64, bool)> {
    let mut named = false;
    for packed in [row.opt_bytes(1)?, row.opt_bytes(2)?].into_iter().flatten() {
        let body = String::from_utf8_lossy(&unpack(packed)?).to_ascii_lowercase();
        let escaped = subject.erp_key.replace('/', "\\/");
        let names = [Some(&subject.erp_key), Some(&escaped), subject.source_id.as_ref()];
        named |= names.into_iter().flatten().any(|name| body.contains(&name.to_ascii_lowercase()));
    }
    Ok((row.int(0)?, named))
}

/// Takes the record's sentences out of the reports of the runs that decided over it.
async fn reports(tx: &mut Tx, record: RecordId, subject: &Subject) -> Result<u64> {
    let told = tx.rows(&REPORTS, &[record.0.into()], |row| Ok((row.int(0)?, row.text(1)?))).await?;
    let names = [subject.code.as_str(), subject.erp_key.as_str()];
    let changed: BTreeMap<i64, String> =
        told.into_iter().filter_map(|(run, report)| Some((run, without(&report, &names)?))).collect();
    let rows: Vec<[Arg<'_>; 2]> = changed.iter().map(|(run, report)| [report.as_str().into(), (*run).into()]).collect();
    tx.many(&REPORT, &rows, nothing).await?;
    Ok(rows.len() as u64)
}

/// The report without what it says of the record; `None` when it says nothing of it.
fn without(report: &str, names: &[&str]) -> Option<String> {
    let mut report: Value = serde_json::from_str(report).ok()?;
    let mut changed = false;
    for problem in report.get_mut("problems")?.as_array_mut()? {
        if problem.get("key").and_then(Value::as_str).is_some_and(|key| names.contains(&key)) {
            for part in ["message", "field"] {
                if let Some(text) = problem.get_mut(part) {
                    changed |= text.as_str() != Some(GONE);
                    *text = Value::from(GONE);
                }
            }
        }
    }
    changed.then(|| report.to_string())
}
