//! Finding records by whatever a person has at hand: ERP key, code, document number, or the id in the sink.
//!
//! Owns the look-up, which every decision over records begins with.

use sync::settle::State;
use sync::{Entity, Flow};

use crate::code;
use crate::db::{Db, Row, statements};
use crate::error::Result;
use crate::open::Store;
use crate::table::connections::ConnectionId;
use crate::table::ledger::{RecordId, shown_code};

macro_rules! named_by {
    ($index:literal) => {
        concat!(
            "select id, flow, entity, erp_key, code, state from ledger where connection = $1 and flow in (1, 2, 3) and erp_key = $2 \
             union \
             select id, flow, entity, erp_key, code, state from ledger ",
            $index,
            "where connection = $1 and flow in (1, 2, 3) and code = $2 \
             union \
             select id, flow, entity, erp_key, code, state from ledger where connection = $1 and flow in (1, 2, 3) and target_id = $2 \
             and target_id is not null \
             order by 2, 4 limit 100"
        )
    };
}

statements! {
    // For the sake of the order SQLite would walk all records by key, and compare the code of each.
    FIND = named_by!("indexed by ledger_code "), named_by!("");
}

/// A record that a key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
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
    /// Where it stands.
    pub state: State,
}

/// Reads `id, flow, entity, erp_key, code, state`.
pub(crate) fn read(row: &Row<'_>) -> Result<Found> {
    let flow = code::flow(row.int(1)?)?;
    let erp_key = row.text(3)?;
    Ok(Found {
        id: RecordId(row.int(0)?),
        flow,
        entity: code::entity(row.int(2)?)?,
        code: shown_code(flow, &erp_key, row.text(4)?),
        state: code::state(row.int(5)?)?,
        erp_key,
    })
}

pub(crate) async fn find(db: &Db, connection: ConnectionId, key: &str) -> Result<Vec<Found>> {
    db.rows(&FIND, &[connection.0.into(), key.into()], read).await
}

impl Store {
    /// Records that `key` names: an ERP key (`Invoice/000123` for documents), a code, a document's number alone, or an id in the sink.
    /// More than one where a number or code is used more than once; at most 100.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn find(&self, connection: ConnectionId, key: &str) -> Result<Vec<Found>> {
        find(&self.db, connection, key).await
    }
}
