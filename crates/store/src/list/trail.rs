//! The trail, the newest first: of a connection, a run, or a record.
//!
//! Owns the filters and the row that is shown. Must not write: trail is appended by `settle` and `decide` only.

use sync::settle::{Changes, What};
use sync::{Flow, Instant, Problem};

use super::limit;
use crate::code;
use crate::db::{Row, statements};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::table::connections::ConnectionId;
use crate::table::ledger::{RecordId, shown_code};

macro_rules! columns {
    () => {
        "select t.settlement, t.position, s.at, r.name, l.flow, l.erp_key, l.code, t.what, t.target_id, t.problem_code, \
         t.problem_message, t.problem_field, t.note, t.exchange, t.changes, t.erased"
    };
}

macro_rules! filters {
    () => {
        "and (cast($4 as bigint) is null or l.flow = $4) and (cast($5 as bigint) is null or t.what = $5) \
         order by t.settlement desc, t.position desc limit $6"
    };
}

statements! {
    OF_CONNECTION = concat!(columns!(), " from settlements s cross join trail t \
         join ledger l on l.id = t.record left join runs r on r.id = s.run \
         where s.connection = $1 and s.id <= $2 and t.settlement = s.id and (t.settlement, t.position) < ($2, $3) ", filters!());
    OF_RUN = concat!(columns!(), " from runs r cross join settlements s cross join trail t \
         join ledger l on l.id = t.record \
         where r.name = $1 and s.run = r.id and s.id <= $2 and t.settlement = s.id and (t.settlement, t.position) < ($2, $3) ", filters!());
    OF_RECORD = concat!(columns!(), " from trail t join settlements s on s.id = t.settlement \
         join ledger l on l.id = t.record left join runs r on r.id = s.run \
         where t.record = $1 and (t.settlement, t.position) < ($2, $3) ", filters!());
}

/// A row of the trail or of the exchanges: the settling transaction and the place in it. Newer ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrailId {
    /// The settling transaction.
    pub settlement: i64,
    /// The place in it, from 0.
    pub position: i64,
}

impl std::fmt::Display for TrailId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.settlement, self.position)
    }
}

impl TrailId {
    const END: Self = Self { settlement: i64::MAX, position: i64::MAX };

    /// Reads what [`std::fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (settlement, position) = text.split_once('.')?;
        Some(Self { settlement: settlement.parse().ok()?, position: position.parse().ok()? })
    }
}

/// Whose trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailOf {
    /// Everything of a connection.
    Connection(ConnectionId),
    /// What a run did.
    Run(String),
    /// What happened to a record.
    Record(RecordId),
}

/// Which rows, and which page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailFilter {
    /// Whose.
    pub of: TrailOf,
    /// Of this flow.
    pub flow: Option<Flow>,
    /// Of this kind.
    pub what: Option<What>,
    /// Before this row: the last one of the page before.
    pub before: Option<TrailId>,
    /// At most this many; 1,000 whatever is asked.
    pub limit: usize,
}

/// A row of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Its place.
    pub id: TrailId,
    /// When it was settled.
    pub at: Instant,
    /// The run; `None` for people's decisions.
    pub run: Option<String>,
    /// The flow.
    pub flow: Flow,
    /// The record's identity.
    pub erp_key: String,
    /// The code a person knows.
    pub code: String,
    /// What happened.
    pub what: What,
    /// The link after it.
    pub target_id: Option<String>,
    /// Why, where it went wrong or is open.
    pub problem: Option<Problem>,
    /// The filter that decided, or the reason a person gave.
    pub note: String,
    /// The request and answer that decided.
    pub exchange: Option<TrailId>,
    /// What the write changed in what was agreed; `None` for a creation, and where earlier values are not known.
    pub changes: Option<Changes>,
    /// True when its values were erased on request.
    pub erased: bool,
}

fn read(row: &Row<'_>) -> Result<TrailRow> {
    let settlement = row.int(0)?;
    let flow = code::flow(row.int(4)?)?;
    let erp_key = row.text(5)?;
    Ok(TrailRow {
        id: TrailId { settlement, position: row.int(1)? },
        at: Instant::from_micros(row.int(2)?),
        run: row.opt_text(3)?,
        flow,
        code: shown_code(flow, &erp_key, row.text(6)?),
        erp_key,
        what: code::what(row.int(7)?)?,
        target_id: row.opt_text(8)?,
        problem: code::problem(row.opt_text(9)?, row.opt_text(10)?, row.opt_text(11)?),
        note: row.opt_text(12)?.unwrap_or_default(),
        exchange: row.opt_int(13)?.map(|position| TrailId { settlement, position }),
        changes: row.opt_bytes(14)?.map(|packed| unpack(&packed)).transpose()?,
        erased: row.opt_bytes(15)?.is_some(),
    })
}

fn unpack(packed: &[u8]) -> Result<Changes> {
    Changes::unpack(packed).ok_or_else(|| StoreError::unreadable("form of changes", format!("{} bytes", packed.len())))
}

impl Store {
    /// A page of the trail, the newest first.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn trail(&self, filter: &TrailFilter) -> Result<Vec<TrailRow>> {
        let before = filter.before.unwrap_or(TrailId::END);
        let (sql, of) = match &filter.of {
            TrailOf::Connection(connection) => (&OF_CONNECTION, connection.0.into()),
            TrailOf::Run(run) => (&OF_RUN, run.as_str().into()),
            TrailOf::Record(record) => (&OF_RECORD, record.0.into()),
        };
        let args = [
            of,
            before.settlement.into(),
            before.position.into(),
            filter.flow.map(code::of_flow).into(),
            filter.what.map(code::of_what).into(),
            limit(filter.limit).into(),
        ];
        self.db.rows(sql, &args, read).await
    }
}
