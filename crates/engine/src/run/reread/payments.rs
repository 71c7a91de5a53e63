//! Payments by stamp, since the last look: whose open documents are worth a look.
//!
//! Owns the hint. A list of payments does not tell what they paid, but their customers, so that these customers' documents are compared:
//! those that are open now, and those that were open as far as known and are not listed any more. Failing costs nothing but the hint.

use std::time::Duration;

use port::OpenRequest;
use store::{Reread, RereadState};
use sync::Instant;

use super::{Looking, RunError};

/// Customers that are looked at one by one; more payments than that are a reason to look at every balance.
const CUSTOMERS: usize = 200;

/// Customers that one list asks for: their codes have to fit into an address.
const GROUP: usize = 20;

/// Documents of a group of customers that are read whole because they are not listed any more, at most.
const UNLISTED: usize = 1_000;

impl Looking<'_> {
    /// Looks at the documents of customers who paid. True when there were too many of them: every balance is then due.
    pub(super) async fn payments(
        &mut self,
        state: Option<&RereadState>,
        every: Duration,
        overlap: Duration,
        covered: Instant,
    ) -> Result<bool, RunError> {
        let run = self.run;
        let Some(state) = state else {
            self.keep(Reread::Payments, &RereadState { done: covered, pass: None }).await?;
            return Ok(false);
        };
        // A source whose clock was set back has been read up to a moment before the last look.
        if covered >= state.done && covered.since(state.done) < every {
            return Ok(false);
        }
        let paid = match run.connection.reader.paid(state.done.min(covered).minus(overlap)).await.result {
            Ok(paid) => paid,
            Err(fault) => {
                run.note(format!(
                    "Payments could not be looked at, so that balances are as old as balance_age allows: {} {}",
                    fault.message, fault.remedy
                ));
                return Ok(false);
            }
        };
        self.lists = self.lists.saturating_sub(1);
        let done = RereadState { done: paid.server_time.unwrap_or(covered), pass: None };
        self.told.paid = paid.customers.len() as u64;
        if !paid.whole || paid.customers.len() > CUSTOMERS {
            self.keep(Reread::Payments, &done).await?;
            return Ok(true);
        }
        let customers: Vec<String> = paid.customers.into_iter().collect();
        for group in customers.chunks(GROUP) {
            if !self.of_customers(group).await? {
                // The payments are looked at again by the next run.
                return Ok(false);
            }
        }
        self.keep(Reread::Payments, &done).await?;
        Ok(false)
    }

    async fn of_customers(&mut self, customers: &[String]) -> Result<bool, RunError> {
        let run = self.run;
        let mut gone = run.cx.store.open_documents_of(run.connection.id, customers, UNLISTED).await?;
        let mut request = OpenRequest { customers: customers.to_vec(), cursor: None };
        loop {
            if self.spent() {
                return Ok(false);
            }
            self.lists -= 1;
            let page = match run.connection.reader.open_documents(&request).await.result {
                Ok(page) => page,
                Err(fault) => {
                    run.fail(&fault);
                    self.told.complete = false;
                    return Ok(false);
                }
            };
            page.notes.into_iter().for_each(|note| run.note(note));
            gone.retain(|key| !page.records.iter().any(|record| record.erp_key() == key));
            if !self.compare(&page.records, 0).await? {
                return Ok(false);
            }
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => return self.fetch(&gone, 0).await,
            }
        }
    }
}
