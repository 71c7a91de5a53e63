//! What is kept for how long: bodies of requests and answers go early, decisions late, in small steps that can stop anywhere.
//!
//! Owns the order and the size of the steps. What was last decided over an open record stays while it is open. A settlement whose rows
//! went keeps its link of the chain under a seal, so that the chain still verifies from end to end.

use std::time::Duration;

use sync::Instant;

use crate::chain::{self, Pruned as Left};
use crate::db::{Arg, Durability, Sql, nothing, statements};
use crate::error::Result;
use crate::open::Store;
use crate::table::chains::{self, Link};
use crate::table::connections::ConnectionId;

/// A settlement that decided last over a record which is open.
macro_rules! settled_for_good {
    () => {
        "not exists (select 1 from trail t join ledger l on l.id = t.record where t.settlement = s.id and l.state in (3, 4, 5) \
         and not exists (select 1 from trail later where later.record = t.record and later.settlement > t.settlement))"
    };
}

statements! {
    BODIES = concat!("select s.id from settlements s where s.connection = $1 and s.bodies = 1 and s.at < $2 and ",
        settled_for_good!(), " order by s.at limit $3");
    BODIES_SIZE = concat!("select count(*) from settlements s where s.connection = $1 and s.bodies = 1 and s.at < $2 and ",
        settled_for_good!());
    DROP_BODIES = "delete from bodies where settlement in (select value from json_each($1))",
                  "delete from bodies where settlement = any($1)";
    WITHOUT_BODIES = "update settlements set bodies = 0 where id in (select value from json_each($1))",
                     "update settlements set bodies = 0 where id = any($1)";
    REPORTS = "select id from runs where connection = $1 and summary is not null and ended < $2 order by ended limit $3";
    REPORTS_SIZE = "select count(*) from runs where connection = $1 and summary is not null and ended < $2";
    DROP_REPORTS = "update runs set summary = null where id in (select value from json_each($1))",
                   "update runs set summary = null where id = any($1)";
    DECISIONS = concat!("select s.id, s.number, s.at, s.transitions, s.exchanges, s.chain, coalesce(b.chain, $1) \
        from settlements s left join settlements b on b.connection = s.connection and b.number = s.number - 1 \
        where s.connection = $2 and s.pruned is null and s.at < $3 and ", settled_for_good!(), " order by s.at limit $4");
    DECISIONS_SIZE = concat!("select count(*), cast(coalesce(sum(s.transitions), 0) as bigint) from settlements s \
        where s.connection = $1 and s.pruned is null and s.at < $2 and ", settled_for_good!());
    DROP_TRAIL = "delete from trail where settlement in (select value from json_each($1))",
                 "delete from trail where settlement = any($1)";
    DROP_EXCHANGES = "delete from exchanges where settlement in (select value from json_each($1))",
                     "delete from exchanges where settlement = any($1)";
    SEAL = "update settlements set pruned = $1, run = null, bodies = 0 where id = $2",
           "update settlements set pruned = u.seal, run = null, bodies = 0 from unnest($1::bytea[], $2::bigint[]) as u(seal, id) \
            where settlements.id = u.id";
    RUNS = "select r.id from runs r where r.connection = $1 and r.ended is not null and r.ended < $2 \
            and not exists (select 1 from settlements s where s.run = r.id) order by r.ended limit $3";
    DROP_RUNS = "delete from runs where id in (select value from json_each($1))", "delete from runs where id = any($1)";
}

/// Settlements or runs of one step: a transaction of a few thousand rows at most.
const STEP: i64 = 25;

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Decisions: trail, requests without bodies, runs.
    pub decisions: Duration,
    /// Bodies of requests and answers, and the reports of runs.
    pub bodies: Duration,
}

impl Retention {
    /// Seven years (with their leap days).
    pub const DECISIONS_DAYS: u32 = 7 * 365 + 2;
    /// A quarter of a year.
    pub const BODIES_DAYS: u32 = 90;

    /// In days.
    #[must_use]
    pub const fn days(decisions: u32, bodies: u32) -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            decisions: Duration::from_secs(decisions as u64 * DAY),
            bodies: Duration::from_secs(bodies as u64 * DAY),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::days(Self::DECISIONS_DAYS, Self::BODIES_DAYS)
    }
}

/// What went, or would go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Settlements whose bodies went.
    pub bodies: u64,
    /// Reports of runs.
    pub reports: u64,
    /// Settlements whose rows went.
    pub settlements: u64,
    /// Decisions in them.
    pub decisions: u64,
    /// Runs.
    pub runs: u64,
    /// True when the steps given were used up before everything was gone.
    pub more: bool,
}

impl Store {
    /// Takes away what is past its time, in at most `steps` transactions. What is left goes the next time.
    ///
    /// # Errors
    /// What the database reports; steps that were made stay made.
    pub async fn prune(
        &self,
        connection: ConnectionId,
        retention: &Retention,
        at: Instant,
        steps: usize,
    ) -> Result<Pruned> {
        let (bodies, decisions) = (at.minus(retention.bodies.min(retention.decisions)), at.minus(retention.decisions));
        let mut pruned = Pruned::default();
        let mut left = steps;
        let early = [connection.0.into(), bodies.micros().into(), STEP.into()];
        let late = [connection.0.into(), decisions.micros().into(), STEP.into()];
        while self.drop_due(&BODIES, &early, &[&DROP_BODIES, &WITHOUT_BODIES], &mut left, &mut pruned.bodies).await?
            || self.drop_due(&REPORTS, &early, &[&DROP_REPORTS], &mut left, &mut pruned.reports).await?
            || self.prune_decisions(connection, decisions, &mut left, &mut pruned).await?
            || self.drop_due(&RUNS, &late, &[&DROP_RUNS], &mut left, &mut pruned.runs).await?
        {
            if left == 0 {
                pruned.more = true;
                break;
            }
        }
        Ok(pruned)
    }

    /// What [`Store::prune`] would take away if it had no end of steps; runs without decisions of their own are not counted.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn prunable(&self, connection: ConnectionId, retention: &Retention, at: Instant) -> Result<Pruned> {
        let (bodies, decisions) = (at.minus(retention.bodies.min(retention.decisions)), at.minus(retention.decisions));
        let count = |row: i64| u64::try_from(row).unwrap_or(0);
        let early = [connection.0.into(), bodies.micros().into()];
        let late = [connection.0.into(), decisions.micros().into()];
        let sizes = self.db.row(&DECISIONS_SIZE, &late, |row| Ok((count(row.int(0)?), count(row.int(1)?)))).await?;
        let (settlements, rows) = sizes.unwrap_or_default();
        Ok(Pruned {
            bodies: self.db.row(&BODIES_SIZE, &early, |row| Ok(count(row.int(0)?))).await?.unwrap_or(0),
            reports: self.db.row(&REPORTS_SIZE, &early, |row| Ok(count(row.int(0)?))).await?.unwrap_or(0),
            settlements,
            decisions: rows,
            runs: 0,
            more: false,
        })
    }

    /// One step over what `due` lists by id: each of `drops` takes these ids. True when something was due.
    async fn drop_due(
        &self,
        due: &'static Sql,
        args: &[Arg<'_>],
        drops: &[&'static Sql],
        left: &mut usize,
        dropped: &mut u64,
    ) -> Result<bool> {
        let due = self.db.rows(due, args, |row| row.int(0)).await?;
        if due.is_empty() || !step(left) {
            return Ok(!due.is_empty());
        }
        let mut tx = self.db.begin(Durability::Process).await?;
        for sql in drops {
            tx.run(sql, &[Arg::Ints(&due)]).await?;
        }
        tx.commit().await?;
        *dropped += due.len() as u64;
        Ok(true)
    }

    async fn prune_decisions(
        &self,
        connection: ConnectionId,
        before: Instant,
        left: &mut usize,
        pruned: &mut Pruned,
    ) -> Result<bool> {
        let first = Link::default();
        let args = [first.as_slice().into(), connection.0.into(), before.micros().into(), STEP.into()];
        let due = self
            .db
            .rows(&DECISIONS, &args, |row| {
                let (link, link_before) = (row.bytes(5)?, row.bytes(6)?);
                let kept = Left {
                    connection: connection.0,
                    number: row.int(1)?,
                    at: row.int(2)?,
                    transitions: row.int(3)?,
                    exchanges: row.int(4)?,
                    link: &link,
                };
                let decisions = u64::try_from(kept.transitions).unwrap_or(0);
                Ok((row.int(0)?, decisions, chain::pruned(&self.digests, &link_before, &kept)))
            })
            .await?;
        if due.is_empty() || !step(left) {
            return Ok(!due.is_empty());
        }
        let ids: Vec<i64> = due.iter().map(|(id, ..)| *id).collect();
        let seals: Vec<[Arg<'_>; 2]> = due.iter().map(|(id, _, seal)| [seal.as_slice().into(), (*id).into()]).collect();
        let mut tx = self.db.begin(Durability::Process).await?;
        chains::take(&mut tx, connection.0).await?;
        for sql in [&DROP_TRAIL, &DROP_BODIES, &DROP_EXCHANGES] {
            tx.run(sql, &[Arg::Ints(&ids)]).await?;
        }
        tx.many(&SEAL, &seals, nothing).await?;
        tx.commit().await?;
        pruned.settlements += due.len() as u64;
        pruned.decisions += due.iter().map(|(_, decisions, _)| decisions).sum::<u64>();
        Ok(true)
    }
}

/// Takes one of the steps that are left.
fn step(left: &mut usize) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}
