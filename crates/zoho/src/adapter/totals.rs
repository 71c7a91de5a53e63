//! What Zoho makes of documents that were written: their Grand_Total, which no answer to a write tells.
//!
//! Owns the query. Reads the database, so that a total is there as soon as its document is. Must not compare: the engine does.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use port::{Call, Fault, Response};
use rust_decimal::Decimal;
use sync::Module;

use super::Zoho;
use super::find::{query, read};
use crate::client::coql::{self, IN_LIST};
use crate::client::errors::first_error;
use crate::client::loose::is_id;
use crate::client::records::misfit;

/// What Zoho makes of rows and adjustment.
pub(super) const TOTAL: &str = "Grand_Total";

/// Documents that one query names: as many as one call writes.
const AT_ONCE: usize = 2 * IN_LIST;

impl Zoho {
    pub(super) async fn come_to(&self, ids: &[String]) -> Call<BTreeMap<String, Decimal>> {
        if ids.iter().any(|id| !is_id(id)) {
            return Call::free(Err(misfit("an id is none of Zoho's")));
        }
        let module = Module::Invoices;
        let part = |part: &[String]| {
            let part: Vec<&str> = part.iter().map(String::as_str).collect();
            let body = coql::by_ids(module.name(), &[TOTAL], &part);
            self.client.ask(query(body, 200, format!("Reading totals of {}", module.name())))
        };
        let calls: Vec<_> = ids.chunks(AT_ONCE).map(part).collect();
        let (mut exchanges, mut all, mut fault) = (Vec::new(), BTreeMap::new(), None);
        for call in join_all(calls).await {
            match call.unpack(&mut exchanges).and_then(|response| totals(&response, module)) {
                Ok(totals) => all.extend(totals),
                Err(first) => fault = fault.or(Some(first)),
            }
        }
        Call { result: fault.map_or(Ok(all), Err), exchanges }
    }
}

/// Totals by id. An organisation whose total cannot be asked for tells none.
fn totals(response: &Response, module: Module) -> Result<BTreeMap<String, Decimal>, Fault> {
    if response.status == 400 && first_error(&response.body).is_some_and(|item| item.is("INVALID_QUERY")) {
        return Ok(BTreeMap::new());
    }
    let rows = read(response, module)?;
    let total = |row: &coql::Row<'_>| {
        let id = row.get("id")?.id()?.to_owned();
        let total = row.get(TOTAL)?.as_str();
        let total = total.parse().or_else(|_| Decimal::from_scientific(total)).ok()?;
        Some((id, total))
    };
    Ok(rows.data.iter().filter_map(total).collect())
}
