//! The trail: what happened to each record, a row per transition.
//!
//! Owns writing of rows; lists of them stand in `list::trail`. Rows are never changed.

use sync::settle::Transition;

use crate::code;
use crate::db::{Arg, Tx, nothing, statements};
use crate::error::Result;

statements! {
    PUT = "insert into trail (settlement, position, record, what, target_id, problem_code, problem_message, problem_field, note, \
           exchange, digest, changes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
          "insert into trail (settlement, position, record, what, target_id, problem_code, problem_message, problem_field, note, \
           exchange, digest, changes) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], \
           $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bytea[], $12::bytea[])";
}

/// A transition with its row of the ledger and its digest.
pub(crate) struct NewTrail<'a> {
    pub(crate) transition: &'a Transition,
    pub(crate) record: i64,
    /// What the write changed, packed.
    pub(crate) changes: Option<&'a [u8]>,
    pub(crate) digest: [u8; 16],
}

pub(crate) async fn put(tx: &mut Tx, settlement: i64, rows: &[NewTrail<'_>]) -> Result<()> {
    let rows: Vec<[Arg<'_>; 12]> = rows
        .iter()
        .enumerate()
        .map(|(position, row)| {
            let NewTrail { transition, record, changes, digest } = row;
            let problem = transition.problem.as_ref();
            [
                settlement.into(),
                (position as i64).into(),
                (*record).into(),
                code::of_what(transition.what).into(),
                transition.target_id.as_deref().into(),
                problem.map(|problem| problem.code.name()).into(),
                problem.map(|problem| problem.message.as_str()).into(),
                problem.map(|problem| problem.field.as_str()).filter(|field| !field.is_empty()).into(),
                Some(transition.note.as_str()).filter(|note| !note.is_empty()).into(),
                transition.exchange.map(|exchange| exchange as i64).into(),
                digest.as_slice().into(),
                (*changes).into(),
            ]
        })
        .collect();
    tx.many(&PUT, &rows, nothing).await?;
    Ok(())
}
