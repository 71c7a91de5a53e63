//! People's decisions over records: another try, or leave it alone. Made beside a worker; the next run finds them.
//!
//! Owns the selections and the trail of decisions. A decision is on the disk when it is reported as made.

use std::collections::BTreeMap;

use sync::Instant;
use sync::problem::Code;
use sync::settle::{State, Transition, What};

use crate::code;
use crate::db::{Arg, Durability, Tx, statements};
use crate::error::Result;
use crate::find::{self, Found};
use crate::open::Store;
use crate::settle::{Appended, append};
use crate::table::chains;
use crate::table::connections::ConnectionId;
use crate::table::counts::Moves;
use crate::table::ledger::RecordId;

statements! {
    OPEN = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and flow in (1, 2, 3) \
            and state in (3, 4, 5) and asked = 0 order by id";
    OF_CODE = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and flow in (1, 2, 3) \
               and state in (3, 4, 5) and problem_code = $2 and asked = 0 order by id";
    BETWEEN = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and flow in (1, 2, 3) \
               and state in (3, 4, 5) and since >= $2 and since < $3 and asked = 0 order by id";
    OF_RUN = "select distinct l.id, l.flow, l.entity, l.erp_key, l.code, l.state from runs r \
              join settlements s on s.run = r.id join trail t on t.settlement = s.id join ledger l on l.id = t.record \
              where r.name = $1 and l.connection = $2 and l.state in (3, 4, 5) and l.asked = 0 order by 1";
    ASK = "update ledger set asked = 1, changed = $1 where connection = $2 and id in (select value from json_each($3)) \
           returning id, flow, erp_key",
          "update ledger set asked = 1, changed = $1 where connection = $2 and id = any($3) returning id, flow, erp_key";
    LEAVE = "update ledger set previous = state, state = 6, asked = 0, since = $1, changed = $1 \
             where connection = $2 and id = $3 and state <> 6 returning id, flow, erp_key, previous";
}

/// Records asked for in one transaction.
const AT_ONCE: usize = 1_000;

/// Which records to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those that these keys name, as [`Store::find`] does, in whatever state.
    Keys(Vec<String>),
    /// Those that a run touched and that are open.
    Run(String),
    /// Those that are open for this reason.
    Code(Code),
    /// Those that became open at or after `since` and before `until`.
    Between {
        /// The earliest.
        since: Instant,
        /// Where the range ends.
        until: Instant,
    },
    /// Every open one.
    Open,
}

/// Who decided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The person: login and host on the command line, account elsewhere.
    pub who: String,
    /// The reason, as given; may be empty.
    pub why: String,
}

impl By {
    fn note(&self) -> String {
        if self.why.is_empty() { format!("by {}", self.who) } else { format!("{} (by {})", self.why, self.who) }
    }
}

impl Store {
    /// What a selection names now. Records for which another try is asked already are left out, unless they are named by key.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn selected(&self, connection: ConnectionId, selection: &Selection) -> Result<Vec<Found>> {
        match selection {
            Selection::Keys(keys) => {
                let mut all: BTreeMap<RecordId, Found> = BTreeMap::new();
                for key in keys {
                    all.extend(find::find(&self.db, connection, key).await?.into_iter().map(|found| (found.id, found)));
                }
                Ok(all.into_values().collect())
            }
            Selection::Run(run) => self.db.rows(&OF_RUN, &[run.as_str().into(), connection.0.into()], find::read).await,
            Selection::Code(code) => {
                self.db.rows(&OF_CODE, &[connection.0.into(), code.name().into()], find::read).await
            }
            Selection::Between { since, until } => {
                let args = [connection.0.into(), since.micros().into(), until.micros().into()];
                self.db.rows(&BETWEEN, &args, find::read).await
            }
            Selection::Open => self.db.rows(&OPEN, &[connection.0.into()], find::read).await,
        }
    }

    /// Asks for another try of every selected record: the next run looks at each again, whether or not it changed. Returns how many.
    ///
    /// # Errors
    /// What the database reports; selections of more than a thousand are kept in parts.
    pub async fn retry(&self, connection: ConnectionId, selection: &Selection, by: &By, at: Instant) -> Result<u64> {
        let selected = self.selected(connection, selection).await?;
        let mut asked = 0;
        for part in selected.chunks(AT_ONCE) {
            let ids: Vec<i64> = part.iter().map(|found| found.id.0).collect();
            let mut tx = self.db.begin(Durability::Power).await?;
            chains::take(&mut tx, connection.0).await?;
            let args = [at.micros().into(), connection.0.into(), Arg::Ints(&ids)];
            let rows = tx.rows(&ASK, &args, |row| Ok((row.int(0)?, row.int(1)?, row.text(2)?))).await?;
            asked += rows.len() as u64;
            self.decided(&mut tx, connection, rows, What::Replayed, by, at).await?;
            tx.commit().await?;
        }
        Ok(asked)
    }

    /// Leaves a record alone until its source changes. False when it is left alone already, or not there.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn leave_alone(&self, connection: ConnectionId, record: RecordId, by: &By, at: Instant) -> Result<bool> {
        let mut tx = self.db.begin(Durability::Power).await?;
        chains::take(&mut tx, connection.0).await?;
        let args = [at.micros().into(), connection.0.into(), record.0.into()];
        let left = tx.row(&LEAVE, &args, |row| Ok((row.int(0)?, row.int(1)?, row.text(2)?, row.opt_int(3)?))).await?;
        let Some((id, flow, erp_key, previous)) = left else {
            return Ok(false);
        };
        let mut moves = Moves::default();
        moves.moved(flow, previous, code::of_state(State::LeftAlone));
        moves.apply(&mut tx, connection).await?;
        self.decided(&mut tx, connection, vec![(id, flow, erp_key)], What::LeftAlone, by, at).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(crate) async fn decided(
        &self,
        tx: &mut Tx,
        connection: ConnectionId,
        rows: Vec<(i64, i64, String)>,
        what: What,
        by: &By,
        at: Instant,
    ) -> Result<()> {
        let mut transitions = Vec::with_capacity(rows.len());
        for (_, flow, erp_key) in &rows {
            transitions.push(Transition {
                flow: code::flow(*flow)?,
                erp_key: erp_key.clone(),
                what,
                target_id: None,
                problem: None,
                note: by.note(),
                exchange: None,
            });
        }
        let records = rows.into_iter().map(|(id, flow, erp_key)| ((flow, erp_key), id)).collect();
        let new = Appended {
            connection,
            run: None,
            at,
            transitions: &transitions,
            records: &records,
            changes: &BTreeMap::new(),
        };
        append(tx, &self.digests, &new, &[]).await
    }
}
