//! The documents that are open, as a light list: whether a balance moved is seen without reading lines.
//!
//! Owns the condition and the page size of that list. Must not judge what it shows, nor take what it leaves out for paid.

use std::sync::PoisonError;

use port::{Exchange, Fault, OpenRequest, Page};
use sync::{Entity, detect};
use wire::failure::{TIMED_OUT, TOO_LARGE};

use super::Acumatica;
use super::cursor::{Cursor, condition};
use super::page::{Rows, Step, by_key, by_skip, cannot_list, decode, finish, restless};
use super::projection::Projection;
use crate::client::Verdict;
use crate::client::filter::Filter;

/// Times that a page is made smaller because the server failed while it made it.
const MOST_CUTS: u8 = 3;

impl Acumatica {
    pub(super) async fn read_open(&self, request: &OpenRequest, tape: &mut Vec<Exchange>) -> Result<Page, Fault> {
        let projection = self.projection(Entity::Invoice).open_documents();
        let mut notes = Vec::new();
        let mut cursor = request.cursor.as_deref().and_then(Cursor::parse);
        loop {
            let rows = self.open_rows(&projection, &request.customers, cursor.as_ref(), tape).await?;
            let step = match &cursor {
                Some(Cursor::Skip(offset)) => by_skip(offset, &rows),
                _ => by_key(cursor.as_ref(), &rows),
            };
            match step {
                // What is left out is asked for by key.
                Step::Last(_) => return Ok(finish(Entity::Invoice, rows, None, false, notes)),
                Step::On { next, drop_first } => {
                    return Ok(finish(Entity::Invoice, rows, next.as_ref(), drop_first, notes));
                }
                Step::Restart { from, why } => {
                    notes.push(format!("open documents: {why}"));
                    cursor = Some(from);
                }
                Step::GiveUp => return Err(restless(Entity::Invoice)),
            }
        }
    }

    async fn open_rows(
        &self,
        projection: &Projection,
        customers: &[String],
        cursor: Option<&Cursor>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Rows, Fault> {
        let entity = Entity::Invoice;
        let filter = open(projection, customers, cursor);
        let (skip, overlap) = match cursor {
            Some(Cursor::Skip(offset)) if offset.rows > 0 => (Some(offset.rows - 1), 1),
            _ => (None, 0),
        };
        let mut cuts = 0;
        loop {
            let top = self.open_sizes.lock().unwrap_or_else(PoisonError::into_inner).top(entity) + overlap;
            let url = self.session.instance.list(entity.name(), &projection.query(Some(&filter), Some(top), skip));
            match self.session.read(&url, self.asked("the list of open documents"), tape).await {
                Ok((Verdict::Body(_), response)) => {
                    let rows = decode(projection, &response, top, tape)?;
                    let took = tape.last().map(|exchange| exchange.took).unwrap_or_default();
                    let bytes = response.body.len() as u64;
                    let mut sizes = self.open_sizes.lock().unwrap_or_else(PoisonError::into_inner);
                    sizes.learn(entity, rows.received, bytes, took);
                    return Ok(rows);
                }
                Ok((Verdict::CannotOptimize(why), _)) => return Err(cannot_list(entity, &why)),
                Ok(_) => return Err(self.not_offered(entity.name(), tape).await),
                Err(fault) => {
                    let last = tape.last();
                    let failure = last.map_or("", |exchange| exchange.failure.as_str());
                    let cut = failure == TOO_LARGE
                        || failure == TIMED_OUT
                        || last.is_some_and(|exchange| exchange.status == Some(500));
                    cuts += 1;
                    let smaller = cut
                        && cuts <= MOST_CUTS
                        && self.open_sizes.lock().unwrap_or_else(PoisonError::into_inner).shrink(entity);
                    if !smaller {
                        return Err(fault);
                    }
                }
            }
        }
    }
}

/// Open, of these customers if any are named, behind the cursor.
fn open(projection: &Projection, customers: &[String], cursor: Option<&Cursor>) -> Filter {
    let mut all = vec![Filter::eq("Status", detect::OPEN)];
    if !customers.is_empty() {
        all.push(Filter::Any(customers.iter().map(|customer| Filter::eq("Customer", customer)).collect()));
    }
    all.extend(condition(projection, None, cursor));
    Filter::All(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::EndpointVersion;

    #[test]
    fn the_list_is_light_and_names_what_it_wants() {
        let projection = Projection::new(Entity::Invoice, EndpointVersion::V24_200, &[]).open_documents();
        let query = projection.query(None, Some(5), None);
        assert_eq!(query.select, "Type,ReferenceNbr,Status,Customer,Balance,LastModifiedDateTime");
        assert_eq!((query.expand, query.custom), ("", ""));
        assert_eq!(open(&projection, &[], None).to_string(), "Status eq 'Open'");
        let after = Cursor::parse(r#"{"skip":{"rows":3}}"#);
        assert_eq!(
            open(&projection, &["C1".to_owned(), "O'X".to_owned()], after.as_ref()).to_string(),
            "Status eq 'Open' and (Customer eq 'C1' or Customer eq 'O''X')"
        );
    }
}
