//! Open records: what is parked, waiting or undecided, one by one and grouped by cause.
//!
//! Owns reading the view `parked`.

use std::collections::BTreeMap;

use sync::problem::Code;
use sync::settle::State;
use sync::{Entity, Flow, Instant, Problem};

use super::limit;
use crate::code;
use crate::db::statements;
use crate::error::Result;
use crate::open::Store;
use crate::table::connections::ConnectionId;
use crate::table::ledger::{RecordId, shown_code};

statements! {
    LIST = "select id, flow, entity, erp_key, code, state, problem_code, problem_message, problem_field, attempts, since, changed \
            from parked where connection = $1 and id > $2 and (cast($3 as bigint) is null or flow = $3) \
            and (cast($4 as bigint) is null or state = $4) and (cast($5 as text) is null or problem_code = $5) \
            order by id limit $6";
    CAUSES = "select flow, state, problem_code, count(*), min(since), max(changed), min(id) from parked \
              where connection = $1 and flow in (1, 2, 3) group by flow, state, problem_code order by 4 desc, 1, 2, 3";
    EXAMPLES = "select id, erp_key, code, problem_message from ledger where id in (select value from json_each($1))",
               "select id, erp_key, code, problem_message from ledger where id = any($1)";
}

/// Which open records, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenFilter {
    /// Of this flow.
    pub flow: Option<Flow>,
    /// In this state (parked, waiting, undecided).
    pub state: Option<State>,
    /// For this reason.
    pub code: Option<Code>,
    /// After this record: the last one of the page before.
    pub after: Option<RecordId>,
    /// At most this many; 1,000 whatever is asked.
    pub limit: usize,
}

/// An open record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// Its row.
    pub id: RecordId,
    /// Its flow.
    pub flow: Flow,
    /// Its entity.
    pub entity: Entity,
    /// Its identity.
    pub erp_key: String,
    /// The code a person knows.
    pub code: String,
    /// Parked, waiting or undecided.
    pub state: State,
    /// Why.
    pub problem: Option<Problem>,
    /// How many runs in a row ended so.
    pub attempts: u32,
    /// Since when it is in this state.
    pub since: Instant,
    /// When it was last looked at.
    pub last_seen: Instant,
}

/// Open records with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Their flow.
    pub flow: Flow,
    /// Their state.
    pub state: State,
    /// Their reason.
    pub code: Option<Code>,
    /// How many.
    pub records: u64,
    /// Since when the oldest is open.
    pub first_seen: Instant,
    /// When the newest was last looked at.
    pub last_seen: Instant,
    /// The code of one of them.
    pub example: String,
    /// What is wrong with that one.
    pub message: String,
}

impl Store {
    /// A page of open records.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open_records(&self, connection: ConnectionId, filter: &OpenFilter) -> Result<Vec<OpenRecord>> {
        let args = [
            connection.0.into(),
            filter.after.map_or(0, |after| after.0).into(),
            filter.flow.map(code::of_flow).into(),
            filter.state.map(code::of_state).into(),
            filter.code.map(Code::name).into(),
            limit(filter.limit).into(),
        ];
        self.db
            .rows(&LIST, &args, |row| {
                let flow = code::flow(row.int(1)?)?;
                let erp_key = row.text(3)?;
                Ok(OpenRecord {
                    id: RecordId(row.int(0)?),
                    flow,
                    entity: code::entity(row.int(2)?)?,
                    code: shown_code(flow, &erp_key, row.text(4)?),
                    erp_key,
                    state: code::state(row.int(5)?)?,
                    problem: code::problem(row.opt_text(6)?, row.opt_text(7)?, row.opt_text(8)?),
                    attempts: u32::try_from(row.int(9)?).unwrap_or(u32::MAX),
                    since: Instant::from_micros(row.int(10)?),
                    last_seen: Instant::from_micros(row.int(11)?),
                })
            })
            .await
    }

    /// Open records grouped by cause, the most frequent first.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn causes(&self, connection: ConnectionId) -> Result<Vec<Cause>> {
        let mut examples = Vec::new();
        let mut causes = self
            .db
            .rows(&CAUSES, &[connection.0.into()], |row| {
                examples.push(row.int(6)?);
                Ok(Cause {
                    flow: code::flow(row.int(0)?)?,
                    state: code::state(row.int(1)?)?,
                    code: row.opt_text(2)?.map(|name| Code::named(&name).unwrap_or(Code::Refused)),
                    records: u64::try_from(row.int(3)?).unwrap_or(0),
                    first_seen: Instant::from_micros(row.int(4)?),
                    last_seen: Instant::from_micros(row.int(5)?),
                    example: String::new(),
                    message: String::new(),
                })
            })
            .await?;
        let found = self
            .db
            .rows(&EXAMPLES, &[crate::db::Arg::Ints(&examples)], |row| {
                Ok((row.int(0)?, (row.text(1)?, row.text(2)?, row.opt_text(3)?.unwrap_or_default())))
            })
            .await?;
        let mut found: BTreeMap<i64, (String, String, String)> = found.into_iter().collect();
        for (cause, id) in causes.iter_mut().zip(&examples) {
            if let Some((erp_key, kept, message)) = found.remove(id) {
                cause.example = shown_code(cause.flow, &erp_key, kept);
                cause.message = message;
            }
        }
        Ok(causes)
    }
}
