//! Every open document, once within the greatest age of a balance.
//!
//! Owns the look: a light list page by page, then by key what was open as far as known and was not listed. It goes on where a run
//! left off, so that a budget per run costs time and nothing else.

use std::time::Duration;

use port::OpenRequest;
use serde::{Deserialize, Serialize};
use store::{Reread, RereadState};
use sync::Instant;

use super::{FETCH, Looking, RunError};

/// A look under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Look {
    /// Documents that it has seen carry this number.
    number: u64,
    /// When it began: every balance is as fresh as this once it is through.
    since: i64,
    /// Where the list goes on; absent at its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// True once the list is through.
    #[serde(default)]
    listed: bool,
    /// True once everything is.
    #[serde(default)]
    ended: bool,
}

impl Looking<'_> {
    /// Looks at every open document when the last look is older than `age`, or when `now` is asked for.
    pub(super) async fn balances(
        &mut self,
        state: Option<&RereadState>,
        age: Duration,
        now: bool,
        covered: Instant,
    ) -> Result<(), RunError> {
        let Some(state) = state else {
            // The first load has just read every balance.
            return self.keep(Reread::Balances, &RereadState { done: covered, pass: None }).await;
        };
        let before: Option<Look> = state.pass.as_deref().and_then(|pass| serde_json::from_str(pass).ok());
        let mut look = match before {
            Some(look) if !look.ended => {
                let cursor = look.cursor.map(|kept| self.run.connection.reader.resumed(kept));
                Look { cursor, ..look }
            }
            before => {
                if !now && covered >= state.done && covered.since(state.done) < age {
                    return Ok(());
                }
                let number = before.map_or(1, |before| before.number + 1);
                Look { number, since: covered.micros(), cursor: None, listed: false, ended: false }
            }
        };
        while !look.listed {
            if !self.list(&mut look).await? {
                return Ok(());
            }
            self.keep(Reread::Balances, &under_way(state, &look)).await?;
        }
        loop {
            let run = self.run;
            let missing = run.cx.store.unlisted_documents(run.connection.id, look.number, FETCH).await?;
            if missing.is_empty() {
                break;
            }
            if !self.fetch(&missing, look.number).await? {
                return Ok(());
            }
        }
        let done = Instant::from_micros(look.since);
        look.ended = true;
        self.keep(Reread::Balances, &RereadState { done, ..under_way(state, &look) }).await
    }

    /// One page of the list; false when the look has to end for now.
    async fn list(&mut self, look: &mut Look) -> Result<bool, RunError> {
        if self.spent() {
            return Ok(false);
        }
        self.lists -= 1;
        let run = self.run;
        let request = OpenRequest { customers: Vec::new(), cursor: look.cursor.clone() };
        let page = match run.connection.reader.open_documents(&request).await.result {
            Ok(page) => page,
            Err(fault) => {
                run.fail(&fault);
                self.told.complete = false;
                return Ok(false);
            }
        };
        page.notes.into_iter().for_each(|note| run.note(note));
        if !self.compare(&page.records, look.number).await? {
            return Ok(false);
        }
        look.listed = page.next.is_none();
        look.cursor = page.next;
        Ok(true)
    }
}

fn under_way(state: &RereadState, look: &Look) -> RereadState {
    RereadState { done: state.done, pass: serde_json::to_string(look).ok() }
}
