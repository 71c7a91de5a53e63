//! Whether the trail is as it was written: the hash chain walked from its first link to its head.
//!
//! Owns the walk and the naming of the first row that is not right. Must not repair. Bodies may have been pruned, because their digest
//! stays; so may rows past their time and a person's values, under a seal; everything else that is gone, changed, moved or added is found. Not found is a whole database put back to an earlier state:
//! for that, compare the head with one that was exported.

use std::collections::BTreeMap;

use sync::Instant;

use crate::chain::{self, Exchanged, Position, Pruned, RowDigest, Said, Settled};
use crate::code;
use crate::db::{Row, statements};
use crate::error::{Result, StoreError};
use crate::list::trail::TrailId;
use crate::open::Store;
use crate::table::chains::{self, Head, Link};
use crate::table::connections::ConnectionId;

statements! {
    SETTLEMENTS = "select s.id, s.number, r.name, s.at, s.transitions, s.exchanges, s.chain, s.pruned from settlements s \
                   left join runs r on r.id = s.run where s.connection = $1 and s.number > $2 order by s.number limit 200";
    TRAIL = "select t.settlement, t.position, l.flow, l.erp_key, t.what, t.target_id, t.problem_code, t.problem_message, \
             t.problem_field, t.note, t.exchange, t.digest, t.changes, t.erased from trail t left join ledger l on l.id = t.record \
             where t.settlement = $1 order by t.position";
    LEFT = "select position from trail where settlement = $1 union select position from exchanges where settlement = $1 order by 1";
    AGREED = "select a.record, a.packed, a.seal, l.erp_key from agreed a join ledger l on l.id = a.record \
              where l.connection = $1 and a.record > $2 order by a.record limit 500";
    EXCHANGES = "select e.settlement, e.position, e.system, e.method, e.target, e.status, e.failure, e.started, e.took, e.attempt, \
                 e.bodies, e.digest, b.id, b.request, b.response from exchanges e \
                 left join bodies b on b.settlement = e.settlement and b.position = e.position \
                 where e.settlement = $1 order by e.position";
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Settling transactions that are right.
    pub settlements: u64,
    /// Rows of trail in them.
    pub rows: u64,
    /// Exchanges in them.
    pub exchanges: u64,
    /// Hexadecimal head of the chain as far as it is right, to be kept elsewhere.
    pub head: String,
    /// The first thing that is not right.
    pub broken: Option<Broken>,
}

/// Where a chain breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The row, or its settlement with position 0; its settlement is 0 when that is gone.
    pub id: TrailId,
    /// When the settlement says it was made.
    pub at: Option<Instant>,
    /// What is wrong, as a sentence.
    pub what: String,
}

struct Kept {
    id: i64,
    number: i64,
    run: Option<String>,
    at: Instant,
    transitions: i64,
    exchanges: i64,
    chain: Vec<u8>,
    /// The seal that stands for rows that went after their time.
    pruned: Option<Vec<u8>>,
}

/// What is wrong at a position of a settlement.
type Wrong = (i64, &'static str);

impl Store {
    /// Walks the chain of a connection.
    ///
    /// # Errors
    /// What the database reports; a broken chain is a result, not an error.
    pub async fn verify(&self, connection: ConnectionId) -> Result<Verified> {
        self.verify_since(connection, None).await
    }

    /// Walks the chain of a connection, which must lead through `head`, exported earlier: a database put back to a state before that,
    /// or another one in its place, does not.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn verify_since(&self, connection: ConnectionId, head: Option<&str>) -> Result<Verified> {
        let mut passed = head.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&hex(&Link::default())));
        let wanted = head;
        let kept_head = chains::get(&self.db, connection.0).await?;
        let kept_head = kept_head.ok_or_else(|| StoreError::Other("the connection is not known".to_owned()))?;
        let mut head = Head { settlements: 0, link: Link::default() };
        let mut verified = Verified { settlements: 0, rows: 0, exchanges: 0, head: String::new(), broken: None };
        'walk: loop {
            let args = [connection.0.into(), head.settlements.into()];
            let page = self.db.rows(&SETTLEMENTS, &args, read_settlement).await?;
            if page.is_empty() {
                break;
            }
            for settlement in page {
                match self.step(connection, head, &settlement).await? {
                    Ok(link) => {
                        head = Head { settlements: settlement.number, link };
                        passed |= wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&hex(&link)));
                        verified.settlements += 1;
                        verified.rows += u64::try_from(settlement.transitions).unwrap_or(0);
                        verified.exchanges += u64::try_from(settlement.exchanges).unwrap_or(0);
                    }
                    Err((position, what)) => {
                        let id = TrailId { settlement: settlement.id, position };
                        verified.broken = Some(Broken { id, at: Some(settlement.at), what: what.to_owned() });
                        break 'walk;
                    }
                }
            }
        }
        if verified.broken.is_none() && head != kept_head {
            let what = if head.settlements < kept_head.settlements {
                format!("The last {} settlements are missing.", kept_head.settlements - head.settlements)
            } else {
                "The head of the chain was changed.".to_owned()
            };
            verified.broken = Some(Broken { id: TrailId { settlement: 0, position: 0 }, at: None, what });
        }
        let nowhere = |what: String| Broken { id: TrailId { settlement: 0, position: 0 }, at: None, what };
        if verified.broken.is_none() && !passed {
            let what =
                "The chain does not lead through the given head: an earlier state was put back, or another database.";
            verified.broken = Some(nowhere(what.to_owned()));
        }
        if verified.broken.is_none()
            && let Some(what) = self.agreed_wrong(connection).await?
        {
            verified.broken = Some(nowhere(what));
        }
        verified.head = hex(&head.link);
        Ok(verified)
    }

    /// The link that `kept` makes after `before`, or what is wrong with it.
    async fn step(
        &self,
        connection: ConnectionId,
        before: Head,
        kept: &Kept,
    ) -> Result<std::result::Result<Link, Wrong>> {
        if kept.number != before.settlements + 1 {
            return Ok(Err((0, "A settlement before this one is missing.")));
        }
        if let Some(seal) = &kept.pruned {
            return self.step_over(connection, before, kept, seal).await;
        }
        let at = |position| Position { connection: connection.0, number: kept.number, position };
        let trail = self.db.rows(&TRAIL, &[kept.id.into()], |row| self.read_transition(row, at)).await?;
        let transitions =
            match whole(trail, kept.transitions, ["A row of the trail is missing.", "A row of the trail was added."]) {
                Ok(digests) => digests,
                Err(wrong) => return Ok(Err(wrong)),
            };
        let exchanges = self.db.rows(&EXCHANGES, &[kept.id.into()], |row| self.read_exchange(row, at)).await?;
        let exchanges = match whole(exchanges, kept.exchanges, ["An exchange is missing.", "An exchange was added."]) {
            Ok(digests) => digests,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let settled = Settled {
            connection: connection.0,
            number: kept.number,
            run: kept.run.as_deref(),
            at: kept.at,
            transitions: &transitions,
            exchanges: &exchanges,
        };
        let link = chain::link(&self.digests, &before.link, &settled);
        if kept.chain != link {
            return Ok(Err((
                0,
                "The settlement, its run or its time was changed, or it follows another one than it did.",
            )));
        }
        Ok(Ok(link))
    }

    /// The link of a settlement whose rows went after their time.
    async fn step_over(
        &self,
        connection: ConnectionId,
        before: Head,
        kept: &Kept,
        seal: &[u8],
    ) -> Result<std::result::Result<Link, Wrong>> {
        let left = Pruned {
            connection: connection.0,
            number: kept.number,
            at: kept.at.micros(),
            transitions: kept.transitions,
            exchanges: kept.exchanges,
            link: &kept.chain,
        };
        let link = Link::try_from(kept.chain.as_slice()).ok();
        let Some(link) = link.filter(|_| chain::pruned(&self.digests, &before.link, &left) == seal) else {
            return Ok(Err((
                0,
                "What is left of a settlement past its time was changed, or it follows another one than it did.",
            )));
        };
        let rows = self.db.rows(&LEFT, &[kept.id.into()], |row| row.int(0)).await?;
        Ok(rows.first().map_or(Ok(link), |position| Err((*position, "A row was added to a settlement past its time."))))
    }

    /// What is wrong with what is kept as last agreed: the first record whose values are not those that were kept for it, or how many
    /// records have lost theirs.
    async fn agreed_wrong(&self, connection: ConnectionId) -> Result<Option<String>> {
        let must = chains::agreed(&self.db, connection.0).await?;
        let (mut after, mut there) = (0, 0_i64);
        loop {
            let page = self
                .db
                .rows(&AGREED, &[connection.0.into(), after.into()], |row| {
                    let record = row.int(0)?;
                    let right = chain::agreed(&self.digests, record, &row.bytes(1)?) == row.bytes(2)?.as_slice();
                    Ok((record, right, row.text(3)?))
                })
                .await?;
            let Some((last, ..)) = page.last() else {
                return Ok((there != must).then(|| match must - there {
                    missing @ 1.. => format!("What is kept as last agreed of {missing} records is missing."),
                    _ => "What is kept as last agreed was added to.".to_owned(),
                }));
            };
            after = *last;
            there += i64::try_from(page.len()).unwrap_or(0);
            if let Some((.., key)) = page.into_iter().find(|(_, right, _)| !right) {
                return Ok(Some(format!("What is kept as last agreed of the record {key} was changed.")));
            }
        }
    }

    fn read_transition(&self, row: &Row<'_>, at: impl Fn(usize) -> Position) -> Result<Checked> {
        let position = row.int(1)?;
        let kept = row.bytes(11)?;
        let (Some(flow), Some(erp_key), Ok(what)) = (row.opt_int(2)?, row.opt_text(3)?, code::what(row.int(4)?)) else {
            return Ok(Checked { position, digest: Err("A row of the trail names a record that is gone.") });
        };
        let (target, problem) = (row.opt_text(5)?, [row.opt_text(6)?, row.opt_text(7)?, row.opt_text(8)?]);
        let changes = row.opt_bytes(12)?;
        let said = Said {
            flow,
            erp_key: &erp_key,
            what,
            target_id: target.as_deref(),
            problem: [problem[0].as_deref(), problem[1].as_deref(), problem[2].as_deref()],
            note: &row.opt_text(9)?.unwrap_or_default(),
            exchange: row.opt_int(10)?,
            changes: changes.as_deref(),
        };
        let place = at(usize::try_from(position).unwrap_or(usize::MAX));
        let right = match row.opt_bytes(13)? {
            // What it said is gone; that it said it, and that it was erased by us, is sealed.
            Some(seal) => said.is_bare() && seal == chain::erased(&self.digests, place, &kept, &said),
            None => kept == chain::transition(&self.digests, place, &said),
        };
        let digest = RowDigest::try_from(kept.as_slice()).ok().filter(|_| right);
        Ok(Checked { position, digest: digest.ok_or("A row of the trail was changed or moved.") })
    }

    fn read_exchange(&self, row: &Row<'_>, at: impl Fn(usize) -> Position) -> Result<Checked> {
        let position = row.int(1)?;
        let (system, method, target) = (row.text(2)?, row.text(3)?, row.text(4)?);
        let (bodies, kept) = (row.opt_bytes(10)?, row.bytes(11)?);
        let said = Exchanged {
            system: &system,
            method: &method,
            target: &target,
            status: row.opt_int(5)?,
            failure: &row.opt_text(6)?.unwrap_or_default(),
            started: row.int(7)?,
            took: row.int(8)?,
            attempt: row.int(9)?,
            bodies: bodies.as_deref(),
        };
        let digest = chain::exchange(&self.digests, at(usize::try_from(position).unwrap_or(usize::MAX)), &said);
        if kept != digest {
            return Ok(Checked { position, digest: Err("An exchange was changed or moved.") });
        }
        if row.opt_int(12)?.is_some() {
            let found = chain::bodies(&self.digests, row.opt_bytes(13)?.as_deref(), row.opt_bytes(14)?.as_deref());
            if found.as_ref().map(RowDigest::as_slice) != bodies.as_deref() {
                return Ok(Checked { position, digest: Err("The body of a request or answer was changed.") });
            }
        }
        Ok(Checked { position, digest: Ok(digest) })
    }
}

fn hex(link: &Link) -> String {
    link.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row with its digest, or what is wrong with it.
struct Checked {
    position: i64,
    digest: std::result::Result<RowDigest, &'static str>,
}

fn read_settlement(row: &Row<'_>) -> Result<Kept> {
    Ok(Kept {
        id: row.int(0)?,
        number: row.int(1)?,
        run: row.opt_text(2)?,
        at: Instant::from_micros(row.int(3)?),
        transitions: row.int(4)?,
        exchanges: row.int(5)?,
        chain: row.bytes(6)?,
        pruned: row.opt_bytes(7)?,
    })
}

/// The digests of every row from 0 to `count`, when each is there and right.
fn whole(
    rows: Vec<Checked>,
    count: i64,
    [missing, added]: [&'static str; 2],
) -> std::result::Result<Vec<RowDigest>, Wrong> {
    let mut rows: BTreeMap<i64, Checked> = rows.into_iter().map(|row| (row.position, row)).collect();
    let mut digests = Vec::with_capacity(rows.len());
    for position in 0..count {
        let row = rows.remove(&position).ok_or((position, missing))?;
        digests.push(row.digest.map_err(|what| (position, what))?);
    }
    match rows.into_keys().next() {
        Some(position) => Err((position, added)),
        None => Ok(digests),
    }
}
