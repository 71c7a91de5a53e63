//! Customers that wait for their parent within a run.
//!
//! Owns the rounds: a child is drafted again once its parent is linked, and without a parent when none can come any more.

use std::collections::BTreeSet;

use sync::Flow;
use sync::mapping::{self, Lookups, Mapped};

use super::{Child, Decided, Pass, RunError, page};

impl Pass<'_> {
    /// Drafts the children that can be drafted now; false when there are none.
    pub(super) async fn take_children(&mut self) -> Result<bool, RunError> {
        if self.children.is_empty() {
            return Ok(false);
        }
        let run = self.run;
        let parents: Vec<String> =
            self.children.iter().map(|child| child.parent.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let accounts = run.cx.store.targets_by_code(run.connection.id, Flow::Customers, &parents).await?;
        let children = std::mem::take(&mut self.children);
        let (ready, waiting): (Vec<Child>, Vec<Child>) =
            children.into_iter().partition(|child| accounts.contains_key(&child.parent));
        self.children = waiting;
        if ready.is_empty() {
            if self.flush() {
                return Ok(true);
            }
            // Nothing is on its way any more: what still waits has a parent that does not travel.
            let rest = std::mem::take(&mut self.children);
            self.draft_children(rest, &Lookups::default()).await?;
            return Ok(true);
        }
        let lookups = Lookups { accounts, ..Lookups::default() };
        self.draft_children(ready, &lookups).await?;
        Ok(true)
    }

    async fn draft_children(&mut self, children: Vec<Child>, lookups: &Lookups) -> Result<(), RunError> {
        let run = self.run;
        let target = run.target();
        let mut decided = Decided::default();
        let mut figures = self.figures;
        for child in children {
            let Child { record, meta, page, .. } = child;
            self.close(page);
            if let Mapped::Draft { draft, .. } = mapping::map(&record, &target.schema, lookups, &target.names) {
                page::place(run, meta, *draft, page, &mut figures, &mut decided).await?;
            }
        }
        self.figures = figures;
        self.accept(decided).await
    }
}
