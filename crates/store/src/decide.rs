//! People's decisions over records: another try, or leave it alone. Made beside a worker; the next run finds them.
//!
//! Owns the trail of decisions; which records are meant says `select`. A decision is on the disk when it is reported as made.

use std::collections::BTreeMap;

use sync::Instant;
use sync::settle::{State, Transition, What};

use crate::code;
use crate::db::{Arg, Durability, Tx, statements};
use crate::error::Result;
use crate::open::Store;
use crate::select::{After, Selection};
use crate::settle::{Appended, append};
use crate::table::chains;
use crate::table::connections::ConnectionId;
use crate::table::counts::Moves;
use crate::table::ledger::RecordId;

statements! {
    ASK = "update ledger set asked = 1, changed = $1 where connection = $2 and id in (select value from json_each($3)) \
           returning id, flow, erp_key",
          "update ledger set asked = 1, changed = $1 where connection = $2 and id = any($3) returning id, flow, erp_key";
    LEAVE = "update ledger set previous = state, state = 6, asked = 0, since = $1, changed = $1 \
             where connection = $2 and id = $3 and state <> 6 returning id, flow, erp_key, previous";
}

/// Records asked for in one transaction.
const AT_ONCE: usize = 1_000;

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
    /// Asks for another try of every selected record: the next run looks at each again, whether or not it changed, and the same record of
    /// the sink stays its link. Returns how many.
    ///
    /// # Errors
    /// What the database reports; selections of more than a thousand are kept in parts.
    pub async fn retry(&self, connection: ConnectionId, selection: &Selection, by: &By, at: Instant) -> Result<u64> {
        let (mut asked, mut after) = (0, Some(After::default()));
        while let Some(place) = after {
            let (part, next) = self.selected_after(connection, selection, place, AT_ONCE).await?;
            after = next;
            if part.is_empty() {
                continue;
            }
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
