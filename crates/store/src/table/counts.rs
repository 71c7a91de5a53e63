//! How many records of a flow are in which state.
//!
//! Owns the counters, moved by every settlement and decision, so that no list has to count.

use std::collections::BTreeMap;

use sync::Flow;
use sync::settle::State;

use super::connections::ConnectionId;
use crate::code;
use crate::db::{Arg, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    ADD = "insert into counts (connection, flow, state, records) values ($1, $2, $3, $4) \
           on conflict (connection, flow, state) do update set records = counts.records + excluded.records",
          "insert into counts (connection, flow, state, records) \
           select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) \
           on conflict (connection, flow, state) do update set records = counts.records + excluded.records";
    LIST = "select flow, state, records from counts where connection = $1 and records <> 0 order by flow, state";
}

/// Changes to the counters, as they are collected.
#[derive(Default)]
pub(crate) struct Moves(BTreeMap<(i64, i64), i64>);

impl Moves {
    /// A record moved between the numbers of two states.
    pub(crate) fn moved(&mut self, flow: i64, from: Option<i64>, to: i64) {
        if let Some(from) = from {
            *self.0.entry((flow, from)).or_default() -= 1;
        }
        *self.0.entry((flow, to)).or_default() += 1;
    }

    /// Writes the changes.
    pub(crate) async fn apply(self, tx: &mut Tx, connection: ConnectionId) -> Result<()> {
        let rows: Vec<[Arg<'_>; 4]> = self
            .0
            .into_iter()
            .filter(|(_, change)| *change != 0)
            .map(|((flow, state), change)| [connection.0.into(), flow.into(), state.into(), change.into()])
            .collect();
        tx.many(&ADD, &rows, nothing).await?;
        Ok(())
    }
}

impl Store {
    /// Records by flow and state; states without any are left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn state_counts(&self, connection: ConnectionId) -> Result<BTreeMap<(Flow, State), u64>> {
        let rows = self
            .db
            .rows(&LIST, &[connection.0.into()], |row| {
                Ok(((code::flow(row.int(0)?)?, code::state(row.int(1)?)?), u64::try_from(row.int(2)?).unwrap_or(0)))
            })
            .await?;
        Ok(rows.into_iter().collect())
    }
}
