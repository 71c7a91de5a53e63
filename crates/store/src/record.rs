//! One record, whole: its entry, what happened to it, and the requests and answers that decided.
//!
//! Owns putting them together for people.

use std::collections::BTreeSet;
use std::time::Duration;

use sync::Instant;
use sync::settle::Agreed;

use crate::db::{Row, statements};
use crate::error::{Result, StoreError};
use crate::list::trail::{TrailFilter, TrailId, TrailOf, TrailRow};
use crate::open::Store;
use crate::table::agreed;
use crate::table::exchanges::KeptExchange;
use crate::table::ledger::{self, LedgerRow, RecordId};

statements! {
    GET = concat!("select ", ledger::columns!(), " from ledger where id = $1");
    AGREED = "select packed from agreed where record = $1";
    EXCHANGE = "select e.system, e.method, e.target, e.status, e.failure, e.started, e.took, e.attempt, b.request, b.response \
                from exchanges e left join bodies b on b.settlement = e.settlement and b.position = e.position \
                where e.settlement = $1 and e.position = $2";
}

/// Rows of trail that are shown of a record.
const TRAIL: usize = 200;

/// Exchanges that are shown of a record.
const EXCHANGES: usize = 10;

/// The largest body that is opened; the adapters keep none that is larger.
const BODY: usize = 64 << 20;

/// A record with its history.
#[derive(Clone, Debug)]
pub struct RecordView {
    /// Its row of the ledger.
    pub row: LedgerRow,
    /// What happened, the newest first, at most 200.
    pub trail: Vec<TrailRow>,
    /// What the sink was last told and took; `None` when it was never written, or its values were erased.
    pub agreed: Option<Agreed>,
    /// Requests and answers that the trail names, the newest first, at most 10.
    pub exchanges: Vec<(TrailId, KeptExchange)>,
}

impl Store {
    /// A record with its history; [`Store::find`] gives the row.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn record(&self, record: RecordId) -> Result<Option<RecordView>> {
        let Some(row) = self.db.row(&GET, &[record.0.into()], ledger::read).await? else {
            return Ok(None);
        };
        let filter = TrailFilter { of: TrailOf::Record(record), flow: None, what: None, before: None, limit: TRAIL };
        let trail = self.trail(&filter).await?;
        let named: BTreeSet<TrailId> = trail.iter().filter_map(|row| row.exchange).collect();
        let mut exchanges = Vec::new();
        for id in named.into_iter().rev().take(EXCHANGES) {
            if let Some(exchange) = self.exchange(id).await? {
                exchanges.push((id, exchange));
            }
        }
        let agreed = self.db.row(&AGREED, &[record.0.into()], |row| agreed::unpack(&row.bytes(0)?)).await?;
        Ok(Some(RecordView { row, trail, agreed, exchanges }))
    }

    /// A request and its answer, bodies opened.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn exchange(&self, id: TrailId) -> Result<Option<KeptExchange>> {
        self.db.row(&EXCHANGE, &[id.settlement.into(), id.position.into()], read).await
    }
}

fn read(row: &Row<'_>) -> Result<KeptExchange> {
    Ok(KeptExchange {
        system: row.text(0)?,
        method: row.text(1)?,
        target: row.text(2)?,
        status: row.opt_int(3)?.and_then(|status| u16::try_from(status).ok()),
        failure: row.opt_text(4)?.unwrap_or_default(),
        started: Instant::from_micros(row.int(5)?),
        took: Duration::from_micros(u64::try_from(row.int(6)?).unwrap_or(0)),
        attempt: u32::try_from(row.int(7)?).unwrap_or(u32::MAX),
        request_body: row.opt_bytes(8)?.map(unpack).transpose()?,
        response_body: row.opt_bytes(9)?.map(unpack).transpose()?,
    })
}

pub(crate) fn unpack(packed: Vec<u8>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut reader = zstd::stream::read::Decoder::new(packed.as_slice())
        .map(|decoder| std::io::Read::take(decoder, BODY as u64))
        .map_err(|error| StoreError::Other(error.to_string()))?;
    std::io::Read::read_to_end(&mut reader, &mut body)
        .map_err(|_| StoreError::unreadable("compressed body", format!("a value of {} bytes", packed.len())))?;
    Ok(body)
}
