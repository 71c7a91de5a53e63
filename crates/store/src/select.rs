//! Which open records a person means: by key, run, reason, time, or all of them; how many for which reason, and page by page.
//!
//! Owns the selections. Never holds more than a page of one, however many records are open. Must not decide over them: `decide` does.

use std::collections::BTreeMap;

use sync::problem::Code;
use sync::settle::State;
use sync::{Flow, Instant};

use crate::code;
use crate::db::{Arg, Row, statements};
use crate::error::Result;
use crate::find::{self, Found};
use crate::open::Store;
use crate::table::connections::ConnectionId;
use crate::table::ledger::RecordId;

statements! {
    OPEN = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
            and id > $2 order by id limit $3";
    OF_CODE = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
               and id > $2 and problem_code = $3 order by id limit $4";
    BETWEEN = "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
               and id > $2 and since >= $3 and since < $4 order by id limit $5";
    /// In the order of the run's trail, where a record may stand more than once.
    OF_RUN = "select l.id, l.flow, l.entity, l.erp_key, l.code, l.state, t.settlement, t.position from runs r \
              join settlements s on s.run = r.id join trail t on t.settlement = s.id join ledger l on l.id = t.record \
              where r.name = $1 and s.id >= $2 and (s.id > $2 or t.position > $3) and l.connection = $4 \
              and l.state in (3, 4, 5) and l.asked = 0 order by s.id, t.position limit $5";
    SIZE_OPEN = "select flow, state, problem_code, count(*) from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
                 group by flow, state, problem_code order by 4 desc, 1, 2, 3";
    SIZE_OF_CODE = "select flow, state, problem_code, count(*) from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
                    and problem_code = $2 group by flow, state, problem_code order by 4 desc, 1, 2, 3";
    SIZE_BETWEEN = "select flow, state, problem_code, count(*) from ledger where connection = $1 and state in (3, 4, 5) and asked = 0 \
                    and since >= $2 and since < $3 group by flow, state, problem_code order by 4 desc, 1, 2, 3";
    SIZE_OF_RUN = "select l.flow, l.state, l.problem_code, count(*) from ledger l where l.id in \
                   (select t.record from runs r join settlements s on s.run = r.id join trail t on t.settlement = s.id where r.name = $1) \
                   and l.connection = $2 and l.state in (3, 4, 5) and l.asked = 0 \
                   group by l.flow, l.state, l.problem_code order by 4 desc, 1, 2, 3";
    SIZE_OF_KEYS = "select flow, state, problem_code, count(*) from ledger where connection = $1 \
                    and id in (select value from json_each($2)) group by flow, state, problem_code order by 4 desc, 1, 2, 3",
                   "select flow, state, problem_code, count(*) from ledger where connection = $1 and id = any($2) \
                    group by flow, state, problem_code order by 4 desc, 1, 2, 3";
}

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

/// How many records of a selection stand where they do for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Their flow.
    pub flow: Flow,
    /// Their state.
    pub state: State,
    /// Their reason; `None` for named records that are not open.
    pub code: Option<Code>,
    /// How many.
    pub records: u64,
}

/// Where a page ended: a row of the ledger, or a settlement of the run and a row of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct After(i64, i64);

impl Store {
    /// How many records a selection names now, by reason, the most frequent first. Records for which another try is asked already are
    /// left out, unless they are named by key.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn selection_size(&self, connection: ConnectionId, selection: &Selection) -> Result<Vec<Share>> {
        let connection_arg = connection.0.into();
        match selection {
            Selection::Keys(keys) => {
                let ids: Vec<i64> = self.named(connection, keys).await?.iter().map(|found| found.id.0).collect();
                self.db.rows(&SIZE_OF_KEYS, &[connection_arg, Arg::Ints(&ids)], share).await
            }
            Selection::Run(run) => self.db.rows(&SIZE_OF_RUN, &[run.as_str().into(), connection_arg], share).await,
            Selection::Code(code) => self.db.rows(&SIZE_OF_CODE, &[connection_arg, code.name().into()], share).await,
            Selection::Between { since, until } => {
                let args = [connection_arg, since.micros().into(), until.micros().into()];
                self.db.rows(&SIZE_BETWEEN, &args, share).await
            }
            Selection::Open => self.db.rows(&SIZE_OPEN, &[connection_arg], share).await,
        }
    }

    /// The first records that a selection names now, at most `most`; all of those that are named by key.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn selected(&self, connection: ConnectionId, selection: &Selection, most: usize) -> Result<Vec<Found>> {
        Ok(self.selected_after(connection, selection, After::default(), most).await?.0)
    }

    /// A page of a selection, and where the next one begins; `None` at the end.
    pub(crate) async fn selected_after(
        &self,
        connection: ConnectionId,
        selection: &Selection,
        after: After,
        most: usize,
    ) -> Result<(Vec<Found>, Option<After>)> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let (place, from) = (connection.0.into(), after.0.into());
        let found = match selection {
            Selection::Keys(keys) => return Ok((self.named(connection, keys).await?, None)),
            Selection::Run(run) => return self.of_run(connection, run, after, limit).await,
            Selection::Code(code) => {
                self.db.rows(&OF_CODE, &[place, from, code.name().into(), limit.into()], find::read).await?
            }
            Selection::Between { since, until } => {
                let args = [place, from, since.micros().into(), until.micros().into(), limit.into()];
                self.db.rows(&BETWEEN, &args, find::read).await?
            }
            Selection::Open => self.db.rows(&OPEN, &[place, from, limit.into()], find::read).await?,
        };
        let next = found.last().filter(|_| found.len() == most).map(|last| After(last.id.0, 0));
        Ok((found, next))
    }

    async fn of_run(
        &self,
        connection: ConnectionId,
        run: &str,
        after: After,
        limit: i64,
    ) -> Result<(Vec<Found>, Option<After>)> {
        let args = [run.into(), after.0.into(), after.1.into(), connection.0.into(), limit.into()];
        let rows = self.db.rows(&OF_RUN, &args, |row| Ok((find::read(row)?, After(row.int(6)?, row.int(7)?)))).await?;
        let full = i64::try_from(rows.len()).is_ok_and(|rows| rows == limit);
        let next = rows.last().map(|(_, place)| *place).filter(|_| full);
        let records: BTreeMap<RecordId, Found> = rows.into_iter().map(|(found, _)| (found.id, found)).collect();
        Ok((records.into_values().collect(), next))
    }

    async fn named(&self, connection: ConnectionId, keys: &[String]) -> Result<Vec<Found>> {
        let mut all: BTreeMap<RecordId, Found> = BTreeMap::new();
        for key in keys {
            all.extend(find::find(&self.db, connection, key).await?.into_iter().map(|found| (found.id, found)));
        }
        Ok(all.into_values().collect())
    }
}

fn share(row: &Row<'_>) -> Result<Share> {
    Ok(Share {
        flow: code::flow(row.int(0)?)?,
        state: code::state(row.int(1)?)?,
        code: row.opt_text(2)?.map(|name| Code::named(&name).unwrap_or(Code::Refused)),
        records: u64::try_from(row.int(3)?).unwrap_or(0),
    })
}
