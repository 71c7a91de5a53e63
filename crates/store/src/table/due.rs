//! What of the ledger is worth another look without a change at its source: due by its pause or by what has arrived, or overdue.
//!
//! Owns these two questions. Must not decide how long anything rests: `sync::settle::patience` has the spans.

use sync::settle::patience;
use sync::{Entity, Flow, Instant, Problem, problem};

use super::connections::ConnectionId;
use super::ledger::{LedgerRow, RecordId, columns, read, shown_code};
use crate::code;
use crate::db::{Arg, statements};
use crate::error::Result;
use crate::open::Store;

/// What is worth another try. A record that waits for another one counts once that one has a link: before, a run would fetch it for
/// nothing, and thousands of them would leave no room for the rest. What rests after a try is left out until its pause is over: half of
/// its age, within two bounds.
macro_rules! due {
    ($again:literal, $rests:literal) => {
        concat!(
            "select erp_key, entity, code, problem_code, problem_message, problem_field, asked, changed from ledger \
             where connection = $1 and flow = $2 and asked = 1 \
             union all \
             select erp_key, entity, code, problem_code, problem_message, problem_field, asked, changed from ledger \
             where connection = $1 and flow = $2 and state in (3, 4, 5) and asked = 0 and state <> 4 \
             and (state = 3 or problem_code ",
            $again,
            ") and (not (coalesce(problem_code, '') ",
            $rests,
            ") or changed <= $5 or (changed <= $6 and ($7 - changed) * 2 >= changed - since)) and (problem_field is null or coalesce(problem_code, '') not in ($8, $9) \
             or (problem_code = $8 and exists (select 1 from ledger as awaited where awaited.connection = $1 \
             and awaited.flow = $10 and awaited.code = ledger.problem_field and awaited.target_id is not null and coalesce(awaited.problem_code, '') not in ('target_gone', 'key_in_bin', 'undecided_name'))) \
             or (problem_code = $9 and exists (select 1 from ledger as awaited where awaited.connection = $1 \
             and awaited.flow = $11 and awaited.code = ledger.problem_field and awaited.target_id is not null and coalesce(awaited.problem_code, '') not in ('target_gone', 'key_in_bin', 'undecided_name')))) \
             order by 7 desc, 8, 1 limit $12"
        )
    };
}

statements! {
    DUE = due!("in (select value from json_each($3))", "in (select value from json_each($4))"),
          due!("= any($3)", "= any($4)");
    OVERDUE = concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 and state in (3, 4, 5) and asked = 0 \
                       and problem_code in (select value from json_each($3)) and not (state = 5 and problem_code in ($4, $5)) \
                       and since <= $6 and id > $7 order by id limit $8"),
              concat!("select ", columns!(), " from ledger where connection = $1 and flow = $2 and state in (3, 4, 5) and asked = 0 \
                       and problem_code = any($3) and not (state = 5 and problem_code in ($4, $5)) \
                       and since <= $6 and id > $7 order by id limit $8");
}

/// A record that is worth another try without a change at its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its identity.
    pub erp_key: String,
    /// The entity to read it from.
    pub entity: Entity,
    /// The code to read it by; for documents the same as `erp_key`.
    pub code: String,
    /// Why it is open.
    pub problem: Option<Problem>,
    /// True when a person asked for it.
    pub asked: bool,
}

impl Store {
    /// Records worth another try without a change at their source, at most `limit`: first those that a person asked for, then those that
    /// wait for a record which has a link by now or for something else, and those parked for a reason that may pass and whose pause (see
    /// [`patience`]) is over at `now`. Of each, those that were tried longest ago come first.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn due(&self, connection: ConnectionId, flow: Flow, now: Instant, limit: usize) -> Result<Vec<Due>> {
        let again: Vec<String> = problem::Code::ALL
            .iter()
            .filter(|code| code.class().by_itself())
            .map(|code| code.name().to_owned())
            .collect();
        let rests = patience::RESTS.map(|code| code.name().to_owned());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let args = [
            connection.0.into(),
            code::of_flow(flow).into(),
            Arg::Texts(&again),
            Arg::Texts(&rests),
            now.minus(patience::MOST_PAUSE).micros().into(),
            now.minus(patience::LEAST_PAUSE).micros().into(),
            now.micros().into(),
            problem::Code::WaitingForAccount.name().into(),
            problem::Code::WaitingForProduct.name().into(),
            code::of_flow(Flow::Customers).into(),
            code::of_flow(Flow::Items).into(),
            limit.into(),
        ];
        self.db
            .rows(&DUE, &args, |row| {
                let erp_key = row.text(0)?;
                Ok(Due {
                    entity: code::entity(row.int(1)?)?,
                    code: shown_code(flow, &erp_key, row.text(2)?),
                    problem: code::problem(row.opt_text(3)?, row.opt_text(4)?, row.opt_text(5)?),
                    asked: row.int(6)? != 0,
                    erp_key,
                })
            })
            .await
    }

    /// Records that are tried again or wait since `before` or longer and that nobody was told of as a person's problem, in the order of
    /// their rows, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn overdue(
        &self,
        connection: ConnectionId,
        flow: Flow,
        before: Instant,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>> {
        let codes = patience::ENDS.map(|code| code.name().to_owned());
        let args = [
            connection.0.into(),
            code::of_flow(flow).into(),
            Arg::Texts(&codes),
            problem::Code::WaitingForAccount.name().into(),
            problem::Code::WaitingForProduct.name().into(),
            before.micros().into(),
            after.map_or(0, |after| after.0).into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        self.db.rows(&OVERDUE, &args, read).await
    }
}
