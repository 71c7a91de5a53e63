//! Documents that are open in the source, with a digest of what was last read of each.
//!
//! Owns the rows. Settlements keep them in step with the ledger; looks at balances compare with them and number what they have seen.

use std::collections::BTreeMap;

use sync::Flow;
use sync::detect::{KnownDocument, OpenDocument};

use super::connections::ConnectionId;
use super::ledger;
use super::owners::{self, Epoch};
use crate::code;
use crate::db::{Arg, Durability, Tx, nothing, statements};
use crate::error::Result;
use crate::open::Store;

statements! {
    KNOWN = "select ledger.erp_key, ledger.state, open_documents.seen from ledger \
             left join open_documents on open_documents.record = ledger.id \
             where ledger.connection = $1 and ledger.flow = $2 and ledger.erp_key in (select value from json_each($3))",
            "select ledger.erp_key, ledger.state, open_documents.seen from ledger \
             left join open_documents on open_documents.record = ledger.id \
             where ledger.connection = $1 and ledger.flow = $2 and ledger.erp_key = any($3)";
    PUT = "insert into open_documents (record, connection, customer, seen, look) values ($1, $2, $3, $4, 0) \
           on conflict (record) do update set customer = excluded.customer, seen = excluded.seen",
          "insert into open_documents (record, connection, customer, seen, look) \
           select c1, c2, c3, c4, 0 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[]) as t(c1, c2, c3, c4) \
           on conflict (record) do update set customer = excluded.customer, seen = excluded.seen";
    DROP = "delete from open_documents where record in (select value from json_each($1))",
           "delete from open_documents where record = any($1)";
    MARK = "update open_documents set look = $1 where record in (select value from json_each($2)) and look < $1",
           "update open_documents set look = $1 where record = any($2) and look < $1";
    UNLISTED = "select ledger.erp_key from open_documents join ledger on ledger.id = open_documents.record \
                where open_documents.connection = $1 and open_documents.look < $2 \
                order by open_documents.look, open_documents.record limit $3";
    OF_CUSTOMERS = "select ledger.erp_key from open_documents join ledger on ledger.id = open_documents.record \
                    where open_documents.connection = $1 and open_documents.customer in (select value from json_each($2)) \
                    limit $3",
                   "select ledger.erp_key from open_documents join ledger on ledger.id = open_documents.record \
                    where open_documents.connection = $1 and open_documents.customer = any($2) limit $3";
}

/// What a settlement says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its key.
    pub erp_key: String,
    /// What is to be remembered; `None` when it is not open, or does not travel.
    pub open: Option<OpenDocument>,
}

/// Keeps what was read of documents whose ledger rows are `ids`, by key.
pub(crate) async fn put(
    tx: &mut Tx,
    connection: ConnectionId,
    ids: &BTreeMap<&str, i64>,
    watched: &[Watched],
) -> Result<()> {
    // Of two that say something of one document the last counts.
    let last: BTreeMap<i64, Option<&OpenDocument>> = watched
        .iter()
        .filter_map(|document| Some((*ids.get(document.erp_key.as_str())?, document.open.as_ref())))
        .collect();
    let closed: Vec<i64> = last.iter().filter(|(_, open)| open.is_none()).map(|(id, _)| *id).collect();
    if !closed.is_empty() {
        tx.rows(&DROP, &[Arg::Ints(&closed)], nothing).await?;
    }
    let rows: Vec<Vec<Arg<'_>>> = last
        .iter()
        .filter_map(|(id, open)| {
            let open = (*open)?;
            Some(vec![(*id).into(), connection.0.into(), open.customer.as_str().into(), open.seen.0.as_slice().into()])
        })
        .collect();
    tx.many(&PUT, &rows, nothing).await?;
    Ok(())
}

impl Store {
    /// What is known of these documents; what the ledger does not know is left out.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn known_documents(
        &self,
        connection: ConnectionId,
        keys: &[String],
    ) -> Result<BTreeMap<String, KnownDocument>> {
        let args = [connection.0.into(), code::of_flow(Flow::Invoices).into(), Arg::Texts(keys)];
        let rows = self.db.rows(&KNOWN, &args, |row| {
            let seen = row.opt_bytes(2)?.map(|bytes| code::digest(&bytes)).transpose()?;
            Ok((row.text(0)?, KnownDocument { state: code::state(row.int(1)?)?, seen }))
        });
        Ok(rows.await?.into_iter().collect())
    }

    /// Notes that look number `look` has seen these documents; for those that it read whole, what was read.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`]; what the database reports.
    pub async fn looked_at(
        &self,
        connection: ConnectionId,
        epoch: Epoch,
        look: u64,
        keys: &[String],
        read: &[Watched],
    ) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let known = ledger::ids(&mut tx, connection, Flow::Invoices, keys).await?;
        let ids: BTreeMap<&str, i64> = known.iter().map(|row| (row.erp_key.as_str(), row.id)).collect();
        put(&mut tx, connection, &ids, read).await?;
        let ids: Vec<i64> = ids.into_values().collect();
        let look = i64::try_from(look).unwrap_or(i64::MAX);
        tx.rows(&MARK, &[look.into(), Arg::Ints(&ids)], nothing).await?;
        tx.commit().await
    }

    /// Keys of documents that are open as far as known and that look number `look` has not seen, at most `limit`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn unlisted_documents(&self, connection: ConnectionId, look: u64, limit: usize) -> Result<Vec<String>> {
        let look = i64::try_from(look).unwrap_or(i64::MAX);
        let args = [connection.0.into(), look.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
        self.db.rows(&UNLISTED, &args, |row| row.text(0)).await
    }

    /// Keys of documents of these customers that are open as far as known, at most `limit`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open_documents_of(
        &self,
        connection: ConnectionId,
        customers: &[String],
        limit: usize,
    ) -> Result<Vec<String>> {
        let args = [connection.0.into(), Arg::Texts(customers), i64::try_from(limit).unwrap_or(i64::MAX).into()];
        self.db.rows(&OF_CUSTOMERS, &args, |row| row.text(0)).await
    }
}
